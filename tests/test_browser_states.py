"""What the page says when something is not as it should be, and what it does with names that mean harm."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.pages import PATIENCE, open_live, panel, until, wait_for_badge, wait_for_chart
from tests.server import FEW, ROOT, Server, planted

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

ATTACK = "<img src=x onerror=window.pwned=1><script>window.pwned=1</script><a href='javascript:window.pwned=1'>x</a>"

HARMFUL = f'''
from collectors import Collector, Gauge, metric

EVIL = """{ATTACK}"""

@metric("evil.lines", title=EVIL, help=EVIL, every=0.2)
def lines():
    return {{EVIL: 1, "%{{x}}<b>bold</b>": 2, "__proto__": 3}}

@metric("evil.top", title="Top " + EVIL, chart="top", every=0.2)
def top():
    return {{EVIL: 3, "constructor": 4}}

@metric("evil.heat", title="Heat", chart="heatmap", labels=["a"], every=0.2)
def heat():
    return {{EVIL: 3, "b": 4}}

class Failing(Collector):
    value = Gauge("evil.failing", title="Failing")
    def collect(self):
        raise RuntimeError(EVIL)
'''

QUIET = """
import threading
from collectors import metric

calls = 0

@metric("quiet.value", every=0.2)
def value():
    global calls
    calls += 1
    if calls > 5:
        threading.Event().wait(3600)
    return calls
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("states") / "home", config=FEW) as one:
        yield one


def room_with(server: Callable[..., Server], tmp_path: Path, **plugins: str) -> Server:
    return server(home=planted(tmp_path / "room", **plugins), config=FEW)


def test_names_that_mean_harm_are_only_text(server: Callable[..., Server], page: Page, tmp_path: Path) -> None:
    """Markup in titles, labels, help and errors is shown as it was written, and does nothing."""
    room = room_with(server, tmp_path, evil=HARMFUL)
    page.add_init_script(
        "window.violations = []; addEventListener('securitypolicyviolation', e => violations.push(e.violatedDirective))"
    )
    open_live(page, f"{room.url}/d/evil")
    for name in ("evil.lines", "evil.top", "evil.heat"):
        until(page, "name => document.getElementById(name)?.querySelector('.canvas')?.drawn?.data?.length > 0", name)
    page.locator("[id='evil.lines'] .js-plotly-plot .nsewdrag").hover()
    page.wait_for_timeout(700)
    page.locator(".foot").click()
    page.locator("dialog .reason", has_text="RuntimeError").wait_for(timeout=PATIENCE)
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("window.violations") == []
    assert page.locator("#app img, #app script, #app a[href^='javascript']").count() == 0
    assert ATTACK in page.locator("[id='evil.lines'] h3").inner_text()
    assert page.locator("[id='evil.lines'] .legend").inner_text().count("<script>") == 1
    assert page.locator(".js-plotly-plot svg a, .js-plotly-plot svg b").count() == 0
    room.forget_log()  # the failing collector's own traceback is in it


FIGURES = """
import plotly.graph_objects as go
from collectors import metric

@metric("own.polar", figure=go.Figure(go.Barpolar(theta=[0, 90])), every=0.2)
def polar():
    return {"n": 1.0, "e": 2.0}

@metric("own.gauge", figure={"data": [{"type": "indicator", "mode": "gauge+number"}], "layout": {}}, every=0.2)
def gauge():
    return 42

@metric("own.share", figure={"data": [{"type": "pie"}], "layout": {}}, every=0.2)
def share():
    return {"a": 1, "b": 3}
"""


def test_a_plugin_brings_its_own_figure(server: Callable[..., Server], page: Page, tmp_path: Path) -> None:
    """Any Plotly figure of a plugin is drawn and filled, also of a kind that needs the full bundle."""
    room = room_with(server, tmp_path, own=FIGURES)
    open_live(page, f"{room.url}/d/own")
    for name, mark in (("polar", ".barlayer path"), ("gauge", ".indicatorlayer text"), ("share", ".pielayer path")):
        page.locator(f"[id='own.{name}'] {mark}").first.wait_for(state="attached", timeout=PATIENCE)
    page.locator("[id='own.gauge'] .indicatorlayer text", has_text="42").first.wait_for(timeout=PATIENCE)


def test_a_failing_collector_is_told(server: Callable[..., Server], page: Page, tmp_path: Path) -> None:
    """A collector that fails is named in the rail with its reason, and its panel says so in place of a chart."""
    text = 'from collectors import metric\n\n@metric("pump.flow")\ndef flow():\n    raise OSError("the pump is gone")\n'
    room = room_with(server, tmp_path, pump=text)
    open_live(page, room.url)
    page.locator(".foot .row", has_text="the pump is gone").wait_for(timeout=PATIENCE)
    page.goto(f"{room.url}/d/pump")
    panel(page, "pump.flow").locator(".word", has_text="the pump is gone").wait_for(timeout=PATIENCE)
    assert panel(page, "pump.flow").locator(".chip").inner_text() == "failing"
    room.forget_log()  # the collector's own traceback is in it


def test_a_plugin_that_does_not_import_is_told_with_its_line(
    server: Callable[..., Server], page: Page, tmp_path: Path
) -> None:
    """A plugin file with an error in it shows the line, while everything else goes on."""
    room = room_with(server, tmp_path, broken="from collectors import metric\n\nthis is no python\n")
    open_live(page, room.url)
    row = page.locator(".foot .row", has_text="broken")
    row.wait_for(timeout=PATIENCE)
    assert re.search(r"line 3|broken\.py:3", row.inner_text())
    wait_for_chart(page, "system.cpu", samples=2)


