"""The benchmarks of the history in small form: they run, fill each store with the same data, and say what is found."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dashboard.history.archive import Archive
from dashboard.history.tiers import Tier
from tests.bench.history_data import Recorded, hard_mix, load, save
from tests.bench.history_stores import Ours, chunk_sizes, gauge, multiply, seconds, walks
from tests.server import ROOT


def script(*arguments: str) -> str:
    command = [sys.executable, str(ROOT / "tests" / "bench" / arguments[0]), *arguments[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return done.stdout


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Ours]:
    one = Ours(tmp_path, hard_mix(10, 1)[0].times[0])
    yield one
    one.archive.close(clean=True)


def test_data_come_back_from_their_file(tmp_path: Path) -> None:
    """What was recorded is the same after it was written and read."""
    data = hard_mix(100, 20)
    save(tmp_path / "mix.npz", data)
    again = load(tmp_path / "mix.npz")
    assert [(one.key, one.every, one.series) for one in again] == [(one.key, one.every, one.series) for one in data]
    for one, other in zip(data, again, strict=True):
        np.testing.assert_array_equal(one.times, other.times)
        np.testing.assert_array_equal(one.values, other.values)


def test_the_hard_mix_is_the_same_every_time() -> None:
    """Half noise, a fifth walks, a fifth counters, a tenth flags; the same numbers for the same seed."""
    kinds = [one.key.name.strip("mix.0123456789") for one in hard_mix(1000, 5)]
    assert [kinds.count(kind) for kind in ("noise", "walk", "counter", "flag")] == [50, 20, 20, 10]
    for one, other in zip(hard_mix(100, 50), hard_mix(100, 50), strict=True):
        np.testing.assert_array_equal(one.values, other.values)


def stored(archive: Archive, data: Recorded) -> list[list[float]]:
    found = archive.samples(gauge(data.key), int(data.times[0]), int(data.times[-1]))
    values: list[list[float]] = found.values.tolist()
    return values


def test_what_came_second_by_second_is_stored(tmp_path: Path) -> None:
    """A history with a clock of the data's own holds all of the data in the end, packed."""
    data = hard_mix(100, 30)
    assert sum(batch.values.size for batches in seconds(data) for batch in batches) == 100 * 30
    store = Ours(tmp_path, int(data[0].times[0]))
    store.declare(data)
    store.live(data)
    store.finish()
    assert chunk_sizes(tmp_path)[Tier.FULL][0] == 100 * 30
    again = Ours(tmp_path, int(data[0].times[-1]))
    assert [stored(again.archive, one) for one in data] == [one.values.tolist() for one in data]
    again.archive.close(clean=True)


def test_copies_are_whole_metrics(store: Ours) -> None:
    """A metric that was copied in the file has the samples of the one that it is a copy of."""
    data = walks("bench.chart", 3, 700, int(store.now))
    store.pack([data])
    multiply(store.archive, data, ["bench.copy"])
    copy = Recorded(data.key._replace(name="bench.copy"), 1.0, data.times, data.series, data.values)
    assert stored(store.archive, copy) == data.values.tolist()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("history_data.py", "{tmp}/system.npz", "--seconds=2"), ("metrics, ",)),
        (("history_write.py", "--series=100", "--seconds=20", "--peer-seconds=5", "--peers="), ("samples/s of CPU",)),
        (("history_growth.py", "--series=2", "--days=1", "--others=1", "--runs=2"), ("ten times the metrics: ",)),
        (("history_start.py", "--size=1", "--days=1", "--series=20", "--seconds=5", "--runs=1"), ("to be packed",)),
        (("history_cpu.py", "--series=100", "--seconds=1", "--settle=2", "--warm=20"), ("the difference: ",)),
    ],
    ids=lambda one: one[0] if one[0].endswith(".py") else "",
)  # fmt: skip
def test_the_scripts_say_what_they_found(command: tuple[str, ...], words: tuple[str, ...], tmp_path: Path) -> None:
    """Each script of tests/bench for the history runs in small form and prints its figures."""
    found = script(*(one.format(tmp=tmp_path) for one in command))
    for word in words:
        assert word in found, found


def test_sizes_and_times_are_told(tmp_path: Path) -> None:
    """Bytes a sample of both sets of data, and the times of three spans each way, without peers."""
    save(tmp_path / "system.npz", hard_mix(10, 20))
    found = script("history_size.py", f"--system={tmp_path}/system.npz", "--series=50", "--seconds=20", "--peers=")
    assert found.count("bytes a sample") == 2
    found = script("history_read.py", "--series=2", "--days=1", "--others=1", "--warm=2", "--cold=1", "--peers=")
    assert found.count("30 d ") == 5
