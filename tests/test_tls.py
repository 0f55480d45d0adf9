"""https and wss without a proxy: a real certificate, made by the very command that the docs give."""

from __future__ import annotations

import json
import re
import shlex
import socket
import ssl
import struct
import subprocess
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import websocket

from dashboard import cli
from dashboard.client import CannotConnect, Client
from dashboard.errors import CannotStart
from dashboard.tls import tls_context
from tests.server import ASYNC_MODES, QUIET, ROOT, AsyncMode, Server
from tests.test_arrivals import QUICK, SOON, WITHIN, dial, time_of_end

both_modes = pytest.mark.parametrize("async_mode", ASYNC_MODES)
StartServer = Callable[..., Server]
HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, timeout=30)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with cert.pem and key.pem for 127.0.0.1, and with files that are not what they should be."""
    folder = tmp_path_factory.mktemp("tls")
    [command] = re.findall(r"^openssl req .*?[^\\]$", (ROOT / "docs/security.md").read_text(), re.DOTALL | re.MULTILINE)
    _, *arguments = shlex.split(command.replace("\\\n", " ").replace("192.0.2.7", "127.0.0.1"))
    openssl(folder, *arguments)
    openssl(folder, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "other.pem")
    openssl(folder, "pkey", "-in", "key.pem", "-aes128", "-passout", "pass:secret", "-out", "secret.pem")
    lines = (folder / "cert.pem").read_text().splitlines()
    (folder / "damaged.pem").write_text("\n".join([lines[0], "AAAA", lines[-1], ""]))
    return folder


@pytest.fixture
def secure(server: StartServer, files: Path) -> StartServer:
    """`secure(*arguments, async_mode=)` starts a server that speaks https."""
    return lambda *arguments, **options: server(
        *both(files), *arguments, ca=files / "cert.pem", config=QUIET, **options
    )


def both(files: Path) -> tuple[str, ...]:
    return ("--tls-certificate", str(files / "cert.pem"), "--tls-key", str(files / "key.pem"))


@pytest.fixture(scope="module", params=ASYNC_MODES)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, files: Path) -> Iterator[Server]:
    """A server of each mode that speaks https, for all tests that leave it as it was."""
    home = tmp_path_factory.mktemp("running")
    with Server(home, both(files), async_mode=request.param, config=QUIET, ca=files / "cert.pem") as server:
        yield server


def connect(server: Server) -> websocket.WebSocket:
    """A WebSocket past the greeting."""
    assert server.tls is not None
    connection = websocket.create_connection(
        f"wss://{server.host}:{server.port}/socket.io/?EIO=4&transport=websocket",
        timeout=20, origin=server.url, sslopt={"context": server.tls},
    )  # fmt: skip
    assert str(connection.recv()).startswith("0{")
    connection.send("40/metrics,")
    assert str(connection.recv()).startswith("40/metrics,")
    assert event(connection, "hello")["version"]
    return connection


def event(connection: websocket.WebSocket, name: str) -> Any:  # Any: JSON
    """The payload of the next event of that name."""
    while True:
        found = re.match(r"42/metrics,(\[.*)", str(connection.recv()), re.DOTALL)
        if found and (message := json.loads(found[1]))[0] == name:
            return message[1]


def test_it_speaks_https(running: Server) -> None:
    """The page comes over https, whose address is the one that is printed."""
    assert f"Plotroom is at https://127.0.0.1:{running.port}/" in running.log()
    status, _, body = running.get("/")
    assert status == 200
    assert b'id="boot"' in body


def test_samples_come_over_wss(running: Server) -> None:
    """A WebSocket over TLS is greeted, subscribes, and is sent samples as they come."""
    every = {one["name"]: one["every"] for one in running.json("/api/v1/metrics")["metrics"]}
    name = min(every, key=lambda one: every[one])
    connection = connect(running)
    connection.send(f'42/metrics,1["subscribe",{json.dumps({"metrics": [{"name": name}]})}]')
    offsets = [event(connection, "samples")["o"] for _ in range(3)]
    assert offsets == [offsets[0], offsets[0] + 1, offsets[0] + 2]
    connection.close()


def test_our_client_believes_what_it_is_told_to(running: Server, files: Path) -> None:
    """The Python client speaks https and wss with the certificate that it is given, and with no other."""
    with Client(running.url, ca=str(files / "cert.pem")) as c:
        assert "self.hub_lag" in {one["name"] for one in c.catalog()}
        assert c.subscribe("self.hub_lag", window=60).get(10) is not None
    for ask in (Client.catalog, lambda client: client.subscribe("self.hub_lag")):
        with pytest.raises(CannotConnect, match=r"no TLS that is to be trusted \(self-signed certificate\); ca= says"):
            ask(Client(running.url))
    with pytest.raises(CannotConnect, match=r"damaged\.pem: .*; give a file in PEM form"):
        Client(running.url, ca=str(files / "damaged.pem")).catalog()


@both_modes
def test_its_cookies_are_for_https_alone(secure: StartServer, async_mode: AsyncMode) -> None:
    """The cookie for the token is Secure."""
    running = secure("--require-token", async_mode=async_mode)
    form = b"token=" + (running.data_dir / "token").read_bytes().strip()
    with dial(running) as plain, wrapped(running, plain) as connection:
        connection.sendall(
            b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(form), form)
        )
        [cookie] = re.findall(rb"(?i)set-cookie: (.*)\r\n", connection.recv(65_536))
    assert b"; Secure" in cookie


def wrapped(server: Server, plain: socket.socket) -> ssl.SSLSocket:
    assert server.tls is not None
    return server.tls.wrap_socket(plain, server_hostname=server.host)


def test_old_tls_is_refused(running: Server) -> None:
    """TLS 1.2 is spoken, and nothing older."""
    for version, spoken in ((ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_1, False)):
        with dial(running) as plain:
            try:
                client_of(version).wrap_socket(plain).close()
                assert spoken
            except ssl.SSLError:
                assert not spoken


def client_of(version: ssl.TLSVersion) -> ssl.SSLContext:
    """What speaks that version alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")  # else this side would refuse the old one
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    return context


