"""How a collector process is started, and how one has ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path

import collectors


def launch(name: str) -> tuple[subprocess.Popen[bytes], socket.socket, socket.socket]:
    """Start a collector process: it, the socket for frames, and the socket of what it prints.

    Sockets and not pipes, because eventlet makes sockets cooperative.

    Args:
        name: shown in lists of processes.

    Raises:
        OSError: the system refuses to.
    """
    ours: list[socket.socket] = []
    theirs: list[socket.socket] = []
    try:
        for _ in range(2):
            for ends, end in zip((ours, theirs), socket.socketpair(), strict=True):
                ends.append(end)
        channel, printed = theirs
        for end in theirs:
            os.set_blocking(end.fileno(), True)  # eventlet's sockets are non-blocking, and the child inherits that
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "collectors.worker", str(channel.fileno()), str(os.getpid()), name],
            stdin=subprocess.DEVNULL,
            stdout=printed.fileno(),
            stderr=printed.fileno(),
            pass_fds=(channel.fileno(),),
            env=_environment(),
            start_new_session=True,
        )
    except OSError:
        for end in ours:
            end.close()
        raise
    finally:
        for end in theirs:
            end.close()
    return process, ours[0], ours[1]


def _environment() -> dict[str, str]:
    """The server's, with what lets the process find this package and stay small."""
    root = str(Path(collectors.__file__).parent.parent)
    environment = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", **os.environ, "PYTHONUNBUFFERED": "1"}
    if root not in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    return environment


def exit_reason(code: int | None) -> str:
    """How a process ended, for people."""
    if code is None:
        return "its process hangs in the kernel and can't be ended"
    if code >= 0:
        return f"its process exited with code {code}"
    try:
        number = signal.Signals(-code)
    except ValueError:
        return f"its process was ended by signal {-code}"
    text = (signal.strsignal(number) or "").lower()
    return f"its process was ended by {number.name}" + (f" ({text})" if text else "")
