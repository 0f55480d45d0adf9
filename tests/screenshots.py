"""Draws the pictures of docs/img: the page of a real server, in a real browser, after a minute of real samples."""

from __future__ import annotations

import argparse
import time

from tests.bench.measure import plotroom
from tests.bench.watching import chromium, open_page
from tests.server import ROOT

#: file -> width, height, colour scheme
PICTURES = {
    "overview-dark.png": (1440, 900, "dark"),
    "overview-light.png": (1440, 900, "light"),
    "phone.png": (390, 844, "dark"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=65, help="how long the server samples before it is drawn")
    parser.add_argument("--path", default="/", help="which page")
    arguments = parser.parse_args()
    folder = ROOT / "docs" / "img"
    folder.mkdir(parents=True, exist_ok=True)
    with plotroom() as server, chromium() as browser:
        time.sleep(arguments.seconds)
        for name, (width, height, scheme) in PICTURES.items():
            page = open_page(browser, server.url + arguments.path, width, height, scheme)
            # The window that a minute of samples fills.
            page.keyboard.press("1")
            # Every chart in view gets the samples of two ticks, so that none is caught half drawn.
            page.wait_for_timeout(2500)
            page.screenshot(path=folder / name)
            page.context.close()
            print(f"docs/img/{name}")


if __name__ == "__main__":
    main()
