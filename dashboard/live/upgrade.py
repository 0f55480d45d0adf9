"""How a WebSocket outlives the request that has opened it.

While a request is being answered, its handler, its buffers and a deep stack of calls are kept: 19 KiB under eventlet. A
WebSocket needs none of it. So what goes on with the connection is left in the request's environ, and the server runs
it when everything else has gone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: Where a request's environ has its `Upgrade`, if the server knows of this.
UPGRADE = "plotroom.upgrade"


class Upgrade:
    """What is done with a request's connection after the request."""

    __slots__ = ("_ends", "_run")

    def __init__(self) -> None:
        self._run: Callable[[], None] | None = None
        self._ends: list[Callable[[], None]] = []

    @property
    def pending(self) -> bool:
        """Whether there is anything to do; if not, the connection is closed or waits for the next request."""
        return self._run is not None

    def take(self, run: Callable[[], None]) -> None:
        """Run this when the handler of the request is gone; the connection is closed when it returns."""
        self._run = run

    def at_end(self, function: Callable[[], None]) -> None:
        """Call this when that has returned."""
        self._ends.append(function)

    def run(self) -> None:
        """Do it; called by the server."""
        run, ends = self._run, self._ends
        self._run, self._ends = None, []  # the environ lives as long as the client: let go of what it holds by this
        try:
            if run is not None:
                run()
        finally:
            for end in ends:
                end()


def go_on(environ: dict[str, Any], run: Callable[[], None]) -> None:  # Any: WSGI's
    """Run what is done with the connection of a request: after the request, or now if the server knows no later."""
    upgrade: Upgrade | None = environ.get(UPGRADE)
    if upgrade is None:
        run()
    else:
        upgrade.take(run)
