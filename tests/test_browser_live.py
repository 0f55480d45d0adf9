"""What somebody sees who opens the page: this machine, live, and healing by itself."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.pages import (
    PATIENCE,
    drag,
    last_time,
    open_live,
    panel,
    samples_of,
    shown_range,
    times_of,
    until,
    values_of,
    wait_for_badge,
    wait_for_chart,
    wait_for_move,
    wait_until_drawn,
)
from tests.proxy import Proxy
from tests.server import FEW, Server, planted

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

#: Its values tell their time, so that a page can be asked whether it has drawn the right ones.
CLOCK = """
import time
from collectors import metric

@metric("clock.seconds", every=0.2)
def seconds():
    return round(time.time() * 5) % 1000
"""

DRAWN = "document.getElementById('clock.seconds').querySelector('.canvas').drawn"
SPANS = """span => {
    const [from, to] = document.getElementById('system.cpu').querySelector('.canvas').drawn.range.map(Number);
    return Math.abs(to - from - span) < 1;
}"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(planted(tmp_path_factory.mktemp("live") / "home", clock=CLOCK), config=FEW) as one:
        yield one


def with_plugin(server: Callable[..., Server], tmp_path: Path, text: str = CLOCK, **options: object) -> Server:
    return server(home=planted(tmp_path / "room", clock=text), **{"config": FEW, **options})


def assert_complete(room: Server, page: Page, name: str) -> None:
    """What is drawn is exactly what the server holds of that span of time: nothing missing, nothing twice."""
    times, values = samples_of(page, name)
    since = round((time.time() - 3_600) * 1000)
    answer = room.json(f"/api/v1/query?metric={name}&points=10000&start={since}")
    held = dict(zip(answer["t"], answer["v"][0], strict=True))
    zone = times[0] - min(held, key=lambda time: abs(time - times[0]))
    drawn = {round(time - zone): value for time, value in zip(times, values, strict=True)}
    assert len(drawn) == len(times)
    first, last = min(drawn), max(drawn)
    assert drawn == {time: value for time, value in held.items() if first <= time <= last}


def test_a_stranger_sees_this_machine_move(server: Callable[..., Server], page: Page) -> None:
    """The page shows the processor, memory, network and processes of this machine, and their lines move."""
    open_live(page, server().url)
    for title in ("CPU by mode", "Memory", "Network", "Processes by CPU"):
        page.locator(".grid .panel h3", has_text=re.compile(f"^{title}$")).wait_for(state="attached")
    wait_for_chart(page, "system.cpu", samples=2)
    wait_for_move(page, "system.cpu")
    assert all(0 <= value <= 100 for value in values_of(page, "system.cpu") if value == value)
    page.locator(".tiles .tile").nth(2).wait_for(timeout=PATIENCE)


def test_the_last_minutes_are_there_at_once(room: Server, new_page: Callable[..., Page]) -> None:
    """Who comes later sees what was sampled before."""
    first = new_page()
    open_live(first, room.url)
    wait_for_chart(first, "system.load", samples=5)
    known = times_of(first, "system.load")[:5]
    second = new_page()
    open_live(second, room.url)
    wait_for_chart(second, "system.load", samples=5)
    assert set(known) <= set(times_of(second, "system.load"))


def test_a_plugin_dropped_into_the_folder_appears(server: Callable[..., Server], page: Page, tmp_path: Path) -> None:
    """A file put into the plugins folder becomes a chart without a reload; taken away, the chart goes."""
    home = tmp_path / "room"
    plugin = home / "plugins" / "clock.py"
    plugin.parent.mkdir(parents=True)
    open_live(page, server(home=home, config=FEW).url)
    page.evaluate("window.stayed = true")
    plugin.write_text(CLOCK)
    page.locator(".rail a.nav", has_text="clock").click(timeout=PATIENCE)
    wait_for_chart(page, "clock.seconds", samples=3)
    wait_for_move(page, "clock.seconds")
    plugin.unlink()
    panel(page, "clock.seconds").wait_for(state="detached", timeout=PATIENCE)
    assert page.evaluate("window.stayed")


