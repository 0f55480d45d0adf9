"""Who reads the page otherwise than with a mouse and good eyes: rules of accessibility, keys, and quiet readers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.axe import AXE, violations
from tests.looks.states import CLOCK, SIZES, bring_about, invented
from tests.pages import PATIENCE, until, wait_for_badge
from tests.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

#: People of every colour, beside the one who looks.
EVERYBODY = """() => {
  const face = document.querySelector(".face");
  for (let at = 1; at <= 12; at++) {
    const one = face.cloneNode(true);
    one.style.setProperty("--own", `var(--s${at})`);
    face.after(one);
  }
}"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with invented(tmp_path_factory.mktemp("reading") / "home") as one:
        yield one


def test_no_dialog_of_dashboards_breaks_one(room: Server, new_page: Callable[..., Page]) -> None:
    """Versions with what they have changed, removed dashboards, and a draft in the rail that is being given up."""
    page = new_page(bypass_csp=True, reduced_motion="reduce")
    address = f"{room.url}/api/v1/dashboards/told"
    panel: dict[str, Any] = {"id": "p1", "x": 0, "y": 0, "metric": "machine.load"}  # Any: JSON
    for base, panels in enumerate(([panel], [panel | {"kind": "bars", "title": "Load"}])):
        board: dict[str, Any] = {"slug": "told", "title": "Told", "panels": panels}
        assert requests.put(address, json={"dashboard": board, "base": base}, timeout=20).status_code == 200
    gone = address.replace("told", "gone")
    board = {"slug": "gone", "title": "Gone", "panels": []}
    assert requests.put(gone, json={"dashboard": board, "base": 0}, timeout=20).status_code == 200
    assert requests.delete(f"{gone}?base=1", timeout=20).status_code == 200
    draft = json.dumps({"dashboard": {"slug": "half", "title": "Half", "panels": []}, "base": 0, "t": 0})
    page.add_init_script(f"localStorage.setItem('plotroom.draft.half', {json.dumps(draft)})")
    page.goto(f"{room.url}/d/told")
    page.get_by_role("button", name="Discard Half").click()
    page.locator(".bar .dots").click()
    page.get_by_role("menuitem", name="Versions").click()
    page.get_by_role("button", name="What changed").click()
    page.locator(".changes li", has_text="Bars").wait_for(timeout=PATIENCE)
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="New dashboard").click()
    page.get_by_role("button", name="Removed dashboards").click()
    page.get_by_role("button", name="Bring it back: Gone").wait_for(timeout=PATIENCE)
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached", timeout=PATIENCE)
    assert violations(page) == []
    assert requests.delete(f"{address}?base=2", timeout=20).status_code == 200


def test_a_chart_is_told_in_words(room: Server, page: Page) -> None:
    """Who does not see a chart hears its latest values, between which they were and which way they go."""
    bring_about(page, room.url, "family")
    chart = page.locator("[id='machine.load'] .canvas")
    until(page, "() => document.getElementById('machine.load').querySelector('.canvas').ariaLabel.includes(';')")
    words = chart.get_attribute("aria-label") or ""
    assert re.match(
        r"Load: 5 min \d\.\d\d processes, from \d\.\d\d processes to \d\.\d\d processes, rising; ", words
    ), words
    assert words.count(";") == 2
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    images = [
        one["name"]["value"] for one in tree if one.get("role", {}).get("value") == "image" and not one["ignored"]
    ]
    assert images, "charts are there"
    assert all(images), "each has a name, and what it is drawn of is silent"
    until(page, "name => document.getElementById(name).querySelector('.canvas').ariaLabel.startsWith('CPU by core')",
          "machine.cores")  # fmt: skip


def test_keys_reach_everything_in_the_order_of_reading(room: Server, page: Page) -> None:
    """The first Tab offers to skip to the charts; then come rail, bar and panels, each seen when it has the focus."""
    bring_about(page, room.url, "family")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    seen: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        where = page.evaluate(
            """() => {
              const at = document.activeElement;
              const { outlineStyle, outlineWidth, borderColor } = getComputedStyle(at);
              const shown = (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || at.matches('input');
              const part = at.closest('.rail, .bar, .panel')?.className.split(' ')[0] ?? '';
              return [part, shown, at.outerHTML.slice(0, 90)];
            }"""
        )
        if where[2].startswith("<body"):
            break  # beyond the last one
        assert where[1], f"nothing shows that the focus is here: {where[2]}"
        if where[0] and (not seen or seen[-1] != where[0]):
            seen.append(where[0])
    assert seen[:3] == ["rail", "bar", "panel"]
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "charts"


