"""Whether a history is what it was: every row, every chunk, and the sums against what they are made of."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from dashboard.history.chunks import Chunks
from dashboard.history.codec import Damaged, decode
from dashboard.history.damages import Damages
from dashboard.history.database import checksum
from dashboard.history.stretch import Stretch
from dashboard.history.tiers import ASPECTS, COUNT, LAST, MAX, MIN, SUM, Tier
from dashboard.history.visit import Visit

#: Values that are summed up at once.
CELLS = 2**20
#: Sums may differ so much, in parts of themselves: floats were added up in another order.
CLOSE = 1e-9


class Finding(NamedTuple):
    """Something that is not as it should be.

    Attributes:
        text: for people.
        sums: metric, tier, first and last time of stretches of sums that can be made anew; of what can only be left
            out there are none.
    """

    text: str
    sums: tuple[tuple[int, Tier, int, int], ...] = ()


class Examination:
    """A look at all of a history.

    Args:
        visit: to it.

    Attributes:
        findings: so far.
        total: chunks to look at.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self.findings: list[Finding] = []
        with visit.reading() as db:
            (self.total,) = db.execute("SELECT count(*) FROM chunk").fetchone()

    def run(self) -> Iterator[int]:
        """Look; how many more chunks have been looked at, every now and then.

        Raises:
            StoreTrouble, StoreDamaged: it can't be read at all.
        """
        if self._visit.damages.count:
            self._find(f"{self._visit.damages.count} rows of its directory or its journal can't be read")
        with self._visit.reading() as db:
            for (sentence,) in db.execute("PRAGMA integrity_check"):
                if sentence != "ok":
                    self._find(f"SQLite: {' '.join(str(sentence).split())}")
            numbers = [number for (number,) in db.execute("SELECT DISTINCT metric FROM chunk ORDER BY metric")]
        chunks = Chunks(Damages())  # what can't be read is told here, not by it
        for number in numbers:
            if self._visit.key_of(number) is None:
                self._find(f"{self._named(number)}: there are chunks of it, and its name is lost")
            with self._visit.reading() as db:
                for tier in Tier:
                    yield from self._rows(db, number, tier)
                for tier in (Tier.MINUTE, Tier.HOUR):
                    self._sums(db, chunks, number, tier)

    def _find(self, text: str) -> None:
        self.findings.append(Finding(text))

    def _named(self, number: int) -> str:
        key = self._visit.key_of(number)
        if key is None:
            return f"metric {number}"
        return f"{key.name} [{key.unit}]" if key.unit else key.name

    def _rows(self, db: sqlite3.Connection, number: int, tier: Tier) -> Iterator[int]:
        before = -1
        query = "SELECT id, first, last, n, k, fast, data, sum FROM chunk WHERE metric = ? AND tier = ? ORDER BY first"
        for row, first, last, n, k, fast, data, kept in db.execute(query, (number, int(tier))):
            where = f"{self._named(number)}: row {row}, {tier.name.lower()}, {_iso(first)} to {_iso(last)}"
            try:
                if not isinstance(data, bytes) or checksum(number, int(tier), first, last, n, k, fast, data) != kept:
                    raise Damaged("its checksum is another")
                _check(decode(data), tier, first, last, n, k)
                if first <= before:
                    self._find(f"{where}: it begins before the one before it ends")
                before = max(before, last)
            except Damaged as error:
                self._find(f"{where}: {error}")
            yield 1

    def _sums(self, db: sqlite3.Connection, chunks: Chunks, number: int, tier: Tier) -> None:
        finer = Tier(tier - 1)
        count = 0
        spans: list[tuple[int, Tier, int, int]] = []
        query = "SELECT first, last, k FROM chunk WHERE metric = ? AND tier = ? ORDER BY first"
        for first, last, k in db.execute(query, (number, int(tier))).fetchall():
            if not (isinstance(first, int) and isinstance(last, int) and isinstance(k, int)):
                continue  # such a row was found before
            at, end = first, last + tier.width - 1
            while at <= end:
                reach = chunks.stride(db, number, finer, at, max(1, CELLS // max(1, k)))
                reach = end if reach is None else min(end, reach - reach % tier.width + tier.width - 1)
                wrong = _differing(db, chunks, number, tier, at, reach)
                count += len(wrong)
                spans += [(number, tier, wrong[0], wrong[-1])] if wrong else []
                at = reach + 1
        if count:
            text = (
                f"{self._named(number)}: {count} sums of {tier.name.lower()}s are not those of what they are made of, "
                f"the first at {_iso(spans[0][2])}"
            )
            self.findings.append(Finding(text, tuple(spans)))


def _differing(db: sqlite3.Connection, chunks: Chunks, number: int, tier: Tier, first: int, last: int) -> list[int]:
    """When those buckets begin of which there is all that they are made of, and which are something else."""
    places, made = chunks.sums(db, number, tier, first, last)
    there = chunks.buckets(db, number, tier, first, last, places)
    common = np.intersect1d(made.starts, there.starts)
    ours = made.cells[:, :, np.isin(made.starts, common)]
    theirs = there.cells[:, :, np.isin(there.starts, common)]
    wrong = theirs[COUNT] < ours[COUNT]
    # Sums of more values than there are, are of some that have gone: nothing can be said of them.
    same = (theirs[COUNT] == ours[COUNT]) & (ours[COUNT] > 0)
    for aspect in (MIN, MAX, LAST):
        wrong |= same & (ours[aspect] != theirs[aspect])
    size = np.maximum(np.abs(ours[MIN]), np.abs(ours[MAX])) * ours[COUNT]
    with np.errstate(invalid="ignore"):
        wrong |= same & (np.abs(ours[SUM] - theirs[SUM]) > CLOSE * size)
    missing = np.setdiff1d(made.starts[(made.cells[COUNT] > 0).any(axis=0)], there.starts)
    found: list[int] = np.union1d(common[wrong.any(axis=0)], missing).tolist()
    return found


def _check(stretch: Stretch, tier: Tier, first: int, last: int, n: int, k: int) -> None:
    times, places = stretch.times, stretch.places
    if len(times) != n or len(places) != k or times[0] != first or times[-1] != last:
        raise Damaged("it holds something else than it says")
    if not (np.diff(times) > 0).all() or not (np.diff(places.astype(np.int64)) > 0).all():
        raise Damaged("its times or series are not in order")
    if not tier:
        return
    counts = stretch.values[COUNT :: len(ASPECTS)]
    if len(places) % len(ASPECTS) or (times % tier.width).any() or not (counts >= 0).all():
        raise Damaged("it holds no sums")


def _iso(ms: object) -> str:
    if not isinstance(ms, int):
        return repr(ms)
    return f"{np.datetime64(ms, 'ms').astype('datetime64[s]')}Z"
