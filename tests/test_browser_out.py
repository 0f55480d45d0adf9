"""What leaves the page: the menu of a panel, full screen, pictures, CSV, the table behind a chart, many series."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
import requests

from tests.pages import PATIENCE, open_live, panel, until, wait_for_chart
from tests.pictures import pixels, share
from tests.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

METRIC = "out.pair"
MANY = "many.values"
PLUGIN = """
import math, time
from collectors import Collector, Gauge, metric

@metric("out.pair", unit="bytes", every=0.2)
def pair():
    now = time.time()
    return {"=one": 3e9 + 1e9 * math.sin(now / 3), 'two, "b"': -1e9 + 4e8 * math.cos(now)}

class Many(Collector):
    '''More series than anybody can tell apart.'''
    every = 1
    values = Gauge("many.values", unit="requests", labels=["who"])
    def collect(self):
        for place in range(500):
            self.values.set(place + math.sin(time.time() + place) / 3, who=f"client {place:03d}")
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests of this file."""
    home: Path = tmp_path_factory.mktemp("out")
    (home / "plugins").mkdir()
    (home / "plugins" / "out.py").write_text(PLUGIN)
    with Server(home) as server:
        yield server


def open_pair(page: Page, room: Server, query: str = "") -> None:
    open_live(page, f"{room.url}/d/out{query}")
    wait_for_chart(page, METRIC, samples=10)


def choose(page: Page, name: str, action: str) -> None:
    """Choose an entry of a panel's menu with the mouse."""
    panel(page, name).hover()
    panel(page, name).locator(".dots").click()
    page.locator(f".options [data-action={action}]").click()


def saved(page: Page, name: str, action: str) -> tuple[str, bytes]:
    """Name and content of the file that an entry of a panel's menu gives."""
    with page.expect_download(timeout=PATIENCE) as given:
        choose(page, name, action)
    return given.value.suggested_filename, Path(given.value.path()).read_bytes()


def focused(page: Page) -> str:
    text: str = page.evaluate("() => document.activeElement.dataset.action ?? document.activeElement.className")
    return text


def test_the_menu_is_worked_by_keys_alone(room: Server, page: Page) -> None:
    """Enter opens it at its first entry, arrows, Home, End and letters go through it, Escape gives the focus back."""
    open_pair(page, room)
    button = panel(page, METRIC).locator(".dots")
    assert button.get_attribute("aria-haspopup") == "menu"
    button.focus()
    page.keyboard.press("Enter")
    menu = page.locator("[role=menu]")
    menu.wait_for(timeout=PATIENCE)
    assert button.get_attribute("aria-expanded") == "true"
    entries: list[str] = menu.locator("[role=menuitem]").evaluate_all("all => all.map(one => one.dataset.action)")
    assert focused(page) == entries[0] == "full"
    page.keyboard.press("ArrowUp")
    assert focused(page) == entries[-1]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert focused(page) == entries[1]
    page.keyboard.press("End")
    assert focused(page) == entries[-1]
    page.keyboard.press("Home")
    page.keyboard.press("c")
    assert focused(page) == "link", "the next one that begins with C"
    theme = page.evaluate("() => document.documentElement.dataset.theme")
    page.keyboard.press("t")
    assert page.evaluate("() => document.documentElement.dataset.theme") == theme, "keys of the page rest meanwhile"
    page.keyboard.press("Escape")
    menu.wait_for(state="detached", timeout=PATIENCE)
    assert focused(page) == "dots"
    page.keyboard.press("ArrowUp")
    assert focused(page) == entries[-1]
    page.mouse.click(700, 850)
    menu.wait_for(state="detached", timeout=PATIENCE)


def test_the_menu_stays_within_the_window(room: Server, new_page: Callable[..., Page]) -> None:
    """On a desk it opens at its button, on a phone at the foot of the screen, with entries a thumb can hit."""
    page = new_page()
    open_pair(page, room)
    panel(page, METRIC).hover()
    button = panel(page, METRIC).locator(".dots")
    button.click()
    at, box = button.bounding_box(), page.locator(".options").bounding_box()
    assert at
    assert box
    assert abs(box["x"] + box["width"] - at["x"] - at["width"]) < 2
    assert 0 < box["y"] - at["y"] - at["height"] < 12
    phone = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    open_pair(phone, room)
    assert panel(phone, METRIC).locator(".dots").evaluate("one => getComputedStyle(one).opacity") == "1"
    panel(phone, METRIC).locator(".dots").tap()
    box = phone.locator(".options").bounding_box()
    assert box
    assert (box["x"], box["width"]) == (0, 390)
    assert box["y"] + box["height"] == pytest.approx(844, abs=1)
    first = phone.locator(".options button").first.bounding_box()
    assert first
    assert first["height"] >= 44


