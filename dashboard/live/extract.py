"""What a panel in a page of others may see: metrics, or some of their series; and rooms for those who see no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from collectors.metric import Series
from dashboard.history.slice import Slice
from dashboard.live import wire

#: Labels, and the values that they may have.
Labels = tuple[tuple[str, frozenset[str]], ...]


class Extract(NamedTuple):
    """Series of a metric.

    Attributes:
        metric: its name.
        only: what the labels of a series may be, one of these; without any, all series.
    """

    metric: str
    only: tuple[Labels, ...] = ()

    def has(self, series: Series) -> bool:
        return self.fits(series.as_dict())

    def fits(self, labels: Mapping[str, str]) -> bool:
        """Whether a series of these labels is one of them; a label that it lacks is an empty one, as on the page."""
        return not self.only or any(all(labels.get(name, "") in values for name, values in one) for one in self.only)

    def rows(self, series: Iterable[Series]) -> list[int]:
        """The places of those that belong to it."""
        return [row for row, one in enumerate(series) if self.has(one)]

    def of(self, samples: Slice) -> Slice:
        """The samples of these series."""
        rows = self.rows(samples.series)
        series = tuple(samples.series[row] for row in rows)
        return Slice(samples.offset, samples.times, series, np.ascontiguousarray(samples.values[rows]))

    @property
    def room(self) -> str:
        """Of all who see just this."""
        if not self.only:
            return wire.room(self.metric)
        return f"extract:{self.metric}:{[[(name, sorted(values)) for name, values in one] for one in self.only]}"


class Opened(NamedTuple):
    """What the key of a panel opens: an extract of each metric that it shows; a text shows none."""

    extracts: tuple[Extract, ...] = ()

    @classmethod
    def of_all(cls, shown: Iterable[tuple[str, Labels]]) -> Opened:
        """All series of these metrics and labels together, each metric once."""
        found: dict[str, list[Labels]] = {}
        for metric, labels in shown:
            found.setdefault(metric, []).append(labels)
        # Without labels all series are meant, whatever else is.
        return cls(tuple(
            Extract(metric, tuple(dict.fromkeys(some)) if all(some) else ()) for metric, some in found.items()
        ))  # fmt: skip

    @property
    def metrics(self) -> list[str]:
        return [one.metric for one in self.extracts]

    def of(self, metric: str) -> Extract | None:
        """What it opens of a metric; None for nothing."""
        return next((one for one in self.extracts if one.metric == metric), None)

    def declared(self, metrics: Iterable[wire.Payload]) -> list[wire.Payload]:
        """Metrics as the catalog tells them, with these series alone."""
        return [
            one | {"series": [series for series in one["series"] if extract.fits(series["labels"])]}
            for one in metrics
            if (extract := self.of(one["name"])) is not None
        ]


class Extracts:
    """The extracts that somebody watches, whose samples are sent in frames of their own.

    Used with the fan-out's lock held.

    Args:
        occupied: whether anybody is in a room.
    """

    def __init__(self, occupied: Callable[[str], bool]) -> None:
        self._occupied = occupied
        self._rows: dict[str, dict[Extract, list[int]]] = {}

    def watch(self, extract: Extract, series: Sequence[Series]) -> None:
        """Somebody is in its room now, and knows which of these series of the metric belong to it."""
        if extract.only:
            self._rows.setdefault(extract.metric, {})[extract] = extract.rows(series)

    def renew(self, metric: str, series: Sequence[Series]) -> list[Extract]:
        """The metric has other series now; those who watch an extract of it are to be told."""
        watched = [extract for extract, _ in self.of(metric)]
        for extract in watched:
            self.watch(extract, series)
        return watched

    def of(self, metric: str) -> list[tuple[Extract, list[int]]]:
        """Those of a metric that are watched, with their rows among its series."""
        known = self._rows.get(metric)
        if not known:
            return []
        for extract in [one for one in known if not self._occupied(one.room)]:
            del known[extract]
        return list(known.items())
