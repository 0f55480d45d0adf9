"""Where the browser of the tests, screenshots and benchmarks is, and how it is started."""

from __future__ import annotations

import shutil

#: No GPU and no sandbox: tests run in containers, often as root. The rest keeps Chromium off the network.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chromium-headless-shell")


def find_chromium() -> str:
    """The path of an installed Chromium.

    Raises:
        FileNotFoundError: none is installed; the text says how to get one.
    """
    return _find(NAMES)


def find_shell() -> str:
    """The same, but Chromium without its windows where it is installed: a sixth less work for each test.

    Raises:
        FileNotFoundError: as `find_chromium`.
    """
    return _find(NAMES[::-1])


def _find(names: tuple[str, ...]) -> str:
    for name in names:
        path = shutil.which(name)
        if path:
            return path
    raise FileNotFoundError(f"no Chromium found (looked for {', '.join(names)}); on Debian: apt-get install chromium")
