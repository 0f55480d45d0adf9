"""`/api/v1/export` over a real archive, and what it shares with the command line: pieces, heads and writers."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from werkzeug.test import TestResponse

from collectors.metric import Metric, Series
from collectors.sample import Batch, Times
from dashboard.history.archive import Archive
from dashboard.history.database import StoreTrouble
from dashboard.history.directory import Key
from dashboard.history.expiry import Keep
from dashboard.history.paging import CELLS
from dashboard.history.slice import Slice
from dashboard.history.store import History
from dashboard.history.tiers import Tier
from dashboard.history.work import Seal
from dashboard.live.catalog import Catalog
from dashboard.settings import HistorySettings
from dashboard.tasks import Clock, Tasks, threads
from dashboard.web import api, export, refusals
from dashboard.web.answers import PlainPages
from dashboard.web.csv_table import iso
from dashboard.web.export import MAX_EXPORTS
from dashboard.web.figures import Figures
from dashboard.web.heads import head, read_head
from tests.server import QUIET, Server

CPU = Metric("system.cpu", unit="%", labels=("mode",))
KEY = Key("system.cpu", "%", "gauge")
USER, SYSTEM = Series((("mode", "user"),)), Series((("mode", "=system"),))
KEEP = Keep(10**12, 10**12, 10**12, 10**12, 2**40)
DAY = 86_400_000
#: Midnight; what is older than two days before it has no full resolution in these tests.
START = 1_700_000_000_000 - 1_700_000_000_000 % DAY


class World:
    """A server's history and its addresses, of which the clock stands at `START`.

    Args:
        folder: of the archive.
    """

    def __init__(self, folder: Path, tasks: Tasks | None = None, has_parquet: bool | None = None) -> None:
        self.archive = Archive(folder, KEEP, lambda: START)
        self.history = History(HistorySettings(), Clock(lambda: START / 1000), archive=self.archive)
        self.history.declare(CPU, 1.0)
        tasks = tasks or threads()
        answers = api.Api(Catalog(self.history), self.history, Figures(), tasks, "1")
        app = Flask("test")
        app.register_blueprint(api.blueprint(answers))
        app.register_blueprint(export.blueprint(export.Exports(answers.key, self.history, tasks, has_parquet)))
        refusals.install(app, PlainPages())
        self.client = app.test_client()

    def pack(self, times: Times, *rows: Any, series: tuple[Series, ...] = (USER, SYSTEM)) -> None:
        """Put samples into the archive."""
        values = np.array(rows, dtype=np.float64)
        self.archive.commit([], [Seal(KEY, Slice(len(times), times, series, values), 0)])

    def sample(self, times: Times, *rows: Any) -> None:
        """Put samples into memory."""
        self.history.append(Batch(KEY.name, times, (USER, SYSTEM), np.array(rows, dtype=np.float64)))

    def get(self, path: str) -> TestResponse:
        """The whole answer, as a client that stays to the end gets it."""
        return self.client.get(path, buffered=True)

    def rows(self, query: str) -> list[list[str]]:
        answer = self.get(f"/api/v1/export?metric=system.cpu&end={START}&{query}")
        assert answer.status_code == 200, answer.text
        return list(csv.reader(io.StringIO(answer.text)))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.archive.close(clean=True)


def seconds(first: int, count: int) -> Times:
    """Times, one a second, from so many seconds before `START` on."""
    return START + 1000 * (np.arange(count, dtype=np.int64) + first)


def moments(rows: list[list[str]]) -> Times:
    """The times of rows in ms."""
    return np.array([row[0].removesuffix("Z") for row in rows], dtype="datetime64[ms]").astype(np.int64)


def test_memory_and_archive_are_one_file(world: World) -> None:
    """Each sample of the span is a row, once and in order, wherever it is; a gap is an empty field."""
    world.pack(seconds(-7200, 6000), np.arange(6000.0), np.where(np.arange(6000) % 7 == 0, np.nan, 0.1))
    world.sample(seconds(-1200, 1200), np.arange(6000.0, 7200.0), np.full(1200, -2.5))
    names, *rows = world.rows("window=7200")
    assert names == ["time", 'system.cpu{mode="user"} [%]', 'system.cpu{mode="=system"} [%]']
    assert [row[0] for row in rows] == iso(seconds(-7200, 7200))
    assert [float(row[1]) for row in rows] == list(range(7200))
    assert [rows[0][2], rows[1][2], rows[-1][2]] == ["", "0.1", "-2.5"]


def test_pieces_are_small(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the span, a piece has about as many values as it may, and the pieces are the whole."""
    sizes = []
    query = world.history.query

    def counted(*arguments: Any) -> Any:  # Any: as those of the method
        found = query(*arguments)
        sizes.append(found.samples.values.size)
        return found

    world.history.query = counted  # type: ignore[assignment, method-assign]  # counts what passes
    world.pack(seconds(-100_000, 100_000), np.arange(100_000.0), np.ones(100_000))
    assert len(world.rows("window=100000")) == 100_001
    assert sum(sizes) == 200_000
    assert 1 < len(sizes) < 8 and max(sizes) <= CELLS


