"""A panel in a page of another origin, without a browser: what its key opens, and what its page is given."""

from __future__ import annotations

import json
import queue
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import socketio

from dashboard.dashboards.document import Variable
from dashboard.dashboards.versions import Unavailable
from dashboard.errors import RequestRefused
from dashboard.live.extract import Opened
from dashboard.web.embed_pages import Spots
from dashboard.web.embeds import Embeds, Spot
from dashboard.web.tokens import Token
from dashboard.web.variables import Chosen, filled, first, narrowed, quoted, words_of
from tests.house import House
from tests.server import Server

PLUGIN = """
from collectors import metric

@metric("shown.here", labels=("mode",), every=0.2)
def here():
    return {"a": 1, "b": 2, "c": 3}

@metric("shown.there", labels=("mode",), every=0.2)
def there():
    return {"a": 4, "b": 5}
"""
BOARD = """
title = "Modes"

[[variables]]
name = "mode"
metric = "shown.here"
of = "mode"
default = ["b"]

[[panels]]
id = "fixed"
metric = "shown.here"
only = {mode = ["a"]}

[[panels]]
id = "chosen"
metric = "shown.here"
title = "Mode $mode"
only = {mode = ["$mode"]}
kind = "bars"

[[panels]]
id = "words"
kind = "text"
text = "Mode $mode"

[[panels]]
id = "figure"
kind = "figure"
figure = {data = [{type = "bar"}, {type = "bar"}]}

[panels.bind]
y = 'shown.here{mode="$mode"}'
"1.y" = 'shown.there{mode="a"}'
"""
PATIENCE = 20.0
QUERY = "/api/v1/query?metric=shown.here"


def token(room: Server) -> dict[str, str]:
    return {"Authorization": f"Bearer {(room.data_dir / 'token').read_text().strip()}"}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a dashboard, whose samples have begun to come."""
    home = tmp_path_factory.mktemp("embed")
    (home / "plugins").mkdir()
    (home / "plugins" / "shown.py").write_text(PLUGIN)
    (home / "boards").mkdir()
    (home / "boards" / "modes.toml").write_text(BOARD)
    config = (
        'embed_origins = ["https://wiki.example.org"]\nrequire_token = true\n\n[dashboards]\n'
        f"folder = {json.dumps(str(home / 'boards'))}\n"
    )
    started = Server(home, config=config)
    started.start()
    deadline = time.monotonic() + PATIENCE
    while b'"c"' not in started.get(QUERY, token(started))[2]:
        assert time.monotonic() < deadline, "no samples come"
        time.sleep(0.05)
    yield started
    assert started.finish() == []


def key(room: Server, panel: str) -> str:
    status, _, body = room.get(f"/api/v1/embed?slug=modes&panel={panel}", token(room))
    assert status == 200, body
    return str(json.loads(body)["path"]).partition("key=")[2]


def shown(room: Server, panel: str) -> dict[str, str]:
    return {"Authorization": f"Bearer embed.{key(room, panel)}.modes.{panel}"}


def boot(room: Server, panel: str, query: str = "") -> Any:
    status, _, body = room.get(f"/embed/modes/{panel}?key={key(room, panel)}{query}")
    assert status == 200, body
    found = re.search(r'id="boot">(.*?)</script>', body.decode(), re.DOTALL)
    assert found
    return json.loads(found[1])


def modes(series: list[dict[str, Any]]) -> list[str]:
    return [one["labels"]["mode"] for one in series]


def test_the_key_of_a_panel_opens_its_series_alone(room: Server) -> None:
    """Neither HTTP nor the page nor the socket gives a series that the panel's fixed labels leave out."""
    bearer = shown(room, "fixed")
    for query in ("", "&label.mode=b", "&window=3600&aggregate=max", "&tier=minute"):
        status, _, body = room.get(QUERY + query, bearer)
        assert status == 200
        assert set(modes(json.loads(body)["series"])) <= {"a"}
    assert modes(json.loads(room.get(QUERY, bearer)[2])["series"]) == ["a"]
    assert json.loads(room.get("/healthz", bearer)[2]) == {"ok": True}
    given = boot(room, "fixed")
    assert modes(given["metrics"][0]["series"]) == ["a"]
    assert given["host"] == ""
    frames: queue.Queue[dict[str, Any]] = queue.Queue()
    client = socketio.Client(reconnection=False)
    client.on("samples", frames.put, namespace="/metrics")
    client.connect(room.url, headers=bearer, namespaces=["/metrics"], transports=["websocket"])
    try:
        wanted = {"metrics": [{"name": "shown.here", "window": 60, "points": 10}]}
        (answer,) = client.call("subscribe", wanted, namespace="/metrics")["metrics"]
        (declared,) = client.call("catalog", {}, namespace="/metrics")["metrics"]
        assert modes(answer["series"]) == modes(declared["series"]) == ["a"]
        for _ in range(3):
            assert {value for row in frames.get(timeout=PATIENCE)["v"] for value in row} == {1.0}
        client.call("unsubscribe", {"metrics": ["shown.here"]}, namespace="/metrics")
    finally:
        client.disconnect()


def test_what_the_reader_chooses_the_key_opens(room: Server) -> None:
    """A label that a variable decides is open: the page may be asked for any of its values."""
    assert modes(json.loads(room.get(QUERY, shown(room, "chosen"))[2])["series"]) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("query", "only", "title"),
    [
        ("", {"mode": ["b"]}, "Mode b"),
        ("&var.mode=a,c", {"mode": ["a", "c"]}, "Mode a, c"),
        ("&var.mode=*", {}, "Mode all"),
        ("&var.mode=*&lang=zh", {}, "Mode 全部"),
    ],
)
def test_variables_of_a_framed_panel_are_put_in(room: Server, query: str, only: object, title: str) -> None:
    """The address decides, else the default of the dashboard; in the title, too."""
    spec = boot(room, "chosen", query)["embed"]["spec"]
    assert (spec["only"], spec["title"]) == (only, title)


