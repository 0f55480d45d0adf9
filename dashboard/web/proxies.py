"""What a reverse proxy says of the request it passes on, believed only when the proxy is a known one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from wsgiref.types import WSGIEnvironment

Network = IPv4Network | IPv6Network

#: Taken out of every request, so that nothing behind the gate can believe them: python-engineio would.
HEADERS = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_SERVER",
    "HTTP_X_REAL_IP",
)
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+")


def apply_forwarded(environ: WSGIEnvironment, trusted: Sequence[Network]) -> str:
    """Put the client's address, scheme and host in place of the proxy's; the prefix that the proxy took off, or ""."""
    headers = {name: str(environ.pop(name)) for name in HEADERS if name in environ}
    peer = str(environ.get("REMOTE_ADDR", ""))
    if not headers or not is_trusted(peer, trusted):
        return ""
    chain = [part.strip() for part in headers.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    # From the right: each proxy appends whom it has talked to, and the client can write whatever it likes further left.
    while chain and is_trusted(peer, trusted):
        peer = chain.pop()
    environ["REMOTE_ADDR"] = peer
    scheme = _last(headers, "HTTP_X_FORWARDED_PROTO").lower()
    if scheme in ("http", "https"):
        environ["wsgi.url_scheme"] = scheme
    host = _last(headers, "HTTP_X_FORWARDED_HOST")
    if host:
        environ["HTTP_HOST"] = host
    prefix = _last(headers, "HTTP_X_FORWARDED_PREFIX").rstrip("/")
    return prefix if _PREFIX.fullmatch(prefix) else ""


def _last(headers: dict[str, str], name: str) -> str:
    return headers.get(name, "").rpartition(",")[2].strip()


def is_trusted(peer: str, trusted: Sequence[Network]) -> bool:
    """Whether an address is in one of the networks."""
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    # A dual-stack socket shows IPv4 peers as ::ffff:192.0.2.1.
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in trusted)
