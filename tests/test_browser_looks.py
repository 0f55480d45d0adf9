"""The page in each of its states, in both themes, on a desk and in a hand, beside the pictures that are kept.

`make screenshots` draws them again (REFERENCES=renew). What they show is invented and stands still: tests/looks.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.axe import CONTRAST, violations
from tests.chromium import FLAGS, find_shell
from tests.looks.pictures import LOOSE, STRICT, Darkroom
from tests.looks.states import SIZES, STATES, VISITS, bare, bring_about, invented, open_over, put_away
from tests.pages import until
from tests.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import Page, Playwright

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

RENEW = os.environ.get("REFERENCES") == "renew"
#: What this machine, this moment or chance decides about. In the table of collectors it decides how wide columns are.
CHANCE = """
.kiosk-head time, .host, .live em, .faces, .by time, .card h2, .card form { visibility: hidden !important }
.state small, dialog table:not(.data) td:nth-child(n + 4) * { display: none !important }
dialog table:not(.data) td:nth-child(n + 4) { font-size: 0 !important }
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with invented(tmp_path_factory.mktemp("looks") / "home") as one:
        yield one


@pytest.fixture(scope="module")
def empty_room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with bare(tmp_path_factory.mktemp("bare") / "home") as one:
        yield one


@pytest.fixture(scope="module")
def rooms(room: Server, empty_room: Server) -> dict[bool, Server]:
    """Both servers, by whether a state is on the bare one."""
    return {False: room, True: empty_room}


@pytest.fixture(scope="module")
def darkroom(playwright: Playwright) -> Iterator[Darkroom]:
    browser = playwright.chromium.launch(executable_path=find_shell(), args=list(FLAGS))
    yield Darkroom(browser)
    browser.close()


@pytest.mark.parametrize(
    ("name", "size", "over"),
    [
        pytest.param(name, size, over, marks=[pytest.mark.troubled] * STATES[name].troubled, id=f"{name}-{size}")
        for name, size, over in VISITS
    ],
)
def test_each_state_looks_as_it_did_and_can_be_read(
    rooms: dict[bool, Server],
    new_page: Callable[..., Page],
    darkroom: Darkroom,
    name: str,
    size: str,
    over: list[str],
    tmp_path: Path,
) -> None:
    """A state of the page, and what is opened over it, is what its pictures show, dark and light, and can be read."""
    page = open_page(new_page, size)
    bring_about(page, rooms[STATES[name].bare].url, name)
    wrong = wrong_with(page, darkroom, name, size, tmp_path)
    for one in over:
        open_over(page, one)
        wrong += wrong_with(page, darkroom, one, size, tmp_path)
        put_away(page, one)
    assert wrong == []


def open_page(new_page: Callable[..., Page], size: str) -> Page:
    """An empty page of that size, dark, in which nothing moves."""
    return new_page(
        viewport=SIZES[size], timezone_id="UTC", color_scheme="dark", reduced_motion="reduce",
        has_touch=size == "phone", bypass_csp=True,
    )  # fmt: skip


def wrong_with(page: Page, darkroom: Darkroom, name: str, size: str, failed: Path) -> list[str]:
    """What is wrong with the state that the page is in, in either theme; the page is dark before and after."""
    wrong = []
    # Contrast is of the theme; all other rules see the same page again.
    for theme, rule in (("dark", None), ("light", CONTRAST)):
        wear(page, theme)
        wrong += look(page, f"{name}-{size}-{theme}", darkroom, failed)
        wrong += [f"{name}, {theme}: {one}" for one in violations(page, rule, STATES[name].adds)]
    wear(page, "dark")
    return wrong


def wear(page: Page, theme: str) -> None:
    """Change the theme as the system does; pages that stand alone have nothing but their style to follow it with."""
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of the two
    until(page, "theme => [theme, undefined].includes(document.documentElement.dataset.theme)", theme)


def test_another_page_does_not_pass_for_it(darkroom: Darkroom, room: Server, new_page: Callable[..., Page]) -> None:
    """By either rule a panel that is missing, or the other theme, is another picture."""
    page = new_page(viewport=SIZES["desk"], timezone_id="UTC", color_scheme="dark", reduced_motion="reduce")
    bring_about(page, room.url, "family")
    same = still(page)
    page.evaluate("document.querySelector('.panel').style.visibility = 'hidden'")
    without = still(page)
    for rule in (LOOSE, STRICT):
        assert darkroom.difference("family-desk-dark", without, rule) > rule.share
        assert darkroom.difference("family-desk-light", same, rule) > rule.share


def still(page: Page) -> bytes:
    """A picture of the page once it does not change any more, without what chance decides about."""
    page.evaluate(
        """rules => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(rules);
          document.adoptedStyleSheets = [sheet];
        }""",
        CHANCE,
    )
    page.mouse.move(0, 0)
    before, now = b"", page.screenshot(animations="disabled")
    while before != now:
        page.wait_for_timeout(250)
        before, now = now, page.screenshot(animations="disabled")
    page.evaluate("() => { document.adoptedStyleSheets = [] }")
    return now


def look(page: Page, title: str, darkroom: Darkroom, failed: Path) -> list[str]:
    """Compare the page with what is kept, or keep it; what is wrong."""
    png = still(page)
    if RENEW:
        darkroom.keep(title, png)
        return []
    share = darkroom.difference(title, png)
    if share > 1:
        return [f"{title}: no picture is kept; `make screenshots` draws it"]
    if share > darkroom.rule.share:
        seen = darkroom.keep(title, png, failed)
        return [f"{title}: {share:.2%} is not as it was, {darkroom.rule.share:.2%} may be; it is at {seen}"]
    return []
