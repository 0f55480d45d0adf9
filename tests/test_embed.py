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
from dashboard.dashboards.store import Unavailable
from dashboard.errors import RequestRefused
from dashboard.web.embed_pages import Spots
from dashboard.web.embeds import Embeds, Spot
from dashboard.web.tokens import Token
from dashboard.web.variables import Chosen, filled, narrowed
from tests.house import House
from tests.server import Server

PLUGIN = """
from collectors import metric

@metric("shown.here", labels=("mode",), every=0.2)
def here():
    return {"a": 1, "b": 2, "c": 3}
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
    assert filled("$mode and $other", chosen, "all") == "a,b and $other"


class _Trouble:
    """Dashboards whose database can't be read now."""

    def entry(self, slug: str) -> object:
        return slug

    def find(self, slug: str) -> object:
        raise Unavailable("the database is locked")


def test_trouble_with_the_database_is_no_answer() -> None:
    """Whoever shows a good key meanwhile is asked to come again, and not let in without anything to see for good."""
    spots: Any = Spots(House().catalog, _Trouble())  # type: ignore[arg-type]  # what is used of it
    embeds = Embeds(("https://wiki.example.org",), Token("t" * 43), spots.extract)
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
