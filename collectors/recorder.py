"""Takes the samples of one metric between two ticks and makes a batch of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from collectors.errors import InvalidDeclaration, NotANumber, WrongLabels
from collectors.metric import Metric, Series, clean_label
from collectors.sample import GAP, Batch, Times, Values, number


class Recorder:
    """Takes the samples of one metric of one collector between two drains."""

    __slots__ = ("_arrays", "_collector", "_known", "_last", "_now", "metric")

    def __init__(self, metric: Metric, collector: str) -> None:
        self.metric = metric
        self._collector = collector
        self._known: dict[tuple[object, ...], Series] = {}
        self._now: dict[Series, float] = {}
        self._last: tuple[Series, ...] = ()
        self._arrays: list[Batch] = []

    def set(self, value: object, **labels: object) -> None:
        """Set the value of one series at this tick; labels are keywords. The last call for a series wins.

        Raises:
            NotANumber: `value` is neither a number nor None.
            WrongLabels: the keywords are not the declared labels.
        """
        self._now[self._series(labels)] = self._number(value)

    def set_result(self, result: object) -> None:
        """Set the result of a metric function: a number, None, {series: number}, or a 1-D array."""
        if isinstance(result, Mapping):
            label = (self.metric.labels or ("series",))[0]
            for key, value in result.items():
                self.set(value, **{label: key})
            return
        array = result if isinstance(result, np.ndarray) else None
        if isinstance(result, (list, tuple)):
            array = np.array([self._number(value) for value in result])
        if array is None or array.ndim == 0:
            self.set(result)
            return
        if array.ndim != 1 or array.dtype.kind not in "fiub":
            raise NotANumber(self._collector, self.metric.name, result)
        label = (self.metric.labels or ("index",))[0]
        for index, value in enumerate(array.tolist()):
            self.set(value, **{label: index})

    def write(self, times: object, values: object, series: Iterable[Mapping[str, object]] = ({},)) -> None:
        """Write whole arrays: `times` int64[n] in ms since the epoch, `values` float64[k, n], or [n] for one series."""
        stamps: Times = np.atleast_1d(np.asarray(times)).astype(np.int64)
        try:
            matrix: Values = np.atleast_2d(np.asarray(values, dtype=np.float64)).copy()
        except (TypeError, ValueError):
            raise NotANumber(self._collector, self.metric.name, values) from None
        keys = tuple(self._series(dict(labels)) for labels in series)
        if matrix.shape != (len(keys), len(stamps)):
            raise InvalidDeclaration(
                f"metric {self.metric.name!r}: values have shape {matrix.shape}, "
                f"but {len(keys)} series at {len(stamps)} times need ({len(keys)}, {len(stamps)})"
            )
        if np.any(np.diff(stamps) <= 0):
            raise InvalidDeclaration(f"metric {self.metric.name!r}: times must be ascending milliseconds")
        matrix[~np.isfinite(matrix)] = GAP
        self._arrays.append(Batch(self.metric.name, stamps, keys, matrix))

    def drain(self, tick: int) -> list[Batch]:
        """What was recorded since the last drain; single values get the time `tick` (ms since the epoch)."""
        batches, self._arrays = self._arrays, []
        if self._now:
            # The same tuple again and again, so that the ring knows it by identity and looks nothing up.
            series = tuple(self._now)
            if series != self._last:
                self._last = series
            column = np.fromiter(self._now.values(), dtype=np.float64, count=len(series)).reshape(-1, 1)
            self._now = {}
            batches.append(Batch(self.metric.name, np.array([tick], dtype=np.int64), self._last, column))
        return batches

    def discard(self) -> None:
        """Forget what a failed collect left behind."""
        self._now = {}
        self._arrays = []

    def _number(self, value: object) -> float:
        result = number(value)
        if result is None:
            raise NotANumber(self._collector, self.metric.name, value)
        return result

    def _series(self, labels: dict[str, object]) -> Series:
        key = tuple(labels.items())
        try:
            known = self._known.get(key)
        except TypeError:  # an unhashable label value
            known, key = None, tuple((name, str(value)) for name, value in key)
        if known is not None:
            return known
        declared = self.metric.labels if self.metric.labels is not None else tuple(labels)
        if set(labels) != set(declared):
            raise WrongLabels(self.metric.name, tuple(labels), declared)
        if len(self._known) >= 10_000:  # label values that never repeat must not grow this for ever
            self._known.clear()
        series = Series(tuple((name, clean_label(labels[name])) for name in declared))
        self._known[key] = series
        return series
