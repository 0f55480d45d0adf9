"""People who look at the same dashboard, each in a browser of their own: what they see of each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.pages import PATIENCE, drag, open_live, panel, shown_range, until, wait_for_badge, wait_for_chart
from tests.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

#: Whether what was sent is gone from where one writes, or a sentence says why not.
SAID_OR_REFUSED = """() => document.getElementById('composer').value === ''
  || document.querySelector('.composer [role=alert]') !== null"""

#: What the chart called `name` shows.
RANGE = "Array.from(document.getElementById(name).querySelector('.canvas').drawn.range, Number)"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for most of these tests, each of which has a dashboard, and so a room, of its own."""
    with Server(tmp_path_factory.mktemp("people") / "home") as one:
        yield one


class Somebody:
    """A person, in a browser of their own, with a name."""

    def __init__(self, page: Page, url: str, name: str) -> None:
        self.page = page
        self.name = name
        open_live(page, url)
        self.face(page.locator(".faces button").first.get_attribute("title", timeout=PATIENCE) or "").click()
        page.get_by_label("Your name").fill(name)
        page.get_by_role("button", name="Save").click()
        self.face(name).wait_for(timeout=PATIENCE)

    def face(self, name: str) -> Locator:
        return self.page.locator(f".faces button[title='{name}']")

    def open_talk(self) -> None:
        if not self.page.locator(".talk").is_visible():
            self.page.keyboard.press("m")
        self.page.locator("#composer").wait_for(timeout=PATIENCE)

    def say(self, text: str) -> Locator:
        """Write it where one is, and wait until it stands there."""
        self.open_talk()
        self.page.locator("#composer").fill(text)
        self.page.keyboard.press("Enter")
        until(self.page, "() => document.getElementById('composer').value === ''")
        return self.page.locator(".message").last

    def act(self, name: str, action: str) -> None:
        """Do something with somebody, from their card."""
        self.face(name).click()
        self.page.locator(".card").get_by_role("button", name=action, exact=True).click()

    def turn_to(self, tab: str) -> None:
        """Wait until one talks there."""
        self.page.get_by_role("tab", name=tab, selected=True).wait_for(timeout=PATIENCE)

    def heard(self, text: str) -> Locator:
        found = self.page.locator(".message", has_text=text)
        found.first.wait_for(timeout=PATIENCE)
        return found


@pytest.fixture
def come(new_page: Callable[..., Page]) -> Callable[..., Somebody]:
    def somebody(url: str, name: str, **options: object) -> Somebody:
        return Somebody(new_page(**options), url, name)

    return somebody


def test_people_see_each_other_and_talk(room: Server, come: Callable[..., Somebody]) -> None:
    """Who is here stands in the bar and in the title; what one says, changes and takes back is seen by the other."""
    ada, ben = (come(f"{room.url}/d/system", name) for name in ("Ada Lovelace", "Ben"))
    ada.face("Ben").wait_for(timeout=PATIENCE)
    until(ada.page, "() => document.title.startsWith('(2) System')")
    assert ada.face("Ada Lovelace").inner_text() == "AL"
    ada.say("look **here** at 10:32, in #system.cpu")
    ben.page.locator(".talkbutton b", has_text="1").wait_for(timeout=PATIENCE)
    ben.open_talk()
    ben.heard("look here").locator("strong", has_text="here").wait_for(timeout=PATIENCE)
    ben.page.locator(".talkbutton b").wait_for(state="detached", timeout=PATIENCE)
    assert ben.page.locator(".message .link").all_inner_texts()[:2] == ["10:32", "#system.cpu"]
    mine = ben.say("I see\nit")
    ada.heard("I see").hover()
    assert ada.page.locator(".message", has_text="I see").get_by_role("button", name="Edit").count() == 0
    mine.hover()
    mine.get_by_role("button", name="Edit").click()
    mine.locator("textarea").fill("I saw it")
    ben.page.keyboard.press("Enter")
    ada.heard("I saw it").get_by_text("edited").wait_for(timeout=PATIENCE)
    mine.hover()
    mine.get_by_role("button", name="Take back").click()
    mine.get_by_role("button", name="Take back").click()
    ada.page.locator(".message", has_text="I saw it").wait_for(state="detached", timeout=PATIENCE)
    ben.page.context.close()
    ada.face("Ben").wait_for(state="detached", timeout=PATIENCE)
    assert ada.page.title().startswith("System")


