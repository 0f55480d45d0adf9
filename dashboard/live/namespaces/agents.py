"""The namespace `/agents`: other hosts, and what they sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask
from flask_socketio import Namespace

from dashboard.live import wire
from dashboard.live.agent_payloads import (
    ClockRequest,
    DeclareRequest,
    KeepRequest,
    PushRequest,
    RegisterRequest,
    RetireRequest,
    StateRequest,
)
from dashboard.live.agents import Agents
from dashboard.live.fanout import Fanout, frame
from dashboard.live.namespaces.asking import answer, sid
from dashboard.live.namespaces.only import demand_all
from dashboard.live.wire import Event, Payload

if TYPE_CHECKING:
    from dashboard.settings import LiveSettings


class AgentsNamespace(Namespace):  # type: ignore[misc]  # Flask-SocketIO ships no types
    """What agents may send. Events without a handler here are ignored.

    Args:
        agents: who is there.
        socketio: made by `dashboard.live.server.make_socketio`.
        settings: limits.
        version: of this Plotroom.
    """

    def __init__(
        self, agents: Agents, socketio: Any, settings: LiveSettings, version: str
    ) -> None:  # Any: Flask-SocketIO ships no types
        super().__init__(wire.AGENTS)
        self._agents = agents
        self._fanout: Fanout = socketio.server.manager
        limits = {"message": settings.max_message, "events": settings.max_events, "burst": settings.burst}
        self._hello: Payload = {"version": version, "limits": limits}

    def on_connect(self, auth: object = None) -> None:
        demand_all()
        self._agents.connect(sid(), flask.request.remote_addr or "an unknown address")
        self._fanout.tell(frame(Event.HELLO, self._hello, wire.AGENTS), sid(), wire.AGENTS)

    def on_disconnect(self, reason: object = None) -> None:
        self._agents.disconnect(sid())

    def on_register(self, *arguments: object) -> Payload:
        return answer(RegisterRequest, arguments, self._agents.register)

    def on_clock(self, *arguments: object) -> Payload:
        return answer(ClockRequest, arguments, lambda who, request: self._agents.clock(who))

    def on_declare(self, *arguments: object) -> Payload:
        return answer(DeclareRequest, arguments, self._agents.declare)

    def on_state(self, *arguments: object) -> Payload:
        return answer(StateRequest, arguments, self._agents.state)

    def on_retire(self, *arguments: object) -> Payload:
        return answer(RetireRequest, arguments, self._agents.retire)

    def on_keep(self, *arguments: object) -> Payload:
        return answer(KeepRequest, arguments, self._agents.keep)

    def on_push(self, *arguments: object) -> Payload:
        return answer(PushRequest, arguments, self._agents.push)
