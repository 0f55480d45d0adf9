"""The OpenAPI and the AsyncAPI document: valid, complete, and true of what a running server says."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest
import requests
import schemathesis
from flask_socketio import Namespace
from jsonschema import Draft7Validator, Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dashboard.app import Plotroom, create_app
from dashboard.live import asyncapi, wire
from dashboard.live.namespaces.agents import AgentsNamespace
from dashboard.live.namespaces.metrics import MetricsNamespace
from dashboard.live.namespaces.rooms import RoomsNamespace
from dashboard.live.wire import AGENTS, NAMESPACE, ROOMS
from dashboard.settings import Settings
from dashboard.tasks import run_here
from tests.contracts import Http, Json, Live
from tests.house import House
from tests.rooms import Client, RoomsServer
from tests.server import Server
from tests.test_docs import wait_for

START = 1_700_000_000_000
#: Requests to one address, of each kind, that are made up.
EXAMPLES = 6
#: Those that are asked first: they take most.
TRIED = ("/api/v1/query", "/api/v1/notices", "/api/v1/dashboards/{slug}")
#: Seconds for all of them, when these were among the answers; a slow machine asks less.
TIME = 8.0
NEEDED = {
    ("/api/v1/query", 200), ("/api/v1/query", 422), ("/api/v1/notices", 422), ("/api/v1/dashboards/{slug}", 422),
    ("/api/v1/dashboards/{slug}", 404),
}  # fmt: skip


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Plotroom:
    return create_app(Settings(data_dir=tmp_path_factory.mktemp("documents")), "threading", run_here)


def references(part: Json) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from references(one)


def resolved(document: Json, reference: str) -> Json:
    found = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


# --- HTTP


def test_the_openapi_document_is_valid() -> None:
    """It follows the specification 3.1, and its schemas follow theirs."""
    document = Http().document
    OpenAPIV31SpecValidator(document).validate()
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_address_is_in_the_openapi_document(room: Plotroom) -> None:
    """Each route that gives data is described in dashboard/web/openapi.py with its methods, and nothing else is."""
    served: dict[str, set[str]] = {}
    for rule in room.flask.url_map.iter_rules():
        if rule.rule.startswith(("/api/", "/healthz", "/metrics")):
            methods = {one.lower() for one in rule.methods or ()} - {"head", "options"}
            path = rule.rule.replace("<", "{").replace(">", "}")
            served[path] = served.get(path, set()) | methods
    assert {path: set(methods) for path, methods in Http().document["paths"].items()} == served


def test_answers_are_as_described(server: Callable[..., Server]) -> None:
    """What a running server answers is what its document says, which says where it is, and has no other key."""
    running, contract = server("--base-path", "/plot"), Http()
    place, running.url = f"127.0.0.1:{running.port}", running.url + "/plot"
    http, live = running.json("/api/v1/openapi.json"), running.json("/api/v1/asyncapi.json")
    assert http == contract.document | {"servers": [{"url": "/plot"}], "info": http["info"]}
    assert live["servers"] == {asyncapi.SERVER: asyncapi.place(place, False, "/plot")}
    assert http["info"]["version"] == live["info"]["version"] == running.json("/healthz")["version"]
    requests.post(f"{running.url}/api/v1/notices", json={"text": "x", "topic": "t"}, timeout=10)
    made: Json = {"title": "Web", "panels": [{"metric": "system.cpu"}, {"kind": "text", "text": "x"}]}
    board = f"{running.url}/api/v1/dashboards/web"
    answer = requests.put(board, json={"dashboard": made}, timeout=10)
    contract.check("/api/v1/dashboards/{slug}", 200, answer.json(), "put")
    assert wait_for(lambda: running.get("/api/v1/query?metric=system.cpu")[0] == 200)
    for path in contract.document["paths"]:
        if path in ("/metrics", "/api/v1/export"):
            continue
        query = {"query": "?metric=system.cpu", "embed": "?slug=web&panel=p1"}.get(path.rpartition("/")[2], "")
        contract.check(path, 200, running.json(path.replace("{slug}", "web") + query))
    for path, status, method, kind in (
        ("/api/v1/query", 422, "get", ""),
        ("/api/v1/query?metric=no", 404, "get", ""),
        ("/api/v1/figures?metric=no", 404, "get", ""),
        ("/api/v1/notices", 415, "post", "text/plain"),
        ("/api/v1/notices", 422, "post", "application/json"),
        ("/api/v1/figures?kind=no", 422, "get", ""),
    ):
        answer = requests.request(
            method, running.url + path, data="{}", headers={"Content-Type": kind}, timeout=10
        )  # fmt: skip
        assert answer.status_code == status
        contract.check(path.partition("?")[0], status, answer.json(), method)
    answer = requests.put(board, json={"dashboard": made | {"title": "Other"}}, timeout=10)
    assert answer.status_code == 409
    contract.check("/api/v1/dashboards/{slug}", 409, answer.json(), "put")
    answer = requests.delete(f"{board}?base=1", timeout=10)
    contract.check("/api/v1/dashboards/{slug}", 200, answer.json(), "delete")


def test_made_up_requests_are_answered_as_described(server: Callable[..., Server]) -> None:
    """Whatever is asked, valid or not: no error of the server's, and an answer that the document describes."""
    running, document = server("--live-max-connects", "10000"), Http().document
    assert wait_for(lambda: running.get("/api/v1/query?metric=system.cpu")[0] == 200)
    for path in ("/api/v1/query", "/api/v1/export"):
        [metric] = [one for one in document["paths"][path]["get"]["parameters"] if one["name"] == "metric"]
        metric["schema"] = {"enum": ["system.cpu", "system.load", "no.such.metric"]}  # no other would be guessed
    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
    statuses: set[tuple[str, int]] = set()
    until = time.monotonic() + TIME
    with requests.Session() as session:
        operations = list(schemathesis.openapi.from_dict(document).get_all_operations())
        operations.sort(key=lambda one: not isinstance(one, Ok) or one.ok().path not in TRIED)
        for result in operations:
            assert isinstance(result, Ok)
            operation = result.ok()
            asked = operation.query or operation.body or operation.path_parameters
            modes = list(schemathesis.GenerationMode) if asked else []
            for mode in modes or [schemathesis.GenerationMode.POSITIVE]:

                @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
                @hypothesis.settings(
                    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
                    phases=[hypothesis.Phase.generate], suppress_health_check=list(hypothesis.HealthCheck),
                )  # fmt: skip
                def ask(case: Any) -> None:  # schemathesis makes it
                    if time.monotonic() > until and statuses >= NEEDED:
                        return
                    answer = case.call(base_url=running.url, session=session, timeout=10)
                    case.validate_response(answer, checks=checks)
                    statuses.add((case.path, answer.status_code))

                ask()
    assert statuses >= NEEDED


