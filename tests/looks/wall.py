"""A dashboard that somebody has made of the invented machine: a panel of every kind."""

from __future__ import annotations

from tests.boards import keep, panel_of
from tests.server import Server

_ROSE = {
    "data": [{"type": "barpolar", "theta": [0, 60, 120, 180, 240, 300], "r": [3, 5, 2, 6, 4, 3]}],
    "layout": {"polar": {"radialaxis": {"nticks": 3}}},
}
_NIGHT = """## Night watch

Call **Ada** when the pump stops:

- first look at `odd.flow`
- then at [the manual](https://example.org)
"""
_LIMITS = [{"value": 60, "level": "warn"}, {"value": 80, "level": "bad"}]


def make_wall(server: Server) -> None:
    """Save it as `wall`."""
    keep(
        server,
        "wall",
        panel_of(1, 0, 0, 6, 4, metric="machine.modes", kind="line", title="Line", thresholds=_LIMITS, range=[0, 100]),
        panel_of(2, 6, 0, 3, 4, metric="machine.busy", kind="gauge", title="Gauge", thresholds=_LIMITS),
        panel_of(3, 9, 0, 3, 2, metric="machine.load", kind="value", title="Value", only={"period": ["1 min"]}),
        panel_of(4, 9, 2, 3, 2, metric="machine.memory", kind="value", title="Memory in use", only={"use": ["used"]}),
        panel_of(5, 0, 4, 4, 4, metric="machine.memory", kind="stacked", title="Stacked"),
        panel_of(6, 4, 4, 4, 4, metric="machine.cores", kind="heatmap", title="Heat map"),
        panel_of(7, 8, 4, 4, 4, metric="machine.traffic", kind="histogram", title="Histogram"),
        panel_of(8, 0, 8, 4, 4, metric="machine.top", kind="table", title="Table"),
        panel_of(9, 4, 8, 4, 4, metric="machine.modes", kind="timeline", title="Timeline"),
        panel_of(10, 8, 8, 4, 4, kind="figure", title="Figure", figure=_ROSE, bind={"r": "machine.cores"}),
        panel_of(11, 0, 12, 6, 3, kind="text", title="Text", text=_NIGHT),
        panel_of(12, 6, 12, 3, 3, metric="machine.busy", kind="bars", title="Bars"),
        panel_of(13, 9, 12, 3, 3, metric="gone.metric", title="Of a metric that is not there"),
        title="Wall",
    )  # fmt: skip
