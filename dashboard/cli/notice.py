"""`plotroom notice TEXT`: tell everybody who looks at a running server something."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from http.client import HTTPException
from typing import TYPE_CHECKING, NoReturn
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

import click

from dashboard.cli.options import Context
from dashboard.cli.running import address_of, running_options, tls_of, token_of
from dashboard.errors import CannotStart

if TYPE_CHECKING:
    from email.message import Message

LEVELS = ("info", "warning", "error")
PATIENCE = 10.0  # seconds


@click.command()
@click.argument("text", required=False, default="")
@click.option("--level", type=click.Choice(LEVELS), default="info", help="how bad it is [default: info]")
@click.option("--topic", help="what it is about: it stands, for those who come later as well, until it is cleared")
@click.option("--clear", is_flag=True, help="end what stands on that topic")
@running_options
@click.pass_obj
def notice(
    context: Context, /, text: str, level: str, topic: str | None, clear: bool, url: str | None, secret: str | None,
    **arguments: object,
) -> None:  # fmt: skip
    """Tell everybody who looks at a running Plotroom something, such as "restart at 18:00"."""
    context.add(arguments)
    settings = context.settings()
    if clear and (text or topic is None):
        raise CannotStart("--clear ends what stands on a topic; write `plotroom notice --clear --topic TOPIC`")
    if not clear and not text.strip():
        raise CannotStart('there is nothing to tell; write the text after the command, as in `plotroom notice "Hello"`')
    notice = {"text": text, "level": level} | ({} if topic is None else {"topic": topic})
    post(address_of(settings, url), notice, token_of(settings, url, secret), tls_of(settings, url), local=url is None)
    click.echo("cleared" if clear else "told")


def post(address: str, notice: Mapping[str, str], token: str | None, tls: ssl.SSLContext, local: bool) -> None:
    """Send a notice to a server.

    Args:
        address: of the server, without a slash at its end.
        notice: what `POST /api/v1/notices` takes.
        token: of the server.
        tls: which certificates to believe.
        local: it is on this machine, so no proxy is asked.

    Raises:
        CannotStart: nobody is there, or it refuses.
    """
    import orjson

    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = Request(f"{address}/api/v1/notices", orjson.dumps(notice), headers)
    proxies = [ProxyHandler({})] if local else []
    try:
        with build_opener(_NoRedirect, HTTPSHandler(context=tls), *proxies).open(request, timeout=PATIENCE) as answer:
            answer.read()
    except HTTPError as refused:
        with refused:
            _refused(address, refused.code, refused.read(65_536))
    except URLError as error:
        if isinstance(error.reason, ssl.SSLError):
            raise CannotStart(f"{address} speaks no TLS that is to be trusted: {error.reason.reason}") from None
        raise CannotStart(_nobody(address, error.reason)) from None
    except (OSError, HTTPException) as error:
        raise CannotStart(_nobody(address, error)) from None


class _NoRedirect(HTTPRedirectHandler):
    """The token is for that address and no other."""

    def redirect_request(
        self, req: Request, fp: object, code: int, msg: str, headers: Message, newurl: str
    ) -> Request | None:
        return None


def _nobody(address: str, why: object) -> str:
    if isinstance(why, ConnectionRefusedError):
        return f"nothing listens at {address}; start it with `plotroom`, or say where it is with --url"
    if isinstance(why, TimeoutError):
        return f"{address} has not answered within {PATIENCE:g} seconds"
    return f"{address} can't be reached: {getattr(why, 'strerror', None) or why}"


def _refused(address: str, status: int, body: bytes) -> NoReturn:
    import orjson

    try:
        message = str(orjson.loads(body)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        raise CannotStart(f"{address} is no Plotroom that takes notices: it answered with status {status}") from None
    hint = "; give it with --token" if status == 401 else ""
    raise CannotStart(f"{address} refuses: {message.rstrip('.')}{hint}")
