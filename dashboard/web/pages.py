"""The page: `/` and `/d/<slug>`, with all that it needs for its first drawing inside."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable

from flask import Blueprint
from werkzeug.wrappers import Response

from collectors.units import UNITS, unit
from dashboard.dashboards.boards import Boards
from dashboard.dashboards.versions import Unavailable, Unknown
from dashboard.errors import RequestRefused
from dashboard.history.store import History
from dashboard.live.catalog import Catalog
from dashboard.web.dashboards import listed, shown
from dashboard.web.families import OVERVIEW, families
from dashboard.web.figures import Figures
from dashboard.web.shell import Shell

_SLUG = re.compile(r"[a-z][a-z0-9_-]{0,119}")


class Pages:
    """Builds the page of a dashboard.

    Args:
        shell: of the page.
        boards: the dashboards that people have made.
        here: how many people look at the dashboard of a slug; None when people are not shown.
    """

    def __init__(
        self,
        catalog: Catalog,
        history: History,
        figures: Figures,
        shell: Shell,
        boards: Boards,
        here: Callable[[str], int] | None = None,
    ) -> None:
        self._catalog = catalog
        self._history = history
        self._figures = figures
        self._shell = shell
        self._boards = boards
        self._here = here
        self._host = socket.gethostname()

    def overview(self) -> Response:
        return self.dashboard(OVERVIEW)

    def dashboard(self, slug: str) -> Response:
        # A family that is not there (yet) is a page all the same: a plugin may be about to declare it.
        if not _SLUG.fullmatch(slug):
            raise RequestRefused(404, "not_found", "There is no dashboard of that name.")
        here = self._here(slug) if self._here else 0
        return self._shell.page("page.html", self._title(slug), lambda: self._boot(slug), here=here)

    def _boot(self, slug: str) -> dict[str, object]:
        metrics = self._catalog.metrics()
        known = [one for one in (self._catalog.metric(each["name"]) for each in metrics) if one is not None]
        return {
            "slug": slug,
            "host": self._host,
            "epoch": self._history.epoch,
            "people": self._here is not None,
            "metrics": metrics,
            "collectors": self._catalog.collectors(),
            "units": {name: unit(name).steps for name in {*UNITS, *(one["unit"] for one in metrics)}},
            "families": families(one["family"] for one in metrics),
            "figures": self._figures.of(known),
            "templates": self._figures.templates(),
            "dashboards": listed(self._boards),
            "dashboard": self._made(slug),
        }

    def _made(self, slug: str) -> dict[str, object] | None:
        """The dashboard that somebody has made under that slug; None when nobody has, or it can't be read now."""
        if self._boards.entry(slug) is None:
            return None
        try:
            return shown(*self._boards.find(slug))
        except (Unknown, Unavailable):  # deleted a moment ago; or a banner says why
            return None

    def _title(self, slug: str) -> str:
        if slug == OVERVIEW:
            return "Overview"
        made = self._boards.entry(slug)
        if made is not None:
            return made.title
        titles = {one["slug"]: str(one["title"]) for one in families([slug])}
        return titles[slug]


def blueprint(pages: Pages) -> Blueprint:
    """The addresses of the pages."""
    routes = Blueprint("pages", __name__)
    routes.get("/")(pages.overview)
    routes.get("/d/<slug>")(pages.dashboard)
    return routes
