"""What can't be drawn of a figure: types of traces, and the arrays that it is bound by.

Plotly draws an unknown type as lines, and says nothing of an array that it does not know. Maps of tiles it knows, but
the page asks no server for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from dashboard.errors import did_you_mean

#: Maps that are made of tiles; static/js/bundle.js knows them, too.
_TILED = re.compile(r"(scatter|choropleth|density)map(box)?")


class Unknown(NamedTuple):
    """Attributes:
    path: where in the panel, such as `bind.rr`.
    why: what is not known or not drawn, and what to write in its place.
    """

    path: str
    why: str


def unknown(figure: Mapping[str, Any], bind: Mapping[str, str]) -> Iterator[Unknown]:  # Any: Plotly's own JSON
    """What of a checked figure and its bindings is not known or not drawn. Imports Plotly: that takes a second."""
    import plotly.graph_objects as go
    from plotly.basedatatypes import BasePlotlyType, BaseTraceType

    classes = {name.lower(): name for name in go.__all__}
    traces: list[Any] = []  # Any: of the classes of Plotly; None for an unknown one
    for place, given in enumerate(figure["data"]):
        kind = given.get("type", "scatter")
        made = getattr(go, classes.get(kind, ""), None) if isinstance(kind, str) else None
        known = isinstance(made, type) and issubclass(made, BaseTraceType)
        traces.append(made() if known and made is not None else None)
        if tiled := _TILED.fullmatch(str(kind)):
            instead = "choropleth" if tiled[1] == "choropleth" else "scattergeo"
            why = "is drawn on tiles of a map, which only another server has, and the page asks no other"
            yield Unknown(f"figure.data.{place}.type", f"{kind!r} {why}; use {instead!r}")
        elif not known:
            meant = did_you_mean(str(kind), classes)
            yield Unknown(f"figure.data.{place}.type", f"Plotly has no trace of type {kind!r}{meant}")
    for target in bind:
        number, _, rest = target.partition(".")
        place, array = (int(number), rest) if number.isdigit() else (0, target)
        trace = traces[place]
        if trace is not None and array not in trace:
            owner, _, last = array.rpartition(".")
            inner = trace[owner] if owner and owner in trace else trace
            names = list(inner) if isinstance(inner, BasePlotlyType) else []
            yield Unknown(
                f"bind.{target}", f"a trace of type {trace.type!r} has no {array!r}{did_you_mean(last, names)}"
            )
