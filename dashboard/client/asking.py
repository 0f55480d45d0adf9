"""Asks a server over HTTP."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from dashboard.client.errors import CannotConnect, Refused
from dashboard.client.line import closed, unreachable

if TYPE_CHECKING:
    from dashboard.client.address import Address

#: Seconds for an answer.
TIMEOUT = 60.0
#: Seconds between tries while the server answers others, and how many there are.
AGAIN, TRIES = 1.0, 5


def ask(address: Address, path: str, parameters: Sequence[tuple[str, object]], kind: str) -> bytes:
    """The body of an answer, which has to be of that content type.

    Raises:
        CannotConnect: nobody answers, or somebody else.
        Refused: the server does not give that.
    """
    query = f"?{urlencode(parameters)}" if parameters else ""
    request = urllib.request.Request(f"{address.url}{path}{query}", headers=address.headers)
    for left in reversed(range(TRIES)):
        try:
            return _open(address, request, kind)
        except Refused as refused:
            if refused.code != "rate_limited" or not left:
                raise
        time.sleep(AGAIN)
    raise AssertionError("the last try has returned or raised")


def _open(address: Address, request: urllib.request.Request, kind: str) -> bytes:
    handlers: list[urllib.request.BaseHandler] = [_NoRedirect(), urllib.request.HTTPSHandler(context=address.tls)]
    if address.local:
        handlers.append(urllib.request.ProxyHandler({}))
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=TIMEOUT) as answer:
            body: bytes = answer.read()
            came = answer.headers.get_content_type()
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(address, error.code, error.read()) from None
    except urllib.error.URLError as error:
        raise unreachable(address, error.reason) from None
    except (OSError, HTTPException) as error:
        raise unreachable(address, error) from None
    if came != kind:
        raise CannotConnect(f"{address.url} answers with {came}; is a Plotroom there?")
    return body


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The token is for that address and no other."""

    def redirect_request(self, *about: Any) -> None:  # Any: as the base class says
        return None


def _refusal(address: Address, status: int, body: bytes) -> Refused | CannotConnect:
    try:
        error: Any = json.loads(body)["error"]
        code, message = str(error["code"]), str(error["message"])
    except (ValueError, KeyError, TypeError):
        return CannotConnect(f"{address.url} answers with status {status}; is a Plotroom there?")
    return closed(address, status, message) if status in (401, 403) else Refused(code, message)
