"""How long to wait before the next try."""

from __future__ import annotations

import random
from collections.abc import Callable


class Backoff:
    """Waiting times that double from `first` to `most`, each with a jitter of a quarter so that retries spread out."""

    def __init__(
        self, first: float = 1.0, most: float = 60.0, uniform: Callable[[float, float], float] = random.uniform
    ) -> None:
        self._first = first
        self._most = most
        self._uniform = uniform
        self._next = first

    def next(self) -> float:
        """Seconds to wait before the next try; never more than `most`."""
        wait, self._next = self._next, min(self._next * 2, self._most)
        return min(wait * self._uniform(0.75, 1.25), self._most)

    def reset(self) -> None:
        """Start again at `first`: things went well."""
        self._next = self._first
