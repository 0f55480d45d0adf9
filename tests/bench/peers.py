"""The peers that Plotroom is measured against, started the way their users start them.

They are measured in the same run and on the same machine; one that is not installed is left out with a sentence.
"""

from __future__ import annotations

import importlib
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import psutil

from dashboard.bench.machine import on_core
from tests.bench.measure import Family, family_of
from tests.server import ROOT, free_port

SERVERS = Path(__file__).resolve().parent / "peer_servers"


NETDATA = """[global]
    run as user = {user}
[directories]
    cache = {home}/cache
    lib = {home}/lib
    log = {home}/log
[web]
    bind to = 127.0.0.1:{port}
[cloud]
    enabled = no
"""


class Absent(Exception):
    """A peer is not on this machine; the text says how to get it."""


@dataclass(frozen=True)
class Peer:
    """A running peer: what to call it, its address, and its processes."""

    name: str
    url: str
    family: Family


@contextmanager
def netdata() -> Iterator[Peer]:
    """Debian's Netdata with its own defaults, on a port and in folders of its own.

    Raises:
        Absent: it is not installed.
    """
    program = shutil.which("netdata") or shutil.which("netdata", path="/usr/sbin")
    if program is None:
        raise Absent("Netdata is not installed; on Debian: apt-get install netdata")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="netdata-") as home:
        for name in ("cache", "lib", "log"):
            Path(home, name).mkdir()
        user = psutil.Process().username()
        Path(home, "netdata.conf").write_text(NETDATA.format(home=home, port=port, user=user), encoding="utf-8")
        url = f"http://127.0.0.1:{port}"
        command = [program, "-D", "-c", f"{home}/netdata.conf"]
        with running(command, f"{url}/api/v1/info") as process:
            version = subprocess.run([program, "-V"], capture_output=True, text=True, check=False).stdout.strip()
            yield Peer(version or "netdata", url, family_of(process.pid))


@contextmanager
def glances() -> Iterator[Peer]:
    """Glances with its web interface, from PyPI, in an environment that is thrown away.

    Raises:
        Absent: it can't be installed here.
    """
    with tempfile.TemporaryDirectory(prefix="glances-") as home:
        python = Path(home, "bin", "python")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
        install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "glances[web]"]
        done = subprocess.run(install, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Absent(f"Glances can't be installed here: {done.stderr.strip().splitlines()[-1:]}")
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        command = [f"{home}/bin/glances", "-w", "--bind", "127.0.0.1", "--port", str(port), "--disable-check-update"]
        with running(command, url) as process:
            show = subprocess.run([f"{home}/bin/glances", "-V"], capture_output=True, text=True, check=False).stdout
            version = re.search(r"\d+(\.\d+)+", show)
            yield Peer(f"Glances {version[0] if version else ''}".strip(), url, family_of(process.pid))


@contextmanager
def victoria_metrics(folder: Path, core: int | None = None) -> Iterator[Peer]:
    """Debian's VictoriaMetrics as a single node, its data in a folder that may hold those of an earlier one.

    Args:
        folder: of its data.
        core: where it runs.

    Raises:
        Absent: it is not installed.
    """
    program = shutil.which("victoria-metrics") or shutil.which("victoria-metrics-prod")
    if program is None:
        raise Absent("VictoriaMetrics is not installed; on Debian: apt-get install victoria-metrics")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [program, f"-storageDataPath={folder}", f"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=100y"]
    with on_core(core), running(command, f"{url}/health") as process:
        yield Peer(f"VictoriaMetrics {_packaged('victoria-metrics')}".strip(), url, family_of(process.pid))


@contextmanager
def duckdb() -> Iterator[ModuleType]:
    """DuckDB from PyPI as a module, in a folder that is thrown away; it runs in this process, as it always does.

    Raises:
        Absent: it can't be installed here.
    """
    with tempfile.TemporaryDirectory(prefix="duckdb-") as home:
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", home, "duckdb"]
        done = subprocess.run(install, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Absent(f"DuckDB can't be installed here: {done.stderr.strip().splitlines()[-1:]}")
        sys.path.insert(0, home)
        try:
            yield importlib.import_module("duckdb")
        finally:
            sys.path.remove(home)


@contextmanager
def flask_socketio(core: int | None = None) -> Iterator[Peer]:
    """Flask-SocketIO on eventlet, as its users write it; see peer_servers/flask_socketio_rooms.py.

    Args:
        core: where it runs.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, str(SERVERS / "flask_socketio_rooms.py"), str(port)]
    with on_core(core), running(command, url) as process:
        yield Peer(f"Flask-SocketIO {version('flask-socketio')}", url, family_of(process.pid))


@contextmanager
def node_socketio(core: int | None = None) -> Iterator[Peer]:
    """Node's socket.io; see peer_servers/node_rooms.js.

    Args:
        core: where it runs.

    Raises:
        Absent: it is not installed.
    """
    package = ROOT / "node_modules" / "socket.io" / "package.json"
    if shutil.which("node") is None or not package.is_file():
        raise Absent("Node or its socket.io is not installed; `make js` brings it")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with on_core(core), running(["node", str(SERVERS / "node_rooms.js"), str(port)], url) as process:
        number = json.loads(package.read_text(encoding="utf-8"))["version"]
        yield Peer(f"Node's socket.io {number}", url, family_of(process.pid))


def _packaged(name: str) -> str:
    """The version of a Debian package; Debian's VictoriaMetrics itself does not know its own."""
    if shutil.which("dpkg-query") is None:
        return ""
    command = ["dpkg-query", "--show", "--showformat=${source:Upstream-Version}", name]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.partition("+")[0]


@contextmanager
def running(command: list[str], url: str) -> Iterator[subprocess.Popen[bytes]]:
    """The process of `command`, once `url` answers; it and all that it has started are ended afterwards."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    family = family_of(process.pid)
    try:
        for _ in range(300):
            if process.poll() is not None:
                raise Absent(f"{command[0]} ended with {process.returncode}")
            try:
                urllib.request.urlopen(url, timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise Absent(f"{command[0]} did not answer within 30 s")
        yield process
    finally:
        members = family()
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        for one in psutil.wait_procs(members, timeout=10)[1]:
            one.kill()
        process.wait()
