"""The bodies of requests: awaited whole before anything else hears of them, and only so many large ones at once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from dashboard.arrivals import NEWCOMER, Arrivals, Newcomer
from dashboard.live.budget import household

#: Bytes of a body that anybody may have at any time, and how many larger ones there are at once.
SMALL_BODY = 64 * 2**10
LARGE_BODIES = 64
#: The same of one address.
LARGE_EACH = 8
_JSON = [("Content-Type", "application/json"), ("Cache-Control", "no-store"), ("Retry-After", "1")]
_BUSY = b'{"ok":false,"error":{"code":"unavailable","message":"Too many large requests come in; try again."}}'


class WholeRequests:
    """A WSGI layer that hands requests on when the whole of them has come.

    Args:
        inner: the application.
        arrivals: who is waited for.
    """

    def __init__(self, inner: WSGIApplication, arrivals: Arrivals) -> None:
        self._inner = inner
        self._arrivals = arrivals
        self._large: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        newcomer: Newcomer = environ.pop(NEWCOMER)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length:
            with self._place(newcomer, length) as found:
                body = _read(environ["wsgi.input"], length) if found else None
            if not found:
                newcomer.close_connection = True
                start_response("503 Service Unavailable", [*_JSON, ("Content-Length", str(len(_BUSY)))])
                return _Parting(_BUSY, partial(self._arrivals.drain, newcomer.request))
            if body is None:
                newcomer.close_connection = True
                start_response("408 Request Timeout", [("Content-Length", "0")])
                return [b""]
            environ["wsgi.input"] = BytesIO(body)
        newcomer.heard = True
        self._arrivals.arrived(newcomer)
        return self._inner(environ, start_response)

    @contextmanager
    def _place(self, newcomer: Newcomer, length: int) -> Iterator[bool]:
        """Room for a body while it comes; whether there is any.

        Nobody has shown a token yet, and thousands of large ones would fill the memory; nor may one address take the
        room of all others.
        """
        if length <= SMALL_BODY:
            yield True
            return
        who = household(newcomer.client_address[0])
        with self._lock:
            found = self._large.total() < LARGE_BODIES and self._large[who] < LARGE_EACH
            self._large[who] += found
        try:
            yield found
        finally:
            with self._lock:
                self._large[who] -= found
                self._large += Counter()  # forgets who has none


class _Parting:
    """An answer after which something is done; either server calls `close` when all of it is sent."""

    def __init__(self, body: bytes, then: Callable[[], None]) -> None:
        self._body = body
        self.close = then

    def __iter__(self) -> Iterator[bytes]:
        return iter((self._body,))


def _read(source: Any, length: int) -> bytes | None:  # Any: the input of either server
    """The body, or None if the connection ends before it does."""
    try:
        body: bytes = source.read(length)
    except (OSError, EOFError):
        return None
    return body if len(body) == length else None
