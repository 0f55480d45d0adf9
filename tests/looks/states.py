"""The states of the page: where each is, and what brings it about, on the invented machine of `world` or a bare one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.looks.wall import make_wall
from tests.pages import PATIENCE, drag, until, wait_for_badge
from tests.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

HERE = Path(__file__).parent
#: When the server believes that it was started; the samples of `world` end there.
NOW = 1_768_473_000_000
BUNDLED = (
    "battery", "cpu", "disks", "fans", "filesystems", "memory", "network", "pressure", "processes", "self", "swap",
    "tcp", "temperatures", "uptime",
)  # fmt: skip

NOTHING = "\n".join(f"[collectors.{name}]\nenabled = false\n" for name in BUNDLED)
ENVIRON = {"PYTHONPATH": str(HERE), "LOOKS_NOW": str(NOW)}

SIZES = {
    "desk": {"width": 1440, "height": 900},
    "phone": {"width": 390, "height": 844},
    "wall": {"width": 3840, "height": 2160},
}

#: Of the server that asks for one.
TOKEN = "invented-invented-invented-invented-invented"

#: The clock of the page goes as that of the server does.
CLOCK = """{
  const by = NOW - Date.now();
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + by); }
    static now() { return Real.now() + by; }
  };
}""".replace("NOW", str(NOW))


@dataclass(frozen=True)
class State:
    """A state of the page: where it is, what brings it about, and at which sizes it is one of its own.

    Attributes:
        path: of its page.
        prepare: what brings it about once the page, or the state it is opened over, is there.
        sizes: of the screens.
        over: the state that it is opened over; on a page that has opened one after the other, in the order of `STATES`.
        adds: a selector of what it adds to that one, which is looked at by itself.
        undo: what puts it away again.
    """

    path: str = ""
    prepare: Callable[[Page], object] = lambda page: None
    sizes: tuple[str, ...] = ("desk", "phone")
    over: str = ""
    adds: str = ""
    undo: Callable[[Page], object] = lambda page: None
    #: Whether it is on a server that asks for its token and has no metric.
    bare: bool = False
    #: Whether it is no dashboard, but a page that stands alone.
    plain: bool = False
    #: Whether the browser reports something that belongs to it, such as a lost connection.
    troubled: bool = False


def pressing(*keys: str, then: str) -> Callable[[Page], None]:
    """Press keys, or type words, and wait for what appears."""

    def act(page: Page) -> None:
        for key in keys:
            if len(key) == 1 or key[0].isupper():
                page.keyboard.press(key)
            else:
                page.keyboard.type(key)
        page.locator(then).first.wait_for(timeout=PATIENCE)

    return act


def escaped(gone: str) -> Callable[[Page], None]:
    """Press Escape, and wait until something is gone."""

    def act(page: Page) -> None:
        page.keyboard.press("Escape")
        page.locator(gone).first.wait_for(state="detached", timeout=PATIENCE)

    return act


def zoomed(page: Page) -> None:
    drag(page, "machine.load", 0.3, 0.6)
    page.locator("[id='machine.load'] .chip").wait_for(timeout=PATIENCE)
    page.keyboard.press("b")
    page.get_by_role("slider", name="What is shown").wait_for(timeout=PATIENCE)


def menu(page: Page) -> None:
    page.get_by_role("button", name="Menu").click()
    until(page, "() => document.querySelector('.rail').getBoundingClientRect().left === 0")


def editing(page: Page) -> None:
    page.locator(".btn.edit").click()
    page.locator(".edit-bar").wait_for(timeout=PATIENCE)


def adding(page: Page) -> None:
    page.locator(".edit-bar").get_by_role("button", name="Add panel").click()
    page.get_by_role("dialog").get_by_label("Find a metric").wait_for(timeout=PATIENCE)


def talk(page: Page) -> None:
    page.locator("#talk").click()
    page.locator("#composer").wait_for(timeout=PATIENCE)


def end_talk(page: Page) -> None:
    page.locator(".talk").get_by_role("button", name="Close").click()
    page.locator("#composer").wait_for(state="detached", timeout=PATIENCE)


def panel_menu(page: Page) -> None:
    page.locator("[id='machine.load']").hover()
    page.locator("[id='machine.load'] .dots").click()
    page.get_by_role("menu").wait_for(timeout=PATIENCE)


PAUSED = ".btn.pause[aria-pressed=true]"


def go_on(page: Page) -> None:
    page.keyboard.press("Space")
    page.locator(PAUSED).wait_for(state="detached", timeout=PATIENCE)


def put_menu_away(page: Page) -> None:
    page.keyboard.press("Escape")
    until(page, "() => document.querySelector('.rail').getBoundingClientRect().right <= 0")


def data(page: Page) -> None:
    panel_menu(page)
    page.locator("[data-action=data]").click()
    page.locator("dialog table.data td").first.wait_for(timeout=PATIENCE)


def cut_off(page: Page) -> None:
    """Take the network away; it is back for the next page."""
    # A page that has never had a sample could not say since when there is none.
    page.locator(".panel .canvas .main-svg").first.wait_for(state="attached", timeout=PATIENCE)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
    )
    wait_for_badge(page, "Reconnecting")
    page.locator(".notice.unheard").wait_for(timeout=PATIENCE)


def updated(page: Page) -> None:
    """Let the page be of other files than the server has, and find them again when it has loaded itself anew."""
    page.add_init_script(
        "const parse = JSON.parse; JSON.parse = (...given) => {"
        " const read = parse(...given); return read?.families ? { ...read, version: 'older' } : read; }"
    )
    page.reload()
    wait_for_badge(page, "The server has been updated")
    until(page, "() => sessionStorage.getItem('plotroom.reloaded') === 'older'")


STATES = {
    "overview": State("/"),
    "search": State(
        prepare=pressing("/", "cpu", then=".nav.hit"),
        sizes=("desk",),
        over="overview",
        adds=".rail",
        undo=escaped(".nav.hit"),
    ),
    "unfound": State(
        prepare=pressing("/", "xyzzy", then=".none"),
        sizes=("desk",),
        over="overview",
        adds=".rail",
        undo=escaped(".none"),
    ),
    "family": State("/d/cpu"),
    "menu": State(prepare=menu, sizes=("phone",), over="family", adds=".rail", undo=put_menu_away),
    "help": State(prepare=pressing("?", then="dialog .keys"), over="family", adds="dialog", undo=escaped("dialog")),
    "collectors": State(prepare=pressing("c", then="dialog td"), over="family", adds="dialog", undo=escaped("dialog")),
    "panel-menu": State(prepare=panel_menu, over="family", adds=".panel:has([role=menu])", undo=escaped("[role=menu]")),
    "data": State(prepare=data, over="family", adds="dialog", undo=escaped("dialog")),
    "talk": State(prepare=talk, over="family", adds=".talk", undo=end_talk),
    "paused": State(prepare=pressing("Space", then=PAUSED), sizes=("desk",), over="family", adds=".bar", undo=go_on),
    "zoomed": State(prepare=zoomed, sizes=("desk",), over="family", adds=".main"),
    "odd": State("/d/odd"),
    "nowhere": State("/d/nowhere"),
    "board": State("/d/wall"),
    "editing": State(prepare=editing, sizes=("desk",), over="board", adds=".main"),
    "adding": State(prepare=adding, sizes=("desk",), over="board", adds="dialog"),
    "kiosk": State("/d/wall?kiosk", sizes=("desk", "wall")),
    "away": State("/d/cpu", cut_off, troubled=True),
    "updated": State("/d/cpu", updated, sizes=("desk",)),
    "lost": State("/no/such/page", sizes=("desk",), plain=True, troubled=True),
    "sign-in": State("/", sizes=("desk",), bare=True, plain=True, troubled=True),
    "refused": State("/?token=wrong", sizes=("phone",), bare=True, plain=True, troubled=True),
    "empty": State(f"/?token={TOKEN}", bare=True),
}

#: The pages that are opened: a state at one of its sizes, and those that are opened over it there.
VISITS = [
    (name, size, [other for other, one in STATES.items() if one.over == name and size in one.sizes])
    for name, state in STATES.items()
    if not state.over
    for size in state.sizes
]


def settled(server: Server) -> bool:
    """Whether each collector has come to what it will be: pages that are opened before see it come."""
    found = {one["collector"]: one["state"] for one in server.json("/api/v1/collectors")["collectors"]}
    standing = {
        "machine": "running",
        "odd": "running",
        "silent": "running",
        "pump": "failing",
        "scale": "misconfigured",
    }
    return all(found.get(name) == state for name, state in (standing | {"buoy": "unavailable"}).items())


@contextmanager
def invented(home: Path) -> Iterator[Server]:
    """The invented machine, with a dashboard that somebody has made."""
    one = Server(home, ("--plugin", str(HERE / "world.py")), config=NOTHING, environ=ENVIRON)
    one.start()
    deadline = time.monotonic() + PATIENCE / 1000
    while not settled(one):
        assert time.monotonic() < deadline, one.log()
        time.sleep(0.05)
    make_wall(one)
    yield one
    one.forget_log()  # the failing collector's own traceback is in it
    assert one.finish() == []


@contextmanager
def bare(home: Path) -> Iterator[Server]:
    """A server that asks for its token and has no metric."""
    (home / "data").mkdir(parents=True, mode=0o700)
    (home / "data" / "token").write_text(TOKEN)
    (home / "data" / "token").chmod(0o600)
    with Server(home, ("--require-token",), config=NOTHING, environ=ENVIRON) as one:
        yield one


def bring_about(page: Page, url: str, name: str) -> None:
    """Open a state of the page, and wait until all of it is there."""
    state = STATES[name]
    page.add_init_script(CLOCK)
    page.goto(url + state.path)
    if state.plain:
        return
    if "kiosk" not in state.path:
        wait_for_badge(page, "Live")
        page.locator("#talk").wait_for(timeout=PATIENCE)
    drawn(page)
    state.prepare(page)
    drawn(page)


def open_over(page: Page, name: str) -> None:
    """Bring about a state over the one that is open, and wait until all of it is there."""
    STATES[name].prepare(page)
    drawn(page)


def put_away(page: Page, name: str) -> None:
    """Leave the page as it was before `open_over`."""
    STATES[name].undo(page)
    page.evaluate("document.activeElement.blur()")


def drawn(page: Page) -> None:
    """Wait until each chart in view that has samples is drawn."""
    until(
        page,
        """() => [...document.querySelectorAll('.panel .canvas')].every((one) => {
          const { top, bottom } = one.getBoundingClientRect();
          // A figure is drawn before its samples are there, too.
          const there = one.closest('.figure') ? one.querySelector('.barlayer path')
            : one.querySelector('.main-svg') || one.parentElement.querySelector('.word');
          return bottom < 0 || top > innerHeight || there;
        }) && document.querySelector('.panel, .empty') !== null
          // The code of some kinds of panels comes later.
          && [...document.querySelectorAll('.cell')].every((one) => one.querySelector('.panel'))""",
    )