def test_the_menu_of_a_phone_keeps_the_focus(room: Server, new_page: Callable[..., Page]) -> None:
    """The rail that lies over a narrow page takes the focus, leaves nothing behind it reachable, and gives it back."""
    page = new_page(viewport=SIZES["phone"])
    bring_about(page, room.url, "menu")
    until(page, "() => document.querySelector('.rail').contains(document.activeElement)")
    assert page.evaluate("document.querySelector('.body').inert") is True
    page.keyboard.press("Escape")
    until(page, "() => document.activeElement.matches('.btn.menu')")
    assert page.evaluate("document.querySelector('.body').inert") is False


def test_live_regions_do_not_chatter(room: Server, page: Page) -> None:
    """While all goes well nothing is read out, however many samples come: what always changes is hidden from it."""
    bring_about(page, room.url, "family")
    page.evaluate(
        """() => {
          window.said = [];
          const spoken = (node) => {
            for (let at = node.nodeType === 1 ? node : node.parentElement; at; at = at.parentElement) {
              if (at.getAttribute('aria-hidden') === 'true') return false;
              if (at.matches('[aria-live], [role=status], [role=alert]')) return true;
            }
            return false;
          };
          new MutationObserver((changes) => {
            for (const { target, type, addedNodes } of changes) {
              const nodes = type === 'childList' ? [...addedNodes] : [target];
              for (const node of nodes) if (node.textContent?.trim() && spoken(node)) said.push(node.textContent);
            }
          }).observe(document.body, { subtree: true, childList: true, characterData: true });
        }"""
    )
    page.wait_for_timeout(4_000)
    assert page.evaluate("said") == []
    page.keyboard.press("Space")
    until(page, "() => said.includes('Paused')")


@pytest.mark.parametrize("media", [{"forced_colors": "active"}, {"contrast": "more"}])
def test_more_contrast_is_given_where_it_is_asked_for(
    room: Server, new_page: Callable[..., Page], media: dict[str, str]
) -> None:
    """Text has 7:1 where the system asks for more contrast; with forced colours, what means something keeps its own."""
    page = new_page(bypass_csp=True, color_scheme="dark", **media)
    bring_about(page, room.url, "family")
    page.add_script_tag(content=AXE.read_text("utf-8"))
    if "contrast" in media:
        page.evaluate(EVERYBODY)
    rules = ["color-contrast-enhanced"] if "contrast" in media else ["color-contrast"]
    found = page.evaluate(
        "rules => axe.run(document, { runOnly: { type: 'rule', values: rules } })"
        ".then(({ violations }) => violations.flatMap(({ nodes }) => nodes.map(({ target }) => target.join(' '))))",
        rules,
    )
    assert found == []
    dot = page.evaluate("getComputedStyle(document.querySelector('.live .dot')).backgroundColor")
    assert dot not in ("rgba(0, 0, 0, 0)", page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_nothing_moves_where_that_is_not_wanted(room: Server, new_page: Callable[..., Page]) -> None:
    """With reduced motion no element has an animation or a transition that lasts."""
    page = new_page(reduced_motion="reduce")
    bring_about(page, room.url, "family")
    page.keyboard.press("c")
    moving = page.evaluate(
        """[...document.querySelectorAll('*')].filter((one) => {
          const { animationName, transitionDuration } = getComputedStyle(one);
          return animationName !== 'none' || parseFloat(transitionDuration) > 0;
        }).map((one) => one.className)"""
    )
    assert moving == []
    assert page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("name", ["overview", "odd", "nowhere"])
def test_nothing_jumps_after_the_first_paint(room: Server, new_page: Callable[..., Page], name: str, size: str) -> None:
    """From the first paint on everything stays where it is, while samples, people and charts arrive."""
    page = new_page(viewport=SIZES[size])
    page.add_init_script(
        "window.shifts = []; new PerformanceObserver((list) => { for (const { value, sources } of list.getEntries())"
        " shifts.push([value, ...sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? '')]) })"
        ".observe({ type: 'layout-shift', buffered: true })"
    )
    bring_about(page, room.url, name)
    page.wait_for_timeout(1_500)
    shifts = page.evaluate("shifts")
    assert sum(value for value, *_ in shifts) < 0.002, shifts


def test_the_page_is_read_in_chinese(room: Server, new_page: Callable[..., Page]) -> None:
    """A reader's language is followed, and can be chosen; an address decides for its reader alone."""
    page = new_page(locale="zh-CN")
    page.add_init_script(CLOCK)
    page.goto(f"{room.url}/d/cpu")
    wait_for_badge(page, "实时")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.locator("h1", has_text="CPU").wait_for()
    page.locator("[id='machine.load'] h3", has_text="负载").wait_for()
    page.get_by_label("语言").select_option("en")
    wait_for_badge(page, "Live")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.reload()
    wait_for_badge(page, "Live")
    page.goto(f"{room.url}/d/cpu?lang=zh")
    wait_for_badge(page, "实时")
