"""TCP sockets by state, counted without a list of them all."""

from __future__ import annotations

import re
import socket
import struct
import sys
from collections import Counter as Tally
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from collectors import Collector, CollectorConfig, Gauge, Unavailable

NET = Path("/proc/net")

# Numbers of include/net/tcp_states.h. Established and time wait, the only ones that come in ten thousands, are left
# out here: the kernel keeps their number anyway.
STATES = {
    2: "syn sent", 3: "syn recv", 4: "fin wait1", 5: "fin wait2", 7: "close", 8: "close wait", 9: "last ack",
    10: "listen", 11: "closing", 12: "syn recv",
}  # fmt: skip
ALWAYS = ("established", "listen", "time wait", "close wait")

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_REQUEST, _DUMP = 0x001, 0x300
_ERROR, _DONE = 2, 3
_MESSAGE = struct.Struct("=IHHII")  # length, type, flags, sequence, sender
_STATE = 17  # where struct inet_diag_msg has the state, counted from the start of its message


def rare_states(family: int) -> Tally[str]:
    """Sockets of an address family by state, those of `STATES` alone, from the kernel.

    Asking takes 0.5 ms here where a read of /proc/net/tcp takes 3: both go through the table of all connections, but
    this one writes only the few that are asked for. See sock_diag(7).
    """
    mask = sum(1 << state for state in STATES)
    body = struct.pack("=BBBxI48x", family, socket.IPPROTO_TCP, 0, mask)
    head = _MESSAGE.pack(_MESSAGE.size + len(body), _SOCK_DIAG_BY_FAMILY, _REQUEST | _DUMP, 1, 0)
    counts: Tally[str] = Tally()
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as link:
        link.settimeout(5)
        link.send(head + body)
        while _count(link.recv(1 << 16), counts):
            pass
    return counts


def _count(data: bytes, counts: Tally[str]) -> bool:
    """Add the sockets that an answer speaks of to `counts`; whether more is to come."""
    place = 0
    while place + _MESSAGE.size <= len(data):
        length, kind, *_ = _MESSAGE.unpack_from(data, place)
        if kind == _DONE:
            return False
        if kind == _ERROR:
            code = -struct.unpack_from("=i", data, place + _MESSAGE.size)[0]
            raise OSError(code, "the kernel doesn't list TCP sockets")
        counts[STATES.get(data[place + _STATE], "other")] += 1
        place += (length + 3) & ~3
    return True


def frequent_states(sockstat: str, snmp: str) -> dict[str, int]:
    """What the kernel counts itself, from the texts of /proc/net/sockstat and /proc/net/snmp.

    `connected` is established and close wait together, as RFC 4022 has it.
    """
    waiting = re.search(r"^TCP: .*\btw (\d+)", sockstat, re.MULTILINE)
    names, values = [line.split() for line in snmp.splitlines() if line.startswith("Tcp: ")]
    connected = values[names.index("CurrEstab")]
    return {"connected": int(connected), "time wait": int(waiting[1]) if waiting else 0}


def linux_states(folder: Path = NET) -> Mapping[str, int]:
    frequent = frequent_states((folder / "sockstat").read_text("ascii"), (folder / "snmp").read_text("ascii"))
    states = rare_states(socket.AF_INET) + rare_states(socket.AF_INET6)
    states["time wait"] = frequent["time wait"]
    states["established"] = max(frequent["connected"] - states["close wait"], 0)
    return states


def listed_states() -> Mapping[str, int]:
    """The same from a list of all sockets, for systems that offer nothing better."""
    return Tally(one.status.lower().replace("_", " ") for one in psutil.net_connections("tcp"))


class Tcp(Collector):
    """TCP sockets by state."""

    runs = "inline"
    every = 5

    sockets = Gauge(
        "network.tcp", unit="sockets", labels=["state"], limits=(0, None), family="network", title="TCP sockets",
        order=30, help="TCP sockets of IPv4 and IPv6 by state",
    )  # fmt: skip

    def __init__(
        self,
        config: CollectorConfig | None = None,
        read: Callable[[], Mapping[str, int]] = linux_states if sys.platform == "linux" else listed_states,
    ) -> None:
        super().__init__(config)
        self._read = read
        self._seen = dict.fromkeys(ALWAYS)

    def open(self) -> None:
        try:
            self._read()
        except (OSError, psutil.AccessDenied) as error:
            raise Unavailable(f"TCP sockets can't be counted here: {error}") from error

    def collect(self) -> None:
        states = self._read()
        self._seen |= dict.fromkeys(states)
        for state in self._seen:  # a state that was seen once goes on with 0
            self.sockets.set(states.get(state, 0), state=state)
