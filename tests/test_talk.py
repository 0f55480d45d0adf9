"""People in rooms over real sockets: what each of them gets, and what nobody else does."""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dashboard.live.wire import ROOMS
from tests.rooms import PATIENCE, Client, RoomsServer

#: Who is silent for so long after something was sent to somebody else has not been sent it.
SILENCE = 0.15

_numbers = itertools.count(1)


@pytest.fixture(scope="module", params=["eventlet", "threading"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoomsServer]:
    """One server for all tests of a kind of tasks; at its end its log must be without a traceback."""
    folder = tmp_path_factory.mktemp("talk")
    live = {"max_events": 10_000, "burst": 10_000}
    talk = {"messages": 100_000, "burst": 1000, "views": 100}
    server = RoomsServer(request.param, folder / "log", live=live, people=str(folder), talk=talk)
    yield server
    server.close()


class Somebody(Client):
    """A person with one connection."""

    def __init__(self, url: str, secret: str | None = None, whispers: int = 0) -> None:
        super().__init__(url, ROOMS, {"person": secret, "whispers": whispers})
        self.welcome = self.next("welcome")
        self.id: str = self.welcome["you"]["id"]
        self.secret: str = self.welcome.get("secret", secret)

    def ask(self, event: str, **payload: Any) -> Any:
        answer = self.call(event, payload)
        assert answer["ok"], answer
        return answer

    def refused(self, event: str, **payload: Any) -> str:
        """The code of a refusal."""
        answer = self.call(event, payload)
        assert not answer["ok"] and answer["error"]["message"], answer
        return str(answer["error"]["code"])

    def heard(self, *events: str) -> list[Any]:
        """What it has got of these events and not looked at, after a while for more to come."""
        time.sleep(SILENCE)
        return [self.events[event].get() for event in events for _ in range(self.events[event].qsize())]


@pytest.fixture
def come(server: RoomsServer) -> Iterator[Callable[..., Somebody]]:
    """`come(secret)` is somebody, with a new connection."""
    here: list[Somebody] = []

    def somebody(secret: str | None = None, whispers: int = 0) -> Somebody:
        here.append(Somebody(server.url, secret, whispers))
        return here[-1]

    yield somebody
    for one in here:
        one.close()


@pytest.fixture
def room() -> str:
    """The name of a room that no other test uses."""
    return f"dashboard:room{next(_numbers)}"


def test_who_comes_and_goes_is_seen_by_the_others(come: Callable[..., Somebody], room: str) -> None:
    """Joining and leaving are told to those who are there, once, and not to the one who acts."""
    ada, ben = come(), come()
    assert ada.ask("join", room=room, name=" Ada\n Lovelace ")["people"] == [
        ada.welcome["you"] | {"name": "Ada Lovelace"}
    ]
    joined = ben.ask("join", room=room)
    assert [one["id"] for one in joined["people"]] == [ada.id, ben.id]
    assert joined["you"]["id"] == ben.id
    assert ada.next("people") == {"room": room, "joined": ben.welcome["you"]}
    ben.ask("leave", room=room)
    assert ada.next("people") == {"room": room, "left": ben.welcome["you"]}
    assert ben.heard("people") == []


def test_a_lost_connection_is_leaving(come: Callable[..., Somebody], room: str) -> None:
    """Whose connection ends has left; who has another one has not."""
    ada, ben = come(), come()
    again = come(ben.secret)
    assert again.id == ben.id
    for one in (ada, ben, again):
        one.ask("join", room=room)
    ben.close()
    assert [one for one in ada.heard("people") if "left" in one] == []
    again.close()
    assert ada.next("people")["left"]["id"] == ben.id


def test_a_name_and_a_colour_stay(come: Callable[..., Somebody], room: str) -> None:
    """Somebody who comes back is who they were, and a change is seen in all their rooms."""
    ada, ben = come(), come()
    for one in (ada, ben):
        one.ask("join", room=room)
    ada.heard("people")
    assert ben.ask("me", name="Ben", colour=3)["you"] == {"id": ben.id, "name": "Ben", "colour": 3}
    assert ada.next("people")["changed"] == {"id": ben.id, "name": "Ben", "colour": 3}
    ben.close()
    assert come(ben.secret).welcome["you"] == {"id": ben.id, "name": "Ben", "colour": 3}


@pytest.mark.parametrize("name", ["", " \n\t", "\u200b\u200e", "x" * 41])
def test_names_are_checked(come: Callable[..., Somebody], room: str, name: str) -> None:
    """A name that nobody can see, or that is too long, is refused."""
    assert come().refused("join", room=room, name=name) == "bad_request"


def test_everybody_knows_where_people_are(come: Callable[..., Somebody], room: str) -> None:
    """How many look at which dashboard is told to all, wherever they are, and to who comes; private rooms are not."""
    ada, ben = come(), come()
    private = ada.ask("open", title="Plan B")["room"]["room"]
    for where in (room, private):
        ada.ask("join", room=where)
    while (crowd := ben.next("crowd")["rooms"]).get(room) != 1:
        pass
    assert private not in crowd
    ben.ask("join", room=room)
    while ada.next("crowd")["rooms"].get(room) != 2:
        pass
    assert come().welcome["crowd"][room] == 2
    ada.ask("leave", room=room)
    while ben.next("crowd")["rooms"].get(room) != 1:
        pass


def test_what_is_said_is_heard_in_the_room(come: Callable[..., Somebody], room: str) -> None:
    """A message reaches everybody in its room but who says it, and nobody elsewhere."""
    ada, ben, elsewhere = come(), come(), come()
    for one, where in ((ada, room), (ben, room), (elsewhere, f"{room}-not")):
        one.ask("join", room=where)
    said = ada.ask("say", room=room, text="look **here**", span=[1000, 2000], metric="system.cpu", pin=1500)["message"]
    assert said["from"]["id"] == ada.id and said["text"] == "look **here**" and said["span"] == [1000, 2000]
    assert (said["metric"], said["pin"], said["id"], said["offset"]) == ("system.cpu", 1500, 1, 1)
    assert ben.next("message") == {"message": said}
    assert ada.heard("message") == elsewhere.heard("message") == []


def test_messages_are_numbered_and_resumed(come: Callable[..., Somebody], room: str) -> None:
    """Who comes back gets exactly what changed since, edits among it; who comes anew gets all that there is."""
    ada, ben = come(), come()
    epoch = ada.ask("join", room=room)["epoch"]
    for text in ("one", "two", "three"):
        ada.ask("say", room=room, text=text)
    ada.ask("edit", room=room, id=1, text="first")
    ada.ask("edit", room=room, id=2, text="")
    missed = ben.ask("join", room=room, since=3, epoch=epoch)
    assert missed["recovered"] and missed["offset"] == 5
    assert [(one["id"], one["text"], one.get("deleted", False)) for one in missed["messages"]] == [
        (1, "first", False), (2, "", True),
    ]  # fmt: skip
    for stranger in ({"since": 3, "epoch": "another"}, {"since": 99, "epoch": epoch}, {}):
        whole = come().ask("join", room=room, **stranger)
        assert not whole["recovered"]
        assert [one["text"] for one in whole["messages"]] == ["first", "three"]


def test_only_ones_own_can_be_changed(come: Callable[..., Somebody], room: str) -> None:
    """Others' messages, and those that are not there, are refused by name."""
    ada, ben = come(), come()
    for one in (ada, ben):
        one.ask("join", room=room)
    number = ada.ask("say", room=room, text="mine")["message"]["id"]
    assert ben.refused("edit", room=room, id=number, text="yours") == "forbidden"
    assert ben.refused("edit", room=room, id=99, text="nobody's") == "unknown_message"
    ada.ask("edit", room=room, id=number, text="")
    assert ada.refused("edit", room=room, id=number, text="again") == "unknown_message"


def test_a_whisper_is_for_one(come: Callable[..., Somebody], room: str) -> None:
    """A private message reaches all connections of one person, and no third."""
    ada, ben, third = come(), come(), come()
    other = come(ben.secret)
    for one in (ada, ben, third):
        one.ask("join", room=room)
    sent = ada.ask("whisper", to=ben.id, text="psst")["message"]
    assert ben.next("whisper") == other.next("whisper") == {"message": sent}
    assert third.heard("whisper", "message") == []
    assert ada.refused("whisper", to="0" * 32, text="nobody") == "unknown_person"


def test_a_whisper_waits(come: Callable[..., Somebody]) -> None:
    """What is whispered to somebody who is away is there when they are back, after the last that they have."""
    ada, ben = come(), come()
    first = ada.ask("whisper", to=ben.id, text="one")["message"]["id"]
    assert ben.next("whisper")["message"]["text"] == "one"
    ben.close()
    ada.ask("whisper", to=ben.id, text="two")
    back = come(ben.secret, first)
    assert back.next("whisper")["message"]["text"] == "two"
    assert back.heard("whisper") == []


def test_a_private_room_is_for_the_invited(come: Callable[..., Somebody]) -> None:
    """Who was not invited can't come in, hears nothing, and can't invite; who was may come back at any time."""
    ada, ben, third = come(), come(), come()
    private = ada.ask("open", title="Plan B", people=[ben.id])["room"]
    name = private["room"]
    assert ben.next("invited") == {"room": private, "from": ada.welcome["you"]}
    assert third.refused("join", room=name) == "forbidden"
    assert third.refused("say", room=name, text="let me in") == "forbidden"
    assert third.refused("invite", room=name, person=third.id) == "forbidden"
    for one in (ada, ben):
        one.ask("join", room=name)
    ada.ask("say", room=name, text="secret")
    assert ben.next("message")["message"]["text"] == "secret"
    assert third.heard("message", "people", "invited") == []
    ben.close()
    assert come(ben.secret).welcome["rooms"] == [private]
    ada.ask("quit", room=name)
    assert ada.refused("join", room=name) == "forbidden"


def test_who_quits_is_out_in_all_windows(come: Callable[..., Somebody]) -> None:
    """Leaving a private room for good ends it for every connection of that person."""
    ada, ben = come(), come()
    other = come(ben.secret)
    name = ada.ask("open", title="x" * 60, people=[ben.id])["room"]["room"]
    for one in (ada, ben, other):
        one.ask("join", room=name)
    ben.ask("quit", room=name)
    assert ada.next("people")["joined"]["id"] == ben.id
    assert ada.next("people")["left"]["id"] == ben.id
    ada.ask("say", room=name, text="now we are alone")
    assert ben.heard("message") == other.heard("message") == []
    assert other.refused("say", room=name, text="not quite") == "forbidden"


@pytest.mark.parametrize("title", ["\u200b", "x" * 61])
def test_titles_are_checked(come: Callable[..., Somebody], title: str) -> None:
    """A private room has a title that can be seen and is not too long."""
    assert come().refused("open", title=title) == "bad_request"


def test_one_author_pushes_nobody_out(come: Callable[..., Somebody]) -> None:
    """However much one person whispers to somebody who is away, what others have whispered waits."""
    ada, ben, noisy = come(), come(), come()
    ben.close()
    ada.ask("whisper", to=ben.id, text="important")
    for number in range(60):
        noisy.ask("whisper", to=ben.id, text=str(number))
    back = come(ben.secret)
    texts = [back.next("whisper")["message"]["text"] for _ in range(51)]
    assert texts == ["important", *map(str, range(10, 60))]


def test_more_than_is_kept_is_not_recovered(come: Callable[..., Somebody], room: str) -> None:
    """Who has missed more than a room keeps is told so, and gets what there is."""
    ada, ben = come(), come()
    epoch = ada.ask("join", room=room)["epoch"]
    for number in range(505):
        ada.ask("say", room=room, text=str(number))
    missed = ben.ask("join", room=room, since=1, epoch=epoch)
    assert not missed["recovered"] and len(missed["messages"]) == 500
    assert ben.ask("join", room=room, since=400, epoch=epoch)["recovered"]


def test_followers_see_what_the_leader_looks_at(come: Callable[..., Somebody], room: str) -> None:
    """A view reaches those who follow, the last one at once when they begin, and nobody any more when they end."""
    ada, ben, third = come(), come(), come()
    for one in (ada, ben, third):
        one.ask("join", room=room)
    ada.ask("view", room=room, view={"window": 900})
    ben.ask("follow", room=room, person=ada.id)
    assert ben.next("view") == {"room": room, "from": ada.id, "view": {"window": 900.0}}
    view = {"span": [1000.0, 2000.0], "crosshair": 1500.0, "pointer": {"metric": "a.b", "t": 1.0, "y": 0.5}}
    ada.ask("view", room=room, view=view)
    assert ben.next("view")["view"] == view
    ben.ask("follow", room=room, person=None)
    ada.ask("view", room=room, view={"window": 60})
    assert ben.heard("view") == third.heard("view") == []
    assert ben.refused("follow", room=room, person=ben.id) == "bad_request"
    assert ben.refused("follow", room=room, person="0" * 32) == "unknown_person"


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("join", {}),
        ("join", {"room": "metric:system.cpu"}),
        ("join", {"room": "dashboard:__proto__"}),
        ("join", {"room": "dashboard:ok", "nam": "Ada"}),
        ("say", {"room": "dashboard:ok"}),
        ("say", {"room": "dashboard:ok", "text": "x" * 2001}),
        ("say", {"room": "dashboard:ok", "text": "x", "span": [2, 1]}),
        ("whisper", {"to": "somebody", "text": "x"}),
        ("view", {"room": "dashboard:ok", "view": {"html": "<b>"}}),
        ("view", {"room": "dashboard:ok", "view": {"span": [0, 8_640_000_000_000_000]}}),
        ("view", {"room": "dashboard:ok", "view": {"span": [0, 4_000_000_000_000]}}),
        ("me", {"colour": 12}),
    ],
)
def test_bad_requests_are_refused(come: Callable[..., Somebody], event: str, payload: dict[str, Any]) -> None:
    """What an event does not take is refused with a sentence."""
    ada = come()
    ada.ask("join", room="dashboard:ok")
    assert ada.refused(event, **payload) == "bad_request"


