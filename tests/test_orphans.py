"""Nothing of ours outlives the server, however that dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server import ROOT
from tests.sinks import PATIENCE, ended, write_plugin

SERVER = """
import sys, time
from dashboard.sampling.target import Target
from dashboard.sampling.workers import Limits, WorkerProcess
from dashboard.tasks import threads
one = WorkerProcess("bad", Target(sys.argv[1]), Limits(), threads())
one.start()
one.load()
one.call("open", "bad", 10, tables=[])
[batch] = one.call("collect", "bad", 10, tick=1).batches
print(one.pid, int(batch.values[0, 0]), flush=True)
one.call("collect", "bad", 3600, tick=2)
"""


@pytest.mark.parametrize(
    "body",
    ["time.sleep(3600)", "ctypes.PyDLL(None).sleep(3600)", "while True: pass"],
    ids=["sleeps", "holds the interpreter's lock", "loops"],
)
def test_kill_9_of_the_server_leaves_no_orphan(tmp_path: Path, body: str) -> None:
    """When the server is killed its collector processes end, whatever they do at that moment, with their children."""
    path = write_plugin(
        tmp_path,
        "bad.py",
        f"""import ctypes, os, time
from collectors import metric

import subprocess
ticks = []
@metric("bad")
def bad():
    ticks.append(1)
    if len(ticks) > 1:
        os.write(2, b"here\\n")
        {body}
    return subprocess.Popen(["sleep", "3600"]).pid
""",
    )
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert server.stdout is not None
    assert server.stderr is not None
    worker, child = map(int, server.stdout.readline().split())
    server.kill()
    server.communicate(timeout=PATIENCE)
    assert ended(worker, 5.0)
    if "PyDLL" in body and not ended(child, 0.1):  # the kernel ends it, and knows nothing of its children
        os.kill(child, signal.SIGKILL)
    assert ended(child, 5.0)
