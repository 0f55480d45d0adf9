"""The page: `/` and `/d/<slug>`, with all that it needs for its first drawing inside."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Callable, Iterator

import orjson
from flask import Blueprint, render_template, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from collectors.units import UNITS, unit
from dashboard.dashboards.boards import Boards
from dashboard.dashboards.store import Unavailable, Unknown
from dashboard.errors import INTERNAL, RequestRefused
from dashboard.history.store import History
from dashboard.live.catalog import Catalog
from dashboard.tasks import Tasks
from dashboard.web.dashboards import listed, shown
from dashboard.web.families import OVERVIEW, families
from dashboard.web.figures import Figures
from dashboard.web.languages import TAGS, Say, language_of, sayer
from dashboard.web.modules import Pack

logger = logging.getLogger(__name__)

#: Stands in a page for its data; what people write into a page is escaped, so that it is there once.
BOOT = Markup("<data>")
_SLUG = re.compile(r"[a-z][a-z0-9_-]{0,119}")


class Pages:
    """Builds the page of a dashboard.

    Args:
        boards: the dashboards that people have made.
        build: of the static files; the page reloads when the server says another one.
        pack: its modules.
        here: how many people look at the dashboard of a slug; None when people are not shown.
    """

    def __init__(
        self,
        catalog: Catalog,
        history: History,
        figures: Figures,
        tasks: Tasks,
        boards: Boards,
        build: str,
        pack: Pack,
        here: Callable[[str], int] | None = None,
    ) -> None:
        self._catalog = catalog
        self._history = history
        self._figures = figures
        self._tasks = tasks
        self._boards = boards
        self._build = build
        self._pack = pack
        self._here = here
        self._host = socket.gethostname()

    def overview(self) -> Response:
        return self.dashboard(OVERVIEW)

    def dashboard(self, slug: str) -> Response:
        # A family that is not there (yet) is a page all the same: a plugin may be about to declare it.
        if not _SLUG.fullmatch(slug):
            raise RequestRefused(404, "not_found", "There is no dashboard of that name.")
        base = request.root_path.rstrip("/")
        language = language_of(request)
        say = sayer(language)
        text = render_template(
            "page.html",
            boot=BOOT,
            static=f"{base}/static/{self._build}/",
            pack=self._pack,
            say=say,
            tag=TAGS[language],
            title=self._title(slug),
            here=self._here(slug) if self._here else 0,
        )
        streamed = parts(text, say, lambda: self._tasks.native(embedded, self._boot(slug, base)))
        return Response(streamed, content_type="text/html; charset=utf-8")

    def _boot(self, slug: str, base: str) -> dict[str, object]:
        metrics = self._catalog.metrics()
        known = [one for one in (self._catalog.metric(each["name"]) for each in metrics) if one is not None]
        return {
            "version": self._build,
            "base": base,
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


def parts(text: str, say: Say, boot: Callable[[], str]) -> Iterator[str]:
    """A page in two parts: the browser fetches its files while the data for its first drawing are brought together.

    That takes a while the first time, since it imports plotly.

    Args:
        text: the page, with `BOOT` where its data will be.
        say: tells a fault in the reader's language.
        boot: makes them, as `embedded` does.
    """
    before, after = text.split(BOOT)
    yield before
    try:
        yield boot() + after
    except Exception:  # the boundary of a request whose answer has begun
        logger.exception("a page failed after its first part")
        yield f"{{}}</script><p>{escape(say(INTERNAL))}</p>"


def embedded(content: object) -> str:
    """`content` as JSON that can stand inside a `<script>` element: no tag and no comment can begin in it."""
    text = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS).decode()
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
