"""What tests of dashboards that people make have in common: a server with metrics that are known, and its documents."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.pages import PATIENCE, open_live, until
from tests.server import FEW, Server, planted

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: A few hosts whose values are known, one thing that is measured by two metrics, one that is away, and one with very
#: many series.
PLUGIN = """
import time
from collectors import Unavailable, metric

HOSTS = ("ash", "birch", "cedar")

@metric("farm.load", every=0.2, unit="%", labels=["host"], title="Load of hosts", limits=(0, 100))
def load():
    return {"ash": 20.0, "birch": 60.0, "cedar": 90.0}

@metric("farm.heat", every=0.2, unit="°C", labels=["host"], title="Heat of hosts")
def heat():
    return {host: 20.0 + place for place, host in enumerate(HOSTS)}

@metric("farm.state", every=0.2, labels=["host"], title="State of hosts")
def state():
    return {"ash": 0.0, "birch": float(int(time.time()) % 2), "cedar": 2.0}

@metric("wind.speed", every=0.2, unit="m/s", title="Wind speed")
def speed():
    return time.time() % 10

@metric("wind.bearing", every=0.2, unit="°", title="Wind bearing")
def bearing():
    return time.time() * 7 % 360

@metric("clock.now", every=0.2, title="Clock")
def clock():
    return time.time() % 900

@metric("buoy.waves", every=0.2, unit="m", title="Waves")
def waves():
    raise Unavailable("the buoy is out of reach")

@metric("crowd.size", every=1.0, labels=["place"], title="Crowd")
def crowd():
    return {f"place {number}": float(number) for number in range(500)}
"""


@contextmanager
def farm(home: Path) -> Iterator[Server]:
    """A server with these metrics."""
    with Server(planted(home, farm=PLUGIN), config=FEW) as one:
        yield one


def panel_of(number: int, x: int, y: int, w: int, h: int, **more: object) -> dict[str, object]:
    """A panel of a document, with the id `p<number>`."""
    return {"id": f"p{number}", "x": x, "y": y, "w": w, "h": h, **more}


def keep(server: Server, slug: str, *panels: dict[str, object], base: int = 0, by: str = "Ann", **more: object) -> int:
    """Save a dashboard as a program would; gives its version."""
    board = {"slug": slug, "title": slug.title(), "panels": list(panels), **more}
    answer = _ask(server, "PUT", f"/api/v1/dashboards/{slug}", {"dashboard": board, "base": base, "by": by})
    return int(answer["version"])


def kept(server: Server, slug: str) -> dict[str, Any]:  # Any: JSON
    """A dashboard as the server has it now, with its version and who has saved it."""
    answer: dict[str, Any] = server.json(f"/api/v1/dashboards/{slug}")
    return answer


def remove(server: Server, slug: str, base: int) -> None:
    """Remove a dashboard, as somebody else would."""
    _ask(server, "DELETE", f"/api/v1/dashboards/{slug}?base={base}", None)


def _ask(server: Server, method: str, path: str, content: object) -> Any:  # Any: JSON
    body = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(server.url + path, body, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise AssertionError(error.read().decode()) from None


def places(server: Server, slug: str) -> dict[str, list[int]]:
    """Where the server has the panels of a dashboard: x, y, w, h by id."""
    panels = kept(server, slug)["dashboard"]["panels"]
    return {one["id"]: [one[key] for key in ("x", "y", "w", "h")] for one in panels}


def shown(page: Page) -> dict[str, list[int]]:
    """Where the page shows the panels, in cells of its grid, once they glide no longer."""
    until(page, "() => !document.querySelector('.board').getAnimations({subtree: true}).length")
    found: dict[str, list[int]] = page.evaluate(
        """() => {
            const board = document.querySelector('.board');
            const style = getComputedStyle(board);
            const outer = board.getBoundingClientRect();
            const grid = board.classList.contains('grid-stack') ? 6 : 0;
            const [left, top] = [outer.left + grid, outer.top + grid];
            const column = (outer.width - 2 * grid + 12) / 12;
            return Object.fromEntries([...board.querySelectorAll('.cell')].map(cell => {
                const { x, y, width, height } = cell.querySelector('.panel').getBoundingClientRect();
                const part = [(x - left) / column, (y - top) / 72, (width + 12) / column, (height + 12) / 72];
                return [cell.dataset.panel, part.map(Math.round)];
            }));
        }"""
    )
    return found


def open_board(page: Page, server: Server, slug: str, query: str = "") -> None:
    """Open a dashboard and wait for its cells."""
    open_live(page, f"{server.url}/d/{slug}{query}")
    page.locator(".cell").first.wait_for(timeout=PATIENCE)


def edit(page: Page) -> None:
    """Begin to edit the dashboard that is open, and wait until panels can be moved."""
    page.get_by_role("button", name="Edit", exact=True).click()
    page.locator(".edit-bar").wait_for(timeout=PATIENCE)
    if (page.viewport_size or {"width": 0})["width"] > 720:
        page.locator(".board.grid-stack").wait_for(timeout=PATIENCE)
        until(page, "() => [...document.querySelectorAll('.cell')].every(cell => cell.gridstackNode)")


def save(page: Page) -> None:
    """Save, and wait until the page shows the dashboard as it is kept."""
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".edit-bar").wait_for(state="detached", timeout=PATIENCE)


def cover(page: Page, panel: str) -> Any:  # Any: a locator; Playwright is imported for types only
    """What one takes a panel by while it is edited."""
    return page.locator(f"[data-panel='{panel}'] .cover")


def move(page: Page, panel: str, columns: float, rows: float) -> None:
    """Drag a panel by so many cells."""
    _pull(page, f"[data-panel='{panel}'] .cover", columns, rows, (0.5, 0.6))


def resize(page: Page, panel: str, columns: float, rows: float) -> None:
    """Drag the corner of a panel by so many cells."""
    page.locator(f"[data-panel='{panel}']").hover(position={"x": 40, "y": 40})
    _pull(page, f"[data-panel='{panel}'] > .ui-resizable-se", columns, rows, (0.5, 0.5))


def _pull(page: Page, selector: str, columns: float, rows: float, at: tuple[float, float]) -> None:
    box = page.locator(selector).bounding_box()
    board = page.locator(".board").bounding_box()
    assert box is not None
    assert board is not None
    x, y = box["x"] + box["width"] * at[0], box["y"] + box["height"] * at[1]
    dx, dy = columns * board["width"] / 12, rows * 72
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 13):
        page.mouse.move(x + dx * step / 12, y + dy * step / 12)
    page.mouse.move(x + dx, y + dy)
    page.wait_for_timeout(60)
    page.mouse.up()
