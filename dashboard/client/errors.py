"""What can go wrong for a client, each a sentence that says what to do."""

from __future__ import annotations

from dashboard.errors import PlotroomError


class ClientError(PlotroomError):
    """Base of what a client raises."""


class CannotConnect(ClientError):
    """Nothing answers at the address, or not a Plotroom, or it lets nobody in without its token."""


class Refused(ClientError):
    """The server did not do what it was asked.

    Attributes:
        code: for programs, such as `unknown_metric`; see docs/wire.md and docs/api.md.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Missing(ClientError):
    """A library that this needs is not installed; the text says how to get it."""
