"""The collector process, spoken with directly over its socket."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from collectors.frames import Header, Known, Reader, encode, unpack
from collectors.sample import Batch
from tests.server import ROOT
from tests.sinks import PATIENCE, ended, write_plugin


class Process:
    """A collector process and this end of its socket."""

    def __init__(self, parent: int | None = None) -> None:
        self.channel, theirs = socket.socketpair()
        self.channel.settimeout(PATIENCE)
        command = [sys.executable, "-m", "collectors.worker", str(theirs.fileno()), str(parent or os.getpid()), "test"]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            pass_fds=(theirs.fileno(),),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        theirs.close()
        self._reader = Reader(self.channel.recv)
        self._known: Known = {}
        self._metrics: set[str] = set()
        self._id = 0

    def send(self, do: str, **more: object) -> None:
        self._id += 1
        self.channel.sendall(encode({"do": do, "id": self._id, **more}))

    def receive(self) -> tuple[Header, list[Batch]]:
        frame = self._reader.read()
        assert frame is not None, "the process is gone: " + self.output()
        header, payload = frame
        return header, unpack(header.get("batches", ()), payload, self._known, self._metrics)

    def ask(self, do: str, **more: object) -> Header:
        self.send(do, **more)
        header, _ = self.receive()
        assert header["id"] == self._id
        return header

    def load(self, path: Path) -> dict[str, Any]:
        loaded = self.ask("load", file=str(path))
        assert loaded["do"] == "loaded", loaded
        self._metrics = {metric["name"] for one in loaded["collectors"] for metric in one["metrics"]}
        return loaded

    def output(self) -> str:
        """What it has printed; waits for its end."""
        text, _ = self.process.communicate(timeout=PATIENCE)
        return text.decode()

    def end(self) -> None:
        self.channel.close()
        self.process.communicate(timeout=PATIENCE)


@pytest.fixture
def worker() -> Iterator[Process]:
    """A collector process; it ends when its socket is closed."""
    one = Process()
    yield one
    one.end()


PLUGIN = """
import sys, threading, time
from collectors import Collector, CollectorConfig, Counter, Gauge, Misconfigured, Unavailable

class Source(Collector):
    "A source."
    class Config(CollectorConfig):
        what: str = "value"
    value = Gauge("source.value", labels=["name"])
    thread = Gauge("source.thread")

    def open(self):
        if self.config.what == "wrong":
            raise Misconfigured("what", "is wrong")

    def collect(self):
        match self.config.what:
            case "away": raise Unavailable("it is away")
            case "fail": raise ValueError("odd")
            case "exit": sys.exit(3)
            case "text": self.value.set("text", name="a")
            case "huge": self.value.write(range(3_000_000), [range(3_000_000)], [{"name": "a"}])
            case _:
                self.value.set(1.5, name="a")
                self.value.set(None, name="b")
                self.thread.set(threading.get_ident() == threading.main_thread().ident)

class Other(Collector):
    "Another one."
    value = Gauge("other.value")
    def collect(self):
        self.value.set(2)
