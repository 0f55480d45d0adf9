"""`plotroom history import`: what was exported comes back, and what somebody else has written is understood."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from collectors.metric import Series
from collectors.sample import Times, Values
from dashboard.cli import run
from dashboard.history.archive import Archive
from dashboard.history.directory import Key
from dashboard.history.expiry import Keep
from dashboard.history.visit import Visit
from dashboard.server import threaded
from tests.test_history_cli import Command, plotroom

__all__ = ["plotroom"]  # the fixture

KEEP = Keep(10**12, 10**12, 10**12, 10**12, 2**40)
#: An hour ago, so that nothing is too old.
START = (int(time.time()) - 3600) * 1000
FORMATS = ("csv", "parquet", "openmetrics")

Put = Callable[..., None]


def put(data: Path, key: Key, times: Times, series: tuple[Series, ...], values: Values) -> None:
    archive = Archive(data / "history", KEEP, lambda: START)
    with archive.inserting() as insertion:
        insertion.put(key, times, series, values)
    archive.close(clean=True)


def held(data: Path, key: Key) -> dict[Series, dict[int, float]]:
    """All values of a metric, by series and time."""
    with Visit(data / "history") as visit:
        found = visit.samples(key, 0, 2**53)
    rows = zip(found.series, found.values.tolist(), strict=True)
    times = found.times.tolist()
    return {one: {at: value for at, value in zip(times, row, strict=True) if value == value} for one, row in rows}


def write(path: Path, *lines: str) -> str:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(path)


WORDS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["=1+1", "a,b", 'say "so"', "two\nlines", "\\n", "\r", "°漢😀", "}", '{x="1"}', " # {", "'", "\t", "-1", ""]
)
TABLES = st.lists(WORDS, min_size=1, max_size=4, unique=True).flatmap(
    lambda words: st.tuples(
        st.just(words),
        st.dictionaries(
            st.integers(0, 5000),
            st.lists(
                st.floats(allow_nan=True, allow_infinity=False), min_size=len(words), max_size=len(words)
            ).filter(lambda row: any(value == value for value in row)),
            min_size=1, max_size=20,
        ),
    )
)  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=TABLES, unit=st.sampled_from(["", "%", "bytes/s", "open files"]), counter=st.booleans())
def test_what_goes_out_comes_in(
    form: str, plotroom: Command, table: tuple[list[str], dict[int, list[float]]], unit: str, counter: bool
) -> None:
    """Exported and imported into an empty folder, each value is what it was, whatever labels hold; gaps stay gaps."""
    words, rows = table
    key = Key("some.thing_odd", unit, "counter" if counter else "gauge")
    series = tuple(Series((("word", word), ("n", str(place)))) for place, word in enumerate(words))
    times = START + np.array(sorted(rows), dtype=np.int64)
    values = np.array([rows[at] for at in sorted(rows)]).T
    with tempfile.TemporaryDirectory() as name:
        one, other, file = Path(name, "one"), Path(name, "other"), str(Path(name, "file"))
        put(one, key, times, series, values)
        assert plotroom("export", key.name, "--format", form, "-o", file, "--data-dir", str(one)).code == 0
        done = plotroom("import", "--format", form, file, "--data-dir", str(other))
        assert done.code == 0, done.err
        assert held(other, key) == held(one, key)
        done = plotroom("import", file, "--data-dir", str(other))  # whose format is seen by how it begins
        assert done.code == 0 and "all of it was there already" in done.out


@pytest.mark.parametrize("form", FORMATS)
def test_large_files_come_in_pieces(plotroom: Command, tmp_path: Path, form: str) -> None:
    """A file of several pieces is read to its end, and the history is sound."""
    count = 140_000
    key, series = Key("some.thing", "V", "gauge"), (Series((("n", "1"),)), Series((("n", "2"),)))
    values = np.vstack([np.arange(count), np.where(np.arange(count) % 3, 0.5, np.nan)]).astype(float)
    put(tmp_path / "one", key, START - 1000 * np.arange(count, dtype=np.int64)[::-1], series, values)
    assert plotroom("export", key.name, "-o", "f", "--format", form, "--data-dir", str(tmp_path / "one")).code == 0
    assert plotroom("import", "f", "--data-dir", str(tmp_path / "two")).code == 0
    assert held(tmp_path / "two", key) == held(tmp_path / "one", key)
    assert plotroom("check", "--data-dir", str(tmp_path / "two")).code == 0


def test_a_table_of_ones_own(plotroom: Command, tmp_path: Path) -> None:
    """Columns may be called by metrics, or belong to one that is named; rows may come in any order."""
    write(tmp_path / "a.csv", "time,room.temperature,room.humidity", f"{START + 1000},2,", f"{START},1,50")
    write(tmp_path / "b.csv", "Time,attic,=cellar", "", f"{START},1,2")
    write(tmp_path / "c.csv", "timestamp,value", "2026-01-31 12:00:00+01:00,NaN", "2026-01-31T12:00,3")
    assert plotroom("import", "a.csv").code == 0
    assert plotroom("import", "b.csv", "--metric", "room.co2", "--unit", "ppm").code == 0
    assert plotroom("import", "c.csv", "--metric", "room.noise").code == 0
    data = tmp_path / "data"
    assert held(data, Key("room.temperature", "", "gauge")) == {Series(): {START: 1.0, START + 1000: 2.0}}
    assert held(data, Key("room.humidity", "", "gauge")) == {Series(): {START: 50.0}}
    columns = [Series((("column", name),)) for name in ("attic", "=cellar")]
    assert held(data, Key("room.co2", "ppm", "gauge")) == {columns[0]: {START: 1.0}, columns[1]: {START: 2.0}}
    assert list(held(data, Key("room.noise", "", "gauge"))[Series()].values()) == [3.0]


def test_what_is_there_says_the_rest(plotroom: Command, tmp_path: Path) -> None:
    """A file that tells no unit and no kind is of the metric that is there by that name."""
    key = Key("room.power", "W", "counter")
    put(tmp_path / "data", key, np.array([START]), (Series(),), np.ones((1, 1)))
    assert plotroom("import", write(tmp_path / "a.csv", "time,room.power", f"{START + 5},2")).code == 0
    assert held(tmp_path / "data", key) == {Series(): {START: 1.0, START + 5: 2.0}}


def test_the_later_write_wins(plotroom: Command, tmp_path: Path) -> None:
    """A second file corrects the first one, value by value; a gap takes nothing away."""
    write(tmp_path / "a.csv", "time,a.b", f"{START},1", f"{START + 1000},2")
    write(tmp_path / "b.csv", "time,a.b", f"{START},", f"{START + 500},9", f"{START + 1000},3")
    assert plotroom("import", "a.csv", "b.csv").code == 0
    assert list(held(tmp_path / "data", Key("a.b", "", "gauge"))[Series()].values()) == [1.0, 9.0, 3.0]


def test_what_prometheus_writes(plotroom: Command, tmp_path: Path) -> None:
    """OpenMetrics text of another program: units, timestamps in seconds or ms, any order, exemplars, no EOF."""
    seconds = START // 1000
    write(
        tmp_path / "a.om", "# TYPE node_load gauge", "# UNIT node_load seconds", "# HELP node_load What it is.",
        f'node_load{{cpu="1"}} 2 {seconds + 1}', f'node_load{{cpu="0"}} 1.5e0 {seconds}.250', "",
        f'node_load{{cpu="1",}} NaN {START + 2000}', f'requests_total 7 {seconds} # {{trace="x"}} 1 {seconds}',
    )  # fmt: skip
    assert plotroom("import", "a.om").code == 0
    found = held(tmp_path / "data", Key("node_load", "s", "gauge"))
    assert found[Series((("cpu", "0"),))] == {START + 250: 1.5}
    assert found[Series((("cpu", "1"),))] == {START + 1000: 2.0}
    assert held(tmp_path / "data", Key("requests_total", "", "gauge")) == {Series(): {START: 7.0}}


def test_parquet_of_another_program(plotroom: Command, tmp_path: Path) -> None:
    """Times in other units, integers and booleans are understood."""
    table = pa.table({
        "time": pa.array([START * 1000, START * 1000 + 1500], pa.timestamp("us")),
        "door.open": pa.array([True, None]), "room.people": pa.array([3, 4], pa.int32()),
    })  # fmt: skip
    parquet.write_table(table, tmp_path / "a.parquet")
    assert plotroom("import", "a.parquet").code == 0
    assert held(tmp_path / "data", Key("door.open", "", "gauge")) == {Series(): {START: 1.0}}
    assert held(tmp_path / "data", Key("room.people", "", "gauge")) == {Series(): {START: 3.0, START + 1: 4.0}}


@pytest.mark.parametrize(
    ("name", "lines", "words"),
    [
        ("a.csv", (), ("line 1", "'time'")),
        ("a.csv", ("temperature,time", "1,2"), ("line 1", "'temperature'", "time,room.temperature")),
        ("a.csv", ("time", "1"), ("line 1", "commas")),
        ("a.csv", ("time;room.temperature", "1;2"), ("line 1", "'time'")),
        ("a.csv", ("time,Room Temperature", "1,2"), ("line 1", "'Room Temperature'", "--metric")),
        ("a.csv", ("time,a.b,a.b", "1,2,3"), ("line 1", "'a.b'")),
        ("a.csv", ("time,a.b", f"{START},1", f"{START},x"), ("line 3", "'x'", "no number")),
        ("a.csv", ("time,a.b", f"{START},1", '2026-01-31,"1,5"'), ("line 3", "'1,5'", "dot")),
        ("a.csv", ("time,a.b", f"{START},1", "tomorrow,2"), ("line 3", "'tomorrow'", "2026-01-31")),
        ("a.csv", ("time,a.b", f"{START},1", "1960-01-01,2"), ("line 3", "1970")),
        ("a.csv", ("time,a.b", f"{START},1", "5"), ("line 3", "1 fields", "2")),
        ("a.csv", ("time,a.b", f"{START},1", '5,"'), ("line 3", "CSV")),
        ("a.parquet", ("time,a.b", "1,2"), ("Parquet",)),
        ("a.om", (f"a_b 1 {START}", "a_b 1"), ("line 2", "no time")),
        ("a.om", (f"a_b 1 {START}", "hello"), ("line 2", "'hello'")),
        ("a.om", (f"a_b 1 {START}", "a_b x 5"), ("line 2", "'x'")),
        ("a.om", (f"a_b 1 {START}", "a_b 1 soon"), ("line 2", "'soon'")),
        ("a.om", (f"a_b 1 {START}", 'a_b{Host="x"} 1 5'), ("line 2", "'Host'", "'host'")),
        ("a.om", (f"a_b 1 {START}", "Node 1 5"), ("line 2", "'Node'", "'node'")),
    ],
)  # fmt: skip
def test_a_mistake_is_told_and_nothing_taken(
    plotroom: Command, tmp_path: Path, name: str, lines: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """File, line, what is wrong, what is valid; nothing of that file is kept, and other files are."""
    write(tmp_path / name, *lines)
    write(tmp_path / "good.csv", "time,good.one", f"{START},1")
    done = plotroom("import", name, "good.csv")
    assert done.code == 2
    [line] = done.err.splitlines()
    assert name in line and "nothing of this file was taken" in line
    for word in words:
        assert word in line
    with Visit(tmp_path / "data" / "history") as visit:
        assert visit.names() == ["good.one"]


def test_what_is_no_text_is_told(plotroom: Command, tmp_path: Path) -> None:
    """A file in another encoding is told by its line; one with a byte order mark is read."""
    (tmp_path / "a.csv").write_bytes(b"time,a.b\n" + f"{START},\xb0\n".encode("latin-1"))
    done = plotroom("import", "a.csv")
    assert done.code == 2 and "line 2" in done.err and "UTF-8" in done.err
    (tmp_path / "b.csv").write_bytes(b"\xef\xbb\xbftime,a.b\r\n" + f"{START},1\r\n".encode())
    assert plotroom("import", "b.csv").code == 0


def test_what_will_not_be_kept_is_told(plotroom: Command, tmp_path: Path) -> None:
    """Of what is older than the retention it is said what a server will do to it; of seconds, that they are none."""
    write(tmp_path / "a.csv", "time,a.b", f"{START - 5 * 86_400_000},1")
    assert "history.retention (48 h)" in plotroom("import", "a.csv").err
    write(tmp_path / "b.csv", "time,a.b", "2001-01-01,1")
    assert "history.retention_hour" in plotroom("import", "b.csv").err
    write(tmp_path / "c.csv", "time,a.b", f"{START // 1000},1")
    assert "are its times seconds?" in plotroom("import", "c.csv").err


def test_a_new_folder_is_made(tmp_path: Path) -> None:
    """A data folder that is not there is made, for its owner alone."""
    write(tmp_path / "a.csv", "time,a.b", f"{START},1")
    arguments = ["history", "import", str(tmp_path / "a.csv"), "--data-dir", str(tmp_path / "new" / "data")]
    assert run(arguments, threaded()) == 0
    assert (tmp_path / "new" / "data").stat().st_mode & 0o077 == 0
