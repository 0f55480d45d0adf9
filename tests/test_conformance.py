"""The judgement of clients, on our own and on some that do not pass."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.cli import run
from dashboard.conformance.play import Verdict, judge
from dashboard.errors import CannotStart
from dashboard.server import threaded
from tests.server import ROOT

#: After docs/wire.md's client in JavaScript: goes on until its input ends, and prints what it holds.
ENDING = """
process.stdin.resume().on("end", () => {
  socket.emit("unsubscribe", { metrics: [NAME] }, () => {
    console.log = () => {};
    process.stdout.write(JSON.stringify({ series: series.map(({ labels }) => labels) }) + "\\n");
    for (const [, [time, values]] of [...rows].sort(([a], [b]) => a - b)) {
      process.stdout.write(JSON.stringify([time, ...series.map((_, i) => values[i] ?? null)]) + "\\n");
    }
    process.exit();
  });
});
"""


def example(page: str, language: str, having: str = "") -> str:
    """The code of a page of the docs."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    [code] = [one for one in re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL) if having in one]
    return str(code)


def node() -> str:
    found = shutil.which("node")
    assert found, "install Node 18 or later"
    return found


def faults(verdicts: Sequence[Verdict]) -> dict[str, str]:
    return {one.requirement: one.fault for one in verdicts if one.fault}


def forgetful() -> str:
    """Our client as it would be if it asked for nothing that it has missed."""
    return """
from dashboard.client.track import Track
Track.lagged = Track._mend_soon = lambda self: None
wanted = Track.wanted
Track.wanted = lambda self, *given: {key: value for key, value in wanted(self, *given).items() if key != "since"}
""" + example("clients.md", "python", "sys.argv")


def of_the_wire_page() -> str:
    """The client in docs/wire.md, made to follow to the end and to print what it has."""
    code = example("wire.md", "js")
    for told, wanted in (
        ('"http://127.0.0.1:8420"', "process.argv[2]"), ('"system.cpu"', "process.argv[3]"),
        ("window: 60", "window: 600"), ("  if (++frames === 3) socket.disconnect();\n", ""), ("console.log(", "void ("),
    ):  # fmt: skip
        assert told in code
        code = code.replace(told, wanted)
    return code + ENDING


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Verdict]]]:
    """What is said of each client; they mostly wait, so they are judged at the same time."""
    folder = tmp_path_factory.mktemp("clients")
    cache = ROOT / "node_modules" / ".cache"  # from where socket.io-client is found
    cache.mkdir(exist_ok=True)
    texts = {
        folder / "python.py": example("clients.md", "python", "sys.argv"),
        folder / "forgetful.py": forgetful(),
        cache / "wire-page.mjs": of_the_wire_page(),
    }
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    paths = [*texts, ROOT / "tests" / "node" / "conformant.mjs"]
    commands = {path.stem: [node() if path.suffix == ".mjs" else sys.executable, str(path)] for path in paths}
    with ThreadPoolExecutor(len(commands)) as pool:
        patience = {"forgetful": 1.5}
        running = {
            name: pool.submit(lambda name, command: list(judge(command, patience.get(name, 15.0))), name, command)
            for name, command in commands.items()
        }
        yield {name: one.result() for name, one in running.items()}
    (cache / "wire-page.mjs").unlink()


@pytest.mark.node
@pytest.mark.parametrize("name", ["python", "conformant"])
def test_our_clients_pass(found: dict[str, list[Verdict]], name: str) -> None:
    """The Python client and the page's own modules meet every requirement."""
    assert faults(found[name]) == {}
    assert len(found[name]) > 20


@pytest.mark.node
def test_the_client_of_the_wire_page_passes_but_for_clocks(found: dict[str, list[Verdict]]) -> None:
    """The short client in docs/wire.md misses nothing; it keeps what was dropped when the clock was set back."""
    clock = "holds nothing else, and nothing that was dropped when the clock was set back"
    assert faults(found["wire-page"]).keys() <= {clock}


@pytest.mark.node
def test_a_client_that_does_not_resume_is_told(found: dict[str, list[Verdict]]) -> None:
    """A client that asks for nothing that it has missed is told what it should have asked for."""
    told = faults(found["forgetful"])
    assert told["asks for what `lagged` says it has missed, from where it was"] == "it did not within 1.5 seconds"
    assert told["resumes: it gives the epoch, and the offset of its last sample"].startswith("it asked for what came")
    assert "takes binary frames" not in told


def test_a_client_that_ends_early_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    """A program that does not go on until its input ends fails, in one line for each of its runs; exit code 1."""
    assert run(["conformance", sys.executable, "-c", "pass"], threaded()) == 1
    lines = capfd.readouterr().out.splitlines()
    assert lines == ["FAILED  goes on until its input ends: it has ended, with exit code 0"] * 2


def test_a_command_that_is_none_is_told() -> None:
    """A command that can't be started is one line with what to do."""
    with pytest.raises(CannotStart, match=r"no-such-program: No such file or directory; give the command"):
        list(judge(["no-such-program"]))
