"""A Plotroom as its users start it: a process of its own, on a free port, with a home of its own."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, Self

import psutil

from tests.preloaded import Forked, fork
from tests.preloaded import possible as preloading

ROOT = Path(__file__).resolve().parent.parent
AsyncMode = Literal["eventlet", "threading"]
ASYNC_MODES: tuple[AsyncMode, ...] = ("eventlet", "threading")

#: A plotroom.toml without bundled collectors, and so without their process; the server's own metrics are there.
QUIET = "".join(
    f"[collectors.{name}]\nenabled = false\n"
    for name in ("cpu", "memory", "swap", "pressure", "disks", "filesystems", "network", "tcp", "uptime", "processes",
                 "temperatures", "fans", "battery")
)  # fmt: skip

START_TIME = 30.0
STOP_TIME = 5.0


def free_port() -> int:
    """A port that nothing listens on, below the range from which the kernel gives ports to outgoing connections.

    Asking the kernel for any port would race with the other test processes between asking and listening.
    """
    while True:
        port = 15_000 + secrets.randbelow(17_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


#: Settings with which a page has a few charts only. More cost a test of something else much, and tell it nothing.
FEW = "".join(
    f"[collectors.{name}]\nenabled = false\n"
    for name in (
        "battery",
        "disks",
        "fans",
        "filesystems",
        "network",
        "pressure",
        "processes",
        "swap",
        "tcp",
        "temperatures",
    )
)


def planted(home: Path, **plugins: str) -> Path:
    """`home`, with plugins of these names and texts for the server that starts there."""
    (home / "plugins").mkdir(parents=True)
    for name, text in plugins.items():
        (home / "plugins" / f"{name}.py").write_text(text, encoding="utf-8")
    return home


#: Ports of servers that have ended. The next one takes the last: its pages are of an origin that browsers know.
_SPARE: list[int] = []


def _lend_port() -> int:
    while _SPARE:
        port = _SPARE.pop()
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    return free_port()


class Server:
    """One server process.

    Args:
        home: its folder: the working directory with plotroom.toml, the data folder and the log.
        arguments: of the command line, after `--port` and `--data-dir`.
        async_mode: what runs its tasks.
        config: text of plotroom.toml; "" for none.
        environ: more environment variables.
        command: what starts it, when it is not this checkout's `python -m dashboard`.
        preloaded: it may be forked from a process that has imported what it needs, see `tests.preloaded`; what has a
            `command` or an `environ` starts by itself all the same.
        port: to listen on; by default a free one.
        ca: the file of the certificate to believe, when it is given one; it then speaks https.

    Attributes:
        url: its address, without a slash at the end.
        tls: with which clients connect to it; None for plain HTTP.
        process: the running process.
    """

    def __init__(
        self,
        home: Path,
        arguments: Sequence[str] = (),
        *,
        async_mode: AsyncMode = "eventlet",
        config: str = "",
        environ: Mapping[str, str] | None = None,
        command: Sequence[str] = (),
        preloaded: bool = True,
        port: int = 0,
        ca: Path | None = None,
    ) -> None:
        self.home = home
        self.data_dir = home / "data"
        self._lent = not port
        self.port = port or _lend_port()
        self.host = "127.0.0.1"
        self.url = f"{'https' if ca else 'http'}://{self.host}:{self.port}"
        self.tls = ssl.create_default_context(cafile=ca) if ca else None
        self.process: subprocess.Popen[bytes] | Forked | None = None
        self.exit_code: int | None = None
        self._log = home / "log.txt"
        self._killed = False
        # Python looks into the environment while it starts.
        own = not preloaded or bool(command or environ)
        self._mode = None if own or not preloading else async_mode
        self._command = command or (sys.executable, "-m", "dashboard")
        self._arguments = ["--port", str(self.port), "--data-dir", str(self.data_dir), *arguments]
        home.mkdir(parents=True, exist_ok=True)
        if config:
            (home / "plotroom.toml").write_text(config, encoding="utf-8")
        # HOME is the server's own, so that no setting or plugin of this machine's user takes part.
        self._environ = {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home / "xdg"), "PYTHONUNBUFFERED": "1"}
        self._environ["PLOTROOM_ASYNC_MODE"] = async_mode
        self._environ.update(environ or {})

    def start(self) -> None:
        """Start the process and wait until it answers.

        Raises:
            AssertionError: it ended, or did not answer in time; the text has its log.
        """
        self._killed, self.exit_code = False, None
        self.process = self._start()
        self.wait_until_ready()

    def _start(self) -> subprocess.Popen[bytes] | Forked:
        if self._mode:
            return fork(self._mode, self._arguments, self.home, self._environ, self._log)
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [*self._command, *self._arguments],
                cwd=self.home,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        """Start it, for as long as something goes on; then nothing may have been wrong, see `finish`."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        problems = self.finish()
        assert kind or not problems, "\n".join(problems)

    def wait_until_ready(self) -> None:
        """Wait until /healthz answers."""
        deadline = time.monotonic() + START_TIME
        while time.monotonic() < deadline:
            assert self.process is not None
            if self.process.poll() is not None:
                self.exit_code, self.process = self.process.returncode, None
                raise AssertionError(f"the server ended with {self.exit_code}:\n{self.log()}")
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5, context=self.tls):
                    return
            except urllib.error.HTTPError as answer:
                answer.close()
                # A server that asks for its token has started, too.
                if answer.code in (401, 403):
                    return
            except OSError:
                pass
            time.sleep(0.05)
        self.kill()
        raise AssertionError(f"the server did not answer within {START_TIME:.0f} s:\n{self.log()}")

    def stop(self) -> int:
        """Stop it as an operator does, by SIGTERM; its exit code.

        Raises:
            AssertionError: it did not end in time, or left a process behind.
        """
        if self.process is None:
            return self.exit_code or 0
        process, self.process = self.process, None
        family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.send_signal(signal.SIGTERM)
        try:
            self.exit_code = process.wait(STOP_TIME)
        except subprocess.TimeoutExpired:
            _kill_all(process, family)
            self.exit_code = process.wait()
            raise AssertionError(
                f"the server did not stop within {STOP_TIME:.0f} s of SIGTERM:\n{self.log()}"
            ) from None
        left = psutil.wait_procs(family, timeout=STOP_TIME)[1]
        orphans = [f"{one.pid} {' '.join(one.cmdline())}" for one in left if one.is_running()]
        _kill_all(None, left)
        assert not orphans, f"the server left processes behind: {orphans}\n{self.log()}"
        return self.exit_code

    def kill(self) -> None:
        """End it by SIGKILL, as the kernel does when memory is short; its exit code is then not looked at."""
        if self.process is not None:
            process, self.process = self.process, None
            process.kill()
            self.exit_code = process.wait()
            self._killed = True

    def finish(self) -> list[str]:
        """Stop it when it runs, and tell what was not as it should be."""
        try:
            self.stop()
        except AssertionError as error:
            return [str(error)]
        if self._lent:
            self._lent = False
            _SPARE.append(self.port)
        problems = []
        if self.exit_code and not self._killed:
            problems.append(f"the server ended with {self.exit_code}:\n{self.log()}")
        if "Traceback (most recent call last)" in self.log():
            problems.append(f"the server's log has a traceback:\n{self.log()}")
        return problems

    def log(self) -> str:
        """All that it has printed so far."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def forget_log(self) -> None:
        """Empty the log: a traceback that a test has asked for is then no problem at its end."""
        os.truncate(self._log, 0)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (names in lower case) and body of a GET; an error status is no exception."""
        request = urllib.request.Request(self.url + path, headers=dict(headers or {}))
        try:
            with urllib.request.urlopen(request, timeout=20, context=self.tls) as answer:
                return answer.status, {key.lower(): value for key, value in answer.headers.items()}, answer.read()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, {key.lower(): value for key, value in answer.headers.items()}, answer.read()

    def json(self, path: str) -> Any:  # Any: whatever JSON the path has
        """The JSON that a GET of `path` answers."""
        status, _, body = self.get(path)
        assert status == 200, f"GET {path} answered {status}: {body[:500]!r}"
        return json.loads(body)

    def processes(self) -> list[psutil.Process]:
        """The server's process and all that it has started."""
        assert self.process is not None
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]


def _kill_all(process: subprocess.Popen[bytes] | Forked | None, family: Sequence[psutil.Process]) -> None:
    if process is not None:
        process.kill()
    for one in family:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            pass
