"""Connections before they are a request, over real sockets: what takes too long is cut, what is too much is refused."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from dashboard.arrivals import CUT_AT_ONCE, Arrivals, Newcomer
from dashboard.bodies import LARGE_EACH
from tests.server import ASYNC_MODES, QUIET, AsyncMode, Server
from tests.test_server import connect

both_modes = pytest.mark.parametrize("async_mode", ASYNC_MODES)
StartServer = Callable[..., Server]

WITHIN = 0.6
#: Longer than any wait of a busy machine, and shorter than the default of live.join_within.
SOON = 8.0
QUICK = ("--live-join-within", str(WITHIN), "--live-max-connects", "1000")
HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
#: For what takes as long as it takes; a test that waits so long has failed.
PATIENCE = 25.0


@pytest.fixture(scope="module", params=ASYNC_MODES)
def quick(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of each mode that soon cuts what does not arrive."""
    yield from shared(tmp_path_factory.mktemp("quick"), QUICK, request.param)


@pytest.fixture(scope="module", params=ASYNC_MODES)
def patient(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of each mode that waits for long, and asks for its token."""
    arguments = ("--require-token", "--live-join-within", "60", "--live-max-connects", "1000")
    yield from shared(tmp_path_factory.mktemp("patient"), arguments, request.param)


def shared(home: Path, arguments: Sequence[str], async_mode: AsyncMode) -> Iterator[Server]:
    with Server(home, arguments, async_mode=async_mode, config=QUIET) as server:
        yield server


def token_of(server: Server) -> bytes:
    return (server.data_dir / "token").read_bytes().strip()


def dial(server: Server) -> socket.socket:
    return socket.create_connection((server.host, server.port), timeout=20)


def posted_by(address: str, server: Server) -> tuple[int, bytes]:
    """The answer to a large body of somebody: all of 127/8 is this machine."""
    connection = HTTPConnection(server.host, server.port, timeout=20, source_address=(address, 0))
    with closing(connection):
        connection.request("POST", "/login", b"x" * 500_000, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        return answer.status, answer.read()


def time_of_end(connection: socket.socket, drip: bytes = b"") -> float:
    """Seconds until the other side ends the connection, while a byte of `drip` is sent every now and then."""
    began = time.monotonic()
    connection.settimeout(0.05)
    drops = iter(drip)
    with connection:
        while True:
            try:
                if not connection.recv(65_536):
                    return time.monotonic() - began
            except TimeoutError:
                drop = next(drops, None)
                if drop is not None:
                    send(connection, bytes([drop]))
            except ConnectionError:
                return time.monotonic() - began
            assert time.monotonic() - began < 20, "it is still open"


def has_ended(connection: socket.socket) -> bool:
    """Whether the other side has ended the connection, on which nothing else comes."""
    connection.settimeout(0.05)
    try:
        return not connection.recv(1)
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def send(connection: socket.socket, data: bytes) -> None:
    try:
        connection.sendall(data)
    except ConnectionError:  # the next recv tells
        pass


def answer_to(server: Server, *pieces: bytes, pause: float = 0.0) -> bytes:
    """All that comes back until the connection ends; nothing where it was reset, be it while it was opened."""
    try:
        with dial(server) as connection:
            for piece in pieces:
                send(connection, piece)
                time.sleep(pause)
            return b"".join(iter(lambda: connection.recv(65_536), b""))
    except ConnectionError:
        return b""


SLOW = {
    "silent": (b"", b""),
    "half a line": (b"GET /healthz HT", b""),
    "half a head": (HEAD, b""),
    "dripping head": (b"", HEAD + b"X: " + b"x" * 1000),
    "dripping body": (b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n", b"x" * 999),
    "dripping second request": (HEAD + b"\r\n", HEAD + b"X: " + b"x" * 1000),
}


def test_what_does_not_arrive_is_cut(quick: Server, request: pytest.FixtureRequest) -> None:
    """A connection without a whole request is ended in time, also when a byte comes now and then."""
    threading_mode = request.node.callspec.params["quick"] == "threading"
    for name, (start, drip) in SLOW.items():
        connection = dial(quick)
        connection.sendall(start)
        taken = time_of_end(connection, drip)
        ends_itself = name == "dripping second request" and threading_mode  # with its answer
        assert (0 if ends_itself else WITHIN - 0.2) < taken < SOON, name


def test_what_breaks_off_is_no_request(patient: Server) -> None:
    """The start of a request, whose client then says that there is no more, is not taken for a whole one."""
    for part in (HEAD, HEAD[:-2], HEAD.partition(b"\r")[0]):
        with dial(patient) as connection:
            connection.sendall(part)
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(4096) == b"", part


@both_modes
def test_many_are_cut_together(server: StartServer, async_mode: AsyncMode) -> None:
    """Far more than are cut at once are all cut, and the log has one line about it."""
    running = server(*QUICK, "--log-level", "info", async_mode=async_mode, config=QUIET)
    halves = [dial(running) for _ in range(5 * CUT_AT_ONCE)]
    for half in halves:
        send(half, HEAD)
    assert max(time_of_end(half) for half in halves) < SOON
    [line] = [line for line in running.log().splitlines() if "live.join_within" in line]
    assert "127.0.0.1" in line


def test_what_has_arrived_may_stay(quick: Server) -> None:
    """A WebSocket outlives the time in which it had to be asked for."""
    viewer = connect(quick)
    time.sleep(2 * WITHIN)
    viewer.send('42/metrics,7["catalog",{}]')
    while not str(viewer.recv()).startswith("43/metrics,7"):
        pass
    viewer.close()


def test_each_request_has_its_own_time(server: StartServer) -> None:
    """On one connection the time begins anew with the end of each answer."""
    running = server("--live-join-within", "3", "--live-max-connects", "1000", config=QUIET)
    with dial(running) as connection:
        for _ in range(4):
            time.sleep(1)
            connection.sendall(HEAD + b"\r\n")
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")


def test_a_full_server_serves_when_others_are_cut(server: StartServer) -> None:
    """With every place taken by half a request, a viewer is served as soon as one of them is cut."""
    running = server(*QUICK, "--live-max-clients", "5", config=QUIET)
    halves = [dial(running) for _ in range(5)]
    for half in halves:
        half.sendall(HEAD)
    began = time.monotonic()
    assert running.get("/healthz")[0] == 200
    assert time.monotonic() - began < SOON
    for half in halves:
        half.close()


def test_threads_are_not_started_past_the_limit(server: StartServer) -> None:
    """Where each connection is a thread, those past live.max_clients are closed, until there is room again."""
    running = server("--live-max-clients", "4", "--live-join-within", "60", async_mode="threading", config=QUIET)
    with ExitStack() as stack:
        halves: list[socket.socket] = []
        for _ in range(8):
            with suppress(ConnectionError):  # closed before this side had noticed that it was open
                halves.append(stack.enter_context(dial(running)))
        # Which of them stay is not said: the connection that asked whether the server is ready may end between them.
        began = time.monotonic()
        while len(halves) > 4:
            assert time.monotonic() - began < PATIENCE
            halves = [half for half in halves if not has_ended(half)]
    deadline = time.monotonic() + PATIENCE
    while b" 200 " not in answer_to(running, HEAD + b"Connection: close\r\n\r\n"):
        assert time.monotonic() < deadline


def test_a_body_may_come_in_pieces(patient: Server) -> None:
    """The application gets the whole of a body that arrives in time."""
    form = b"token=" + token_of(patient)
    head = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    head += b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(form)
    answer = answer_to(patient, head, form[:9], form[9:], pause=0.05)
    assert b"Set-Cookie: " in answer


def test_unbounded_bodies_are_refused(patient: Server) -> None:
    """A body without one bearable length is answered by an error that the client gets to read."""
    for headers, body, status in (
        (b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n0\r\n\r\n", 411),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", b"hello", 411),
        (b"Content-Length: 5\r\nContent-Length: 6\r\n", b"hello!", 400),
        (b"Content-Length: +5\r\n", b"hello", 400),
        (b"Content-Length: -5\r\n", b"", 400),
        (b"Content-Length: \xb2\r\n", b"", 400),
        (b"Content-Length: 9999999999999999999999\r\n", b"", 413),
        (b"Content-Length: 600000\r\n", b"x" * 600_000, 413),
    ):
        answer = answer_to(patient, b"POST /login HTTP/1.1\r\nHost: localhost\r\n" + headers + b"\r\n" + body)
        assert re.match(rb"HTTP/1\.1 %d .*\r\n\r\n[A-Z].*\.\n$" % status, answer, re.DOTALL), (headers, answer)
        assert b"text/plain" in answer


def test_large_bodies_are_few_at_a_time(patient: Server) -> None:
    """Who sends large bodies slowly, without a token, takes no memory of thousands, nor the room of other addresses."""
    head = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    large = head + b"Content-Length: 500000\r\n\r\n" + b"x" * 1000
    with ExitStack() as stack:
        for _ in range(LARGE_EACH):
            stack.enter_context(dial(patient)).sendall(large)
        deadline = time.monotonic() + PATIENCE
        while (answer := posted_by("127.0.0.1", patient))[0] != 503:
            assert time.monotonic() < deadline
            # This request came before one of them, which was then the one too many, and is gone.
            send(stack.enter_context(dial(patient)), large)
        assert json.loads(answer[1])["error"]["code"] == "unavailable"
        assert posted_by("127.0.0.2", patient)[0] == 413
        assert b" 401 " in answer_to(patient, head + b"Connection: close\r\nContent-Length: 7\r\n\r\ntoken=x")
    deadline = time.monotonic() + PATIENCE
    while (status := posted_by("127.0.0.1", patient)[0]) == 503:  # those have not yet gone
        assert time.monotonic() < deadline
    assert status == 413


def test_heads_are_bounded(quick: Server) -> None:
    """A head past all bounds, or that is none, is refused or closed, without a word of what the server is made of."""
    before = quick.log().count("\n")
    for head in (
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n",
        HEAD + b"X: " + b"x" * 70_000 + b"\r\n",
        HEAD + b"".join(b"X-%d: x\r\n" % number for number in range(150)),
        b"GET / HTTP/9.1\r\n",
        b"GET / \xff \x00 HTTP/1.1\r\n",
        b"\x16\x03\x01\x00\x05hello",
    ):
        answer = answer_to(quick, head + b"\r\n")
        assert re.match(rb"(HTTP/1\.[01] (400|414|431|505) |$)", answer), (head[:20], answer)
        assert not re.search(rb"python|html", answer, re.IGNORECASE)
    assert quick.log().count("\n") - before < 20


def test_whole_heads_are_bounded(patient: Server) -> None:
    """A head has 64 KiB, however it is laid out."""
    begin = HEAD + b"Authorization: Bearer %s\r\n" % token_of(patient)
    lines = b"".join(b"X-%d: %s\r\n" % (number, b"x" * 7000) for number in range(12))
    assert re.match(rb"HTTP/1\.[01] (400|431) ", answer_to(patient, begin + lines + b"\r\n"))
    assert b" 200 " in answer_to(patient, begin + lines[:50_000].rpartition(b"X-")[0] + b"Connection: close\r\n\r\n")


class Telling(Newcomer, BaseHTTPRequestHandler):
    """Answers with whether small packets leave at once."""

    arrivals = Arrivals(10, 1000)

    def do_GET(self) -> None:
        value = self.connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"at once" if value else b"late")


@pytest.fixture
def telling() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Telling) as server:
        yield server


def test_small_packets_leave_at_once(telling: HTTPServer) -> None:
    """A small answer does not wait for the client to confirm the one before."""
    thread = threading.Thread(target=telling.handle_request)
    thread.start()
    with closing(socket.create_connection(telling.server_address, timeout=10)) as connection:  # type: ignore[arg-type]  # IPv4
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b"".join(iter(lambda: connection.recv(4096), b"")).endswith(b"at once")
    thread.join()


def test_newcomers_take_turns() -> None:
    """Where a task has to let others run, no two newcomers are served without a pause between them."""
    order: list[str] = []
    entered, leave = threading.Event(), threading.Event()

    def pause() -> None:
        order.append("pause")
        entered.set()
        assert leave.wait(10)

    arrivals = Arrivals(10, 1000, pause)

    def serve() -> None:
        arrivals.take_turn()
        order.append("served")

    threads = [threading.Thread(target=serve) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert entered.wait(10)
    assert order == ["pause"]
    leave.set()
    for thread in threads:
        thread.join(10)
    assert sorted(order) == ["pause"] * 3 + ["served"] * 3
    assert order[0] == "pause" and order[-1] == "served"
