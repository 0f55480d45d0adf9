"""The benchmarks in small form: what they say is there and adds up; how fast it is, is not looked at."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TypeVar
from xml.etree import ElementTree

import psutil
import pytest

from dashboard.bench.figures import Delays, Delivered, Held, fan_out, steady
from dashboard.bench.limit import measure_limit
from dashboard.bench.machine import Cores, on_core
from dashboard.bench.report import everyday, speed
from dashboard.cli import run
from dashboard.server import Runtime, ThreadedServing
from dashboard.tasks import run_here
from tests.bench.crowds import peer_fan_out
from tests.bench.curves import Curve, EvenAxis, draw
from tests.server import ROOT

Found = TypeVar("Found")

ANYWHERE = Cores(None, None)
#: Starts a server, prints its process, and waits.
MEASURER = """
import sys
from dashboard.bench.server import harness
with harness({}) as server:
    print(server.pid, flush=True)
    sys.stdin.read()
"""
SMALL = ("--clients", "20", "--rooms", "2", "--seconds", "0.2")


def bench_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dashboard", "bench", *arguments]


def of_this_machine(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "tests" / "bench" / arguments[0]), *arguments[1:]]


def test_the_command_tells_what_it_found(tmp_path: Path) -> None:
    """`plotroom bench` prints the figures, each with its meaning, and leaves nothing behind in its folder."""
    done = subprocess.run(bench_command(*SMALL), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("20 clients with 2 charts each; server ")
    for pattern in (
        r"[\d,]+  samples of \d+ bytes delivered a second by one core",
        r"\d+ %  of what bare sockets carry here \([\d,]+ a second\)",
        r"-?\d+\.\d ms  from publishing a sample until a client has it; half of them are sooner",
        r"-?\d+\.\d ms  within which 99 of 100 are there",
        r"\d+\.\d %  of one core, for all clients together",
        r"\d+ kB  of memory for each client",
    ):
        assert [line for line in lines if re.fullmatch(rf" +{pattern}", line)], (pattern, done.stdout)
    assert "please report" not in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_ends_the_command_and_its_server() -> None:
    """Ctrl-C in the middle is exit code 130 without a traceback, and no process stays."""
    process = subprocess.Popen(
        bench_command("--seconds", "600"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("300 clients")
        family = wait_for(lambda: psutil.Process(process.pid).children(recursive=True))
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert (process.returncode, errors.strip()) == (130, "")
    assert psutil.wait_procs(family, timeout=10)[1] == []


def test_a_server_ends_with_who_measures() -> None:
    """When the one who measures is killed, the server that it has started ends by itself."""
    script = (
        "import sys; from dashboard.bench.server import *\nwith harness({}) as one: print(one.pid); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script.replace("print(one.pid)", "print(one.pid, flush=True)")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        server = psutil.Process(int(process.stdout.readline()))
        process.kill()
    assert psutil.wait_procs([server], timeout=20)[1] == []


def test_too_few_files_are_told() -> None:
    """With a lower limit of open files than clients, the command says so in one line and what can be done."""
    command = ["sh", "-c", 'ulimit -n 100; exec "$@"', "sh", *bench_command("--clients", "200")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("plotroom: 200 clients need ")
    assert "fewer clients" in done.stderr and len(done.stderr.splitlines()) == 1


def test_bench_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    """Behind a setting, `bench` would run with a server's patches; it says how to write it instead."""
    assert run(["--port", "1", "bench"], Runtime("eventlet", run_here, ThreadedServing)) == 2
    assert "plotroom bench" in capsys.readouterr().err


def test_each_event_is_counted_once() -> None:
    """A real server's events are all counted, as many as clients times rooms times ticks."""
    found = fan_out(20, 3, 0.2, ANYWHERE)
    assert found.events == found.expected == 20 * 3 * found.ticks
    assert found.exact
    assert 150 < found.size < 250
    assert found.cpu > 0


def test_the_limit_is_counted_like_ours() -> None:
    """The bare loop's events are counted in the same way, and are of the size that was asked for."""
    found, cpu = measure_limit(5, 3, 200, 40, None)
    assert found.events == 5 * 3 * 40
    assert found.received == found.events * 200
    assert cpu >= 0


def test_what_holding_costs() -> None:
    """A crowd at one sample a second gets each of them, at the expense of some processor."""
    held = steady(20, 2, 2.0, ANYWHERE)
    assert held.clients == 20
    assert held.delays.events in range(20 * 2, 20 * 2 * 4 + 1)
    assert held.traffic > 100
    assert 0 <= held.delays.p50 <= held.delays.p99 <= held.delays.worst
    assert held.cpu > 0


