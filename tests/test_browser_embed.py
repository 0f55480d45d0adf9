"""A panel in a page of another origin: who may frame it, what its key opens, and what is said to who may not."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.pages import PATIENCE, open_live, panel, until
from tests.server import FEW, Server, free_port

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

PLUGIN = """
from collectors import metric

@metric("shown.here", labels=("mode",), every=0.2)
def here():
    return {"a": 1, "b": 2}

@metric("not.shown", every=0.2)
def elsewhere():
    return 3
"""
METRIC = "shown.here"


@contextmanager
def site() -> Iterator[tuple[str, Callable[[str], None]]]:
    """A web site of somebody else: its origin, and what sets the text of its only page.

    It is `localhost`, and Plotroom is `127.0.0.1`: two sites, between which browsers send no cookie of ours.
    """
    text = [""]

    class Handler(http.server.BaseHTTPRequestHandler):
        timeout = 1  # browsers open connections ahead, on which nothing may ever come

        def do_GET(self) -> None:
            body = text[0].encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    def write(body: str) -> None:
        text[0] = f"<!doctype html><title>Another site</title>{body}"

    port = free_port()
    serving = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{port}", write
    finally:
        serving.shutdown()
        serving.server_close()
        thread.join()


def start(server: Callable[..., Server], tmp_path: Path, origins: list[str], *, token: bool = True) -> Server:
    home = tmp_path / "room"
    (home / "plugins").mkdir(parents=True)
    (home / "plugins" / "shown.py").write_text(PLUGIN)
    config = f"embed_origins = {json.dumps(origins)}\nrequire_token = {str(token).lower()}\n"
    (home / "boards").mkdir()
    (home / "boards" / "copies.toml").write_text(BOARD)
    config += f"dashboards.folder = {json.dumps(str(home / 'boards'))}\n"
    room = server(home=home, config=config + FEW)
    bearer = {"Authorization": f"Bearer {token_of(room)}"} if token else {}
    for name in (METRIC, "not.shown"):  # plugins are loaded after the start
        deadline = time.monotonic() + PATIENCE / 1000
        while room.get(f"/api/v1/query?metric={name}", bearer)[0] != 200:
            assert time.monotonic() < deadline, f"{name} is not there"
            time.sleep(0.05)
    return room


BOARD = """
title = "Copies"
variables = [{name = "mode", metric = "shown.here", of = "mode"}]

[[panels]]
id = "p1"
metric = "shown.here"
title = "Of $mode"
kind = "bars"
repeat = "mode"
only = {mode = ["$mode"]}

[[panels]]
id = "words"
kind = "text"
text = "Mode **$mode**"

