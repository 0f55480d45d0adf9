"""A dashboard built in Python: a wind rose that is filled live, beside the same wind as lines.

`python examples/dashboards/wind.py` writes wind.toml, next to it; examples/wind_rose.py is the collector.
"""

from pathlib import Path

import plotly.graph_objects as go

from dashboard import Dashboard, Panel, Text

rose = go.Figure(go.Barpolar(marker={"color": "#57b8ff"}))
rose.update_layout(polar_angularaxis={"direction": "clockwise", "rotation": 90})

board = Dashboard("Wind rose", description="From all directions.", window=300).add(
    Panel(figure=rose, bind={"r": "wind.speed", "theta": "wind.speed@series"}, title="Now", h=7),
    Panel("wind.speed", "line", title="By direction", thresholds={8: "warn", 12: "bad"}, h=7),
    Text("The wind of this example is **invented**.", w=12, h=1),
)

if __name__ == "__main__":
    board.write(Path(__file__).with_name("wind.toml"))
