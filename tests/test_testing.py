"""`check_collector` finds what is wrong with a collector, and says which line to change."""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path

import pytest

import collectors
from collectors import Collector, Gauge
from collectors.registry import BUNDLED, load_file, load_module
from collectors.testing import Finding, check_collector
from tests.server import ROOT

HEAD = "from collectors import *\nimport itertools, threading, time\n"


def check(folder: Path, text: str) -> list[Finding]:
    """Findings on the one collector of a file that begins with the two lines of HEAD."""
    path = folder / "plugin.py"
    path.write_text(HEAD + textwrap.dedent(text), encoding="utf-8")
    [declaration] = load_file(path)
    assert declaration.kind is not None
    return check_collector(declaration.kind, sleep=lambda seconds: None)


GOOD = '''\
class Queues(Collector):
    """Queues of a broker."""
    depth = Gauge("queue.depth", unit="messages", labels=["queue"], limits=(0, 100))
    done = Counter("queue.done", unit="messages")
    total = 0
    def collect(self):
        self.total += 1
        self.depth.set(self.total, queue="a")
        self.done.set(self.total)
'''


def test_a_good_collector_has_no_findings(tmp_path: Path) -> None:
    """Nothing is found where nothing is to be changed; a metric function is checked, too."""
    assert check(tmp_path, GOOD) == []
    assert check(tmp_path, '@metric("room.temperature", unit="°C")\ndef f():\n    "How warm."\n    return 20') == []


@pytest.mark.parametrize(
    ("change", "level", "line", "text"),
    [
        (('labels=["queue"]', 'labels=["q"]'), "error", 10, "was set with labels (queue); it declares: q"),
        (("self.done.set(self.total)", "self.done.set('x')"), "error", 11, "a value of type str"),
        (("self.total += 1", "1 / 0"), "error", 9, "collect(): ZeroDivisionError"),
        (("self.total += 1", "raise Misconfigured('url', 'is wrong')"), "error", 9, "url: is wrong"),
        (("self.total += 1", "raise Unavailable('away')"), "warning", None, "not available here: away"),
        (("self.done.set(self.total)", "self.done.set(-1)"), "error", 6, "a counter is never negative"),
        (("    total = 0", "    total = 50"), None, None, ""),
        (("self.done.set(self.total)", "self.done.set(100 - self.total)"), "error", 6, "a counter never falls"),
        (("        self.done.set(self.total)\n", ""), "warning", 6, "was not set in two samples"),
        (('queue="a"', "queue=self.total"), "warning", 5, "series are others in each sample"),
        (("self.depth.set(self.total,", "self.depth.set(self.total + 100,"), "warning", 5, "outside its limits"),
        (('"queue.depth"', '"queue.depth_bytes"'), "warning", 5, "so call it 'queue.depth'"),
        (('"queue.done", unit="messages"', '"queue.done", unit="bytes/s"'), "error", 6, "running total in 'bytes'"),
        (('    """Queues of a broker."""\n', ""), "warning", 3, "no docstring"),
        (("self.total += 1", "self.total += 1; time.sleep(1.1)"), "warning", 8, "longer than its interval"),
        (("    def collect", "    def open(self): 1 / 0\n    def collect"), "error", 8, "open(): ZeroDivisionError"),
        (("    def collect", "    def close(self): 1 / 0\n    def collect"), "error", 8, "close(): ZeroDivisionError"),
        (
            ("    def collect", "    def detect(): return [1]\n    detect = staticmethod(detect)\n    def collect"),
            "error",
            8,
            "detect() gave a int",
        ),
        (
            ("    def collect", "    detect = classmethod(lambda cls: [{'x': 1}])\n    def collect"),
            "error",
            None,
            "options that it refuses: x",
        ),
        (("    def collect", "    detect = classmethod(lambda cls: [])\n    def collect"), "warning", None, "nothing"),
        (("    def collect", "    detect = classmethod(lambda cls: 1 / 0)\n    def collect"), "error", 8, "detect()"),
        (
            ("self.done.set(self.total)", "self.done.write([self.total], [self.total])"),
            "error",
            6,
            "milliseconds since the epoch",
        ),
        (
            ("self.depth.set(self.total,", "[self.depth.set(1, queue=str(n)) for n in range(501)]; self.depth.set(1,"),
            "warning",
            5,
            "has 502 series",
        ),
    ],
)
def test_what_is_found(tmp_path: Path, change: tuple[str, str], level: str | None, line: int | None, text: str) -> None:
    """Each mistake is one finding, with its level, the line to change, and what to do."""
    assert change[0] in GOOD
    found = check(tmp_path, GOOD.replace(*change, 1))
    if level is None:
        assert found == []
        return
    assert [(one.level, one.line) for one in found] == [(level, line)]
    assert text in found[0].text
    assert str(tmp_path / "plugin.py") in str(found[0])


