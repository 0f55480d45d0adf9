"""The gate in front of Flask and Socket.IO: who may ask, under which name, from which page."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from urllib.parse import urlencode
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from dashboard.errors import INTERNAL, RequestRefused
from dashboard.live.namespaces.only import ONLY
from dashboard.web.answers import PlainPages, for_programs, gives_data, json_error, secured
from dashboard.web.embeds import Embeds, is_framed
from dashboard.web.hosts import Hosts
from dashboard.web.languages import language_of
from dashboard.web.proxies import Network, apply_forwarded
from dashboard.web.tokens import Token, take_offer

logger = logging.getLogger(__name__)

COOKIE_AGE = 30 * 86_400  # seconds
MAX_FORM = 4096  # bytes
_SAFE = ("GET", "HEAD", "OPTIONS")
#: What a browser says of a request that a page of another site, or of another port or subdomain of this one, makes.
_FROM_ELSEWHERE = ("cross-site", "same-site")
#: What the page of a panel asks for by name.
_OF_METRICS = ("/api/v1/query", "/api/v1/figures", "/api/v1/oldest")


class Access:
    """A WSGI application that lets a request through to another one, or answers it itself.

    Args:
        inner: the application behind the gate.
        hosts: the allow-list of Host and Origin.
        token: what must be shown, or None when nobody is asked.
        pages: the pages of sign-in and refusal.
        cookie: name of the cookie. Cookies are shared by all ports of a host, so it should tell servers apart.
        base_path: under which a proxy serves us, "" for none.
        proxies: networks whose X-Forwarded-* headers are believed.
        embeds: who may frame which panel.
    """

    def __init__(
        self,
        inner: WSGIApplication,
        *,
        hosts: Hosts,
        token: Token | None,
        pages: PlainPages,
        cookie: str = "plotroom",
        base_path: str = "",
        proxies: tuple[Network, ...] = (),
        embeds: Embeds | None = None,
    ) -> None:
        self._inner = inner
        self._hosts = hosts
        self._token = token
        self._pages = pages
        self._cookie = cookie
        self._base_path = base_path
        self._proxies = proxies
        self._embeds = embeds or Embeds((), token, lambda spot: None)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # Typed by the protocol with positional-only parameters, and called so by every server.
        def respond(status, headers, exc_info=None, /):  # type: ignore[no-untyped-def]  # as StartResponse says
            return start_response(status, secured(headers), exc_info)

        prefix = apply_forwarded(environ, self._proxies)
        self._enter(environ, prefix)
        offer = take_offer(environ)
        try:
            answer = self._judge(Request(environ), offer)
            if answer is None:
                return self._inner(environ, respond)
        except RequestRefused as refused:
            answer = self._refusal(environ, refused)
        except ConnectionError:  # the client left; also how a WebSocket ends under Werkzeug
            raise
        except Exception:  # the boundary of a request: told to the log, and to the reader as a sentence
            logger.exception("%r %r failed", environ["REQUEST_METHOD"], environ.get("PATH_INFO"))
            error = RequestRefused(500, "internal", INTERNAL)
            answer = self._refusal(environ, error)
        return answer(environ, respond)

    def _enter(self, environ: WSGIEnvironment, prefix: str) -> None:
        """Move the base path from PATH_INFO to SCRIPT_NAME; a proxy may have taken it off already."""
        base = prefix or self._base_path
        path = environ.get("PATH_INFO", "")
        environ["SCRIPT_NAME"] = base
        if base and (path == base or path.startswith(base + "/")):
            environ["PATH_INFO"] = path[len(base) :]

    def _judge(self, request: Request, offer: str) -> Response | None:
        """None lets the request through."""
        host = request.environ.get("HTTP_HOST", "")
        if not self._hosts.allows(host):
            raise RequestRefused(
                403, "forbidden", f"This Plotroom does not answer to the name {host[:100]!r}. "
                "If that is its name, add it to the setting allowed_hosts."
            )  # fmt: skip
        self._check_origin(request, host)
        self._embeds.judge(request)
        answer = self._ask_token(request, offer)
        if answer is not None:
            return answer
        if request.environ["PATH_INFO"] == "":
            return Response(status=308, headers={"Location": request.root_path.rstrip("/") + "/"})
        return None

    def _check_origin(self, request: Request, host: str) -> None:
        """Programs send no Origin; browsers do with every WebSocket, fetch and POST of another page, and don't lie.

        They leave it out of what a page embeds or links to, and say Sec-Fetch-Site then: a page may be linked to, but
        data is not for others to load, even where they could not read it, for it is work.
        """
        origin = request.headers.get("Origin")
        data = gives_data(request.path)
        if origin is None:
            if data and request.headers.get("Sec-Fetch-Site") in _FROM_ELSEWHERE:
                raise _foreign("A page of another site")
        elif data or request.method not in _SAFE or "Upgrade" in request.headers:
            self._demand_known(origin, request.scheme, host)

    def _demand_known(self, origin: str, scheme: str, host: str) -> None:
        if not self._hosts.allows_origin(origin, scheme, host):
            raise _foreign(f"A page of {origin[:100]!r}")

    def _ask_token(self, request: Request, offer: str) -> Response | None:
        token = self._token
        if token is None:
            return None
        signing_in = request.path == "/login" and request.method == "POST"
        if not signing_in and token.matches_cookie(request.cookies.get(self._cookie, "")):
            if "token" in request.args and request.method == "GET" and not for_programs(request.path):
                return self._onward(request, _own_path(request.path + _query_without_token(request)))
            return None
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            self._check_shown(request, token, credentials.strip())
            return None
        if offer and request.path.startswith("/socket.io"):
            self._check_shown(request, token, offer)
            return None
        if self._embeds.lets_in(request):
            return None
        if for_programs(request.path):
            raise _unauthorized("A token is needed: send it as 'Authorization: Bearer TOKEN'.")
        if signing_in:
            return self._sign_in(request, token)
        return self._offer_sign_in(request, token)

    def _check_shown(self, request: Request, token: Token, shown: str) -> None:
        """The token, or the ticket of a panel, which opens the series of that panel and nothing else."""
        if token.matches(shown):
            return
        opened = self._embeds.opened(shown)
        if opened is None:
            raise _unauthorized("That token is not valid.")
        request.environ[ONLY] = opened
        if request.path == "/healthz" or request.path.startswith("/socket.io"):
            return
        asked = request.args.getlist("metric")
        if request.path not in _OF_METRICS or not asked or not set(asked).issubset(opened.metrics):
            raise RequestRefused(403, "forbidden", "The key of a panel opens nothing but that panel.")

    def _sign_in(self, request: Request, token: Token) -> Response:
        request.max_content_length = MAX_FORM
        try:
            form = request.form
        except RequestEntityTooLarge:
            raise RequestRefused(413, "too_large", "The form is larger than any token.") from None
        except HTTPException:  # the client has hung up in the middle of it
            raise RequestRefused(400, "bad_request", "The form can't be read.") from None
        onward = _own_path(form.get("next", ""))
        if token.matches(form.get("token", "").strip()):
            return self._welcome(request, token, onward)
        return self._login_page(request, onward, "That token is not valid.")

    def _offer_sign_in(self, request: Request, token: Token) -> Response:
        if is_framed(request):
            raise _unauthorized(
                "The address of this panel has no valid key: copy its embed code from the panel's menu again. "
                "A new token of the server ends all keys."
            )
        onward = _own_path(request.path + _query_without_token(request))
        given = request.args.get("token")
        if given is not None and request.method in _SAFE:
            if token.matches(given):
                return self._welcome(request, token, onward)
            return self._login_page(request, onward, "The token in that address is not valid.")
        # After a click on another site a browser holds back a Strict cookie; asked again from our own page it does not.
        if request.headers.get("Sec-Fetch-Site") in _FROM_ELSEWHERE and request.method == "GET":
            return self._onward(request, onward)
        return self._login_page(request, onward)

    def _login_page(self, request: Request, onward: str, trouble: str = "") -> Response:
        action = f"{self._base(request)}/login"
        return self._pages.login(action, onward, trouble, language=language_of(request))

    def _onward(self, request: Request, path: str) -> Response:
        return self._pages.onward(self._base(request) + path, language_of(request))

    def _welcome(self, request: Request, token: Token, onward: str) -> Response:
        answer = self._onward(request, onward)
        answer.set_cookie(
            self._cookie,
            token.cookie,
            max_age=COOKIE_AGE,
            path=self._base(request) or "/",
            secure=request.scheme == "https",
            httponly=True,
            samesite="Strict",
        )
        return answer

    def _refusal(self, environ: WSGIEnvironment, refused: RequestRefused) -> Response:
        if for_programs(environ.get("PATH_INFO", "")):
            answer = json_error(refused)
        else:
            request = Request(environ)
            answer = self._pages.error(refused, language=language_of(request), framed=is_framed(request))
        if refused.status == 401:
            answer.headers["WWW-Authenticate"] = 'Bearer realm="plotroom"'
        return answer

    @staticmethod
    def _base(request: Request) -> str:
        return str(request.environ["SCRIPT_NAME"])


def _unauthorized(message: str) -> RequestRefused:
    return RequestRefused(401, "unauthorized", message)


def _foreign(who: str) -> RequestRefused:
    return RequestRefused(
        403, "forbidden", f"{who} may not connect to this Plotroom. "
        "Behind a proxy, set trusted_proxies; for a page of yours, add it to allowed_origins."
    )  # fmt: skip


def _own_path(path: str) -> str:
    """`path` if it stays on this server, else "/"; browsers read "//host" and "/\\host" as another one."""
    return path if re.fullmatch(r"/(?![/\\])[^\x00-\x20\\]*", path) and path != "/login" else "/"


def _query_without_token(request: Request) -> str:
    rest = [(name, value) for name, value in request.args.items(multi=True) if name != "token"]
    return f"?{urlencode(rest)}" if rest else ""
