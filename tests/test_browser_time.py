"""Time on the page: spans in words, hands that move live charts, the crosshair, comparing, keys, and the address."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.pages import (
    PATIENCE,
    drag,
    last_time,
    open_live,
    panel,
    shown_range,
    times_of,
    until,
    wait_for_chart,
    wait_for_move,
)
from tests.server import FEW, Server, planted

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect, Locator, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

#: Metrics whose values tell the time at which they were measured, in seconds; of a unit that is never scaled. One has a
#: tile on the overview.
CLOCK = """
import time
from collectors import Collector, Gauge, metric

@metric("clock.seconds", unit="°C", every=0.2)
def seconds():
    return time.time() % 100_000

@metric("clock.double", unit="°C", every=0.2)
def double():
    return 2 * (time.time() % 100_000)

class Tiled(Collector):
    every = 0.2
    seconds = Gauge("tiled.seconds", unit="°C", headline="sum")
    ranked = Gauge("tiled.ranked", labels=("name",), chart="top")

    def collect(self):
        self.seconds.set(time.time() % 100_000)
        self.ranked.set(1, name="one")
"""
ONE, OTHER = "clock.seconds", "clock.double"
MINUTE = 60_000


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for all tests of this file."""
    with Server(planted(tmp_path_factory.mktemp("room") / "home", clock=CLOCK), config=FEW) as one:
        yield one


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    return new_page(viewport={"width": 390, "height": 520}, has_touch=True, is_mobile=True)


def show(page: Page, room: Server, query: str = "window=1m") -> None:
    open_live(page, f"{room.url}/d/clock?{query}")
    for name in (ONE, OTHER):
        wait_for_chart(page, name, samples=3)


def asked(page: Page) -> dict[str, str]:
    """What the address says."""
    return {key: values[0] for key, values in parse_qs(urlsplit(page.url).query).items()}


def wait(page: Page, condition: Callable[[], Any]) -> None:
    """Wait until something is so that has to be asked in several steps."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        page.wait_for_timeout(50)


def length(page: Page, name: str) -> float:
    begin, end = shown_range(page, name)
    return end - begin


def wait_for_length(page: Page, name: str, wanted: float) -> None:
    """Wait until a chart shows a span of so many ms."""
    wait(page, lambda: length(page, name) == pytest.approx(wanted))


def plot(page: Page, name: str) -> dict[str, float]:
    """Where the plot area of a chart is."""
    box = page.locator(f"[id='{name}'] .nsewdrag").bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


def chip(page: Page, name: str) -> Any:  # Any: a locator; Playwright is imported for types only
    return panel(page, name).locator("button.chip", has_text="behind: catch up")


def say(page: Page, words: str) -> None:
    """Choose a span by its name."""
    page.keyboard.press("g")
    field = page.get_by_role("textbox", name="From when to when")
    field.fill(words)
    field.press("Enter")


# --- spans


def test_a_span_is_chosen_in_words(room: Server, page: Page) -> None:
    """Words become a window that goes on, or a span at which all charts stay; the bar and the address tell it."""
    show(page, room)
    say(page, "last 90 s")
    wait(page, lambda: length(page, ONE) == pytest.approx(90_000, abs=1))
    assert asked(page)["window"] == "90s"
    held: list[Route] = []
    page.route("**/api/v1/query**", lambda route: held.append(route))
    before, began = shown_range(page, ONE), time.monotonic()
    say(page, "2026-01-10 09:00 to 10:30")
    wait(page, lambda: held)
    # Of a server that takes its time the old picture is to be seen meanwhile, for two seconds.
    assert shown_range(page, ONE)[0] >= before[0] or time.monotonic() - began > 2
    page.unroute("**/api/v1/query**")
    for name in (ONE, OTHER):
        wait_for_length(page, name, 90 * MINUTE)
        chip(page, name).wait_for(timeout=PATIENCE)
    page.get_by_role("button", name=re.compile("From when to when: Jan 10, 09:00")).wait_for(timeout=PATIENCE)
    # Where all windows and a long text have no room, the list tells it.
    assert page.evaluate("[...document.querySelectorAll('.bar .cut')].every(one => one.scrollWidth <= one.clientWidth)")
    begin = datetime.fromisoformat(asked(page)["from"])
    assert (begin.month, begin.day) in {(1, 9), (1, 10), (1, 11)}
    page.keyboard.press("Escape")
    chip(page, ONE).wait_for(state="detached", timeout=PATIENCE)
    wait(page, lambda: "from" not in asked(page))
    wait_for_move(page, ONE)


def test_words_that_mean_nothing_get_a_sentence(room: Server, page: Page) -> None:
    """What can't be read, or is not yet, is said to be that, and the picker stays open with what was written."""
    show(page, room)
    for words, sentence in {
        "whenever": "“whenever” can't be read",
        "11/3/2026": "Write the year first",
        "2199-01-01": "has not come yet",
        "2026-01-03 to 2026-01-01": "ends before it begins",
    }.items():
        if not page.locator(".picker").is_visible():
            page.keyboard.press("g")
        field = page.get_by_role("textbox", name="From when to when")
        field.fill(words)
        field.press("Enter")
        page.locator(".picker .bad", has_text=sentence).wait_for(timeout=PATIENCE)
        assert field.input_value() == words
        assert field.get_attribute("aria-invalid") == "true"
    field.press("Escape")
    page.locator(".picker").wait_for(state="detached", timeout=PATIENCE)
    assert page.evaluate("document.activeElement.id") == "when"
    page.keyboard.press("Enter")
    field.wait_for(timeout=PATIENCE)
    page.locator("#when").focus()
    page.keyboard.press("Shift+Tab")
    page.locator(".picker").wait_for(state="detached", timeout=PATIENCE)