[[panels]]
id = "figure"
kind = "figure"
figure = {data = [{type = "bar"}]}
bind = {y = "shown.here", x = "shown.here@mode"}
"""


def token_of(room: Server) -> str:
    return (room.data_dir / "token").read_text().strip()


def framed(page: Page, marker: str = "/embed/") -> Frame:
    """The frame of the panel, once it is there."""
    for _ in range(PATIENCE // 50):
        for frame in page.frames:
            if marker in frame.url:
                return frame
        page.wait_for_timeout(50)
    raise AssertionError("there is no such frame")


def key_of(room: Server, name: str = METRIC) -> str:
    bearer = {"Authorization": f"Bearer {token_of(room)}"}
    status, _, body = room.get(f"/api/v1/embed?slug=shown&panel={name}", bearer)
    assert status == 200
    path: str = json.loads(body)["path"]
    return path.partition("key=")[2]


def address_of(room: Server, name: str) -> str:
    """Where a panel of the dashboard is, with its key."""
    bearer = {"Authorization": f"Bearer {token_of(room)}"}
    status, _, body = room.get(f"/api/v1/embed?slug=copies&panel={name}", bearer)
    assert status == 200
    return f"{room.url}{json.loads(body)['path']}"


def test_a_page_of_another_site_shows_a_live_panel(
    server: Callable[..., Server], page: Page, new_page: Callable[..., Page], tmp_path: Path
) -> None:
    """The code that the menu gives, in a page that may frame it: a panel that moves, of the theme that was chosen."""
    with site() as (origin, write):
        room = start(server, tmp_path, [origin])
        page.goto(f"{room.url}/d/shown?token={token_of(room)}")
        page.locator(".rail").wait_for(timeout=PATIENCE)
        open_live(page, f"{room.url}/d/shown")
        panel(page, METRIC).hover()
        panel(page, METRIC).locator(".dots").click()
        page.locator("[data-action=embed]").click()
        page.get_by_role("button", name="Light", exact=True).click()
        page.get_by_text(f"Pages of these may show it: {origin}").wait_for(timeout=PATIENCE)
        code = page.locator("dialog textarea")
        until(page, "() => document.querySelector('dialog textarea')?.value.includes('theme=light')")
        write(code.input_value())
        other = new_page(color_scheme="dark")
        other.goto(origin)
        frame = framed(other)
        frame.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=PATIENCE)
        assert frame.evaluate("() => document.documentElement.dataset.theme") == "light"
        assert frame.title().endswith("Plotroom")
        assert frame.locator(".rail, .bar").count() == 0
        last = "() => document.querySelector('.canvas')?.drawn?.data?.[0]?.x?.at(-1) ?? 0"
        first = frame.evaluate(last)
        for _ in range(PATIENCE // 50):
            if frame.evaluate(last) > first > 0:
                break
            other.wait_for_timeout(50)
        else:
            raise AssertionError("the framed panel does not move")


def test_a_copy_of_a_repeated_panel_is_shown_as_its_maker_drew_it(
    server: Callable[..., Server], page: Page, new_page: Callable[..., Page], tmp_path: Path
) -> None:
    """The code that the menu of one copy gives, where a token is asked for: of its value, kind and title."""
    with site() as (origin, write):
        room = start(server, tmp_path, [origin])
        page.goto(f"{room.url}/d/copies?token={token_of(room)}")
        copy = page.locator("[data-panel='p1~b']")
        copy.hover(timeout=PATIENCE)
        copy.locator(".dots").click()
        page.locator("[data-action=embed]").click()
        code = page.locator("dialog textarea")
        until(page, "() => document.querySelector('dialog textarea')?.value.includes('var.mode=b')")
        write(code.input_value())
        other = new_page()
        other.goto(origin)
        frame = framed(other)
        frame.get_by_text("Of b").first.wait_for(timeout=PATIENCE)
        drawn = "() => document.querySelector('.canvas')?.drawn?.data?.map((one) => [one.type, one.y?.at(-1)]) ?? []"
        for _ in range(PATIENCE // 50):
            if frame.evaluate(drawn) == [["bar", 2]]:
                break
            other.wait_for_timeout(50)
        else:
            raise AssertionError(f"it shows {frame.evaluate(drawn)}")
        assert frame.get_by_role("heading", level=1).all_text_contents() == ["Of b"]
        # A text needs no samples, a figure those of the metrics that fill it.
        write(f'<iframe src="{address_of(room, "words")}&var.mode=*b*"></iframe>')
        other.goto(origin)
        framed(other).locator(".prose strong", has_text="*b*").wait_for(timeout=PATIENCE)
        assert framed(other).get_by_role("heading", level=1).all_text_contents() == ["Text"]
        asked: list[tuple[str, int]] = []
        other.on("response", lambda one: asked.append((one.url, one.status)) if "/api/v1/oldest" in one.url else None)
        write(f'<iframe src="{address_of(room, "figure")}&window=all"></iframe>')
        other.goto(origin)
        bars = "const {x, y} = document.querySelector('.canvas')?.data?.[0] ?? {}"
        framed(other).wait_for_function(f"() => {{ {bars}; return `${{x}} ${{y}}` === 'a,b 1,2' }}", timeout=PATIENCE)
        assert asked == [(f"{room.url}/api/v1/oldest?metric={METRIC}", 200)], "and since when there is something"


@pytest.mark.troubled  # Chromium reports what is refused
def test_pages_that_may_not_are_told_so(server: Callable[..., Server], page: Page, tmp_path: Path) -> None:
    """Without the setting, of another origin, or without a valid key a frame holds a sentence and no data."""
    with site() as (origin, write), site() as (stranger, write_stranger):
        room = start(server, tmp_path, [origin])
        address = f"{room.url}/embed/shown/{METRIC}"
        write_stranger(f'<iframe src="{address}?key={key_of(room)}"></iframe>')
        page.goto(stranger)
        framed(page).get_by_text(f"Pages of {stranger} may not show panels").wait_for(timeout=PATIENCE)
        for query in ("", "?key=wrong", f"?key={key_of(room, 'not.shown')}", f"?token={token_of(room)}x"):
            write(f'<iframe src="{address}{query}"></iframe>')
            page.goto(origin)
            framed(page).get_by_text("has no valid key").wait_for(timeout=PATIENCE)
        # No Referer: the server can't know whose page it is, and the browser keeps it from the wrong ones.
        write_stranger(f'<iframe referrerpolicy="no-referrer" src="{address}?key={key_of(room)}"></iframe>')
        page.goto(stranger)
        for _ in range(PATIENCE // 50):
            if any("frame-ancestors" in problem for problem in page.problems):  # type: ignore[attr-defined]  # see conftest
                break
            page.wait_for_timeout(50)
        else:
            raise AssertionError("the browser has shown it")
        # Everything else can't be framed at all.
        write(f'<iframe src="{room.url}/?key={key_of(room)}"></iframe>')
        page.goto(origin)
        page.wait_for_timeout(300)
        assert all(frame.locator(".app").count() == 0 for frame in page.frames)


@pytest.mark.troubled  # the same
def test_nothing_may_be_framed_by_default(server: Callable[..., Server], page: Page, tmp_path: Path) -> None:
    """A server without the setting says that nobody may, even if it asks for no token; by itself the page is shown."""
    with site() as (origin, write):
        room = start(server, tmp_path, [], token=False)
        write(f'<iframe src="{room.url}/embed/shown/{METRIC}"></iframe>')
        page.goto(origin)
        framed(page).get_by_text("shows no panels in other pages").wait_for(timeout=PATIENCE)
        page.goto(f"{room.url}/embed/shown/{METRIC}?window=60")
        page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=PATIENCE)
        status, headers, _ = room.get(f"/embed/shown/{METRIC}")
        assert status == 200
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"


def test_the_key_of_a_panel_opens_nothing_else(
    server: Callable[..., Server], new_page: Callable[..., Page], tmp_path: Path
) -> None:
    """Neither other samples, nor the catalog, nor people, nor pages, neither over HTTP nor over the socket."""
    with site() as (origin, _):
        room = start(server, tmp_path, [origin])
        key = key_of(room)
        bearer = {"Authorization": f"Bearer embed.{key}.shown.{METRIC}"}
        assert room.get(f"/api/v1/query?metric={METRIC}", bearer)[0] == 200
        assert room.get("/healthz", bearer)[0] == 200
        closed = (
            "/api/v1/query?metric=not.shown", f"/api/v1/query?metric={METRIC}&metric=not.shown", "/api/v1/metrics",
            "/api/v1/export?metric=shown.here", "/metrics", "/api/v1/figures", "/api/v1/dashboards", "/", "/d/shown",
            "/api/v1/embed?slug=shown&panel=not.shown",
        )  # fmt: skip
        assert {path: room.get(path, bearer)[0] for path in closed} == dict.fromkeys(closed, 403)
        wrong = {"Authorization": f"Bearer embed.{key}.shown.not.shown"}
        assert room.get("/api/v1/query?metric=not.shown", wrong)[0] == 401
        assert room.get("/api/v1/metrics")[0] == 401
        assert room.get(f"/embed/shown/{METRIC}?key={key}")[0] == 200
        assert room.get(f"/embed/shown/not.shown?key={key}")[0] == 401
        page = new_page()
        page.goto(f"{room.url}/embed/shown/{METRIC}?key={key}")
        page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=PATIENCE)
        asked = page.evaluate(
            """async () => {
              const { io } = await import(new URL("vendor/socket.io.esm.min.js", new URL("../", document.querySelector(
                "script[type=module]").src)).href);
              const { embed } = JSON.parse(document.getElementById("boot").textContent);
              const options = { transports: ["websocket"], protocols: ["plotroom", `plotroom.token.${embed.ticket}`] };
              const open = (name) => io(name, { ...options, forceNew: true, reconnection: false });
              const socket = open("/metrics");
              const hello = await new Promise((done) => socket.once("hello", done));
              const metrics = ["shown.here", "not.shown"].map((name) => ({ name, window: 60, points: 10 }));
              const joined = await socket.emitWithAck("subscribe", { metrics });
              const catalog = await socket.emitWithAck("catalog", {});
              const ends = await Promise.all(["/rooms", "/agents"].map((name) => new Promise((done) => {
                const other = open(name);
                other.once("connect_error", (error) => done(error.message));
                other.once("disconnect", () => done("disconnected"));
                setTimeout(() => done("let in"), 4000);
              })));
              socket.disconnect();
              return {
                notices: hello.notices, errors: joined.metrics.map((one) => one.error?.code ?? ""),
                metrics: catalog.metrics.map((one) => one.name), collectors: catalog.collectors.length, ends,
              };
            }"""
        )
        assert asked["errors"] == ["", "unknown_metric"]
        assert asked["metrics"] == [METRIC]
        assert asked["collectors"] == 1
        assert asked["notices"] == []
        assert "let in" not in asked["ends"]
