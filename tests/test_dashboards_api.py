"""`/api/v1/dashboards`, the page of a dashboard and the event, on a real server."""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from dashboard.cli import run
from dashboard.live.wire import ROOMS
from dashboard.server import threaded
from dashboard.web.dashboards import BURST, MAX_BODY
from tests.rooms import Client
from tests.server import ASYNC_MODES, QUIET, Server
from tests.test_docs import wait_for

StartServer = Callable[..., Server]
PATH = "/api/v1/dashboards"
PANELS = [{"metric": "system.cpu"}, {"kind": "text", "text": "hello"}]


_numbers = itertools.count(1)


class From(HTTPAdapter):
    """Requests of another address: all of 127/8 is this machine."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **more: Any) -> None:
        super().init_poolmanager(*arguments, **more, source_address=(self._address, 0))


class Desk:
    """Somebody who works on dashboards, at an address of their own.

    Attributes:
        slug: of a dashboard that nobody else works on.
    """

    def __init__(self, server: Server, by: str = "Ada") -> None:
        self.server = server
        self.by = by
        number = next(_numbers)
        self.slug = f"web{number}"
        self.session = requests.Session()
        self.session.mount("http://", From(f"127.0.{number // 200}.{number % 200 + 2}"))

    def put(self, slug: str = "", base: int = 0, title: str = "Web", **more: Any) -> tuple[int, Any]:
        body: Any = {"dashboard": {"title": title, "panels": PANELS, **more}, "base": base, "by": self.by}
        return self.answer(self.session.put(self.address(slug), json=body, timeout=20))

    def delete(self, base: int) -> tuple[int, Any]:
        return self.answer(self.session.delete(f"{self.address()}?base={base}", timeout=20))

    def get(self, more: str = "") -> tuple[int, Any]:
        """The dashboard, or what is at its address with more behind it."""
        return self.answer(self.session.get(f"{self.address()}{more}", timeout=20))

    def list(self, query: str = "") -> list[dict[str, Any]]:
        """What the list has of this dashboard."""
        status, answer = self.answer(self.session.get(f"{self.server.url}{PATH}{query}", timeout=20))
        assert status == 200
        return [one for one in answer["dashboards"] if one["slug"] == self.slug]

    def address(self, slug: str = "") -> str:
        return f"{self.server.url}{PATH}/{slug or self.slug}"

    def answer(self, answer: requests.Response) -> tuple[int, Any]:
        return answer.status_code, answer.json()


@pytest.fixture(scope="module", params=ASYNC_MODES)
def room(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of each mode for all tests that need none of their own."""
    with Server(tmp_path_factory.mktemp("room"), async_mode=request.param, config=QUIET) as one:
        yield one


@pytest.fixture
def desk(room: Server) -> Iterator[Desk]:
    made = Desk(room)
    yield made
    made.session.close()


def test_a_dashboard_lives(desk: Desk) -> None:
    """It is made, changed, looked at in all versions, deleted and brought back; who has the catalog is told."""
    watcher, other = Client(desk.server.url), Client(desk.server.url)
    watcher.call("catalog", {})
    assert desk.list() == []
    status, first = desk.put()
    assert (status, first["version"]) == (200, 1)
    told = {"title": "Web", "version": 1, "t": first["t"], "by": "Ada", "origin": "store", "panels": 2}
    entry = {"slug": desk.slug, "editable": True} | told
    assert watcher.next("dashboards") == entry
    assert desk.list() == [entry]
    status, one = desk.get()
    assert {key: one[key] for key in ("version", "t", "by", "origin", "editable")} == {
        "version": 1, "t": first["t"], "by": "Ada", "origin": "store", "editable": True,
    }  # fmt: skip
    assert [panel["id"] for panel in one["dashboard"]["panels"]] == ["p1", "p2"]
    desk.by = "Bob\x07 \n B."
    assert desk.put(base=1, title="Two")[1]["version"] == 2
    assert watcher.next("dashboards")["by"] == "Bob\\x07 B."
    assert desk.get("?version=1")[1]["dashboard"]["title"] == "Web"
    versions = desk.get("/versions")[1]["versions"]
    assert [(each["version"], each["title"], each["panels"]) for each in versions] == [(2, "Two", 2), (1, "Web", 2)]
    assert desk.delete(2) == (200, {"ok": True})
    assert watcher.next("dashboards") == {"slug": desk.slug, "gone": True}
    assert desk.get()[0] == 404
    assert desk.list() == []
    assert [one["version"] for one in desk.list("?deleted=true")] == [2]
    old = desk.get("?version=1")[1]["dashboard"]
    assert desk.put(**old)[1]["version"] == 3
    assert other.events["dashboards"].empty()
    watcher.close()
    other.close()


