"""How long what is kept: each tier its own time, and all of it together so much of the disk; the oldest goes first."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass

from dashboard.history.database import whole
from dashboard.history.tiers import Tier

#: ms between two looks for what is due.
EVERY = 10_000
#: ms by which a clock may be set on, and seconds for which nothing is deleted when it was by more: it may be set back.
LEAP, WAIT = 3_600_000, 3600.0
#: Chunks that go in one transaction, so that none takes long.
PORTION = 500
#: Free pages that stay in the file for what comes next, and how many are given back at a time.
SPARE, GIVEN_BACK = 256, 1024


@dataclass(frozen=True, slots=True)
class Keep:
    """How long to keep what, in ms.

    Attributes:
        full: samples as they came.
        fast: the same, of metrics with more than one a second.
        minute: sums over minutes.
        hour: sums over hours.
        size: bytes of the file.
    """

    full: int
    fast: int
    minute: int
    hour: int
    size: int


class Expiry:
    """Lets go of what is too old, and of the oldest when the file is too large.

    Args:
        keep: how long to keep what.
        monotonic: a clock in seconds that never steps.
    """

    def __init__(self, keep: Keep, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._keep = keep
        self._due = 0
        self._monotonic = monotonic
        self._before: tuple[int, float] | None = None
        self._doubtful_until = 0.0
        self._kinds = (
            (Tier.FULL, 0, keep.full),
            (Tier.FULL, 1, keep.fast),
            (Tier.MINUTE, 0, keep.minute),
            (Tier.HOUR, 0, keep.hour),
        )

    def step(self, db: sqlite3.Connection, now: int) -> None:
        """Delete a portion of what is due, within the caller's transaction."""
        if self._doubts(db, now) or self._due - EVERY < now < self._due:
            return
        gone = sum(self._delete(db, tier, fast, now - length) for tier, fast, length in self._kinds)
        surplus = used(db) - self._keep.size
        if not gone and surplus > 0:
            gone = self._shrink(db, now, surplus)
        self._due = now if gone else now + EVERY

    def _doubts(self, db: sqlite3.Connection, now: int) -> bool:
        """Whether the clock may be wrong: it has leapt ahead, and by it all that there is would be too old."""
        moment = self._monotonic()
        if self._before is None:
            (newest,) = db.execute("SELECT max(last) FROM chunk").fetchone()
            if newest is not None and now - whole(newest) > LEAP:  # it was away for long, or starts with a wrong clock
                self._doubtful_until = moment + WAIT
        else:
            leap = now - self._before[0] - (moment - self._before[1]) * 1000
            if leap > LEAP:
                self._doubtful_until = moment + WAIT
            elif leap < -LEAP:  # it was wrong, and has been set right
                self._doubtful_until = 0.0
        self._before = now, moment
        return moment < self._doubtful_until

    def give_back(self, db: sqlite3.Connection) -> None:
        """Make the file smaller when much of it is empty, a little at a time; outside of a transaction."""
        if _pragma(db, "freelist_count") > SPARE + GIVEN_BACK:
            # As a script: Python ends a statement that gives rows without columns, as this one does, at the first.
            db.executescript(f"PRAGMA incremental_vacuum({GIVEN_BACK})")

    def _delete(self, db: sqlite3.Connection, tier: Tier, fast: int, before: int) -> int:
        deleted = db.execute(
            "DELETE FROM chunk WHERE id IN"
            " (SELECT id FROM chunk WHERE tier = ? AND fast = ? AND last < ? ORDER BY last LIMIT ?)",
            (int(tier), fast, before, PORTION),
        )
        return deleted.rowcount

    def _shrink(self, db: sqlite3.Connection, now: int, surplus: int) -> int:
        """Delete a few of the oldest chunks of the tier that has used most of its time; no more than has to go."""
        oldest = []
        query = "SELECT min(last) FROM chunk WHERE tier = ? AND fast = ?"
        for tier, fast, length in self._kinds:
            (last,) = db.execute(query, (int(tier), fast)).fetchone()
            if last is not None:
                oldest.append(((now - whole(last)) / length, tier, fast))
        if not oldest:
            return 0
        _, tier, fast = max(oldest)
        query = "SELECT id, length(data) FROM chunk WHERE tier = ? AND fast = ? ORDER BY last LIMIT ?"
        gone = []
        for row, size in db.execute(query, (int(tier), fast, PORTION // 10)):
            gone.append((row,))
            surplus -= size
            if surplus <= 0:
                break
        db.executemany("DELETE FROM chunk WHERE id = ?", gone)
        return len(gone)


def used(db: sqlite3.Connection) -> int:
    """Bytes of the file that are in use."""
    return (_pragma(db, "page_count") - _pragma(db, "freelist_count")) * _pragma(db, "page_size")


def _pragma(db: sqlite3.Connection, name: str) -> int:
    return int(db.execute(f"PRAGMA {name}").fetchone()[0])