def full(page: Page) -> Locator:
    return page.locator(".panel[popover]")


def test_one_panel_over_all(room: Server, page: Page) -> None:
    """`f` shows the panel below the mouse over the whole window, with its chart drawn anew; Escape brings all back."""
    open_pair(page, room)
    before = panel(page, METRIC).bounding_box()
    panel(page, METRIC).hover()
    page.keyboard.press("f")
    full(page).wait_for(timeout=PATIENCE)
    assert full(page).bounding_box() == {"x": 0, "y": 0, "width": 1440, "height": 900}
    until(page, "name => document.getElementById(name).querySelector('.main-svg').clientHeight > 500", METRIC)
    until(page, "() => new URLSearchParams(location.search).get('panel') === 'out.pair'")
    # Whatever Escape closes lies above it.
    page.keyboard.press("Escape")
    full(page).wait_for(state="detached", timeout=PATIENCE)
    assert panel(page, METRIC).bounding_box() == before
    until(page, "() => !location.search.includes('panel=')")
    until(page, "name => document.getElementById(name).querySelector('.main-svg').clientHeight < 300", METRIC)


def test_an_address_opens_a_panel_over_all(room: Server, page: Page) -> None:
    """The link from a panel's menu shows a colleague that panel, which keeps the focus; one that is gone is told."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_pair(page, room)
    choose(page, METRIC, "link")
    page.get_by_text("Copied").wait_for(timeout=PATIENCE)
    address = page.evaluate("() => navigator.clipboard.readText()")
    assert parse_qs(urlsplit(address).query)["panel"] == [METRIC]
    page.goto(address)
    full(page).wait_for(timeout=PATIENCE)
    wait_for_chart(page, METRIC)
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.closest('.panel[popover]') !== null")
    page.keyboard.press("f")
    full(page).wait_for(state="detached", timeout=PATIENCE)
    page.goto(address.replace(METRIC, "out.nothing"))
    notice = page.locator(".notice", has_text="“out.nothing”, which is not on this dashboard")
    notice.wait_for(timeout=PATIENCE)
    panel(page, METRIC).hover()
    page.keyboard.press("f")
    full(page).wait_for(timeout=PATIENCE)
    notice.wait_for(state="detached", timeout=PATIENCE)


def test_a_png_is_the_panel_as_it_is_seen(room: Server, new_page: Callable[..., Page]) -> None:
    """It has twice the pixels of the panel, its colours, a line below that tells the times, and is of the theme."""
    for theme, ground, line in (("dark", "#151a21", "#57b8ff"), ("light", "#ffffff", "#0b6fc7")):
        page = new_page(color_scheme=theme)
        open_pair(page, room, "?window=30")
        box = panel(page, METRIC).bounding_box()
        assert box
        name, content = saved(page, METRIC, "png")
        assert re.fullmatch(r"out\.pair_\d{4}-\d\d-\d\d_[\d-]{8}_to_.*\.png", name)
        picture = pixels(content)
        height, width = picture.shape[:2]
        assert (width, height) == (
            pytest.approx(2 * box["width"], abs=2),
            pytest.approx(2 * (box["height"] + 26), abs=2),
        )
        assert share(picture, ground, 3) > 0.8
        assert share(picture, line) > 0.0001, "the line of the first series is there"
        foot = picture[-52:]
        assert share(foot, ground, 3) < 0.995, "and the times below it"


def test_an_svg_has_its_words_as_text(room: Server, page: Page) -> None:
    """Title, unit, names and values of the legend and ticks can be found in it, and it stands alone."""
    open_pair(page, room)
    name, content = saved(page, METRIC, "svg")
    assert name.endswith(".svg")
    tree = ElementTree.fromstring(content)
    texts = ["".join(one.itertext()) for one in tree.iter("{http://www.w3.org/2000/svg}text")]
    title = panel(page, METRIC).locator("h3").inner_text()
    assert {title, "GB", "=one", 'two, "b"'} <= {*texts} or {title, "GiB", "=one", 'two, "b"'} <= {*texts}
    assert any(re.fullmatch(r"\d{4}-\d\d-\d\d [\d:]{8} – [\d:]{8} \(UTC.*\)", text) for text in texts)
    assert any(re.fullmatch(r"\d\d:\d\d(:\d\d)?", text) for text in texts), "ticks of the time axis"
    text = content.decode()
    assert "var(--" not in text
    assert not re.search(r'(?:href|src)="(?!data:|#)', text)
    paths = [one for one in tree.iter("{http://www.w3.org/2000/svg}path") if len(one.get("d", "")) > 100]
    assert len(paths) >= 2, "the lines of both series"


def rows_of(content: bytes) -> tuple[list[str], list[list[str]]]:
    head, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    return head, rows


def test_csv_has_the_numbers_of_the_server(room: Server, page: Page) -> None:
    """Each visible series is a column, each time in the window a row, and every number is the server's to the bit."""
    open_pair(page, room)
    wait_for_chart(page, METRIC, samples=11)
    page.keyboard.press("Space")
    panel(page, METRIC).locator(".legend button", has_text="two").click()
    until(page, "name => document.getElementById(name).querySelector('.canvas').drawn.data.length === 1", METRIC)
    name, content = saved(page, METRIC, "csv")
    head, rows = rows_of(content)
    assert name.endswith(".csv")
    assert len(head) == 2
    assert head[0] == "time"
    assert head[1].startswith("out.pair{")
    assert '"=one"' in head[1]
    assert head[1].endswith(" [bytes]")
    times = [int(datetime.fromisoformat(row[0]).timestamp() * 1000 + 0.5) for row in rows]
    held = room.json(f"/api/v1/query?metric={METRIC}&start={times[0]}&end={times[-1]}&points=10000")
    column = next(at for at, one in enumerate(held["series"]) if "=one" in one["labels"].values())
    assert times == held["t"]
    assert [float(row[1]) for row in rows] == held["v"][column]
    assert len(rows) > 10


