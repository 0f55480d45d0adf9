"""Who gets what: each client all of its rooms, in order, once, and clients in the same rooms the same bytes."""

from __future__ import annotations

import gc
import queue
import threading
import weakref
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from engineio import packet as engine
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.live.audience import STRIDE, Audience, Room
from dashboard.live.frame import Frame
from dashboard.live.outbox import Outbox
from tests.pipes import Pipe

PLENTY = 2**30
ROOMS: list[Room] = [("/metrics", name) for name in ("a", "b", "c")]
A, B, C = ROOMS


def frame(number: int) -> Frame:
    return Frame((engine.Packet(engine.MESSAGE, str(number)),))


class Hall:
    """An audience, its clients' pipes, and numbered frames."""

    def __init__(self, stride: int = STRIDE) -> None:
        self.lock = threading.RLock()
        self.audience = Audience(self.lock, stride=stride)
        self.pipes: dict[str, Pipe] = {}
        self.outboxes: dict[str, Outbox] = {}
        self.numbers = 0

    def come(self, client: str) -> None:
        self.pipes[client] = pipe = Pipe(PLENTY)
        self.outboxes[client] = Outbox(PLENTY, self.lock, _none)
        self.outboxes[client].attach(pipe)

    def enter(self, client: str, *rooms: Room) -> None:
        if client not in self.outboxes:
            self.come(client)
        for room in rooms:
            self.audience.enter(client, room, self.outboxes[client])

    def drop(self, client: str) -> None:
        self.audience.drop(client)
        self.outboxes.pop(client, None)

    def send(self, room: Room) -> int:
        self.numbers += 1
        self.audience.send(room, frame(self.numbers))
        return self.numbers

    def tell(self, client: str) -> int:
        self.numbers += 1
        self.audience.tell(client, self.outboxes[client], frame(self.numbers))
        return self.numbers

    def flush(self, pause: Callable[[], None] = lambda: None) -> None:
        self.audience.flush(pause)

    def sharing(self) -> list[set[str]]:
        """Who gets the same bytes as whom, when two frames are sent to every room."""
        for room in ROOMS:
            self.send(room)
            self.send(room)
        before = {client: len(self.pipes[client].writes) for client in self.outboxes}
        self.flush()
        by_bytes: dict[int, set[str]] = defaultdict(set)
        for client, count in before.items():
            written = self.pipes[client].writes[count:]
            assert len(written) <= 1, "more than one write in a flush"
            for one in written:
                by_bytes[id(one)].add(client)
        return list(by_bytes.values())

    def got(self, client: str) -> list[int]:
        """The numbers of the frames that have come to a client, all of them whole."""
        sent, numbers, place = self.pipes[client].sent, [], 0
        while place < len(sent):
            assert sent[place] == 0x81
            size = sent[place + 1]
            numbers.append(int(sent[place + 3 : place + 2 + size]))
            place += 2 + size
        return numbers


def _due(hall: Hall) -> bool:
    return hall.audience.due  # in a function, or mypy would take it for unchanged


def _none(metrics: list[str]) -> Frame:
    raise AssertionError("nothing may be dropped here")


def test_those_in_a_room_get_what_is_sent_to_it() -> None:
    """A frame waits for the flush and then goes to those who were in its room when it was sent."""
    hall = Hall()
    hall.enter("one", A)
    hall.enter("two", A, B)
    first = hall.send(A)
    hall.enter("late", A)
    second = hall.send(B)
    assert _due(hall)
    assert not any(hall.got(one) for one in hall.pipes if one != "late")
    hall.flush()
    assert not _due(hall)
    assert [hall.got(one) for one in ("one", "two", "late")] == [[first], [first, second], []]


def test_a_message_to_one_comes_after_what_was_sent_to_its_rooms() -> None:
    """What is told goes out at once, behind what waited for the flush, which comes once."""
    hall = Hall()
    hall.enter("one", A)
    hall.enter("two", A)
    order = [hall.send(A), hall.tell("one"), hall.send(A)]
    assert hall.got("one") == order[:2]
    hall.flush()
    assert hall.got("one") == order
    assert hall.got("two") == [order[0], order[2]]


def test_those_in_no_room_can_be_told_something() -> None:
    """A client that has entered nothing gets what is told to it."""
    hall = Hall()
    hall.come("one")
    assert hall.tell("one") == 1
    assert hall.got("one") == [1]
    assert hall.audience.rooms("one") == []


def test_what_was_sent_before_one_leaves_comes_still() -> None:
    """Leaving ends what is sent from then on, for a client alone in its rooms as for one among others."""
    for others in (0, 2):
        hall = Hall()
        for client in ["one", *map(str, range(others))]:
            hall.enter(client, A, B)
        order = [hall.send(A), hall.send(B)]
        hall.audience.leave("one", A)
        hall.send(A)
        order.append(hall.send(B))
        hall.flush()
        assert hall.got("one") == order
        assert hall.audience.rooms("one") == [B]


