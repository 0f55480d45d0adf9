"""Which series a metric has now, and where in the ring's matrix each one stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from collectors.metric import Series

Indices = npt.NDArray[np.intp]

#: So many different refused series are told apart; label values that never repeat must not fill the memory.
MAX_REFUSED = 10_000


@dataclass(frozen=True, slots=True)
class Placing:
    """Where the values of batches with one tuple of series go.

    Attributes:
        given: the series of the batches.
        taken: which of them are stored; None means all.
        order: the place of each stored one among the metric's series.
        slots: the matrix row of each stored one.
        whole: the stored ones are all of the metric's series, in their order.
    """

    given: tuple[Series, ...]
    taken: Indices | None
    order: Indices
    slots: Indices | slice
    whole: bool


class Columns:
    """The series of one metric, in order of appearance, at most `cap`.

    A series that leaves gives its slot to a later one, so the matrix is moved for neither.
    """

    def __init__(self, cap: int) -> None:
        self.cap = cap
        self.series: tuple[Series, ...] = ()
        self.slots: Indices | slice = slice(0, 0)
        self.width = 0  # slots in use or free again
        self._place: dict[Series, int] = {}
        self._slots: list[int] = []
        self._free: list[int] = []
        self._seen = np.zeros(0, dtype=np.int64)
        self._refused: set[Series] = set()
        self._placing: Placing | None = None

    @property
    def refused(self) -> int:
        """How many different series have been left out so far, because they were over the cap."""
        return len(self._refused)

    def place(self, given: tuple[Series, ...]) -> tuple[Placing, list[int]]:
        """Where these series go, and the slots that newly belong to one of them (what is in there is of another)."""
        placing = self._placing
        if placing is not None and (given is placing.given or given == placing.given):
            return placing, []
        fresh = self._add(given)
        taken = [index for index, one in enumerate(given) if one in self._place]
        order = [self._place[given[index]] for index in taken]
        placing = self._placing = Placing(
            given=given,
            taken=None if len(taken) == len(given) else np.array(taken, dtype=np.intp),
            order=np.array(order, dtype=np.intp),
            slots=_compact([self._slots[place] for place in order]),
            whole=order == list(range(len(self.series))),
        )
        return placing, fresh

    def all(self) -> Placing:
        """Where the values of all of the metric's series go, in their order."""
        order = np.arange(len(self.series), dtype=np.intp)
        return Placing(given=self.series, taken=None, order=order, slots=self.slots, whole=True)

    def saw(self, placing: Placing, milliseconds: int) -> None:
        """These series had a sample, if only a gap, at that time."""
        self._seen[placing.order] = milliseconds

    def first_to_leave(self) -> int:
        """When the series that has been away for longest was last seen; no other can be due before."""
        return int(self._seen.min()) if len(self._seen) else 0

    def any_between(self, after: int, before: int) -> bool:
        """Whether a series was last seen between two times."""
        return bool(((self._seen > after) & (self._seen < before)).any())

    def leave(self, before: int) -> bool:
        """Let go of the series that were last seen before that time; true when there are any."""
        stay = [index for index in range(len(self.series)) if self._seen[index] >= before]
        if len(stay) == len(self.series):
            return False
        kept = set(stay)
        self._free += [slot for index, slot in enumerate(self._slots) if index not in kept]
        self._slots = [self._slots[index] for index in stay]
        self._seen = self._seen[stay]
        self._set_series(self.series[index] for index in stay)
        return True

    def step_back(self, milliseconds: int) -> None:
        """The clock was set back: nothing was seen after that time."""
        np.minimum(self._seen, milliseconds, out=self._seen)

    def _add(self, given: tuple[Series, ...]) -> list[int]:
        unknown = [one for one in dict.fromkeys(given) if one not in self._place]
        room = max(0, self.cap - len(self.series))
        welcome, rest = unknown[:room], unknown[room:]
        if len(self._refused) < MAX_REFUSED:
            self._refused.update(rest)
        self._refused.difference_update(welcome)
        fresh = [self._take_slot() for _ in welcome]
        self._slots += fresh
        self._seen = np.append(self._seen, np.zeros(len(welcome), dtype=np.int64))
        if welcome:
            self._set_series((*self.series, *welcome))
        return fresh

    def _take_slot(self) -> int:
        if self._free:
            return self._free.pop()
        self.width += 1
        return self.width - 1

    def _set_series(self, series: Iterable[Series]) -> None:
        self.series = tuple(series)
        self._place = {one: index for index, one in enumerate(self.series)}
        self.slots = _compact(self._slots)
        self._placing = None


def _compact(slots: list[int]) -> Indices | slice:
    """A slice where that says the same: numpy reads and writes it several times faster than an index array."""
    if slots == list(range(slots[0], slots[0] + len(slots)) if slots else []):
        return slice(slots[0], slots[-1] + 1) if slots else slice(0, 0)
    return np.array(slots, dtype=np.intp)