# --- live


def test_the_asyncapi_document_is_whole() -> None:
    """Its references lead somewhere, its operations use messages of their channels, its schemas are valid."""
    document = Live().document | {"servers": {asyncapi.SERVER: asyncapi.place("localhost", False, "")}}
    assert document["asyncapi"] == "3.0.0"
    for reference in references(document):
        assert resolved(document, reference)
    for name, operation in document["operations"].items():
        assert operation["action"] in ("send", "receive")
        assert ("reply" in operation) == (operation["action"] == "receive"), name
        used = operation["messages"] + operation.get("reply", {}).get("messages", [])
        assert used and all(one["$ref"].startswith(operation["channel"]["$ref"] + "/messages/") for one in used)
    for message in document["components"]["messages"].values():
        assert message["summary"] and message["payload"]
    for name, schema in document["components"]["schemas"].items():
        Draft7Validator.check_schema(schema)
        assert schema.get("description") or "enum" in schema, name
    for key in (*document["channels"], *document["operations"], *document["components"]["messages"]):
        assert re.fullmatch(r"[\w.-]+", key)


def test_every_event_is_in_the_asyncapi_document() -> None:
    """Each event of the wire is in the channel of a namespace, and each that a namespace handles is among those."""
    described = {event for one in asyncapi.NAMESPACES for event in (*one.asks, *one.tells)}
    assert set(wire.Event) <= described
    handlers: dict[str, type[Namespace]] = {
        NAMESPACE: MetricsNamespace,
        ROOMS: RoomsNamespace,
        AGENTS: AgentsNamespace,
    }
    for one in asyncapi.NAMESPACES:
        if one.address in handlers:
            handled = {name.removeprefix("on_") for name in vars(handlers[one.address]) if name.startswith("on_")}
            assert handled - {"connect", "disconnect"} == set(one.asks)


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[RoomsServer]:
    live = {"top_every": 0.1, "max_events": 10_000, "burst": 10_000}
    server = RoomsServer("eventlet", tmp_path / "log", live=live, people=str(tmp_path))
    yield server
    server.close()


def heard(contract: Live, client: Client, namespace: str, *events: str) -> None:
    """Wait for an event of each of these names, and check all that has come."""
    for event in events:
        contract.check(namespace, event, client.next(event))
    for event, waiting in client.events.items():
        while not waiting.empty():
            contract.check(namespace, event, waiting.get())


