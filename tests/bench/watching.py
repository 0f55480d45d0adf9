"""A real Chromium that watches a real Plotroom, for the benchmarks and the screenshots."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.chromium import FLAGS, find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

#: There when the page has drawn its first chart; the value is that moment, in ms since the navigation began. Waited for
#: as a selector: Playwright's wait_for_function needs eval in the page, which our content security policy refuses.
DRAWN = "html[data-drawn]"


#: Put into a page before it loads: notes the moment at which every chart in view was drawn, in ms since the navigation.
WATCH_ALL = """
(function look() {
  const seen = [...document.querySelectorAll(".panel .canvas")].filter((one) => {
    const { top, bottom, width } = one.getBoundingClientRect();
    return width > 0 && bottom > 0 && top < innerHeight;
  });
  if (!seen.length || !seen.every((one) => one.drawn)) return requestAnimationFrame(look);
  document.documentElement.dataset.allDrawn = String(Math.round(performance.now()));
})();
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium with a profile of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def open_page(browser: Browser, url: str, width: int = 1440, height: int = 900, scheme: str = "dark") -> Page:
    """A page of that size, once it has drawn its first chart."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="light" if scheme == "light" else "dark",
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector(DRAWN, state="attached", timeout=30_000)
    return page


def drawn_after(page: Page) -> tuple[float, float]:
    """When the page had drawn its first chart: seconds since its navigation began, and the time of day in seconds."""
    page.wait_for_selector(DRAWN, state="attached", timeout=30_000)
    drawn: float = page.evaluate("Number(document.documentElement.dataset.drawn)")
    origin: float = page.evaluate("performance.timeOrigin")
    return drawn / 1000, (origin + drawn) / 1000


def charts_in_view(page: Page) -> int:
    """How many charts are at least partly inside the window."""
    count: int = page.evaluate(
        """() => [...document.querySelectorAll(".js-plotly-plot")].filter((chart) => {
            const box = chart.getBoundingClientRect();
            return box.width > 0 && box.bottom > 0 && box.top < innerHeight;
        }).length"""
    )
    return count


def grow_until(page: Page, charts: int, tallest: int = 12_000) -> int:
    """Make the window taller until `charts` charts are in view; how many are then."""
    width = (page.viewport_size or {"width": 1440})["width"]
    for height in range(900, tallest, 100):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(150)
        if charts_in_view(page) >= charts:
            break
    return charts_in_view(page)


def all_drawn_after(page: Page) -> float:
    """Seconds from the navigation until every chart in view was drawn; the page has been given `WATCH_ALL` before."""
    page.wait_for_selector("html[data-all-drawn]", state="attached", timeout=60_000)
    drawn: float = page.evaluate("Number(document.documentElement.dataset.allDrawn)")
    return drawn / 1000
