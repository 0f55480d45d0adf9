"""Panels in pages of others: which pages may frame one, and the key that opens one panel and nothing else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from werkzeug.wrappers import Request

from dashboard.errors import RequestRefused
from dashboard.live.extract import Opened
from dashboard.web.tokens import Token

PATH = "/embed/"
#: What a program, here the framed page, shows in place of the token: `embed.KEY.SLUG.PANEL`.
_TICKET = re.compile(r"embed\.([\w-]{43})\.([a-z][a-z0-9_-]*)\.([\w.-]{1,200})")
_PLACE = re.compile(rf"{PATH}([a-z][a-z0-9_-]*)/([\w.-]{{1,200}})")
#: How a browser calls a page that stands within another one.
_FRAMES = ("iframe", "frame", "embed", "object")


class Spot(NamedTuple):
    """A panel of a dashboard."""

    slug: str
    panel: str


class Embeds:
    """Who may frame which panel.

    A browser sends no cookie of ours from within a page of another site, and the token, which opens everything, does
    not belong into such a page. So each panel has a key, derived from the token: it is in the frame's address, opens
    the series of that panel to whoever has it, and ends when the token is renewed.

    Args:
        origins: pages that may frame panels; without any the whole thing is off.
        token: of the server, None when it asks for none.
        shown: what a panel shows; None when there is no such panel.
    """

    def __init__(self, origins: tuple[str, ...], token: Token | None, shown: Callable[[Spot], Opened | None]) -> None:
        self.origins = origins
        self._token = token
        self._shown = shown

    @property
    def ancestors(self) -> str:
        """The pages that may frame a panel, as `frame-ancestors` says it."""
        return " ".join(("'self'", *self.origins)) if self.origins else "'none'"

    def key(self, spot: Spot) -> str:
        """What opens a panel; "" where no key is needed."""
        if self._token is None:
            return ""
        text = f"plotroom embed 1\n{spot.slug}\n{spot.panel}"
        digest = hmac.new(self._token.value.encode(), text.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def ticket(self, spot: Spot) -> str:
        """What the page of a panel shows to the gate; "" where nothing is needed."""
        key = self.key(spot)
        return f"embed.{key}.{spot.slug}.{spot.panel}" if key else ""

    def opened(self, ticket: str) -> Opened | None:
        """What a ticket opens, None when it is none of ours or framing is off.

        Raises:
            RequestRefused: what it opens is not there now.
        """
        found = _TICKET.fullmatch(ticket)
        if found is None or not self.origins:
            return None
        spot = Spot(found[2], found[3])
        if not self._matches(spot, found[1]):
            return None
        opened = self._shown(spot)
        if opened is None:  # it may come again: the page asks on
            raise RequestRefused(503, "unavailable", "What that key opens is not there now.")
        return opened

    def lets_in(self, request: Request) -> bool:
        """Whether a request is for a panel's page, with its key, or for the files that every page of ours needs."""
        if not self.origins or request.method not in ("GET", "HEAD"):
            return False
        spot = spot_of(request.path)
        if spot is None:
            return request.path.startswith("/static/")
        return self._matches(spot, request.args.get("key", ""))

    def judge(self, request: Request) -> None:
        """Say in words what the browser of a framed page would only show as broken.

        Raises:
            RequestRefused: the page around it may not frame panels.
        """
        if not is_framed(request):
            return
        if not self.origins:
            raise RequestRefused(
                403, "forbidden", "This Plotroom shows no panels in other pages. Whoever runs it can allow a page in "
                "the setting embed_origins."
            )  # fmt: skip
        around = _origin(request.headers.get("Referer", ""))
        if around and around not in self.origins:
            raise RequestRefused(
                403, "forbidden", f"Pages of {around[:100]} may not show panels of this Plotroom. Whoever runs it can "
                "add that origin to the setting embed_origins."
            )  # fmt: skip

    def _matches(self, spot: Spot, key: str) -> bool:
        expected = self.key(spot)
        return bool(expected) and hmac.compare_digest(key.encode(), expected.encode())


def spot_of(path: str) -> Spot | None:
    """The panel that an address below the base path is of."""
    found = _PLACE.fullmatch(path)
    return Spot(found[1], found[2]) if found else None


def is_framed(request: Request) -> bool:
    """Whether a page of another origin shows the answer within itself."""
    return (
        request.path.startswith(PATH)
        and request.headers.get("Sec-Fetch-Dest") in _FRAMES
        and request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
    )


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else ""