def test_the_data_behind_a_chart_are_a_table(room: Server, page: Page) -> None:
    """A table with caption and heads of columns and rows, that keys alone reach, sort and leave."""
    open_pair(page, room)
    panel(page, METRIC).locator(".dots").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("v")
    page.keyboard.press("Enter")
    table = page.locator("dialog table")
    table.wait_for(timeout=PATIENCE)
    assert "data" in table.locator("caption").inner_text()
    assert table.locator("thead th[scope=col]").count() == 3
    assert table.locator("tbody tr").first.locator("th[scope=row]").count() == 1
    heads = table.locator("thead th")
    assert heads.nth(0).get_attribute("aria-sort") == "descending"
    heads.nth(1).locator("button").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert heads.nth(1).get_attribute("aria-sort") == "ascending"
    shown: list[str] = table.locator("tbody td:nth-child(2)").all_inner_texts()
    numbers = [float(one.replace("−", "-").replace(",", "")) for one in shown]
    assert len(numbers) >= 10
    assert numbers == sorted(numbers)
    page.keyboard.press("Escape")
    table.wait_for(state="detached", timeout=PATIENCE)
    assert focused(page) == "dots", "where it was opened"


def drawn(page: Page, name: str) -> list[str]:
    """Names of the series that the chart of a metric draws."""
    text = "name => document.getElementById(name)?.querySelector('.canvas')?.drawn?.data?.map((one) => one.name) ?? []"
    names: list[str] = page.evaluate(text, name)
    return names


def test_of_many_series_the_largest_are_drawn_and_all_are_found(room: Server, page: Page) -> None:
    """Of 500 series 30 are drawn; a small one is found by its name, pinned, and still there for who has the address."""
    open_live(page, f"{room.url}/d/many")
    wait_for_chart(page, MANY, samples=2)
    assert {f"client {place}" for place in range(472, 499)} < {*drawn(page, MANY)}
    assert len(drawn(page, MANY)) == 30
    folded = panel(page, MANY).locator(".folded")
    assert folded.inner_text() == "470 more, not drawn"
    assert b"470 more, not drawn" in saved(page, MANY, "svg")[1], "a picture does not pass for all of them"
    folded.click()
    page.locator("dialog .series li").first.wait_for(timeout=PATIENCE)
    assert page.locator("dialog .series li").count() == 100
    page.keyboard.type("client 007")
    row = page.locator("dialog .series li")
    until(page, "() => document.querySelectorAll('dialog .series li').length === 1")
    row.get_by_role("button", name="Pin").click()
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached", timeout=PATIENCE)
    pinned = "name => document.getElementById(name)?.querySelector('.canvas')?.drawn?.data?.[0]?.name === 'client 007'"
    until(page, pinned, MANY)
    assert len(drawn(page, MANY)) == 30
    until(page, "() => location.search.includes('pinned=')")
    page.goto(page.url)
    until(page, pinned, MANY)
    legend = panel(page, MANY).locator(".legend")
    legend.get_by_text("client 007").wait_for(timeout=PATIENCE)
    assert legend.locator("li").count() == 9, "the smallest of them is among the few that are told without asking"


