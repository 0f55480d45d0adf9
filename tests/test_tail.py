"""`plotroom tail`: samples as lines, for pipes."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from dashboard.cli import run
from dashboard.cli.tail import csv_lines, influx, jsonl
from dashboard.client import Batch
from dashboard.server import threaded
from tests.proxy import Proxy
from tests.rooms import PATIENCE, RoomsServer
from tests.server import QUIET, ROOT, Server

START = 1_700_000_000_000


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoomsServer]:
    """A server with a metric of two series, one of which has a gap."""
    server = RoomsServer("threading", tmp_path_factory.mktemp("tail") / "log")
    server.do("declare", collector="m", metrics=[{"name": "m", "labels": ["name"]}])
    server.do("publish", metric="m", times=[START, START + 500], values={"a": [1.5, 2], "=b c": [None, 3]})
    yield server
    server.close()


@pytest.fixture
def tail(rooms: RoomsServer) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """`tail(*arguments, url=)` starts the command in a process of its own."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, url: str = rooms.url) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "dashboard", "tail", "--url", url, *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def lines(form: str, rooms: RoomsServer, capfd: pytest.CaptureFixture[str], *more: str) -> list[str]:
    """What it prints of the past, in this process."""
    capfd.readouterr()
    assert run(["tail", "m", "--url", rooms.url, "--format", form, "--last", "1h", *more], threaded()) == 0
    told = capfd.readouterr()
    assert told.err == ""
    return told.out.splitlines()


def test_lines_of_json(rooms: RoomsServer, capfd: pytest.CaptureFixture[str]) -> None:
    """Each series of each time is an object; a gap is null."""
    found = [json.loads(line) for line in lines("jsonl", rooms, capfd, "--count", "2")]
    time = "2023-11-14T22:13:20.000Z"
    assert found[:2] == [
        {"time": time, "metric": "m", "labels": {"name": "a"}, "value": 1.5},
        {"time": time, "metric": "m", "labels": {"name": "=b c"}, "value": None},
    ]
    assert [one["value"] for one in found[2:]] == [2, 3]


def test_lines_of_csv(rooms: RoomsServer, capfd: pytest.CaptureFixture[str]) -> None:
    """A head, then a row for each series of each time; no name is a formula, and a gap is an empty field."""
    found = list(csv.reader(lines("csv", rooms, capfd, "--count", "2")))
    assert found[:3] == [
        ["time", "metric", "series", "value"],
        ["2023-11-14T22:13:20.000Z", "m", "a", "1.5"],
        ["2023-11-14T22:13:20.000Z", "m", "'=b c", ""],
    ]
    assert len(found) == 5


def test_lines_of_influx(rooms: RoomsServer, capfd: pytest.CaptureFixture[str]) -> None:
    """Line protocol, in nanoseconds, with names that have a meaning there escaped, and without gaps."""
    assert lines("influx", rooms, capfd, "--count", "2") == [
        "m,name=a value=1.5 1700000000000000000",
        "m,name=a value=2.0 1700000000500000000",
        r"m,name=\=b\ c value=3.0 1700000000500000000",
    ]


def test_count_is_of_times(rooms: RoomsServer, capfd: pytest.CaptureFixture[str]) -> None:
    """`--count 1` is one time, with all its series."""
    assert len(lines("jsonl", rooms, capfd, "--count", "1")) == 2


def test_series_without_labels() -> None:
    """A metric without labels has no tags, and is called by its own name."""
    batch = Batch("m.n", np.array([START]), np.array([[0.5]]), ({},), 1, "e")
    assert list(influx(batch)) == [f"m.n value=0.5 {START}000000"]
    assert list(csv_lines(batch)) == ["2023-11-14T22:13:20.000Z,m.n,m.n,0.5"]
    assert json.loads(next(jsonl(batch)))["labels"] == {}


def test_a_reader_that_has_enough_ends_it_quietly(
    rooms: RoomsServer, tail: Callable[..., subprocess.Popen[str]]
) -> None:
    """When the pipe is closed, it ends at the next line, without a word."""
    process = tail("m", "--last", "1h")
    assert process.stdout is not None and process.stderr is not None
    assert json.loads(process.stdout.readline())["metric"] == "m"
    process.stdout.close()
    rooms.do("publish", metric="m", times=[START + 600], values={"a": [1], "=b c": [1]})
    assert process.wait(PATIENCE) == 0
    assert process.stderr.read() == ""
    process.stdout = None


def test_ctrl_c_ends_it_without_a_traceback(tail: Callable[..., subprocess.Popen[str]]) -> None:
    """SIGINT ends it with exit code 130, and without a word."""
    process = tail("m", "--last", "1h")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors.strip()) == (130, "")


def test_a_lost_connection_is_told_and_nothing_is_lost(
    rooms: RoomsServer, tail: Callable[..., subprocess.Popen[str]]
) -> None:
    """What is to be said of the connection is on stderr; each sample is one line, once."""
    name = "tail.lost"
    rooms.do("declare", collector=name, metrics=[{"name": name}])
    with Proxy(rooms.port) as proxy:
        process = tail(name, "--format", "influx", "--count", "4", url=proxy.url)
        assert process.stderr is not None
        rooms.wait_for(lambda counters: counters["rooms"] > 0)
        rooms.do("publish", metric=name, times=[START + 1000], values={"a": [1]})
        assert process.stdout is not None
        first = process.stdout.readline()  # it has been answered, and follows
        proxy.cut()
        assert process.stderr.readline() == "plotroom: the connection is lost; trying again\n"
        rooms.do("publish", metric=name, times=[START + 2000, START + 3000], values={"a": [2, 3]})
        proxy.mend()
        assert process.stderr.readline() == "plotroom: connected again\n"
        rooms.do("publish", metric=name, times=[START + 4000], values={"a": [4]})
        out, _ = process.communicate(timeout=PATIENCE)
    assert [line.split()[-2] for line in (first + out).splitlines()] == [f"value={value}.0" for value in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("tail", "mm", "--url", "{url}"), "there is no metric 'mm'; did you mean 'm'?"),
        (("tail", "m", "--url", "http://127.0.0.1:9"), "nothing answers at http://127.0.0.1:9"),
        (("tail", "m", "--url", "there"), "'there' is no address of a Plotroom"),
        (("tail", "m", "--url", "{url}", "--last", "soon"), "'soon' is no span of time; write it as"),
        (("tail",), "Missing argument 'NAME...'"),
    ],
)
def test_a_mistake_is_one_line(
    rooms: RoomsServer, capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    """What is wrong is one line on stderr, and exit code 2."""
    capfd.readouterr()
    assert run([one.format(url=rooms.url) for one in arguments], threaded()) == 2
    [line] = capfd.readouterr().err.splitlines()
    assert words in line


def test_the_token_of_this_machine_is_found(
    server: Callable[..., Server], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the settings of the server, its token is taken from the data folder; for another address it is not."""
    running = server("--require-token", config=QUIET)
    monkeypatch.chdir(running.home)
    settings = ["--port", str(running.port), "--data-dir", str(running.data_dir)]
    command = ["tail", "self.hub_lag", "--last", "60", "--count", "1", *settings]
    assert run(command, threaded()) == 0
    assert json.loads(capfd.readouterr().out)["metric"] == "self.hub_lag"
    assert run([*command, "--url", running.url], threaded()) == 2
    assert "asks for its token" in capfd.readouterr().err
