"""What a client that joins a room has to know: the samples that it lacks, or else a stretch of history."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.history.downsample import MIN_POINTS
from dashboard.history.slice import Slice
from dashboard.history.store import History
from dashboard.live.payloads import Wanted
from dashboard.live.refused import Refused
from dashboard.live.wire import Code

#: Values (points times series) in the answer to one request: 8 MB on the wire.
MAX_VALUES = 1_000_000


@dataclass(frozen=True, slots=True)
class Backfill:
    """Samples for one client.

    Attributes:
        samples: they may still have to be thinned.
        recovered: they are all that it lacked.
        points: times that go into the answer at most.
        more: the archive may have some before them.
    """

    samples: Slice
    recovered: bool
    points: int
    more: bool = False

    @property
    def size(self) -> int:
        """How many values there are in the answer."""
        return len(self.samples.values) * (self.points if self.more else min(self.points, len(self.samples.times)))


def no_room() -> Refused:
    """The answer is full."""
    sentence = f"an answer has at most {MAX_VALUES:,} values, and others took them; ask for this metric in another one"
    return Refused(Code.RATE_LIMITED, sentence)


def read(history: History, wanted: Wanted, known: bool) -> Backfill:
    """Copy what the client has to know out of the history.

    Args:
        history: the samples.
        wanted: which metric, and what the client has of it.
        known: `wanted.since` is of this history's epoch.

    Raises:
        UnknownMetric: there is none of that name.
    """
    # What fits into an answer of its own, so that no metric is refused for ever.
    most = max(MIN_POINTS, MAX_VALUES // max(1, len(history.series(wanted.name))))
    if known and wanted.since is not None:
        missing = history.since(wanted.name, wanted.since)
        if missing is not None and len(missing.times) <= most:
            return Backfill(missing, recovered=True, points=most)
    recent = history.recent(wanted.name, wanted.window)
    more = history.reaches_back(wanted.name, wanted.window)
    return Backfill(recent, recovered=False, points=min(wanted.points, most), more=more)
