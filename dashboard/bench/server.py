"""The process of a harness, as the one who measures has it: started, asked, looked at, ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psutil

from dashboard.bench.machine import on_core
from dashboard.errors import CannotStart
from dashboard.settings_sources import ASYNC_MODE

STOP_TIME = 10.0

#: A load is one address with more of everything than a person has: what limits hostile clients must not limit it.
LIMITS = {"max_clients": 20_000, "max_connects": 1_000_000, "max_rooms": 1000}
#: For counting: nothing waits for others of its tick, nothing is left out, and no heartbeat comes in between.
THROUGHPUT = {**LIMITS, "flush_ms": 0, "max_backlog": 2**30, "ping_interval": 300, "ping_timeout": 300,
              "stalled_after": 300, "top_every": 3600}  # fmt: skip


class Process:
    """A running harness.

    Attributes:
        port: on 127.0.0.1.
        pid: of its process.
    """

    def __init__(self, port: int, pid: int) -> None:
        self.port = port
        self.pid = pid
        self._process = psutil.Process(pid)

    def do(self, action: str, **given: object) -> Any:  # Any: JSON, as the action gives it
        """Let it do what `Harness.actions` has under that name."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/bench/{action}",
            json.dumps(given).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())["result"]

    def cpu(self) -> float:
        """Seconds of processor that it has used so far."""
        return float(self.do("state")["cpu"])

    def memory(self) -> int:
        """Bytes that would become free if it ended (USS); resident ones where the system does not tell."""
        full = self._process.memory_full_info()
        return int(getattr(full, "uss", full.rss))


@contextmanager
def harness(live: Mapping[str, object], core: int | None = None, unpaced: bool = False) -> Iterator[Process]:
    """A harness in a process of its own, until the end of the `with`.

    Args:
        live: settings of the table `live`; defaults for all others.
        core: where it runs; None leaves that to the system.
        unpaced: send each sample as an event of its own.

    Raises:
        CannotStart: it has ended at once; the text is what it has said.
    """
    options = [f"--live-{name.replace('_', '-')}={value}" for name, value in live.items() if not _is_flag(value)]
    options += [f"--{'' if value else 'no-'}live-{name}" for name, value in live.items() if _is_flag(value)]
    with tempfile.TemporaryDirectory(prefix="plotroom-bench-") as home:
        # No setting of the user's takes part; the first word being an option is what makes this a server's process.
        command = [sys.executable, "-m", "dashboard", "--port=0", f"--data-dir={home}", *options, "bench-server"]
        environ = {key: value for key, value in os.environ.items() if key == ASYNC_MODE or "PLOTROOM_" not in key}
        log = os.path.join(home, "log.txt")
        with open(log, "wb") as errors, on_core(core):
            process = subprocess.Popen(
                [*command, *(["--unpaced"] if unpaced else [])],
                cwd=home,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,  # Ctrl-C is for who measures, who then ends it
            )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line.strip().isdigit():
                with open(log, encoding="utf-8", errors="replace") as text:
                    raise CannotStart(f"the server for the measurement does not start: {text.read().strip()[-1000:]}")
            yield Process(int(line), process.pid)
        finally:
            _end(process)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIME)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    assert process.stdout is not None
    process.stdout.close()
