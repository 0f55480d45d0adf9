"""The history of every metric: in memory, where it is quick, and in the archive, where it lasts; joined without a seam.

One lock keeps readers and writers apart. Nothing waits for a disk while it is held.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from collectors.metric import Metric, Series
from collectors.sample import Batch
from dashboard.history.archive import Archive
from dashboard.history.database import StoreDamaged, StoreTrouble
from dashboard.history.directory import Key
from dashboard.history.downsample import HEAVY, thin, thin_away
from dashboard.history.epoch import new_epoch
from dashboard.history.kept import SEAL_AFTER, Kept, key_of
from dashboard.history.paging import Held
from dashboard.history.reading import Found, Memory, Span, part, read, summed
from dashboard.history.ring import Appended, Ring
from dashboard.history.shelf import Shelf
from dashboard.history.slice import NOTHING, Slice
from dashboard.history.tiers import Tier, floor
from dashboard.history.work import Append, Seal, Work
from dashboard.tasks import Clock, run_here

if TYPE_CHECKING:
    from dashboard.settings import HistorySettings

#: Of the time that what waits to be packed stays in memory, so that it is packed before it leaves.
MARGIN = 2.0
#: Spans that are read from the archive at the same time: unpacking takes the interpreter from everybody else.
MOST_READS = 2


class UnknownMetric(LookupError):
    """No metric of this name is declared (any more)."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no metric {name!r}")
        self.name = name


