"""What may come in from a client; what that means on a real socket is in test_namespace_metrics.py."""

from __future__ import annotations

import logging
import random
from typing import Any
from weakref import ref

import pytest
import socketio
from hypothesis import given
from hypothesis import strategies as st

from dashboard.live.gate import Refused, StrictPacket, guard_messages
from dashboard.live.wire import NAMESPACE, Json

RATE, BURST = 20, 50
ASK = '2/metrics,7["ask",{}]'
REFUSED = (
    '3/metrics,7[{"ok":false,"error":{"code":"rate_limited",'
    '"message":"too many requests at once; wait a few seconds and ask again"}}]'
)


class Wire:
    """A client as Engine.IO knows it: remembers what it was sent."""

    def __init__(self) -> None:
        self.closed = False
        self.got: list[Any] = []

    def send(self, packet: Any) -> None:
        self.got.append(packet.data)


class Asked(socketio.Namespace):  # type: ignore[misc]  # python-socketio ships no types
    """Remembers what reached it."""

    def __init__(self) -> None:
        super().__init__(NAMESPACE)
        self.events: list[tuple[str, tuple[object, ...]]] = []

    def trigger_event(self, event: str, *arguments: object) -> str:
        self.events.append((event, arguments[1:]))
        return "answer"


class House:
    """A Socket.IO server behind the guard, without a network."""

    def __init__(self) -> None:
        self.now = 0.0
        self.hung_up: list[str] = []
        self.asked = Asked()
        self.server = socketio.Server(
            async_mode="threading",
            serializer=StrictPacket,
            json=Json,
            namespaces=[NAMESPACE],
            always_connect=True,
            async_handlers=False,
            monitor_clients=False,
        )
        self.server.register_namespace(self.asked)
        guard_messages(self.server, self.hung_up.append, RATE, BURST, lambda: self.now)

    def come(self, name: str = "client") -> Wire:
        """A client that has joined the namespace."""
        client = self.server.eio.sockets[name] = Wire()
        self.server.eio.handlers["connect"](name, {})
        self.send("0/metrics,", name)
        assert client.got.pop().startswith('0/metrics,{"sid":')
        self.asked.events.clear()
        self.now += 1  # the one packet has come back
        return client

    def go(self, name: str = "client") -> None:
        self.server.eio.handlers["disconnect"](name, "test")
        del self.server.eio.sockets[name]

    def send(self, packet: object, name: str = "client") -> None:
        """Whatever this raises the library would log with a traceback."""
        self.server.eio.handlers["message"](name, packet)

    def state(self) -> list[object]:
        """Everything that the library keeps of clients."""
        manager = self.server.manager
        kept = [manager.rooms, manager.callbacks, manager.pending_connect, manager.pending_disconnect]
        return [*kept, manager.eio_to_sid, self.server.environ, self.server._binary_packet]


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO)
    return caplog


def told(log: pytest.LogCaptureFixture) -> list[str]:
    """What the guard has logged; nothing may be more than an information, nor come with a traceback."""
    assert all(record.levelno <= logging.INFO and not record.exc_info for record in log.records)
    return [record.getMessage() for record in log.records if record.name == "dashboard.live.gate"]


# --- what is no packet


