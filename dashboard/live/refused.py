"""A request that can't be done: raised where that shows, and answered where the request came in."""

from __future__ import annotations

from dashboard.live import wire
from dashboard.live.wire import Code, Payload


class Refused(Exception):
    """A request, or its part about one metric, can't be done; the text says why and what to do instead.

    Attributes:
        code: for programs.
    """

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code

    @property
    def error(self) -> Payload:
        """What the client is told."""
        return wire.error(self.code, str(self))
