"""Zooming into the past: the span is asked for at the width of the chart, and what is outdated is let go."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from tests.pages import PATIENCE, drag, open_live, panel, samples_of, shown_range, until, wait_for_chart
from tests.server import FEW, Server, planted

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, Route

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

METRIC = "system.load"
QUERIES = "**/api/v1/query?*"


class Archive:
    """Answers queries for spans in place of the server: a value for each second, however long ago.

    Attributes:
        asked: the parameters of each query.
        refusals: how many it still answers with 429.
        held: queries are kept until `give`, when it is not None.
    """

    def __init__(self, page: Page, labels: list[dict[str, str]]) -> None:
        self.asked: list[dict[str, str]] = []
        self.failed: list[str] = []
        self.refusals = 0
        self.held: list[tuple[Route, dict[str, str]]] | None = None
        self._labels = labels
        page.route(QUERIES, self._answer)
        page.on("requestfailed", self._note)

    def _note(self, request: Request) -> None:
        if "/api/v1/query?" in request.url:
            self.failed.append(request.failure or "")

    def _answer(self, route: Route) -> None:
        query = {key: values[0] for key, values in parse_qs(urlsplit(route.request.url).query).items()}
        self.asked.append(query)
        if self.refusals:
            self.refusals -= 1
            error = {"ok": False, "error": {"code": "rate_limited", "message": "ask again in a moment"}}
            route.fulfill(status=429, json=error)
        elif self.held is not None:
            self.held.append((route, query))
        else:
            self.give(route, query)

    def give(self, route: Route, query: dict[str, str]) -> None:
        start, end, points = int(query["start"]), int(query["end"]), int(query["points"])
        step = 1000 if (end - start) / 1000 <= points else 60_000
        times = np.arange(start - start % -step, end + 1, step, dtype="<f8")
        head = {
            "metric": query["metric"],
            "unit": "",
            "tier": "full" if step == 1000 else "minute",
            "every": 0 if step == 1000 else step,
            "series": [{"labels": one} for one in self._labels],
            "n": len(times),
        }
        text = json.dumps(head).encode()
        text += b" " * (-(4 + len(text)) % 8)
        values = np.tile(np.sin(times / 60_000), (len(self._labels), 1)).astype("<f8")
        body = struct.pack("<I", len(text)) + text + times.tobytes() + values.tobytes()
        route.fulfill(status=200, body=body, content_type="application/octet-stream")


CLOCK = """
import time
from collectors import metric

@metric("clock.seconds", every=0.2)
def seconds():
    return round(time.time() * 5) % 1000
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(planted(tmp_path_factory.mktemp("zoom") / "home", clock=CLOCK), config=FEW) as one:
        yield one


def open_with_archive(room: Server, page: Page) -> Archive:
    """A page that shows the last 24 hours of a server that runs for seconds."""
    open_live(page, f"{room.url}/d/cpu?linked=no")
    wait_for_chart(page, METRIC, samples=3)
    metrics = {one["name"]: one for one in room.json("/api/v1/metrics")["metrics"]}
    archive = Archive(page, [one["labels"] for one in metrics[METRIC]["series"]])
    panel(page, METRIC).scroll_into_view_if_needed()
    page.keyboard.press("6")
    until(page, "() => document.querySelector('.seg .on').innerText === '24 h'")
    page.wait_for_timeout(400)
    return archive


def test_a_zoom_asks_for_its_span_and_draws_it(room: Server, page: Page) -> None:
    """What is zoomed to comes from the server, as fine as the chart can show it, and goes when one goes back."""
    archive = open_with_archive(room, page)
    box = page.locator(f"[id='{METRIC}'] .nsewdrag").bounding_box()
    assert box is not None
    drag(page, METRIC, 0.5, 0.75)
    until(page, "name => document.getElementById(name).querySelector('.canvas').drawn.data[0].x.length > 200", METRIC)
    [query] = archive.asked
    begin, end = shown_range(page, METRIC)
    asked = int(query["end"]) - int(query["start"])
    assert query["metric"] == METRIC
    assert query["format"] == "binary"
    assert end - begin == pytest.approx(6 * 3_600_000, rel=0.05)
    assert end - begin <= asked <= 1.1 * (end - begin)
    assert int(query["points"]) >= box["width"]
    times, _ = samples_of(page, METRIC)
    assert times[0] <= begin
    assert times[-1] >= end
    panel(page, METRIC).get_by_text("means of minutes").wait_for(timeout=PATIENCE)
    drag(page, METRIC, 0.4, 0.44)
    panel(page, METRIC).locator(".finer").wait_for(state="detached", timeout=PATIENCE)
    assert len(archive.asked) == 2
    drag(page, METRIC, 0.2, 0.8)
    page.wait_for_timeout(300)
    assert len(archive.asked) == 2, "every sample of that is there"
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    until(page, f"() => document.getElementById('{METRIC}').querySelector('button.chip') === null")
    begin, end = shown_range(page, METRIC)
    assert end - begin == pytest.approx(24 * 3_600_000, rel=0.01)


