"""The past of a metric from Python: numbers, tables, and mistakes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import orjson
import pytest

from dashboard.client import CannotConnect, Client, ClientError, History, Refused
from dashboard.client.address import address
from dashboard.client.asking import ask
from dashboard.client.history import LIBRARIES, decoded, milliseconds, seconds
from tests.server import Server

PLUGIN = """\
from collectors import Collector, Gauge

class Rooms(Collector):
    name = "rooms"
    every = 0.1

    temperature = Gauge("room.temperature", unit="°C", labels=("room", "floor"))

    def collect(self) -> None:
        self.temperature.set(20.5, room="hall", floor="0")
        self.temperature.set(float("nan"), room="attic", floor="2")
"""


def history_of(*series: dict[str, str]) -> History:
    """Two times; the last value of the last series is a gap."""
    values = np.arange(2.0 * len(series)).reshape(len(series), 2)
    values[-1, -1] = np.nan
    return History("m", "%", "full", 0, np.array([1_700_000_000_000, 1_700_000_000_500]), values, series)


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_frame_of_each_library(library: Any) -> None:
    """Each has the times in UTC, a column for each series, and nothing where there is a gap."""
    import narwhals as nw

    frame = nw.from_native(history_of({"mode": "user"}, {"mode": "system"}).frame(library), eager_only=True)
    assert frame.implementation.value == library
    assert frame.columns == ["time", "user", "system"]
    assert frame["time"].dtype == nw.Datetime("ms", "UTC")
    assert frame["time"][0] == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert frame["user"].to_list() == [0.0, 1.0]
    assert frame["system"].is_null().to_list() == [False, True]


def test_a_frame_of_nothing() -> None:
    """Without series or samples there is a frame still."""
    empty = History("m", "%", "full", 0, np.zeros(0, dtype=np.int64), np.zeros((0, 0)), ())
    assert list(empty.frame("pandas").columns) == ["time"]


def test_the_library_that_is_in_use_is_taken() -> None:
    """Without a name, it is one that the program has imported already."""
    frame = history_of({}).frame()
    assert type(frame).__module__.partition(".")[0] in sys.modules
    assert type(frame).__module__.partition(".")[0] in LIBRARIES


def test_a_library_that_is_none_is_told() -> None:
    """A library that is not known is told with those that are."""
    with pytest.raises(ClientError, match="'excel' is no library of tables; it is one of pandas, polars, pyarrow"):
        history_of({}).frame("excel")  # type: ignore[arg-type]  # as a mistake would


def test_columns_are_told_apart() -> None:
    """Series with the same label values are called by their labels' names, too; one without labels by the metric."""
    assert history_of({"a": "x"}, {"b": "x"}, {"c": "y"}).names == ("a=x", "b=x", "y")
    assert history_of({}).names == ("m",)


@pytest.mark.parametrize(
    ("span", "length"),
    [(90, 90), (0.5, 0.5), ("90", 90), ("90 s", 90), ("15min", 900), ("15 m", 900), ("1h", 3600), ("1.5 d", 129_600),
     ("2w", 1_209_600), ("1 hour", 3600), ("2 days", 172_800), (timedelta(minutes=2), 120)],
)  # fmt: skip
def test_spans_of_time(span: Any, length: float) -> None:
    """A span is a number of seconds, a timedelta, or a text as one would write it."""
    assert seconds(span) == length


@pytest.mark.parametrize("span", ["", "1 year", "h", "-5 s", -1, 0, float("nan"), timedelta(0), "1h30"])
def test_what_is_no_span_is_told(span: Any) -> None:
    """Anything else is told, with what is valid."""
    with pytest.raises(ClientError, match="is no span of time; write it as '90 s', '15 min'"):
        seconds(span)


def test_moments() -> None:
    """A moment is in milliseconds, or a datetime; seconds are noticed."""
    assert milliseconds(1_700_000_000_000) == 1_700_000_000_000
    assert milliseconds(datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)) == 1_700_000_000_000
    with pytest.raises(ClientError, match="looks like seconds"):
        milliseconds(datetime.now().timestamp())
    with pytest.raises(ClientError, match="is no moment"):
        milliseconds("now")  # type: ignore[arg-type]  # as a mistake would


