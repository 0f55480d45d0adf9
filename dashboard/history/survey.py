"""What a history holds, counted: for each tier, and for each metric."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.history.database import whole
from dashboard.history.directory import Key
from dashboard.history.tiers import ASPECTS, Tier
from dashboard.history.visit import Visit


@dataclass
class Part:
    """What there is of a tier, or of a metric.

    Attributes:
        chunks: rows of the file.
        values: of a coarser tier, for each series and bucket one.
        size: bytes, packed.
        oldest: time of the first, ms since the epoch; None when there is none.
        newest: time of the last.
    """

    chunks: int = 0
    values: int = 0
    size: int = 0
    oldest: int | None = None
    newest: int | None = None

    def add(self, chunks: int, values: int, size: int, oldest: int, newest: int) -> None:
        self.chunks += chunks
        self.values += values
        self.size += size
        self.oldest = oldest if self.oldest is None else min(self.oldest, oldest)
        self.newest = newest if self.newest is None else max(self.newest, newest)

    @property
    def each(self) -> float | None:
        """Bytes a value."""
        return self.size / self.values if self.values else None


@dataclass
class Survey:
    """A history at a moment.

    Attributes:
        epoch: its identity.
        tiers: what there is of each.
        metrics: what there is of each, of all tiers.
        series: how many each has had.
        waiting: rows of the journal, which are not packed yet, and their bytes.
    """

    epoch: str = ""
    tiers: dict[Tier, Part] = field(default_factory=lambda: {tier: Part() for tier in Tier})
    metrics: dict[Key, Part] = field(default_factory=dict)
    series: dict[Key, int] = field(default_factory=dict)
    waiting: tuple[int, int] = (0, 0)


def survey(visit: Visit) -> Survey:
    """Count what is there.

    Raises:
        StoreTrouble, StoreDamaged: it can't be read.
    """
    found = Survey()
    for name in visit.names():
        for key in visit.keys(name):
            found.metrics[key] = Part()
            found.series[key] = visit.count(key)
    with visit.reading() as db:
        row = db.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()
        found.epoch = str(row[0]) if row else ""
        found.waiting = db.execute("SELECT count(*), coalesce(sum(length(data)), 0) FROM journal").fetchone()
        for number, tier, chunks, values, size, oldest, newest in db.execute(
            "SELECT metric, tier, count(*), sum(n * k), sum(length(data)), min(first), max(last) FROM chunk"
            " WHERE tier IN (0, 1, 2) GROUP BY metric, tier"
        ):
            counted = (chunks, values // len(ASPECTS) if tier else values, size, whole(oldest), whole(newest))
            found.tiers[Tier(tier)].add(*counted)
            key_of = visit.key_of(number)
            if key_of in found.metrics:
                found.metrics[key_of].add(*counted)
    return found
