"""Dashboards that people make: made, moved, saved, undone, shared and disputed, in real browsers on a real server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.boards import (
    cover,
    edit,
    farm,
    keep,
    kept,
    move,
    open_board,
    panel_of,
    places,
    remove,
    resize,
    save,
    shown,
)
from tests.pages import PATIENCE, open_live, until, wait_for_badge
from tests.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

#: Two panels side by side, and one below them.
THREE = (
    panel_of(1, 0, 0, 6, 4, metric="farm.load"),
    panel_of(2, 6, 0, 6, 4, metric="farm.heat"),
    panel_of(3, 0, 4, 4, 3, metric="farm.state"),
)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for these tests, each of which has dashboards of its own."""
    with farm(tmp_path_factory.mktemp("farm") / "home") as one:
        yield one


def called(page: Page, name: str) -> None:
    """Give oneself a name, which stands beside what one saves."""
    page.locator(".faces button").first.click()
    page.get_by_label("Your name").fill(name)
    page.locator(".card").get_by_role("button", name="Save").click()
    page.locator(f".faces button[title='{name}']").wait_for(timeout=PATIENCE)


def sentences(page: Page, side: int) -> list[str]:
    found: list[str] = page.locator(".sides section").nth(side).locator("li").all_inner_texts()
    return found


def test_one_is_made_from_nothing(room: Server, new_page: Callable[..., Page]) -> None:
    """It gets a title, panels from the search, and places by hand; saved, it is there after a reload and for others."""
    page, other = new_page(), new_page()
    open_live(page, room.url)
    open_live(other, room.url)
    page.get_by_role("button", name="New dashboard").click()
    page.get_by_label("What it is called").fill("Farm at night")
    page.keyboard.press("Enter")
    page.locator(".edit-bar").wait_for(timeout=PATIENCE)
    assert page.url.split("?")[0].endswith("/d/farm-at-night")
    page.locator(".edit-bar").get_by_role("button", name="Add panel").click()
    search = page.get_by_role("dialog").get_by_label("Find a metric")
    search.fill("load of hosts")
    search.press("Enter")
    search.fill("heat")
    page.get_by_role("dialog").get_by_role("button", name="Heat of hosts").click()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached", timeout=PATIENCE)
    until(page, "() => document.querySelectorAll('.cell').length === 2")
    assert shown(page) == {"p1": [0, 0, 4, 4], "p2": [4, 0, 4, 4]}
    move(page, "p2", 4, 0)
    until(page, "() => document.querySelector('[data-panel=p2]').gridstackNode.x === 8")
    resize(page, "p1", 4, 1)
    until(page, "() => document.querySelector('[data-panel=p1]').gridstackNode.w === 8")
    save(page)
    expected = {"p1": [0, 0, 8, 5], "p2": [8, 0, 4, 4]}
    assert places(room, "farm-at-night") == expected
    assert shown(page) == expected
    # Another page, which nobody has loaded again, has it in its rail.
    other.get_by_role("link", name="Farm at night").click()
    other.locator(".cell").first.wait_for(timeout=PATIENCE)
    assert shown(other) == expected
    page.reload()
    wait_for_badge(page, "Live")
    page.locator(".cell").first.wait_for(timeout=PATIENCE)
    assert shown(page) == expected
    until(page, "() => document.querySelector('#p1 .canvas')?.drawn?.data.length >= 3")


