"""What tests ask of an open page: its charts, their data, its state."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: How long a page may take for what a test waits for, in ms; much more than it needs, for a machine that is busy.
PATIENCE = 20_000

#: What a chart shows now, whichever draws it: Plotly, or the live layer over it (static/js/chart.js tells).
_DRAWN = "document.getElementById(name)?.querySelector('.canvas')?.drawn"


def until(page: Page, condition: str, argument: object = None) -> None:
    """Wait until a JavaScript function gives something true; what it looks into need not be there yet.

    Playwright's own `wait_for_function` evaluates text within the page, which the page's security policy forbids.
    """
    deadline = time.monotonic() + PATIENCE / 1000
    while not _holds(page, condition, argument):
        assert time.monotonic() < deadline, f"waited in vain for {condition} of {argument}"
        page.wait_for_timeout(50)


def _holds(page: Page, condition: str, argument: object) -> bool:
    try:
        return bool(page.evaluate(condition, argument))
    except Error as error:
        if "of null" in error.message:
            return False
        raise


def open_live(page: Page, url: str) -> None:
    """Open the page and wait until it is live and has drawn a chart."""
    page.goto(url)
    until(page, "() => document.documentElement.dataset.drawn !== undefined")
    wait_for_badge(page, "Live")


def wait_for_badge(page: Page, text: str) -> None:
    """Wait until the badge in the bar says `text`."""
    page.locator(".live", has_text=text).wait_for(timeout=PATIENCE)


def wait_for_chart(page: Page, name: str, samples: int = 1) -> None:
    """Wait until the chart of a metric has drawn so many samples of its first series."""
    until(page, f"([name, samples]) => ({_DRAWN}?.data?.[0]?.x?.length ?? 0) >= samples", [name, samples])


def wait_for_move(page: Page, name: str) -> None:
    """Wait until the line of a metric ends later than it does now."""
    wait_until_drawn(page, name, last_time(page, name) + 1)


def wait_until_drawn(page: Page, name: str, time: float) -> None:
    """Wait until the line of a metric has reached `time`, as its axis counts."""
    until(page, f"([name, time]) => {_DRAWN}?.data?.[0]?.x?.at(-1) >= time", [name, time])


def times_of(page: Page, name: str) -> list[float]:
    """The times that are drawn of a metric, in ms, as its axis counts them."""
    return samples_of(page, name)[0]


def values_of(page: Page, name: str) -> list[float]:
    """The values that are drawn of the first series of a metric; gaps are NaN."""
    return samples_of(page, name)[1]


def samples_of(page: Page, name: str) -> tuple[list[float], list[float]]:
    """Times and values of the first series, of one moment."""
    wait_for_chart(page, name)
    times, values = page.evaluate(f"name => {{ const {{x, y}} = {_DRAWN}.data[0]; return [[...x], [...y]] }}", name)
    return times, values


def last_time(page: Page, name: str) -> float:
    return times_of(page, name)[-1]


def shown_range(page: Page, name: str) -> list[float]:
    """The span of time that the chart of a metric shows."""
    span: list[float] = page.evaluate(f"name => Array.from({_DRAWN}.range, Number)", name)
    return span


def drawn_by(page: Page, name: str) -> str:
    """Which of the two draws the chart of a metric now: "plotly" or "live"."""
    by: str = page.evaluate(f"name => {_DRAWN}?.by ?? ''", name)
    return by


def wait_until_drawn_by(page: Page, name: str, by: str) -> None:
    until(page, f"([name, by]) => {_DRAWN}?.by === by", [name, by])


def panel(page: Page, name: str) -> Any:  # Any: a locator; Playwright is imported for types only
    """The panel of a metric."""
    return page.locator(f"[id='{name}']")


def drag(page: Page, name: str, begin: float, end: float) -> None:
    """Zoom the chart of a metric into a part of what it shows, by hand; both are parts of its width."""
    box = page.locator(f"[id='{name}'] .js-plotly-plot .nsewdrag").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * begin, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (begin + end) / 2, middle, steps=8)
    page.mouse.move(box["x"] + box["width"] * end, middle, steps=8)
    page.mouse.up()
