"""Wrong tokens are counted, and whoever gave too many has to wait."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

LIMIT = 10  # wrong tokens ...
WINDOW = 60.0  # ... in as many seconds
MAX_PEERS = 4096


class Attempts:
    """Wrong tokens per peer in the last minute.

    Args:
        monotonic: a clock in seconds that never steps.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._failures: OrderedDict[str, list[float]] = OrderedDict()

    def wait(self, peer: str) -> float:
        """Seconds until `peer` may try again; 0 when it may now."""
        times = self._recent(_network(peer))
        return times[0] + WINDOW - self._monotonic() if len(times) >= LIMIT else 0.0

    def failed(self, peer: str) -> None:
        """Count a wrong token."""
        key = _network(peer)
        self._failures[key] = [*self._recent(key), self._monotonic()][-LIMIT:]
        self._failures.move_to_end(key)
        # Bounded: an attacker with many addresses must not fill the memory.
        while len(self._failures) > MAX_PEERS:
            self._failures.popitem(last=False)

    def _recent(self, key: str) -> list[float]:
        oldest = self._monotonic() - WINDOW
        return [time for time in self._failures.get(key, ()) if time > oldest]


def _network(peer: str) -> str:
    """An IPv6 host owns a /64, so that is what is counted."""
    try:
        address = ip_address(peer)
    except ValueError:
        return peer
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(int(address) >> 64)
    return peer