HOSTILE = """<img src=x onerror="window.hurt=1"> <script>window.hurt=1</script> [click](javascript:window.hurt=1)
![p](https://example.invalid/p.png) <b>bold</b> [ok](https://example.org)"""


def test_hostile_text_does_no_harm(room: Server, come: Callable[..., Somebody]) -> None:
    """Markup is shown as text, links lead to pages only, and nothing is fetched or run; nor by a name."""
    ada = come(f"{room.url}/d/disks", "<b>Eve</b>")
    fetched: list[str] = []
    ada.page.on("request", lambda request: fetched.append(request.url))
    ada.say(HOSTILE)
    ada.page.locator(".marked a").nth(1).wait_for(timeout=PATIENCE)
    said = ada.page.locator(".message").last
    assert said.locator("img, script, b:not(.by b), iframe").count() == 0
    assert [one.get_attribute("href") for one in said.locator("a").all()] == [
        "https://example.invalid/p.png", "https://example.org/",
    ]  # fmt: skip
    assert {one.get_attribute("rel") for one in said.locator("a").all()} == {"noopener noreferrer nofollow"}
    assert "<script>window.hurt=1</script>" in said.inner_text()
    ada.say(">" * 1900 + " deep")
    ada.say("*" * 1999)
    assert ada.page.evaluate("() => window.hurt") is None
    assert not [url for url in fetched if "example" in url]


def test_a_note_is_on_the_charts_of_all(room: Server, come: Callable[..., Somebody]) -> None:
    """A message that is pinned to a moment is a line on the charts of all, live, and gone with it."""
    ada, ben = (come(f"{room.url}/d/memory", name) for name in ("Ada", "Ben"))
    chart = "system.memory"
    for one in (ada, ben):
        wait_for_chart(one.page, chart, samples=2)
        one.page.keyboard.press("1")
    ada.open_talk()
    ada.page.get_by_role("button", name="Pin to a moment").click()
    box = panel(ada.page, chart).locator(".nsewdrag").bounding_box()
    assert box is not None
    ada.page.mouse.click(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2)
    ada.page.locator(".composer .about", has_text="pinned to").wait_for(timeout=PATIENCE)
    ada.say("the <b>leak</b> began")
    pin = panel(ben.page, chart).locator(".pin")
    pin.wait_for(state="attached", timeout=PATIENCE)
    pin.locator(".flag").hover()
    pin.locator(".label", has_text="Ada the <b>leak</b> began").wait_for(timeout=PATIENCE)
    at, left = ben.page.evaluate(
        """name => {
          const plot = document.getElementById(name).querySelector('.plot').getBoundingClientRect();
          const drag = document.getElementById(name).querySelector('.nsewdrag').getBoundingClientRect();
          const flag = document.getElementById(name).querySelector('.pin').getBoundingClientRect();
          return [(flag.x - drag.x) / drag.width, plot.x];
        }""",
        chart,
    )
    assert 0.6 < at <= 0.82, left
    pin.locator(".flag").click()
    ben.heard("began").locator(".about.pinned").wait_for(timeout=PATIENCE)
    ben.page.get_by_role("tab", name="Notes").click()
    ben.page.locator(".note-row button").click()
    ben.page.get_by_text("All charts at").wait_for(timeout=PATIENCE)
    around = f"([name]) => {{ const [from, to] = {RANGE}; return to - from > 60_000 && to - from < 121_000 }}"
    until(ben.page, around, [chart])
    ben.page.keyboard.press("Escape")
    ben.page.get_by_text("All charts at").wait_for(state="detached", timeout=PATIENCE)
    mine = ada.page.locator(".message").last
    mine.hover()
    mine.get_by_role("button", name="Take back").click()
    mine.get_by_role("button", name="Take back").click()
    pin.wait_for(state="detached", timeout=PATIENCE)


