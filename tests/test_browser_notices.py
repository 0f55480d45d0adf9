"""What everybody should know of the server: troubles stand as banners until they are solved."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.pages import PATIENCE, open_live, wait_for_badge
from tests.server import FEW, Server

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, WebSocketRoute

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

HELLO = '42/metrics,["hello",'
DISK = {
    "topic": "disk",
    "level": "error",
    "text": "The disk is full: <b>no</b> history is written.",
    "t": 1_700_000_000_000,
}
SLOW = {"topic": "slow", "level": "warning", "text": "Writing history takes long.", "t": 1_700_000_100_000}


class Teller:
    """Stands between a page and its server, and says what the server does not.

    Attributes:
        notices: put into the next greeting.
    """

    def __init__(self, page: Page) -> None:
        self.notices: list[dict[str, object]] = []
        self._line: WebSocketRoute | None = None
        page.route_web_socket("**/socket.io/**", self._connect)

    def _connect(self, line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        line.on_message(server.send)
        server.on_message(lambda message: line.send(self._greeted(message)))
        self._line = line

    def _greeted(self, message: str | bytes) -> str | bytes:
        if not isinstance(message, str) or not message.startswith(HELLO):
            return message
        hello = json.loads(message[len(HELLO) - len('["hello",') :])[1]
        return HELLO + json.dumps(hello | {"notices": self.notices}) + "]"

    def tell(self, **notice: object) -> None:
        assert self._line is not None
        self._line.send("42/metrics," + json.dumps(["notice", notice]))

    def cut(self) -> None:
        assert self._line is not None
        self._line.close()


def banners(page: Page) -> Locator:
    return page.locator("[role=status] .stands")


def banner(page: Page, text: str) -> Locator:
    return banners(page).filter(has_text=text)


def test_a_trouble_stands_until_it_is_solved(server: Callable[..., Server], page: Page) -> None:
    """Each topic has a banner, with the text as it was written; an empty text or a greeting without it ends it."""
    teller = Teller(page)
    teller.notices = [DISK]
    open_live(page, server(config=FEW).url)
    banner(page, "The disk is full: <b>no</b> history is written.").wait_for(timeout=PATIENCE)
    teller.tell(**SLOW)
    banner(page, "takes long").wait_for(timeout=PATIENCE)
    assert banners(page).count() == 2
    teller.tell(level="info", text="A plugin was added.", t=1)
    page.locator("[role=status] .notice", has_text="A plugin was added.").get_by_role("button").click()
    teller.tell(**(DISK | {"text": ""}))
    banner(page, "The disk is full").wait_for(state="detached", timeout=PATIENCE)
    assert banners(page).count() == 1
    teller.notices = []
    teller.cut()
    wait_for_badge(page, "Reconnecting")
    wait_for_badge(page, "Live")
    banner(page, "takes long").wait_for(state="detached", timeout=PATIENCE)


def test_a_banner_is_folded_away_until_its_text_changes(
    server: Callable[..., Server], new_page: Callable[..., Page]
) -> None:
    """A folded banner leaves a sign in the bar that brings it back; another text brings it back by itself."""
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    teller = Teller(page)
    teller.notices = [DISK, SLOW]
    open_live(page, server(config=FEW).url)
    banner(page, "The disk is full").get_by_role("button", name="Fold away").tap()
    banner(page, "The disk is full").wait_for(state="detached", timeout=PATIENCE)
    teller.cut()
    wait_for_badge(page, "Reconnecting")
    wait_for_badge(page, "Live")
    assert banners(page).count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Folded away: The disk is full").tap()
    banner(page, "The disk is full").get_by_role("button", name="Fold away").tap()
    teller.tell(**(DISK | {"text": "The disk is full since yesterday."}))
    banner(page, "since yesterday").wait_for(timeout=PATIENCE)
    page.get_by_role("button", name="Folded away").wait_for(state="detached", timeout=PATIENCE)
