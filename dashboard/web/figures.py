"""The Plotly figure of a metric, without samples, and the dark and light template that every figure is drawn with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from collectors.metric import Metric
from dashboard.dashboards.figure import Figure, own
from dashboard.paths import STATIC
from dashboard.tasks import run_here

if TYPE_CHECKING:
    from plotly import graph_objects

#: As the metric declares, or of a kind that somebody has chosen for a panel.
FigureKind = Literal["auto", "line", "area", "stacked", "bars", "top", "heatmap", "histogram", "gauge"]
FIGURE_KINDS: tuple[FigureKind, ...] = get_args(FigureKind)

TOKENS = STATIC / "css" / "tokens.css"
COLOURS = 12
#: Of a histogram, at most.
BINS = 40
#: Units whose zero means nothing in particular: such a chart shows where its values are, not how far from zero.
_FREE = frozenset({"°C", "°F", "K", "°", "V", "A", "hPa", "Pa", "dB", "pH", "Hz", "ppm"})
_FONT = '"Inter", "Segoe UI", system-ui, -apple-system, "Helvetica Neue", "Noto Sans", sans-serif'


def figure(metric: Metric, kind: FigureKind = "auto") -> Figure:
    """The figure that static/js/chart.js fills with the metric's series, as it declares or of another kind.

    `layout.meta.scaled` says that values are divided by the unit's step before they are drawn, and that `{unit}` in a
    hover template stands for its symbol. A metric that leaves its chart and its labels open may turn out to be an
    array; `layout.meta.array` is then the figure for that case.
    """
    if kind != "auto":
        return _built(kind, metric)
    if metric.figure is not None:
        return own(metric.figure)
    if metric.chart is None and metric.labels is None:
        built = _built("line", metric)
        built["layout"]["meta"]["array"] = _built("heatmap", metric)
        return built
    return _built(metric.chart or "line", metric)


def templates() -> dict[str, Figure]:
    """The templates by theme, as JSON."""
    return {theme: _template(theme) for theme in ("dark", "light")}


class Figures:
    """Figures and templates, each built once.

    Args:
        native: runs a function in a native thread and waits for it; importing plotly takes a tenth of a second.
    """

    def __init__(self, native: Callable[..., Any] = run_here) -> None:
        self._native = native
        # An entry is outdated when its metric is another object.
        self._built: dict[tuple[str, FigureKind], tuple[Metric, Figure]] = {}
        self._templates: dict[str, Figure] | None = None

    def of(self, metrics: Iterable[Metric], kind: FigureKind = "auto") -> dict[str, Figure]:
        """The figures of `metrics`, by name."""
        wanted = list(metrics)
        missing = [one for one in wanted if self._built.get((one.name, kind), (None,))[0] is not one]
        if missing:
            for one, built in zip(missing, self._native(_figures, missing, kind), strict=True):
                self._built[one.name, kind] = (one, built)
        return {one.name: self._built[one.name, kind][1] for one in wanted}

    def templates(self) -> dict[str, Figure]:
        if self._templates is None:
            self._templates = self._native(templates)
        return self._templates


def _figures(metrics: list[Metric], kind: FigureKind) -> list[Figure]:
    return [figure(one, kind) for one in metrics]


def _built(chart: str, metric: Metric) -> Figure:
    import plotly.graph_objects as go

    made = go.Figure(_traces(go, chart, metric), layout=_layout(go, chart, metric))
    result: Figure = {"data": [], "layout": {}, **made.to_plotly_json()}
    # A new figure carries plotly's default template, 6 KB that ours replaces.
    result["layout"].pop("template", None)
    return result


def _traces(go: Any, chart: str, metric: Metric) -> list[graph_objects.Figure]:  # Any: the module, imported late
    hover = "%{y:,.4~r}{unit}"
    match chart:
        case "stacked":
            return [go.Scatter(mode="lines", stackgroup="all", line={"width": 1}, hovertemplate=hover)]
        case "area":
            return [go.Scatter(mode="lines", fill="tozeroy", line={"width": 1.5}, hovertemplate=hover)]
        case "bars":
            return [go.Bar(hovertemplate=hover, marker={"line": {"width": 0}})]
        case "top":
            return [go.Bar(orientation="h", textposition="outside", cliponaxis=False, hoverinfo="skip", width=0.62)]
        case "heatmap":
            low, high = metric.limits
            bounds = {} if low is None or high is None else {"zmin": low, "zmax": high}
            return [go.Heatmap(showscale=False, hovertemplate="%{y}: %{z:,.4~r}{unit}<extra></extra>", **bounds)]
        case "histogram":
            told = "%{x}{unit}: %{y:,} samples"
            # With bins of their own, the counts of two series could not be compared.
            bins = {"bingroup": "values", "nbinsx": BINS}
            return [go.Histogram(**bins, opacity=0.75, marker={"line": {"width": 0}}, hovertemplate=told)]
        case "gauge":
            return [go.Indicator(mode="gauge+number", gauge={"axis": {"range": _round(metric)}})]
        case _:
            return [go.Scatter(mode="lines", line={"width": 1.5}, hovertemplate=hover)]


def _round(metric: Metric) -> list[float | None]:
    """The ends of a gauge: those that are declared; what is free is left to the values, a share ends at 100%."""
    low, high = metric.limits
    return [0 if low is None else low, 100 if high is None and metric.drawn_unit == "%" else high]


def _layout(go: Any, chart: str, metric: Metric) -> Any:  # Any: the module, imported late, and its Layout
    unit = metric.drawn_unit
    meta = {"scaled": True}
    if chart == "top":
        return go.Layout(
            meta=meta,
            xaxis={"visible": False, "fixedrange": True, "rangemode": "tozero"},
            yaxis={"type": "category", "fixedrange": True, "showgrid": False, "autorange": "reversed"},
            hovermode=False,
        )
    times = {"type": "date"}
    if chart == "gauge":
        return go.Layout(meta=meta, hovermode=False)
    if chart == "histogram":
        amounts = {"rangemode": "tozero"}
        ends = {"ticksuffix": "%" if unit == "%" else ""}
        return go.Layout(meta=meta, xaxis=ends, yaxis=amounts, barmode="overlay", bargap=0.02, hovermode="closest")
    if chart == "heatmap":
        return go.Layout(meta=meta, xaxis=times, yaxis={"type": "category", "showgrid": False}, hovermode="closest")
    values = {
        "rangemode": "normal" if unit in _FREE and chart == "line" else "tozero",
        "ticksuffix": "%" if unit == "%" else "",
    }
    return go.Layout(meta=meta, xaxis=times, yaxis=values, barmode="stack", bargap=0.15)


def _template(theme: str) -> Figure:
    import plotly.graph_objects as go

    colour = _tokens(TOKENS)[theme]
    series = [colour[f"s{place}"] for place in range(1, COLOURS + 1)]
    scale = [[0.0, colour["raised"]], [0.5, _mixed(colour["raised"], colour["s1"], 0.62)], [1.0, colour["s1"]]]
    if theme == "dark":
        # On a dark ground the loudest value is the brightest, beyond the accent.
        scale = [[0.0, colour["raised"]], [0.7, colour["s1"]], [1.0, colour["text"]]]
    axis = {
        "gridcolor": colour["grid"],
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "automargin": False,
        "tickfont": {"color": colour["muted"], "size": 11},
        "title": {"font": {"color": colour["muted"], "size": 11}},
    }
    layout = go.Layout(
        font={"family": _FONT, "size": 11, "color": colour["muted"]},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        colorway=series,
        colorscale={"sequential": scale, "sequentialminus": scale[::-1]},
        margin={"l": 44, "r": 8, "t": 8, "b": 24, "pad": 0},
        showlegend=False,
        hovermode="x unified",
        hoverlabel={
            "bgcolor": colour["raised"],
            "bordercolor": colour["line"],
            "font": {"color": colour["text"], "size": 11, "family": _FONT},
            "namelength": 40,
        },
        xaxis={
            **axis,
            "hoverformat": "%H:%M:%S",
            "spikemode": "across",
            "spikethickness": 1,
            "spikedash": "solid",
            "spikecolor": colour["faint"],
        },
        yaxis={
            **axis,
            "fixedrange": True,
            "nticks": 4,
            "tickangle": 0,
            "showexponent": "all",
            "separatethousands": True,
        },
    )
    circle = {
        "gridcolor": colour["grid"],
        "linecolor": colour["line"],
        "tickfont": {"color": colour["muted"], "size": 11},
    }
    layout.polar = {"bgcolor": "rgba(0,0,0,0)", "angularaxis": circle, "radialaxis": {**circle, "nticks": 4}}
    space = {"gridcolor": colour["line"], "linecolor": colour["line"], "zerolinecolor": colour["line"]}
    layout.scene = {"xaxis": space, "yaxis": space, "zaxis": space}
    layout.geo = {
        "bgcolor": "rgba(0,0,0,0)",
        "framecolor": colour["line"],
        "showland": True,
        "landcolor": colour["raised"],
        "lakecolor": colour["panel"],
        "coastlinecolor": colour["faint"],
        "countrycolor": colour["line"],
    }
    mapped: dict[str, list[Figure]] = {
        kind: [{"type": kind, "colorscale": scale}] for kind in ("heatmap", "contour", "histogram2d")
    }
    gauge = {"bar": {"color": colour["s1"]}, "bordercolor": colour["line"], "axis": {"tickcolor": colour["line"]}}
    mapped["indicator"] = [{"gauge": gauge, "number": {"font": {"color": colour["text"]}}}]
    mapped["pie"] = [{"textfont": {"color": colour["text"]}, "insidetextfont": {"color": colour["ground"]}}]
    made: Figure = go.layout.Template(layout=layout, data=mapped).to_plotly_json()
    made["layout"]["meta"] = {"panel": colour["panel"], "quiet": colour["faint"]}
    return made


def _mixed(one: str, other: str, share: float) -> str:
    """The colour `share` of the way from `one` to `other`, both #rrggbb."""
    pairs = [(int(one[place : place + 2], 16), int(other[place : place + 2], 16)) for place in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


@cache
def _tokens(file: Path) -> dict[str, dict[str, str]]:
    """The colours of tokens.css by theme and name; what comes later in it, for more contrast, is not for charts."""
    found: dict[str, dict[str, str]] = {}
    for theme, body in re.findall(r'\[data-theme="(\w+)"\]\s*{([^}]*)}', file.read_text("utf-8")):
        found.setdefault(theme, dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", body)))
    return found