"""


def test_it_loads_opens_and_collects(worker: Process, tmp_path: Path) -> None:
    """It reports what a plugin declares, and each collect answers with batches and how long it took."""
    loaded = worker.load(write_plugin(tmp_path, "source.py", PLUGIN))
    assert [one["name"] for one in loaded["collectors"]] == ["source", "other"]
    assert worker.ask("open", collector="source", tables=[])["outcome"] == "ok"
    worker.send("collect", collector="source", tick=5_000)
    done, batches = worker.receive()
    assert done["outcome"] == "ok"
    assert 0 <= done["duration"] < 5
    assert [one.metric for one in batches] == ["source.value", "source.thread"]
    assert [one.name for one in batches[0].series] == ["a", "b"]
    assert batches[0].times.tolist() == [5_000]
    assert batches[0].values[0, 0] == 1.5
    assert batches[1].values.tolist() == [[0.0]]


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("away", {"outcome": "unavailable", "reason": "it is away"}),
        ("fail", {"outcome": "failed", "kind": "ValueError", "text": "odd", "where": "source.py, line 19"}),
        ("exit", {"outcome": "failed", "kind": "SystemExit", "text": "3"}),
        ("text", {"outcome": "failed", "kind": "NotANumber", "where": "source.py, line 21"}),
        ("huge", {"outcome": "failed", "kind": "FrameError"}),
    ],
)
def test_every_outcome_has_its_words(worker: Process, tmp_path: Path, what: str, expected: dict[str, str]) -> None:
    """What a collect raises is told with its kind and line, and the process goes on."""
    worker.load(write_plugin(tmp_path, "source.py", PLUGIN))
    worker.ask("open", collector="source", tables=[{"what": what}])
    done = worker.ask("collect", collector="source", tick=1)
    assert {key: done[key] for key in expected} == expected
    worker.ask("open", collector="source", tables=[{"what": "value"}])
    worker.send("collect", collector="source", tick=2)
    done, batches = worker.receive()
    assert done["outcome"] == "ok"
    assert len(batches) == 2


@pytest.mark.parametrize("table", [{"what": "wrong"}, {"whta": "value"}, {"what": 17}])
def test_a_wrong_configuration_is_told_by_open(worker: Process, tmp_path: Path, table: dict[str, object]) -> None:
    """A refused value, an unknown key and a wrong type name the field."""
    worker.load(write_plugin(tmp_path, "source.py", PLUGIN))
    done = worker.ask("open", collector="source", tables=[table])
    assert done["outcome"] == "misconfigured"
    assert done["field"] == next(iter(table))


def test_a_file_that_does_not_import_is_refused_with_its_line(worker: Process, tmp_path: Path) -> None:
    """The refusal carries line and reason."""
    path = write_plugin(tmp_path, "broken.py", "x = 1\nimport no_such_module\n")
    refused = worker.ask("load", file=str(path))
    assert (refused["do"], refused["line"]) == ("refused", 2)
    assert "no_such_module" in refused["why"]


def test_helpers_beside_the_plugin_are_reported(worker: Process, tmp_path: Path) -> None:
    """The server watches them, too."""
    helper = write_plugin(tmp_path, "helper_x.py", "VALUE = 1")
    path = write_plugin(
        tmp_path,
        "main.py",
        "import helper_x\nfrom collectors import metric\n@metric('m.m')\ndef m(): return helper_x.VALUE",
    )
    assert worker.load(path)["files"].keys() == {str(helper), str(path)}


def test_what_is_installed_beside_the_plugin_is_not_reported(worker: Process, tmp_path: Path) -> None:
    """A virtual environment beside the plugin is no part of it."""
    packages = tmp_path / ".venv" / "site-packages"
    write_plugin(packages, "big_x.py", "VALUE = 1")
    path = write_plugin(
        tmp_path,
        "main.py",
        f"import sys\nsys.path.append({str(packages)!r})\nimport big_x\nfrom collectors import metric\n"
        "@metric('m.m')\ndef m(): return big_x.VALUE",
    )
    assert worker.load(path)["files"].keys() == {str(path)}


def test_an_instance_that_fails_is_told_with_the_samples_of_the_others(worker: Process, tmp_path: Path) -> None:
    """A collect that went well tells which instances did not, with a traceback only the first time."""
    worker.load(write_plugin(tmp_path, "source.py", PLUGIN))
    tables = [{"instance": "good"}, {"instance": "bad", "what": "away"}, {"instance": "odd", "what": "fail"}]
    assert worker.ask("open", collector="source", tables=tables)["outcome"] == "ok"
    for fresh in (True, False):
        worker.send("collect", collector="source", tick=1)
        done, batches = worker.receive()
        assert done["outcome"] == "ok"
        assert batches[0].series[0].name == "good a"
        away, odd = done["troubles"]
        assert (away["instance"], away["outcome"], away["reason"]) == ("bad", "unavailable", "it is away")
        assert away["fresh"] is fresh
        assert (odd["instance"], odd["kind"], odd["text"], "trace" in odd) == ("odd", "ValueError", "odd", True)


def test_collectors_do_not_wait_for_each_other(worker: Process, tmp_path: Path) -> None:
    """One that hangs has a thread of its own; another of the same file still answers."""
    path = write_plugin(tmp_path, "two.py", PLUGIN.replace("self.value.set(2)", "self.value.set(2); time.sleep(3600)"))
    worker.load(path)
    worker.ask("open", collector="other", tables=[])
    worker.ask("open", collector="source", tables=[])
    worker.send("collect", collector="other", tick=1)
    assert worker.ask("collect", collector="source", tick=1)["outcome"] == "ok"


STREAM = """
import threading
from collectors import Collector, Counter, Gauge, Unavailable

