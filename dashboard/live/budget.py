"""How often somebody may do something: some times at once, and from then on so many times a second."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, IPv6Network, ip_address

#: Bits of an IPv6 address that a network is given; a machine there picks the others as it likes.
_NETWORK_BITS = 64


class Budget:
    """A bucket of tokens, full at first. Nothing runs for it: what has come back is reckoned when somebody takes.

    Args:
        rate: tokens that come back in a second.
        burst: tokens that it holds at most.
        clock: seconds, by a clock that never steps.
    """

    __slots__ = ("_at", "_burst", "_clock", "_left", "_rate")

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = self._left = float(burst)
        self._clock = clock
        self._at = clock()

    def take(self) -> bool:
        """Take a token; False when there is none."""
        self._refill()
        if self._left < 1:
            return False
        self._left -= 1
        return True

    @property
    def full(self) -> bool:
        """Whether nobody has taken anything for so long that this might as well be a new one."""
        self._refill()
        return self._left == self._burst

    def _refill(self) -> None:
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now


class Budgets:
    """A budget for each of many who come and go, in a table that has a bound.

    Who has a full budget is forgotten: each `take` looks at two of those that were looked at longest ago. When `most`
    are known and none of them can be forgotten, all who are new share one budget of the same size: whoever comes from
    a great many addresses at once can keep other new ones out by that, but takes nothing from those that are known.

    Args:
        rate: tokens that come back to each in a second.
        burst: tokens that each has at most.
        most: budgets at the same time.
        clock: seconds, by a clock that never steps.
    """

    def __init__(self, rate: float, burst: float, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._most = most
        self._clock = clock
        self._known: OrderedDict[str, Budget] = OrderedDict()
        self._shared = Budget(rate, burst, clock)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._known)

    def take(self, who: str) -> bool:
        """Take a token from somebody's budget; False when there is none."""
        with self._lock:
            self._forget()
            budget = self._known.get(who)
            if budget is None and len(self._known) < self._most:
                budget = self._known[who] = Budget(self._rate, self._burst, self._clock)
            return (self._shared if budget is None else budget).take()

    def _forget(self) -> None:
        for _ in range(min(2, len(self._known))):
            who, budget = self._known.popitem(last=False)
            if not budget.full:
                self._known[who] = budget  # to the end of the line


def household(address: str) -> str:
    """Whom an address is counted to: itself, or of IPv6 the network of 2**64 addresses that one customer is given."""
    try:
        parsed = ip_address(address)
    except ValueError:  # no address at all: what it is counts
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    spare = parsed.max_prefixlen - _NETWORK_BITS
    return str(IPv6Network((int(parsed) >> spare << spare, _NETWORK_BITS)))
