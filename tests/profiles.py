"""Profiles of the browser: a test gets one that remembers nothing but files.

Fetching and compiling a page's scripts is most of what opening it costs, and a browser keeps them in a profile that is
on the disk. So profiles are used again, after all that a page could have put into them is taken out. (What Playwright
calls a context keeps compiled scripts only for as long as it lives, and only when its profile is on the disk.)
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.sync_api import Error

from tests.chromium import FLAGS, find_shell

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Playwright

#: All that a page can keep; files it has fetched are none of it.
KEPT = "cookies,local_storage,indexeddb,cache_storage,service_workers,file_systems"
#: What a page can be told after it was opened.
MEDIA = ("color_scheme", "reduced_motion", "forced_colors", "contrast")
#: As many wait to be used again; each is a browser of its own.
WAITING = 4


class Profiles:
    """The profiles that a test process has, each with a browser of its own.

    Args:
        playwright: what starts browsers.
        folder: where profiles are kept.
    """

    def __init__(self, playwright: Playwright, folder: Path) -> None:
        self._playwright = playwright
        self._folder = folder
        self._made = 0
        self._free: list[tuple[str, BrowserContext]] = []

    @contextmanager
    def lending(self) -> Iterator[Lender]:
        """Lend profiles to a test; afterwards their pages are closed, and forgotten."""
        lender = Lender(self)
        yield lender
        lender.give_back()

    def take(self, options: dict[str, Any]) -> tuple[str, BrowserContext]:
        """A profile that nobody uses."""
        key = json.dumps(options, sort_keys=True)
        for one in reversed(self._free):
            if one[0] == key:
                self._free.remove(one)
                return one
        self._made += 1
        context = self._playwright.chromium.launch_persistent_context(
            self._folder / str(self._made), executable_path=find_shell(), args=list(FLAGS), **options
        )
        return key, context

    def give_back(self, key: str, context: BrowserContext) -> None:
        """Keep it for the next, and close the one that has waited longest when there are too many."""
        self._free.append((key, context))
        if len(self._free) > WAITING:
            self._free.pop(0)[1].close()

    def close(self) -> None:
        """Close the browsers."""
        for _, context in self._free:
            context.close()
        self._free.clear()


class Lender:
    """What one test has taken of `Profiles`."""

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles
        self._lent: list[tuple[str, BrowserContext, Page, set[str]]] = []

    def open(self, **options: Any) -> Page:
        """Open a page in a profile that no other page is in; the options are those of Playwright's contexts."""
        viewport = options.pop("viewport", {"width": 1440, "height": 900})
        media = {name: options.pop(name) for name in MEDIA if name in options}
        zone = options.pop("timezone_id", None)
        key, context = self._profiles.take(options)
        page = context.new_page()
        origins: set[str] = set()
        page.on("framenavigated", lambda frame: origins.add("{0.scheme}://{0.netloc}".format(urlsplit(frame.url))))
        self._lent.append((key, context, page, origins))
        page.set_viewport_size(viewport)
        if media:
            page.emulate_media(**media)
        if zone:
            context.new_cdp_session(page).send("Emulation.setTimezoneOverride", {"timezoneId": zone})
        return page

    def give_back(self) -> None:
        """Close what was opened. A profile that the test has closed, or that has crashed, is not used again."""
        for key, context, page, origins in self._lent:
            try:
                session = context.new_cdp_session(page)
                for origin in origins:
                    session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": KEPT})
                context.clear_cookies()
                context.clear_permissions()
                for one in context.pages[1:]:  # without any, the browser would end
                    one.close()
            except Error:
                context.close()
            else:
                self._profiles.give_back(key, context)
        self._lent.clear()