def test_of_two_savers_the_second_is_told_what_is_there(desk: Desk) -> None:
    """409 has what is kept now, so that the difference can be shown; nothing of the second one is kept."""
    desk.put()
    assert desk.put(base=1, title="Ada's")[0] == 200
    bob = Desk(desk.server, "Bob")
    status, answer = bob.put(desk.slug, base=1, title="Bob's")
    bob.session.close()
    assert (status, answer["error"]["code"]) == (409, "conflict")
    assert (answer["current"]["dashboard"]["title"], answer["current"]["by"]) == ("Ada's", "Ada")
    assert answer["current"]["version"] == 2
    assert desk.put(base=answer["current"]["version"], title="Bob's")[1]["version"] == 3
    assert desk.put()[0] == 409
    assert desk.delete(1)[0] == 409
    desk.delete(3)
    status, answer = desk.put(base=3, title="Late")
    assert (status, answer["current"]) == (409, None)
    assert "deleted meanwhile" in answer["error"]["message"]


def test_many_savers_at_once_lose_nothing(desk: Desk) -> None:
    """Of eight who save on top of the same version one does; each version has one author."""
    desk.put()
    answers: list[tuple[int, Any]] = []
    start = threading.Barrier(8)

    def save(number: int) -> None:
        mine = Desk(desk.server, f"{number}")
        start.wait(20)
        answers.append(mine.put(desk.slug, base=1, title=f"{number}"))
        mine.session.close()

    threads = [threading.Thread(target=save, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(status for status, _ in answers) == [200] + [409] * 7
    newest = desk.get()[1]
    assert newest["version"] == 2
    assert newest["by"] == newest["dashboard"]["title"]


def test_a_restart_keeps_all(server: StartServer) -> None:
    """What was answered as saved is there after kill -9 and after SIGTERM; it can be made read-only meanwhile."""
    running = server(config=QUIET)
    desk, other = Desk(running), Desk(running)
    desk.put()
    desk.put(base=1, title="Two")
    other.put()
    running.kill()
    running.start()
    assert [one["version"] for one in (*desk.list(), *other.list())] == [2, 1]
    assert desk.get("?version=1")[1]["dashboard"]["title"] == "Web"
    assert other.put(base=1, title="Two")[1]["version"] == 2
    running.stop()
    locked = server("--no-dashboards-editable", home=running.home, port=running.port)
    assert locked.url == running.url
    for one in (desk, other):
        assert (one.list()[0]["version"], one.get()[1]["editable"]) == (2, False)
        assert one.get("?version=1")[1]["dashboard"]["title"] == "Web"
    for status, answer in (desk.put(base=2), desk.put("new"), desk.delete(2)):
        assert (status, answer["error"]["code"]) == (403, "read_only")
    for one in (desk, other):
        one.session.close()


def test_wrong_requests_are_refused(desk: Desk) -> None:
    """Each gets a status, a code and a sentence that names the place, and nothing is kept."""
    cases: list[tuple[str, Any, int, str, str]] = [
        ("", {}, 422, "bad_request", "dashboard: "),
        (
            "",
            {"dashboard": []},
            422,
            "bad_request",
            "a dashboard is an object with a title and panels; this is a list",
        ),
        ("", {"dashboard": {"titel": "x"}}, 422, "bad_request", "did you mean 'title'"),
        ("", {"dashboard": {"title": "x", "panels": [{}]}}, 422, "bad_request", "panels.0"),
        ("", {"dashboard": {"title": "x", "slug": "other"}}, 422, "bad_request", f"the address says '{desk.slug}'"),
        ("", {"dashboard": {"title": "x"}, "base": -1}, 422, "bad_request", "base"),
        ("", {"dashboard": {"title": "x"}, "by": "x" * 81}, 422, "bad_request", "by"),
        ("", {"dashboard": {"title": "x"}, "more": 1}, 422, "bad_request", "more"),
        ("Web", {"dashboard": {"title": "x"}}, 422, "bad_request", "slug: 'Web' is not valid"),
        ("overview", {"dashboard": {"title": "x"}}, 422, "bad_request", "Plotroom's own"),
        ("self", {"dashboard": {"title": "x"}}, 422, "bad_request", "slug: 'self' is the"),
        ("", {"dashboard": {"title": "x"}, "base": 7}, 409, "conflict", f"there is no dashboard '{desk.slug}'"),
        ("", {"dashboard": {"title": "x", "description": "x" * MAX_BODY}}, 413, "too_large", "bytes"),
    ]
    for slug, body, status, code, word in cases:
        answer = desk.session.put(desk.address(slug), json=body, timeout=20)
        told = answer.json()
        assert (answer.status_code, told["ok"], told["error"]["code"]) == (status, False, code), (body, told)
        assert word in told["error"]["message"], told
    for path, status in (
        ("", 404),
        ("/versions", 404),
        ("?version=0", 422),
        ("?versoin=1", 422),
        ("/versions?x=1", 422),
    ):
        assert desk.get(path)[0] == status
    assert desk.delete(1)[0] == 404
    bare = desk.session.delete(desk.address(), timeout=20)
    assert (bare.status_code, bare.json()["error"]["message"]) == (422, "base: is missing")
    assert desk.list() == []


def test_pages_of_other_sites_change_nothing(desk: Desk) -> None:
    """Neither a form nor a script of another site, nor who lacks the token, can save or delete."""
    desk.put()
    address = desk.address()
    body = json.dumps({"dashboard": {"title": "Evil"}, "base": 1})
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        told = headers | {"Content-Type": "application/json"}
        assert requests.put(address, data=body, headers=told, timeout=20).status_code == 403
        assert requests.delete(f"{address}?base=1", headers=headers, timeout=20).status_code == 403
        assert requests.get(address, headers=headers, timeout=20).status_code == 403
    assert requests.put(address, data=body, headers={"Content-Type": "text/plain"}, timeout=20).status_code == 415
    assert requests.post(address, data=body, timeout=20).status_code == 405
    assert desk.get()[1]["dashboard"]["title"] == "Web"


def test_a_token_guards_them_too(server: StartServer) -> None:
    """Where a token is asked for, dashboards are neither shown nor saved without it."""
    running = server("--require-token", config=QUIET)
    desk = Desk(running)
    assert desk.put()[0] == 401 == desk.get()[0]
    desk.session.headers["Authorization"] = f"Bearer {(running.data_dir / 'token').read_text().strip()}"
    assert desk.put()[0] == 200 == desk.get()[0]
    desk.session.close()


def test_who_saves_too_much_has_to_wait(desk: Desk) -> None:
    """A loop that saves without end is slowed down by 429, also by what is wrong; others save meanwhile."""
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: desk.put(title="")[0], range(4 * BURST)))
    # Of eight at once any may be overtaken; as many as a burst has are let through, whichever these are.
    assert 429 in codes and codes.count(422) >= BURST and {*codes} == {422, 429}
    other = Desk(desk.server)
    assert other.put()[0] == 200
    other.session.close()


