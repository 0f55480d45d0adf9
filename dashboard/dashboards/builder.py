"""Dashboards built in Python: what is given here becomes the same JSON or TOML that the page saves.

from dashboard import Dashboard, Panel, Text, Variable

board = Dashboard("Web servers", [Panel("system.cpu"), Text("*Who to call:* Ada")])
board.write("web.toml")
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dashboard.dashboards import document
from dashboard.dashboards.figure import json_of
from dashboard.dashboards.notation import Form, form_of, write
from dashboard.dashboards.refusal import Fault, Wrong, read
from dashboard.dashboards.traces import unknown

#: A series of a label, or several.
Values = str | Sequence[str]
#: Levels by the value from which on they hold, or as the document has them.
Thresholds = Mapping[float, str] | Sequence[Mapping[str, object]]

_MADE = "made"


class Variable:
    """A choice among the values of a label, `$name` in panels.

    Args:
        name: what it is called in panels.
        metric: whose series have the values to choose from.
        of: the label that has them, by default the one called like the variable.
        label: for people.
        multi: several may be chosen.
        default: what is chosen at first; "*" is all.

    Raises:
        Wrong: something of it is not valid; the text says what is.
    """

    def __init__(
        self,
        name: str,
        metric: str,
        of: str = "",
        *,
        label: str | None = None,
        multi: bool = True,
        default: Values = "*",
    ) -> None:
        self.content = _given(name=name, label=label, metric=metric, of=of or name, multi=multi, default=_list(default))
        _check({"variables": [self.content]}, "Variable", "variables.0")


class Panel:
    """One rectangle of the grid, with a chart or a figure.

    Args:
        metric: what it shows; a figure has none.
        kind: how it is drawn, one of `dashboard.dashboards.document.KINDS`; by default as the metric declares.
        title: by default the metric's.
        w: columns, of twelve.
        h: rows of 60 pixels.
        x: its first column; without `x` and `y` it comes behind the panels before it.
        y: its first row.
        only: labels, and the values that a series may have; `"$name"` is a variable.
        unit: in place of the metric's.
        range: of the value axis, (low, high); None leaves an end free.
        log: the value axis is a logarithmic one.
        thresholds: `{80: "warn", 95: "bad"}`: from a value upwards, the chart is coloured so.
        compare: also show what was so many seconds before.
        repeat: a variable; one such panel for each of its values.
        figure: of `plotly.graph_objects`, `plotly.express`, or Plotly's JSON.
        bind: arrays of its traces, and the metrics that fill them.
        id: tells it from the others of its dashboard; by default it is numbered.

    Raises:
        Wrong: something of it is not valid; the text says what is.
    """

    def __init__(
        self,
        metric: str | None = None,
        kind: str = "",
        *,
        title: str | None = None,
        w: int = 6,
        h: int = 4,
        x: int | None = None,
        y: int | None = None,
        only: Mapping[str, Values] | None = None,
        unit: str | None = None,
        range: tuple[float | None, float | None] | None = None,
        log: bool = False,
        thresholds: Thresholds = (),
        compare: int | None = None,
        repeat: str | None = None,
        figure: object = None,
        bind: Mapping[str, str] | None = None,
        id: str | None = None,
    ) -> None:
        self.content = _given(
            id=id, kind=kind or ("auto" if figure is None else "figure"), metric=metric, title=title, x=x, y=y,
            w=w, h=h,
            only={label: _list(values) for label, values in (only or {}).items()}, unit=unit,
            range=None if range is None else list(range), log=log, thresholds=_levels(thresholds), compare=compare,
            repeat=repeat, bind=None if bind is None else dict(bind), figure=_figure(figure),
        )  # fmt: skip
        _check({"panels": [self.content]}, "Panel", "panels.0")
        if figure is not None:
            _check_names(self.content["figure"], self.content.get("bind") or {})


class Text(Panel):
    """A panel of text.

    Args:
        text: Markdown.
        title: above it.
        w, h, x, y, repeat, id: as of `Panel`.

    Raises:
        Wrong: something of it is not valid; the text says what is.
    """

    def __init__(
        self,
        text: str,
        *,
        title: str | None = None,
        w: int = 6,
        h: int = 4,
        x: int | None = None,
        y: int | None = None,
        repeat: str | None = None,
        id: str | None = None,
    ) -> None:
        self.content = _given(id=id, kind="text", title=title, x=x, y=y, w=w, h=h, repeat=repeat, text=text)
        _check({"panels": [self.content]}, "Text", "panels.0")


class Dashboard:
    """Panels and variables, under a title.

    Args:
        title: for people.
        panels: in the order in which they are read; `add` takes further ones.
        slug: its page is /d/<slug>; by default made of the title.
        description: for people, one or a few sentences.
        window: seconds that it shows at first; None leaves that to the reader.
        variables: choices among the values of labels.
    """

    def __init__(
        self,
        title: str,
        panels: Iterable[Panel] = (),
        *,
        slug: str = "",
        description: str = "",
        window: int | None = None,
        variables: Iterable[Variable] = (),
    ) -> None:
        self.title = title
        self.slug = slug or _slug(title)
        self.description = description
        self.window = window
        self.variables = list(variables)
        self.panels = list(panels)

    def add(self, *panels: Panel) -> Dashboard:
        """Further panels; returns the dashboard."""
        self.panels += panels
        return self

    def document(self) -> document.Dashboard:
        """What the server keeps.

        Raises:
            Wrong: something is not valid; the text says where, and what is.
        """
        return read(
            _given(slug=self.slug, title=self.title, description=self.description, window=self.window)
            | {"variables": [one.content for one in self.variables], "panels": [one.content for one in self.panels]}
        )

    def text(self, form: Form = "toml") -> str:
        """It as "toml" or "json"."""
        return write(self.document(), form)

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write it to a file whose name ends in .toml or .json; a file of that name is replaced, in one step.

        Raises:
            Wrong: something is not valid, or the name ends in something else.
        """
        target = Path(path)
        text = self.text(form_of(target))
        new = target.with_name(f".{target.name}.new")
        new.write_text(text, encoding="utf-8")
        new.replace(target)
        return target


