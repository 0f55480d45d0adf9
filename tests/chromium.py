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

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str:
    """The path of an installed Chromium.

    Raises:
        FileNotFoundError: none is installed; the text says how to get one.
    """
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    raise FileNotFoundError(f"no Chromium found (looked for {', '.join(NAMES)}); on Debian: apt-get install chromium")