def test_what_is_coarser_comes_before(world: World) -> None:
    """Before the oldest sample come minutes, and hours before these; a minute at the seam is not left out."""
    world.pack(seconds(-4 * 86_400, 3 * 86_400), np.ones(3 * 86_400), np.zeros(3 * 86_400))
    with world.archive._database.writing() as db:  # as expiry does it
        db.execute("DELETE FROM chunk WHERE tier = 0 AND first < ?", (START - 2 * DAY,))
        db.execute("DELETE FROM chunk WHERE tier = 1 AND first < ?", (START - 3 * DAY,))
    full = world.archive.first(KEY, Tier.FULL)
    minutes = world.archive.first(KEY, Tier.MINUTE)
    assert full is not None and minutes is not None
    times = moments(world.rows(f"window={5 * 86_400}")[1:])
    assert {1000, 60_000, 3_600_000} <= set(np.diff(times).tolist())
    assert (np.diff(times) > 0).all()
    assert times[0] == START - 4 * DAY
    assert minutes - times[times < minutes][-1] < 2 * 3_600_000
    assert full - times[times < full][-1] < 2 * 60_000
    by_tier = world.rows(f"window={5 * 86_400}&tier=hour")[1:]
    assert [row[0] for row in by_tier] == iso(START - 4 * DAY + 3_600_000 * np.arange(72))


def test_a_minute_that_ends_where_the_samples_begin_is_told(world: World) -> None:
    """Minutes go on right up to the first sample, by query as by export."""
    for first in (-600, -1200):  # in this order, or they would be put together
        world.pack(seconds(first, 600), np.ones(600), np.ones(600))
    with world.archive._database.writing() as db:
        db.execute("DELETE FROM chunk WHERE tier = 0 AND first < ?", (START - 600_000,))
    exported = [row[0] for row in world.rows("window=1200")[1:]]
    assert exported == iso(np.concatenate([seconds(-1200, 600)[::60], seconds(-600, 600)]))
    queried = world.get(f"/api/v1/query?metric=system.cpu&start={START - 1_200_000}&end={START}")
    assert len(queried.get_json()["t"]) == len(exported)


def test_series_are_chosen_by_label(world: World) -> None:
    """`label.NAME=VALUE` leaves other series out; series without samples in the span are no columns."""
    gone = Series((("mode", "gone"),))
    world.pack(seconds(-600, 600), np.ones(600), np.zeros(600))
    world.pack(seconds(-9000, 600), np.ones(600), series=(gone,))  # before it, or they would be put together
    assert world.rows("window=600&label.mode=user")[0] == ["time", 'system.cpu{mode="user"} [%]']
    assert 'system.cpu{mode="gone"} [%]' not in world.rows("window=600")[0]
    assert 'system.cpu{mode="gone"} [%]' in world.rows("window=9000")[0]
    assert world.rows("window=600&label.mode=none") == [["time"]]


def test_parquet_has_types_and_the_metric(world: World) -> None:
    """Times are timestamps, a gap is null, and the file's metadata tells which metric it is of."""
    world.pack(seconds(-600, 600), np.arange(600.0), np.full(600, np.nan))
    answer = world.get(f"/api/v1/export?metric=system.cpu&end={START}&window=600&format=parquet")
    assert answer.content_type == "application/vnd.apache.parquet"
    table = parquet.read_table(io.BytesIO(answer.data))
    assert str(table.schema.field("time").type) == "timestamp[ms, tz=UTC]"
    assert table.column(1).to_pylist() == list(range(600))
    assert b"system.cpu" in table.schema.metadata[b"plotroom"]
    assert table.num_columns == 2, "a series of gaps alone is not stored"


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("", 422, ("metric",)),
        ("metric=system.cup", 404, ("system.cup", "'system.cpu'")),
        ("metric=system.cpu&unit=V", 404, ("'V'", "'%'")),
        ("metric=system.cpu&format=xlsx", 422, ("format", "csv", "parquet")),
        ("metric=system.cpu&format=parquet", 422, ("pyarrow", "csv", "plotroom[parquet]")),
        ("metric=system.cpu&start=5&end=5", 422, ("start", "before end")),
        ("metric=system.cpu&start=5&window=5", 422, ("start or window",)),
        ("metric=system.cpu&points=5", 422, ("points", "no such parameter")),
        ("metric=system.cpu&start=yesterday", 422, ("start",)),
        ("metric=system.cpu&labels=x", 422, ("label.NAME=VALUE",)),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, query: str, status: int, words: tuple[str, ...]) -> None:
    """A wrong parameter is named, with what is valid."""
    world = World(tmp_path, has_parquet=False)
    world.pack(seconds(-600, 600), np.ones(600), np.ones(600))
    answer = world.get(f"/api/v1/export?{query}")
    assert answer.status_code == status
    for word in words:
        assert word in answer.get_json()["error"]["message"]
    world.archive.close(clean=True)