def test_everything_that_is_stored_is_one_window(room: Server, page: Page) -> None:
    """The window of everything begins where the oldest sample is, and grows on."""
    show(page, room)
    page.keyboard.press("9")
    wait(page, lambda: asked(page)["window"] == "all")
    oldest = room.json("/api/v1/oldest")["oldest"]
    wait(page, lambda: shown_range(page, ONE)[0] <= oldest + 1)
    begin, end = shown_range(page, ONE)
    assert oldest - begin <= max(MINUTE, 0.2 * (end - begin))
    page.keyboard.press("0")
    wait(page, lambda: length(page, ONE) == pytest.approx(30_000))
    assert asked(page)["window"] == "30s"


def test_utc_is_shown_where_it_is_asked_for(room: Server, new_page: Callable[..., Page]) -> None:
    """Far from UTC the axis shows the clock of UTC, by the picker or the address."""
    page = new_page(timezone_id="Asia/Kathmandu")
    show(page, room)
    ticks = f"[id='{ONE}'] .xtick text"

    def minutes() -> set[int]:
        texts = [text for text in page.locator(ticks).all_text_contents() if ":" in text]
        return {int(text.split(":")[1]) for text in texts}

    now = datetime.now(UTC).minute
    near = {(now + step) % 60 for step in (-2, -1, 0, 1)}
    away = {(minute + 45) % 60 for minute in near}
    wait(page, lambda: minutes() and minutes() <= away)
    page.keyboard.press("g")
    page.get_by_role("button", name="UTC").click()
    wait(page, lambda: minutes() and minutes() <= near)
    assert asked(page)["tz"] == "utc"
    page.reload()
    wait_for_chart(page, ONE, samples=3)
    wait(page, lambda: minutes() and minutes() <= near)


# --- the address