@both_modes
def test_what_does_not_arrive_is_cut(secure: StartServer, async_mode: AsyncMode) -> None:
    """A client that does not finish its handshake or its request is ended in time, and keeps nobody else waiting."""
    running = secure(*QUICK, async_mode=async_mode)
    for drip in (b"", HELLO[:3], HELLO + b"x" * 400):
        connection = dial(running)
        assert running.get("/healthz")[0] == 200
        assert time_of_end(connection, drip) < SOON, drip
    connection = wrapped(running, dial(running))
    assert WITHIN - 0.4 < time_of_end(connection, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 400) < SOON


def test_bad_handshakes_end_quietly(running: Server) -> None:
    """Plain HTTP is told to use https; garbage, resets and strangers to the certificate end, and the log is silent."""
    with dial(running) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000 + b"\r\n\r\n")
        answer = b"".join(iter(lambda: plain.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"https://" in answer
    with dial(running) as plain:
        plain.sendall(b"\x16garbage garbage garbage garbage")
        ended(plain)
    with dial(running) as plain:
        plain.sendall(HELLO)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with dial(running) as plain, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(plain, server_hostname=running.host)
    connect(running).close()
    assert running.get("/healthz")[0] == 200
    assert not re.search("Error|Traceback|SSL", running.log())


def ended(connection: socket.socket) -> None:
    """Read until the other side ends the connection, one way or another."""
    try:
        while connection.recv(4096):
            pass
    except ConnectionError:
        pass


@both_modes
def test_an_end_with_wss_connections_is_orderly(secure: StartServer, async_mode: AsyncMode) -> None:
    """A signal ends a server with WebSockets over TLS as it does others."""
    running = secure(async_mode=async_mode)
    viewers = [connect(running) for _ in range(3)]
    assert running.stop() == 0
    for viewer in viewers:
        viewer.close()


@pytest.mark.parametrize(
    ("certificate", "key", "words"),
    [
        ("cert.pem", "", ("--tls-certificate needs --tls-key",)),
        ("", "key.pem", ("--tls-key needs --tls-certificate",)),
        ("none.pem", "key.pem", ("--tls-certificate", "none.pem", "can't be read: No such file")),
        ("cert.pem", "none.pem", ("--tls-key", "none.pem", "can't be read: No such file")),
        ("cert.pem", ".", ("--tls-key", "can't be read: Is a directory")),
        ("key.pem", "key.pem", ("--tls-certificate", "holds no certificate in PEM form")),
        ("cert.pem", "cert.pem", ("--tls-key", "holds no private key in PEM form")),
        ("cert.pem", "other.pem", ("--tls-key", "other.pem", "does not belong to the certificate", "cert.pem")),
        ("cert.pem", "secret.pem", ("--tls-key", "secret.pem", "is encrypted", "openssl pkey")),
        ("damaged.pem", "key.pem", ("damaged.pem", "can't be used")),
    ],
)
def test_wrong_files_are_one_line(files: Path, certificate: str, key: str, words: tuple[str, ...]) -> None:
    """Whatever is wrong with the two files is told in one line, with the option and the file."""
    with pytest.raises(CannotStart) as told:
        tls_context(*(str(files / name) if name else "" for name in (certificate, key)))
    assert "\n" not in str(told.value)
    for word in words:
        assert word in str(told.value)


def test_both_files_belong_together(
    tmp_path: Path, files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A start with only one of the files, also from plotroom.toml's own folder, is one line and exit code 2."""
    monkeypatch.chdir(tmp_path)
    own = ["--data-dir", str(tmp_path), "--port", "0"]
    assert cli.run([*own, "--tls-certificate", str(files / "cert.pem")]) == 2
    needs = "plotroom: --tls-certificate needs --tls-key, the file of its private key\n"
    assert tuple(capsys.readouterr()) == ("", needs)
    (files / "plotroom.toml").write_text('tls_certificate = "cert.pem"\ntls_key = "none.pem"\n')
    assert cli.run([*own, "--config", str(files / "plotroom.toml")]) == 2
    missing = f"plotroom: --tls-key {files / 'none.pem'}: can't be read: No such file or directory\n"
    assert tuple(capsys.readouterr()) == ("", missing)


def test_without_files_there_is_no_tls() -> None:
    """Neither file is plain HTTP."""
    assert tls_context("", "") is None
