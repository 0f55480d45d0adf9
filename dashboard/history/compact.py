"""Small chunks made into full ones, and the space between them given back; each step is whole by itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from dashboard.history.chunk_writer import BUCKETS, LENGTH, ChunkWriter, limit
from dashboard.history.database import Database, StoreTrouble, translated
from dashboard.history.tiers import Tier

#: Chunks that are made in one transaction, so that none takes long.
PORTION = 50
#: Steps of SQLite's own machine between two looks whether somebody wants to stop.
LOOK = 100_000


class Run(NamedTuple):
    """Chunks of a metric and tier that follow one another, and become one."""

    metric: int
    tier: Tier
    first: int
    last: int


class Compaction:
    """`Archive.compaction` makes one.

    Args:
        database: of the history, which nobody else writes.
        chunks: in it.

    Attributes:
        runs: of chunks that are to become one.
    """

    def __init__(self, database: Database, chunks: ChunkWriter) -> None:
        self._database = database
        self._chunks = chunks
        with database.reading() as db:
            self.runs = list(_runs(db))

    def unite(self) -> Iterator[int]:
        """Make one chunk of each run; after each transaction, how many runs more are done.

        Raises:
            StoreTrouble, StoreDamaged: the file can't be written; what was done before stays done.
        """
        for at in range(0, len(self.runs), PORTION):
            portion = self.runs[at : at + PORTION]
            with self._database.writing() as db:
                for run in portion:
                    self._chunks.unite(db, *run)
            yield len(portion)

    def give_back(self) -> None:
        """Write the file anew without the space that nothing is in.

        Raises:
            StoreTrouble, StoreDamaged: that can't be done now, and the file is as it was.
            KeyboardInterrupt: the same.
        """
        db = self._database.writer
        # Python hears Ctrl-C in there, in the middle of SQLite's work.
        db.set_progress_handler(lambda: 0, LOOK)
        try:
            with translated():
                db.execute("VACUUM")
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except StoreTrouble as error:
            if getattr(error.__cause__, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                raise KeyboardInterrupt from None
            raise
        finally:
            db.set_progress_handler(None, 0)


def _runs(db: sqlite3.Connection) -> Iterator[Run]:
    """Runs of at least two chunks that fit into one."""
    query = "SELECT metric, tier, fast, first, last, n, k FROM chunk ORDER BY metric, tier, first"
    run: list[tuple[int, ...]] = []
    for row in db.execute(query):
        if run and not _fits(run, row):
            if len(run) > 1:
                yield Run(run[0][0], Tier(run[0][1]), run[0][3], run[-1][3])
            run = []
        run.append(row)
    if len(run) > 1:
        yield Run(run[0][0], Tier(run[0][1]), run[0][3], run[-1][3])


def _fits(run: list[tuple[int, ...]], row: tuple[int, ...]) -> bool:
    metric, tier, fast, first, last, n, _ = row
    before = run[-1]
    if (metric, tier, fast) != before[:3] or first <= before[4]:
        return False
    count = n + sum(one[5] for one in run)
    if tier:
        return count <= BUCKETS
    # Over a long pause chunks stay apart: whoever reads one side of it need not unpack the other.
    width = max(one[6] for one in [*run, row])
    return first - before[4] <= LENGTH and count <= limit(count, last - run[0][3], max(1, width))