def test_the_address_holds_what_is_looked_at(room: Server, page: Page, new_page: Callable[..., Page]) -> None:
    """Back and forward go through what was chosen, and a copied address shows a colleague the same."""
    show(page, room)
    page.keyboard.press("3")
    wait(page, lambda: asked(page)["window"] == "15m")
    drag(page, ONE, 0.4, 0.8)
    wait(page, lambda: "from" in asked(page))
    wait(page, lambda: length(page, OTHER) == pytest.approx(0.4 * 15 * MINUTE, rel=0.02))
    copied, span = page.url, shown_range(page, ONE)
    page.go_back()
    wait(page, lambda: length(page, ONE) == pytest.approx(15 * MINUTE))
    page.go_back()
    wait(page, lambda: length(page, ONE) == pytest.approx(MINUTE))
    page.go_forward()
    page.go_forward()
    wait(page, lambda: shown_range(page, OTHER) == pytest.approx(span, abs=2))
    colleague = new_page()
    open_live(colleague, copied)
    wait(colleague, lambda: shown_range(colleague, OTHER) == pytest.approx(span, abs=2))
    assert colleague.locator(".seg .on").count() == 0
    # Whoever looks at one address longer than at another has not chosen its window for ever.
    colleague.goto(f"{room.url}/d/clock")
    wait_for_chart(colleague, ONE, samples=3)
    wait(colleague, lambda: asked(colleague).get("window") == "5m")


# --- hands


def test_shift_and_drag_moves_all_charts_on(room: Server, page: Page) -> None:
    """The charts stay where they are moved, with how far that is behind, and go on as live at one click."""
    show(page, room)
    box = plot(page, ONE)
    middle = box["y"] + box["height"] / 2
    page.keyboard.down("Shift")
    page.mouse.move(box["x"] + box["width"] * 0.3, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, middle, steps=5)
    begin = shown_range(page, ONE)
    page.mouse.move(box["x"] + box["width"] * 0.8, middle, steps=10)
    page.mouse.up()
    page.keyboard.up("Shift")
    for name in (ONE, OTHER):
        chip(page, name).wait_for(timeout=PATIENCE)
    wait(page, lambda: shown_range(page, ONE) == pytest.approx(shown_range(page, OTHER), abs=2))
    after = shown_range(page, ONE)
    assert after[1] - after[0] == pytest.approx(MINUTE, abs=2)
    assert begin[0] - after[0] > 0.3 * MINUTE
    page.wait_for_timeout(1_500)
    assert shown_range(page, ONE) == pytest.approx(after, abs=2)
    chip(page, OTHER).click()
    for name in (ONE, OTHER):
        chip(page, name).wait_for(state="detached", timeout=PATIENCE)
        wait_for_move(page, name)


def test_unlinked_charts_move_alone(room: Server, page: Page) -> None:
    """With the link off the one below the hand stays behind while the other goes on; that is remembered."""
    show(page, room)
    page.get_by_role("button", name="Charts move together").click()
    drag(page, ONE, 0.5, 0.8)
    chip(page, ONE).wait_for(timeout=PATIENCE)
    wait(page, lambda: (asked(page).get("linked"), asked(page).get("chart")) == ("no", ONE))
    wait_for_move(page, OTHER)
    assert chip(page, OTHER).count() == 0
    copied = page.url
    page.keyboard.press("Escape")
    chip(page, ONE).wait_for(state="detached", timeout=PATIENCE)
    page.goto(copied)
    chip(page, ONE).wait_for(timeout=PATIENCE)
    assert chip(page, OTHER).count() == 0
    page.goto(f"{room.url}/d/clock")
    wait(page, lambda: asked(page).get("linked") == "no")


def test_the_wheel_pans_and_zooms_around_the_pointer(room: Server, page: Page) -> None:
    """Across it pans, with ctrl it zooms around the pointer, a double click returns; up and down it scrolls."""
    show(page, room)
    box = plot(page, ONE)
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] / 2)
    page.mouse.wheel(-120, 0)
    chip(page, ONE).wait_for(timeout=PATIENCE)
    wait(page, lambda: asked(page).get("from"))
    begin, end = shown_range(page, ONE)
    held = begin + 0.25 * (end - begin)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -120)
    page.mouse.wheel(0, -120)
    page.keyboard.up("Control")
    wait(page, lambda: length(page, OTHER) == pytest.approx(MINUTE / 2, rel=0.02))
    begin, end = shown_range(page, ONE)
    assert begin + 0.25 * (end - begin) == pytest.approx(held, abs=0.02 * MINUTE)
    page.mouse.dblclick(box["x"] + 100, box["y"] + 20)
    chip(page, ONE).wait_for(state="detached", timeout=PATIENCE)
    wait(page, lambda: length(page, ONE) == pytest.approx(MINUTE))
    page.set_viewport_size({"width": 1440, "height": 300})
    page.mouse.move(box["x"] + 100, 200)
    page.mouse.wheel(0, 80)
    until(page, "() => scrollY > 0")


