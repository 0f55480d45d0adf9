"""TCP sockets by state."""

import errno
import socket
import struct
import sys
from collections import Counter as Tally
from collections.abc import Callable, Mapping

import psutil
import pytest

from collectors import Unavailable
from collectors.tcp import Tcp, _count, frequent_states, linux_states, listed_states
from tests.collected import collected

SOCKSTAT = "sockets: used 290\nTCP: inuse 12 orphan 0 tw 34 alloc 15 mem 3\nUDP: inuse 4 mem 2\n"
SNMP = "Ip: A B\nIp: 1 2\nTcp: RtoMin CurrEstab InSegs\nTcp: 200 9 33030\nUdp: In\nUdp: 3\n"
linux = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")


def message(kind: int, body: bytes) -> bytes:
    return struct.pack("=IHHII", 16 + len(body), kind, 2, 1, 0) + body


def test_the_kernel_counts_the_frequent_states() -> None:
    """Time wait and connected sockets are read by name from the kernel's tables."""
    assert frequent_states(SOCKSTAT, SNMP) == {"connected": 9, "time wait": 34}


def test_an_answer_is_counted_to_its_end() -> None:
    """Each message of a dump is a socket whose state stands in its second byte; the last says that it is over."""
    listening, closing = message(20, bytes([2, 10]) + bytes(70)), message(20, bytes([2, 8]) + bytes(70))
    counts: Tally[str] = Tally()
    assert _count(listening + closing + listening, counts)
    assert not _count(closing + message(3, bytes(4)), counts)
    assert counts == {"listen": 2, "close wait": 2}


def test_a_kernel_that_refuses_says_why() -> None:
    """An error message of the kernel becomes an OSError with its number."""
    with pytest.raises(OSError, match="TCP sockets") as caught:
        _count(message(2, struct.pack("=i", -errno.EPERM)), Tally())
    assert caught.value.errno == errno.EPERM


def test_states_that_were_seen_go_on_with_zero() -> None:
    """The common states are always there; a rare one appears when it is seen and then stays."""
    states: dict[str, int] = {"established": 2}
    tcp = Tcp(None, lambda: states)
    always = {"established": 2, "listen": 0, "time wait": 0, "close wait": 0}
    assert collected(tcp)["network.tcp"] == always
    states["syn sent"] = 1
    assert collected(tcp)["network.tcp"] == {**always, "syn sent": 1}
    del states["syn sent"]
    assert collected(tcp)["network.tcp"] == {**always, "syn sent": 0}


def test_a_system_that_does_not_tell_is_unavailable() -> None:
    """Without the right to see sockets, as for a plain user on macOS, the metric is absent."""

    def denied() -> Mapping[str, int]:
        raise psutil.AccessDenied(1)

    with pytest.raises(Unavailable, match="can't be counted"):
        Tcp(None, denied).open()


@pytest.mark.parametrize("read", [pytest.param(linux_states, marks=linux), listed_states])
def test_this_machines_sockets_are_counted(read: Callable[[], Mapping[str, int]]) -> None:
    """A listener, a connection and one that its peer has left are found, by either way of asking."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with socket.create_connection(listener.getsockname()) as here, listener.accept()[0] as there:
            states = read()
            assert states["listen"] >= 1
            assert states["established"] >= 2
            there.shutdown(socket.SHUT_WR)
            here.recv(1)
            states = read()
            assert states["close wait"] >= 1
            assert states["fin wait1"] + states["fin wait2"] >= 1
