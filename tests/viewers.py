"""An honest viewer in a process of its own: `python -m tests.viewers PORT METRIC SOURCE`.

How long it waits is then not the test's fault, whose own process is busy attacking. It prints "ready", and, for each
line that comes, what it has seen since the last one, as JSON; it ends with its standard input.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from dataclasses import dataclass, field

from tests.attackers import PATIENCE, Message, Wire
from tests.crafted import samples
from tests.server import ROOT


@dataclass
class Seen:
    """What a viewer has seen.

    Attributes:
        waited: seconds from when each sample was published until it was there.
        holes: frames before which samples were missing.
        ended: the server has ended its connection.
    """

    waited: list[float] = field(default_factory=list)
    holes: int = 0
    ended: bool = False


class Viewer:
    """Such a process.

    Args:
        port: of the server.
        metric: of one series, whose values are the time on the monotonic clock when they were published.
        source: address that it comes from.
    """

    def __init__(self, port: int, metric: str = "test.pulse", source: str = "127.0.0.1") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.viewers", str(port), metric, source],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._line() == "ready\n", "the viewer was not served"

    def seen(self) -> Seen:
        """What it has seen since it was last asked."""
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return Seen(**json.loads(self._line()))

    def watch(self, seconds: float) -> Seen:
        """What it sees in the next while."""
        self.seen()
        time.sleep(seconds)
        return self.seen()

    def close(self) -> None:
        self._process.communicate(timeout=PATIENCE)

    def __enter__(self) -> Viewer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()


def note(seen: Seen, message: Message, last: int) -> int:
    """Write down a frame of samples; the offset after it."""
    payload = message.data[1]
    _, [values] = samples(payload, payload, 1)
    seen.waited += [message.arrived - value for value in values if value is not None]
    seen.holes += payload["o"] - len(values) != last
    return int(payload["o"])


def main(port: int, metric: str, source: str) -> None:
    with Wire(port, source=source) as wire:
        wire.join()
        last = wire.subscribe(metric)["metrics"][0]["offset"]
        seen = Seen()
        write("ready")
        while True:
            readable = select.select([sys.stdin] if wire.ended else [sys.stdin, wire.socket], [], [])[0]
            if wire.socket in readable:
                wire.fill()
            while wire.messages:
                message = wire.messages.popleft()
                if message.event == "samples" and message.data[1]["o"] > last:
                    last = note(seen, message, last)
            if sys.stdin in readable:
                if not sys.stdin.readline():
                    return
                seen.ended = wire.ended
                write(json.dumps(vars(seen)))
                seen = Seen()


def write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
