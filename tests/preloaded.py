"""Servers that start at once: `python -m tests.preloaded MODE` has imported all that one needs, and forks each of them.

Most of the second of processor that a start takes is imports, and a run of all tests starts hundreds. What is forked is
a process of its own, with folder, environment, command line, log and session of its own, that runs the same `main` and
ends like any other. Tests of how a server starts, or of its memory, and all benches start Python itself:
`Server(preloaded=False)`.

The parent sends what to start as a packet of JSON, and gets the number of the process; or, once that has ended, its
number, and gets its exit code. Only Linux tells others when a process has ended (`pidfd_open`).
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

#: Bytes of a packet at most; an environment is about ten thousand.
PACKET = 2**17
ROOT = Path(__file__).resolve().parent.parent
#: What a server imports before it listens, and at its first visitor.
MODULES = ("dashboard.cli.serving", "dashboard.app", "dashboard.server", "dashboard.listener", "dashboard.bodies")


def _possible() -> bool:
    """Whether the system tells when a fork has ended. For coverage none are made: it would see nothing of them."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):  # another system, or a container that forbids it
        return False
    return not {"COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"} & os.environ.keys()


possible = _possible()


class Preloaded:
    """The process that servers of one kind are forked from, as their parent's parent sees it.

    Args:
        mode: "eventlet" or "threading".
    """

    def __init__(self, mode: str) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.preloaded", mode],
                cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}, stdin=theirs.fileno(), start_new_session=True,
            )  # fmt: skip
        self.pid = self._process.pid
        self._asking = threading.Lock()

    def ask(self, question: dict[str, Any]) -> int:
        """Send a packet; the number that is answered."""
        with self._asking:
            self._socket.send(json.dumps(question).encode())
            return int(self._socket.recv(PACKET))

    def close(self) -> None:
        """End it; what it has forked goes on."""
        self._socket.close()
        self._process.wait()


class Forked:
    """A process that was forked, with what tests use of a `subprocess.Popen`.

    Args:
        source: what it is forked from.
        arguments: of the command line.
        folder: to work in.
        environ: all of its environment.
        log: path of the file that what it prints is added to.
    """

    def __init__(
        self, source: Preloaded, arguments: Sequence[str], folder: Path, environ: Mapping[str, str], log: Path
    ) -> None:
        self._source = source
        self.args = ["plotroom", *arguments]
        self.returncode: int | None = None
        self.pid = source.ask(
            {"arguments": self.args, "folder": str(folder), "environ": dict(environ), "log": str(log)}
        )

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code once it has ended, less than 0 for a signal.

        Raises:
            subprocess.TimeoutExpired: it goes on.
        """
        if self.returncode is None:
            handle = os.pidfd_open(self.pid)
            try:
                ended = select.poll()
                ended.register(handle, select.POLLIN)
                if not ended.poll(None if timeout is None else timeout * 1000):
                    raise subprocess.TimeoutExpired(self.args, timeout or 0)
            finally:
                os.close(handle)
            self.returncode = self._source.ask({"ended": self.pid})
        return self.returncode

    def poll(self) -> int | None:
        """Its exit code, None while it goes on."""
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


_sources: dict[str, Preloaded] = {}


def fork(mode: str, arguments: Sequence[str], folder: Path, environ: Mapping[str, str], log: Path) -> Forked:
    """Start `python -m dashboard` with these arguments, in the way of a mode."""
    if mode not in _sources:
        _sources[mode] = Preloaded(mode)
    return Forked(_sources[mode], arguments, folder, environ, log)


def sources() -> list[int]:
    """The processes that others are forked from; they stay for as long as tests run."""
    return [one.pid for one in _sources.values()]


def end() -> None:
    """End these."""
    while _sources:
        _sources.popitem()[1].close()


def _load(mode: str) -> None:
    """Import what a server does, in the order in which it does."""
    if mode == "eventlet":
        os.environ["EVENTLET_NO_GREENDNS"] = "yes"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as __main__.py does, and why
            import eventlet

            eventlet.monkey_patch()
            import eventlet.tpool
            import eventlet.wsgi
    for name in MODULES:
        importlib.import_module(name)
    if mode == "eventlet":
        eventlet.hubs.use_hub()  # forgets the one that patching has made: forks would share its file


def _serve_forks() -> bool:
    """Fork whenever asked to; whether this is a fork. False: nobody is there to ask any more."""
    import posix  # whose functions eventlet has not patched: no hub may run here, its forks would share it

    while packet := posix.read(0, PACKET):
        question = json.loads(packet)
        if "ended" in question:
            status = posix.waitpid(question["ended"], 0)[1]
            answer = os.waitstatus_to_exitcode(status)
        elif not (answer := posix.fork()):
            _become(question)
            return True
        posix.write(0, str(answer).encode())
    return False


def _become(question: dict[str, Any]) -> None:
    """Be a process as a shell would have started it."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(question["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number, file in enumerate((nothing, log, log)):
        os.dup2(file, number)
    os.close(nothing)
    os.close(log)
    os.chdir(question["folder"])
    os.environ.clear()
    os.environ.update(question["environ"])
    sys.argv = question["arguments"]
    sys.path[0] = question["folder"]
    random.seed()


if __name__ == "__main__":
    gc.disable()
    _load(sys.argv[1])
    gc.freeze()
    if _serve_forks():
        from dashboard.__main__ import main

        main()