def test_looking_needs_nothing_of_the_editor(room: Server, page: Page) -> None:
    """Who only looks loads neither GridStack nor the editor, and the grid is where the document has it at once."""
    keep(room, "plain", *THREE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_board(page, room, "plain")
    assert shown(page) == places(room, "plain")
    assert not [one for one in asked if "gridstack" in one or "editor" in one or "edit.css" in one]
    edit(page)
    assert [one for one in asked if "gridstack-all" in one]
    assert shown(page) == places(room, "plain"), "nothing moves when one begins to edit"
    page.get_by_role("button", name="Close", exact=True).click()
    page.locator(".edit-bar").wait_for(state="detached", timeout=PATIENCE)
    assert shown(page) == places(room, "plain"), "nor when one ends"


def test_what_is_done_can_be_undone(room: Server, page: Page) -> None:
    """Each step back and forth, by keys and by buttons, shows what was there then; saving keeps what is shown."""
    keep(room, "undone", *THREE)
    open_board(page, room, "undone")
    edit(page)
    before = shown(page)
    move(page, "p2", -6, 0)
    until(page, "() => document.querySelector('[data-panel=p2]').gridstackNode.x === 0")
    moved = shown(page)
    assert moved["p2"][:2] == [0, 0]
    assert moved["p1"] != before["p1"]
    page.locator("[data-panel=p3]").hover(position={"x": 60, "y": 60})
    page.get_by_role("button", name="Remove: State of hosts").click()
    page.locator("[data-panel=p3]").wait_for(state="detached", timeout=PATIENCE)
    page.keyboard.press("Control+z")
    page.locator("[data-panel=p3]").wait_for(timeout=PATIENCE)
    page.keyboard.press("Control+z")
    until(page, "() => document.querySelector('[data-panel=p2]').gridstackNode.x === 6")
    assert shown(page) == before
    assert page.get_by_role("button", name="Undo", exact=True).is_disabled()
    page.get_by_role("button", name="Redo", exact=True).click()
    until(page, "() => document.querySelector('[data-panel=p2]').gridstackNode.x === 0")
    page.keyboard.press("Control+Shift+z")
    page.locator("[data-panel=p3]").wait_for(state="detached", timeout=PATIENCE)
    page.get_by_role("button", name="Undo", exact=True).click()
    page.locator("[data-panel=p3]").wait_for(timeout=PATIENCE)
    save(page)
    assert places(room, "undone") == moved


def test_panels_are_moved_by_keys(room: Server, page: Page) -> None:
    """The arrows move and, with shift, resize what has the focus, which is told; it keeps the focus all the while."""
    keep(room, "keys", *THREE)
    open_board(page, room, "keys")
    edit(page)
    told = page.locator("p[role=status].hidden")
    cover(page, "p3").focus()
    page.keyboard.press("ArrowRight")
    until(page, "text => document.querySelector('p[role=status].hidden').innerText === text",
          "State of hosts: column 2, row 5, 4 wide, 3 high")  # fmt: skip
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowUp")
    until(page, "text => document.querySelector('p[role=status].hidden').innerText === text",
          "State of hosts: column 2, row 1, 5 wide, 4 high")  # fmt: skip
    assert "State of hosts" in told.inner_text()
    assert page.evaluate("() => document.activeElement.closest('.cell').dataset.panel") == "p3"
    page.keyboard.press("d")
    page.locator("[data-panel=p4]").wait_for(timeout=PATIENCE)
    cover(page, "p2").focus()
    page.keyboard.press("Delete")
    page.locator("[data-panel=p2]").wait_for(state="detached", timeout=PATIENCE)
    save(page)
    assert places(room, "keys") == {"p1": [0, 4, 6, 4], "p3": [1, 0, 5, 4], "p4": [6, 0, 5, 4]}


def test_settings_are_what_is_kept(room: Server, page: Page) -> None:
    """Title, kind, series, unit, range, thresholds and a text are on the page while they are chosen, and then kept."""
    keep(room, "settings", *THREE)
    open_board(page, room, "settings")
    edit(page)
    cover(page, "p1").dblclick()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("Title").fill("Busy hosts")
    page.locator("#p1 h3", has_text="Busy hosts").wait_for(timeout=PATIENCE)
    drawer.get_by_label("Drawn as").select_option("gauge")
    page.locator("#p1 .dial").first.wait_for(timeout=PATIENCE)
    drawer.get_by_role("button", name="cedar").click()
    until(page, "() => document.querySelectorAll('#p1 .dial').length === 1")
    drawer.get_by_label("Range of values, from").fill("50")
    to = drawer.get_by_placeholder("by itself").nth(1)
    to.fill("1e308")
    to.press("Tab")
    drawer.get_by_role("alert").wait_for(timeout=PATIENCE)
    assert (float(to.input_value()), to.get_attribute("aria-invalid")) == (1e308, "true")
    to.fill("250")
    to.press("Tab")
    drawer.get_by_role("button", name="Add a threshold").click()
    assert drawer.get_by_label("From value").input_value() == "210", "between what is seen and the end of the range"
    drawer.get_by_label("From value").fill("80")
    drawer.get_by_label("From value").press("Tab")
    drawer.get_by_label("Level").select_option("bad")
    page.locator("#p1 .arc.bad").wait_for(timeout=PATIENCE)
    drawer.get_by_label("Unit").fill("€")
    drawer.get_by_label("Unit").press("Tab")
    drawer.get_by_role("alert").wait_for(timeout=PATIENCE)
    assert drawer.get_by_label("Unit").input_value() == "€", "what was typed stays, to be mended"
    drawer.get_by_label("Unit").fill("people")
    drawer.get_by_label("rows").fill("5")
    drawer.get_by_label("rows").press("Tab")
    assert drawer.get_by_role("alert").count() == 0
    page.keyboard.press("Escape")
    drawer.wait_for(state="detached", timeout=PATIENCE)
    page.locator(".edit-bar").get_by_role("button", name="Add panel").click()
    drawer.get_by_role("button", name="Text", exact=True).click()
    drawer.get_by_label("Text, in Markdown").fill("# On call\n\n- **Ada**\n- <b>Bob</b>")
    page.locator(".prose h3", has_text="On call").wait_for(timeout=PATIENCE)
    assert page.locator(".prose li").all_inner_texts() == ["Ada", "<b>Bob</b>"]
    page.keyboard.press("Escape")
    save(page)
    panels = {one["id"]: one for one in kept(room, "settings")["dashboard"]["panels"]}
    assert {key: panels["p1"][key] for key in ("title", "kind", "only", "range", "thresholds", "unit", "h")} == {
        "title": "Busy hosts",
        "kind": "gauge",
        "only": {"host": ["cedar"]},
        "range": [50, 250],
        "thresholds": [{"value": 80, "level": "bad"}],
        "unit": "people",
        "h": 5,
    }
    assert panels["p4"]["text"].startswith("# On call")


def test_unsaved_work_outlives_a_reload(room: Server, page: Page) -> None:
    """It is offered, not forced; leaving asks; given up, it is gone."""
    keep(room, "draft", *THREE)
    open_board(page, room, "draft")
    edit(page)
    page.get_by_label("Title of the dashboard").fill("Half done")
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", agree)
    page.reload()
    assert asked == ["beforeunload"]
    offer = page.locator(".banner", has_text="not saved")
    offer.wait_for(timeout=PATIENCE)
    page.locator(".bar h1", has_text="Draft").wait_for(timeout=PATIENCE)
    offer.get_by_role("button", name="Go on editing").click()
    page.locator(".bar h1", has_text="Half done").wait_for(timeout=PATIENCE)
    page.locator(".nav", has_text="CPU").click()
    question = page.get_by_role("dialog", name="There is unsaved work")
    question.get_by_role("button", name="Stay").click()
    assert page.url.split("?")[0].endswith("/d/draft")
    page.locator(".nav", has_text="CPU").click()
    question.get_by_role("button", name="Go without saving").click()
    page.locator(".bar h1", has_text="CPU").wait_for(timeout=PATIENCE)
    page.go_back()
    offer.get_by_role("button", name="Discard").click()
    offer.wait_for(state="detached", timeout=PATIENCE)
    page.reload()
    page.locator(".cell").first.wait_for(timeout=PATIENCE)
    assert not offer.is_visible()
    assert kept(room, "draft")["version"] == 1


@pytest.mark.troubled
def test_two_edit_at_once(room: Server, new_page: Callable[..., Page]) -> None:
    """The second is told by whom and how it was changed meanwhile; keeping one's own keeps theirs as a version."""
    keep(room, "both", *THREE)
    ann, bob = new_page(), new_page()
    for page, name in ((ann, "Ann Lee"), (bob, "Bob Ray")):
        open_board(page, room, "both")
        called(page, name)
        edit(page)
    cover(bob, "p3").focus()
    bob.keyboard.press("Delete")
    ann.get_by_label("Title of the dashboard").fill("Ours")
    save(ann)
    bob.locator(".edit-bar .news", has_text="Ann Lee has saved version 2").wait_for(timeout=PATIENCE)
    assert bob.locator(".bar h1").inner_text() == "Both", "who edits is told, and keeps what they have"
    bob.get_by_role("button", name="Save", exact=True).click()
    dispute = bob.get_by_role("dialog", name="Somebody was quicker")
    dispute.wait_for(timeout=PATIENCE)
    assert re.search(r"Ann Lee has saved version 2 \(.*\d\d:\d\d", dispute.inner_text())
    assert sentences(bob, 0) == ["title: Both → Ours"]
    assert sentences(bob, 1) == ["State of hosts was removed"]
    dispute.get_by_role("button", name="Keep mine").click()
    bob.locator(".edit-bar").wait_for(state="detached", timeout=PATIENCE)
    now = kept(room, "both")
    assert (now["version"], now["by"], now["dashboard"]["title"]) == (3, "Bob Ray", "Both")
    assert set(places(room, "both")) == {"p1", "p2"}
    # Ann only looks by now: her page follows by itself.
    ann.locator("[data-panel=p3]").wait_for(state="detached", timeout=PATIENCE)
    assert room.json("/api/v1/dashboards/both?version=2")["dashboard"]["title"] == "Ours"


@pytest.mark.troubled
@pytest.mark.parametrize("choice", ["Take theirs", "Keep both"])
def test_the_second_may_give_in_or_make_two(room: Server, page: Page, choice: str) -> None:
    """Taking theirs gives up one's own; keeping both makes a dashboard of one's own, and leaves theirs."""
    slug = choice.lower().replace(" ", "-")
    keep(room, slug, *THREE)
    open_board(page, room, slug)
    called(page, "Cy Dee")
    edit(page)
    page.get_by_label("Title of the dashboard").fill("Mine")
    keep(room, slug, *THREE[:2], base=1, by="Eve")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=choice).click()
    assert kept(room, slug)["version"] == 2
    if choice == "Take theirs":
        page.locator(".edit-bar").wait_for(state="detached", timeout=PATIENCE)
        page.locator("[data-panel=p3]").wait_for(state="detached", timeout=PATIENCE)
        assert page.locator(".bar h1").inner_text() == slug.title()
    else:
        page.locator(".bar h1", has_text="Mine (Cy Dee)").wait_for(timeout=PATIENCE)
        until(page, "() => location.pathname.endsWith('/d/mine-cy-dee')")
        page.get_by_role("link", name="Mine (Cy Dee)").wait_for(timeout=PATIENCE)
        assert set(places(room, "mine-cy-dee")) == {"p1", "p2", "p3"}
    page.reload()
    page.locator(".cell").first.wait_for(timeout=PATIENCE)
    assert not page.locator(".banner").is_visible(), "nothing unsaved is left"