def test_what_is_whispered_and_said_in_private_is_for_few(room: Server, come: Callable[..., Somebody]) -> None:
    """A whisper is read by one, a private room by who was invited; a third sees nothing of either."""
    ada, ben, eve = (come(f"{room.url}/d/network", name) for name in ("Ada", "Ben", "Eve"))
    ada.act("Ben", "Whisper")
    ada.turn_to("Ben")
    ada.say("psst")
    ben.page.locator(".talkbutton b", has_text="1").wait_for(timeout=PATIENCE)
    ben.open_talk()
    ben.page.get_by_role("tab", name=re.compile("Ada")).click()
    ben.heard("psst")
    ben.say("yes?")
    ada.heard("yes?")
    ada.act("Ben", "Invite to a private room")
    ada.page.get_by_label("New room").fill("Plan B")
    ada.page.get_by_role("button", name="Open").click()
    ada.turn_to("Plan B")
    ada.say("only we")
    ben.page.locator(".strip", has_text="Ada invites you to Plan B").get_by_role("button", name="Join").click()
    ben.heard("only we")
    ben.say("indeed")
    ada.heard("indeed")
    ada.page.locator(".company", has_text="With Ben").wait_for(timeout=PATIENCE)
    ada.page.get_by_role("tab", name="Network").click()
    ada.say("for all")
    eve.open_talk()
    eve.heard("for all")
    assert eve.page.locator(".message").count() == 1
    assert eve.page.get_by_role("tab").all_inner_texts() == ["Network", "Notes"]
    # Who comes back finds what was whispered, and the private room.
    ben.page.reload()
    ben.page.get_by_role("tab", name="Plan B").wait_for(timeout=PATIENCE)
    assert ben.page.evaluate("document.activeElement.id") != "composer", "keys are still those of the page"
    ben.page.get_by_role("tab", name="Plan B").click()
    ben.heard("only we")
    ben.page.get_by_role("tab", name="Ada").click()
    assert ben.heard("yes?").count() == ben.heard("psst").count() == 1


def test_somebody_is_followed(room: Server, come: Callable[..., Somebody]) -> None:
    """Window, zoom, crosshair, pointer and dashboard of who is followed are seen, until one does something oneself."""
    ada, ben = (come(f"{room.url}/d/cpu", name) for name in ("Ada", "Ben"))
    chart = "system.load"
    for one in (ada, ben):
        wait_for_chart(one.page, chart, samples=2)
    ben.act("Ada", "Follow")
    ben.page.locator(".strip", has_text="Following Ada").wait_for(timeout=PATIENCE)
    ada.page.keyboard.press("1")
    until(ben.page, "() => document.querySelector('.seg .on').innerText === '1 min'")
    box = panel(ada.page, chart).locator(".nsewdrag").bounding_box()
    assert box is not None
    ada.page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    panel(ben.page, chart).locator(".crosshair").wait_for(timeout=PATIENCE)
    ada.page.keyboard.down("p")
    panel(ben.page, chart).locator(".pointer", has_text="Ada").wait_for(timeout=PATIENCE)
    ada.page.keyboard.up("p")
    panel(ben.page, chart).locator(".pointer").wait_for(state="hidden", timeout=PATIENCE)
    drag(ada.page, chart, 0.5, 0.9)
    panel(ben.page, chart).locator("button.chip").wait_for(timeout=PATIENCE)
    until(ben.page, "name => document.getElementById(name).querySelector('button.chip') !== null", chart)
    # The old picture stays until there is something of the span.
    until(ada.page, f"name => {{ const [from, to] = {RANGE}; return to - from < 30_000 }}", chart)
    same = f"([name, begin, end]) => {{ const [from, to] = {RANGE}; return Math.hypot(from - begin, to - end) < 3 }}"
    until(ben.page, same, [chart, *shown_range(ada.page, chart)])
    ada.page.locator(".btn.pause").click()
    wait_for_badge(ben.page, "Paused")
    ada.page.locator(".btn.pause").click()
    wait_for_badge(ben.page, "Live")
    ada.page.locator(".rail a", has_text="Memory").click()
    until(ben.page, "() => location.pathname === '/d/memory'")
    ada.page.keyboard.press("2")
    until(ben.page, "() => document.querySelector('.seg .on').innerText === '5 min'")
    ben.page.keyboard.press("3")
    ben.page.get_by_role("button", name="Follow Ada again").wait_for(timeout=PATIENCE)
    ada.page.keyboard.press("4")
    ben.page.wait_for_timeout(400)
    assert ben.page.locator(".seg .on").inner_text() == "15 min"
    ben.page.get_by_role("button", name="Follow Ada again").click()
    until(ben.page, "() => document.querySelector('.seg .on').innerText === '1 h'")
    ben.page.reload()
    ben.page.locator(".strip", has_text="Following Ada").wait_for(timeout=PATIENCE)
    ada.page.context.close()
    ben.page.locator(".strip", has_text="Ada has left").wait_for(timeout=PATIENCE)