def test_panning_back_to_now_is_live_again(room: Server, page: Page) -> None:
    """A chart that is moved back to the newest samples goes on with them."""
    show(page, room)
    box = plot(page, ONE)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(-100, 0)
    chip(page, ONE).wait_for(timeout=PATIENCE)
    page.wait_for_timeout(300)  # it has come to rest
    page.mouse.wheel(240, 0)
    page.mouse.wheel(240, 0)
    chip(page, ONE).wait_for(state="detached", timeout=PATIENCE)
    wait_for_move(page, ONE)


def fingers(page: Page, steps: list[list[tuple[float, float]]]) -> None:
    """Put fingers down, move them, and lift them; each step has where they are."""
    session = page.context.new_cdp_session(page)
    for which, places in enumerate(steps):
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(places)]
        session.send(
            "Input.dispatchTouchEvent", {"type": "touchMove" if which else "touchStart", "touchPoints": points}
        )
        page.wait_for_timeout(20)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


def test_a_finger_pans_and_scrolls(room: Server, phone: Page) -> None:
    """A horizontal swipe moves the charts on, a vertical one the page, and a double tap returns."""
    show(phone, room)
    box = plot(phone, ONE)
    middle = box["y"] + box["height"] / 2
    fingers(phone, [[(box["x"] + 60 + 12 * step, middle)] for step in range(12)])
    chip(phone, ONE).wait_for(timeout=PATIENCE)
    wait(phone, lambda: shown_range(phone, OTHER) == pytest.approx(shown_range(phone, ONE), abs=2))
    moved = (time.time() * 1000 - shown_range(phone, ONE)[1]) / MINUTE
    assert 100 / box["width"] < moved < 1
    assert phone.evaluate("scrollY") == 0
    fingers(phone, [[(box["x"] + 100, middle + 60 - 15 * step)] for step in range(12)])
    until(phone, "() => scrollY > 60")
    # The page may roll on for a while after the finger has left it.
    until(phone, "() => (scrollTo(0, 0), scrollY === 0)")
    for _ in range(2):
        phone.touchscreen.tap(box["x"] + 100, middle)
    chip(phone, ONE).wait_for(state="detached", timeout=PATIENCE)


def test_two_fingers_stretch_what_is_between_them(room: Server, phone: Page) -> None:
    """What two fingers hold stays below them: apart shows less of the time, together more."""
    show(phone, room)
    box = plot(phone, ONE)
    y = box["y"] + box["height"] / 2
    left, right = box["x"] + 0.4 * box["width"], box["x"] + 0.6 * box["width"]
    fingers(phone, [[(left - 5 * step, y), (right + 5 * step, y)] for step in range(8)])
    wanted = MINUTE * (right - left) / (right - left + 70)
    wait(phone, lambda: length(phone, OTHER) == pytest.approx(wanted, rel=0.1))
    chip(phone, ONE).wait_for(timeout=PATIENCE)
    before = length(phone, ONE)
    fingers(phone, [[(left - 35 + 4 * step, y), (right + 35 - 4 * step, y)] for step in range(8)])
    wait(phone, lambda: length(phone, ONE) > 1.3 * before)


# --- the longer past


