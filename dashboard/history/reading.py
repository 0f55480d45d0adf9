"""Any span of a metric's past: archive and memory joined without a seam, at the resolution that fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from collectors.metric import Series
from dashboard.history.directory import Key
from dashboard.history.shelf import Shelf
from dashboard.history.slice import NOTHING, Slice, after
from dashboard.history.tiers import ASPECTS, Aggregate, Buckets, Tier, aligned, aspects_of, floor, merge, sum_up, widen

#: Values that may be looked through for one answer; a coarser tier is taken when there would be more.
MOST_CELLS = 1_000_000
#: A bucket is this many values to read: the count, and what is asked for.
BUCKET_CELLS = 2
#: Values for which no answer is made, at whatever resolution it was asked for.
TOO_MANY_CELLS = 10_000_000

Wanted = Callable[[Series], bool]


def with_labels(labels: Mapping[str, str]) -> Wanted | None:
    """The series that have all of these labels; None, which is all series, when there are none."""
    pairs = labels.items()
    return (lambda series: pairs <= series.as_dict().items()) if pairs else None


class TooMuch(ValueError):
    """More was asked for than one answer may look through."""

    def __init__(self) -> None:
        super().__init__(
            f"that span has more than {TOO_MANY_CELLS:,} values at that resolution; ask for a shorter one, for some "
            "series, for a coarser tier, or for an export"
        )


@dataclass(frozen=True, slots=True)
class Span:
    """What is asked for.

    Attributes:
        start: ms since the epoch, included.
        end: ms since the epoch, included.
        tier: at which resolution; None chooses the finest one that is not too much.
        aggregate: of what is summed up; None is the mean of tiers, and leaves samples as they are.
        wanted: of which series; None means all.
        points: with an aggregate, in about so many buckets at most; 0 leaves each tier its own.
    """

    start: int
    end: int
    tier: Tier | None = None
    aggregate: Aggregate | None = None
    wanted: Wanted | None = None
    points: int = 0

    def width(self, tier: Tier) -> int:
        """Of a bucket in ms, a multiple of the tier's; 0 when nothing is to be summed up."""
        if not self.points or self.aggregate is None:
            return tier.width
        unit = tier.width or 1
        return max(1, -(-(self.end - self.start) // (self.points * unit))) * unit


@dataclass(frozen=True, slots=True)
class Memory:
    """What is held in memory of a metric, copied.

    Attributes:
        samples: of the span or more.
        archived_to: up to this time all is in the archive as well.
        every: ms between samples.
        reach: from when on it has all there is; before, the archive may have more. None: from the first of `samples`.
    """

    samples: Slice
    archived_to: int
    every: float
    reach: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An answer.

    Attributes:
        tier: its resolution, where it is coarsest.
        samples: its times and values; times of tiers are those at which buckets begin.
    """

    tier: Tier
    samples: Slice


def read(archive: Shelf, key: Key, memory: Memory | None, span: Span) -> Found:
    """The past of a metric; waits for the disk.

    Args:
        archive: what is on the disk.
        key: the metric.
        memory: what is held of it, None when it is no more measured.
        span: what is asked for.

    Raises:
        TooMuch: at that resolution it is more than an answer may look through.
        StoreTrouble: the archive can't be read now.
        StoreDamaged: its file is damaged.
    """
    tier = span.tier
    if tier is None:
        tier = _tier(archive, key, span)
    elif _cells(archive, key, span, tier) > TOO_MANY_CELLS:
        raise TooMuch
    if tier is Tier.FULL:
        return _full(archive, key, memory, span)
    series, buckets = _buckets(archive, key, memory, span, tier)
    if span.width(tier) > tier.width:
        buckets = widen(buckets, span.width(tier))
    found = Slice(_offset(memory), buckets.starts, series, buckets.values(span.aggregate or "mean"))
    if span.tier is None and tier is Tier.MINUTE:
        # Minutes are not kept for as long as hours.
        hours = _hours(archive, key, span, archive.first(key, Tier.MINUTE))
        if len(hours.times):
            tier, found = Tier.HOUR, after(hours, found)
    return Found(tier, found)


def _tier(archive: Shelf, key: Key, span: Span) -> Tier:
    """The finest resolution in which the span is not too much to look through."""
    fitting = (tier for tier in (Tier.FULL, Tier.MINUTE) if _cells(archive, key, span, tier) <= MOST_CELLS)
    return next(fitting, Tier.HOUR)


def _cells(archive: Shelf, key: Key, span: Span, tier: Tier) -> int:
    """Numbers that have to be unpacked."""
    cells = archive.cells(key, tier, span.start, span.end, span.wanted)
    return cells if tier is Tier.FULL else cells * BUCKET_CELLS // len(ASPECTS)


def _offset(memory: Memory | None) -> int:
    return memory.samples.offset if memory else 0


def _full(archive: Shelf, key: Key, memory: Memory | None, span: Span) -> Found:
    oldest = span.end + 1
    if memory and len(memory.samples.times):
        oldest = max(int(memory.samples.times[0]), memory.reach or 0)
    held = part(memory.samples, replace(span, start=max(span.start, oldest))) if memory else None
    found = archive.samples(key, span.start, min(span.end, oldest - 1), span.wanted)
    samples = Slice(_offset(memory), found.times, found.series, found.values)
    # Before the oldest of these there may still be sums.
    first = archive.first(key, Tier.FULL)
    first = min(oldest, first) if first is not None else oldest
    tier = Tier.FULL
    if first > span.start:
        before = Span(span.start, first - 1, aggregate=span.aggregate, wanted=span.wanted)
        tier, sums = _sums_before(archive, key, before)
        samples = after(sums, samples)
    samples = samples if held is None else after(samples, held)
    return Found(tier, summed(samples, span) if tier is Tier.FULL else samples)


def summed(samples: Slice, span: Span) -> Slice:
    """Samples at full resolution, summed up if that is asked for and there are many."""
    width = span.width(Tier.FULL)
    if not width or len(samples.times) <= span.points:
        return samples
    buckets = sum_up(samples.times, samples.values, width)
    return Slice(samples.offset, buckets.starts, samples.series, buckets.values(span.aggregate or "mean"))


def _sums_before(archive: Shelf, key: Key, span: Span) -> tuple[Tier, Slice]:
    """Minutes, and before the first of them hours, of a span of which there are no samples any more."""
    minutes_from = archive.first(key, Tier.MINUTE)
    aggregate = span.aggregate or "mean"
    needed = aspects_of(aggregate)
    end = span.end + 1
    series, minutes = archive.buckets(key, Tier.MINUTE, span.start, end - Tier.MINUTE.width, span.wanted, needed)
    tier = Tier.MINUTE if len(minutes.starts) else Tier.FULL
    found = Slice(0, minutes.starts, series, minutes.values(aggregate))
    hours = _hours(archive, key, span, end if minutes_from is None else min(minutes_from, end))
    return (Tier.HOUR, after(hours, found)) if len(hours.times) else (tier, found)


def _hours(archive: Shelf, key: Key, span: Span, until: int | None) -> Slice:
    """The hours of a span up to a time, or all of them; the last one may go on beyond it, so that no hole is left."""
    until = span.end + 1 if until is None else min(until, span.end + 1)
    if until <= span.start:
        return NOTHING
    aggregate = span.aggregate or "mean"
    series, hours = archive.buckets(key, Tier.HOUR, span.start, until - 1, span.wanted, aspects_of(aggregate))
    if not len(hours.starts) or hours.starts[0] > until - Tier.HOUR.width:
        return NOTHING  # the only one is that in which all begins
    return Slice(0, hours.starts, series, hours.values(aggregate))


def _buckets(
    archive: Shelf, key: Key, memory: Memory | None, span: Span, tier: Tier
) -> tuple[tuple[Series, ...], Buckets]:
    """Sums of a span. What is not finished in the archive is summed up here, from what finer there is."""
    width = tier.width
    needed = aspects_of(span.aggregate or "mean")
    start, end = floor(span.start, width), floor(span.end, width) + width - 1
    held = part(memory.samples, Span(0, end, wanted=span.wanted)) if memory else None
    if memory is None or held is None or not len(held.times):
        return archive.buckets(key, tier, start, span.end, span.wanted, needed)
    # From the minute on in which samples wait to be packed, the archive's sums may still grow.
    minute = floor(min(memory.archived_to + 1, end + 1), Tier.MINUTE.width)
    low = int(np.searchsorted(held.times, minute))
    parts = [(held.series, sum_up(held.times[low:], held.values[:, low:], width))]
    if held.times[0] > minute:
        begun = archive.samples(key, minute, int(held.times[0]) - 1, span.wanted)
        parts.insert(0, (begun.series, sum_up(begun.times, begun.values, width)))
    if tier is Tier.HOUR:
        hour = minute - minute % width
        series, minutes = archive.buckets(key, Tier.MINUTE, hour, minute - 1, span.wanted, needed)
        parts.insert(0, (series, widen(minutes, width)))
        parts.insert(0, archive.buckets(key, tier, start, hour - 1, span.wanted, needed))
    else:
        parts.insert(0, archive.buckets(key, tier, start, minute - 1, span.wanted, needed))
    series = tuple(dict.fromkeys(one for some, _ in parts for one in some))
    place = {one: row for row, one in enumerate(series)}
    whole = Buckets(np.zeros(0, dtype=np.int64), np.zeros((len(ASPECTS), len(series), 0)))
    for some, buckets in parts:
        whole = merge(whole, aligned(buckets, [place[one] for one in some], len(series)), needed)
    return series, whole.between(start, end + 1)


def part(samples: Slice, span: Span) -> Slice:
    """Those of the samples that a span asks for."""
    low, high = np.searchsorted(samples.times, (span.start, span.end + 1))
    times, values, series = samples.times[low:high], samples.values[:, low:high], samples.series
    if span.wanted is not None:
        rows = [row for row, one in enumerate(series) if span.wanted(one)]
        series, values = tuple(series[row] for row in rows), values[rows]
    return Slice(samples.offset, times, series, values)
