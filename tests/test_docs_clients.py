"""What docs/clients.md shows works, as it stands there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

import pytest

from dashboard.cli import run
from dashboard.server import threaded
from tests.server import ROOT, Server
from tests.terminal import Terminal

PAGE = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
URL = "http://127.0.0.1:8420"
#: The one with arguments is a client that the conformance test runs.
EXAMPLES = [one for one in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "sys.argv" not in one]
COMMANDS = re.findall(r"^plotroom (.*)$", PAGE, re.MULTILINE)


@pytest.fixture(scope="module")
def plotroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Plotroom as one starts it."""
    with Server(tmp_path_factory.mktemp("docs")) as running:
        yield running


def test_the_examples_in_python_run(plotroom: Server) -> None:
    """Each runs to its end against a Plotroom, one after the other, and says nothing of errors."""
    code = "\n".join(EXAMPLES).replace(URL, plotroom.url)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("line", [one for one in COMMANDS if one.startswith("tail ")])
def test_the_lines_for_pipes_run(plotroom: Server, capfd: pytest.CaptureFixture[str], line: str) -> None:
    """Each prints lines and ends."""
    assert run([*shlex.split(line), "--url", plotroom.url], threaded()) == 0
    told = capfd.readouterr()
    assert told.out and not told.err


def test_the_line_for_terminals_runs(plotroom: Server) -> None:
    """What it says to watch is drawn."""
    [line] = [one for one in COMMANDS if one.startswith("watch ")]
    shown = Terminal(*shlex.split(line), "--url", plotroom.url)
    try:
        shown.until(lambda text: "CPU" in text and "Load" in text)
        shown.press(b"\x03")
        assert shown.end() == 130
    finally:
        shown.close()


def test_each_command_is_shown() -> None:
    """The page shows every command that is a client."""
    assert {one.split()[0] for one in COMMANDS} == {"watch", "tail", "conformance"}
    assert len(EXAMPLES) == 6