def _given(**values: Any) -> dict[str, Any]:  # Any: JSON, not yet checked
    return {key: value for key, value in values.items() if value is not None}


def _list(values: Values) -> list[str]:
    return [values] if isinstance(values, str) else list(values)


def _levels(thresholds: Thresholds) -> list[dict[str, object]]:
    if isinstance(thresholds, Mapping):
        return [{"value": value, "level": level} for value, level in sorted(thresholds.items())]
    return [dict(one) for one in thresholds]


def _figure(figure: object) -> dict[str, Any] | None:  # Any: Plotly's own JSON
    if figure is None:
        return None
    try:
        whole = json_of(figure)
    except ValueError as error:
        raise Wrong([Fault("Panel.figure", str(error))]) from None
    if not isinstance(whole, dict) or "data" not in whole:
        raise Wrong([Fault("Panel.figure", "it is no figure; give one of plotly.graph_objects or plotly.express")])
    layout = {key: value for key, value in whole.get("layout", {}).items() if key != "template"}
    return {"data": whole["data"], "layout": layout}


def _check(part: Mapping[str, object], name: str, place: str) -> None:
    """Refuse what is wrong where it is written, not when the whole is put together."""
    try:
        read({"slug": _MADE, "title": _MADE, **part})
    except Wrong as error:
        moved = [Fault(one.path.replace(place, name, 1), one.why) for one in error.faults]
        raise Wrong(moved) from None


def _check_names(figure: Mapping[str, Any], bind: Mapping[str, str]) -> None:  # Any: Plotly's own JSON
    found = [Fault(f"Panel.{path}", why) for path, why in unknown(figure, bind)]
    if found:
        raise Wrong(found)


def _slug(title: str) -> str:
    made = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return made if document.SLUG.fullmatch(made) else f"d-{made}".rstrip("-")
