"""One metric in memory: its ring, and how far it stands in the archive."""

from __future__ import annotations

import zlib

from collectors.metric import Metric, Series
from collectors.sample import Times, Values
from dashboard.history.directory import Key
from dashboard.history.ring import OVERLAP, Appended, Ring
from dashboard.history.slice import Slice
from dashboard.history.work import Seal

#: ms of samples after which they are packed, and at which number of values at the latest.
SEAL_AFTER = 600_000
SEAL_CELLS = 2**17


def key_of(metric: Metric) -> Key:
    """What makes it the same metric in the archive."""
    return Key(metric.name, metric.drawn_unit, metric.kind)


class Kept:
    """A ring whose samples are also to be archived. Not locked; `History` sees to that.

    Args:
        key: the metric.
        ring: its samples.
    """

    def __init__(self, key: Key, ring: Ring) -> None:
        self.key = key
        self.ring = ring
        #: Up to this time its samples stand in chunks, or wait to be put there; None while all do that are held.
        self.sealed_to: int | None = None
        #: Offset of the last sample that stands in chunks.
        self._packed = ring.offset
        self._since: int | None = None
        self._cells = 0
        #: The oldest time that there is of it anywhere; 0 when that is not known, None before there is any.
        self.begun: int | None = 0
        self._asked: Seal | None = None
        self._lowest: int | None = None
        # How far it had been when its clock was set back, and where it has gone on from there.
        self._ahead: int | None = None
        self._beyond: int | None = None
        # Metrics take turns: what all packed in the same second would be a second of work.
        self._early = zlib.crc32(key.name.encode()) % (SEAL_AFTER // 2)

    def restore(self, samples: Slice, whole: int) -> None:
        """Take what the archive has; see `Ring.restore`."""
        self.ring.restore(samples, whole)
        self._packed = samples.offset
        if len(samples.times):
            self.sealed_to = self.ring.newest

    def append(self, times: Times, series: tuple[Series, ...], values: Values) -> tuple[Appended, Seal | None]:
        """Add samples; also what has to be archived first, as the ring lets go of it: its clock was set back, or on."""
        first = int(times[0])
        cut = None
        set_back = len(self.ring) > 0 and first < self.ring.newest - OVERLAP
        leapt = not set_back and self.ring.parts_from(int(times[-1]), self.sealed_to or 0)
        passed = self._ahead is not None and first > self._ahead
        if set_back:
            self._ahead = max(self._ahead or 0, self.ring.newest)
            cut = self.unsealed()
        elif passed or leapt:
            # What was put by when the clock was set back stands between, and is not to be replaced; or series leave,
            # and what they had is packed before that.
            if passed:
                self._ahead = None
            cut = self.unsealed()
        if cut is not None:  # it waits to be packed, from where it is now
            self._packed = self.ring.offset
        done = self.ring.append(times, series, values)
        if self.begun is None:
            self.begun = self.ring.oldest
        begun = int(done.times[0])
        if passed or leapt:
            self._beyond = begun - 1
        elif cut is not None:
            self._beyond = None
        if passed or cut is not None or (self.sealed_to is not None and begun <= self.sealed_to):
            self.sealed_to = begun - 1
        if self._asked is not None:
            self._lowest = begun if self._lowest is None else min(self._lowest, begun)
        if self._since is None or cut is not None:
            self._since = begun
        self._cells += done.values.size
        return done, cut

    @property
    def reach(self) -> int | None:
        """From when on memory has all there is, or nothing else has; None when it is empty.

        Series that have left, as they had no values for the retention, are in the archive alone.
        """
        if not len(self.ring):
            return None
        if self.sealed_to is None:
            return self.ring.oldest
        return max(self.ring.oldest, min(self.ring.newest - self.ring.retention, self.sealed_to + 1))

    def unsealed(self) -> Seal | None:
        """What stands in no chunk yet; None when there is nothing."""
        start = 0 if self.sealed_to is None else self.sealed_to + 1
        samples = self.ring.between(start, self.ring.newest)
        count = len(samples.times)
        if not count:
            return None
        whole = self.ring.whole
        parted = self.ring.offset - self._packed > count and count == len(self.ring)
        if parted:
            whole = min(whole, count)
        # A clock that was set back has left samples in the archive that these follow upon no more. Of an archive that
        # is new here, it is not known what it has.
        follows = self.sealed_to is not None and whole > count
        return Seal(self.key, samples, whole, start if follows else int(samples.times[0]), parted)

    def due(self, now: int) -> Seal | None:
        """What it is time to pack; `sealed` says when that is done.

        Args:
            now: ms since the epoch.
        """
        if self._since is None:
            return None
        age = now - self._since  # below zero, the clock has been set back
        if self._cells < SEAL_CELLS and -SEAL_AFTER <= age < SEAL_AFTER - self._early:
            return None
        self._asked, self._lowest = self.unsealed(), None
        return self._asked

    def sealed(self, seal: Seal) -> None:
        """What was due stands in chunks now."""
        if self._asked is not seal:
            return
        newest = int(seal.samples.times[-1])
        self.sealed_to = newest if self._lowest is None else min(newest, self._lowest - 1)
        if self._beyond is not None:  # so far it has gone on meanwhile
            self.sealed_to = max(self.sealed_to, self._beyond)
        self._packed = seal.samples.offset
        left = self.unsealed()
        self._since = None if left is None else int(left.samples.times[0])
        self._cells = 0 if left is None else left.samples.values.size
        self._asked, self._early = None, 0

    def not_sealed(self) -> None:
        """It was not done; it is due again."""
        self._asked = None

    def forget_archive(self) -> None:
        """The archive is another one: all that is held has to be put there."""
        self.sealed_to = self._asked = None
        self._packed = self.ring.offset - len(self.ring)
        if len(self.ring):
            self._since, self._cells = self.ring.oldest, SEAL_CELLS  # due at once: it stands nowhere else
