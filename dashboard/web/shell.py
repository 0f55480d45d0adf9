"""What every page is made of around its charts, sent in two parts; the data for its first drawing are inside."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping

import orjson
from flask import render_template, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from dashboard.errors import INTERNAL
from dashboard.tasks import Tasks
from dashboard.web.languages import TAGS, Say, language_of, sayer
from dashboard.web.modules import Pack

logger = logging.getLogger(__name__)

#: Stands in a page for its data; what people write into a page is escaped, so that it is there once.
BOOT = Markup("<data>")


class Shell:
    """Makes pages of templates that extend `shell.html`.

    Args:
        tasks: how to leave for a native thread.
        build: of the static files; the page reloads when the server says another one.
        pack: its modules.
    """

    def __init__(self, tasks: Tasks, build: str, pack: Pack) -> None:
        self._tasks = tasks
        self._build = build
        self._pack = pack

    def page(
        self,
        template: str,
        title: str,
        boot: Callable[[], dict[str, object]],
        headers: Mapping[str, str] | None = None,
        **more: object,
    ) -> Response:
        """The answer to the request at hand, in its reader's language.

        Args:
            template: its name.
            title: of the page.
            boot: brings together the data for its first drawing, after the first part is sent.
            headers: of the answer.
            more: for the template.
        """
        base = request.root_path.rstrip("/")
        language = language_of(request)
        say = sayer(language)
        static = f"{base}/static/{self._build}/"
        text = render_template(
            template, boot=BOOT, static=static, pack=self._pack, say=say, tag=TAGS[language], title=title, **more
        )

        def data() -> str:
            made: str = self._tasks.native(embedded, {"version": self._build, "base": base, **boot()})
            return made

        return Response(_parts(text, say, data), content_type="text/html; charset=utf-8", headers=headers)


def _parts(text: str, say: Say, boot: Callable[[], str]) -> Iterator[str]:
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
