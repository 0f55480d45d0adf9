"""One source of a collector, of which there may be several: how it fares, and when it is tried again."""

from __future__ import annotations

import math
from dataclasses import dataclass

from collectors.backoff import Backoff
from collectors.base import Collector
from collectors.errors import Misconfigured, Unavailable

#: Collects that may fail one after another before the source is closed and opened again.
REOPEN_AFTER = 3


@dataclass(frozen=True, slots=True)
class Trouble:
    """What keeps one of several instances from giving samples.

    Attributes:
        instance: its label.
        error: what it raised last.
        fresh: whether it raised that since the last collect; otherwise it was told before.
    """

    instance: str
    error: BaseException
    fresh: bool


class Instance:
    """A collector with one configuration.

    Args:
        collector: the collector.
        label: tells it from other instances; "" when there are none.
        backoff: how long to wait before it is opened again.

    Attributes:
        opened: whether its source is open.
        error: what it raised last; None since a collect went well.
    """

    def __init__(self, collector: Collector, label: str, backoff: Backoff | None = None) -> None:
        self.collector = collector
        self.label = label
        self.opened = False
        self.error: BaseException | None = None
        self._backoff = backoff or Backoff()
        self._failures = 0
        self._retry_at = -math.inf
        self._told = True

    @property
    def given_up(self) -> bool:
        """It is configured wrong: nothing is tried again."""
        return self._retry_at == math.inf

    def due(self, now: float) -> bool:
        """Whether it is to be sampled, and opened before that if need be; `now` is a monotonic time in seconds."""
        return self.opened or now >= self._retry_at

    def went_well(self) -> None:
        self.error = None
        self._failures = 0
        self._backoff.reset()

    def failed(self, error: BaseException) -> None:
        """It has raised `error`; what it had recorded is dropped."""
        self.collector.discard()
        self.error, self._told = error, False
        self._failures += 1

    def retry_later(self, now: float) -> bool:
        """Whether it must be closed after its last failure; if so, it is due again only after a while."""
        if isinstance(self.error, Misconfigured):
            self._retry_at = math.inf
        elif isinstance(self.error, Unavailable) or not self.opened or self._failures % REOPEN_AFTER == 0:
            self._retry_at = now + self._backoff.next()
        else:
            return False
        return True

    def trouble(self) -> Trouble | None:
        """Its trouble, fresh when it was not asked for before."""
        if self.error is None:
            return None
        told, self._told = self._told, True
        return Trouble(self.label, self.error, not told)
