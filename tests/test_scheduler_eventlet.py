"""The scheduler with eventlet's tasks, everything patched, as a server runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server import ROOT
from tests.sinks import ended, write_plugin
from tests.tries import until_fine

FAST = """
from collectors import metric

@metric("fast.value", every=0.1)
def value():
    return 1
"""

SCRIPT = """
import eventlet
eventlet.monkey_patch()
import json, os, sys, time
from pathlib import Path
import eventlet.tpool
from dashboard.sampling.scheduler import Scheduler
from dashboard.settings import Settings
from dashboard.tasks import Tasks
from tests.sinks import QUICK, RememberingSink

home = Path(sys.argv[1])
sink = RememberingSink()
tasks = Tasks(eventlet.spawn, eventlet.sleep, eventlet.tpool.execute)
settings = Settings(config=home / "plotroom.toml", data_dir=home / "data")
scheduler = Scheduler(settings, sink, tasks, limits=QUICK, bundled=("collectors.cpu", "collectors.memory"))
worst, watching = [0.0], [True]

def watch():
    while watching[0]:
        asked = time.monotonic() + 0.02
        eventlet.sleep(0.02)
        worst[0] = max(worst[0], time.monotonic() - asked)

scheduler.start()
sink.wait_state("fast.value", "running")
eventlet.spawn(watch)
sink.wait_state("bad.value", "failing", "did not return")
sink.wait_state("noisy.value", "failing", "did not return")
sink.wait_values("fast.value", 40)
sink.wait_values("system.cpu", 3)
(home / "plugins" / "fast.py").write_text((home / "plugins" / "fast.py").read_text().replace("return 1", "return 2"))
sink.wait_for(lambda: 2.0 in sink.values("fast.value"))
watching[0] = False
pids = scheduler.workers()
started = time.monotonic()
scheduler.stop()
print(json.dumps({"stop": time.monotonic() - started, "pids": pids, "lag": worst[0], "left": scheduler.workers(),
                  "deaths": tasks.deaths, "lateness": max(scheduler.lateness())}))
"""


@pytest.mark.timeout(120)  # it may measure again
def test_it_runs_on_eventlet(tmp_path: Path) -> None:
    """With everything patched, bad plugins don't stall the hub, reloading works, and stopping leaves no process."""
    for name, body in (("bad", "time.sleep(3600)"), ("noisy", "while True: print('x' * 500)")):
        write_plugin(
            tmp_path / "plugins",
            f"{name}.py",
            f"import time\nfrom collectors import metric\n@metric('{name}.value', every=0.2)\ndef bad():\n    {body}\n",
        )
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT, str(tmp_path)]

    def measure() -> tuple[float, float]:
        write_plugin(tmp_path / "plugins", "fast.py", FAST)
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=50)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
        assert found["left"] == []
        assert all(ended(pid) for pid in found["pids"])
        assert found["deaths"] == {}
        return found["stop"], found["lag"]

    stop, lag = until_fine(measure, lambda found: found[0] < 2.5 and found[1] < 0.4)
    assert stop < 2.5
    assert lag < 0.4
