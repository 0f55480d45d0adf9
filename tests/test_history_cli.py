"""`plotroom history`, run in this process on real files, and beside a real server."""

from __future__ import annotations

import csv
import io
import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from collectors.metric import Series
from dashboard.cli import run
from dashboard.cli.moments import moment
from dashboard.history.archive import Archive
from dashboard.history.database import NAME
from dashboard.history.directory import Key
from dashboard.history.expiry import Keep
from dashboard.history.slice import Slice
from dashboard.history.tiers import Tier
from dashboard.history.work import Append, Seal
from dashboard.server import threaded
from tests.server import ROOT, Server

KEY = Key("room.temperature", "°C", "gauge")
ATTIC, CELLAR = Series((("room", "attic"),)), Series((("room", "cellar"),))
KEEP = Keep(10**12, 10**12, 10**12, 10**12, 2**40)
START = 1_700_000_000_000 - 1_700_000_000_000 % 86_400_000
ISO = "2023-11-14T00:00:00.000Z"


class Done:
    """What a command has done."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Command = Callable[..., Done]


@pytest.fixture
def plotroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """`plotroom(*arguments)` runs `plotroom history` with a data folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLOTROOM_DATA_DIR", str(tmp_path / "data"))

    def command(*arguments: str) -> Done:
        capfd.readouterr()
        code = run(["history", *arguments], threaded())
        return Done(code, *capfd.readouterr())

    return command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A history of two rooms over two hours, in small chunks, the last 90 seconds of it in the journal."""
    made = tmp_path / "data" / "history"
    archive = Archive(made, KEEP, lambda: START)
    for first in reversed(range(0, 7200, 240)):  # else they would be put together
        archive.commit([], [Seal(KEY, samples(first, first + 240), 0)])
    last = samples(7200, 7290)
    archive.commit([Append(KEY, last.offset, last.times, last.series, last.values)], [])
    archive._database.close()  # as a crash leaves it
    return made


def samples(first: int, last: int) -> Slice:
    numbers = np.arange(first, last)
    values = np.vstack([numbers.astype(float), np.where(numbers % 5 == 0, np.nan, -1.5)])
    return Slice(last, START + 1000 * numbers, (ATTIC, CELLAR), values)


def damage(folder: Path, sql: str) -> None:
    with sqlite3.connect(folder / NAME) as db:
        db.execute(sql)
    db.close()


def test_info_tells_what_is_there(plotroom: Command, folder: Path) -> None:
    """For people and for programs: size, epoch, each tier, each metric."""
    done = plotroom("info")
    assert done.code == 0
    assert str(folder / NAME) in done.out
    assert [line.split()[0] for line in done.out.splitlines()[4:8]] == ["tier", "full", "minute", "hour"]
    assert "room.temperature" in done.out and "2023-11-14T00:00:00Z" in done.out
    told = json.loads(plotroom("info", "--format", "json").out)
    assert told["tiers"]["full"]["values"] == 14_400
    assert told["tiers"]["minute"]["values"] == 240
    assert told["tiers"]["full"]["bytes_per_value"] < 8
    assert told["waiting"]["rows"] == 1
    [metric] = told["metrics"]
    assert (metric["metric"], metric["unit"], metric["kind"], metric["series"]) == (*KEY, 2)
    assert metric["oldest"] == START


def test_export_has_what_is_not_packed(plotroom: Command, folder: Path) -> None:
    """All that was committed is in the file, also what stands in the journal alone; gaps are empty."""
    rows = list(csv.reader(io.StringIO(plotroom("export", KEY.name).out)))
    assert rows[0] == ["time", 'room.temperature{room="attic"} [°C]', 'room.temperature{room="cellar"} [°C]']
    assert len(rows) == 7291
    assert rows[1] == [ISO, "0.0", ""] and rows[-1][1:] == ["7289.0", "-1.5"]


def test_export_takes_a_part(plotroom: Command, folder: Path) -> None:
    """By time, ISO or ms, by a window before the end, by label, and in another resolution."""
    lines = plotroom("export", KEY.name, "--start", "2023-11-14T00:01:00Z", "--end", str(START + 61_000)).out.split()
    assert [line[:19] for line in lines[-2:]] == ["2023-11-14T00:01:00", "2023-11-14T00:01:01"]
    assert len(plotroom("export", KEY.name, "--window", "2 min").out.splitlines()) == 122
    assert plotroom("export", KEY.name, "--label", "room=attic").out.splitlines()[0].count("room=") == 1
    assert len(plotroom("export", KEY.name, "--tier", "hour").out.splitlines()) == 4


def test_a_file_is_there_when_all_of_it_is(plotroom: Command, folder: Path, tmp_path: Path) -> None:
    """A file is written beside its name first; its format follows the name."""
    (tmp_path / "out.csv").write_text("old")
    assert plotroom("export", KEY.name, "-o", "out.csv").code == 0
    assert (tmp_path / "out.csv").read_text().count("\n") == 7291
    assert plotroom("export", KEY.name, "-o", "out.parquet").code == 0
    assert (tmp_path / "out.parquet").read_bytes()[:4] == b"PAR1"
    assert plotroom("export", KEY.name, "-o", "out.om").code == 0
    text = (tmp_path / "out.om").read_text()
    assert text.endswith("# EOF\n") and f'{{room="attic"}} 0.0 {START // 1000}.000\n' in text
    assert sorted(path.name for path in tmp_path.glob("out*")) == ["out.csv", "out.om", "out.parquet"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("export",), ("METRIC",)),
        (("export", "room.temprature"), ("room.temprature", "'room.temperature'")),
        (("export", "room.temperature", "--start", "yesterday"), ("--start", "yesterday", "2026-01-31")),
        (("export", "room.temperature", "--end", "31.1.2026"), ("--end", "31.1.2026")),
        (("export", "room.temperature", "--window", "soon"), ("--window", "soon", "6 h")),
        (("export", "room.temperature", "--window", "5", "--start", "5"), ("--start or --window",)),
        (("export", "room.temperature", "--start", "9", "--end", "5"), ("before --end",)),
        (("export", "room.temperature", "--label", "attic"), ("--label", "'attic'", "NAME=VALUE")),
        (("export", "room.temperature", "--unit", "K"), ("'K'", "'°C'")),
        (("export", "room.temperature", "--tier", "day"), ("--tier", "hour")),
        (("export", "room.temperature", "--format", "xlsx"), ("--format", "parquet")),
        (("export", "room.temperature", "-o", "missing/x.csv"), ("missing/x.csv", "No such file")),
        (("import",), ("FILE",)),
        (("import", "missing.csv"), ("missing.csv", "no such file")),
        (("chek",), ("chek", "check")),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(
    plotroom: Command, folder: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """What is wrong is told in one line, with what is valid, and exit code 2."""
    done = plotroom(*arguments)
    assert done.code == 2
    [line] = done.err.splitlines()
    for word in words:
        assert word in line


@pytest.mark.parametrize("command", [("info",), ("export", "x"), ("check",), ("compact",)])
def test_where_there_is_nothing_nothing_is_made(plotroom: Command, tmp_path: Path, command: tuple[str, ...]) -> None:
    """Without a history that is said, and no folder appears."""
    done = plotroom(*command)
    assert done.code == 2 and "there is no history at" in done.err and "--data-dir" in done.err
    assert not (tmp_path / "data").exists()


def test_what_is_sound_is_said_to_be(plotroom: Command, folder: Path) -> None:
    """A history without damage passes, with sums of which the samples have gone, too."""
    assert plotroom("check").code == 0
    damage(folder, f"DELETE FROM chunk WHERE tier = 0 AND first < {START + 3_000_000}")
    done = plotroom("check")
    assert (done.code, done.out) == (0, "nothing is damaged\n")


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE chunk SET data = zeroblob(90) WHERE id = (SELECT min(id) FROM chunk)", ("row", "checksum")),
        ("UPDATE chunk SET last = last + 1 WHERE id = (SELECT min(id) FROM chunk)", ("row", "checksum")),
        ("UPDATE chunk SET first = 'x' WHERE id = (SELECT min(id) FROM chunk)", ("row", "'x' to", "checksum")),
        ("UPDATE chunk SET last = 'x', k = 'x' WHERE tier = 1", ("row", "to 'x'", "checksum")),
        ("UPDATE journal SET data = zeroblob(90)", ("journal", "can't be read")),
        ("UPDATE metric SET name = 'other'", ("its name is lost",)),
        ("DELETE FROM chunk WHERE tier = 1", ("nothing is damaged",)),
    ],
)
def test_damage_is_found(plotroom: Command, folder: Path, sql: str, words: tuple[str, ...]) -> None:
    """Every changed row is named; the exit code says whether there was one."""
    damage(folder, sql)
    done = plotroom("check")
    for word in words:
        assert word in done.out
    assert done.code == ("nothing" not in words[0])


@pytest.mark.parametrize("word", ["info", "check"])
def test_words_where_times_have_to_be_are_told(plotroom: Command, folder: Path, word: str) -> None:
    """Whoever comes across such a row says that the file is damaged, in a sentence."""
    damage(folder, "UPDATE chunk SET first = 'x' || first, last = 'y', n = 'z'")
    done = plotroom(word)
    assert "Traceback" not in done.out + done.err
    assert "damaged" in done.out + done.err or "checksum" in done.out


def test_repair_keeps_what_is_whole(plotroom: Command, folder: Path) -> None:
    """A damaged file is set aside by name, and a new one has all but what was damaged."""
    damage(folder, "UPDATE chunk SET data = zeroblob(90) WHERE id = (SELECT max(id) FROM chunk WHERE tier = 0)")
    done = plotroom("check", "--repair")
    assert done.code == 0 and "repaired" in done.out
    [aside] = folder.glob(f"{NAME}.damaged-*")
    assert aside.name in done.out
    assert plotroom("check").code == 0
    assert 7291 - 720 <= len(plotroom("export", KEY.name, "--tier", "full").out.splitlines()) < 7291


@pytest.mark.parametrize("rest", [b"no database", b""])
def test_what_is_no_database_is_set_aside(plotroom: Command, folder: Path, rest: bytes) -> None:
    """A file that can't be read at all is found and told, and repaired by beginning another one."""
    for path in folder.glob(f"{NAME}*"):
        path.unlink()
    (folder / NAME).write_bytes(rest)
    done = plotroom("check")
    assert done.code == 1 and "database" in done.out and "--repair" in done.err
    assert plotroom("info").code == plotroom("export", KEY.name).code == 2
    assert plotroom("check", "--repair").code == 0
    assert [path.read_bytes() for path in folder.glob("*.damaged-*")] == [rest]
    assert plotroom("info").code == 0


