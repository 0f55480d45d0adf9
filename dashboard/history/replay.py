"""What the journal has of each metric, put together again as it was in memory."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.history.directory import Directory
from dashboard.history.journal import Raw, united
from dashboard.history.ring import Ring


class Replay:
    """The rings of the metrics that the journal has samples of; what stands in chunks already is left out.

    Entries that follow one another, as nearly all do, are appended together: one by one, ten minutes of many metrics
    would take longer than people wait for a start.

    Args:
        directory: which metrics and series there are.
        entries: of the journal, in their order.
        only: of this metric alone, by its number.

    Attributes:
        rings: of each metric, its samples.
        earlier: what came before these, in its order, and would be taken for what they replace: with an earlier process
            the clock has gone, and stood further on.
    """

    def __init__(self, directory: Directory, entries: Iterable[Raw], only: int | None = None) -> None:
        self._directory = directory
        self._runs: dict[int, list[Raw]] = {}
        self.rings: dict[int, Ring] = {}
        self.earlier: list[tuple[int, Ring]] = []
        for entry in entries:
            if only is None or entry.metric == only:
                self._take(entry)
        for run in self._runs.values():
            self._append(run)

    def _take(self, entry: Raw) -> None:
        run = self._runs.get(entry.metric)
        if run is not None and _follows(entry, run[-1]):
            run.append(entry)
            return
        known = self._directory.by_id.get(entry.metric)
        if known is None or entry.offset <= known.offset or not entry.n:
            return
        if run is not None:
            self._append(run)
        self._runs[entry.metric] = [entry]

    def _append(self, run: list[Raw]) -> None:
        entry = united(run)
        known = self._directory.by_id[entry.metric]
        before = entry.offset - len(entry.times)
        ring = self.rings.get(entry.metric)
        if ring is not None and ring.offset != before and len(ring) and entry.times[0] <= ring.newest:
            self.earlier.append((entry.metric, ring))
            ring = None
        if ring is None:
            whole = known.whole if before == known.offset else 0
            ring = self.rings[entry.metric] = Ring.unbounded(before, whole)
        elif ring.offset != before:  # a second between could not be read
            ring.jump(before)
        if not len(entry.places) or int(entry.places.max()) < len(known.series):
            ring.append(entry.times, known.at(entry.places), entry.values)


def _follows(entry: Raw, before: Raw) -> bool:
    """Whether an entry goes on where another ends, with the same series."""
    follows = entry.n and entry.offset - entry.n == before.offset and entry.places == before.places
    return bool(follows) and entry.first > before.last
