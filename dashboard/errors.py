"""What can go wrong in the server, each with a name, and each a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

#: What is told of a fault that nobody has foreseen.
INTERNAL = "Something went wrong on the server; its log has the details."


class PlotroomError(Exception):
    """Base of the errors that are told to a person as one line, without a traceback."""


class CannotStart(PlotroomError):
    """The server or a command can't do what was asked: one line, exit code 2."""


class SettingsError(CannotStart):
    """A setting is wrong.

    Attributes:
        key: as it was written: `live.ping_interval in plotroom.toml`, `PLOTROOM_PORT` or `--port`.
        why: what is wrong with it, what is valid.
    """

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key}: {why}")
        self.key = key
        self.why = why


class RequestRefused(PlotroomError):
    """A request can't be answered; becomes the one JSON error shape.

    Attributes:
        status: of the HTTP answer.
        code: for programs, such as `unknown_metric`.
        message: for people.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def did_you_mean(word: str, valid: Iterable[str]) -> str:
    """`"; did you mean 'port'?"` when `word` is close to something valid, else nothing."""
    names = list(valid)
    close = get_close_matches(word, names, n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