def test_the_server_answers_a_zoom(room: Server, page: Page) -> None:
    """What is drawn of a zoom is what the server has of that span, sample by sample."""
    open_live(page, f"{room.url}/d/clock")
    wait_for_chart(page, "clock.seconds", samples=15)
    page.keyboard.press("1")
    page.wait_for_timeout(400)
    # It begins before the first sample that the page has: only the server knows what was then.
    with page.expect_response(lambda answer: "format=binary" in answer.url, timeout=PATIENCE) as asked:
        drag(page, "clock.seconds", 0.3, 0.98)
    assert asked.value.status == 200
    panel(page, "clock.seconds").locator(".finer").wait_for(state="detached", timeout=PATIENCE)
    times, values = samples_of(page, "clock.seconds")
    query = {key: parts[0] for key, parts in parse_qs(urlsplit(asked.value.url).query).items()}
    held = room.json(f"/api/v1/query?metric=clock.seconds&start={query['start']}&end={query['end']}&points=10000")
    zone = times[0] - held["t"][0]
    assert [time - zone for time in times] == held["t"][: len(times)]
    assert values == held["v"][0][: len(times)]
    assert len(times) >= 10


def test_choosing_a_window_ends_a_zoom(room: Server, page: Page) -> None:
    """A window that is chosen is what all charts show."""
    open_with_archive(room, page)
    drag(page, METRIC, 0.5, 0.75)
    panel(page, METRIC).locator("button.chip").wait_for(timeout=PATIENCE)
    page.keyboard.press("2")
    panel(page, METRIC).locator("button.chip").wait_for(state="detached", timeout=PATIENCE)

    def shown() -> float:
        begin, end = shown_range(page, METRIC)
        return end - begin

    _until(page, lambda: shown() == pytest.approx(300_000))  # drawn in one of the next frames


@pytest.mark.parametrize("place", ["America/Los_Angeles", "Asia/Kathmandu"])
def test_a_zoom_means_the_same_time_everywhere(room: Server, new_page: Callable[..., Page], place: str) -> None:
    """Far from UTC the span that is asked for is the one that was dragged, and labels show the clock of the place."""
    page = new_page(timezone_id=place)
    archive = open_with_archive(room, page)
    begin, end = shown_range(page, METRIC)
    assert end / 1000 == pytest.approx(time.time(), abs=60)
    drag(page, METRIC, 0.5, 0.75)
    _until(page, lambda: len(archive.asked) == 1)
    middle = (int(archive.asked[0]["start"]) + int(archive.asked[0]["end"])) / 2
    assert middle == pytest.approx(begin + 0.625 * (end - begin), abs=600_000)
    box = page.locator(f"[id='{METRIC}'] .nsewdrag").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    label = page.locator(f"[id='{METRIC}'] .hoverlayer text").first
    label.wait_for(timeout=PATIENCE)
    clock = (label.text_content() or "").split(", ")[-1]
    # Midnight is told by its day alone.
    hours, minutes, *_ = map(int, clock.split(":")) if ":" in clock else (0, 0)
    there = datetime.fromtimestamp(middle / 1000, ZoneInfo(place))
    apart = abs(60 * hours + minutes - 60 * there.hour - there.minute)
    assert min(apart, 24 * 60 - apart) <= 15


def test_an_outdated_request_is_given_up(room: Server, page: Page) -> None:
    """Zoomed again, or gone back, what was asked for before is aborted, and the picture that was there stays."""
    archive = open_with_archive(room, page)
    archive.held = []
    drag(page, METRIC, 0.5, 0.9)
    panel(page, METRIC).get_by_text("loading its samples").wait_for(timeout=PATIENCE)
    drag(page, METRIC, 0.2, 0.4)
    _until(page, lambda: len(archive.asked) == 2 and len(archive.failed) == 1)
    assert samples_of(page, METRIC)[0]
    panel(page, METRIC).locator("button.chip").click()
    _until(page, lambda: len(archive.failed) == 2)
    panel(page, METRIC).get_by_text("loading its samples").wait_for(state="detached", timeout=PATIENCE)
    page.unroute_all(behavior="ignoreErrors")


#: The pauses between the tries, all together a quarter of a minute, are a tenth as long.
QUICK = """() => {
  const wait = setTimeout;
  globalThis.setTimeout = (act, ms, ...given) => wait(act, ms >= 1_000 && ms < 13_000 ? ms / 10 : ms, ...given);
}"""


@pytest.mark.troubled  # Chromium reports the refusals
def test_a_busy_server_is_asked_again(room: Server, page: Page) -> None:
    """A refused query is made again after a pause; one that keeps being refused leaves a quiet word."""
    archive = open_with_archive(room, page)
    archive.refusals = 1
    drag(page, METRIC, 0.5, 0.75)
    until(page, "name => document.getElementById(name).querySelector('.canvas').drawn.data[0].x.length > 200", METRIC)
    assert len(archive.asked) == 2
    archive.refusals = 1_000
    page.evaluate(QUICK)
    panel(page, METRIC).locator("button.chip").click()
    drag(page, METRIC, 0.1, 0.2)
    word = panel(page, METRIC).get_by_text("finer samples could not be loaded")
    word.wait_for(timeout=PATIENCE)
    assert len(archive.asked) == 2 + 5
    assert word.get_attribute("title") == "ask again in a moment"


def _until(page: Page, condition: Callable[[], bool]) -> None:
    """Wait until something has happened that this test notes itself."""
    for _ in range(PATIENCE // 50):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("waited in vain")
