"""Signing in with a real browser: links, the form, and what a click on another site does to a strict cookie."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from tests.server import FEW, Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def guarded(server: Callable[..., Server]) -> tuple[Server, str]:
    """A server below a base path that asks for its token, and the token."""
    running = server("--require-token", "--base-path", "/plot", config=FEW)
    return running, (running.data_dir / "token").read_text().strip()


@pytest.fixture
def elsewhere(guarded: tuple[Server, str]) -> Iterator[str]:
    """The address of another site, whose only page links to the server."""
    target = f"{guarded[0].url}/plot/d/cpu"

    class Handler(BaseHTTPRequestHandler):
        timeout = 1  # browsers open connections ahead, on which nothing may ever come

        def do_GET(self) -> None:
            body = f'<link rel="icon" href="data:,"><a href="{target}">charts</a>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    other = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=other.serve_forever, args=(0.05,))
    thread.start()
    # By name, so that it is another site than the server, which is reached by its address.
    yield f"http://localhost:{other.server_port}/"
    other.shutdown()
    thread.join()
    other.server_close()


def test_a_link_opens_the_dashboard(guarded: tuple[Server, str], page: Page) -> None:
    """The printed address leads to live charts, with the token gone from the address bar."""
    server, token = guarded
    page.goto(f"{server.url}/plot/?token={token}")
    page.wait_for_selector("#app *")
    page.wait_for_url(re.compile(rf"{re.escape(server.url)}/plot/(\?.*)?$"))
    assert token not in page.content()
    [cookie] = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/plot")


@pytest.mark.troubled  # the browser reports the 401 itself
def test_the_form_opens_the_dashboard(guarded: tuple[Server, str], page: Page) -> None:
    """Without the token there is a styled form: a wrong token is told, the right one leads where one wanted to go."""
    server, token = guarded
    page.goto(f"{server.url}/plot/d/cpu")
    assert page.get_by_label("Token").is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('main')).borderRadius") == "10px"
    page.get_by_label("Token").fill("wrong")
    page.get_by_role("button").click()
    page.get_by_role("alert").wait_for()
    page.get_by_label("Token").fill(token)
    page.get_by_role("button").click()
    page.wait_for_selector("#app *")
    assert page.url.partition("?")[0] == f"{server.url}/plot/d/cpu"
    assert [problem for problem in page.problems if "401" not in problem] == []  # type: ignore[attr-defined]  # conftest


def test_a_link_on_another_site_works(guarded: tuple[Server, str], elsewhere: str, page: Page) -> None:
    """Signed in once, one comes back from any site without being asked again."""
    server, token = guarded
    page.goto(f"{server.url}/plot/?token={token}")
    page.wait_for_selector("#app *")
    page.goto(elsewhere)
    page.get_by_text("charts").click()
    page.wait_for_selector("#app *")
    assert page.url.partition("?")[0] == f"{server.url}/plot/d/cpu"
