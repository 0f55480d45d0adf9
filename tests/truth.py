"""What a server has to hold of a metric, said as simply as can be and without a bound."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

#: Samples that come so many ms late take their places among the others; older ones say that the clock was set back.
LATE = 1000

Row = tuple[float, ...]


@dataclass
class Truth:
    """All samples of a metric in one epoch, by the rules of docs/wire.md.

    Attributes:
        offset: of the last sample.
        floor: offset since which nothing was written anew.
        series: names, in order; none ever leaves.
        times: ms since the epoch, ascending.
        rows: values of the series there were, one row for each time.
    """

    offset: int = 0
    floor: int = 0
    series: list[str] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @property
    def newest(self) -> int:
        return self.times[-1] if self.times else 0

    def publish(self, times: Sequence[int], series: Sequence[str], rows: Sequence[Row]) -> None:
        """Take the samples of a batch."""
        self.series += [one for one in series if one not in self.series]
        places = [self.series.index(one) for one in series]
        fresh = {time: self._spread(places, row) for time, row in zip(times, rows, strict=True)}
        first = times[0]
        if self.times and first <= self.newest:
            kept = sum(time < first for time in self.times)
            if self.newest - first <= LATE:
                held = dict(zip(self.times[kept:], self.rows[kept:], strict=True))
                fresh = {time: self._merged(held.get(time, ()), fresh.get(time, ())) for time in {*held, *fresh}}
            del self.times[kept:], self.rows[kept:]
            self.floor = self.offset
        for time in sorted(fresh):
            self.times.append(time)
            self.rows.append(fresh[time])
        self.offset += len(fresh)

    def since(self, time: float) -> tuple[list[int], list[list[str]]]:
        """What is held from a time on: times, and for each the values of all series, as text."""
        kept = sum(one < time for one in self.times)
        return self.times[kept:], [self.texts(row) for row in self.rows[kept:]]

    def texts(self, row: Row) -> list[str]:
        """A row as texts, which compare gaps as equal."""
        return [str(self._of(row, place)) for place in range(len(self.series))]

    def _spread(self, places: Sequence[int], row: Row) -> Row:
        spread = [math.nan] * len(self.series)
        for place, value in zip(places, row, strict=True):
            spread[place] = value
        return tuple(spread)

    def _merged(self, held: Row, fresh: Row) -> Row:
        """Of two values at the same time the later one wins, unless it is a gap."""
        pairs = [(self._of(held, place), self._of(fresh, place)) for place in range(len(self.series))]
        return tuple(before if math.isnan(after) else after for before, after in pairs)

    @staticmethod
    def _of(row: Row, place: int) -> float:
        return row[place] if place < len(row) else math.nan
