"""The client as a program: how it is started, told to end, and asked what it holds."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from dashboard.errors import CannotStart

#: Seconds that it has to unsubscribe, print and end.
END_WITHIN = 10.0

#: By time, by the labels of a series as JSON: a value; None is a gap.
Held = dict[int, dict[str, float | None]]


def key(labels: dict[str, str]) -> str:
    """Labels as they are compared."""
    return json.dumps(labels, sort_keys=True)


class Ended(Exception):
    """The client has ended before it was told to."""


class Program:
    """A running client.

    Args:
        command: what starts it.
        url: of the server.
        metric: that it is to follow.

    Raises:
        CannotStart: there is no such command.
    """

    def __init__(self, command: Sequence[str], url: str, metric: str) -> None:
        try:
            self._process = subprocess.Popen(
                [*command, url, metric], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
        except OSError as error:
            raise CannotStart(f"{command[0]}: {error.strerror}; give the command that starts the client") from None
        self.output = ""
        self.exit_code: int | None = None

    def check(self) -> None:
        """It has to run still.

        Raises:
            Ended: it does not.
        """
        if (code := self._process.poll()) is not None:
            raise Ended(f"it has ended, with exit code {code}")

    def finish(self) -> None:
        """End its input, and wait until it has printed and ended; it is killed when it does not."""
        try:
            self.output, _ = self._process.communicate(timeout=END_WITHIN)
            self.exit_code = self._process.returncode
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it, when it has not ended by itself."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                assert pipe is not None
                pipe.close()

    def held(self) -> Held:
        """What it has printed.

        Raises:
            ValueError: that can't be read; the text says why.
        """
        lines = [line for line in self.output.splitlines() if line.strip()]
        try:
            first: Any = json.loads(lines[0])
            keys = [key(labels) for labels in first["series"]]
            rows = [json.loads(line) for line in lines[1:]]
            return {int(time): dict(zip(keys, values, strict=True)) for time, *values in rows}
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            begin = self.output[:80].rstrip()
            wanted = '{"series": [LABELS, ...]} and then [TIME, VALUE, ...]'
            raise ValueError(f"it printed {begin!r}; what is wanted is {wanted} ({error})") from None
