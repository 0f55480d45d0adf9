"""The AsyncAPI document: every event of every namespace, made from the models that check or describe them.

Source: the AsyncAPI specification 3.0.0. It is written from the server's side: what it receives, what it sends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from dashboard.live import agent_payloads as agents
from dashboard.live import agent_told, talk_told, told, wire
from dashboard.live import payloads as ask
from dashboard.live import talk_payloads as talk
from dashboard.live.fanout import ADMIN
from dashboard.live.schemas import Schema, components, reference, summary
from dashboard.live.wire import Event

Model = type[BaseModel]

SERVER = "plotroom"


@dataclass(frozen=True)
class Namespace:
    """A namespace of Socket.IO.

    Attributes:
        address: its name on the wire.
        about: what it is for.
        asks: events of clients, with what they send and what they are answered.
        tells: events of the server.
    """

    address: str
    about: str
    asks: Mapping[str, tuple[Model, Model]]
    tells: Mapping[str, Model]

    @property
    def name(self) -> str:
        return self.address.strip("/")


METRICS = Namespace(
    wire.NAMESPACE,
    "Live samples. Answers are acknowledgements of Socket.IO; see docs/wire.md.",
    asks={
        Event.CATALOG: (ask.CatalogRequest, told.CatalogAnswer),
        Event.SUBSCRIBE: (ask.SubscribeRequest, told.SubscribeAnswer),
        Event.UNSUBSCRIBE: (ask.UnsubscribeRequest, told.Done),
    },
    tells={
        Event.HELLO: told.Hello,
        Event.CATALOG: told.CatalogChange,
        Event.SAMPLES: told.AnySamples,
        Event.SERIES: told.SeriesChange,
        Event.TOP: told.Top,
        Event.LAGGED: told.Lagged,
        Event.NOTICE: told.Notice,
        Event.DASHBOARDS: told.DashboardChange,
    },
)

ROOMS = Namespace(
    wire.ROOMS,
    "People who look at the same dashboards; see docs/rooms.md. Who is known already connects with the auth "
    '{"person": SECRET, "whispers": ID OF THE LAST}. people.enabled = false switches it off.',
    asks={
        Event.JOIN: (talk.JoinRequest, talk_told.JoinAnswer),
        Event.LEAVE: (talk.LeaveRequest, told.Done),
        Event.ME: (talk.MeRequest, talk_told.MeAnswer),
        Event.SAY: (talk.SayRequest, talk_told.SaidAnswer),
        Event.EDIT: (talk.EditRequest, talk_told.SaidAnswer),
        Event.WHISPER: (talk.WhisperRequest, talk_told.WhisperedAnswer),
        Event.VIEW: (talk.ViewRequest, told.Done),
        Event.FOLLOW: (talk.FollowRequest, told.Done),
        Event.OPEN: (talk.OpenRequest, talk_told.OpenAnswer),
        Event.INVITE: (talk.InviteRequest, told.Done),
        Event.QUIT: (talk.QuitRequest, told.Done),
    },
    tells={
        Event.WELCOME: talk_told.Welcome,
        Event.PEOPLE: talk_told.Presence,
        Event.MESSAGE: talk_told.Said,
        Event.WHISPER: talk_told.Whispered,
        Event.INVITED: talk_told.Invited,
        Event.VIEW: talk_told.Shown,
        Event.CROWD: talk_told.Crowd,
        Event.NOTICE: told.Notice,
    },
)

AGENTS = Namespace(
    wire.AGENTS,
    "Other hosts, which send what they sample; see docs/agents.md. agents.enabled = false switches it off.",
    asks={
        Event.REGISTER: (agents.RegisterRequest, agent_told.RegisterAnswer),
        Event.CLOCK: (agents.ClockRequest, agent_told.ClockAnswer),
        Event.DECLARE: (agents.DeclareRequest, told.Done),
        Event.STATE: (agents.StateRequest, told.Done),
        Event.RETIRE: (agents.RetireRequest, told.Done),
        Event.KEEP: (agents.KeepRequest, told.Done),
        Event.PUSH: (agents.PushRequest, told.Done),
    },
    tells={Event.HELLO: agent_told.AgentHello},
)

ADMINS = Namespace(
    ADMIN,
    'The Socket.IO Admin UI, which connects with the auth {"username", "password"}; off unless admin.enabled is set.',
    asks={},
    tells={"config": told.AdminConfig, "server_stats": told.ServerStats},
)

NAMESPACES = (METRICS, ROOMS, AGENTS, ADMINS)


def place(host: str, secure: bool, base: str) -> Schema:
    """Where a server is found.

    Args:
        host: name and port under which it was asked.
        secure: it speaks wss.
        base: path under which it is served, "" for none.
    """
    return {
        "host": host,
        "pathname": f"{base}/socket.io/",
        "protocol": "wss" if secure else "ws",
        "description": "Where a token is needed, it travels in the header Authorization of the handshake.",
        "security": [{"$ref": "#/components/securitySchemes/token"}],
    }


def document(version: str) -> Schema:
    """The document of a program of this version; to be added is where it is: `place`, under the name `SERVER`."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Plotroom, live",
            "version": version,
            "description": "Events of Socket.IO (protocol 5), over a WebSocket: each namespace is a channel.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "channels": {one.name: _channel(one) for one in NAMESPACES},
        "operations": {name: operation for one in NAMESPACES for name, operation in _operations(one)},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "messages": {name: message for one in NAMESPACES for name, message in _messages(one)},
            "schemas": components(_models()),
        },
    }


def _models() -> Iterator[Model]:
    yield told.Refusal
    for one in NAMESPACES:
        yield from one.tells.values()
        for asked, answer in one.asks.values():
            yield from (asked, answer)


def _channel(one: Namespace) -> Schema:
    names = (name for name, _ in _messages(one))
    messages = {name.partition(".")[2]: {"$ref": f"#/components/messages/{name}"} for name in names}
    return {
        "address": one.address,
        "title": f"Namespace {one.address}",
        "description": one.about,
        "servers": [{"$ref": f"#/servers/{SERVER}"}],
        "messages": messages,
    }


def _messages(one: Namespace) -> Iterator[tuple[str, Schema]]:
    for event, model in one.tells.items():
        yield f"{one.name}.{event}", _message(event, summary(model), reference(model))
    for event, (asked, answer) in one.asks.items():
        yield f"{one.name}.{event}.request", _message(event, summary(asked), reference(asked))
        either = {"oneOf": [reference(answer), reference(told.Refusal)]}
        yield f"{one.name}.{event}.answer", _message(event, summary(answer), either)


def _message(event: str, about: str, payload: Schema) -> Schema:
    return {"name": str(event), "summary": about, "payload": payload}


def _operations(one: Namespace) -> Iterator[tuple[str, Schema]]:
    channel = {"$ref": f"#/channels/{one.name}"}

    def message(name: str) -> list[Schema]:
        return [{"$ref": f"#/channels/{one.name}/messages/{name}"}]

    for event, model in one.tells.items():
        sent: Schema = {"action": "send", "channel": channel, "summary": summary(model), "messages": message(event)}
        yield f"{one.name}.send.{event}", sent
    for event, (asked, _) in one.asks.items():
        yield (
            f"{one.name}.receive.{event}",
            {
                "action": "receive",
                "channel": channel,
                "summary": summary(asked),
                "messages": message(f"{event}.request"),
                "reply": {"channel": channel, "messages": message(f"{event}.answer")},
            },
        )