def test_the_longer_past_is_brushed(room: Server, page: Page, phone: Page) -> None:
    """What is shown is moved and stretched in a longer past by mouse, keys and finger, and goes back to live."""
    wait(page, lambda: time.time() * 1000 - (room.json(f"/api/v1/oldest?metric={ONE}")["oldest"] or math.inf) > 10_000)
    show(page, room, "window=2s")
    assert page.locator("#when").inner_text() == "2 s", "no button has it"
    page.keyboard.press("b")
    past = page.locator(".past")
    past.wait_for(timeout=PATIENCE)
    wait(page, lambda: asked(page).get("brush") == "yes")
    window, begin = (page.get_by_role("slider", name=name) for name in ("What is shown", "Shown from"))

    def middle(part: Any) -> tuple[float, float]:
        box = part.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def width(part: Any) -> float:
        return float(part.bounding_box()["width"])

    def pull(part: Any, across: float) -> None:
        x, y = middle(part)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + across, y, steps=5)
        page.mouse.up()

    wait(page, lambda: width(window) < width(past) / 3)
    pull(begin, -150)  # with its end at now it stays a window
    wait(page, lambda: asked(page)["window"] != "2s" and length(page, ONE) > 2_400)
    assert chip(page, ONE).count() == 0
    wait_for_move(page, ONE)
    before = length(page, ONE)
    pull(window, -150)
    for name in (ONE, OTHER):
        chip(page, name).wait_for(timeout=PATIENCE)
    assert length(page, OTHER) == pytest.approx(before, abs=2)
    wait(page, lambda: "from" in asked(page))
    first = shown_range(page, ONE)[0]
    begin.press("ArrowLeft")
    wait(page, lambda: shown_range(page, OTHER)[0] < first - 50 and length(page, OTHER) > before + 50)
    text = begin.get_attribute("aria-valuetext") or ""
    assert re.fullmatch(r"\d\d:\d\d:\d\d", text)
    page.mouse.dblclick(*middle(window))
    chip(page, ONE).wait_for(state="detached", timeout=PATIENCE)
    page.keyboard.press("b")
    past.wait_for(state="detached", timeout=PATIENCE)
    wait(page, lambda: "brush" not in asked(page))

    phone.add_init_script("localStorage.setItem('plotroom.brush', 'yes')")
    show(phone, room, "window=2s")
    assert phone.locator(".past").count() == 0, "what was chosen on a desk is not for a hand"
    show(phone, room, "window=2s&brush=yes")
    wait(phone, lambda: width(phone.locator(".past")) > 4 * width(phone.locator(".past .move")))
    x, y = middle(phone.locator(".past .move"))
    top = plot(phone, ONE)["y"]
    fingers(phone, [[(x - 12 * step, y)] for step in range(10)])
    chip(phone, ONE).wait_for(timeout=PATIENCE)
    assert plot(phone, ONE)["y"] == top, "charts that are moved through time stay where they are"
    for _ in range(2):
        phone.touchscreen.tap(x - 200, y)
    chip(phone, ONE).wait_for(state="detached", timeout=PATIENCE)


# --- crosshair and legend


def number(text: str) -> float:
    """A value of a legend; NaN where there is none."""
    return math.nan if text == "–" else float(text.replace(",", "").replace("\u2212", "-"))


def test_all_charts_show_the_moment_below_the_mouse(room: Server, page: Page) -> None:
    """A line in each of them, and in their legends the values of that moment; nothing moves meanwhile."""
    show(page, room)
    until(page, "() => document.querySelectorAll('.legend b').length === 2")
    wait(page, lambda: length(page, ONE) == pytest.approx(MINUTE))
    # Where the mouse will be there are samples, even when the server has only just begun.
    wait(page, lambda: last_time(page, ONE) - times_of(page, ONE)[0] > 0.2 * MINUTE)
    page.keyboard.press("Space")
    box = plot(page, ONE)
    places = (
        "() => [...document.querySelectorAll('.panel, .legend li')]"
        ".map(one => JSON.stringify(one.getBoundingClientRect()))"
    )
    value = "name => document.getElementById(name).querySelector('.legend b').innerText"
    last = number(page.evaluate(value, ONE))
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + box["height"] / 2)
    before = page.evaluate(places)
    seen = set()
    for part in (0.95, 0.9, 0.85):
        x = box["x"] + box["width"] * part
        page.mouse.move(x, box["y"] + box["height"] / 2)
        begin, end = shown_range(page, ONE)
        wanted = (begin + part * (end - begin)) / 1000 % 100_000
        _wait_for_value(page, wanted)
        one, other = (number(page.evaluate(value, name)) for name in (ONE, OTHER))
        assert other == pytest.approx(2 * one, abs=1)
        seen.add(one)
        for name in (ONE, OTHER):
            hair = panel(page, name).locator(".hair").bounding_box()
            area = plot(page, name)
            assert hair is not None
            assert (hair["x"] - area["x"]) / area["width"] == pytest.approx(part, abs=0.01)
    assert len(seen) == 3
    assert page.evaluate(places) == before
    page.mouse.move(5, 5)
    wait(page, lambda: number(page.evaluate(value, ONE)) == pytest.approx(last, abs=0.05))
    assert panel(page, OTHER).locator(".hair").bounding_box() is None