class Pushes(Collector):
    "It pushes."
    value = Gauge("push.value", labels=["n"])
    def stream(self):
        for n in range(1000):
            self.value.set(n, n="a")
            yield
        if threading.Event().wait(0.2):
            yield
        raise Unavailable("hung up")
"""


def test_a_stream_pushes_without_being_asked(worker: Process, tmp_path: Path) -> None:
    """What a generator yields arrives in few frames, in order; its end is the outcome of the next collect."""
    assert worker.load(write_plugin(tmp_path, "stream.py", STREAM))["collectors"][0]["streams"] is True
    worker.ask("open", collector="pushes", tables=[])
    values: list[float] = []
    frames = 0
    while not values or values[-1] < 999:
        header, batches = worker.receive()
        assert (header["do"], header["collector"]) == ("batches", "pushes")
        frames += 1
        for batch in batches:
            assert all(later > earlier for earlier, later in zip(batch.times, batch.times[1:], strict=False))
            values += batch.values[0].tolist()
    assert values == sorted(values)
    assert frames <= 40
    while (done := worker.ask("collect", collector="pushes", tick=1))["outcome"] == "ok":
        pass
    assert (done["outcome"], done["reason"]) == ("unavailable", "hung up")


def test_it_ends_when_it_is_told_to(worker: Process, tmp_path: Path) -> None:
    """Stop closes every collector and ends the process with 0."""
    path = write_plugin(
        tmp_path,
        "closing.py",
        """
        from collectors import Collector, Gauge
        class Closing(Collector):
            value = Gauge("closing.value")
            def close(self):
                print("closed")
        """,
    )
    worker.load(path)
    worker.ask("open", collector="closing", tables=[])
    worker.send("stop")
    assert worker.output() == "closed\n"
    assert worker.process.returncode == 0


CHILD = """
import subprocess, sys
from collectors import metric
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
@metric("child.pid")
def pid(): return child.pid
"""


def test_the_end_of_the_server_ends_the_whole_group(worker: Process, tmp_path: Path) -> None:
    """When the socket is closed the process ends, and so does what the plugin has started."""
    worker.load(write_plugin(tmp_path, "child.py", CHILD))
    worker.ask("open", collector="child.pid", tables=[])
    worker.send("collect", collector="child.pid", tick=1)
    _, [batch] = worker.receive()
    child = int(batch.values[0, 0])
    worker.channel.close()
    assert worker.process.wait(PATIENCE) == -signal.SIGKILL
    assert ended(child)


def test_it_ends_when_its_server_was_dead_before_it_began() -> None:
    """A server that dies while the process is being started leaves no orphan either."""
    orphan = Process(parent=2**22 + 1)
    assert orphan.process.wait(PATIENCE) == -signal.SIGKILL
    orphan.end()


def test_it_stays_small(worker: Process, tmp_path: Path) -> None:
    """It imports neither the server nor what that is made of."""
    path = write_plugin(
        tmp_path,
        "modules.py",
        """
        import sys
        from collectors import metric
        HEAVY = {"eventlet", "greenlet", "flask", "socketio", "dashboard", "plotly", "click", "psutil", "jinja2"}
        if "coverage" in sys.modules:  # which imports greenlet when it is told to know of it
            HEAVY.remove("greenlet")
        @metric("modules.heavy")
        def heavy():
            print(sorted(HEAVY & set(sys.modules)), file=sys.stderr)
            return len(HEAVY & set(sys.modules))
        """,
    )
    worker.load(path)
    worker.ask("open", collector="modules.heavy", tables=[])
    worker.send("collect", collector="modules.heavy", tick=1)
    _, [batch] = worker.receive()
    assert batch.values.tolist() == [[0.0]]
    assert psutil.Process(worker.process.pid).memory_info().rss < 70 * 2**20


def test_importing_the_worker_starts_nothing() -> None:
    """The module can be imported, as documentation tools do, without any effect."""
    done = subprocess.run([sys.executable, "-c", "import collectors.worker"], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout == done.stderr == b""