def test_clients_in_the_same_rooms_share_their_bytes() -> None:
    """A flush is one write of a client's frames, and all in the same rooms are given one and the same bytes."""
    hall = Hall()
    for number in range(5):
        for room in ROOMS if number % 2 else reversed(ROOMS):
            hall.enter(str(number), room)
    hall.flush()
    for room in (A, B, A, C):
        hall.send(room)
    hall.flush()
    first, *others = (pipe.writes for pipe in hall.pipes.values())
    assert len(first) == 1
    assert all(len(one) == 1 and one[0] is first[0] for one in others)


def test_a_frame_alone_is_given_as_it_is() -> None:
    """A single frame is not copied for a flush: everybody gets the bytes that it was encoded to."""
    hall = Hall()
    for client in ("one", "two"):
        hall.enter(client, A)
    alone = frame(1)
    hall.audience.send(A, alone)
    hall.flush()
    assert all(pipe.writes[0] is alone.wire for pipe in hall.pipes.values())


def test_groups_unite_again() -> None:
    """Clients that come to have the same rooms by different ways share their bytes from the next flush on."""
    hall = Hall()
    hall.enter("one", A, B)
    hall.enter("two", B)
    hall.enter("three", A, B, C)
    hall.flush()
    hall.enter("two", A)
    hall.audience.leave("three", C)
    hall.send(A)
    hall.flush()
    assert hall.sharing() == [{"one", "two", "three"}]
    assert [hall.got(one) for one in ("one", "two", "three")] == [[1, 2, 3, 4, 5]] * 3


def test_what_goes_out_is_counted() -> None:
    """Messages and bytes count for each client that they are given to, and not for closed ones."""
    hall = Hall()
    for client in ("one", "two", "closed"):
        hall.enter(client, A)
    hall.outboxes["closed"].close()
    hall.send(A)
    hall.send(A)
    hall.flush()
    hall.tell("one")
    size = frame(1).size
    assert (hall.audience.messages_out, hall.audience.bytes_out) == (5, 5 * size)


def test_others_run_in_between() -> None:
    """A flush to many pauses after each so many clients, in one group or in many, with the lock free."""
    for spread in (1, 3):
        hall = Hall(stride=2)
        for number in range(12):
            hall.enter(str(number), ROOMS[number % spread])
        for room in ROOMS[:spread]:
            hall.send(room)
        pauses: list[bool] = []

        def pause(hall: Hall = hall, pauses: list[bool] = pauses) -> None:
            def look() -> None:
                free = hall.lock.acquire(blocking=False)
                pauses.append(free)
                if free:
                    hall.lock.release()

            thread = threading.Thread(target=look)
            thread.start()
            thread.join()

        hall.flush(pause)
        assert pauses == [True] * 6


def test_a_client_that_is_closed_does_not_hinder_others() -> None:
    """A socket that fails in the middle of a flush closes its client alone."""
    hall = Hall()
    for client in ("one", "broken", "two"):
        hall.enter(client, A)
    hall.pipes["broken"].cut()
    hall.send(A)
    hall.flush()
    assert hall.outboxes["broken"].closed
    assert hall.got("one") == hall.got("two") == [1]


def test_a_client_that_ends_while_it_is_brought_up_to_date() -> None:
    """When what a client is due ends its connection, entering, leaving and telling change what they change."""
    for change in ("enter", "leave", "tell"):
        hall = Hall()
        for client in ("one", "two"):
            hall.enter(client, A)
        hall.flush()
        hall.send(A)
        hall.pipes["one"].cut()
        outbox = hall.outboxes["one"]
        match change:
            case "enter":
                hall.audience.enter("one", B, outbox)
            case "leave":
                hall.audience.leave("one", A)
            case "tell":
                hall.audience.tell("one", outbox, frame(2))
        hall.flush()
        assert outbox.closed
        assert sorted(hall.audience.rooms("one")) == {"enter": [A, B], "leave": [], "tell": [A]}[change]
        assert (hall.got("one"), hall.got("two")) == ([], [1])


def test_a_group_that_others_come_into_keeps_what_is_due_to_it() -> None:
    """Who comes to be in the rooms of a group gets nothing that was sent there before, and the group gets it still."""
    hall = Hall(stride=1)
    hall.enter("one", A)
    hall.flush()
    first, later = hall.send(A), list[int]()

    def pause() -> None:
        if not later:
            later.append(hall.send(A))
            hall.enter("two", A)

    hall.flush(pause)
    later.append(hall.send(A))
    hall.flush()
    assert (hall.got("one"), hall.got("two")) == ([first, *later], later[1:])
    assert hall.sharing() == [{"one", "two"}]


# --- whatever happens

CLIENTS = ["one", "two", "three", "four"]
STEPS = st.one_of(
    st.tuples(st.just("enter"), st.sampled_from(CLIENTS), st.sampled_from(ROOMS)),
    st.tuples(st.just("enter"), st.sampled_from(CLIENTS), st.sampled_from(ROOMS)),
    st.tuples(st.just("leave"), st.sampled_from(CLIENTS), st.sampled_from(ROOMS)),
    st.tuples(st.just("send"), st.just(""), st.sampled_from(ROOMS)),
    st.tuples(st.just("send"), st.just(""), st.sampled_from(ROOMS)),
    st.tuples(st.just("tell"), st.sampled_from(CLIENTS), st.just(A)),
    st.tuples(st.just("drop"), st.sampled_from(CLIENTS), st.just(A)),
    st.tuples(st.just("flush"), st.just(""), st.just(A)),
    st.tuples(st.just("flush"), st.just(""), st.just(A)),
)