@pytest.mark.timed
def test_500_series_leave_the_page_its_time(room: Server, page: Page) -> None:
    """A metric of 500 series, once a second, takes a small part of the main thread, and never holds it for long."""
    page.add_init_script(
        "window.held = []; new PerformanceObserver((list) => list.getEntries().forEach((one) => window.held.push("
        "one.duration))).observe({ entryTypes: ['longtask'] })"
    )
    open_live(page, f"{room.url}/d/many")
    wait_for_chart(page, MANY, samples=3)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def used() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))

    page.wait_for_timeout(2_000)
    page.evaluate("() => void (window.held.length = 0)")
    before = used()
    page.wait_for_timeout(10_000)
    share_of_time = (used() - before) / 10
    longest = max([0.0, *page.evaluate("() => window.held")])
    assert share_of_time < 0.15
    assert longest < 200


def test_a_dashboard_is_saved_as_it_is_seen(room: Server, page: Page) -> None:
    """One PNG of all of it: those charts, too, that one would have to scroll to, at the place where they stand."""
    open_live(page, f"{room.url}/")
    wait_for_chart(page, "system.cpu", samples=3)
    main = page.locator("#charts").bounding_box()
    assert main
    assert main["height"] > 1500
    page.locator(".bar .dots").click()
    with page.expect_download(timeout=2 * PATIENCE) as given:
        page.locator(".options [data-action=board]").click()
    assert re.fullmatch(r"overview_\d{4}-.*\.png", given.value.suggested_filename)
    picture = pixels(Path(given.value.path()).read_bytes())
    height, width = picture.shape[:2]
    # More metrics may have come meanwhile.
    main, last = page.locator("#charts").bounding_box(), page.locator("#charts .panel").last.bounding_box()
    assert main
    assert last
    fine = width / main["width"]
    assert 1 < fine <= 2
    assert height == pytest.approx(fine * (main["height"] + 52), rel=0.1)
    begin, left = (last["y"] - main["y"] + 52) * fine, (last["x"] - main["x"]) * fine
    place = picture[int(begin) : int(begin + last["height"] * fine), int(left) : int(left + last["width"] * fine)]
    assert share(place, "#ffffff", 3) > 0.5
    colours = {tuple(pixel) for pixel in place.reshape(-1, place.shape[-1])[::7].tolist()}
    assert len(colours) > 30, "a chart is drawn there"


def test_panels_that_are_no_charts_leave_the_page_as_well(room: Server, page: Page) -> None:
    """A text, a value and a gauge have the menu, too: pictures have their words, and data are those they show."""
    panels: list[dict[str, Any]] = [  # Any: JSON
        {"id": "words", "kind": "text", "text": "# Rules\n\nCall **Ann** when it is\n\n- loud", "x": 0, "y": 0, "w": 4},
        {"id": "number", "kind": "value", "metric": METRIC, "x": 4, "y": 0, "w": 4},
        {"id": "dial", "kind": "gauge", "metric": METRIC, "only": {"series": ["=one"]}, "x": 8, "y": 0, "w": 4},
    ]
    answer = requests.put(
        f"{room.url}/api/v1/dashboards/kinds",
        json={"dashboard": {"slug": "kinds", "title": "Kinds", "panels": panels}},
        timeout=20,
    )
    assert answer.status_code == 200, answer.text
    page.goto(f"{room.url}/d/kinds")
    until(page, "() => /\\d/.test(document.querySelector('#number .v')?.innerText ?? '')")

    def chosen(name: str, action: str) -> bytes:
        cell = page.locator(f".cell[data-panel={name}]")
        cell.hover()
        cell.locator(".dots").click()
        with page.expect_download(timeout=PATIENCE) as given:
            page.locator(f".options [data-action={action}]").click()
        return Path(given.value.path()).read_bytes()

    tree = ElementTree.fromstring(chosen("words", "svg"))
    texts = ["".join(one.itertext()) for one in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Rules", "Call", "Ann", "when it is", "•", "loud"} <= {*texts}
    head, rows = rows_of(chosen("number", "csv"))
    assert len(head) == 3
    assert len(rows) > 3
    assert share(pixels(chosen("dial", "png")), "#0b6fc7") > 0.001
    page.locator(".cell[data-panel=words]").hover()
    page.keyboard.press("f")
    full(page).wait_for(timeout=PATIENCE)
    assert full(page).get_attribute("id") == "words"