def test_more_columns_than_a_file_has_are_refused(world: World) -> None:
    """A metric of very many series is told to be chosen from."""
    many = tuple(Series((("mode", str(number)),)) for number in range(export.MAX_COLUMNS + 1))
    world.pack(seconds(-600, 2), *[[1.0, 2.0]] * len(many), series=many)
    answer = world.get(f"/api/v1/export?metric=system.cpu&end={START}&window=600")
    assert answer.status_code == 422 and "label.NAME=VALUE" in answer.get_json()["error"]["message"]
    assert world.get(f"/api/v1/export?metric=system.cpu&end={START}&window=600&label.mode=7").status_code == 200


def test_a_few_at_a_time(world: World) -> None:
    """Beyond two exports one is told to come again; one whose client goes away makes room, and is read no further."""
    world.pack(seconds(-100_000, 100_000), np.arange(100_000.0), np.ones(100_000))
    ask = f"/api/v1/export?metric=system.cpu&end={START}&window=100000"
    running = [world.client.get(ask) for _ in range(MAX_EXPORTS)]
    refused = world.get(ask)
    assert refused.status_code == 429
    assert refused.get_json()["error"]["code"] == "rate_limited"
    running[0].close()
    assert world.get(ask + "&label.mode=user").status_code == 200
    assert world.client.head(ask, buffered=True).status_code == 200
    running[1].close()
    for _ in range(2 * MAX_EXPORTS):
        assert world.get(ask).status_code == 200


def test_what_can_not_be_read_is_no_answer(tmp_path: Path) -> None:
    """Trouble before the first piece is a 503; later, the connection breaks, so that a part is not taken for all."""
    world = World(tmp_path)
    world.pack(seconds(-100_000, 100_000), np.arange(100_000.0), np.ones(100_000))
    query, left = world.history.query, [0]

    def failing(*arguments: Any) -> Any:  # Any: as those of the method
        if not left[0]:
            raise StoreTrouble("the disk reports an error")
        left[0] -= 1
        return query(*arguments)

    world.history.query = failing  # type: ignore[assignment, method-assign]  # stands in for a disk that fails
    ask = f"/api/v1/export?metric=system.cpu&end={START}&window=100000"
    answer = world.get(ask)
    assert answer.status_code == 503 and "the disk reports an error" in answer.get_json()["error"]["message"]
    left[0] = 2
    with pytest.raises(OSError, match="the disk reports an error"):
        world.get(ask)
    left[0] = 2**30
    assert world.get(ask).status_code == 200
    world.archive.close(clean=True)


def test_reading_and_writing_leave_the_caller(tmp_path: Path) -> None:
    """The disk and the making of rows are left to native threads."""
    callers = set()

    def native(function: Callable[..., Any], *arguments: object) -> Any:  # Any: what the function returns
        callers.add(getattr(function, "__name__", ""))
        return function(*arguments)

    world = World(tmp_path, replace(threads(), native=native))
    world.pack(seconds(-600, 600), np.ones(600), np.ones(600))
    assert world.get(f"/api/v1/export?metric=system.cpu&end={START}&window=600").status_code == 200
    assert callers == {"Plan", "CsvWriter", "begin", "reach", "add", "end"}
    world.archive.close(clean=True)


LABELS = st.lists(
    st.tuples(st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True), st.text(max_size=9)), max_size=3
).map(lambda pairs: Series(tuple(dict(pairs).items())))


@given(
    series=LABELS,
    unit=st.sampled_from(["", "%", "bytes/s", "open [files]"]),
    kind=st.sampled_from(["gauge", "counter"]),
)
def test_heads_are_read_back(series: Series, unit: str, kind: str) -> None:
    """A column's head tells metric, labels and unit again, whatever the labels hold, and is no formula."""
    key = Key("system.cpu", unit, kind)
    text = head(key, series)
    assert text[0].islower()
    found = read_head(text)
    assert found is not None
    assert (found.name, found.series, found.unit or "", found.kind) == (key.name, series, unit, kind)


@pytest.mark.parametrize("async_mode", ["eventlet", "threading"])
def test_a_server_exports_what_it_has_measured(server: Callable[..., Server], async_mode: str) -> None:
    """A real server streams a file of what it has just sampled; a client that leaves does not disturb it."""
    running = server(async_mode=async_mode, config=QUIET)
    done = threading.Event()

    def some() -> list[list[str]]:
        status, headers, body = running.get("/api/v1/export?metric=self.hub_lag&window=60")
        assert status == 200 and "self.hub_lag.csv" in headers["content-disposition"]
        return list(csv.reader(io.StringIO(body.decode())))

    while len(some()) < 3 and not done.wait(0.2):
        pass
    assert some()[0][0] == "time"
    assert running.get("/api/v1/export?metric=self.hub_lag&window=60&format=parquet")[2][:4] == b"PAR1"
