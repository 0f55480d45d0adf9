"""Real server processes, in both modes: how they start, what they print, and how they end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import requests
import websocket

from dashboard import cli
from dashboard.cli.serving import limits
from dashboard.server import ServerLog
from dashboard.settings import LiveSettings, Settings
from tests.server import ASYNC_MODES, QUIET, STOP_TIME, AsyncMode, Server

both_modes = pytest.mark.parametrize("async_mode", ASYNC_MODES)
StartServer = Callable[..., Server]

FRIEND = "https://friend.example"


@pytest.fixture(scope="module", params=ASYNC_MODES)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of each mode for all tests that leave it as it was."""
    with Server(tmp_path_factory.mktemp("running"), async_mode=request.param, config=QUIET, preloaded=False) as server:
        yield server


def connect(server: Server, path: str = "", **headers: str) -> websocket.WebSocket:
    """A raw WebSocket to the server's Socket.IO, past the handshake."""
    address = f"ws://{server.host}:{server.port}{path}/socket.io/?EIO=4&transport=websocket"
    connection = websocket.create_connection(
        address, timeout=10, suppress_origin=True, header=[f"{name}: {value}" for name, value in headers.items()]
    )
    assert str(connection.recv()).startswith("0{")
    connection.send("40/metrics,")
    assert str(connection.recv()).startswith("40/metrics,")
    return connection


def rest_of(connection: websocket.WebSocket) -> list[str]:
    """What still comes until the connection ends."""
    frames = []
    try:
        while True:
            frames.append(str(connection.recv()))
    except (websocket.WebSocketException, OSError):
        connection.close()
    return frames