def test_the_page_of_a_dashboard_has_it_inside(desk: Desk) -> None:
    """`/d/<slug>` is called as the dashboard is, and brings it and the list along; others bring the list alone."""
    desk.put(title="<b>Web & co</b>")
    page = desk.server.get(f"/d/{desk.slug}")[2].decode()
    assert "<title>&lt;b&gt;Web &amp; co&lt;/b&gt; · Plotroom</title>" in page
    boot = boot_of(page)
    assert boot["dashboards"].count(desk.list()[0]) == 1
    assert boot["dashboard"] == {key: value for key, value in desk.get()[1].items() if key != "ok"}
    for path in ("/", "/d/cpu", "/d/nothing"):
        boot = boot_of(desk.server.get(path)[2].decode())
        assert boot["dashboard"] is None and desk.list()[0] in boot["dashboards"]


def boot_of(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="boot">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_it_has_a_room_as_all_have(desk: Desk) -> None:
    """People who look at a saved dashboard meet in its room, and the page tells how many are there."""
    desk.put()
    ada, bob = Client(desk.server.url, ROOMS), Client(desk.server.url, ROOMS)
    for one in (ada, bob):
        one.next("welcome")
        assert one.call("join", {"room": f"dashboard:{desk.slug}"})["ok"]
    assert ada.call("say", {"room": f"dashboard:{desk.slug}", "text": "look"})["ok"]
    assert bob.next("message")["message"]["text"] == "look"
    assert b"2 here" in desk.server.get(f"/d/{desk.slug}")[2]
    ada.close()
    bob.close()


def test_files_are_shown_and_a_wrong_one_is_a_banner(server: StartServer, tmp_path: Path) -> None:
    """A folder of plotroom.toml is read when it changes; what is wrong is a notice that stands until it is right."""
    home = tmp_path / "home"
    (home / "boards").mkdir(parents=True)
    file = home / "boards" / "wall.toml"
    file.write_text('title = "Wall"\n[[panels]]\nmetric = "system.cpu"\n')
    desk = Desk(server(home=home, config='[dashboards]\nfolder = "boards"\n' + QUIET))
    desk.slug = "wall"
    watcher = Client(desk.server.url)
    watcher.call("catalog", {})
    assert [(one["origin"], one["editable"]) for one in desk.list()] == [("file", False)]
    assert boot_of(desk.server.get("/d/wall")[2].decode())["dashboard"]["dashboard"]["title"] == "Wall"
    status, answer = desk.put()
    assert (status, answer["error"]["code"]) == (403, "read_only")
    assert "wall.toml" in answer["error"]["message"]
    file.write_text('title = "Wall"\n[[panels]]\nmetric = "system.cpu"\nkind = "pie"\n')
    told = watcher.next("notice")
    assert (told["topic"], told["level"]) == ("dashboards", "warning")
    assert "wall.toml: panels.0.kind: 'pie' is not valid" in told["text"]
    assert desk.get()[1]["dashboard"]["panels"][0]["kind"] == "auto"
    file.write_text('title = "New wall"\n')
    assert watcher.next("dashboards")["title"] == "New wall"
    assert watcher.next("notice")["text"] == ""
    file.unlink()
    assert watcher.next("dashboards") == {"slug": "wall", "gone": True}
    watcher.close()
    desk.session.close()


def test_a_damaged_database_takes_nothing_down(server: StartServer, tmp_path: Path) -> None:
    """The page and the charts are there, saving is refused by a sentence, a banner stands; moved away, all is well."""
    database = tmp_path / "home" / "data" / "dashboards.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"damaged" * 2000)
    running = server(home=tmp_path / "home", config=QUIET)
    desk = Desk(running)
    assert running.get("/")[0] == 200 == running.get("/d/web")[0]
    status, answer = desk.put("new")
    assert (status, answer["error"]["code"]) == (503, "unavailable")
    assert "is damaged" in answer["error"]["message"]
    assert desk.list() == []
    standing = running.json("/api/v1/notices")["notices"]
    assert [one["topic"] for one in standing] == ["dashboards"] and "move it away" in standing[0]["text"]
    database.unlink()
    assert desk.put("new")[0] == 200
    assert wait_for(lambda: running.json("/api/v1/notices")["notices"] == [])
    desk.session.close()


def test_a_database_of_ones_own_is_used(
    server: StartServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """dashboards.database names another place; a wrong address is one line and exit code 2."""
    address = f"sqlite:///{tmp_path / 'own.db'}"
    desk = Desk(server("--dashboards-database", address, config=QUIET))
    assert desk.put()[0] == 200
    assert (tmp_path / "own.db").exists() and not (desk.server.data_dir / "dashboards.db").exists()
    desk.session.close()
    wrong = ["serve", "--port", "0", "--data-dir", str(tmp_path), "--dashboards-database", "nonsense"]
    assert run(wrong, threaded()) == 2
    assert capsys.readouterr().err.startswith("plotroom: dashboards.database: ")
