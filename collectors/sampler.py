"""One collector with its instances, opened, sampled and closed: the runtime that every placement shares."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from pydantic import ValidationError

from collectors.base import Collector, CollectorConfig
from collectors.errors import Misconfigured, Unavailable
from collectors.instance import Instance, Trouble
from collectors.metric import Series
from collectors.sample import Batch, united

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


class Sampler:
    """Runs one collector class in this thread.

    A lone instance raises whatever goes wrong, and who runs the sampler closes and opens it. Of several, one that fails
    costs only its own series: it stands in `troubles`, is closed after a few failures and opened again by and by.

    Args:
        kind: the collector class.
        tables: its configurations; empty means: what it detects on this machine.
        monotonic: a clock in seconds that never steps.

    Attributes:
        troubles: of the last collect, what is wrong with instances while others work.
    """

    def __init__(
        self, kind: type[Collector], tables: Sequence[Table] = (), monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.kind = kind
        self.troubles: tuple[Trouble, ...] = ()
        self._tables = tables
        self._monotonic = monotonic
        self._instances: list[Instance] = []

    def open(self) -> None:
        """Configure and open every instance.

        Raises:
            Unavailable: nothing was detected, or no instance's source is there.
            Misconfigured: a configuration is wrong.
        """
        if not self._instances:
            self._instances = self._configured()
        for instance in self._instances:
            if not instance.opened and not instance.given_up:
                self._attempt(instance, self._open)
        self._raise_unless(any(instance.opened for instance in self._instances))

    def collect(self, tick: int) -> list[Batch]:
        """One sample of every instance, single values at `tick` (ms since the epoch), one batch a metric and time.

        Raises:
            Exception: of an instance, when none works.
        """
        parts: list[tuple[str, Batch]] = []
        for instance in self._instances:
            if not instance.due(self._monotonic()):
                continue
            batches = self._attempt(instance, partial(self._sample, tick=tick))
            if batches is not None:
                instance.went_well()
                parts += [(instance.label, batch) for batch in batches]
        self._raise_unless(any(instance.error is None for instance in self._instances))
        self.troubles = tuple(one for instance in self._instances if (one := instance.trouble()) is not None)
        return merge(parts)

    def close(self) -> None:
        """Close what is open; the first error is raised after all were tried."""
        errors: list[Exception] = []
        for instance in self._instances:
            if instance.opened:
                try:
                    self._shut(instance)
                except Exception as error:  # raised below, when all are closed
                    errors.append(error)
        self._instances = []
        self.troubles = ()
        if errors:
            raise errors[0]

    def _configured(self) -> list[Instance]:
        tables = list(self._tables) or list(self.kind.detect())
        if not tables:
            raise Unavailable("nothing to sample was found on this machine")
        instances: list[Instance] = []
        for place, table in enumerate(tables, 1):
            config = configure(self.kind, table)
            label = (config.instance or str(place)) if len(tables) > 1 else config.instance
            if any(label == one.label for one in instances):
                raise Misconfigured("instance", f"{label!r} is given to two tables; each needs a name of its own")
            instances.append(Instance(self.kind(config), label))
        return instances

    def _attempt(self, instance: Instance, action: Callable[[Instance], list[Batch]]) -> list[Batch] | None:
        """What `action` gives; None when it fails, after which one of several instances is closed if need be."""
        try:
            return action(instance)
        except (Exception, SystemExit) as error:  # raised by `_raise_unless`, or told as a trouble
            instance.failed(error)
            several = len(self._instances) > 1
            if several and instance.retry_later(self._monotonic()) and instance.opened:
                try:
                    self._shut(instance)
                except Exception as another:  # what led here says more
                    error.add_note(f"closing it failed, too: {type(another).__name__}: {another}")
            return None

    def _raise_unless(self, one_works: bool) -> None:
        """Raise what the first instance raised, or rather what is worth another try."""
        errors = [instance.error for instance in self._instances if instance.error is not None]
        if errors and not one_works:
            self.troubles = ()
            raise min(errors, key=_hopeless)

    def _open(self, instance: Instance) -> list[Batch]:
        instance.collector.open()
        instance.opened = True
        return []

    def _sample(self, instance: Instance, tick: int) -> list[Batch]:
        if not instance.opened:
            self._open(instance)
        instance.collector.collect()
        return instance.collector.drain(tick)

    def _shut(self, instance: Instance) -> None:
        instance.opened = False
        instance.collector.close()


def _hopeless(error: BaseException) -> int:
    return 2 if isinstance(error, Misconfigured) else 1 if isinstance(error, Unavailable) else 0


def merge(parts: Sequence[tuple[str, Batch]]) -> list[Batch]:
    """Batches of several instances as one batch a metric and time column; series get the instance's label.

    Columns of other times stay apart: a counter's rates are made of readings that follow each other.
    """
    merged: dict[tuple[str, bytes], list[Batch]] = {}
    for label, batch in parts:
        if label:
            series = tuple(Series((("instance", label), *one.labels)) for one in batch.series)
            batch = Batch(batch.metric, batch.times, series, batch.values)
        merged.setdefault((batch.metric, batch.times.tobytes()), []).append(batch)
    return [united(group) for group in merged.values()]