def test_one_is_in_so_many_rooms(come: Callable[..., Somebody]) -> None:
    """The 21st room of a connection is refused."""
    ada = come()
    for number in range(20):
        ada.ask("join", room=f"dashboard:many{number}")
    assert ada.refused("join", room="dashboard:many20") == "too_many_rooms"


def test_too_much_is_refused(tmp_path: Path) -> None:
    """Who talks or shows faster than the limits is told to wait, and those who read are not flooded."""
    server = RoomsServer(
        "eventlet", tmp_path / "log", people=str(tmp_path), talk={"messages": 1, "burst": 3, "views": 2}
    )
    ada = Somebody(server.url)
    try:
        ada.ask("join", room="dashboard:x")
        for _ in range(3):
            ada.ask("say", room="dashboard:x", text="hello")
        assert ada.refused("say", room="dashboard:x", text="hello") == "rate_limited"
        assert ada.refused("whisper", to=ada.id, text="hello") == "rate_limited"
        codes = {ada.call("view", {"room": "dashboard:x", "view": {}}).get("error", {}).get("code") for _ in range(5)}
        assert codes == {None, "rate_limited"}
    finally:
        ada.close()
        server.close()


def test_the_namespaces_are_apart(server: RoomsServer, come: Callable[..., Somebody], room: str) -> None:
    """A client of /metrics gets nothing of /rooms, and one of /rooms no samples."""
    ada = come()
    watcher = Client(server.url)
    try:
        server.do("declare", collector="apart", metrics=[{"name": f"apart.{room[-1]}"}])
        watcher.subscribe(f"apart.{room[-1]}")
        ada.ask("join", room=room)
        ada.ask("say", room=room, text="hello")
        server.do("publish", metric=f"apart.{room[-1]}", times=[1_700_000_000_000], values={"x": [1.0]})
        assert watcher.next("samples")["m"] == f"apart.{room[-1]}"
        assert not {"message", "people", "welcome"} & set(watcher.order)
        assert "samples" not in ada.order and PATIENCE
    finally:
        watcher.close()


def test_a_database_that_hangs_keeps_nobody_out(server: RoomsServer, come: Callable[..., Somebody], room: str) -> None:
    """While the database is locked people are let in, are told that nothing can be kept, and go on when it can."""
    ada = come()
    ada.ask("join", room=room)
    with closing(sqlite3.connect(server.log.parent / "people.db", isolation_level=None)) as busy:
        busy.execute("BEGIN EXCLUSIVE")
        assert ada.refused("say", room=room, text="hello") == "unavailable"
        assert come(ada.secret).id == ada.id
        busy.execute("ROLLBACK")
    assert ada.ask("say", room=room, text="hello")["message"]["id"] == 1