def test_versions_are_looked_at_and_brought_back(room: Server, page: Page) -> None:
    """What each has changed is told; an older one is shown as it was, has an address, and may become the newest."""
    keep(room, "older", *THREE, by="Ann")
    keep(room, "older", THREE[0], base=1, by="Bob", title="Lesser")
    open_board(page, room, "older")
    page.locator(".bar .dots").click()
    page.get_by_role("menuitem", name="Versions").click()
    rows = page.locator(".versions ol > li")
    until(page, "() => document.querySelectorAll('.versions li').length === 2")
    assert [row.split(",")[0] for row in rows.all_inner_texts()] == ["Version 2", "Version 1"]
    rows.nth(0).get_by_role("button", name="What changed").click()
    page.locator(".versions .changes li").first.wait_for(timeout=PATIENCE)
    changes = page.locator(".versions .changes li").all_inner_texts()
    assert changes[0] == "title: Older → Lesser"
    assert len([one for one in changes if one.endswith("was removed")]) == len(THREE) - 1
    rows.nth(1).get_by_role("button").click()
    banner = page.locator(".banner", has_text="Version 1, saved by Ann")
    banner.wait_for(timeout=PATIENCE)
    page.locator("[data-panel=p3]").wait_for(timeout=PATIENCE)
    assert not page.get_by_role("button", name="Edit", exact=True).is_visible()
    until(page, "() => new URLSearchParams(location.search).get('version') === '1'")
    page.reload()
    banner.wait_for(timeout=PATIENCE)
    page.locator("[data-panel=p3]").wait_for(timeout=PATIENCE)
    banner.get_by_role("button", name="To the newest").click()
    page.locator("[data-panel=p3]").wait_for(state="detached", timeout=PATIENCE)
    page.go_back()
    banner.get_by_role("button", name="Bring it back").click()
    banner.wait_for(state="detached", timeout=PATIENCE)
    page.locator("[data-panel=p3]").wait_for(timeout=PATIENCE)
    now = kept(room, "older")
    assert (now["version"], now["dashboard"]["title"]) == (3, "Older")