def _wait_for_value(page: Page, wanted: float) -> None:
    """Wait until the legend tells this value, which it rounds."""
    value = "name => document.getElementById(name).querySelector('.legend b').innerText"
    wait(page, lambda: abs(number(page.evaluate(value, ONE)) - wanted) < 1)


def stands(hair: Locator, line: FloatRect | dict[str, float], part: float) -> bool:
    """Whether the line is shown, at this part of the width."""
    there = hair.bounding_box()
    return there is not None and (there["x"] - line["x"]) / line["width"] == pytest.approx(part, abs=0.02)


def test_tiles_tell_the_moment_below_the_mouse(room: Server, page: Page) -> None:
    """Tiles of the overview tell the value and the time below the mouse, on a chart or on their own little line."""
    open_live(page, f"{room.url}/?window=1m")
    tile = page.locator(".tile[href='#tiled.seconds']")
    chart = "system.cpu"
    wait_for_chart(page, chart, samples=3)
    wait(page, lambda: length(page, chart) == pytest.approx(MINUTE))

    def value() -> float:
        return number(tile.locator(".v").evaluate("one => one.firstChild.data"))

    wait(page, lambda: value() > 0)
    page.keyboard.press("Space")
    page.locator(".pause[aria-pressed=true]").wait_for(timeout=PATIENCE)
    now = tile.locator(".d").inner_text()
    begin, end = shown_range(page, chart)
    spark = tile.locator(".spark").bounding_box()
    assert spark is not None
    for box, part in ((plot(page, chart), 0.985), (spark, 0.97)):
        page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] / 2)
        at = begin + part * (end - begin)
        wait(page, partial(lambda at: abs(value() - at / 1000 % 100_000) < 1, at))
        seconds = int(tile.locator(".d").inner_text()[-2:])
        assert (at / 1000 - seconds + 30) % 60 == pytest.approx(30, abs=1.1)
        for hair, line in ((tile.locator(".hair"), spark), (panel(page, chart).locator(".hair"), plot(page, chart))):
            wait(page, partial(stands, hair, line, part))
    page.mouse.move(5, 5)
    tile.locator(".hair").wait_for(state="detached", timeout=PATIENCE)
    assert tile.locator(".d").inner_text() == now


def test_a_span_without_data_says_so(room: Server, page: Page) -> None:
    """A chart of a time of which nothing is known is not just empty; what shows no time says what it shows instead."""
    open_live(page, f"{room.url}/d/tiled?from=2020-01-01T09:00:00Z&to=2020-01-01T10:30:00Z")
    word = panel(page, "tiled.seconds").locator(".word")
    assert word.inner_text(timeout=PATIENCE) == "No data in this span of time"
    chip = panel(page, "tiled.ranked").locator(".chip")
    assert chip.inner_text(timeout=PATIENCE) == "latest values"
    panel(page, "tiled.seconds").locator(".chip").click()
    word.wait_for(state="detached", timeout=PATIENCE)
    chip.wait_for(state="detached", timeout=PATIENCE)
    panel(page, "tiled.seconds").locator(".legend button").click()
    until(page, "() => document.getElementById('tiled.seconds').querySelector('.canvas').drawn.data.length === 0")
    assert word.count() == 0, "it has data, of which nobody wants to see any"


