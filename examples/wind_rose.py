"""A chart that is not a line: any Plotly figure, filled with the latest values. The wind here is invented."""

import random

import plotly.graph_objects as go

from collectors import metric

DIRECTIONS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
rose = go.Figure(go.Barpolar(theta=DIRECTIONS))
rose.update_layout(polar_angularaxis={"direction": "clockwise", "rotation": 90})
speeds = dict.fromkeys(DIRECTIONS, 5.0)


@metric("wind.speed", unit="m/s", title="Wind", figure=rose)
def speed() -> dict[str, float]:
    for direction in DIRECTIONS:
        speeds[direction] = max(0.0, speeds[direction] + random.uniform(-0.5, 0.5))
    return speeds