def test_an_open_page_follows_what_others_save(room: Server, page: Page) -> None:
    """A new version comes without a reload, and without drawing anew what stays; one that is removed says so."""
    keep(room, "news", *THREE)
    open_board(page, room, "news")
    page.evaluate("() => { window.mark = document.querySelector('[data-panel=p1] .panel') }")
    keep(room, "news", *THREE[:2], base=1, title="Newer")
    page.locator("[data-panel=p3]").wait_for(state="detached", timeout=PATIENCE)
    page.locator(".bar h1", has_text="Newer").wait_for(timeout=PATIENCE)
    page.get_by_role("link", name="Newer", exact=True).wait_for(timeout=PATIENCE)
    assert page.evaluate("() => window.mark.isConnected")
    remove(room, "news", 2)
    page.get_by_role("heading", name="There is no such dashboard").wait_for(timeout=PATIENCE)
    page.get_by_role("link", name="Newer", exact=True).wait_for(state="detached", timeout=PATIENCE)


def test_one_is_made_from_what_is_on_the_page(room: Server, page: Page) -> None:
    """A copy of a page that makes itself has its charts, in its order; a copy of one that was made has all of it."""
    open_live(page, f"{room.url}/d/farm")
    page.locator(".main .panel").first.wait_for(timeout=PATIENCE)
    page.keyboard.press("e")
    page.get_by_role("dialog").get_by_role("button", name="Make it").click()
    page.locator(".edit-bar").wait_for(timeout=PATIENCE)
    save(page)
    made = kept(room, "copy-of-farm")["dashboard"]
    assert [one["metric"] for one in made["panels"]] == ["farm.heat", "farm.load", "farm.state"]
    page.get_by_role("button", name="New dashboard").click()
    page.get_by_label("What it is called").fill("Again")
    page.get_by_label("A copy of Copy of farm").check()
    page.get_by_role("button", name="Make it").click()
    page.locator(".edit-bar").wait_for(timeout=PATIENCE)
    save(page)
    assert kept(room, "again")["dashboard"]["panels"] == made["panels"]


