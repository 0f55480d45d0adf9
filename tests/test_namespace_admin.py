"""The namespace /admin over real sockets: who gets in, what they see, and that nobody else sees anything of it."""

from __future__ import annotations

import queue
import socket
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import socketio
from engineio.socket import Socket as EngineSocket
from pydantic import SecretStr

from dashboard.app import create_app
from dashboard.cli import run
from dashboard.errors import CannotStart
from dashboard.live.fanout import ADMIN
from dashboard.live.namespaces.admin import ATTEMPTS_BURST
from dashboard.server import threaded
from dashboard.settings import AdminSettings, Settings
from dashboard.tasks import run_here
from tests.contracts import Live
from tests.rooms import PATIENCE, Client, InOrderClient
from tests.server import ASYNC_MODES, QUIET, AsyncMode, Server

StartServer = Callable[..., Server]
PASSWORD = "correct horse battery"
CONFIG = f"""\
[admin]
enabled = true
username = "operator"
password = "{PASSWORD}"
"""
RIGHT = {"username": "operator", "password": PASSWORD}


class AdminClient:
    """What the Admin UI does: it connects to `/admin`, and keeps what it is told."""

    def __init__(self, url: str, auth: object) -> None:
        self.events: dict[str, queue.Queue[Any]] = defaultdict(queue.Queue)
        self.refusal: Any = None
        self._client = InOrderClient(reconnection=False, handle_sigint=False)
        self._client.on("*", lambda event, payload: self.events[event].put(payload), namespace="/admin")
        self._client.on("connect_error", self._refused, namespace="/admin")
        with suppress(socketio.exceptions.ConnectionError):
            self._client.connect(url, auth=auth, transports=["websocket"], namespaces=["/admin"], wait_timeout=PATIENCE)

    @property
    def inside(self) -> bool:
        return "/admin" in self._client.namespaces

    def next(self, event: str) -> Any:
        return self.events[event].get(timeout=PATIENCE)

    def emit(self, event: str, *payload: object) -> None:
        self._client.emit(event, payload, namespace="/admin")

    def close(self) -> None:
        connection = self._client.eio.ws
        if connection is not None and connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)
            self._client.eio.read_loop_task.join(PATIENCE)
            connection.shutdown()

    def _refused(self, why: object) -> None:
        self.refusal = why


@pytest.mark.parametrize("async_mode", ASYNC_MODES)
def test_who_has_the_password_sees_the_server(server: StartServer, async_mode: AsyncMode) -> None:
    """The Admin UI is told what it may do, which is to look, and every two seconds who is there and what was sent."""
    running = server(config=CONFIG + QUIET, async_mode=async_mode)
    viewer, admin = Client(running.url), AdminClient(running.url, RIGHT)
    contract, config = Live(), admin.next("config")
    assert config == {"supportedFeatures": ["AGGREGATED_EVENTS"]}
    admin.emit("_disconnect", "/metrics", True)
    admin.emit("emit", "/metrics", None, "notice", {"text": "forged"})
    another = Client(running.url)
    stats = admin.next("server_stats")
    for event, payload in (("config", config), ("server_stats", stats)):
        contract.check("/admin", event, payload)
    present = {one["name"]: one["socketsCount"] for one in stats["namespaces"]}
    assert present.items() >= {"/metrics": 2, "/rooms": 0, "/admin": 1}.items()
    assert (stats["clientsCount"], stats["pollingClientsCount"]) == (3, 0)
    assert {"packetsOut", "bytesOut", "rawConnection"} <= {one["type"] for one in stats["aggregatedEvents"]}
    assert viewer.order == another.order == ["hello"]
    for one in (viewer, admin, another):
        one.close()


@pytest.mark.parametrize("async_mode", ASYNC_MODES)
def test_who_has_not_is_refused(server: StartServer, async_mode: AsyncMode) -> None:
    """A wrong name or password, or none, never gets in; what was tried is not in the log, and one may not go on."""
    running = server(config=CONFIG + QUIET, async_mode=async_mode)
    wrong: tuple[object, ...] = (
        RIGHT | {"password": "wrong horse battery"},
        RIGHT | {"username": "Operator"},
        RIGHT | {"password": PASSWORD + " "},
        RIGHT | {"password": None},
        {"username": "operator"},
        {"password": PASSWORD},
        [PASSWORD],
        None,
    )
    for auth in wrong:
        stranger = AdminClient(running.url, auth)
        assert not stranger.inside
        assert stranger.refusal["message"] == "wrong name or password"
        stranger.close()
    for _ in range(ATTEMPTS_BURST):
        stranger = AdminClient(running.url, {"username": "x"})
        stranger.close()
    assert stranger.refusal["message"] == "too many attempts; wait a minute"
    assert "has tried to sign in at /admin" in running.log()
    assert "horse" not in running.log()


def test_it_is_off_by_default(tmp_path: Path) -> None:
    """Without the setting there is no such namespace."""
    room = create_app(Settings(data_dir=tmp_path), "threading", run_here)
    known = room.socketio.server
    assert ADMIN not in {*known.handlers, *known.namespace_handlers, *known.namespaces}


@pytest.mark.parametrize("given", [{}, {"username": "operator"}, {"password": PASSWORD}])
def test_it_needs_both(tmp_path: Path, given: dict[str, str]) -> None:
    """Enabled without a name or a password the server does not start, and says what is missing."""
    settings = Settings(data_dir=tmp_path, admin=AdminSettings.model_validate({"enabled": True, **given}))
    with pytest.raises(CannotStart, match=r"needs admin\.username and admin\.password"):
        create_app(settings, "threading", run_here)


def test_the_password_is_never_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """It is in no error, in no listing and in no text of the settings."""
    for value in ('"short-secre"', "123454321", '["secret-in-a-list"]'):
        file = tmp_path / "plotroom.toml"
        file.write_text(f"[admin]\npassword = {value}\n", encoding="utf-8")
        assert run(["serve", "--config", str(file)], threaded()) == 2
        line = capsys.readouterr().err
        assert "admin.password in plotroom.toml" in line
        assert value.strip('[]"') not in line
    settings = Settings(admin=AdminSettings(password=SecretStr(PASSWORD)))
    assert PASSWORD not in repr(settings) + str(settings) + settings.model_dump_json()


def test_it_changes_no_class_of_the_libraries(tmp_path: Path) -> None:
    """Other servers of the process are as they were, and so are this one's WebSockets and its way out."""
    before = dict(vars(EngineSocket))
    settings = Settings(data_dir=tmp_path, admin=AdminSettings.model_validate({"enabled": True, **RIGHT}))
    room = create_app(settings, "threading", run_here)
    assert dict(vars(EngineSocket)) == before
    assert "emit" not in vars(room.socketio.server.manager)
