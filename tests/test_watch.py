"""`plotroom watch`: live values in a terminal."""

from __future__ import annotations

import io
import json
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from rich.console import Console

from dashboard.cli import numbers, run
from dashboard.cli.picture import Picture, sparkline
from dashboard.client import Batch
from dashboard.server import threaded
from tests.proxy import Proxy
from tests.rooms import RoomsServer
from tests.server import ROOT
from tests.terminal import Terminal

START = 1_700_000_000_000
VALUES = (
    0,
    0.00123,
    0.05,
    0.0995,
    0.5,
    1,
    9.994,
    9.996,
    42,
    99.96,
    999.6,
    1000,
    1023,
    1024,
    12_345,
    1.5e6,
    2.5e9,
    -3.25,
)


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoomsServer]:
    """A server with metrics to watch."""
    server = RoomsServer("threading", tmp_path_factory.mktemp("watch") / "log")
    declared = [
        {"name": "m.load", "title": "Load", "unit": "bytes", "labels": ["name"]},
        {"name": "m.wide", "labels": ["n"]},
    ]
    server.do("declare", collector="m", metrics=declared)
    publish(server, 1, 3)
    wide = {f"series{place}": [1.0] for place in range(40)}
    server.do("publish", metric="m.wide", times=[START], values=wide)
    yield server
    server.close()


def publish(server: RoomsServer, first: int, last: int) -> None:
    """Values that grow by a KiB each second."""
    numbers = range(first, last + 1)
    values = {"in": [1024.0 * number for number in numbers], "out": [None for _ in numbers]}
    server.do("publish", metric="m.load", times=[START + 1000 * number for number in numbers], values=values)


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    """`terminal(*arguments, columns=, lines=)` runs a command in a terminal."""
    opened: list[Terminal] = []

    def start(*arguments: str, **size: int) -> Terminal:
        opened.append(Terminal(*arguments, **size))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def test_it_draws_follows_resizes_and_ends(rooms: RoomsServer, terminal: Callable[..., Terminal]) -> None:
    """Values are drawn with their unit and range, move, fit the terminal, and Ctrl-C leaves it as it was."""
    shown = terminal("watch", "m.load", "--url", rooms.url)
    # The last is a series that has no values yet.
    shown.until(lambda text: all(one in text for one in ("Load", "↓ 1.00 KiB", "↑ 3.00 KiB", "\u2013 B")))
    publish(rooms, 4, 5)
    shown.until(lambda text: "↑ 5.00 KiB" in text)
    shown.resize(80, 24)
    shown.until(lambda text: max(map(len, text.splitlines())) == 80)
    shown.press(b"\x03")
    assert shown.end() == 130
    assert "Traceback" not in shown.output
    assert "\x1b[?1049l" in shown.output[-200:] and "\x1b[?25h" in shown.output[-200:]


def test_a_lost_connection_is_told_and_comes_back(rooms: RoomsServer, terminal: Callable[..., Terminal]) -> None:
    """While there is no connection the first line says so, and no longer; SIGTERM ends it in order, too."""
    with Proxy(rooms.port) as proxy:
        shown = terminal("watch", "m.load", "--url", proxy.url)
        shown.until(lambda text: "live; Ctrl-C" in text)
        proxy.cut()
        shown.until(lambda text: "connection lost" in text)
        proxy.mend()
        shown.until(lambda text: "live; Ctrl-C" in text)
        shown.process.send_signal(signal.SIGTERM)
        assert shown.end() == 128 + signal.SIGTERM
    assert "\x1b[?1049l" in shown.output[-200:]


def test_it_is_no_command_for_pipes(rooms: RoomsServer, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal it says what to use instead."""
    assert run(["watch", "m.load", "--url", rooms.url], threaded()) == 2
    assert (
        capsys.readouterr().err == "plotroom: watch draws in a terminal; for pipes and files there is `plotroom tail`\n"
    )


@pytest.mark.parametrize("height", [4, 10, 24, 60])
def test_a_picture_fits_its_terminal(height: int) -> None:
    """However many series there are, no more lines are drawn than there are; what is left out is told."""
    picture = Picture({"a": {"title": "A"}, "b": {"title": "B"}}, 60)
    for name in ("a", "b"):
        series = tuple({"n": str(place)} for place in range(40))
        picture.add(Batch(name, np.array([START]), np.ones((40, 1)), series, 1, "e"))
    console = Console(width=60, height=height, file=io.StringIO())
    with console.capture() as captured:
        console.print(picture.drawn(60, height, 0.0))
    drawn = captured.get().splitlines()
    assert len(drawn) <= height
    assert any(re.fullmatch(r"  … and \d+ more", line.rstrip()) for line in drawn)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([0, 1, 2, 3], "▁▃▆█"), ([3, 3, 3, 3], "▁▁▁▁"), ([], ""), ([None, None], "    "), ([0, None, None, 7], "▁  █"),
        ([0, 7], "▁▁▁█"), ([0, 0, 9, 0, 0, 0, 0, 0, 0], "▁█▁▁"),
    ],
)  # fmt: skip
def test_sparklines(values: list[float | None], line: str) -> None:
    """From least to most, the largest of each share; a gap is a space, and rare samples stand until the next one."""
    row = np.array([np.nan if one is None else one for one in values], dtype=np.float64)
    assert sparkline(np.arange(len(row)) * 1000, row, 4) == line


@pytest.mark.node
def test_numbers_are_written_as_on_the_page() -> None:
    """numbers.py writes what static/js/units.js writes, of every kind of unit and size."""
    from collectors.units import UNITS

    node = shutil.which("node")
    assert node, "install Node 18 or later"
    module = (ROOT / "static" / "js" / "units.js").as_uri()
    table = {name: unit.steps for name, unit in UNITS.items()}
    script = f"""
        import {{ Units }} from {json.dumps(module)};
        const units = new Units({json.dumps(table)});
        const texts = {json.dumps([*table, "messages"])}.map((unit) =>
          {json.dumps(VALUES)}.map((value) => units.text(unit, value)));
        console.log(JSON.stringify(texts));
    """
    command = [node, "--input-type=module", "-e", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    written = [[numbers.text(unit, value) for value in VALUES] for unit in [*table, "messages"]]
    assert written == json.loads(done.stdout)