class Simple:
    """What an audience is for, as simply as can be: a set of rooms for each client, and a list of what it is due."""

    def __init__(self) -> None:
        self.rooms: dict[str, set[Room]] = defaultdict(set)
        self.due: dict[str, list[int]] = defaultdict(list)

    def send(self, room: Room, number: int) -> None:
        for client, rooms in self.rooms.items():
            if room in rooms:
                self.due[client].append(number)


def play(steps: list[Any], stride: int) -> tuple[Hall, Simple]:
    """Do all of that, in the pauses of a flush as well, and compare after each step."""
    hall, simple = Hall(stride=stride), Simple()
    begin = [("enter", client, room) for client in CLIENTS[:3] for room in (A, B)]
    waiting = iter([*begin, ("flush", "", A), *steps])
    flushing = False

    def flush() -> None:
        nonlocal flushing
        flushing = True
        hall.flush(step)
        flushing = False

    def step() -> None:
        for what, client, room in waiting:
            if what == "flush":
                if flushing:  # there is one task that does; its turn goes on
                    return
                flush()
            elif what == "send":
                simple.send(room, hall.send(room))
            elif what == "enter":
                if client not in hall.outboxes:
                    hall.come(client)
                    simple.due[client] = []
                hall.enter(client, room)
                simple.rooms[client].add(room)
            elif client in hall.outboxes:
                if what == "leave":
                    hall.audience.leave(client, room)
                    simple.rooms[client].discard(room)
                elif what == "tell":
                    simple.due[client].append(hall.tell(client))
                    assert hall.got(client) == simple.due[client]
                elif what == "drop":
                    hall.drop(client)
                    simple.rooms.pop(client, None)
            check(hall, simple)

    step()
    hall.flush()
    hall.flush()
    return hall, simple


def check(hall: Hall, simple: Simple) -> None:
    """Nobody has more than it is due, or in another order; rooms are those that were entered."""
    for client in hall.outboxes:
        got, due = hall.got(client), simple.due[client]
        assert got == due[: len(got)]
        assert set(hall.audience.rooms(client)) == simple.rooms[client]
    for room in ROOMS:
        inside = {client for client, rooms in simple.rooms.items() if room in rooms}
        assert set(hall.audience.clients(room)) == inside
        assert hall.audience.occupied(room) == bool(inside)


@settings(deadline=None, max_examples=500)
@given(st.lists(STEPS, max_size=60), st.integers(1, 4))
def test_everybody_gets_everything_once_and_in_order(steps: list[Any], stride: int) -> None:
    """Whoever comes, goes, enters and leaves when, in the middle of a flush as well: each gets just what it is due."""
    hall, simple = play(steps, stride)
    for client in hall.outboxes:
        assert hall.got(client) == simple.due[client]
    alike: dict[frozenset[Room], set[str]] = defaultdict(set)
    for client in hall.outboxes:
        if simple.rooms[client]:
            alike[frozenset(simple.rooms[client])].add(client)
    assert sorted(map(sorted, hall.sharing())) == sorted(map(sorted, alike.values()))


@settings(deadline=None, max_examples=100)
@given(st.lists(STEPS, max_size=60), st.integers(1, 4))
def test_nothing_is_left_when_all_have_gone(steps: list[Any], stride: int) -> None:
    """After everybody has gone, with or without a flush, the audience holds no client, no frame, and no group."""
    hall, _ = play(steps, stride)
    for room in ROOMS:
        hall.audience.send(room, frame(0))
    for client in list(hall.outboxes):
        hall.drop(client)
    assert not _due(hall)
    assert all(not value for value in vars(hall.audience).values() if isinstance(value, dict))


def test_an_audience_does_not_grow() -> None:
    """Clients that come and go, and enter and leave, leave nothing behind that somebody who stays would hold."""
    hall = Hall()
    hall.enter("stays", A)
    gone = []
    for number in range(300):
        client = str(number)
        hall.enter(client, A, B)
        gone.append(weakref.ref(hall.outboxes[client]))
        hall.send(A)
        if number % 3:
            hall.flush()
        hall.audience.leave(client, A)
        hall.drop(client)
        del hall.pipes[client]
    hall.flush()
    gc.collect()
    assert not any(one() for one in gone)
    assert len(hall.got("stays")) == 300


def test_with_the_queue_of_the_library() -> None:
    """Frames reach a client without a writer of its own through its queue, in the same order."""
    hall = Hall()
    outbox = hall.outboxes["one"] = Outbox(PLENTY, hall.lock, _none)
    hall.enter("one", A)
    order = [str(one) for one in (hall.send(A), hall.tell("one"), hall.send(A))]
    hall.flush()
    texts = []
    while True:
        try:
            texts.append(outbox.get(timeout=0).data)
        except queue.Empty:
            break
    assert texts == order
