"""Draws curves on two logarithmic axes as an SVG, which a page of the docs can show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 104, 44, 48
COLOURS = ("#0b7285", "#c2410c", "#6d28d9", "#15803d", "#b91c1c")
STYLE = "font-family='system-ui, sans-serif' font-size='13' fill='#333'"


@dataclass(frozen=True)
class Curve:
    """A name, and points (x, y) in ascending order of x; all above 0."""

    name: str
    points: Sequence[tuple[float, float]]


class Axis:
    """A logarithmic scale from values to pixels, between two decades or parts of them.

    Args:
        values: all that are drawn.
        start: pixel of the smallest mark.
        end: pixel of the largest one.
    """

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        marks = [step * 10.0**decade for decade in range(low, high + 1) for step in (1, 2, 5)]
        first = max((one for one in marks if one <= min(values)), default=marks[0])
        last = min((one for one in marks if one >= max(values) and one > first), default=10 * marks[-1])
        self.marks = [one for one in marks if first <= one <= last]
        self._low, self._high = math.log10(first), math.log10(last)
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return round(self._start + share * (self._end - self._start), 1)


def draw(curves: Sequence[Curve], title: str, across: str, up: str) -> str:
    """The picture, with a name at the end of each curve.

    Args:
        curves: what is drawn.
        title: above it.
        across: what the x axis counts.
        up: unit of the y axis.
    """
    xs = Axis([x for curve in curves for x, _ in curve.points], LEFT, WIDTH - RIGHT)
    ys = Axis([y for curve in curves for _, y in curve.points], HEIGHT - BOTTOM, TOP)
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' role='img' {STYLE}>",
        f"<title>{escape(title)}</title>",
        f"<rect width='{WIDTH}' height='{HEIGHT}' fill='#fff'/>",
        _text(LEFT, 24, title, "start", "font-size='15' font-weight='600'"),
    ]
    for mark in ys.marks:
        parts.append(f"<path d='M{LEFT} {ys(mark)}H{WIDTH - RIGHT}' stroke='#e3e3e3'/>")
        parts.append(_text(LEFT - 8, ys(mark) + 4, f"{mark:g} {up}", "end"))
    for mark in xs.marks:
        parts.append(_text(xs(mark), HEIGHT - BOTTOM + 20, f"{mark:,g}", "middle"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, across, "middle"))
    for place, curve in enumerate(curves):
        colour = COLOURS[place % len(COLOURS)]
        line = "L".join(f"{xs(x)} {ys(y)}" for x, y in curve.points)
        parts.append(f"<path d='M{line}' fill='none' stroke='{colour}' stroke-width='2'/>")
        parts += [f"<circle cx='{xs(x)}' cy='{ys(y)}' r='3.5' fill='{colour}'/>" for x, y in curve.points]
        x, y = curve.points[-1]
        parts.append(_text(xs(x) + 10, ys(y) + 4, curve.name, "start", f"style='fill:{colour}'"))
    return "\n".join([*parts, "</svg>", ""])


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return f"<text x='{x}' y='{y}' text-anchor='{anchor}' {more}>{escape(text)}</text>".replace(" >", ">")