def test_sums_are_made_anew(plotroom: Command, folder: Path) -> None:
    """Sums that are not those of their samples are found, and repaired without setting anything aside."""
    archive = Archive(folder, KEEP, lambda: START)
    with archive._database.writing() as db:
        [(metric,)] = db.execute("SELECT id FROM metric").fetchall()
        whole = archive._chunks.samples(db, metric, START + 600_000, START + 700_000)
        whole.values[0] += 1.0
        archive._written._put_samples(db, metric, whole, int(whole.times[0]))
    archive.close(clean=True)
    done = plotroom("check")
    assert done.code == 1 and "sums of minutes" in done.out
    assert plotroom("check", "--repair").code == 0
    assert list(folder.glob("*damaged*")) == []
    with_sums = plotroom("export", KEY.name, "--tier", "minute").out.splitlines()
    assert with_sums[11].split(",")[1] == str(np.arange(600, 660).mean() + 1)


def test_compacting_changes_no_value(plotroom: Command, folder: Path) -> None:
    """Small chunks become full ones; all that can be read stays the same, and the history sound."""
    shown = [plotroom("export", KEY.name, "--tier", tier).out for tier in ("full", "minute", "hour")]
    before = json.loads(plotroom("info", "--format", "json").out)["tiers"]["full"]["chunks"]
    done = plotroom("compact")
    assert done.code == 0 and "before" in done.out
    after = json.loads(plotroom("info", "--format", "json").out)["tiers"]["full"]["chunks"]
    assert after < before / 1.5
    assert [plotroom("export", KEY.name, "--tier", tier).out for tier in ("full", "minute", "hour")] == shown
    assert plotroom("check").code == 0
    assert plotroom("compact").code == 0


