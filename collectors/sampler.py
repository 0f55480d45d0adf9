"""One collector with its instances, opened, sampled and closed: the runtime that every placement shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import ValidationError

from collectors.base import Collector, CollectorConfig
from collectors.errors import Misconfigured, Unavailable
from collectors.metric import Series
from collectors.sample import GAP, Batch

Table = Mapping[str, object]


def configure(kind: type[Collector], table: Table) -> CollectorConfig:
    """`table` as the collector's configuration.

    Raises:
        Misconfigured: a key is unknown or a value of the wrong type.
    """
    try:
        return kind.Config.model_validate(dict(table))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "configuration"
        if first["type"] == "extra_forbidden":
            valid = ", ".join(kind.Config.model_fields)
            raise Misconfigured(field, f"is not an option of {kind.name}; it has: {valid}") from None
        raise Misconfigured(field, first["msg"]) from None


@dataclass(slots=True)
class _Instance:
    collector: Collector
    label: str
    opened: bool = False


class Sampler:
    """Runs one collector class in this thread.

    Args:
        kind: the collector class.
        tables: its configurations; empty means: what it detects on this machine.
    """

    def __init__(self, kind: type[Collector], tables: Sequence[Table] = ()) -> None:
        self.kind = kind
        self._tables = tables
        self._instances: list[_Instance] = []

    def open(self) -> None:
        """Configure and open every instance.

        Raises:
            Unavailable: nothing was detected, or no instance's source is there.
            Misconfigured: a configuration is wrong.
        """
        if not self._instances:
            tables = list(self._tables) or list(self.kind.detect())
            if not tables:
                raise Unavailable("nothing to sample was found on this machine")
            several = len(tables) > 1
            for place, table in enumerate(tables):
                config = configure(self.kind, table)
                label = (config.instance or str(place + 1)) if several else config.instance
                self._instances.append(_Instance(self.kind(config), label))
        self._open_closed()

    def collect(self, tick: int) -> list[Batch]:
        """One sample of every instance, single values at `tick` (ms since the epoch), one batch a metric and time.

        An instance that fails costs only its own series, as long as another one works.
        """
        parts: list[tuple[str, Batch]] = []
        errors: list[Exception] = []
        for instance in self._instances:
            try:
                if not instance.opened:
                    instance.collector.open()
                    instance.opened = True
                instance.collector.collect()
                parts += [(instance.label, batch) for batch in instance.collector.drain(tick)]
            except Exception as error:  # re-raised below unless another instance has samples
                instance.collector.discard()
                errors.append(error)
        if errors and not parts:
            raise errors[0]
        return merge(parts)

    def close(self) -> None:
        """Close what is open; the first error is raised after all were tried."""
        errors: list[Exception] = []
        for instance in self._instances:
            if instance.opened:
                instance.opened = False
                try:
                    instance.collector.close()
                except Exception as error:  # raised below, when all are closed
                    errors.append(error)
        self._instances = []
        if errors:
            raise errors[0]

    def _open_closed(self) -> None:
        errors: list[Exception] = []
        for instance in self._instances:
            if instance.opened:
                continue
            try:
                instance.collector.open()
                instance.opened = True
            except Exception as error:  # raised below when no instance opens
                errors.append(error)
        if errors and not any(instance.opened for instance in self._instances):
            raise errors[0]


def merge(parts: Sequence[tuple[str, Batch]]) -> list[Batch]:
    """Batches of several instances as one batch a metric and time column; series get the instance's label."""
    merged: dict[tuple[str, bytes], list[Batch]] = {}
    for label, batch in parts:
        if label:
            series = tuple(Series((("instance", label), *one.labels)) for one in batch.series)
            batch = Batch(batch.metric, batch.times, series, batch.values)
        merged.setdefault((batch.metric, batch.times.tobytes()), []).append(batch)
    return [_joined(group) for group in merged.values()]


def _joined(group: list[Batch]) -> Batch:
    if len(group) == 1:
        return group[0]
    series = tuple(dict.fromkeys(one for batch in group for one in batch.series))
    place = {one: index for index, one in enumerate(series)}
    values = np.full((len(series), len(group[0].times)), GAP)
    for batch in group:
        values[[place[one] for one in batch.series]] = batch.values
    return Batch(group[0].metric, group[0].times, series, values)
