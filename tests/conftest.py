"""What tests share: a real server process, a real browser, and the detector of what a test leaves behind."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from hypothesis import settings

from tests import preloaded
from tests.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page, Playwright

    from tests.profiles import Profiles

# How long an example takes says what else the machine does; what is slow is found by benchmarks, and by timeouts.
settings.register_profile("plotroom", deadline=None)
settings.load_profile("plotroom")

#: How long what a test has let go of may take to end.
GRACE = 5.0

#: Seconds that a `timed` test may take; only one that fails on a slow machine takes nearly so long.
TIMED = 240

#: Seconds that a test of random cases may take: Hypothesis seeks the smallest case that fails for 300 of them.
RANDOM = 360


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What measures time may do so more than once, and what has failed may look for a smaller case: both need time."""
    for item in items:
        if item.get_closest_marker("timed") is not None:
            item.add_marker(pytest.mark.timeout(TIMED))
        elif getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.timeout(RANDOM))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """`server(*arguments, async_mode=, config=, environ=)` starts a Plotroom of its own; see `tests.server.Server`.

    At the end of the test each is stopped by SIGTERM and must have exited with 0, without a traceback in its log.
    """
    started: list[Server] = []

    def start(*arguments: str, **options: object) -> Server:
        home = options.pop("home", tmp_path / f"server{len(started)}")
        one = Server(Path(str(home)), arguments, **options)  # type: ignore[arg-type]  # Server checks its own options
        started.append(one)
        one.start()
        return one

    yield start
    problems = [problem for one in started for problem in one.finish()]
    assert not problems, "\n".join(problems)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives browsers."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def profiles(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Profiles]:
    """Headless Chromium, in profiles that the tests of this process take one after the other."""
    from tests.profiles import Profiles

    kept = Profiles(playwright, tmp_path_factory.mktemp("profiles"))
    yield kept
    kept.close()


@pytest.fixture
def new_page(profiles: Profiles, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """`new_page(**context options)` opens a page in a profile of its own.

    What the page reports (errors, violations of its content security policy) fails the test, unless it is marked
    `troubled`; it is in `page.problems` either way. That policy refuses eval, which Playwright's `wait_for_function`
    needs: wait for selectors and locators instead.
    """
    opened: list[Page] = []

    def open_page(**options: object) -> Page:
        page = lender.open(**options)
        problems: list[str] = []
        page.problems = problems  # type: ignore[attr-defined]  # rides on the page, for the test to read

        def on_console(message: ConsoleMessage) -> None:
            if message.type == "error":
                problems.append(f"console: {message.text} ({message.location.get('url', '')})")

        page.on("console", on_console)
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        opened.append(page)
        return page

    with profiles.lending() as lender:
        yield open_page
        found = [problem for page in opened for problem in page.problems]  # type: ignore[attr-defined]  # set above
    if request.node.get_closest_marker("troubled") is None:
        assert not found, "the page reported:\n" + "\n".join(found)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page of 1440 x 900 in a profile of its own."""
    return new_page()


@pytest.fixture(autouse=True, scope="session")
def _preloaded() -> Iterator[None]:
    """What servers are forked from ends after all tests."""
    yield
    preloaded.end()


@pytest.fixture(autouse=True)
def leak_detector(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread, a child process or a listening socket behind."""
    threads, children, sockets = set(threading.enumerate()), _children(), _listening()
    yield
    if request.node.get_closest_marker("leaks") is not None:
        return
    deadline = time.monotonic() + GRACE
    for thread in set(threading.enumerate()) - threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    psutil.wait_procs(_children() - children, timeout=max(0.0, deadline - time.monotonic()))
    left = [f"thread {one.name!r}" for one in set(threading.enumerate()) - threads]
    left += [f"process {one.pid} {_command(one)}" for one in _children() - children]
    left += [f"listening socket on {where}" for where in _listening() - sockets]
    assert not left, "the test left behind: " + ", ".join(left)


def _children() -> set[psutil.Process]:
    """Asked of Linux directly: psutil looks at every process of the machine, and this is asked thousands of times."""
    sources = preloaded.sources()
    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        return {one for one in psutil.Process().children() if one.pid not in sources}
    while True:
        try:
            told = [(task / "children").read_text() for one in (os.getpid(), *sources) for task in _tasks(one)]
        except OSError:  # one of the threads has ended meanwhile: another one has its children now
            continue
        break
    found = set()
    for pid in set(map(int, " ".join(told).split())).difference(sources):
        with suppress(psutil.NoSuchProcess):
            found.add(psutil.Process(pid))
    return found


def _tasks(process: int) -> Iterator[Path]:
    """Where Linux tells of the threads of a process."""
    return Path(f"/proc/{process}/task").iterdir()


def _listening() -> set[tuple[str, int]]:
    """Asked of each open file: psutil reads the connections of the whole machine, of which tests make thousands."""
    found = set()
    for number in map(int, os.listdir("/dev/fd")):
        try:
            one = socket.socket(fileno=number)
        except OSError:  # no socket, or closed since
            continue
        with suppress(OSError):
            listens = one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            if listens and one.family in (socket.AF_INET, socket.AF_INET6):
                found.add(one.getsockname()[:2])
        one.detach()
    return found


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return "(ended)"


# Some machines ask Python to keep no compiled code; each of the hundreds of processes of a run would compile all of it.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.fixture(autouse=True, scope="session")
def _quiet_environment() -> None:
    """Settings of the person who runs the tests must not reach the servers under test."""
    for name in [name for name in os.environ if name.startswith("PLOTROOM_")]:
        del os.environ[name]