def test_doubts_are_told() -> None:
    """A count that is not exact, and clients that could not keep up, are said beside the figures."""
    good = Delivered(ticks=1, events=10, expected=10, size=200, rate=50.0, cpu=0.1, busy=0.5)
    bad = Delivered(ticks=1, events=9, expected=10, size=200, rate=50.0, cpu=0.1, busy=1.0)
    assert len(speed(good, good)) == 2
    told = "\n".join(speed(bad, good))
    assert "9 came of 10" in told and "could not keep up" in told
    held = Held(20, Delays(1, 0.001, 0.002, 0.003, 0.1), 0.015, -5.0, 4000.0)
    assert [line.split("  ")[-2].strip() for line in everyday(held)] == ["1.0 ms", "2.0 ms", "1.5 %", "0 kB"]


def test_a_core_is_left_again() -> None:
    """What is pinned to a core meanwhile may run on all of its cores afterwards; None pins nothing."""
    before = os.sched_getaffinity(0)
    with on_core(min(before)):
        assert os.sched_getaffinity(0) == {min(before)}
    with on_core(None):
        assert os.sched_getaffinity(0) == before
    assert os.sched_getaffinity(0) == before


@pytest.mark.parametrize("name", ["flask", pytest.param("node", marks=pytest.mark.node)])
def test_peers_are_counted_like_ours(name: str) -> None:
    """A peer's events are counted exactly, too, and are as large as ours."""
    called, found = peer_fan_out(name, 10, 3, 0.2, 200, ANYWHERE)
    assert re.search(r"socket\.?io \d+\.\d+\.\d+$", called, re.IGNORECASE)
    assert found.exact
    assert found.size == 200


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("fanout.py", "--clients=10", "--rooms=1", "--seconds=0.2", "--peers="), ("x 1 rooms", " % of that")),
        (("latency.py", "--clients=5", "--rooms=2", "--seconds=2", "--peers="), ("plotroom", "p99")),
        (
            ("capacity.py", "--clients=20", "--step=10", "--rooms=2", "--seconds=2", "--peers=", "--within=60"),
            ("20 clients are held", "kB each"),
        ),
        (("fast_metric.py", "--clients=5", "--seconds=1", "--peers="), ("5000 of 5000 samples came, 0 lost, 0 twice",)),
        (("compression.py", "--clients=11", "--rooms=2", "--seconds=2"), ("off", "on to off: bytes 0.")),
    ],
    ids=lambda one: one[0] if one[0].endswith(".py") else "",
)  # fmt: skip
def test_the_scripts_say_what_they_found(command: tuple[str, ...], words: tuple[str, ...]) -> None:
    """Each script of tests/bench for the live engine runs in small form, loses nothing, and prints its figures."""
    done = subprocess.run(of_this_machine(*command), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for word in words:
        assert word in done.stdout, done.stdout
    assert "ONLY" not in done.stdout


def test_growth_is_drawn(tmp_path: Path) -> None:
    """The script that measures growth prints a row for each number of rooms and draws a curve for it."""
    picture = tmp_path / "growth.svg"
    command = of_this_machine("growth.py", "--clients=10", "--rooms=1,3", "--seconds=0.1", f"--draw={picture}")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[:2] for line in done.stdout.splitlines()[2:]] == [["1", "rooms"], ["3", "rooms"]]
    assert texts(picture.read_text(encoding="utf-8")) >= {"1 room", "3 rooms", "clients"}


def test_curves_stay_in_their_frame() -> None:
    """Every point of a drawn curve lies between the axes, and its name stands beside it, as text."""
    drawn = draw([Curve("a<b", [(10, 3.0), (5000, 0.4)]), Curve("flat", [(10, 1.0)])], "Cost & more", "clients", "µs")
    assert {"a<b", "flat", "Cost & more", "clients", "0.2 µs", "5 µs"} <= texts(drawn)
    circles = [one for one in ElementTree.fromstring(drawn).iter() if one.tag.endswith("circle")]
    assert len(circles) == 3
    for one in circles:
        assert 64 <= float(one.attrib["cx"]) <= 616 and 44 <= float(one.attrib["cy"]) <= 312


def test_even_axes_begin_at_zero_and_names_stand_apart() -> None:
    """Curves that end near each other are told apart, and what is flat looks flat."""
    curves = [
        Curve(name, [(1, 100.0), (72, end)]) for name, end in (("heap", 104.0), ("nodes", 101.0), ("calls", 103.0))
    ]
    drawn = draw(curves, "Kept", "hours", "%", EvenAxis)
    assert {"0 %", "120 %", "0", "80"} <= texts(drawn)
    written = [one for one in ElementTree.fromstring(drawn).iter() if one.tag.endswith("text")]
    heights = [
        next(float(one.attrib["y"]) for one in written if one.text == name) for name in ("heap", "calls", "nodes")
    ]
    assert all(below - above >= 15 for above, below in pairwise(heights))


def texts(drawn: str) -> set[str]:
    """What is written in an SVG."""
    return {one.text or "" for one in ElementTree.fromstring(drawn).iter() if one.tag.endswith("text")}


def wait_for(condition: Callable[[], Found]) -> Found:
    """What `condition` gives as soon as it is true, or after 20 s."""
    deadline = time.monotonic() + 20
    while not (result := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return result
