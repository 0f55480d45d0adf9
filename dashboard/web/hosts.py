"""Under which names this server may be reached, and which pages may talk to it."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from ipaddress import ip_address

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::(\d{1,5}))?")
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server bound to `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_wildcard(host: str) -> bool:
    """Whether a server bound to `host` answers on every address of this machine."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def own_names(bound: str) -> set[str]:
    """The names under which a server bound to `bound` is known on this machine and its networks."""
    name = socket.gethostname().lower()
    return {"localhost", "127.0.0.1", "[::1]", name, f"{name.partition('.')[0]}.local", bracketed(bound)}


def bracketed(host: str) -> str:
    """`host` as it stands in an address: IPv6 in brackets."""
    return f"[{host.lower()}]" if ":" in host and not host.startswith("[") else host.lower()


class Hosts:
    """The allow-list of Host and Origin.

    A page of another site can make its own name point to this machine (DNS rebinding); its requests then carry that
    name in Host and a matching Origin. So Host is compared with a list, and Origin with Host.

    Args:
        names: host names and addresses, lower case; without a port any is allowed, since a tunnel or a container may
            have changed it, and the port says nothing about who asks.
        origins: further origins whose pages may connect.
        any_address: of a server on all addresses, which come and go with networks: any IP address is as good as a name
            of the list. To rebind a name one needs a name.
    """

    def __init__(self, names: Iterable[str], origins: Iterable[str] = (), any_address: bool = False) -> None:
        self._names = frozenset(names)
        self._origins = frozenset(origins)
        self._any_address = any_address

    def allows(self, host: str) -> bool:
        match = _HOST.fullmatch(host.lower())
        if match is None:
            return False
        name, port = match.groups()
        if name in self._names or f"{name}:{port}" in self._names:
            return True
        return self._any_address and _is_address(name)

    def allows_origin(self, origin: str, scheme: str, host: str) -> bool:
        """Whether a page of `origin` may talk to us at `scheme://host`."""
        origin = origin.lower()
        if origin in self._origins:
            return True
        origin_scheme, _, origin_host = origin.partition("://")
        ours, theirs = _with_port(host.lower(), scheme), _with_port(origin_host, scheme)
        return origin_scheme == scheme and bool(ours) and theirs == ours


def _is_address(name: str) -> bool:
    try:
        return ip_address(name.removeprefix("[").removesuffix("]")).version == (6 if name.startswith("[") else 4)
    except ValueError:
        return False


def _with_port(host: str, scheme: str) -> str:
    match = _HOST.fullmatch(host)
    return f"{match[1]}:{match[2] or _DEFAULT_PORTS.get(scheme, '')}" if match else ""
