"""A server that runs already, as commands reach it: by default the one of these settings, on this machine."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import click

from dashboard.cli.options import setting_options
from dashboard.errors import CannotStart

if TYPE_CHECKING:
    from dashboard.client import Client
    from dashboard.settings import Settings

Command = TypeVar("Command", bound=Callable[..., object])

#: Where a server on all addresses is found from its own machine.
_HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def running_options(command: Command) -> Command:
    """Give a command the options that say where the server is: `url`, `secret`, and the settings that tell that."""
    command = setting_options("host", "port", "base_path", "config", "data_dir")(command)
    token = "--token", "secret"
    command = click.option(*token, help="its token; by default, and without --url, the one in the data folder")(command)
    return click.option("--url", help="address of the server; by default the one of these settings, on this machine")(
        command
    )


def client_of(settings: Settings, url: str | None, secret: str | None) -> Client:
    """A client of that server; an address may have its token, as `plotroom token` shows it."""
    from dashboard.client import Client

    if url is not None:
        return Client(url, token=secret or "")
    return Client(address_of(settings, url), token=token_of(settings, url, secret) or "", ca=tls_of(settings, url))


def address_of(settings: Settings, url: str | None) -> str:
    """Its address, without a slash at the end.

    Raises:
        CannotStart: what was given is none.
    """
    from dashboard.web.hosts import bracketed

    if url is not None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
            raise CannotStart(f"--url {url!r} is no address of a server; write it as http://HOST:PORT")
        return url.rstrip("/")
    scheme = "https" if settings.tls_certificate else "http"
    host = bracketed(_HERE.get(settings.host, settings.host))
    return f"{scheme}://{host}:{settings.port}{settings.base_path}"


def token_of(settings: Settings, url: str | None, given: str | None) -> str | None:
    """What it may ask for."""
    from dashboard.web.tokens import read_token

    if given is not None or url is not None:  # our own secret is not for whatever address one types
        return given
    kept = read_token(settings.data_dir)
    return kept.value if kept else None


def tls_of(settings: Settings, url: str | None) -> ssl.SSLContext:
    """Which certificates to believe.

    Raises:
        CannotStart: the file of one can't be read.
    """
    context = ssl.create_default_context()
    if url is None and settings.tls_certificate:
        # It is this very certificate that is believed, whatever name it is for: the server is reached by its address.
        try:
            context.load_verify_locations(settings.tls_certificate)
        except OSError as error:
            raise CannotStart(f"--tls-certificate {settings.tls_certificate}: {error.strerror or error}") from None
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.check_hostname = False
    return context
