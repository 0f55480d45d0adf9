"""Samples as they come, and the last of them kept together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from collectors.sample import Times, Values

Labels = dict[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Samples of one metric, in the order of their numbers.

    Attributes:
        metric: its name.
        times: int64[n], ms since the epoch, ascending.
        values: float64[k, n]; NaN is a gap.
        series: labels of each row of `values`.
        offset: running number of the last sample.
        epoch: the history to which that number belongs.
        fresh: a history from its beginning: what came before it is no longer certain, throw it away.
        recovered: these were missed, and have been fetched.
        gap: samples left out before these, which will not come; -1 when it is not known how many.
    """

    metric: str
    times: Times
    values: Values
    series: tuple[Labels, ...]
    offset: int
    epoch: str
    fresh: bool = False
    recovered: bool = False
    gap: int = 0

    def __len__(self) -> int:
        return len(self.times)

    @property
    def names(self) -> tuple[str, ...]:
        """What a legend calls each series: its label values side by side; without labels, the metric's name."""
        return names_of(self.metric, self.series)

    def after(self, time: float) -> Batch:
        """The samples that are later than a time."""
        start = int(np.searchsorted(self.times, time, side="right"))
        return replace(self, times=self.times[start:], values=self.values[:, start:])

    def first(self, count: int) -> Batch:
        """The first so many samples."""
        return replace(self, times=self.times[:count], values=self.values[:, :count])


class Kept:
    """The last samples of one metric.

    Args:
        limit: how many times it keeps.

    Attributes:
        times: int64[n], ms since the epoch.
        values: float64[k, n]; a series has NaN from before it was there.
        series: labels of each row.
    """

    def __init__(self, limit: int = 10_000) -> None:
        self.limit = limit
        self.times: Times = np.zeros(0, dtype=np.int64)
        self.values: Values = np.zeros((0, 0))
        self.series: tuple[Labels, ...] = ()

    def add(self, batch: Batch) -> None:
        """Take a batch over. What is there from its first time on makes way: the clock was set back, or late samples
        have come among those.
        """
        if batch.fresh:
            self.times, self.values = self.times[:0], self.values[:, :0]
        self._arrange(batch.series)
        keep = len(self.times)
        if len(batch):
            keep = int(np.searchsorted(self.times, batch.times[0]))
        self.times = np.concatenate([self.times[:keep], batch.times])[-self.limit :]
        self.values = np.concatenate([self.values[:, :keep], batch.values], axis=1)[:, -self.limit :]

    def _arrange(self, series: tuple[Labels, ...]) -> None:
        """Rows go with their labels."""
        if series == self.series:
            return
        places = {_key(labels): place for place, labels in enumerate(self.series)}
        values = np.full((len(series), len(self.times)), np.nan)
        for row, labels in enumerate(series):
            if (place := places.get(_key(labels))) is not None:
                values[row] = self.values[place]
        self.values, self.series = values, series


def names_of(metric: str, series: Sequence[Labels]) -> tuple[str, ...]:
    """Names for series; those that would be called the same are told apart by the names of their labels, too."""
    short = [" ".join(labels.values()) or metric for labels in series]
    return tuple(
        name if short.count(name) == 1 else ", ".join(f"{key}={value}" for key, value in labels.items()) or metric
        for name, labels in zip(short, series, strict=True)
    )


def labels_of(series: Sequence[Mapping[str, Any]]) -> tuple[Labels, ...]:
    """Series as the wire has them."""
    return tuple(dict(one["labels"]) for one in series)


def samples_of(message: Mapping[str, Any], part: Mapping[str, Any], rows: int) -> tuple[Times, Values]:
    """The samples of a part of a message (for `samples` the message itself), which may be JSON or binary.

    Raises:
        ValueError: they are not of so many series.
    """
    if "b" in message:
        count = part["n"]
        numbers = np.frombuffer(message["b"], "<f8", offset=part["at"])[: count * (rows + 1)]
        table = numbers.reshape(rows + 1, count)
        return table[0].astype(np.int64), table[1:].astype(np.float64)
    times = np.array(part["t"], dtype=np.int64)
    values = [[np.nan if value is None else value for value in row] for row in part["v"]]
    return times, np.array(values, dtype=np.float64).reshape(rows, len(times))


def _key(labels: Labels) -> str:
    return json.dumps(labels, sort_keys=True)