def test_a_new_one_that_nobody_has_saved_stays_in_the_rail(room: Server, page: Page) -> None:
    """It is a draft of this browser, which is gone on with from there, or given up at the second word."""
    open_live(page, room.url)
    page.get_by_role("button", name="New dashboard").click()
    page.get_by_label("What it is called").fill("Half a thought")
    page.keyboard.press("Enter")
    page.locator(".edit-bar").wait_for(timeout=PATIENCE)
    page.locator(".nav", has_text="CPU").click()
    page.get_by_role("button", name="Go without saving").click()
    draft = page.locator(".nav", has_text="Half a thought")
    draft.wait_for(timeout=PATIENCE)
    assert draft.inner_text().split("\n")[-1] == "draft"
    page.reload()
    draft.click()
    page.locator(".bar h1", has_text="Half a thought").wait_for(timeout=PATIENCE)
    page.get_by_role("button", name="Go on editing").click()
    page.locator(".edit-bar").wait_for(timeout=PATIENCE)
    assert not page.get_by_role("button", name="Discard Half a thought").is_visible(), "the bar has that"
    page.go_back()
    page.get_by_role("button", name="Discard Half a thought").click()
    draft.click()
    page.get_by_role("button", name="Discard all of it?").click()
    page.locator(".bar h1", has_text="Overview").wait_for(timeout=PATIENCE)
    assert not draft.is_visible()
    assert room.get("/api/v1/dashboards/half-a-thought")[0] == 404


def test_the_end_of_a_dashboard(room: Server, page: Page) -> None:
    """Who edits it can remove it, at the second word; anybody can bring it back."""
    keep(room, "ended", *THREE)
    open_board(page, room, "ended")
    edit(page)
    page.get_by_role("button", name="About it").click()
    page.get_by_role("button", name="Remove this dashboard").click()
    assert kept(room, "ended")["version"] == 1
    page.get_by_role("button", name="Remove it for everybody?").click()
    page.locator(".bar h1", has_text="Overview").wait_for(timeout=PATIENCE)
    assert room.get("/api/v1/dashboards/ended")[0] == 404
    page.get_by_role("button", name="New dashboard").click()
    page.get_by_role("button", name="Removed dashboards").click()
    page.get_by_role("button", name="Bring it back: Ended").click()
    page.locator(".bar h1", has_text="Ended").wait_for(timeout=PATIENCE)
    until(page, "() => document.querySelectorAll('.cell').length === 3")
    assert kept(room, "ended")["version"] == 2
    page.get_by_role("link", name="Ended").wait_for(timeout=PATIENCE)


def test_a_dashboard_has_a_span_of_its_own(room: Server, page: Page) -> None:
    """Who comes to it sees its own span, unless the address says another; who leaves has theirs again."""
    keep(room, "hour", *THREE, window=3600)
    open_live(page, room.url)
    page.keyboard.press("3")
    chosen = "() => document.querySelector('.seg .on').innerText"
    until(page, f"() => ({chosen})() === '15 min'")
    page.get_by_role("link", name="Hour", exact=True).click()
    until(page, f"() => ({chosen})() === '1 h'")
    page.locator(".nav", has_text="CPU").click()
    until(page, f"() => ({chosen})() === '15 min'")
    open_board(page, room, "hour", "?window=1m")
    assert page.evaluate(chosen) == "1 min"
    open_board(page, room, "hour")
    until(page, f"() => ({chosen})() === '1 h'")