def test_a_source_that_opens_only_once(tmp_path: Path) -> None:
    """A collector must open again after it was closed."""
    opens = "    def open(self):\n        assert not self.opened\n        self.opened.append(1)\n"
    once = GOOD.replace("    total = 0", "    total = 0\n    opened = []")
    [finding] = check(tmp_path, once.replace("    def collect", opens + "    def collect"))
    assert finding.text == "open() after close(): AssertionError: "


def test_a_thread_that_is_left(tmp_path: Path) -> None:
    """A thread that close() does not end is an error; it is named."""
    text = GOOD.replace(
        "    def collect",
        "    def open(self):\n"
        "        self.end = threading.Event()\n"
        "        threading.Thread(target=self.end.wait, args=(2,), name='left').start()\n"
        "    def collect",
    )
    found = check(tmp_path, text)
    assert {one.text for one in found} == {"thread 'left' still runs after close(); end it there"}


STREAM = '''\
class Pushes(Collector):
    """It pushes."""
    value = Gauge("pushes.value")
    def stream(self):
        for n in itertools.count():
            self.value.set(n)
            yield
            time.sleep(0.01)
'''


def test_streams_are_checked(tmp_path: Path) -> None:
    """A collector that pushes is listened to; one that fails is told with its line."""
    assert check(tmp_path, STREAM) == []
    found = check(tmp_path, STREAM.replace("self.value.set(n)", "self.value.set('x')"))
    assert [(one.level, one.line) for one in found] == [("error", 8)]


@pytest.mark.parametrize("module", BUNDLED)
def test_bundled_collectors_have_no_errors(module: str) -> None:
    """Every bundled collector keeps the contract; what this machine does not have is a warning at most."""
    for declaration in load_module(module):
        assert declaration.kind is not None
        found = check_collector(declaration.kind, sleep=lambda seconds: None)
        assert [str(one) for one in found if one.level == "error"] == []
        lint = [str(one) for one in found if one.line is not None and "was not set" not in one.text]
        assert lint == []


EXAMPLES = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / "plugins.md").read_text(), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_examples_of_the_docs_are_good_collectors(tmp_path: Path, text: str) -> None:
    """Each block of docs/plugins.md is a plugin without findings, and the tests that it has pass."""
    path = tmp_path / "example.py"
    path.write_text(text, encoding="utf-8")
    found = load_file(path)
    for declaration in found:
        assert declaration.kind is not None
        assert check_collector(declaration.kind, sleep=lambda seconds: None) == []
    kind = found[0].kind
    assert kind is not None
    for name, value in vars(sys.modules[kind.__module__]).items():
        if name.startswith("test_"):
            value()


def test_all_that_an_author_may_import_is_documented() -> None:
    """Every public class of the package that an author raises or declares with is in docs/plugins.md."""
    text = (ROOT / "docs" / "plugins.md").read_text()
    wanted = set(collectors.__all__) - {"Batch", "CollectorError", "Metric", "Series"}
    assert {name for name in wanted if not re.search(rf"\b{name}\b", text)} == set()


def test_a_class_without_metrics_or_interval() -> None:
    """What can't be used at all is told at once."""

    class Empty(Collector):
        pass

    class Never(Collector):
        every = 0
        value = Gauge("never.value")

    assert [one.text for one in check_collector(Empty)] == [
        "it declares no metric; give its class a Gauge or a Counter"
    ]
    [finding] = check_collector(Never)
    assert "every = 0 is no interval" in finding.text


def test_findings_read_like_a_compilers() -> None:
    """A finding is printed so that editors can jump to it."""
    assert str(Finding("error", "odd", "a.py", 3)) == "a.py:3: error: odd"
    assert str(Finding("warning", "odd")) == "warning: odd"


def test_a_finding_of_a_function_has_its_line(tmp_path: Path) -> None:
    """What is to be changed in a metric function is told with the line of its decorator."""
    file = tmp_path / "speed.py"
    file.write_text('from collectors import metric\n\n\n@metric("pump.speed")\ndef speed():\n    return 1\n')
    (declaration,) = load_file(file)
    assert declaration.kind is not None
    (finding,) = check_collector(declaration.kind, sleep=lambda seconds: None)
    assert "docstring" in finding.text
    assert (finding.file, finding.line) == (str(file), 4)
