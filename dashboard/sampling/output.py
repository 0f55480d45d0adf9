"""What a plugin prints: into the log, with the plugin's name, and never more than the log and the server can bear."""

from __future__ import annotations

import logging
import re
from collections import deque
from collections.abc import Callable

from dashboard.tasks import Clock

log = logging.getLogger(__name__)

#: Lines of one plugin that are logged within `WINDOW` seconds.
MOST_LINES = 50
WINDOW = 10.0
MOST_LINE = 1000
#: Bytes a second that are read; beyond that the plugin waits in its print.
MOST_BYTES = 256 * 1024

# faulthandler's form of a stack: the newest call first.
_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+) in ')


class Output:
    """Takes what one process writes to stdout and stderr.

    Args:
        name: of the plugin.
        clock: the clocks.
        emit: takes a line for the log.
    """

    def __init__(self, name: str, clock: Clock, emit: Callable[[str], None] | None = None) -> None:
        self._name = name
        self._clock = clock
        self._emit = emit or log.warning
        self._rest = b""
        self._lines = 0
        self._dropped = 0
        self._window = clock.monotonic()
        self._second = clock.monotonic()
        self._bytes = 0
        self._recent: deque[str] = deque(maxlen=400)
        self._hushed = False

    def feed(self, data: bytes) -> float:
        """Log what is in `data`; the seconds to wait before more is read."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MOST_LINE:
            lines, self._rest = [*lines, self._rest], b""
        for line in lines:
            self._line(line)
        now = self._clock.monotonic()
        if now - self._second >= 1.0:
            self._second, self._bytes = now, 0
        self._bytes += len(data)
        return max(0.0, self._second + 1.0 - now) if self._bytes > MOST_BYTES else 0.0

    def hush(self) -> None:
        """Log nothing more: what comes now is a stack that was asked for, and its end is told elsewhere."""
        self._hushed = True

    def end(self) -> None:
        """The process has ended: log what is left."""
        if self._rest:
            self._line(self._rest)
            self._rest = b""
        self._tell_dropped()

    def place(self, file: str) -> str:
        """Where in `file` the plugin was by the last stack it wrote: `"sensor.py, line 12"`, or ""."""
        found = ""
        for line in reversed(self._recent):
            match = _FRAME.search(line)
            if match and match["file"] == file:
                found = f"{file.rpartition('/')[2]}, line {match['line']}"
        return found

    def _line(self, raw: bytes) -> None:
        text = raw[:MOST_LINE].decode("utf-8", "replace").rstrip()
        now = self._clock.monotonic()
        if now - self._window >= WINDOW:
            self._tell_dropped()
            self._window, self._lines = now, 0
        self._recent.append(text)
        if self._hushed:
            return
        self._lines += 1
        if self._lines > MOST_LINES:
            self._dropped += 1
        elif text:
            self._emit(f"{self._name}: {printable(text)}")

    def _tell_dropped(self) -> None:
        if self._dropped:
            self._emit(f"{self._name}: ... {self._dropped} more lines were left out")
            self._dropped = 0


def printable(text: str) -> str:
    """`text` with control characters written out, which could forge lines of the log or move a terminal's cursor."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one == "\t" else ascii(one)[1:-1] for one in text)