@pytest.mark.parametrize(
    ("packet", "kind"),
    [
        ("", "an empty packet"),
        (None, "an empty packet"),
        (b"binary", "what is no text"),
        ({"a": 1}, "what is no text"),
        (True, "what is no text"),
        ("x", "of a type that clients don't send"),
        ("4/metrics,{}", "of a type that clients don't send"),
        ('51-/metrics,["ask",{"_placeholder":true,"num":0}]', "of a type that clients don't send"),
        ('59999999999-/metrics,["ask"]', "of a type that clients don't send"),
        ("61-/metrics,1[]", "of a type that clients don't send"),
        ("7", "of a type that clients don't send"),
        ("٢", "of a type that clients don't send"),
        ('21-["ask"]', "attachments"),
        ('2/metrics,9-["ask"]', "not readable"),
        ('2/metrics,99999999999-["ask"]', "not readable"),
        ("2/" + "x" * 16_000, "with a strange address"),
        ("2/" + "x" * 101 + ',["ask"]', "with a strange address"),
        ('2/metrics?token=1,["ask"]', "with a strange address"),
        ("2/metrics," + "9" * 17 + '["ask"]', "with a strange address"),
        ("2" + "9" * 16_000, "with a strange address"),
        ('2/metrics,²["ask"]', "not readable"),
        ("2" + "[" * 200_000 + "]" * 200_000, "not readable"),
        ('2["ask",' + '{"a":' * 200_000 + "1" + "}" * 200_000 + "]", "not readable"),
        ('2["ask",1e999999]', "not readable"),
        ('2["ask","\\ud800"]', "not readable"),
        ('2["ask"', "not readable"),
        ("2", "without a list"),
        ('2/metrics,7"ask"', "without a list"),
        ('2{"ask":1}', "without a list"),
        ("2[]", "without a name"),
        ("2[1]", "without a name"),
        ('2[["ask"]]', "without a name"),
        ('2/metrics,["connect",{}]', "without a name"),
        ('2/metrics,["disconnect"]', "without a name"),
        ("3/metrics,1{}", "without a list"),
        ("3/metrics,[]", "an answer to nothing"),
        ("3/metrics,0[]", "an answer to nothing"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_no_packet_ends_the_client(
    house: House, log: pytest.LogCaptureFixture, packet: object, kind: str
) -> None:
    """What no client of ours sends is its last word: one line in the log tells what it was, and nothing is kept."""
    house.come()
    before = repr(house.state())
    house.send(packet)
    house.send(ASK)
    house.send(packet)
    assert house.hung_up == ["client"]
    assert house.asked.events == []
    assert repr(house.state()) == before
    [line] = told(log)
    assert kind in line


@pytest.mark.parametrize(
    ("packet", "answer"),
    [
        ('2/metrics,["nobody knows this"]', None),
        ('2/metrics,0["ask"]', '3/metrics,0["answer"]'),
        ('2/metrics,9999999999999999["ask"]', '3/metrics,9999999999999999["answer"]'),
        ('2/other,7["ask"]', None),
        ('27["ask"]', None),
        ("0/other,", '4/other,"Unable to connect"'),
        ("0", '4"Unable to connect"'),
        ("0/metrics,", '4/metrics,"Unable to connect"'),
        ("1/other,", None),
        ("1", None),
        ("3/metrics,5[]", None),
        ("3/other,5[]", None),
    ],
)
def test_what_leads_nowhere_keeps_nothing(house: House, packet: str, answer: str | None) -> None:
    """Events and namespaces that nobody knows are no offence, and however many come, nothing is kept of them."""
    client = house.come()
    before = repr(house.state())
    for _ in range(100):
        house.send(packet)
        house.now += 1
    assert client.got == ([answer] * 100 if answer else [])
    assert house.hung_up == []
    assert repr(house.state()) == before


def test_who_has_gone_is_not_heard(house: House) -> None:
    """A packet that is read after its client has been let go does not bring it back."""
    house.come()
    house.go()
    house.asked.events.clear()
    house.send(ASK)
    house.send(b"binary")
    assert (house.asked.events, house.hung_up) == ([], [])
    assert not any(house.state())


# --- too many packets


def test_a_burst_passes_and_the_rest_is_refused_by_name(house: House) -> None:
    """As many as the burst are served at once; those after them are answered, but nothing looks into them."""
    client = house.come()
    for _ in range(BURST + 10):
        house.send(ASK)
    assert client.got == ['3/metrics,7["answer"]'] * BURST + [REFUSED] * 10
    assert len(house.asked.events) == BURST
    house.now += 0.5
    for _ in range(20):
        house.send(ASK)
    assert client.got[BURST + 10 :] == ['3/metrics,7["answer"]'] * 10 + [REFUSED] * 10
    assert house.hung_up == []


def test_who_does_not_stop_is_let_go(house: House, log: pytest.LogCaptureFixture) -> None:
    """After as many refusals as the burst the client ends, once, with one line for each of the two; others stay."""
    client = house.come()
    house.come("other")
    for _ in range(20_000):
        house.send(ASK)
    assert client.got.count(REFUSED) == BURST
    assert len(client.got) == 2 * BURST
    assert house.hung_up == ["client"]
    assert told(log) == [
        "client client sends more than 20 packets a second; some are refused",
        "client client has sent 51 packets too many without a pause; it is let go",
    ]
    house.send(ASK, "other")
    assert len(house.asked.events) == BURST + 1


def test_a_pause_makes_good(house: House, log: pytest.LogCaptureFixture) -> None:
    """Who waits until all has come back may be refused as often again."""
    client = house.come()
    for _ in range(5):
        for _ in range(BURST + 40):
            house.send(ASK)
        house.now += BURST / RATE
    assert client.got.count(REFUSED) == 5 * 40
    assert house.hung_up == []
    assert len(told(log)) == 1


def test_a_little_too_much_all_the_time_is_too_much(house: House) -> None:
    """Who never pauses is let go in the end, even if most of what it sends is within its share."""
    house.come()
    for _ in range(10 * 60 * (RATE + 1)):
        house.send(ASK)
        house.now += 1 / (RATE + 1)
    assert house.hung_up == ["client"]


def test_the_allowed_rate_is_never_refused(house: House) -> None:
    """Who keeps to the rate may do so for ever."""
    client = house.come()
    for _ in range(10_000):
        house.send(ASK)
        house.now += 1 / RATE
    assert client.got == ['3/metrics,7["answer"]'] * 10_000


def test_packets_of_all_kinds_count_together(house: House) -> None:
    """Neither another namespace nor another type of packet gives more."""
    client = house.come()
    kinds = ['2/other,["ask"]', "0/other,", "3/metrics,5[]", "1/other,", '2/metrics,["ask"]']
    for number in range(BURST):
        house.send(kinds[number % len(kinds)])
    client.got.clear()
    house.send(ASK)
    assert client.got == [REFUSED]


def test_answers_to_what_is_too_much(house: House) -> None:
    """Each kind of packet is refused in its own way; who leaves a namespace has left it all the same."""
    client = house.come()
    for _ in range(BURST):
        house.send("3/metrics,5[]")
    house.send('2/metrics,["ask"]')
    house.send("3/metrics,5[]")
    assert client.got == []
    house.send('20["ask"]')
    house.send("0/other,")
    [acknowledged, connected] = client.got
    assert acknowledged.startswith('30[{"ok":false,"error":{"code":"rate_limited",')
    assert connected.startswith('4/other,{"message":"too many requests')
    assert Json.loads(connected[len("4/other,") :])["data"]["code"] == "rate_limited"
    assert [event for event, _ in house.asked.events] == []
    house.send("1/metrics,")
    assert [event for event, _ in house.asked.events] == ["disconnect"]
    assert house.hung_up == []


@pytest.mark.parametrize("packet", ["9", '2/metrics,99999999999999999["ask"]', b"binary"])
def test_what_is_too_much_must_be_a_packet_nonetheless(house: House, packet: object) -> None:
    """Garbage is not excused by coming too often."""
    house.come()
    for _ in range(BURST):
        house.send("3/metrics,5[]")
    house.send(packet)
    assert house.hung_up == ["client"]


def test_nothing_is_kept_of_who_has_gone(house: House) -> None:
    """What is known of a client goes with it; the next one of that name begins anew."""
    client = house.come()
    for _ in range(3 * BURST):
        house.send(ASK)
    house.go()
    gone = ref(client)
    del client
    assert gone() is None
    assert not any(house.state())
    client = house.come()
    house.send(ASK)
    assert client.got == ['3/metrics,7["answer"]']


# --- whatever comes

_KINDS = ("0", "1", "2", "2", "2", "3")
_NAMESPACES = ("", "/metrics,", "/metrics,", "/metrics", "/other,", "/" + "x" * 90 + ",")
_NUMBERS = ("", "", "1", "7", "9999999999999999")
_CONTENTS = ("", '["ask"]', '["ask",{}]', '["ask",[[[[1]]]],null]', '["",1]', '["😀"]', '{"token":"x"}', "[]", "null")
_PARTS = (
    *_KINDS, *_NAMESPACES, *_NUMBERS, *_CONTENTS, "4", "5", "6", "9", "/", ",", "?", "-", "1-", "99999999-", "[", "]",
    "{", "}", '"', '["connect"]', "[[[[[[[[", "NaN", "1e400", ":", "\\", "\\ud800", "\0", "²", "٢", " ", "x" * 300,
)  # fmt: skip


def test_a_hundred_thousand_random_packets(house: House, log: pytest.LogCaptureFixture) -> None:
    """Whatever clients send, each of it is served, refused, or their end; the library has nothing to log or to keep."""
    log.set_level(logging.ERROR)
    chance = random.Random(3)
    client = house.come()
    served = ends = 0
    for _ in range(100_000):
        if chance.random() < 0.9:
            packet = "".join(map(chance.choice, (_KINDS, _NAMESPACES, _NUMBERS, _CONTENTS)))
        else:
            packet = "".join(chance.choices(_PARTS, k=6))
        house.send(packet)
        house.now += 1 / RATE
        if house.hung_up:
            ends += 1
            house.hung_up.clear()
            house.go()
            client = house.come()
        served += len(client.got)
        client.got.clear()
        house.asked.events.clear()
        assert len(house.server.manager.rooms) <= 1
    assert ends > 10_000 < served
    assert not log.records
    house.go()
    assert not any(house.state())


@given(st.text() | st.lists(st.sampled_from(_PARTS)).map("".join))
def test_any_text_is_a_packet_or_refused(text: str) -> None:
    """No text makes the decoder raise anything else, and what it takes is of a known type."""
    try:
        packet = StrictPacket()
        packet.decode(text)
    except Refused:
        return
    assert packet.packet_type in range(4)
    assert packet.namespace is None or len(packet.namespace) <= 101