def test_a_selection_is_seen_in_all_charts(room: Server, page: Page) -> None:
    """While something is selected in one chart, the others show which part of theirs that is."""
    show(page, room)
    box = plot(page, ONE)
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.5, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, y, steps=5)
    for name in (ONE, OTHER):
        band = panel(page, name).locator(".band").bounding_box()
        assert band is not None
        assert band["width"] / plot(page, name)["width"] == pytest.approx(0.25, abs=0.05)
    page.mouse.up()
    wait(page, lambda: length(page, OTHER) == pytest.approx(MINUTE / 4, rel=0.05))
    assert panel(page, OTHER).locator(".band").bounding_box() is None


def test_the_legend_tells_the_least_the_mean_and_the_largest(room: Server, page: Page) -> None:
    """They are of what is shown: of another window others; a small panel tells the value alone."""
    show(page, room)
    page.keyboard.press("Space")
    stats = "name => [...document.getElementById(name).querySelectorAll('.legend small i')].map(one => one.innerText)"
    data = (
        "name => { const {x, y} = document.getElementById(name).querySelector('.canvas').drawn.data[0];"
        " return [[...x], [...y]] }"
    )

    def told() -> list[float]:
        return [number(text) for text in page.evaluate(stats, ONE)]

    def right() -> bool:
        begin, end = shown_range(page, ONE)
        times, values = page.evaluate(data, ONE)
        inside = [value for at, value in zip(times, values, strict=True) if begin <= at <= end and value == value]
        if not inside:
            return False
        least, mean, most = min(inside), sum(inside) / len(inside), max(inside)
        return told() == pytest.approx([least, mean, most], abs=0.6)

    wait(page, right)
    drag(page, ONE, 0.9, 0.97)
    wait(page, lambda: length(page, ONE) < 10_000)
    wait(page, right)
    page.set_viewport_size({"width": 390, "height": 800})
    wait(page, lambda: panel(page, ONE).locator(".legend small").first.is_hidden())
    assert panel(page, ONE).locator(".legend b").is_visible()


def test_of_many_series_the_legend_tells_more_when_it_is_asked_to(room: Server, page: Page) -> None:
    """By a key, all legends with room tell the least, the mean and the largest value; the address says so."""
    open_live(page, f"{room.url}/d/cpu")
    more = panel(page, "system.cpu").locator(".legend small").first
    wait(page, lambda: panel(page, "system.cpu").locator(".legend li").count() > 2)
    assert more.is_hidden()
    page.keyboard.press("s")
    more.wait_for()
    wait(page, lambda: asked(page).get("stats") == "yes")
    page.keyboard.press("s")
    more.wait_for(state="hidden")


# --- comparing


def earlier(page: Page, name: str) -> list[list[float]]:
    """Times and values of the dashed line of a chart; none while there is none."""
    found: list[list[float]] = page.evaluate(
        "name => { const dashed = document.getElementById(name).querySelector('.canvas').drawn?.data"
        ".find(({line}) => line?.dash === 'dash'); return dashed?.x.length ? [[...dashed.x], [...dashed.y]] : [] }",
        name,
    )
    return found


def test_an_earlier_span_is_drawn_dashed_over_this_one(room: Server, page: Page) -> None:
    """Live and zoomed, each dashed value is the one that was measured so much earlier; the legend tells it, too."""
    show(page, room, "window=1m&compare=5s")

    def right() -> bool:
        times, values = earlier(page, ONE) or [[], []]
        solid = [(at, value) for at, value in zip(times, values, strict=True) if value == value]
        return bool(solid) and all(abs((at / 1000 - 5) % 100_000 - value) < 0.5 for at, value in solid)

    wait(page, right)
    first = earlier(page, ONE)[0][-1]
    wait(page, lambda: (earlier(page, ONE) or [[0]])[0][-1] > first + 1_000)
    text = "which => document.getElementById('clock.seconds').querySelector(`.legend ${which}`).innerText"

    def apart() -> float:
        return number(page.evaluate(text, "b")) - number(page.evaluate(text, "em i"))

    wait(page, lambda: apart() == pytest.approx(5, abs=1.5))
    drag(page, ONE, 0.7, 0.95)
    wait(page, lambda: length(page, ONE) < 20_000)
    wait(page, right)
    page.keyboard.press("g")
    page.get_by_role("group", name="Compare with").get_by_role("button", name="nothing").click()
    wait(page, lambda: not earlier(page, ONE))
    assert "compare" not in asked(page)