def asked(contract: Live, client: Client, namespace: str, event: str, **payload: Any) -> Any:
    """The answer to a request, after a check of both."""
    contract.check(namespace, f"{event}.request", payload)
    answer = client.call(event, payload)
    contract.check(namespace, f"{event}.answer", answer)
    return answer


def test_live_messages_are_as_described(rooms: RoomsServer) -> None:
    """What a running server tells in /metrics is what the document says, and has no key that it does not name."""
    contract, client = Live(), Client(rooms.url)
    rooms.do("declare", collector="tests", metrics=[{"name": "a.few"}, {"name": "a.many"}])
    rooms.do("state", collector="tests", state="running", samples=1)
    rooms.do("publish", metric="a.many", times=[START + place for place in range(100)], values={"x": [1.0] * 100})
    asked(contract, client, NAMESPACE, "catalog")
    wanted = [{"name": name} for name in ("a.few", "a.many", "a.none")]
    answer = asked(contract, client, NAMESPACE, "subscribe", metrics=wanted)
    assert [set(one) & {"t", "at", "error"} for one in answer["metrics"]] == [{"at"}, {"at"}, {"error"}]
    few = asked(contract, client, NAMESPACE, "subscribe", metrics=[{"name": "a.few"}], epoch=answer["epoch"])
    assert "t" in few["metrics"][0]
    contract.check(NAMESPACE, "unsubscribe.answer", client.call("unsubscribe", {"metrics": []}))
    rooms.do("publish", metric="a.few", times=[START], values={"x": [None], "y": [1.5]})
    rooms.do(
        "publish", metric="a.many", times=[START + 1000 + place for place in range(100)], values={"x": [2.0] * 100}
    )
    rooms.do("notice", level="info", text="hello")
    entry = {"slug": "web", "title": "Web", "version": 1, "t": START, "by": "Ada", "origin": "store", "panels": 2}
    for change in (entry | {"editable": True}, {"slug": "web", "gone": True}):
        rooms.do("dashboard", change=change)
    rooms.do("retire", collector="tests")
    asked(contract, client, NAMESPACE, "unsubscribe", metrics=["a.few"])
    told = ("hello", "series", "samples", "samples", "catalog", "notice", "dashboards", "dashboards", "top")
    heard(contract, client, NAMESPACE, *told)
    client.close()
    contract.check(NAMESPACE, "lagged", lagged())
    known = {name for name in contract.document["components"]["messages"] if name.startswith("metrics.")}
    assert contract.seen == known


def lagged() -> Json:
    """What a client is told that has read too slowly."""
    house = House(bound=1000)
    house.declare("a.b")
    member = house.member()
    member.subscribe("a.b")
    for second in range(1, 61):
        house.publish("a.b", second, float(np.pi))
    return member.received()[-1][1]


def test_what_people_are_told_is_as_described(rooms: RoomsServer) -> None:
    """The same in /rooms: every request, every answer and every event."""
    contract, room = Live(), "dashboard:overview"
    ada, bob = Client(rooms.url, ROOMS), Client(rooms.url, ROOMS)
    welcome = bob.next("welcome")
    contract.check(ROOMS, "welcome", welcome)
    person = welcome["you"]["id"]

    def ask(event: str, **payload: Any) -> Any:
        return asked(contract, ada, ROOMS, event, **payload)

    ask("join", room=room, name="Ada")
    bob.call("join", {"room": room})
    bob.call("me", {"name": "Bob"})
    said = ask("say", room=room, text="look", span=[START, START + 1], metric="system.cpu", pin=START)
    ask("edit", room=room, id=said["message"]["id"], text="")
    ask("whisper", to=person, text="psst")
    ask("me", name="Ada L.", colour=3)
    private = ask("open", title="Us", people=[])["room"]["room"]
    ask("invite", room=private, person=person)
    pointer = {"metric": "system.cpu", "t": START, "y": 0.5}
    asked(contract, bob, ROOMS, "follow", room=room, person=ada.events["welcome"].queue[0]["you"]["id"])
    ask("view", room=room, view={"window": 60, "crosshair": START, "pointer": pointer, "slug": "cpu", "metric": None})
    assert not ask("follow", room=room, person="0" * 32)["ok"]
    ask("quit", room=private)
    ask("join", room=room)
    heard(contract, bob, ROOMS, "people", "crowd", "message", "message", "whisper", "invited", "view")
    bob.close()
    heard(contract, ada, ROOMS, "welcome", "people", "people")
    ask("leave", room=room)
    ada.close()
    known = {name for name in contract.document["components"]["messages"] if name.startswith("rooms.")}
    assert known - contract.seen == {"rooms.notice"}  # one model for all namespaces
