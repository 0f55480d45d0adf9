"""What a history goes through: it loses nothing that was written, and tells nothing that never was."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from collectors.metric import Metric
from collectors.sample import Batch
from dashboard.history.visit import Visit
from tests.attackers import Wire
from tests.crashes import build, declare, publish
from tests.lasting import START, HandClock, Lasting, series
from tests.ordeals import cut_the_power, kill_in_a_flood, mutate
from tests.server import QUIET, Server

Start = Callable[..., Server]

#: Seconds within which a disk that works again is written to.
BACK = 10.0


def test_kills_lose_nothing_that_was_written(tmp_path: Path) -> None:
    """Killed at any moment under 5,000 samples a second, it has every second that was over, whole and right."""
    luck, second = random.Random(1), 0
    for _ in range(2):
        second = kill_in_a_flood(tmp_path / "data", luck, second)[0] + 2


def test_power_cuts_lose_nothing_that_was_written(tmp_path: Path) -> None:
    """Whatever part of what was not synced is lost, it opens, and has every second that was over."""
    assert cut_the_power(tmp_path, random.Random(2), 12, 700) >= 4


#: Mutations that were once taken for a fault of Plotroom: a word where a time or a count has to be, a number too large.
KNOWN = (121, 487, 728)


def test_what_is_left_of_a_damaged_file_is_true(tmp_path: Path) -> None:
    """Cut off, overwritten, with rows gone or changed: it opens, keeps what is whole, tells nothing wrong, goes on."""
    build(tmp_path / "before")
    for number in (*range(12), *KNOWN):
        mutate(tmp_path / "before", tmp_path / "data", random.Random(number))


def test_series_without_end_stop_at_the_cap(tmp_path: Path) -> None:
    """100,000 new series in a minute: as many as may be are kept, the others counted, and memory stays as it is."""
    here = Lasting(tmp_path / "data", max_series=500)
    key = here.declare(Metric("a.b", labels=("name",)))
    before = psutil.Process().memory_info().rss
    for second in range(60):
        names = tuple(series(f"s{second * 1700 + one}") for one in range(1700))
        times = np.array([START + second * 1000], dtype=np.int64)
        here.history.append(Batch("a.b", times, names, np.ones((1700, 1))))
        assert here.keep()
    assert len(here.history.series("a.b")) == here.history.width(key) == 500
    assert here.history.refused("a.b") >= 10_000
    assert psutil.Process().memory_info().rss - before < 64 * 2**20
    here.close()


def test_series_that_come_and_go_keep_their_values(tmp_path: Path) -> None:
    """A clock that is set an hour forth and back keeps the order, and each value at its time."""
    here = Lasting(tmp_path / "data", HandClock())
    declare(here, ["m0.x"])
    for second in (*range(100), *range(3700, 3800), *range(200, 300)):
        publish(here, ["m0.x"], second, 2)
        here.keep()
    [key] = here.history.keys("m0.x")
    again = here.restart()
    found = sorted((time - START) // 1000 for time in again.all_of(key))
    assert found == [*range(100), *range(200, 300), *range(3700, 3800)]
    again.close()


# --- whole servers


def notices(wire: Wire) -> list[str]:
    """What the server has told this client about the history, the oldest first."""
    told = [one.data[1] for one in wire.messages if one.event == "notice"]
    return [one["text"] for one in told if one.get("topic") == "history"]


def wait_for(wire: Wire, condition: Callable[[], object], seconds: float, what: str) -> None:
    """Read until that holds; samples come every second."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline and not wire.ended, f"{what}: {notices(wire)}"
        wire.fill()


def samples_seen(wire: Wire) -> int:
    return sum(one.event == "samples" for one in wire.messages)


def assert_live(wire: Wire) -> None:
    """Samples go on to come."""
    before = samples_seen(wire)
    wait_for(wire, lambda: samples_seen(wire) >= before + 2, 10, "no samples come")


def stored(server: Server) -> int:
    """How many samples of Plotroom's own memory are in the file, looked at from beside."""
    with Visit(server.data_dir / "history") as visit:
        [key] = visit.keys("self.memory")
        waiting = visit.waiting(key)
        packed = visit.samples(key, 0, 2**50).times.tolist()
        return len({*packed, *(waiting.samples.times.tolist() if waiting else [])})


@pytest.mark.parametrize("fault", ["folder", "limit"])
def test_live_samples_go_on_without_a_disk(server: Start, fault: str) -> None:
    """What watches goes on to get samples, is told what is wrong, and told again when it is written as before."""
    one = server(config=QUIET)
    assert one.process is not None
    folder, away = one.data_dir / "history", one.data_dir / "away"
    with Wire(one.port) as wire:
        wire.join()
        wire.subscribe("self.memory")
        assert_live(wire)
        process = psutil.Process(one.process.pid)
        if fault == "folder":  # something else is where it was
            folder.rename(away)
            folder.write_text("not a folder")
        else:
            process.rlimit(psutil.RLIMIT_FSIZE, (0, psutil.RLIM_INFINITY))
        wait_for(wire, lambda: any(notices(wire)), 20, "nothing is told")
        assert notices(wire)[-1].startswith("History is not being written: ")
        assert_live(wire)
        with Wire(one.port) as late:
            hello = late.join().data[1]
            assert [one["text"] for one in hello["notices"] if one["topic"] == "history"] == notices(wire)[-1:]
        if fault == "limit":
            process.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))
        else:
            folder.unlink()
        wait_for(wire, lambda: not notices(wire)[-1].startswith("History is not"), BACK, "it is not over")
        assert_live(wire)
        samples = samples_seen(wire) - 2
    # All that memory held is in the file by then, what came during the fault included.
    assert stored(one) >= samples


def test_two_servers_do_not_share_a_folder(server: Start, tmp_path: Path) -> None:
    """The second one says in one line which folder is taken, and exits with 2; the first goes on."""
    one = server(config=QUIET)
    done = subprocess.run(
        [sys.executable, "-m", "dashboard", "--port", "0", "--data-dir", str(one.data_dir)],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "another Plotroom keeps its history in" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert one.json("/healthz")
