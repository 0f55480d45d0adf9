"""Asking a running server over its HTTP API, without more than the standard library; what fails is one line."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from dashboard.cli.running import address_of, tls_of, token_of
from dashboard.errors import CannotStart

if TYPE_CHECKING:
    from email.message import Message

    from dashboard.settings import Settings

PATIENCE = 10.0  # seconds
#: Bytes of an answer that are read: no list or dashboard is larger.
MOST = 64 * 2**20


class Nobody(CannotStart):
    """Nothing answers at that address."""


class Refused(CannotStart):
    """The server does not do what it was asked for.

    Attributes:
        code: for programs, "" when it is no Plotroom's answer.
        answer: all of it.
    """

    def __init__(self, sentence: str, code: str = "", answer: Any = None) -> None:  # Any: JSON
        super().__init__(sentence)
        self.code = code
        self.answer = answer


class Remote:
    """A server that runs.

    Args:
        settings: where it is when no address is given, and where its token is kept.
        url: its address; None for the one of these settings, on this machine.
        secret: its token.

    Attributes:
        address: without a slash at its end.
    """

    def __init__(self, settings: Settings, url: str | None, secret: str | None) -> None:
        self.address = address_of(settings, url)
        self._token = token_of(settings, url, secret)
        # One on this machine is not asked through a proxy.
        proxies = [ProxyHandler({})] if url is None else []
        self._opener = build_opener(_NoRedirect, HTTPSHandler(context=tls_of(settings, url)), *proxies)

    def ask(self, path: str, method: str = "GET", body: Mapping[str, object] | None = None) -> Any:  # Any: JSON
        """What it answers.

        Raises:
            Nobody: nothing is there.
            Refused: it answers by an error.
        """
        import orjson

        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        data = None if body is None else orjson.dumps(body)
        request = Request(f"{self.address}{path}", data, headers, method=method)
        try:
            with self._opener.open(request, timeout=PATIENCE) as answer:
                return orjson.loads(answer.read(MOST))
        except HTTPError as refused:
            with refused:
                raise self._refused(refused.code, refused.read(MOST)) from None
        except URLError as error:
            if isinstance(error.reason, ssl.SSLError):
                why = f"{self.address} speaks no TLS that is to be trusted: {error.reason.reason}"
                raise CannotStart(why) from None
            raise self._nobody(error.reason) from None
        except orjson.JSONDecodeError:
            raise CannotStart(f"{self.address} is no Plotroom: it did not answer in JSON") from None
        except (OSError, HTTPException) as error:
            raise self._nobody(error) from None

    def _nobody(self, why: object) -> CannotStart:
        if isinstance(why, ConnectionRefusedError):
            hint = "start it with `plotroom`, or say where it is with --url"
            return Nobody(f"nothing listens at {self.address}; {hint}")
        if isinstance(why, TimeoutError):
            return CannotStart(f"{self.address} has not answered within {PATIENCE:g} seconds")
        return CannotStart(f"{self.address} can't be reached: {getattr(why, 'strerror', None) or why}")

    def _refused(self, status: int, body: bytes) -> CannotStart:
        import orjson

        try:
            answer = orjson.loads(body)
            code, message = str(answer["error"]["code"]), str(answer["error"]["message"])
        except (ValueError, KeyError, TypeError):
            return Refused(f"{self.address} is no Plotroom that knows this: it answered with status {status}")
        hint = "; give it with --token" if status == 401 else ""
        return Refused(f"{self.address} refuses: {message.rstrip('.')}{hint}", code, answer)


class _NoRedirect(HTTPRedirectHandler):
    """The token is for that address and no other."""

    def redirect_request(
        self, req: Request, fp: object, code: int, msg: str, headers: Message, newurl: str
    ) -> Request | None:
        return None