def test_beside_a_server(plotroom: Command, server: Callable[..., Server], tmp_path: Path) -> None:
    """While a server runs one may look and export, up to the last second; what would change something says no."""
    running = server(home=tmp_path)
    while len(plotroom("export", "system.load").out.splitlines()) < 4:
        time.sleep(0.2)
    (tmp_path / "mine.csv").write_text(f"time,room.humidity\n{ISO},5\n")
    assert plotroom("info").code == plotroom("check").code == 0
    for command in (("import", "mine.csv"), ("compact",)):
        done = plotroom(*command)
        assert done.code == 2 and "a running Plotroom" in done.err and "stop it" in done.err
    running.stop()
    assert plotroom("import", "mine.csv").code == 0
    running.start()
    found = running.json(f"/api/v1/query?metric=room.humidity&start={START}&end={START + 1000}")
    assert found["v"] == [[5.0]]


@pytest.mark.parametrize("command", ["import", "compact", "check"])
def test_ctrl_c_breaks_nothing(plotroom: Command, folder: Path, tmp_path: Path, command: str) -> None:
    """Interrupted in the middle it ends with 130, and the history is as sound as before."""
    lines = (f"{START + 1000 * number},{number}\n" for number in range(100_000))
    (tmp_path / "large.csv").write_text("time,room.humidity\n" + "".join(lines))
    # So many that none is at its end when a busy machine comes to interrupt it.
    arguments = [command, *(["large.csv"] * 100 if command == "import" else [])]
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "history", *arguments],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PLOTROOM_DATA_DIR": str(tmp_path / "data"), "PATH": ""},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while process.poll() is None and not (folder / "history.lock").exists() and command != "check":
        time.sleep(0.01)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) in ((130,) if command == "import" else (0, 130, 1, -signal.SIGINT))
    assert plotroom("check").code == 0
    if command == "import":
        assert "room.humidity" not in plotroom("info").out


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1699920000000", START),
        ("2023-11-14", START),
        ("2023-11-14T00:00:00Z", START),
        ("2023-11-14 01:00:00+01:00", START),
        ("2023-11-14T00:00:00.250", START + 250),
        ("12345-01-01T00:00:00.000Z", int(np.datetime64("12345-01-01", "ms").astype(np.int64))),
    ],
)
def test_times_are_understood(text: str, ms: int) -> None:
    """ISO 8601 in its usual forms, UTC unless it says otherwise, and milliseconds."""
    assert moment(text) == ms


def test_tiers_are_all_there(folder: Path) -> None:
    """The history of these tests has each tier, so that what they say of tiers means something."""
    archive = Archive(folder, KEEP, lambda: START)
    assert [archive.first(KEY, tier) for tier in Tier] == [START] * 3
    archive.close(clean=True)