class History:
    """The samples of all metrics, as long as the retention says. Every method may be called from every task.

    Args:
        settings: how long what is kept, and cap of series.
        clock: tells the time of day.
        native: runs a function in a native thread and waits for it; see `dashboard.tasks`.
        archive: what lasts; None keeps all in memory alone.
    """

    def __init__(
        self, settings: HistorySettings, clock: Clock, native: Callable[..., Any] = run_here,
        archive: Archive | None = None,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._clock = clock
        self._native = native
        self._kept: dict[str, Kept] = {}
        # Offsets of metrics that went, so that one that comes again goes on counting: a client must not take its new
        # samples for old ones.
        self._ended: dict[str, int] = {}
        self._lock = threading.RLock()
        self._archive = archive
        self._work = Work()
        self._failing = self._skipped = False
        self._turns = threading.Semaphore(MOST_READS)
        self.epoch = archive.epoch if archive else new_epoch(self.now())

    def now(self) -> int:
        """The time in ms since the epoch."""
        return int(self._clock.wall() * 1000)

    # --- what is measured

    def declare(self, metric: Metric, every: float) -> None:
        """Make room for a metric that is sampled every so many seconds. One that is known keeps its samples.

        What the archive has of the last while is in memory then.
        """
        cap = self._settings.max_series if metric.max_series is None else metric.max_series
        key = key_of(metric)
        with self._lock:
            kept = self._kept.get(metric.name)
            if kept is not None and kept.key == key:
                kept.ring.set_interval(every)
                kept.ring.columns.cap = cap
                return
            if kept is not None:
                self.forget(metric.name)
            offset = self._ended.pop(metric.name, None)
        fresh = Kept(key, Ring(every, self._memory, cap, offset or 0))
        if offset is None and self._archive is not None:
            self._restore(fresh, self._archive)
        with self._lock:
            self._kept[metric.name] = fresh

    @property
    def _memory(self) -> float:
        if self._archive is None:
            return self._settings.memory
        return max(self._settings.memory, MARGIN * SEAL_AFTER / 1000)

    def _restore(self, kept: Kept, archive: Archive) -> None:
        samples, whole = self._native(archive.restore, kept.key, round(self._memory * 1000))
        kept.restore(samples, whole)
        kept.begun = self._native(_begun, archive, kept.key)

    def forget(self, name: str) -> None:
        """Drop a metric and its samples from memory."""
        with self._lock:
            kept = self._kept.pop(name, None)
            if kept is not None:
                self._ended[name] = kept.ring.offset
                self._put_by(kept.unsealed())

    def append(self, batch: Batch) -> Appended:
        """Add the samples of a batch; see `Ring.append`.

        Raises:
            UnknownMetric: it was not declared.
        """
        with self._lock:
            kept = self._found(batch.metric)
            done, cut = kept.append(batch.times, batch.series, batch.values)
            self._put_by(cut)
            if self._archive is not None:
                self._wait(Append(kept.key, done.offset, done.times, done.series, done.values))
            return done

    # --- what is to be archived; asked for by `Keeper`

    def take_work(self) -> Work:
        """What is to be written; given back by `done` or `not_done`."""
        with self._lock:
            work, self._work = self._work, Work()
            if self._failing:  # first it has to be seen that anything can be written
                return work
            work.due = [seal for kept in self._kept.values() if (seal := kept.due(self.now())) is not None]
            return work

    def done(self, work: Work) -> None:
        """All of it is written."""
        with self._lock:
            self._failing = False
            if self._skipped and work.due:
                # What memory had let go of before it was packed, and the journal does not have either, is lost.
                work.dropped += sum(seal.parted for seal in work.due)
                self._skipped = False
            for seal in work.due:
                kept = self._kept.get(seal.key.name)
                if kept is not None:
                    kept.sealed(seal)

    def not_done(self, work: Work) -> None:
        """Nothing of it is written; it is to be written next time, before what has come meanwhile."""
        with self._lock:
            self._failing = True
            later, self._work = self._work, work
            for seal in work.due:
                kept = self._kept.get(seal.key.name)
                if kept is not None:  # else `forget` has put by all of it
                    kept.not_sealed()
            work.due = []
            work.dropped += later.dropped
            for seal in later.seals:
                self._put_by(seal)
            for append in later.appends:
                self._wait(append)

    def use(self, archive: Archive) -> None:
        """Go on with another archive: all that is in memory is to be put there."""
        with self._lock:
            self._archive = archive
            self._work = Work(seals=self._work.seals, dropped=self._work.dropped)
            self._failing = self._skipped = False
            for kept in self._kept.values():
                kept.ring.keep_for(self._memory)
                kept.forget_archive()

    def _wait(self, append: Append) -> None:
        if not self._work.wait(append):
            self._skipped = True

    def _put_by(self, seal: Seal | None) -> None:
        """It leaves the memory; it waits to be packed."""
        if seal is not None and self._archive is not None:
            self._work.put_by(seal)

    # --- what is asked

    def offset(self, name: str) -> int:
        """Running number of the metric's last sample (time) in this epoch; the first sample has 1."""
        with self._lock:
            return self._found(name).ring.offset

    def series(self, name: str) -> tuple[Series, ...]:
        with self._lock:
            return self._found(name).ring.series

    def refused(self, name: str) -> int:
        """How many series of the metric have been left out so far, because it had as many as it may."""
        with self._lock:
            return self._found(name).ring.columns.refused

    def since(self, name: str, offset: int) -> Slice | None:
        """Exactly the samples after `offset` of this epoch, or None when one of them is no longer held."""
        with self._lock:
            return self._found(name).ring.since(offset)

    def recent(self, name: str, seconds: float) -> Slice:
        """Every sample in memory of the last `seconds`, counted back from the newest one."""
        with self._lock:
            return self._found(name).ring.recent(seconds)

    def latest(self, name: str) -> Slice:
        """The newest sample; a slice of no times when there is none."""
        with self._lock:
            return self._found(name).ring.latest()

    def reaches_back(self, name: str, seconds: float) -> bool:
        """Whether the archive may have more of the last `seconds` than the memory."""
        with self._lock:
            kept = self._found(name)
            ring = kept.ring
            if self._archive is None or kept.begun == ring.oldest:
                return False
            return ring.oldest > ring.newest - round(seconds * 1000)

    def reach_back(self, name: str, samples: Slice, seconds: float) -> Slice:
        """`samples`, copied from memory, with what the archive has before them; their series stay as they are.

        Never called with the lock held, as it waits for the disk.

        Args:
            name: of the metric.
            samples: the newest ones of it.
            seconds: how far back, counted from the last of them.
        """
        if self._archive is None or not len(samples.times):
            return samples
        end = int(samples.times[-1])
        start = end - round(seconds * 1000)
        with self._lock:
            kept = self._kept.get(name)
            if kept is None or int(kept.ring.oldest) <= start:
                return samples
            memory = _memory_of(kept, start, end)
        series = set(samples.series)
        span = Span(start, end, wanted=series.__contains__)
        try:
            found = self._read(self._archive, kept.key, memory, span).samples
        except (StoreTrouble, StoreDamaged):  # `Keeper` says so
            return samples
        return Slice(samples.offset, found.times, samples.series, found.values_of(samples.series))

    def query(self, key: Key, span: Span, points: int) -> Found:
        """The past of a metric, declared or only stored, in at most `points` points.

        Raises:
            StoreTrouble, StoreDamaged: it reaches further back than the memory, and the archive can't be read.
        """
        with self._lock:
            kept = self._kept.get(key.name)
            if kept is not None and kept.key != key:
                kept = None
            # Of the last hour it is summed up as a whole.
            end = span.end if span.tier is Tier.FULL else floor(span.end, Tier.HOUR.width) + Tier.HOUR.width - 1
            memory = _memory_of(kept, span.start, end) if kept else None
            enough = memory is not None and memory.reach is not None and memory.reach <= span.start
        if self._archive is None or (enough and span.tier in (None, Tier.FULL)):
            samples = self._summed(memory.samples, span) if memory else NOTHING
            return Found(Tier.FULL, self.thin(samples, points))
        return self._read(self._archive, key, memory, span, points)

    @property
    def shelf(self) -> Shelf | None:
        """What is on the disk; whoever reads it waits for that."""
        return self._archive

    def held(self, key: Key) -> Held | None:
        """What is in memory of a metric; None when nothing is."""
        with self._lock:
            kept = self._kept.get(key.name)
            if kept is None or kept.key != key or not len(kept.ring):
                return None
            ring = kept.ring
            return Held(ring.oldest, ring.newest, ring.every * 1000, ring.series)

    def between(self, name: str, start: int, end: int, points: int) -> Slice:
        """The samples from `start` to `end` (ms since the epoch, both included), in at most `points` points."""
        with self._lock:
            key = self._found(name).key
        return self.query(key, Span(start, end), points).samples

    def keys(self, name: str) -> list[Key]:
        """The metrics of this name that have a past, the one of now last."""
        stored = self._archive.keys(name) if self._archive else []
        with self._lock:
            kept = self._kept.get(name)
        return [one for one in stored if kept is None or one != kept.key] + ([kept.key] if kept else [])

    def oldest(self, name: str | None = None) -> int | None:
        """The time of the oldest sample of a metric, or of any; None when there is none. Waits for the disk.

        Raises:
            StoreTrouble, StoreDamaged: the archive can't be read.
        """
        keys = None if name is None else self.keys(name)
        with self._lock:
            held = [one for one in self._kept.values() if len(one.ring) and (keys is None or one.key in keys)]
            found: list[int | None] = [int(one.ring.oldest) for one in held]
        if self._archive is not None:
            found += self._native(_firsts, self._archive, keys)
        return min((one for one in found if one is not None), default=None)

    def stored(self) -> list[str]:
        """The names of all metrics that the archive knows."""
        return self._archive.names() if self._archive else []

    def width(self, key: Key) -> int:
        """How many series a metric has had, for all that is known."""
        stored = self._archive.count(key) if self._archive else 0
        with self._lock:
            kept = self._kept.get(key.name)
            return max(stored, len(kept.ring.series) if kept is not None and kept.key == key else 0)

    def thin(self, samples: Slice, points: int) -> Slice:
        """`samples` in at most `points` points; never called with the lock held, as it may wait."""
        return thin_away(samples, points, self._native)

    def _summed(self, samples: Slice, span: Span) -> Slice:
        """What a span asks for of memory, in a native thread when that takes long."""
        if span.aggregate is None or samples.values.size < HEAVY:
            return summed(part(samples, span), span)
        found: Slice = self._native(lambda: summed(part(samples, span), span))
        return found

    def _read(self, archive: Archive, key: Key, memory: Memory | None, span: Span, points: int | None = None) -> Found:
        with self._turns:
            found: Found = self._native(_read_thin, archive, key, memory, span, points)
            return found

    def _found(self, name: str) -> Kept:
        try:
            return self._kept[name]
        except KeyError:
            raise UnknownMetric(name) from None


def _read_thin(archive: Archive, key: Key, memory: Memory | None, span: Span, points: int | None) -> Found:
    """An answer in at most so many points; None leaves it as it is."""
    found = read(archive, key, memory, span)
    return found if points is None else Found(found.tier, thin(found.samples, points))


def _firsts(archive: Archive, keys: list[Key] | None) -> list[int | None]:
    """The oldest times that the archive has of these metrics, or of any."""
    return [archive.oldest()] if keys is None else [archive.first(key, tier) for key in keys for tier in Tier]


def _begun(archive: Archive, key: Key) -> int | None:
    """The oldest time that the archive has of a metric; None when it has nothing, 0 when that can't be told now."""
    try:
        found = [first for tier in Tier if (first := archive.first(key, tier)) is not None]
    except (StoreTrouble, StoreDamaged):
        return 0
    return min(found, default=None)


def _memory_of(kept: Kept, start: int, end: int) -> Memory:
    """What is held of a span; more than that where the sums of a minute or an hour need it."""
    archived_to = kept.ring.oldest - 1 if kept.sealed_to is None else kept.sealed_to
    samples = kept.ring.between(min(start, floor(archived_to + 1, Tier.MINUTE.width)), end)
    return Memory(samples, archived_to, kept.ring.every * 1000, kept.reach)
