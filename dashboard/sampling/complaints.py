"""The errors of a collector in the log: loud once, then counted, and never able to forge a line."""

from __future__ import annotations

import logging
import math
import traceback

from collectors.errors import CollectorFailed, Misconfigured, Unavailable
from dashboard.sampling.limits import ProcessLost
from dashboard.sampling.output import printable
from dashboard.sampling.state import one_line

log = logging.getLogger(__name__)

#: Kinds of errors that are told apart.
MOST_KINDS = 50


class Complaints:
    """Logs the errors of one collector.

    Args:
        name: begins each line.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._counts: dict[str, int] = {}

    def log(self, error: BaseException, which: str = "") -> None:
        """Log the first error of a kind with its traceback, then only at counts of 10, 100, 1000 ...

        Args:
            error: what was raised.
            which: begins the text, and tells kinds apart, where a collector has several sources.
        """
        kind = which + _kind(error)
        if isinstance(error, CollectorFailed):
            kind = f"{kind} {error.where}"
        if kind not in self._counts and len(self._counts) >= MOST_KINDS:
            kind = "others"
        count = self._counts[kind] = self._counts.get(kind, 0) + 1
        text = one_line(which + text_of(error))
        if count == 1:
            log.error("%s: %s%s", self._name, text, "" if isinstance(error, Misconfigured) else _indented(error))
        elif math.log10(count).is_integer():
            log.error("%s: %s (%d times so far)", self._name, text, count)


def text_of(error: BaseException) -> str:
    """An error for people; with its kind, unless it was written for them."""
    if isinstance(error, (CollectorFailed, Misconfigured, ProcessLost, Unavailable)):
        return str(error)
    return f"{_kind(error)}: {error}"


def _kind(error: BaseException) -> str:
    return error.kind if isinstance(error, CollectorFailed) else type(error).__name__


def _indented(error: BaseException) -> str:
    """A traceback below its line, indented: no text in it can pass for a line of the log."""
    lines = "".join(traceback.format_exception(error)).splitlines()
    return "".join(f"\n    {printable(line)}" for line in lines)
