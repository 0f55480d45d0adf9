"""The shared fixtures do what the other tests rely on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.server import ASYNC_MODES, ROOT, AsyncMode, Server

INNER = """
import socket, subprocess, threading, time
import tests.conftest
tests.conftest.GRACE = 0.1
KEPT = []

def test_thread():
    threading.Thread(target=time.sleep, args=(1.5,), name="left").start()

def test_process():
    KEPT.append(subprocess.Popen(["sleep", "1.5"]))

def test_listening_socket():
    KEPT.append(socket.create_server(("127.0.0.1", 0)))

def test_put_away():
    thread = threading.Thread(target=time.sleep, args=(0.01,)); thread.start(); thread.join()
"""


def test_what_outlives_a_test_fails_it(tmp_path: Path) -> None:
    """Threads, child processes and listening sockets that are left behind fail a test, by name; one alone is clean."""
    (tmp_path / "test_inner.py").write_text(INNER, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-ra", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    environ = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COLUMNS": "200"}
    done = subprocess.run(
        [*command, "test_inner.py"], cwd=tmp_path, capture_output=True, text=True, check=False, env=environ
    )
    assert done.returncode == 1
    found = dict(re.findall(r"^ERROR \S+::test_(\w+) - .*the test left behind: (.*)", done.stdout, re.MULTILINE))
    assert found.keys() == {"thread", "process", "listening_socket"}, done.stdout
    for name, what in found.items():
        assert what.startswith(f"{name.replace('_', ' ')} "), what
    assert "4 passed, 3 errors" in done.stdout


@pytest.mark.parametrize("mode", ASYNC_MODES)
def test_a_server_starts_and_ends(mode: AsyncMode, server: Callable[..., Server]) -> None:
    """The `server` fixture gives a process that answers, and SIGTERM ends it with 0, its family included."""
    running = server(async_mode=mode)
    status, _, body = running.get("/healthz")
    assert (status, json.loads(body)["ok"]) == (200, True)
    family = running.processes()
    assert running.stop() == 0
    assert not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
