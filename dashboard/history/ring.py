"""The samples of one metric: a ring of times, and a matrix with a row for each series.

A ring holds the retention, or what fits into `MAX_CELLS`: a metric of many series at a high rate keeps a shorter past.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from collectors.metric import Series
from collectors.sample import GAP, Times, Values
from dashboard.history.columns import Columns, Placing
from dashboard.history.slice import Slice

FIRST_ROOM = 64  # times; a metric that is declared but never sampled costs next to nothing
SLACK = 1.05
#: Values that a metric may hold (32 MiB), whatever its rate and the retention ask for.
MAX_CELLS = 4 * 2**20
#: Samples that come so many ms late are put in their place; what is older says that the clock was set back.
OVERLAP = 1000
#: Seconds; longer than any clock has been.
FOREVER = 3e9


@dataclass(frozen=True, slots=True, eq=False)
class Appended:
    """What an append has done.

    Attributes:
        offset: running number of the metric's last sample.
        times: int64[n], the new times, and from the first of them on those that were held.
        series: all series of the metric.
        values: float64[k, n], their values in the order of `series`; NaN where there are none.
        new_series: `series` is not what it was before.
        new_refused: series were refused that had not been before.
    """

    offset: int
    times: Times
    series: tuple[Series, ...]
    values: Values
    new_series: bool
    new_refused: bool


class Ring:
    """The last samples of one metric. Not locked; `History` sees to that.

    It grows by doubling until it holds the retention, then the newest sample takes the place of the oldest.

    Args:
        every: seconds between samples, as declared.
        retention: seconds that samples are kept.
        max_series: cap; newer series are refused and counted.
        offset: running number that the first sample follows.
        max_cells: values that it may hold.
    """

    def __init__(
        self, every: float, retention: float, max_series: int, offset: int = 0, max_cells: int = MAX_CELLS
    ) -> None:
        self.offset = offset
        self.columns = Columns(max_series)
        self._retention = round(retention * 1000)
        self._max_cells = max_cells
        self._capacity = 0
        self.set_interval(every)
        # Since when times and offsets have run side by side: before, the clock was set back and samples were dropped.
        self._floor = offset
        self._times: Times = np.zeros(min(FIRST_ROOM, self._capacity), dtype=np.int64)
        self._values: Values = np.full((0, len(self._times)), GAP)
        self._head = 0
        self._count = 0
        self._newest = 0
        self._leave_at = 0

    @classmethod
    def unbounded(cls, offset: int, whole: int) -> Ring:
        """One that lets go of nothing, and goes on after samples that it does not hold.

        Args:
            offset: of the last of these.
            whole: how many of them are numbered without a break.
        """
        ring = cls(1.0, FOREVER, 2**31, offset, 2**60)
        ring._floor = offset - whole
        return ring

    def restore(self, samples: Slice, whole: int) -> None:
        """Take what a ring before this one has held, as the first thing.

        Args:
            samples: with the offset of the last of them.
            whole: how many of the last ones are numbered without a break.
        """
        if len(samples.times):
            self.append(samples.times, samples.series, samples.values)
        self.offset = samples.offset
        self._floor = samples.offset - min(whole, self._count)

    def jump(self, offset: int) -> None:
        """What comes next is numbered from another offset on."""
        self.offset = self._floor = offset

    def __len__(self) -> int:
        """How many times are held."""
        return self._count

    @property
    def series(self) -> tuple[Series, ...]:
        return self.columns.series

    @property
    def whole(self) -> int:
        """How many samples up to the last are numbered without a break, whether they are held or not."""
        return self.offset - self._floor

    @property
    def oldest(self) -> int:
        """The time of the oldest sample that is held; 0 when there is none."""
        return int(self._times[self._head]) if self._count else 0

    @property
    def newest(self) -> int:
        """The time of the last sample."""
        return self._newest

    @property
    def retention(self) -> int:
        """ms for which samples, and series without any, are kept."""
        return self._retention

    @property
    def capacity(self) -> int:
        """Times that are held when the metric is sampled as declared."""
        return min(self._capacity, self._most)

    def set_interval(self, every: float) -> None:
        """The metric is sampled at another interval from now on; what is held stays."""
        self.every = every
        self._capacity = math.ceil(self._retention / 1000 / every * SLACK) + 16

    def keep_for(self, retention: float) -> None:
        """Samples are kept for so many seconds from now on."""
        self._retention = round(retention * 1000)
        self._leave_at = 0
        self.set_interval(self.every)

    def append(self, times: Times, series: tuple[Series, ...], values: Values) -> Appended:
        """Add samples.

        When the first is not newer than what is held, the clock was set back: the later write wins, and what is held
        from that time on goes. But when it is late by no more than `OVERLAP`, the new ones take their places among
        those held; of two at the same time the later value wins, unless it is a gap. Either way what is held from the
        first new time on is appended anew, with new offsets, so readers drop theirs from there.

        Args:
            times: int64[n], ascending, n > 0.
            series: of this batch; giving the identical tuple again is fastest.
            values: float64[k, n].
        """
        before, refused = self.columns.series, self.columns.refused
        first, newest = int(times[0]), int(times[-1])
        late = bool(self._count) and 0 <= self._newest - first <= OVERLAP
        if late:
            newest = max(newest, self._newest)
        elif self._count and first <= self._newest:
            self._step_back(first)
        placing = self._place(series)
        self.columns.saw(placing, newest)
        if newest > self._leave_at:
            if self.columns.leave(newest - self._retention):
                placing = self._place(series)
                self.columns.saw(placing, newest)
            self._leave_at = self.columns.first_to_leave() + self._retention
        if placing.taken is not None:
            values = values[placing.taken]
        if late:
            times, values = self._merge(times, self._aligned(placing, values))
            placing = self.columns.all()
        self._store(times, values, placing)
        self._newest = newest
        self.offset += len(times)
        after = self.columns.series
        return Appended(
            offset=self.offset,
            times=times,
            series=after,
            values=self._aligned(placing, values),
            new_series=after is not before and after != before,
            new_refused=self.columns.refused > refused,
        )

    def parts_from(self, newest: int, after: int) -> bool:
        """Whether series that were seen after a time leave when there is a sample of `newest`, in ms since the epoch.

        That is so where the clock has leapt: after a sleep, or with a past that comes at once.
        """
        return newest > self._leave_at and self.columns.any_between(after, newest - self._retention)

    def since(self, offset: int) -> Slice | None:
        """Exactly the samples after `offset`, or None when one of them is no longer held (or never was)."""
        missing = self.offset - offset
        if offset < self._floor or not 0 <= missing <= self._count:
            return None
        return self._copy(self._count - missing, self._count)

    def recent(self, seconds: float) -> Slice:
        """The samples of the last `seconds`, counted back from the newest one."""
        return self._copy(self._locate(self._newest - round(seconds * 1000)), self._count)

    def between(self, start: int, end: int) -> Slice:
        """The samples from `start` to `end`, both included, in ms since the epoch."""
        low = self._locate(start)
        return self._copy(low, max(low, self._locate(end + 1)))

    def everything(self) -> Slice:
        """All samples that are held."""
        return self._copy(0, self._count)

    def latest(self) -> Slice:
        """The newest sample; empty when there is none yet."""
        return self._copy(max(0, self._count - 1), self._count)

    def _place(self, series: tuple[Series, ...]) -> Placing:
        placing, fresh = self.columns.place(series)
        if fresh:
            slots = len(self._values)
            if self.columns.width > slots:
                # At most what the cap lets come, since every row that is not used is taken from the retention.
                self._widen(max(self.columns.width, min(2 * slots, self.columns.cap)))
            self._values[fresh] = GAP
        return placing

    @property
    def _most(self) -> int:
        """Times that fit into the bound of cells."""
        return max(1, self._max_cells // max(1, len(self._values)))

    def _widen(self, slots: int) -> None:
        """Make rows for more series, which may leave room for fewer times."""
        most = max(1, self._max_cells // slots)
        if len(self._times) > most:
            self._drop(max(0, self._count - most))
            self._move(most)
        wider: Values = np.full((slots, len(self._times)), GAP)
        wider[: len(self._values)] = self._values
        self._values = wider

    def _drop(self, count: int) -> None:
        """Let go of the oldest."""
        self._head = (self._head + count) % len(self._times)
        self._count -= count

    def _merge(self, times: Times, values: Values) -> tuple[Times, Values]:
        """Take out what is held from the first new time on; it and the new samples, in the order of their times."""
        low = self._locate(int(times[0]))
        held = self._copy(low, self._count)
        self._count = low
        self._floor = self.offset
        merged: Times = np.union1d(held.times, times)
        whole: Values = np.full((len(values), len(merged)), GAP)
        whole[:, np.searchsorted(merged, held.times)] = held.values
        places = np.searchsorted(merged, times)
        whole[:, places] = np.where(np.isnan(values), whole[:, places], values)
        return merged, whole

    def _store(self, times: Times, values: Values, placing: Placing) -> None:
        self._make_room(times)
        room = len(self._times)
        if len(times) > room:
            times, values = times[-room:], values[:, -room:]
        start = (self._head + self._count) % room
        end = start + len(times)
        self._count += len(times)
        if end <= room:
            self._write(start, end, times, values, placing)
            return
        fits = room - start
        self._write(start, room, times[:fits], values[:, :fits], placing)
        self._write(0, end - room, times[fits:], values[:, fits:], placing)

    def _write(self, start: int, end: int, times: Times, values: Values, placing: Placing) -> None:
        self._times[start:end] = times
        if not placing.whole:
            self._values[:, start:end] = GAP
        self._values[placing.slots, start:end] = values

    def _make_room(self, times: Times) -> None:
        """Let these times fit, by growing while the retention asks for it, else by dropping the oldest."""
        needed = self._count + len(times)
        if needed <= len(self._times):
            return
        if len(self._times) < self.capacity:
            self._grow(needed, self.capacity)
        surplus = needed - len(self._times)
        if surplus > 0 and self._time_of(surplus - 1, times) >= int(times[-1]) - self._retention:
            self._grow(needed, self._most)
            surplus = needed - len(self._times)
        dropped = min(self._count, surplus)
        if dropped > 0:
            self._drop(dropped)

    def _time_of(self, place: int, coming: Times) -> int:
        """The time at a place, counted from the oldest one held and on into those that are coming."""
        if place < self._count:
            return int(self._times[(self._head + place) % len(self._times)])
        return int(coming[place - self._count])

    def _grow(self, needed: int, limit: int) -> None:
        room = min(limit, max(needed, 2 * len(self._times)))
        if room > len(self._times):
            self._move(room)

    def _move(self, room: int) -> None:
        """Move what is held to new arrays of so many times, the oldest first."""
        times: Times = np.zeros(room, dtype=np.int64)
        values: Values = np.full((len(self._values), room), GAP)
        split = min(self._count, len(self._times) - self._head)
        for into, come_from in (
            (slice(0, split), slice(self._head, self._head + split)),
            (slice(split, self._count), slice(0, self._count - split)),
        ):
            times[into] = self._times[come_from]
            values[:, into] = self._values[:, come_from]
        self._times, self._values, self._head = times, values, 0

    def _step_back(self, first: int) -> None:
        self._count = self._locate(first)
        self._floor = self.offset
        self._newest = int(self._times[(self._head + self._count - 1) % len(self._times)]) if self._count else first
        self.columns.step_back(first)
        self._leave_at = 0

    def _locate(self, time: int) -> int:
        """How many of the times held are before `time`."""
        split = min(self._count, len(self._times) - self._head)
        low = int(np.searchsorted(self._times[self._head : self._head + split], time))
        if low < split or split == self._count:
            return low
        return split + int(np.searchsorted(self._times[: self._count - split], time))

    def _aligned(self, placing: Placing, values: Values) -> Values:
        if placing.whole:
            return values
        aligned: Values = np.full((len(self.columns.series), values.shape[1]), GAP)
        aligned[placing.order] = values
        return aligned

    def _copy(self, low: int, high: int) -> Slice:
        """The samples from the `low`-th oldest up to, but without, the `high`-th."""
        room = len(self._times)
        count = high - low
        start = (self._head + low) % room if room else 0
        split = min(count, room - start)
        times: Times = np.empty(count, dtype=np.int64)
        values: Values = np.empty((len(self.columns.series), count))
        times[:split] = self._times[start : start + split]
        times[split:] = self._times[: count - split]
        values[:, :split] = self._values[self.columns.slots, start : start + split]
        values[:, split:] = self._values[self.columns.slots, : count - split]
        return Slice(self.offset, times, self.columns.series, values)
