"""Somebody in the rooms through the Python client: what a break, a refusal or a bad moment must not lose."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dashboard.client import CannotConnect, Client, Refused
from dashboard.client.address import address
from dashboard.client.talk import ANSWER_WITHIN, LOOK_EVERY, Person
from tests.rooms import PATIENCE, RoomsServer

ROOM = "dashboard:a"


def message(number: int) -> dict[str, Any]:
    sender = {"id": "b" * 16, "name": "Ben", "colour": 2}
    return {"id": number, "offset": number, "room": ROOM, "from": sender, "t": number, "text": str(number)}


def joined(*numbers: int, recovered: bool = False, epoch: str = "e1") -> dict[str, Any]:
    messages = [message(number) for number in numbers]
    offset = max(numbers, default=0)
    return {
        "ok": True, "epoch": epoch, "offset": offset, "recovered": recovered, "people": [], "messages": messages,
    }  # fmt: skip


def refusal(code: str) -> dict[str, Any]:
    return {"ok": False, "error": {"code": code, "message": "no"}}


class FakeLine:
    """A connection whose other end is the test."""

    live = True

    def __init__(self, *_: object, **told: Callable[..., Any]) -> None:
        self.hear, self.work, self.auth = told["heard"], told["work"], told["auth"]
        self.asked: list[tuple[Any, Callable[[Any], None]]] = []
        #: What is done with a request at once.
        self.meanwhile: Callable[[Callable[[Any], None]], None] = lambda answered: None

    def start(self) -> None:
        self.welcome()

    def close(self) -> None:
        pass

    def welcome(self, epoch: str = "e1") -> None:
        self.hear("welcome", {"you": {"id": "a" * 16}, "epoch": epoch, "secret": "s"})

    def emit(self, event: str, payload: Any, answered: Callable[[Any], None]) -> bool:
        self.asked.append((payload, answered))
        self.meanwhile(answered)
        return True


class Desk:
    """Somebody on such a connection, in a room of which they know message 1."""

    def __init__(self) -> None:
        self.line: FakeLine
        self.person = Person(address("http://h"), line=self._made)  # type: ignore[arg-type]  # as much of one as is used
        self.line.meanwhile = lambda answered: answered(joined(1))
        assert [one.text for one in self.person.join(ROOM, "Ada")] == ["1"]
        self.line.asked.clear()
        self.line.meanwhile = lambda answered: None

    def _made(self, *about: Any, **told: Any) -> FakeLine:
        self.line = FakeLine(*about, **told)
        return self.line

    def says(self, *numbers: int) -> None:
        for number in numbers:
            self.line.hear("message", {"message": message(number)})

    def heard(self) -> list[str]:
        found: list[str] = []
        while (one := self.person.get(0)) is not None:
            found.append(one.text)
        return found

    def again(self, epoch: str = "e1") -> tuple[Any, Callable[[Any], None]]:
        """The line was lost and is there again; how it asks for the room."""
        self.line.welcome(epoch)
        self.line.work()
        [asked] = self.line.asked
        self.line.asked.clear()
        return asked


@pytest.mark.parametrize("code", ["unavailable", "rate_limited"])
def test_a_room_that_there_is_no_time_for_is_asked_for_again(code: str) -> None:
    """After a refusal that passes it asks again, for all since the break, though newer ones have come by themselves."""
    desk = Desk()
    payload, answered = desk.again()
    desk.says(4)
    answered(refusal(code))
    assert desk.line.asked == []
    pause = desk.line.work()
    assert 0 < pause <= LOOK_EVERY
    desk.person._due[ROOM] = 0.0  # that is over
    desk.line.work()
    [(repeated, answered)] = desk.line.asked
    assert payload == repeated == {"room": ROOM, "since": 1, "epoch": "e1"}
    answered(joined(2, 3, 4, recovered=True))
    assert desk.heard() == ["4", "2", "3"]
    assert desk.person._due == {}


def test_a_room_without_an_answer_is_asked_for_again() -> None:
    """An answer that does not come is waited for as long as any other."""
    desk = Desk()
    desk.again()
    assert desk.person._due[ROOM] > time.monotonic() + ANSWER_WITHIN / 2
    desk.person._due[ROOM] = 0.0  # it was waited for
    desk.line.work()
    assert [payload["room"] for payload, _ in desk.line.asked] == [ROOM]


def test_who_is_refused_for_good_does_not_ask_again() -> None:
    """Another refusal would be the same the next time."""
    desk = Desk()
    _, answered = desk.again()
    answered(refusal("forbidden"))
    assert desk.person._due == {}


def test_after_too_much_was_missed_what_is_left_is_told() -> None:
    """An answer with all that the room keeps tells what is new; one of another database tells nothing of the past."""
    desk = Desk()
    _, answered = desk.again()
    answered(joined(1, 7, 8))
    assert desk.heard() == ["7", "8"]
    payload, answered = desk.again("e2")
    desk.says(3)
    answered(joined(1, 2, 3, epoch="e2"))
    assert payload == {"room": ROOM} and desk.heard() == ["3"]
    desk.says(3, 4)
    assert desk.heard() == ["4"]


def test_what_is_said_around_an_answer_is_heard_once() -> None:
    """Messages just before and just after the answer of a join are in the loop, and nothing is told twice."""
    desk = Desk()

    def around(answered: Callable[[Any], None]) -> None:
        desk.says(2)
        answered(joined(1, 2))
        desk.says(3)

    desk.line.meanwhile = around
    assert [one.text for one in desk.person.join(ROOM)] == ["1"]
    assert desk.heard() == ["2", "3"]


def test_who_may_not_come_in_hears_nothing() -> None:
    """A room whose join was refused is none that one is in."""
    desk = Desk()
    desk.line.meanwhile = lambda answered: answered(refusal("forbidden"))
    with pytest.raises(Refused):
        desk.person.join("private:abcdefgh")
    assert set(desk.person._rooms) == {ROOM}


def test_the_number_of_the_last_whisper_counts_in_one_database() -> None:
    """It is offered on connecting until the server has another database."""
    desk = Desk()
    desk.line.hear("whisper", {"message": message(7)})
    desk.line.welcome()
    assert desk.line.auth() == {"person": "s", "whispers": 7}
    desk.line.welcome("e2")
    assert desk.line.auth() == {"person": "s", "whispers": 0}


def test_whispers_that_one_has_do_not_come_again(tmp_path: Path) -> None:
    """With the secret and the number of the last whisper only newer ones come."""
    server = RoomsServer("threading", tmp_path / "log", people=str(tmp_path))
    with Client(server.url) as ada:
        with Client(server.url) as ben:
            who = ben.person.id
            ada.whisper(who, "one")
            first = ben.person.get(PATIENCE)
            assert first is not None and first.text == "one"
            assert ben.whispers == first.raw["id"]
        ada.whisper(who, "two")
        with Client(server.url, secret=ben.secret, whispers=ben.whispers) as again:
            second = again.person.get(PATIENCE)
            assert second is not None and second.text == "two"
            assert again.whispers == second.raw["id"]
    server.close()


@pytest.fixture
def seen() -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    """A server that sends everybody to another one, and what both of them are asked, with the token."""
    asked: list[tuple[str, str | None]] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(("elsewhere", self.headers["Authorization"]))
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    other = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)

    class Here(Elsewhere):
        def do_GET(self) -> None:
            asked.append(("here", self.headers["Authorization"]))
            self.send_response(302)
            self.send_header("Location", f"ws://127.0.0.1:{other.server_port}{self.path}")
            self.end_headers()

    here = ThreadingHTTPServer(("127.0.0.1", 0), Here)
    servers = [(one, threading.Thread(target=one.serve_forever, args=(0.02,))) for one in (here, other)]
    for _, thread in servers:
        thread.start()
    yield f"http://127.0.0.1:{here.server_port}", asked
    for one, thread in servers:
        one.shutdown()
        one.server_close()
        thread.join()


def test_the_token_goes_to_no_other_address(seen: tuple[str, list[tuple[str, str | None]]]) -> None:
    """A redirect of the handshake is not followed, and told as what it is."""
    url, asked = seen
    with Client(url, token="secret") as c, pytest.raises(CannotConnect, match="sends to another address"):
        c.join("a")
    assert asked == [("here", "Bearer secret")]
