"""The shared fixtures do what the other tests rely on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.server import ASYNC_MODES, ROOT, AsyncMode, Server

LEAKS = {
    "thread": "threading.Thread(target=time.sleep, args=(1.5,), name='left').start()",
    "process": "KEPT.append(subprocess.Popen(['sleep', '1.5']))",
    "listening socket": "KEPT.append(socket.create_server(('127.0.0.1', 0)))",
}
TEMPLATE = """
import socket, subprocess, threading, time
import tests.conftest
tests.conftest.GRACE = 0.1
KEPT = []

def test_it():
    {body}
"""


@pytest.mark.parametrize("what", LEAKS)
def test_what_outlives_a_test_fails_it(what: str, tmp_path: Path) -> None:
    """A thread, a child process and a listening socket that are left behind fail the test, which names them."""
    done = run(tmp_path, TEMPLATE.format(body=LEAKS[what]))
    assert done.returncode == 1
    assert f"the test left behind: {what} " in done.stdout


def test_what_is_put_away_fails_nothing(tmp_path: Path) -> None:
    """A test that ends what it has started passes."""
    body = "thread = threading.Thread(target=time.sleep, args=(0.01,)); thread.start(); thread.join()"
    assert run(tmp_path, TEMPLATE.format(body=body)).returncode == 0


def run(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_inner.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider", "test_inner.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environ())


def environ() -> dict[str, str]:
    return {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.mark.parametrize("mode", ASYNC_MODES)
def test_a_server_starts_and_ends(mode: AsyncMode, server: Callable[..., Server]) -> None:
    """The `server` fixture gives a process that answers, and SIGTERM ends it with 0, its family included."""
    running = server(async_mode=mode)
    status, _, body = running.get("/healthz")
    assert (status, json.loads(body)["ok"]) == (200, True)
    family = running.processes()
    assert running.stop() == 0
    assert not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
