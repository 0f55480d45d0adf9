"""Samples of an agent on their way in: put together again from the messages that carried them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from collectors.metric import Series, clean_label
from collectors.sample import GAP, Batch, Values, united
from dashboard.live.agent_payloads import MOST_ALL_SERIES, MOST_CELLS, Pushed, PushRequest
from dashboard.live.payloads import BadRequest


class Groups:
    """What has come over one connection of samples that belong together, and the series of each metric so far.

    Args:
        known: whether a metric is declared; samples of others are left out.
    """

    def __init__(self, known: Callable[[str], bool]) -> None:
        self._known = known
        self._series: dict[str, tuple[Series, ...]] = {}
        self._parts: dict[str, list[Batch]] = {}
        self._number = 0
        self._cells = 0

    def take(self, request: PushRequest) -> list[Batch] | None:
        """The samples that belong together, a batch for each metric; None while more of them are to come.

        Raises:
            BadRequest: they don't fit together; what came of them before is dropped.
        """
        if request.n != self._number:
            self._drop(request.n)
        try:
            for one in request.batches:
                if self._known(one.m):
                    self._parts.setdefault(one.m, []).append(self._batch(one))
            if request.more:
                return None
            _check_union(self._parts)
        except BadRequest:
            self._drop(0)
            raise
        whole = [united(parts) for parts in self._parts.values()]
        self._drop(0)
        return whole

    def forget(self, metrics: set[str]) -> None:
        """These are declared no more."""
        for name in metrics:
            self._series.pop(name, None)
            self._parts.pop(name, None)

    def _drop(self, number: int) -> None:
        self._parts, self._number, self._cells = {}, number, 0

    def _batch(self, one: Pushed) -> Batch:
        known = self._series.get(one.m, ())
        end = one.at + len(one.v)
        if one.series is not None:
            if one.at > len(known):
                raise BadRequest(f"batches: {one.m!r} has {len(known)} series here, so none can be put at {one.at}")
            fresh = tuple(Series(tuple((key, clean_label(text)) for key, text in each.items())) for each in one.series)
            known = known[: one.at] + fresh
            if len(set(known)) != len(known):
                raise BadRequest(f"batches: a series of {one.m!r} is in it twice; send each once")
            self._check_all(one.m, len(known))
            self._series[one.m] = known
        if end > len(known):
            raise BadRequest(
                f"batches: {one.m!r} has {len(known)} series here, not {end}; send them with their samples"
            )
        self._cells += len(one.t) * max(1, len(one.v))
        if self._cells > MOST_CELLS:
            raise BadRequest(f"batches: at most {MOST_CELLS:,} values belong together; send the others by themselves")
        values: Values = np.array(one.v, dtype=np.float64).reshape(len(one.v), len(one.t)) if one.v else _nothing(one)
        return Batch(one.m, np.array(one.t, dtype=np.int64), known[one.at : end], values)

    def _check_all(self, metric: str, count: int) -> None:
        count += sum(len(series) for name, series in self._series.items() if name != metric)
        if count > MOST_ALL_SERIES:
            raise too_many_series(metric)


def too_many_series(metric: str) -> BadRequest:
    """What an agent is told whose metrics have more series than all of them may have together."""
    return BadRequest(
        f"batches: with {metric!r} the metrics of this agent have more than {MOST_ALL_SERIES:,} series in all; "
        "leave out what tells them apart too finely"
    )


def _check_union(parts: dict[str, list[Batch]]) -> None:
    """Parts whose series and times differ leave gaps where they are put together, which take room as values do."""
    cells = 0
    for metric, batches in parts.items():
        rows, times = _union(batches)
        cells += rows * times
        if cells > MOST_CELLS:
            raise BadRequest(
                f"batches: with {metric!r}, of {rows} series at {times} times in all, more than {MOST_CELLS:,} values "
                "belong together, gaps among them; send its parts by themselves"
            )


def _union(batches: Sequence[Batch]) -> tuple[int, int]:
    """How many series and times they have when they are one."""
    rows = len({one for batch in batches for one in batch.series})
    return rows, len(np.unique(np.concatenate([batch.times for batch in batches])))


def _nothing(one: Pushed) -> Values:
    empty: Values = np.full((0, len(one.t)), GAP)
    return empty