def run(tmp_path: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m dashboard` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "dashboard", *arguments],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), **environ},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_it_serves(running: Server) -> None:
    """The page, its health, its API, and its live data are there."""
    status, headers, body = running.get("/")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b'id="boot"' in body
    assert running.json("/healthz")["ok"] is True
    connection = connect(running)
    assert "hello" in connection.recv()
    connection.close()


@pytest.mark.parametrize(
    ("async_mode", "number"),
    [("eventlet", signal.SIGTERM), ("threading", signal.SIGTERM), ("eventlet", signal.SIGINT)],
)
def test_a_signal_ends_it(server: StartServer, async_mode: AsyncMode, number: signal.Signals) -> None:
    """It exits with 0 in time, whatever is still connected, and no browser is told to stay away.

    Started again at once, with connections of before not yet forgotten by the kernel, it listens on its port again.
    """
    running = server(async_mode=async_mode, preloaded=False)
    live = [connect(running) for _ in range(3)]
    idle = socket.create_connection((running.host, running.port))
    half = socket.create_connection((running.host, running.port))
    half.sendall(b"GET / HTTP/1.1\r\nHost:")
    assert running.process is not None
    family = running.processes()
    began = time.monotonic()
    running.process.send_signal(number)
    assert running.process.wait(STOP_TIME) == 0
    assert time.monotonic() - began < STOP_TIME
    for connection in live:
        # "1" closes Engine.IO, "41" leaves the namespace: the browser's client would not come back after either.
        assert not [frame for frame in rest_of(connection) if frame == "1" or frame.startswith("41")]
    idle.close()
    half.close()
    assert psutil.wait_procs(family, timeout=5)[1] == []
    assert "Traceback" not in running.log()
    if number == signal.SIGTERM:
        running.start()
        assert running.json("/healthz")["ok"] is True


def test_a_busy_port_is_one_line(running: Server, tmp_path: Path) -> None:
    """A second server on the port of a first one says so and exits with 2."""
    second = run(tmp_path, "--port", str(running.port), PLOTROOM_ASYNC_MODE="threading")
    assert second.returncode == 2
    assert second.stderr == (
        f"plotroom: port {running.port} is in use on 127.0.0.1; stop what uses it, or choose another one with --port\n"
    )
    assert second.stdout == ""


WRONG_STARTS = [
    ((), {}, "prot = 1", ("prot in plotroom.toml", "'port'")),
    ((), {}, "port = 'x'", ("port in plotroom.toml", "'x'")),
    ((), {}, "port = = 1", ("TOML",)),
    (("--port", "x"), {}, "", ("--port", "'x'")),
    (("--prot", "1"), {}, "", ("--prot", "--port")),
    (("serv",), {}, "", ("serv", "serve")),
    ((), {"PLOTROOM_PROT": "1"}, "", ("PLOTROOM_PROT", "'PLOTROOM_PORT'")),
    ((), {"PLOTROOM_ASYNC_MODE": "gevent"}, "", ("PLOTROOM_ASYNC_MODE", "'gevent'", "eventlet, threading")),
    (("--config", "none.toml"), {}, "", ("none.toml", "no such file")),
    (("--config", "."), {}, "", ("can't be read",)),
]


@pytest.mark.parametrize(("arguments", "environ", "config", "words"), WRONG_STARTS)
def test_a_wrong_setting_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    environ: dict[str, str],
    config: str,
    words: tuple[str, ...],
) -> None:
    """Whatever a person has set wrongly is one line on stderr, and exit code 2."""
    (tmp_path / "plotroom.toml").write_text(config, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert cli.run(list(arguments)) == 2
    out, err = capsys.readouterr()
    [line] = err.splitlines()
    assert line.startswith("plotroom: ")
    for word in words:
        assert word in line
    assert out == ""


@pytest.mark.parametrize(
    ("arguments", "environ", "words"),
    [
        (("--host", "192.0.2.1"), {}, ("192.0.2.1", "no address of this machine")),
        (("--host", "no.such.host.invalid"), {"PLOTROOM_ASYNC_MODE": "threading"}, ("no.such.host.invalid",)),
        (("--data-dir", "/proc/nowhere"), {"PLOTROOM_ASYNC_MODE": "threading"}, ("/proc/nowhere", "--data-dir")),
        (("--port", "x"), {}, ("--port", "'x'")),
    ],
)
def test_a_wrong_start_is_one_line(
    tmp_path: Path, arguments: tuple[str, ...], environ: dict[str, str], words: tuple[str, ...]
) -> None:
    """The process of a start that is wrong says why in one line on stderr, and exits with 2."""
    done = run(tmp_path, *arguments, **environ)
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert line.startswith("plotroom: ")
    for word in words:
        assert word in line


def test_it_says_where_it_is_and_what_it_has_found(tmp_path: Path) -> None:
    """The first lines have the address, with the free port that port 0 stands for, what is sampled and what is not."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "--port", "0", "--data-dir", str(tmp_path)],
        cwd=tmp_path, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        found = re.fullmatch(r"Plotroom is at (http://127\.0\.0\.1:(\d+)/)\n", process.stdout.readline())
        assert found is not None
        assert int(found[2]) > 0
        assert requests.get(found[1] + "healthz", timeout=10).json()["ok"] is True
        told = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        rest = [told, *process.stdout]
    assert process.returncode == 0
    assert re.match(r"  sampling +.*cpu", told)
    assert all(line.startswith("  ") for line in rest), rest
    assert len(rest) < 15


def test_slow_heartbeats_are_no_idleness() -> None:
    """A connection may be silent for as long as its heartbeat is set to, and then some."""
    slow = Settings(live=LiveSettings(ping_interval=300, ping_timeout=100))
    assert limits(slow).idle == 800
    assert limits(Settings(live=LiveSettings(join_within=200))).idle == 200
    assert limits(Settings()).idle == 60


def test_clients_that_leave_are_no_errors(caplog: pytest.LogCaptureFixture) -> None:
    """Of what eventlet's server tells by a traceback, a lost connection is for the curious, a bug is an error."""
    caplog.set_level("DEBUG", "dashboard.server")
    for error in (BrokenPipeError("gone"), KeyError("bug")):
        try:
            raise error
        except Exception:
            ServerLog().info("Traceback (most recent call last):\n  ...")
    lost, bug = caplog.records
    assert (lost.levelname, lost.exc_info, bug.levelname) == ("DEBUG", None, "ERROR")
    assert "Traceback" not in lost.getMessage() and "gone" in lost.getMessage()
    assert bug.exc_info is not None and bug.exc_info[0] is KeyError


class Guarded:
    """A server that asks for its token.

    Attributes:
        token: read from its file.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.token = (server.data_dir / "token").read_text().strip()
        self.bearer = {"Authorization": f"Bearer {self.token}"}


@pytest.fixture(scope="module", params=ASYNC_MODES)
def guarded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A guarded server of each mode that logs everything, for all tests that leave it as it was."""
    arguments = ("--require-token", "--allowed-origins", FRIEND, "--log-level", "debug")
    server = Server(tmp_path_factory.mktemp("guarded"), arguments, async_mode=request.param, config=QUIET)
    server.start()
    guarded = Guarded(server)
    server.forget_log()  # the first start tells the token
    yield guarded
    # Of all that was asked, and by whomever, nothing has brought the token into the log.
    assert guarded.token not in server.log()
    assert server.finish() == []


def test_the_token_is_demanded_everywhere(guarded: Guarded) -> None:
    """Without the token no route and no Socket.IO handshake answers; with it, by cookie or header, all do."""
    running, server = guarded, guarded.server
    for path in ("/", "/d/cpu", "/healthz", "/metrics", "/api/v1/metrics", "/static/x/y.js", "/socket.io/?EIO=4"):
        assert server.get(path)[0] == 401
    with pytest.raises(websocket.WebSocketBadStatusException, match="401"):
        connect(server)
    with pytest.raises(websocket.WebSocketBadStatusException, match="401"):
        connect(server, Cookie=f"plotroom-{server.port}=old")
    connect(server, **running.bearer).close()
    browser = requests.Session()
    entered = browser.get(f"{server.url}/?token={running.token}", timeout=10)
    assert entered.status_code == 200
    assert browser.get(f"{server.url}/healthz", timeout=10).status_code == 200
    cookies = "; ".join(f"{one.name}={one.value}" for one in browser.cookies)
    connect(server, Cookie=cookies).close()


def test_the_token_is_kept_private_told_once_and_renewed(server: StartServer) -> None:
    """Its file is its owner's alone; its address is told by the first start, by `plotroom token`, and is then another.

    After `plotroom token --renew` and a restart, neither the old token nor its cookie lets anybody in.
    """
    one = server("--require-token", config=QUIET)
    old = Guarded(one)
    assert one.data_dir.stat().st_mode & 0o077 == 0
    assert (one.data_dir / "token").stat().st_mode & 0o777 == 0o600
    assert f"{one.url}/?token={old.token}" in one.log()
    shown = run(one.home, "token", "--port", str(one.port), "--data-dir", str(one.data_dir))
    assert shown.stdout == f"{one.url}/?token={old.token}\n"
    browser = requests.Session()
    browser.get(f"{one.url}/?token={old.token}", timeout=10)
    assert browser.get(f"{one.url}/healthz", timeout=10).status_code == 200
    renewed = run(one.home, "token", "--renew", "--data-dir", str(one.data_dir))
    assert old.token not in renewed.stdout
    one.stop()
    one.forget_log()
    one.start()
    new = Guarded(one)
    assert new.token not in one.log()
    assert browser.get(f"{one.url}/healthz", timeout=10).status_code == 401
    assert one.get("/healthz", old.bearer)[0] == 401
    assert one.get("/healthz", new.bearer)[0] == 200


def test_a_page_of_another_origin_offers_the_token(guarded: Guarded) -> None:
    """A WebSocket that can send no header brings the token as a protocol, gets the other one, and it is not logged."""
    running, server = guarded, guarded.server
    address = f"ws://{server.host}:{server.port}/socket.io/?EIO=4&transport=websocket"
    offered = ["plotroom", f"plotroom.token.{running.token}"]
    connection = websocket.create_connection(address, timeout=10, origin=FRIEND, subprotocols=offered)
    assert connection.getsubprotocol() == "plotroom"
    assert str(connection.recv()).startswith("0{")
    connection.close()
    with pytest.raises(websocket.WebSocketBadStatusException, match="401"):
        websocket.create_connection(address, timeout=10, origin=FRIEND, subprotocols=["plotroom", f"{offered[1]}x"])
    assert running.token not in server.log()


def test_the_token_is_never_logged(guarded: Guarded) -> None:
    """Not even with everything logged does a token, or the query that brought it, stand in the log."""
    running, server = guarded, guarded.server
    server.get(f"/?token={running.token}")
    server.get(f"/nothing?token={running.token}", running.bearer)
    with socket.create_connection((server.host, server.port)) as broken:
        request = (
            f"POST /?token={running.token} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
        )
        broken.sendall(request.encode())
        broken.recv(4096)
    connect(server, **running.bearer).close()
    assert running.token not in server.log()


def test_handshakes_of_other_pages_are_refused(running: Server) -> None:
    """Socket.IO is behind the same gate: forged Host, foreign Origin and invented proxies are refused there, too."""
    evil = "http://evil.example"
    handshake = "/socket.io/?EIO=4&transport=websocket"
    for headers in (
        {"Host": "evil.example", "Origin": evil},
        {"Origin": evil},
        {"Origin": "null"},
        {"Origin": evil, "X-Forwarded-Host": "evil.example"},
        {"Host": "evil.example", "X-Forwarded-Host": f"{running.host}:{running.port}"},
    ):
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
        status, answered, _ = running.get(
            handshake, {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", **upgrade, **headers}
        )
        assert status == 403, headers
        assert "default-src 'none'" in answered["content-security-policy"]


def test_paths_lead_nowhere_else(running: Server) -> None:
    """No spelling of a path gets a file that is not one of the page's, over a raw socket as well."""
    build = running.json("/api/v1/metrics") and re.search(rb"/static/(\w+)/", running.get("/")[2])
    assert build
    prefix = f"/static/{build[1].decode()}"
    for path in (
        f"{prefix}/../../pyproject.toml",
        f"{prefix}/%2e%2e/%2e%2e/pyproject.toml",
        f"{prefix}//etc/passwd",
        "/../../../etc/passwd",
        "/static/../dashboard/app.py",
    ):
        with socket.create_connection((running.host, running.port), timeout=10) as raw:
            raw.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: raw.recv(65536), b""))
        assert re.match(rb"HTTP/1\.[01] (308|404) ", answer), path
        assert b"root:" not in answer
        assert b"hatchling" not in answer


def test_a_base_path_is_before_everything(server: StartServer) -> None:
    """Page, static files, API and Socket.IO live below the base path; a proxy may also take it off itself."""
    running = server("--base-path", "/tools/plot", config=QUIET)
    assert f"http://127.0.0.1:{running.port}/tools/plot/" in running.log()
    status, _, body = running.get("/tools/plot/d/cpu")
    assert status == 200
    boot = json.loads(re.search(rb'id="boot">(.*?)</script>', body, re.DOTALL)[1])  # type: ignore[index]  # it is there
    assert (boot["base"], boot["slug"]) == ("/tools/plot", "cpu")
    links = re.findall(rb'(?:src|href)="(/[^"]+)"', body)
    assert links
    for link in links:
        assert link.startswith(b"/tools/plot/")
        assert running.get(link.decode())[0] == 200
    assert running.json("/tools/plot/healthz")["ok"] is True
    connect(running, "/tools/plot").close()
    connect(running).close()
    assert b'"base":"/tools/plot"' in running.get("/d/cpu")[2]


def test_every_answer_is_secured(running: Server) -> None:
    """Pages, data, errors and refusals of a real server carry the security headers and tell no server version."""
    for path in ("/", "/healthz", "/metrics", "/nothing", "/api/v1/query", "/static/x/y", "/socket.io/", "/d/A"):
        _, headers, _ = running.get(path)
        for name in ("content-security-policy", "x-content-type-options", "referrer-policy"):
            assert name in headers, path
        assert not re.search("unsafe-(inline|eval)", headers["content-security-policy"])
        assert not re.search(r"python|werkzeug|\d\.\d", headers.get("server", ""), re.IGNORECASE)


def test_a_wildcard_server_prints_its_name_and_asks(tmp_path: Path, server: StartServer) -> None:
    """Bound to all addresses it asks for the token, and can be reached by the machine's name and addresses."""
    running = server("--host", "0.0.0.0", config=QUIET)
    token = (running.data_dir / "token").read_text().strip()
    assert f"http://{socket.gethostname().lower()}:{running.port}/?token={token}" in running.log()
    assert running.get("/healthz")[0] == 401
    for address in {one.address for card in psutil.net_if_addrs().values() for one in card if one.family == 2}:
        headers = {"Host": f"{address}:{running.port}", "Authorization": f"Bearer {token}"}
        assert running.get("/healthz", headers)[0] == 200