@pytest.mark.troubled  # Chromium reports that the server is not there
def test_talk_survives_a_restart(server: Callable[..., Server], come: Callable[..., Somebody]) -> None:
    """What was begun is kept while the server is away; then all are back in the room with what was said."""
    one = server()
    ada, ben = (come(f"{one.url}/d/cpu", name) for name in ("Ada", "Ben"))
    ada.say("before")
    one.stop()
    wait_for_badge(ada.page, "Reconnecting")
    ada.page.locator("#composer").fill("during")
    ada.page.keyboard.press("Enter")
    ada.page.locator(".composer [role=alert]", has_text="Your text is kept").wait_for(timeout=PATIENCE)
    assert ada.page.locator("#composer").input_value() == "during"
    one.start()
    for somebody in (ada, ben):
        wait_for_badge(somebody.page, "Live")
    ada.face("Ben").wait_for(timeout=PATIENCE)
    ada.page.locator("#composer").press("Enter")
    ben.open_talk()
    ben.heard("during")
    assert [one.strip() for one in ben.page.locator(".marked").all_inner_texts()] == ["before", "during"]
    assert ada.page.locator(".marked").all_inner_texts() == ["before", "during"]


def test_on_a_phone_the_talk_fills_the_screen(room: Server, come: Callable[..., Somebody]) -> None:
    """All of it can be reached and nothing is wider than the screen; the talk makes way for choosing a moment."""
    options = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    ada = come(f"{room.url}/d/processes", "Ada", **options)
    page = ada.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Talk", exact=True).tap()
    ada.say("from a train " + "x" * 120)
    box = page.locator(".talk").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    page.get_by_role("button", name="Pin to a moment").tap()
    page.locator(".strip", has_text="click a chart").wait_for(timeout=PATIENCE)
    assert not page.locator(".talk").is_visible()
    page.get_by_role("button", name="Cancel").tap()
    page.get_by_role("button", name="Close: Talk").tap()
    page.locator(".talk").wait_for(state="detached", timeout=PATIENCE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.keyboard.press("m")
    until(page, "() => document.querySelector('.talk').contains(document.activeElement)")
    page.keyboard.press("Escape")
    page.locator(".talk").wait_for(state="detached", timeout=PATIENCE)
    assert page.evaluate("document.activeElement.id") == "talk"


@pytest.mark.parametrize(("width", "beside"), [(1440, True), (1000, False)])
def test_the_talk_is_beside_the_charts(
    room: Server, new_page: Callable[..., Page], width: int, *, beside: bool
) -> None:
    """Where there is room for both, the charts are laid out beside the talk; elsewhere it lies over their edge."""
    page = new_page(viewport={"width": width, "height": 700})
    open_live(page, f"{room.url}/d/system")
    page.get_by_role("button", name="Talk", exact=True).click()
    talk, charts = page.locator(".talk").bounding_box(), page.locator(".body").bounding_box()
    assert talk is not None and charts is not None
    assert (talk["x"] + talk["width"], talk["y"], talk["height"]) == (width, 0, 700)
    assert (charts["x"] + charts["width"] <= talk["x"]) == beside
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_limits_are_told_in_place(room: Server, come: Callable[..., Somebody]) -> None:
    """Near the end the letters left are counted; who says too much at once keeps the text and is told so."""
    ada = come(f"{room.url}/d/self", "Ada")
    ada.open_talk()
    composer = ada.page.locator("#composer")
    composer.fill("x" * 1990)
    ada.page.get_by_text("10 letters left").wait_for(timeout=PATIENCE)
    for number in range(11):
        composer.fill(f"number {number}")
        ada.page.keyboard.press("Enter")
        until(ada.page, SAID_OR_REFUSED)
    ada.page.locator(".composer [role=alert]", has_text="in a few seconds").wait_for(timeout=PATIENCE)
    assert composer.input_value().startswith("number")


def test_without_people_there_is_nothing_of_them(server: Callable[..., Server], page: Page) -> None:
    """A server that has people switched off shows no face, no talk, and no error."""
    open_live(page, server(config="[people]\nenabled = false\n").url)
    page.locator(".people").wait_for(state="detached", timeout=PATIENCE)
    page.keyboard.press("m")
    assert page.locator(".talk").count() == 0
