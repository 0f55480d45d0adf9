"""Where a server is, and how one gets in."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from dashboard.client.errors import CannotConnect

_SECURE = {"http": False, "ws": False, "https": True, "wss": True}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Address:
    """The parts of an address.

    Attributes:
        origin: scheme, host and port: `http://127.0.0.1:8420`.
        base: path under which the server lives, without a slash at its end.
        token: what it asks for; "" for nothing.
        ca: file of the certificate to believe, or a context that believes some; "" for those that this machine knows.
    """

    origin: str
    base: str = ""
    token: str = field(default="", repr=False)
    ca: str | ssl.SSLContext = ""

    @property
    def url(self) -> str:
        return self.origin + self.base

    @property
    def local(self) -> bool:
        """Whether it is on this machine, which no proxy leads to."""
        return urlsplit(self.origin).hostname in _LOOPBACK

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    @property
    def tls(self) -> ssl.SSLContext | None:
        if not self.origin.startswith("https"):
            return None
        if isinstance(self.ca, ssl.SSLContext):
            return self.ca
        try:
            return ssl.create_default_context(cafile=self.ca or None)
        except OSError as error:
            raise CannotConnect(f"certificate {self.ca}: {error.strerror or error}; give a file in PEM form") from None


def address(url: str, token: str = "", ca: str | ssl.SSLContext = "") -> Address:
    """What an address says; also one with its token, as `plotroom token` shows it.

    Raises:
        CannotConnect: it is no address.
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in _SECURE or not parts.hostname or port == -1:
        raise CannotConnect(f"{url!r} is no address of a Plotroom; write it as in 'http://127.0.0.1:8420'")
    scheme = "https" if _SECURE[parts.scheme] else "http"
    # Without a name and password, which have no meaning here.
    origin = f"{scheme}://{parts.netloc.rpartition('@')[2]}"
    told = parse_qs(parts.query).get("token", [""])[0]
    return Address(origin, parts.path.rstrip("/"), token or told, ca)