def test_one_panel_is_compared_by_its_menu(room: Server, page: Page) -> None:
    """What its menu chooses is of that panel alone, is in the address, and can be taken back."""
    show(page, room)
    button = panel(page, OTHER).get_by_role("button", name=re.compile("what can be done", re.IGNORECASE))
    button.click()
    page.get_by_role("menuitem", name="Compare with: 60 min before").click()
    panel(page, OTHER).locator(".then", has_text="60 min before").wait_for(timeout=PATIENCE)
    assert panel(page, ONE).locator(".then").count() == 0
    wait(page, lambda: asked(page).get(f"compare.{OTHER}") == "1h")
    page.reload()
    panel(page, OTHER).locator(".then", has_text="60 min before").wait_for(timeout=PATIENCE)
    button.click()
    page.get_by_role("menuitem", name="Compare no more").click()
    panel(page, OTHER).locator(".then").wait_for(state="detached", timeout=PATIENCE)


# --- keys


def test_every_key_of_time_does_what_it_says(room: Server, page: Page) -> None:
    """Arrows pan, + and - zoom, Space pauses, Escape returns, and the list of keys names them all."""
    show(page, room)
    last = shown_range(page, ONE)[1]
    page.keyboard.press("ArrowLeft")
    chip(page, ONE).wait_for(timeout=PATIENCE)
    wait(page, lambda: asked(page).get("from"))
    # A server that has only just begun has nothing of that time: until it has said so, the old picture stays.
    wait(page, lambda: shown_range(page, ONE)[1] < last)
    begin, end = shown_range(page, ONE)
    page.keyboard.press("ArrowLeft")
    wait(page, lambda: shown_range(page, OTHER)[0] == pytest.approx(begin - (end - begin) / 4, abs=50))
    page.keyboard.press("+")
    wait(page, lambda: length(page, ONE) == pytest.approx(MINUTE / 2, abs=2))
    page.keyboard.press("-")
    wait(page, lambda: length(page, ONE) == pytest.approx(MINUTE, abs=2))
    page.keyboard.press("ArrowRight")
    wait(page, lambda: shown_range(page, ONE)[0] > begin - (end - begin) / 4 + 1_000)
    page.keyboard.press("Escape")
    chip(page, ONE).wait_for(state="detached", timeout=PATIENCE)
    # The picker keeps its keys to itself, and a button that was clicked leaves Space alone.
    page.keyboard.press("g")
    page.locator(".picker .row button").first.focus()
    for key in ("ArrowLeft", "+", "l"):
        page.keyboard.press(key)
    page.keyboard.press("Escape")
    page.locator(".picker").wait_for(state="detached", timeout=PATIENCE)
    assert chip(page, ONE).count() == 0
    page.get_by_role("button", name="1 min", exact=True).click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.locator(".live", has_text="Paused").wait_for(timeout=PATIENCE)
    page.keyboard.press("Space")
    page.locator(".live", has_text="Live").wait_for(timeout=PATIENCE)
    page.keyboard.press("l")
    assert page.get_by_role("button", name="Charts move together").get_attribute("aria-pressed") == "false"
    page.keyboard.press("?")
    keys = page.locator(".keys kbd").all_inner_texts()
    assert {"Space", "/", "0 – 9", "g", "← →", "+ −", "l", "f", "t", "?", "Esc"} <= set(keys)
