"""A terminal without a window: what a command draws in it, and what is typed."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable

from tests.rooms import PATIENCE
from tests.server import ROOT

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A command in a terminal of its own."""

    def __init__(self, *arguments: str, columns: int = 100, lines: int = 24) -> None:
        self._master, slave = pty.openpty()
        self.resize(columns, lines)
        command = [sys.executable, "-m", "dashboard", *arguments]
        environ = {**os.environ, "TERM": "xterm-256color"}
        # In a session of its own, with this terminal: Ctrl-C reaches it as it would from a keyboard.
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=slave, stdout=slave, stderr=slave, env=environ, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(slave)
        os.set_blocking(self._master, False)
        self.output = ""

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def press(self, keys: bytes) -> None:
        os.write(self._master, keys)

    @property
    def screen(self) -> str:
        """The last whole picture, without colours."""
        pictures = self.output.split("\x1b[H")
        return CONTROL.sub("", pictures[-2]) if len(pictures) > 2 else ""

    def until(self, right: Callable[[str], bool]) -> str:
        """The screen, as soon as that is true of it."""
        deadline = time.monotonic() + 2 * PATIENCE
        while not right(self.screen):
            assert time.monotonic() < deadline, self.output[-2000:]
            self._read()
            time.sleep(0.02)
        return self.screen

    def end(self) -> int:
        """Its exit code, when it has ended; what it has written is then all there."""
        code = self.process.wait(PATIENCE)
        self._read()
        return code

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    def _read(self) -> None:
        try:
            while data := os.read(self._master, 65_536):
                self.output += data.decode(errors="replace")
        except OSError:  # nothing there, or its end
            pass