def test_a_metric_that_falls_silent_says_so(server: Callable[..., Server], page: Page, tmp_path: Path) -> None:
    """A metric whose samples stop is marked, with how long it has been silent, and its line is left behind."""
    room = room_with(server, tmp_path, quiet=QUIET)
    open_live(page, f"{room.url}/d/quiet")
    chip = panel(page, "quiet.value").locator(".chip", has_text=re.compile(r"no sample for \d+ s|late · \d+ s"))
    chip.wait_for(timeout=PATIENCE)
    end = "document.getElementById('quiet.value').querySelector('.canvas').drawn"
    until(page, f"() => {end}.range[1] - {end}.data[0].x.at(-1) > 1_000")


def test_an_unknown_dashboard_says_so(room: Server, page: Page) -> None:
    """An address of a dashboard that does not exist is answered with a sentence and ways on; there is none to copy."""
    answer = page.goto(f"{room.url}/d/nowhere")
    page.get_by_text("There is no such dashboard").wait_for(timeout=PATIENCE)
    page.keyboard.press("e")
    assert page.get_by_role("button", name="Copy and edit").count() == 0, "there is nothing to copy"
    page.locator("main").get_by_role("button", name="New dashboard").click()
    dialog = page.get_by_role("dialog", name="New dashboard")
    assert dialog.get_by_role("radio").count() == 1
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Go to the overview").click()
    wait_for_chart(page, "system.cpu")
    assert answer is not None


@pytest.mark.troubled  # Chromium reports the lost connection
def test_a_page_takes_the_files_of_an_updated_server(server: Callable[..., Server], page: Page, tmp_path: Path) -> None:
    """When the server comes back with other files, an open page reloads, once, and is live with them."""
    copy = tmp_path / "installed"
    for folder in ("collectors", "dashboard", "static", "templates"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    room = server(config=FEW, environ={"PYTHONPATH": str(copy)})
    loads: list[str] = []
    page.on("request", lambda request: loads.append(request.url) if request.is_navigation_request() else None)
    open_live(page, room.url)
    room.stop()
    texts = copy / "static" / "js" / "lang" / "en.js"
    texts.write_text(texts.read_text().replace('overview: "Overview"', 'overview: "All of it"'))
    room.start()
    page.locator("h1", has_text="All of it").wait_for(timeout=PATIENCE)
    wait_for_badge(page, "Live")
    page.wait_for_timeout(1_500)
    assert len(loads) == 2


def test_the_theme_follows_the_system_until_it_is_chosen(room: Server, new_page: Callable[..., Page]) -> None:
    """The page is as dark or light as the system is; the key `t` changes that, and a reload keeps it."""
    page = new_page(color_scheme="light")
    open_live(page, room.url)
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.emulate_media(color_scheme="dark")
    until(page, "() => document.documentElement.dataset.theme === 'dark'")
    page.keyboard.press("t")
    until(page, "() => document.documentElement.dataset.theme === 'light'")
    open_live(page, room.url)
    assert page.evaluate("document.documentElement.dataset.theme") == "light"


def test_a_phone_has_one_column_without_sideways_scrolling(room: Server, new_page: Callable[..., Page]) -> None:
    """At 390 px nothing is wider than the screen, panels stand below each other, and the menu opens the rail."""
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    open_live(page, room.url)
    wait_for_chart(page, "system.cpu", samples=2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    lefts = page.evaluate("[...document.querySelectorAll('.grid .panel')].map(one => one.getBoundingClientRect().left)")
    assert len(set(lefts)) == 1
    page.get_by_role("button", name="Menu").tap()
    page.locator(".rail a.nav", has_text="CPU").tap()
    until(page, "() => location.pathname.endsWith('/d/cpu')")


def test_a_metric_is_found_by_keyboard(room: Server, page: Page) -> None:
    """Slash, a few letters and Enter lead to a metric; `?` and `c` open what they say."""
    open_live(page, room.url)
    page.keyboard.press("/")
    page.keyboard.type("context sw")
    page.keyboard.press("Enter")
    until(page, "() => location.hash === '#system.context_switches'")
    wait_for_chart(page, "system.context_switches")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for(timeout=PATIENCE)
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached", timeout=PATIENCE)
    page.keyboard.press("c")
    page.get_by_role("dialog", name="Collectors").wait_for(timeout=PATIENCE)
    row = page.locator("dialog tr", has=page.locator("th", has_text=re.compile("^cpu$")))
    samples = row.locator("td").nth(3)
    first = int(samples.inner_text())
    deadline = time.monotonic() + PATIENCE / 1000
    while int(samples.inner_text()) < first + 2:
        assert time.monotonic() < deadline, "the counts stand still"
        page.wait_for_timeout(200)


def test_every_control_has_a_name(room: Server, page: Page) -> None:
    """Buttons, links and charts can be told apart by who does not see them."""
    open_live(page, room.url)
    wait_for_chart(page, "system.cpu", samples=2)
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, a, input, [role=img]')]"
        ".filter(one => one.checkVisibility())"
        ".filter(one => !(one.innerText?.trim() || one.getAttribute('aria-label') || one.title || one.labels?.length))"
        ".map(one => one.outerHTML.slice(0, 200))"
    )
    assert nameless == []
    assert page.locator("main").count() == page.locator("nav").count() == page.locator("h1").count() == 1
