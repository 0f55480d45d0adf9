"""The door behind the listening socket: how often one may come in, and that accepting never ends or takes over."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable
from ipaddress import ip_network

import pytest

from dashboard.listener import AT_ONCE, BURST, Door, PatientListener
from tests.server import ASYNC_MODES, QUIET, AsyncMode, Server
from tests.test_server import connect

both_modes = pytest.mark.parametrize("async_mode", ASYNC_MODES)
StartServer = Callable[..., Server]


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Connection:
    """What was accepted."""

    def __init__(self) -> None:
        self.closed = False

    def setsockopt(self, level: int, option: int, value: bytes) -> None:
        if self.closed:
            raise OSError(errno.EBADF, "closed")

    def close(self) -> None:
        self.closed = True


class Accepting:
    """A listening socket: it fails in the given ways, then accepts from the given addresses, then it is closed."""

    def __init__(self, *outcomes: int | str) -> None:
        self.outcomes = list(outcomes)
        self.accepted: list[Connection] = []

    def accept(self) -> tuple[Connection, tuple[str, int]]:
        outcome = self.outcomes.pop(0) if self.outcomes else errno.EBADF
        if isinstance(outcome, int):
            raise OSError(outcome, "failed")
        self.accepted.append(Connection())
        return self.accepted[-1], (outcome, 1)


def patient(accepting: Accepting, door: Door, sleep: Callable[[float], None]) -> PatientListener:
    return PatientListener(accepting, door, sleep)  # type: ignore[arg-type]  # all that it uses of a socket


def test_accepting_outlives_failures(caplog: pytest.LogCaptureFixture) -> None:
    """Neither a client that hangs up at once nor a lack of files ends the accepting; the lack is told once."""
    naps: list[float] = []
    accepting = Accepting(errno.ECONNABORTED, errno.EMFILE, errno.EMFILE, errno.EPROTO, "192.0.2.1")
    listener = patient(accepting, Door(100), naps.append)
    assert listener.accept()[1] == ("192.0.2.1", 1)
    assert len(naps) == 4
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    with pytest.raises(OSError, match="failed"):
        listener.accept()


def test_an_address_has_its_rate() -> None:
    """Ten seconds' worth may come at once and then so many a second; other addresses are not concerned."""
    clock = Clock()
    door = Door(5, clock=clock)
    assert [door.admits("192.0.2.1") for _ in range(5 * BURST + 2)] == [True] * 5 * BURST + [False] * 2
    assert door.admits("192.0.2.2")
    clock.now += 1
    assert [door.admits("192.0.2.1") for _ in range(6)] == [True] * 5 + [False]


def test_a_rate_below_one_lets_one_in() -> None:
    """However low the rate, an address can connect at all."""
    clock = Clock()
    door = Door(0.01, clock=clock)
    assert [door.admits("192.0.2.1") for _ in range(2)] == [True, False]
    clock.now += 100
    assert door.admits("192.0.2.1")


def test_an_ipv6_network_is_one_address() -> None:
    """Who has a network of 2**64 addresses to choose from is counted once, and a mapped IPv4 address as itself."""
    door = Door(0.1, clock=Clock())
    assert door.admits("2001:db8:1:2::1")
    assert not door.admits("2001:db8:1:2:ffff::2")
    assert door.admits("2001:db8:1:3::1")
    assert door.admits("192.0.2.1")
    assert not door.admits("::ffff:192.0.2.1")


def test_trusted_proxies_are_exempt() -> None:
    """Everybody behind a proxy comes from its address, so that has no limit."""
    door = Door(0.1, [ip_network("192.0.2.0/24")], clock=Clock())
    assert all(door.admits("192.0.2.1") for _ in range(50))
    assert [door.admits("198.51.100.1") for _ in range(2)] == [True, False]


def test_a_flood_is_told_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """The log has one warning an address and minute, with the address and the setting."""
    clock = Clock()
    door = Door(0.001, clock=clock)
    for _ in range(50):
        door.admits("192.0.2.1")
        door.admits("192.0.2.2")
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    assert "192.0.2.1" in caplog.text and "live.max_connects" in caplog.text
    clock.now += 61
    for _ in range(50):
        door.admits("192.0.2.1")
    assert len(caplog.records) == 3


def test_a_flood_leaves_others_their_turn() -> None:
    """Refused connections are closed, and other tasks have their turn after a few of them."""
    pauses: list[float] = []
    accepting = Accepting("192.0.2.1", *["192.0.2.1"] * 10 * AT_ONCE, "192.0.2.2")
    listener = patient(accepting, Door(0.001), pauses.append)
    assert listener.accept()[1] == ("192.0.2.1", 1)
    assert listener.accept()[1] == ("192.0.2.2", 1)
    assert [one.closed for one in accepting.accepted] == [False, *[True] * 10 * AT_ONCE, False]
    assert pauses == [0] * 10


@both_modes
def test_a_flood_is_closed_at_once(server: StartServer, async_mode: AsyncMode) -> None:
    """Past the limit connections of that address are closed unheard, others and who is there already are served."""
    running = server("--live-max-connects", "0.5", async_mode=async_mode, config=QUIET)
    viewer = connect(running)
    assert 1 <= sum(are_served(running, 5 * BURST)) <= BURST, running.log()
    assert all(are_served(running, 1, source="127.0.0.2"))
    viewer.send("2")
    while "3" not in str(viewer.recv()):
        pass
    viewer.close()
    [line] = [line for line in running.log().splitlines() if "live.max_connects" in line]
    assert "WARNING" in line and "127.0.0.1 " in line
    deadline = time.monotonic() + 20
    while not all(are_served(running, 1)):
        assert time.monotonic() < deadline
        time.sleep(0.1)


@both_modes
def test_a_trusted_proxy_has_no_limit(server: StartServer, async_mode: AsyncMode) -> None:
    """From an address in trusted_proxies any number of connections is served."""
    arguments = ("--live-max-connects", "0.1", "--trusted-proxies", "127.0.0.1")
    running = server(*arguments, async_mode=async_mode, config=QUIET)
    assert all(are_served(running, 3 * BURST))


def are_served(server: Server, number: int, source: str = "127.0.0.1") -> list[bool]:
    """Which of so many connections, opened at once, get an answer."""
    flood = [dial(server, source) for _ in range(number)]
    return [one is not None and is_served(one) for one in flood]


def dial(server: Server, source: str) -> socket.socket | None:
    try:
        return socket.create_connection((server.host, server.port), 10, (source, 0))
    except ConnectionError:  # closed before this side had noticed that it was open
        return None


def is_served(connection: socket.socket) -> bool:
    with connection:
        try:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(4096).startswith(b"HTTP/1.1 200 ")
        except ConnectionError:
            return False
