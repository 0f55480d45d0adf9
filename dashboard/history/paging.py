"""A span of a metric's past in pieces, each small, however long it is: whoever hands them on holds one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from collectors.metric import Series
from collectors.sample import Times, Values
from dashboard.history.directory import Key
from dashboard.history.reading import Memory, Span
from dashboard.history.shelf import Shelf
from dashboard.history.slice import Slice
from dashboard.history.tiers import Tier
from dashboard.tasks import run_here

#: Values of a piece, about.
CELLS = 2**16


@dataclass(frozen=True, slots=True)
class Held:
    """What memory has of a metric.

    Attributes:
        oldest: time of the first sample, ms since the epoch.
        newest: time of the last.
        every: ms between samples.
        series: of all of them.
    """

    oldest: int
    newest: int
    every: float
    series: tuple[Series, ...]

    @classmethod
    def of(cls, memory: Memory | None) -> Held | None:
        if memory is None or not len(memory.samples.times):
            return None
        times = memory.samples.times
        oldest, newest = int(times[0]), int(times[-1])
        return cls(oldest, newest, max(1.0, (newest - oldest) / len(times)), memory.samples.series)


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of the span that is read at one resolution; its start and end are included."""

    tier: Tier
    start: int
    end: int


class Plan:
    """What is read, in which order. Making one waits for the disk.

    Full resolution as far back as it is there, minutes before it, hours before these; or the one tier asked for.

    Args:
        shelf: what is on the disk, None when nothing is.
        key: the metric.
        held: what memory has of it.
        span: what is asked for.

    Attributes:
        series: of the whole span; the columns of every piece.
        zones: its parts, in the order of time.

    Raises:
        StoreTrouble, StoreDamaged: it can't be read.
    """

    def __init__(self, shelf: Shelf | None, key: Key, held: Held | None, span: Span) -> None:
        self._shelf = shelf
        self._key = key
        self._held = held if held is not None and held.oldest <= span.end and held.newest >= span.start else None
        self.span = span
        self.zones = list(self._zones())
        self.series = self._series()
        self._times = max(1, CELLS // max(1, len(self.series)))

    def reach(self, zone: Zone, at: int) -> int:
        """How far the piece goes that begins at a time; waits for the disk."""
        end = self._shelf.stride(self._key, zone.tier, at, self._times) if self._shelf else None
        end = zone.end if end is None else end
        held = self._held
        if zone.tier:
            width = zone.tier.width
            end = end - end % width + width - 1
        elif held is not None and at < held.oldest:
            end = min(end, held.oldest - 1)
        elif held is not None and at <= held.newest:
            end = min(end, at + round(self._times * held.every))
        return min(end, zone.end)

    def _zones(self) -> Iterator[Zone]:
        start, end, tier = self.span.start, self.span.end, self.span.tier
        if tier:
            yield Zone(tier, start - start % tier.width, end)
            return
        oldest = [self._first(Tier.FULL), self._held.oldest if self._held else None]
        full = min([end + 1, *(one for one in oldest if one is not None)])
        minutes = self._first(Tier.MINUTE)
        for coarse, begin, until in (
            (Tier.HOUR, start, full if minutes is None else min(full, minutes)),
            (Tier.MINUTE, start if minutes is None else max(start, minutes), full),
        ):
            # Only those that begin in the span, and are over when the finer ones begin.
            begin += -begin % coarse.width
            until -= until % coarse.width
            if begin < until and self._first(coarse) is not None:
                yield Zone(coarse, begin, until - 1)
        if max(start, full) <= end:
            yield Zone(Tier.FULL, max(start, full), end)

    def _first(self, tier: Tier) -> int | None:
        return self._shelf.first(self._key, tier) if self._shelf else None

    def _series(self) -> tuple[Series, ...]:
        found: dict[Series, None] = {}
        wanted = self.span.wanted
        for zone in self.zones if self._shelf else ():
            assert self._shelf is not None
            found |= dict.fromkeys(self._shelf.present(self._key, zone.tier, zone.start, zone.end, wanted))
        held = self._held.series if self._held else ()
        return tuple(found | dict.fromkeys(one for one in held if wanted is None or wanted(one)))


def pages(
    plan: Plan,
    read: Callable[[Span], Slice],
    native: Callable[..., Any] = run_here,  # Any: what the function returns
) -> Iterator[tuple[Times, Values]]:
    """The pieces of a span: int64[n] times and float64[k, n] values of the plan's k series.

    Args:
        plan: what to read.
        read: gives a part of it.
        native: runs a function in a native thread; `read` sees to that itself.

    Raises:
        StoreTrouble, StoreDamaged: it can't be read (any more).
    """
    for zone in plan.zones if plan.series else ():
        at = zone.start
        while at <= zone.end:
            end = native(plan.reach, zone, at)
            found = read(replace(plan.span, start=at, end=end, tier=zone.tier))
            at = end + 1
            if len(found.times):
                # A series that has come up since they were counted is left out.
                yield found.times, found.values_of(plan.series)
