"""clients/vue and examples/vue: built by Vite, served from elsewhere, and used in a browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from tests.packages import check_types, lay_out, run
from tests.pages import PATIENCE, until
from tests.server import ROOT, Server, free_port

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.node, pytest.mark.browser, pytest.mark.timeout(240)]

EXAMPLE = "examples/vue"
PATH = "document.querySelector('.chart path')?.getAttribute('d')"


class Quiet(SimpleHTTPRequestHandler):
    timeout = 1  # browsers open connections ahead, on which nothing may ever come

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@dataclass
class Built:
    """The example, built for a server at `port`, and served at `url` from another one."""

    folder: Path
    port: int
    url: str


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """What its README says to type, in a copy; npm's own cache makes that short from the second time on."""
    folder = lay_out(tmp_path_factory.mktemp("vue")) / EXAMPLE
    # Without scripts: the package was made above.
    run("npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", cwd=folder)
    port = free_port()
    run("npm", "run", "build", cwd=folder, environ={**os.environ, "VITE_PLOTROOM": f"http://127.0.0.1:{port}"})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder / "dist"))) as elsewhere:
        thread = threading.Thread(target=elsewhere.serve_forever, daemon=True)
        thread.start()
        yield Built(folder, port, f"http://localhost:{elsewhere.server_address[1]}")
        elsewhere.shutdown()
        thread.join()


@pytest.fixture
def plotroom(built: Built, server: Callable[..., Server]) -> Server:
    """A server that lets the example's page in, if it shows the token."""
    return server("--require-token", "--allowed-origins", built.url, port=built.port)


@pytest.fixture
def enter(built: Built, plotroom: Server, new_page: Callable[..., Page]) -> Callable[[], Page]:
    """Opens the example as one more person, and waits until it is live."""
    token = (plotroom.data_dir / "token").read_text().strip()

    def enter() -> Page:
        page = new_page()
        page.goto(f"{built.url}/#token={token}")
        page.locator(".phase", has_text="live").wait_for(timeout=PATIENCE)
        return page

    return enter


def test_two_look_and_talk(plotroom: Server, enter: Callable[[], Page]) -> None:
    """The chart moves; two people see each other, and what one says the other reads; notices come to both."""
    ada, bob = enter(), enter()
    until(ada, f"() => {PATH}?.length > 20")
    before = ada.evaluate(f"() => {PATH}")
    until(ada, f"before => {PATH} !== before", before)
    for page in (ada, bob):
        page.locator(".talk h2", has_text="2 here").wait_for(timeout=PATIENCE)
    bob.get_by_label("Your name").fill("Bob")
    bob.get_by_label("Your name").press("Enter")
    ada.locator(".people", has_text="Bob").wait_for(timeout=PATIENCE)
    bob.get_by_label("Message").fill("<b>look</b> at 10:32")
    bob.get_by_role("button", name="Say").click()
    ada.locator(".talk li", has_text="<b>look</b> at 10:32").wait_for(timeout=PATIENCE)
    assert "Bob" in ada.locator(".talk li").inner_text()
    bob.close()
    ada.locator(".talk h2", has_text="1 here").wait_for(timeout=PATIENCE)
    bearer = {"Authorization": f"Bearer {(plotroom.data_dir / 'token').read_text().strip()}"}
    notice = {"text": "restart at 18:00", "topic": "restart"}
    told = requests.post(f"{plotroom.url}/api/v1/notices", json=notice, headers=bearer, timeout=10)
    assert told.status_code == 200
    ada.locator(".notice", has_text="restart at 18:00").wait_for(timeout=PATIENCE)


def test_leaving_ends_what_a_component_began(built: Built, plotroom: Server, enter: Callable[[], Page]) -> None:
    """A component that goes, or follows another metric, ends its subscription; the rest goes on."""
    sent: list[str] = []
    token = (plotroom.data_dir / "token").read_text().strip()
    page = enter()
    page.goto("about:blank")
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    page.goto(f"{built.url}/#token={token}")
    until(page, f"() => {PATH}?.length > 20")
    assert asked(sent, "subscribe") == ["system.cpu"]
    page.get_by_label("Metric").select_option("system.memory")
    page.locator(".chart h2", has_text="Memory").wait_for(timeout=PATIENCE)
    wait_until_asked(page, sent, "unsubscribe", ["system.cpu"])
    page.get_by_label("chart").uncheck()
    wait_until_asked(page, sent, "unsubscribe", ["system.cpu", "system.memory"])
    assert asked(sent, "subscribe") == ["system.cpu", "system.memory"]
    assert page.locator(".phase").inner_text() == "live"


@pytest.mark.troubled  # browsers tell of each WebSocket that was refused
def test_a_wrong_token_opens_nothing(built: Built, plotroom: Server, new_page: Callable[..., Page]) -> None:
    """A page of an allowed origin that shows no token, or another one, gets nothing."""
    page = new_page()
    for token in ("", "x" * 43):
        page.goto("about:blank")
        page.goto(f"{built.url}/#token={token}")
        page.locator(".phase", has_text="reconnecting").wait_for(timeout=PATIENCE)
        assert page.locator("option").all_inner_texts() == ["1 min", "5 min", "1 h"]


def test_its_types(built: Built) -> None:
    """The package holds to its own declarations with Vue's types, and they compile strictly for who uses it."""
    shutil.copy(ROOT / "tests/node/consumer_vue.ts", built.folder / "consumer.ts")
    own = shutil.copytree(ROOT / "clients/vue", built.folder / "own", ignore=shutil.ignore_patterns("node_modules"))
    checked = [str(path.relative_to(built.folder)) for path in own.glob("*.js")]
    check_types(built.folder, "consumer.ts", *checked, allowJs=True, checkJs=True, maxNodeModuleJsDepth=0)


def test_its_lock_file_names_no_host() -> None:
    """package-lock.json pins by version and checksum, and leaves the place to npm's own configuration."""
    lock = json.loads((ROOT / EXAMPLE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}
    ours = {name: one["resolved"] for name, one in packages.items() if "resolved" in one}
    assert ours == {
        "node_modules/plotroom-client": "file:../../clients/js",
        "node_modules/plotroom-vue": "file:../../clients/vue",
    }
    assert all("integrity" in one for name, one in packages.items() if name not in ours)


def asked(sent: list[str], event: str) -> list[str]:
    """The metrics of all requests of that name so far, pings left out."""
    found = [json.loads(match[1]) for frame in sent if (match := re.search(rf'\["{event}",(.*)\]', frame))]
    names = [one if isinstance(one, str) else one["name"] for request in found for one in request["metrics"]]
    return [name for name in names if name != "-"]


def wait_until_asked(page: Page, sent: list[str], event: str, metrics: list[str]) -> None:
    """Wait until exactly these were asked for."""
    for _ in range(PATIENCE // 100):
        if asked(sent, event) == metrics:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{event}: {asked(sent, event)}, not {metrics}")