def test_the_binary_answer_is_read_as_it_was_written() -> None:
    """What `/api/v1/query?format=binary` writes comes out as the same numbers, which can be written to."""
    head = orjson.dumps({"metric": "m", "unit": "", "tier": "full", "every": 0, "series": [{"labels": {}}], "n": 2})
    head += b" " * (-(4 + len(head)) % 8)
    numbers = np.array([1.0, 2.0, 0.5, np.nan], dtype="<f8").tobytes()
    found = decoded(len(head).to_bytes(4, "little") + head + numbers)
    assert (found.times.tolist(), found.values[0, 0], len(found)) == ([1, 2], 0.5, 2)
    assert np.isnan(found.values[0, 1])
    found.values[:] = 0


@pytest.fixture(scope="module")
def plotroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests of this file."""
    home = tmp_path_factory.mktemp("history")
    (home / "plugins").mkdir()
    (home / "plugins" / "rooms.py").write_text(PLUGIN, encoding="utf-8")
    with Server(home) as running:
        yield running


@pytest.fixture
def client(plotroom: Server) -> Iterator[Client]:
    """A client of a server that has measured for a moment."""
    with Client(plotroom.url) as c:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                if len(c.history("room.temperature", last=60)) > 5:
                    break
            except Refused:  # it is starting
                pass
            time.sleep(0.1)
        yield c


def test_the_past_over_http(client: Client) -> None:
    """The history of a metric is there as arrays, with its unit and series."""
    found = client.history("room.temperature", last="1 min")
    assert (found.metric, found.unit, found.tier, found.every) == ("room.temperature", "°C", "full", 0)
    assert found.names == ("hall 0", "attic 2")
    assert str(found.times.dtype) == "int64" and found.values.shape == (2, len(found))
    assert set(found.values[0].tolist()) <= {20.5} | {value for value in found.values[0].tolist() if value != value}
    assert np.isnan(found.values[1]).all()


def test_what_can_be_asked_for(client: Client) -> None:
    """Points, aggregates, labels and spans are passed on."""
    end = datetime.now(UTC)
    span: dict[str, Any] = {"start": end - timedelta(minutes=1), "end": end, "points": 4}
    found = client.history("room.temperature", **span, aggregate="count", labels={"floor": "0"})
    assert found.series == ({"room": "hall", "floor": "0"},)
    assert 1 <= len(found) <= 8 and np.nansum(found.values) > 5
    assert client.history("room.temperature", last="1h", tier="minute").every == 60_000


def test_mistakes_are_told(client: Client) -> None:
    """What the server refuses is a sentence with what is valid."""
    with pytest.raises(Refused, match=r"no metric 'room.temperatur'; did you mean 'room.temperature'") as refused:
        client.history("room.temperatur")
    assert refused.value.code == "unknown_metric"
    with pytest.raises(Refused, match="points: Input should be"):
        client.history("room.temperature", points=1)
    with pytest.raises(ClientError, match="give last or start, not both"):
        client.history("room.temperature", last=1, start=1)


def test_another_server_is_told(plotroom: Server) -> None:
    """Where something else answers, or nothing, the text asks whether a Plotroom is there."""
    elsewhere = ((f"{plotroom.url}/x", "answers with status 404"), ("http://127.0.0.1:9", "nothing answers"))
    for url, words in elsewhere:
        with pytest.raises(CannotConnect, match=rf"{words}.*is "):
            Client(url).catalog()
    with pytest.raises(CannotConnect, match="answers with text/html"):
        ask(address(plotroom.url), "/", (), "application/json")


def test_the_catalog(client: Client) -> None:
    """The catalog has every metric with its unit and series."""
    [metric] = [one for one in client.catalog() if one["name"] == "room.temperature"]
    assert (metric["unit"], len(metric["series"])) == ("°C", 2)
