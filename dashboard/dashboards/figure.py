"""A figure of one's own: Plotly's open-ended JSON, made plain and kept within bounds."""

from __future__ import annotations

import base64
import copy
import json
import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

#: Any: Plotly's own open-ended JSON.
Figure = dict[str, Any]

MAX_TRACES = 100
MAX_DEPTH = 30
MAX_KEY = 200
#: Of what is wrong, so many characters are quoted.
_SHOWN = 60
#: What JavaScript counts exactly.
MAX_INTEGER = 2**53
#: Plotly makes a link of "<a href=...>", which would lead who clicks wherever its author likes; and it puts texts
#: together, so that one could end in "<" what another goes on with. So a "<" is before a space, or begins a tag.
_MARKUP = re.compile(r"<(?!\s|/?(?:b|i|u|s|br|sub|sup|em|span)\b|/?extra>)", re.IGNORECASE)


def own(given: Mapping[str, Any]) -> Figure:
    """A figure as it was brought, but for the template, which follows the page's theme, and links, which are text."""
    traces = [_harmless(trace) for trace in map(_plain, given.get("data") or ()) if trace]
    layout = _harmless(_without_template(_plain(given.get("layout") or {})))
    return {"data": traces or [{"type": "scatter", "mode": "lines"}], "layout": layout}


def check_figure(given: Mapping[str, Any]) -> Figure:
    """A figure that came as JSON, as it is kept: data before layout, and no template.

    Raises:
        ValueError: it is none.
    """
    for key in given:
        if key not in ("data", "layout"):
            raise ValueError(f"{key[:_SHOWN]!r} is not known here; a figure has data and layout")
    data, layout = given.get("data"), given.get("layout", {})
    if not isinstance(data, list) or not data or not all(isinstance(one, Mapping) for one in data):
        raise ValueError('data: write a list of traces, such as [{"type": "bar"}]')
    if len(data) > MAX_TRACES:
        raise ValueError(f"data: it has {len(data)} traces, at most {MAX_TRACES}")
    if not isinstance(layout, Mapping):
        raise ValueError("layout: write an object, such as {}")
    for place, trace in enumerate(data):
        if not isinstance(trace.get("type", "scatter"), str):
            raise ValueError(f"data.{place}.type: {str(trace['type'])[:_SHOWN]!r} is no kind of trace; write its name")
    made = {"data": data, "layout": _without_template(layout)}
    _check(made, ())
    return made


def json_of(figure: object) -> Any:  # Any: JSON
    """What a figure of `plotly.graph_objects` holds as plain JSON: arrays become lists, times become texts.

    Raises:
        ValueError: there is something that is no JSON.
    """
    from plotly.utils import PlotlyJSONEncoder

    become = getattr(figure, "to_plotly_json", None)
    whole = become() if become else figure
    try:
        return _unpacked(json.loads(json.dumps(whole, cls=PlotlyJSONEncoder)))
    except TypeError as error:
        raise ValueError(f"the figure is no JSON: {error}") from None


def _unpacked(value: Any) -> Any:  # Any: JSON
    """Arrays that Plotly has packed as base64 as the lists that they are: people read and compare these."""
    if isinstance(value, dict):
        if {"dtype", "bdata"} <= value.keys() <= {"dtype", "bdata", "shape"}:
            array = np.frombuffer(base64.b64decode(value["bdata"]), dtype=np.dtype(value["dtype"]))
            if "shape" in value:
                array = array.reshape([int(one) for one in str(value["shape"]).split(",")])
            return _finite(array.tolist())
        return {key: _unpacked(one) for key, one in value.items()}
    return [_unpacked(one) for one in value] if isinstance(value, list) else value


def _finite(value: Any) -> Any:  # Any: numbers in lists
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return value if not isinstance(value, float) or math.isfinite(value) else None


def _harmless(value: Any) -> Any:  # Any: as the figure has it, arrays of numpy among it
    """The same without markup that `check_figure` refuses: what a plugin draws may come from another machine."""
    if isinstance(value, str):
        return _MARKUP.sub("&lt;", value)
    if isinstance(value, Mapping):
        return {key: _harmless(one) for key, one in value.items()}
    return [_harmless(one) for one in value] if isinstance(value, list | tuple) else value


def _without_template(layout: Mapping[str, Any]) -> Figure:
    return {key: value for key, value in layout.items() if key != "template"}


def _check(value: object, where: tuple[str | int, ...]) -> None:
    """Refuse what is no JSON for a browser; places become texts only where something is wrong."""
    if len(where) > MAX_DEPTH:
        raise _wrong(where, f"it is nested more than {MAX_DEPTH} deep")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise _wrong(where or ("figure",), f"the key {key!r} is no text")
            if len(key) > MAX_KEY:
                raise _wrong(where or ("figure",), f"the key {key[:_SHOWN]!r}... has more than {MAX_KEY} characters")
            _check(inner, (*where, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _check(inner, (*where, place))
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise _wrong(where, f"{value} is no number of JSON; write null where there is none")
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise _wrong(where, f"{str(value)[:_SHOWN]} is more than a browser counts exactly")
    elif isinstance(value, str):
        if _MARKUP.search(value):
            raise _wrong(
                where, 'it has a "<" that begins none of the tags b, i, u, s, br, sub, sup, em and span; write "< " or '
                "&lt;, and links in a panel of kind text"
            )  # fmt: skip
    elif value is not None:
        raise _wrong(where, f"{str(value)[:_SHOWN]!r} is no JSON; write a text in quotes, or a number")


def _wrong(where: tuple[str | int, ...], why: str) -> ValueError:
    return ValueError(f"{'.'.join(map(str, where))}: {why}")


def _plain(part: object) -> Figure:
    if isinstance(part, Mapping):
        return copy.deepcopy(dict(part))
    # Objects of plotly.graph_objects inside a dict have their own way to become JSON; anything else can't be drawn.
    become = getattr(part, "to_plotly_json", dict)
    return dict(become())