#: As many samples as ten minutes have at one a second come in twelve seconds; and a source sends half an hour at once,
#: as soon as a file is there. The server remembers 20 minutes of it: the rest it has on the disk.
AWAY = """
import pathlib
import time

import numpy as np
from collectors import Collector, Gauge, metric

@metric("clock.fast", every=0.02)
def fast():
    return round(time.time() * 50) % 1000

class Late(Collector):
    every = 2.0
    value = Gauge("clock.late", order=2)

    def stream(self):
        sent = round(time.time()) - 2_000
        for until, go in ((sent + 200, "plugins"), (sent + 2_000, "go"), (sent + 2_010, "live")):
            while not pathlib.Path(go).exists():
                time.sleep(0.05)
            times = np.arange(sent, until, 2) * 1000
            self.value.write(times, times / 1000 % 1000)
            sent = until
            yield
        while True:
            time.sleep(60)
"""


@pytest.mark.troubled  # Chromium reports the lost connection
def test_ten_minutes_without_a_network_leave_no_gap(
    server: Callable[..., Server], new_page: Callable[..., Page], tmp_path: Path
) -> None:
    """What came in ten minutes, or in half an hour, is drawn, none twice; until then the page says since when."""
    room = with_plugin(server, tmp_path, AWAY, config=FEW + "[history]\nmemory = 1200\n")
    near, far = new_page(viewport={"width": 2800, "height": 900}), new_page()
    with Proxy(room.port) as network:
        open_live(near, f"{network.url}/d/clock?window=30s")
        open_live(far, f"{network.url}/d/clock?window=35m")
        wait_for_chart(near, "clock.fast", samples=50)
        wait_for_chart(far, "clock.late", samples=100)
        for page in (near, far):
            page.evaluate("window.stayed = true")
        network.cut()
        lost = time.time()
        (room.home / "go").touch()
        wait_for_badge(far, "Reconnecting")
        for page in (near, far):
            told = page.locator(".notice.unheard")
            told.wait_for(timeout=PATIENCE)
            seconds = [datetime.fromtimestamp(lost + late).strftime("%H:%M:%S") for late in (-2, -1, 0)]
            assert told.inner_text() in [f"No data since {one}" for one in seconds]
        missed = f"/api/v1/query?metric=clock.fast&points=10000&start={round(lost * 1000)}"
        while len(room.json(missed)["t"]) < 600:
            near.wait_for_timeout(100)
        network.mend()
        (room.home / "live").touch()
        for page in (near, far):
            wait_for_badge(page, "Live")
            page.locator(".notice.unheard").wait_for(state="detached", timeout=PATIENCE)
            assert page.evaluate("window.stayed")
            wait_until_drawn(page, "clock.fast", page.evaluate("Date.now()"))
        wait_for_chart(far, "clock.late", samples=1_005)
    assert sum(at >= lost * 1000 for at in times_of(near, "clock.fast")) > 600
    assert_complete(room, near, "clock.fast")
    assert_complete(room, far, "clock.late")
    times = times_of(far, "clock.late")
    assert times[-1] - times[0] == 2_008_000


@pytest.mark.troubled  # Chromium reports the lost connection
def test_a_restart_heals_by_itself(server: Callable[..., Server], page: Page, tmp_path: Path) -> None:
    """When the server has been started again, the page goes on by itself, with what it had drawn before."""
    room = with_plugin(server, tmp_path)
    open_live(page, f"{room.url}/d/clock")
    wait_for_chart(page, "clock.seconds", samples=5)
    page.evaluate("document.getElementById('clock.seconds').dataset.stayed = ''")
    before = times_of(page, "clock.seconds")[0]
    room.stop()
    wait_for_badge(page, "Reconnecting")
    room.start()
    wait_for_badge(page, "Live")
    wait_for_move(page, "clock.seconds")
    times, values = samples_of(page, "clock.seconds")
    assert times[0] == before
    assert values[0] == values[0], "what had been drawn is a gap now"
    assert panel(page, "clock.seconds").get_attribute("data-stayed") == ""


