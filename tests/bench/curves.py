"""Draws curves as an SVG, which a page of the docs can show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 104, 44, 48
COLOURS = ("#0b7285", "#c2410c", "#6d28d9", "#15803d", "#b91c1c")
MOST_MARKS, MOST_DOTS = 8, 20
#: px of a line of text.
LINE = 15
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


class EvenAxis:
    """A scale from zero to a round number, of which each part is as long as any other; for `Axis`, see there."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        most = max(values)
        size = 10.0 ** math.floor(math.log10(most))
        step = next(part * size for part in (0.2, 0.5, 1, 2) if most / (part * size) <= MOST_MARKS)
        self.marks = [step * place for place in range(math.ceil(most / step) + 1)]
        self._last = self.marks[-1]
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        return round(self._start + value / self._last * (self._end - self._start), 1)


def draw(curves: Sequence[Curve], title: str, across: str, up: str, kind: type[Axis | EvenAxis] = Axis) -> str:
    """The picture, with a name at the end of each curve.

    Args:
        curves: what is drawn.
        title: above it.
        across: what the x axis counts.
        up: unit of the y axis.
        kind: of both axes.
    """
    xs = kind([x for curve in curves for x, _ in curve.points], LEFT, WIDTH - RIGHT)
    ys = kind([y for curve in curves for _, y in curve.points], HEIGHT - BOTTOM, TOP)
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
    names = _apart([ys(curve.points[-1][1]) + 4 for curve in curves])
    for place, (curve, below) in enumerate(zip(curves, names, strict=True)):
        colour = COLOURS[place % len(COLOURS)]
        line = "L".join(f"{xs(x)} {ys(y)}" for x, y in curve.points)
        parts.append(f"<path d='M{line}' fill='none' stroke='{colour}' stroke-width='2'/>")
        if len(curve.points) <= MOST_DOTS:
            parts += [f"<circle cx='{xs(x)}' cy='{ys(y)}' r='3.5' fill='{colour}'/>" for x, y in curve.points]
        parts.append(_text(xs(curve.points[-1][0]) + 10, below, curve.name, "start", f"style='fill:{colour}'"))
    return "\n".join([*parts, "</svg>", ""])


def _apart(heights: Sequence[float]) -> list[float]:
    """The same places from above to below, each a line of text below the one before at least."""
    moved = list(heights)
    order = sorted(range(len(moved)), key=moved.__getitem__)
    for above, below in pairwise(order):
        moved[below] = max(moved[below], moved[above] + LINE)
    return moved


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return f"<text x='{x}' y='{y}' text-anchor='{anchor}' {more}>{escape(text)}</text>".replace(" >", ">")
