"""Answers that need nothing but themselves: errors as JSON or as a page, sign-in; and the headers of every answer."""

from __future__ import annotations

import base64
import hashlib
from http import HTTPStatus

import jinja2
import orjson
from markupsafe import Markup
from werkzeug.wrappers import Response

from dashboard.errors import RequestRefused
from dashboard.paths import TEMPLATES
from dashboard.web.languages import TAGS, sayer

#: Addresses that give data, to our own page and to programs.
_DATA = ("/api/", "/healthz", "/metrics", "/socket.io")
#: Addresses that programs ask; all others are pages.
_FOR_PROGRAMS = (*_DATA, "/static/")


def _hash_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


#: Style attributes that Plotly writes as text. One keeps the cells of a heat map from being smeared, others are those
#: of the tags in its texts, as in the ticks 10<sup>30</sup>. Beside them, it only empties some, next to colour bars.
_PIXELATED = "".join(
    f"image-rendering: {value}; "
    for value in (
        "optimizeSpeed", "-moz-crisp-edges", "-o-crisp-edges", "-webkit-optimize-contrast", "optimize-contrast",
        "crisp-edges", "pixelated",
    )
)  # fmt: skip
_TAGS = (
    "font-size:70%", "font-weight:bold", "font-style:italic", "font-style:italic;font-weight:bold",
    "text-decoration:underline", "text-decoration:line-through",
)  # fmt: skip

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "style-src-attr": f"'unsafe-hashes' {' '.join(map(_hash_of, (_PIXELATED, '', *_TAGS)))}",
    "img-src": "'self' data: blob:",
    # By CSP3 'self' covers the WebSocket of the same host and port.
    "connect-src": "'self'",
    "font-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def policy(**changed: str) -> str:
    """The policy of a page, with other words for some of its directives; `_` in a name stands for `-`."""
    words = {**_POLICY, **{name.replace("_", "-"): value for name, value in changed.items()}}
    return "; ".join(f"{name} {value}" for name, value in words.items())


HEADERS = {
    "Content-Security-Policy": policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


def secured(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """`headers` with those of `HEADERS` that they do not set themselves.

    X-Frame-Options knows no list of origins: where the policy of an answer lets some frame it, its word holds alone.
    """
    given = {name.lower() for name, _ in headers}
    policies = [value for name, value in headers if name.lower() == "content-security-policy"]
    if any("frame-ancestors 'none'" not in one for one in policies):
        given.add("x-frame-options")
    return headers + [(name, value) for name, value in HEADERS.items() if name.lower() not in given]


def for_programs(path: str) -> bool:
    """Whether `path` (below the base path) answers in JSON rather than with a page."""
    return path.startswith(_FOR_PROGRAMS)


def gives_data(path: str) -> bool:
    """Whether `path` (below the base path) is for our own page and for programs, never for a page of another site."""
    return path.startswith(_DATA)


def json_answer(content: object, status: int = 200) -> Response:
    """`content` as JSON; NaN becomes null, numpy arrays become lists."""
    body = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(body, status, content_type="application/json")


def json_error(refused: RequestRefused) -> Response:
    """The one JSON error shape."""
    error = {"code": refused.code, "message": refused.message}
    return json_answer({"ok": False, "error": error}, refused.status)


class PlainPages:
    """The pages that stand alone, with their style inlined.

    Their policy allows exactly that style by its hash, so that nothing has to be served to who is not signed in.
    `language` is one of `languages.TAGS`.
    """

    def __init__(self) -> None:
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
        )
        style = (TEMPLATES / "plain.css").read_text(encoding="utf-8")
        self._style = Markup(style)  # noqa: S704 - our own file
        self._hash = _hash_of(style)

    def login(self, action: str, onward: str, trouble: str = "", status: int = 401, language: str = "en") -> Response:
        """The form that asks for the token; `onward` is where to go with the right one."""
        answer = self._page("login.html", status, language, action=action, next=onward, trouble=trouble)
        # Under no-referrer a browser sends "Origin: null" with the form, which the check of Origin refuses.
        answer.headers["Referrer-Policy"] = "same-origin"
        if status == 401:
            answer.headers["WWW-Authenticate"] = 'Bearer realm="plotroom"'
        return answer

    def onward(self, address: str, language: str = "en") -> Response:
        """A page that leads to `address` at once.

        Not a redirect: a browser that follows one after a click on another site does not send a SameSite=Strict
        cookie; the step from this page is our own, so it does.
        """
        return self._page("onward.html", 200, language, address=address)

    def error(self, refused: RequestRefused, home: str = "", language: str = "en", framed: bool = False) -> Response:
        """A sentence; `framed` lets any page show it within itself, for it tells nothing else."""
        phrase = HTTPStatus(refused.status).phrase
        answer = self._page("error.html", refused.status, language, title=phrase, message=refused.message, home=home)
        if framed:
            answer.headers["Content-Security-Policy"] = self._policy(frame_ancestors="*")
        return answer

    def _page(self, template: str, status: int, language: str, **values: object) -> Response:
        text = self._environment.get_template(template).render(
            style=self._style, say=sayer(language), tag=TAGS[language], **values
        )
        return Response(
            text,
            status,
            content_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": self._policy()},
        )

    def _policy(self, **changed: str) -> str:
        return policy(script_src="'none'", style_src=self._hash, **changed)