def test_a_hidden_tab_stops_and_catches_up(room: Server, page: Page) -> None:
    """A hidden page draws nothing and leaves its rooms; when it is seen again it has every sample."""
    sent: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: sent.append(str(data))))
    open_live(page, f"{room.url}/d/clock")
    wait_for_chart(page, "clock.seconds", samples=3)
    _hide(page, True)
    hidden_at = last_time(page, "clock.seconds")
    page.wait_for_timeout(6_500)
    assert last_time(page, "clock.seconds") - hidden_at < 1_000
    assert any('"unsubscribe"' in frame and "clock.seconds" in frame for frame in sent)
    _hide(page, False)
    wait_until_drawn(page, "clock.seconds", hidden_at + 6_500)
    assert_complete(room, page, "clock.seconds")


def _hide(page: Page, hidden: bool) -> None:
    page.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', {get: () => hidden, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


def test_pause_loses_nothing(room: Server, page: Page) -> None:
    """A paused page stands still; when it goes on, what came meanwhile is there."""
    open_live(page, f"{room.url}/d/clock")
    wait_for_chart(page, "clock.seconds", samples=3)
    page.keyboard.press("Space")
    wait_for_badge(page, "Paused")
    page.wait_for_timeout(300)
    stood, shown = last_time(page, "clock.seconds"), shown_range(page, "clock.seconds")
    page.wait_for_timeout(2_500)
    assert last_time(page, "clock.seconds") == stood
    assert shown_range(page, "clock.seconds") == shown
    page.keyboard.press("Space")
    wait_until_drawn(page, "clock.seconds", stood + 2_500)
    assert_complete(room, page, "clock.seconds")


def test_a_zoom_stays_while_data_come(room: Server, page: Page) -> None:
    """A chart that somebody has zoomed stays where it is, says how far behind it is, and catches up on demand."""
    open_live(page, f"{room.url}/d/clock")
    wait_for_chart(page, "clock.seconds", samples=15)
    drag(page, "clock.seconds", 0.5, 0.9)
    chip = panel(page, "clock.seconds").locator("button.chip", has_text="behind: catch up")
    chip.wait_for(timeout=PATIENCE)
    # Of a span without data the old picture stays until the server has said so.
    until(page, f"() => {DRAWN}.range[1] - {DRAWN}.range[0] < 200_000")
    zoomed = shown_range(page, "clock.seconds")
    page.wait_for_timeout(2_000)
    assert shown_range(page, "clock.seconds") == zoomed
    chip.click()
    until(page, f"end => Number({DRAWN}.range[1]) > end", zoomed[1])
    chip.wait_for(state="detached", timeout=PATIENCE)


def test_only_panels_in_view_are_subscribed(server: Callable[..., Server], page: Page) -> None:
    """The page joins the rooms of what can be seen; scrolling joins the others."""
    asked: set[str] = set()

    def note(frame: str | bytes) -> None:
        text = frame if isinstance(frame, str) else ""
        if '"subscribe"' in text:
            payload = json.loads(text[text.index("[") :])
            asked.update(one["name"] for one in payload[1]["metrics"])

    page.on("websocket", lambda socket: socket.on("framesent", note))
    open_live(page, server().url)
    page.wait_for_timeout(500)
    last = page.locator(".panel").last
    name = last.get_attribute("id")
    assert "system.cpu" in asked
    assert name not in asked
    last.scroll_into_view_if_needed()
    wait_for_chart(page, str(name))
    assert name in asked


def test_the_window_is_chosen(room: Server, page: Page) -> None:
    """A window chosen by key or button is shown, and is still chosen after a reload."""
    open_live(page, room.url)
    wait_for_chart(page, "system.cpu", samples=2)
    page.keyboard.press("1")
    until(page, SPANS, 60_000)
    page.locator(".seg").get_by_text("15 min").click()
    until(page, SPANS, 15 * 60_000)
    open_live(page, room.url)
    assert page.locator(".seg button.on").inner_text() == "15 min"
