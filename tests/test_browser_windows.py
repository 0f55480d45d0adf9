"""The spans of time that the page offers, from a minute to a month, on a desk and on a phone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.pages import open_live, until, wait_for_chart
from tests.server import FEW, Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

MINUTE, HOUR, DAY = 60, 3_600, 86_400
#: What the bar offers, in the order of the keys from 1 on.
WINDOWS = {
    "1 min": MINUTE,
    "5 min": 5 * MINUTE,
    "15 min": 15 * MINUTE,
    "1 h": HOUR,
    "6 h": 6 * HOUR,
    "24 h": DAY,
    "7 d": 7 * DAY,
    "30 d": 30 * DAY,
}
SHOWN = """seconds => {
    const [from, to] = document.getElementById('system.cpu').querySelector('.canvas').drawn.range.map(Number);
    return Math.abs(to - from - seconds * 1000) < 1;
}"""
LABELS = """() => [...document.querySelectorAll("[id='system.cpu'] .xtick text")].map(one => {
    const {left, right} = one.getBoundingClientRect();
    return [one.textContent, left, right];
}).filter(([text]) => text.trim())"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("windows") / "home", config=FEW) as one:
        yield one


def assert_labels_apart(page: Page) -> None:
    labels = sorted(page.evaluate(LABELS), key=lambda one: one[1])
    assert labels
    assert all(right + 4 <= left for (_, _, right), (_, left, _) in pairwise(labels)), labels


def test_every_window_has_its_key_and_its_button(room: Server, page: Page) -> None:
    """The keys 1 to 8 and the buttons choose a window; it is asked for, shown with labels apart, and kept."""
    asked: list[int] = []

    def note(frame: str | bytes) -> None:
        if isinstance(frame, str) and '"subscribe"' in frame:
            asked.extend(one["window"] for one in json.loads(frame[frame.index("[") :])[1]["metrics"])

    page.on("websocket", lambda socket: socket.on("framesent", note))
    open_live(page, room.url)
    wait_for_chart(page, "system.cpu", samples=2)
    assert page.locator(".seg button").all_inner_texts() == list(WINDOWS)
    assert not page.locator(".pick").is_visible()
    for key, (name, seconds) in enumerate(WINDOWS.items(), start=1):
        page.keyboard.press(str(key))
        until(page, SHOWN, seconds)
        assert page.locator(".seg button.on").inner_text() == name
        assert_labels_apart(page)
    for name, seconds in WINDOWS.items():
        page.locator(".seg").get_by_text(name, exact=True).click()
        until(page, SHOWN, seconds)
    assert set(WINDOWS.values()) <= set(asked)
    open_live(page, room.url)
    assert page.locator(".seg button.on").inner_text() == "30 d"
    until(page, SHOWN, 30 * DAY)


def test_a_phone_has_a_list_of_windows(room: Server, new_page: Callable[..., Page]) -> None:
    """At 390 px one control holds all windows; what is chosen is shown, and fits the screen."""
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    open_live(page, room.url)
    wait_for_chart(page, "system.cpu", samples=2)
    choice = page.get_by_label("Span of time").locator("visible=true")
    assert choice.locator("option").all_inner_texts() == ["30 s", *WINDOWS, "everything"]
    assert choice.input_value() == str(5 * MINUTE)
    box = choice.bounding_box()
    assert box is not None
    assert box["height"] >= 34
    for name, seconds in WINDOWS.items():
        choice.select_option(label=name)
        until(page, SHOWN, seconds)
        assert_labels_apart(page)
    page.keyboard.press("Escape")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_bar_fits_between_phone_and_desk(room: Server, page: Page) -> None:
    """At any width the bar is as wide as its place, and one of both controls is there."""
    open_live(page, room.url)
    _fits(page)
    # A span of several days has the longest name.
    page.keyboard.press("g")
    page.get_by_role("textbox", name="From when to when").fill("2026-01-10 09:00 to 2026-01-12 10:30")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="From when to when: Jan 10").wait_for()
    _fits(page)


def _fits(page: Page) -> None:
    for width in (1440, 1181, 1180, 1081, 1080, 901, 900, 721, 720, 390):
        page.set_viewport_size({"width": width, "height": 800})
        inner, outer = page.evaluate(
            "(({scrollWidth, clientWidth}) => [scrollWidth, clientWidth])(document.querySelector('.bar'))"
        )
        assert inner <= outer, width
        assert page.locator(".seg").is_visible() != page.locator(".pick").is_visible()
