"""Where panels are on the grid: those without a place come behind the others, and no two should overlap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

COLUMNS = 12
MAX_ROW = 10_000
MAX_HEIGHT = 100
#: What a panel has that says nothing of it.
WIDTH, HEIGHT = 6, 4


class Placed(Protocol):
    """Something that has a place."""

    @property
    def x(self) -> int: ...
    @property
    def y(self) -> int: ...
    @property
    def w(self) -> int: ...
    @property
    def h(self) -> int: ...


def complete(panels: Iterable[object]) -> list[object]:
    """Panels as people write them, with an id and a place for those that have none; what is wrong is left as it is."""
    given = list(panels)
    taken = {one.get("id") for one in given if isinstance(one, Mapping) and isinstance(one.get("id"), str)}
    made: list[object] = []
    number = 0
    top, left, row_height = _below(given), 0, 0
    for one in given:
        if not isinstance(one, Mapping):
            made.append(one)
            continue
        new: dict[str, Any] = dict(one)  # Any: JSON, not yet checked
        if "id" not in new:
            number += 1
            while f"p{number}" in taken:
                number += 1
            new = {"id": f"p{number}", **new}
        if "x" not in new and "y" not in new:
            width, height = _size(new.get("w"), WIDTH, COLUMNS), _size(new.get("h"), HEIGHT, MAX_HEIGHT)
            if left + width > COLUMNS:
                top, left, row_height = top + row_height, 0, 0
            new |= {"x": left, "y": top}
            left, row_height = left + width, max(row_height, height)
        made.append(new)
    return made


def overlapping(panels: Iterable[Placed]) -> Iterator[tuple[int, int]]:
    """The numbers of panels that lie on each other, pair by pair."""
    known = list(panels)
    for place, one in enumerate(known):
        for further, other in enumerate(known[place + 1 :], place + 1):
            beside = one.x + one.w <= other.x or other.x + other.w <= one.x
            above = one.y + one.h <= other.y or other.y + other.h <= one.y
            if not beside and not above:
                yield place, further


def _below(panels: Iterable[object]) -> int:
    """The first row below all that have a place."""
    rows = [0]
    for one in panels:
        if isinstance(one, Mapping) and isinstance(one.get("y"), int):
            rows.append(one["y"] + _size(one.get("h"), HEIGHT, MAX_HEIGHT))
    return max(0, min(max(rows), MAX_ROW))


def _size(value: object, default: int, most: int) -> int:
    return value if isinstance(value, int) and 1 <= value <= most else default