def test_the_figure_of_a_kind_comes_with_the_page(room: Server) -> None:
    """A panel that is drawn as its maker chose needs no further request."""
    given = boot(room, "chosen")["figures"]
    assert given["shown.here bars"]["data"][0]["type"] == "bar"


def test_one_value_of_a_variable_that_takes_one() -> None:
    """As on the page: the first; commas within a value are escaped; a value that is a part of a text is put in."""
    one = Variable(name="mode", metric="a.b", of="mode", multi=False)
    chosen = {"mode": Chosen.of(one, ["a%2Cb,c"])}
    assert chosen["mode"] == Chosen(False, ["a,b"])
    assert narrowed({"mode": ["$mode", "z"], "disk": ["of $mode"]}, chosen) == {
        "mode": ["a,b", "z"],
        "disk": ["of a,b"],
    }
    assert filled("$mode and $other", words_of(chosen, "all")) == "a,b and $other"
    assert filled('{a="$mode"}', {"mode": 'a"b\\'}, quoted) == '{a="a\\"b\\\\"}'
    assert first(chosen["mode"], ["x"]) == "a,b"
    assert first(Chosen(True, ["*"]), ["disk10", "disk2"]) == "disk2"
    assert first(Chosen(True, ["*"]), []) == ""


def test_an_extract_of_several_sources_is_all_of_them_and_no_more() -> None:
    """A figure that takes n of a and s of b opens neither s of a nor n of b; one source without labels opens all."""
    one, other = (
        (("mast", frozenset({"a"})), ("side", frozenset({"n"}))),
        (("mast", frozenset({"b"})), ("side", frozenset({"s"}))),
    )
    opened = Opened.of_all([("wind", one), ("wind", other), ("rain", ()), ("rain", one), ("wind", one)])
    assert opened.metrics == ["wind", "rain"]
    wind, rain = opened.extracts
    assert [wind.fits({"mast": mast, "side": side}) for mast in "ab" for side in "ns"] == [True, False, False, True]
    assert len(wind.only) == 2
    assert rain.fits({})
    assert rain.room == "metric:rain"
    assert opened.of("snow") is None
    declared = {"name": "wind", "series": [{"labels": {"mast": "b", "side": side}} for side in "ns"]}
    told = opened.declared([declared, {"name": "snow", "series": []}])
    assert told == [{"name": "wind", "series": [{"labels": {"mast": "b", "side": "s"}}]}]


def test_a_text_opens_nothing_and_a_figure_what_fills_it(room: Server) -> None:
    """Their pages have what they need; the key of a text opens no metric, that of a figure those of its arrays."""
    given = boot(room, "words", "&var.mode=*a*")
    assert given["metrics"] == []
    assert (given["embed"]["spec"]["text"], given["embed"]["spec"]["words"]) == ("Mode $mode", {"mode": "*a*"})
    bearer = shown(room, "words")
    assert room.get(QUERY, bearer)[0] == 403
    assert room.get("/healthz", bearer)[0] == 200
    given = boot(room, "figure", "&var.mode=c")
    assert [(one["name"], modes(one["series"])) for one in given["metrics"]] == [
        ("shown.here", ["a", "b", "c"]),
        ("shown.there", ["a"]),
    ]
    assert given["embed"]["spec"]["bind"]["y"] == 'shown.here{mode="c"}'
    assert boot(room, "figure", "&var.mode=*")["embed"]["spec"]["bind"]["y"] == 'shown.here{mode="a"}'
    bearer = shown(room, "figure")
    there = json.loads(room.get("/api/v1/query?metric=shown.there", bearer)[2])
    assert modes(there["series"]) == ["a"]
    assert room.get("/api/v1/query?metric=plotroom.clients", bearer)[0] == 403


def test_the_key_tells_since_when_there_is_something(room: Server) -> None:
    """A window on everything needs that of the panel's metric; of others, or of all, nothing is told."""
    bearer = shown(room, "fixed")
    status, _, body = room.get("/api/v1/oldest?metric=shown.here", bearer)
    assert status == 200
    assert 0 < json.loads(body)["oldest"] <= time.time() * 1000
    for query in ("", "?metric=shown.there", "?metric=shown.here&metric=shown.there"):
        assert room.get(f"/api/v1/oldest{query}", bearer)[0] == 403, query


class _Trouble:
    """Dashboards whose database can't be read now."""

    def entry(self, slug: str) -> object:
        return slug

    def find(self, slug: str) -> object:
        raise Unavailable("the database is locked")


def test_trouble_with_the_database_is_no_answer() -> None:
    """Whoever shows a good key meanwhile is asked to come again, and not let in without anything to see for good."""
    spots: Any = Spots(House().catalog, _Trouble())  # type: ignore[arg-type]  # what is used of it
    embeds = Embeds(("https://wiki.example.org",), Token("t" * 43), spots.opened)
    spot = Spot("modes", "fixed")
    with pytest.raises(RequestRefused, match="locked") as refused:
        embeds.opened(embeds.ticket(spot))
    assert refused.value.status == 503
    assert Embeds(embeds.origins, None, lambda spot: None).opened(embeds.ticket(spot)) is None
    gone = Embeds(embeds.origins, Token("t" * 43), lambda spot: None)
    with pytest.raises(RequestRefused, match="not there now") as refused:
        gone.opened(gone.ticket(spot))
    assert refused.value.status == 503
    assert gone.opened(gone.ticket(spot).replace("fixed", "other")) is None
