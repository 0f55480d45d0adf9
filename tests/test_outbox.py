"""What waits for a client: its order, its bound, what goes when it is too much, and what the client is told of that."""

from __future__ import annotations

import math
import queue
import sys
import threading
from dataclasses import dataclass, field
from typing import Any

import pytest
from engineio import packet as engine
from hypothesis import given, settings
from hypothesis import strategies as st
from wsproto.frame_protocol import FrameProtocol, Opcode

from dashboard.live.backlog import STALE_AFTER
from dashboard.live.frame import Bundle, Control, Frame
from dashboard.live.outbox import HOLD_FROM, MAX_WAITING, TELL_EVERY, Outbox
from dashboard.live.websocket import MAX_PIECE, ping_frame
from dashboard.live.writer import CHUNK
from tests.pipes import Pipe

PLENTY = 2**30
NOW = 1000.0


def samples(number: int, metric: str = "a.b", size: int = 100) -> Frame:
    """A frame that may be dropped, told apart by its number."""
    frame = Frame((engine.Packet(engine.MESSAGE, f"s{number}:{metric}:".ljust(size - 1, ".")),), metric)
    frame.born = NOW
    return frame


def control(number: int, size: int = 20) -> Frame:
    """A frame that may not."""
    return Frame((engine.Packet(engine.MESSAGE, f"c{number}:".ljust(size - 1, ".")),))


def lagged(metrics: list[str]) -> Frame:
    return Frame((engine.Packet(engine.MESSAGE, "lagged " + " ".join(metrics)),))


def bundle(*frames: Frame) -> Bundle:
    return Bundle(frames)


def box(bound: int = 1000, writer: Pipe | None = None) -> Outbox:
    outbox = Outbox(bound, threading.RLock(), lagged, monotonic=lambda: NOW)
    if writer is not None:
        outbox.attach(writer)
    return outbox


def wire(*frames: Frame) -> bytes:
    return b"".join(one.wire for one in frames)


def text_of(frame: Frame) -> str:
    text: str = frame.packets[0].data
    return text


def taken(outbox: Outbox) -> list[str]:
    """The text of each packet that python-engineio's writer gets until there is none."""
    texts: list[str] = []
    while True:
        try:
            packet = outbox.get(timeout=0)
        except queue.Empty:
            return texts
        if packet is None:
            return [*texts, "end"]
        texts.append(packet.data.rstrip(".").rstrip(":"))


# --- with a writer of its own


def test_after_goodbye_there_is_nothing_more() -> None:
    """What is sent after the last frames is not sent, whether they wait or not."""
    for room in (PLENTY, 0):
        pipe = Pipe(room)
        outbox = box(writer=pipe)
        outbox.send_last(bundle(control(1)))
        outbox.push(bundle(samples(2)))
        pipe.run(PLENTY)
        assert bytes(pipe.sent) == wire(control(1))


def test_what_the_socket_takes_never_waits() -> None:
    """One push is one write; nothing waits and no task is begun."""
    pipe = Pipe(PLENTY)
    outbox = box(writer=pipe)
    outbox.push(bundle(samples(1), control(2), samples(3)))
    assert pipe.writes == [wire(samples(1), control(2), samples(3))]
    assert (outbox.waiting, outbox.taken, pipe.busy) == (0, len(pipe.sent), False)


@pytest.mark.parametrize("sticky", [False, True])
@pytest.mark.parametrize("room", [0, 1, 101, 102, 103, 150, 204, 205])
def test_a_part_is_finished_before_anything_else(room: int, sticky: bool) -> None:
    """Of what a socket takes in part, the rest comes first, whatever is pushed meanwhile; then that, in order."""
    pipe = Pipe(room, sticky)
    outbox = box(writer=pipe)
    outbox.push(bundle(samples(1), samples(2), control(3)))
    outbox.push(bundle(control(4)))
    assert len(pipe.sent) == room
    assert outbox.waiting > 0
    outbox.push(bundle(samples(5)))
    pipe.run()
    assert len(pipe.sent) == room
    pipe.run(7)
    pipe.run(PLENTY)
    assert pipe.sent == wire(samples(1), samples(2), control(3), control(4), samples(5))
    assert (outbox.waiting, outbox.taken, pipe.busy) == (0, len(pipe.sent), False)
    outbox.push(bundle(control(6)))
    assert (pipe.sent.endswith(wire(control(6))), pipe.busy) == (True, False)


def test_what_waits_when_a_writer_comes_is_sent_first() -> None:
    """Frames from before the WebSocket was there go before those after."""
    outbox, pipe = box(), Pipe(PLENTY)
    outbox.put(engine.Packet(engine.OPEN, {}))
    outbox.attach(pipe)
    outbox.push(bundle(control(1)))
    assert pipe.sent == b""
    pipe.run()
    assert pipe.sent == wire(Frame((engine.Packet(engine.OPEN, {}),)), control(1))


def test_the_oldest_samples_go_and_the_newest_stay() -> None:
    """Past the bound the oldest samples are dropped until half of it is free; other frames never are."""
    pipe = Pipe()
    outbox = box(1000, pipe)
    outbox.push(bundle(control(0)))  # is begun, and so is not counted
    for number in range(1, 11):
        outbox.push(bundle(samples(number), control(number)))
    assert outbox.dropped == 0
    outbox.push(bundle(samples(11)))
    assert outbox.dropped == 6
    pipe.run(PLENTY)
    kept = [frame for number in range(1, 11) for frame in (samples(number), control(number))[number < 7 :]]
    assert pipe.sent == wire(control(0), *kept, samples(11), lagged(["a.b"]))


def test_a_single_frame_may_be_larger_than_the_bound() -> None:
    """The newest samples always stay, however large; those before them go."""
    pipe = Pipe()
    outbox = box(1000, pipe)
    outbox.push(bundle(control(0)))
    outbox.push(bundle(samples(1, "a.small")))
    outbox.push(bundle(samples(2, "a.large", 5000)))
    pipe.run(PLENTY)
    assert pipe.sent == wire(control(0), samples(2, "a.large", 5000), lagged(["a.small"]))


def test_samples_that_waited_too_long_go() -> None:
    """What has become stale goes as soon as something new comes, although there is room; the client is told.

    Frames that must not be dropped may stand before it.
    """
    pipe = Pipe()
    outbox = box(1000, pipe)
    outbox.push(bundle(control(0)))
    old = [samples(1, "a.old"), samples(2, "a.older")]
    for frame in old:
        frame.born -= STALE_AFTER + 1
        outbox.push(bundle(frame))
    outbox.push(bundle(samples(3)))
    pipe.run(PLENTY)
    assert pipe.sent == wire(control(0), samples(3), lagged(["a.old", "a.older"]))


def test_control_frames_do_not_make_samples_go() -> None:
    """The bound is of samples alone."""
    pipe = Pipe()
    outbox = box(1000, pipe)
    outbox.push(bundle(samples(0)))
    outbox.push(bundle(samples(1)))
    for number in range(200):
        outbox.push(bundle(control(number)))
    assert outbox.dropped == 0


def test_it_is_told_once_and_again_after_the_next_time() -> None:
    """`lagged` comes when all is sent, names each metric once, and no metric that has lost nothing since."""
    pipe = Pipe()
    outbox = box(250, pipe)
    sent = bytearray()
    for metric in ("a.b", "a.c"):
        outbox.push(bundle(control(0)))
        for number in range(10):
            outbox.push(bundle(samples(number, metric)))
        pipe.run(PLENTY)
        pipe.room = 0
        assert pipe.sent.count(b"lagged") == 1
        assert pipe.sent.endswith(wire(lagged([metric])))
        sent += pipe.sent
        pipe.sent.clear()
    pipe.run(PLENTY)
    assert not pipe.sent


@pytest.mark.parametrize("fails_at", ["once", "in the task"])
def test_an_error_of_the_socket_closes_it(fails_at: str) -> None:
    """When the connection has ended, everything is let go of, and `on_close` is called once, without a reason."""
    reasons: list[str] = []
    pipe = Pipe()
    outbox = box(writer=pipe)
    outbox.on_close = reasons.append
    if fails_at == "once":
        pipe.cut()
    outbox.push(bundle(samples(1)))
    pipe.cut()
    pipe.run()
    assert (reasons, outbox.closed, outbox.waiting, pipe.busy) == ([""], True, 0, False)
    outbox.push(bundle(samples(2)))
    outbox.close("again")
    assert (reasons, outbox.waiting) == ([""], 0)


def test_closing_frees_what_waits() -> None:
    """A closed outbox holds nothing and sends nothing more, not even the rest of what it has begun."""
    reasons: list[str] = []
    pipe = Pipe(10)
    outbox = box(writer=pipe)
    outbox.on_close = reasons.append
    outbox.push(bundle(control(0), samples(1)))
    outbox.close("it is slow")
    assert (outbox.closed, outbox.waiting, reasons) == (True, 0, ["it is slow"])
    pipe.run()
    pipe.cut()
    pipe.run()
    assert (len(pipe.sent), pipe.busy, outbox.waiting) == (10, False, 0)


def test_too_much_that_cannot_be_dropped_closes_it() -> None:
    """Answers without end to a client that does not read end it, with a reason for the log."""
    reasons: list[str] = []
    outbox = box(writer=Pipe())
    outbox.on_close = reasons.append
    for number in range(4):
        outbox.push(bundle(control(number, MAX_WAITING // 4)))
    assert not _closed(outbox)
    outbox.push(bundle(control(4)))
    assert _closed(outbox)
    assert reasons == [f"{MAX_WAITING + 20} bytes wait for it"]


def test_the_end_comes_after_what_waits() -> None:
    """The end that python-engineio puts behind everything closes when that is sent."""
    pipe = Pipe()
    outbox = box(writer=pipe)
    outbox.push(bundle(control(1)))
    outbox.push(bundle(samples(2)))
    outbox.put(None)
    pipe.run(30)
    assert not _closed(outbox)
    pipe.run(PLENTY)
    assert pipe.sent == wire(control(1), samples(2))
    assert _closed(outbox)


def test_requests_wait_while_much_is_unread() -> None:
    """An outbox is full while more waits than a client should have before it asks for more."""
    pipe = Pipe()
    outbox = box(PLENTY, pipe)
    outbox.push(bundle(control(1)))
    assert not _full(outbox)
    for number in range(HOLD_FROM // 1000 + 1):
        outbox.push(bundle(control(number, 1000)))
    assert _full(outbox)
    pipe.run(5000)
    assert not _full(outbox)


def test_it_takes_frames_of_the_websocket_itself() -> None:
    """A ping of the WebSocket has its place among the others."""
    pipe = Pipe(1)
    outbox = box(writer=pipe)
    ping = Control(ping_frame(b"x"))
    outbox.push(bundle(control(1)))
    outbox.push(bundle(ping))
    outbox.push(bundle(control(2)))
    pipe.run(PLENTY)
    assert pipe.sent == wire(control(1), ping, control(2))


@pytest.mark.parametrize("sticky", [False, True])
def test_an_urgent_frame_goes_before_what_waits_whole(sticky: bool) -> None:
    """What is urgent waits only for what has been begun, and is written at once when nothing waits."""
    pipe = Pipe(10, sticky)
    outbox = box(writer=pipe)
    outbox.push(bundle(control(1)))
    outbox.push(bundle(samples(2)))
    outbox.push(bundle(control(3)), urgent=True)
    pipe.run(PLENTY)
    assert pipe.sent == wire(control(1), control(3), samples(2))
    outbox.push(bundle(control(4)), urgent=True)
    assert pipe.sent.endswith(wire(control(4)))


@pytest.mark.parametrize("sticky", [False, True])
def test_what_is_sent_when_much_was_taken_tears_no_frame(sticky: bool) -> None:
    """Whoever hears that the socket has taken more may push at once, in the middle of a write that took a part."""
    pipe = Pipe(PLENTY, sticky, most=TELL_EVERY)
    outbox = box(PLENTY, pipe)
    outbox.on_taken = lambda: outbox.push(bundle(control(0)), urgent=True)
    large = samples(1, size=60_000)
    outbox.push(bundle(large))
    outbox.push(bundle(control(2)))
    pipe.run()
    texts = _texts(pipe.sent)
    assert texts.count(text_of(control(0))) >= 60_000 // TELL_EVERY
    assert [text for text in texts if text != text_of(control(0))] == [text_of(large), text_of(control(2))]


@pytest.mark.parametrize("at_once", [0, PLENTY])
@pytest.mark.parametrize("sticky", [False, True])
@pytest.mark.parametrize("room", [0, 1, 16_000, 16_384, 16_385, 40_000])
def test_a_ping_comes_within_a_large_message(room: int, sticky: bool, at_once: int) -> None:
    """A ping does not wait for the end of a large message, only for that of the piece that is under way.

    Anything else waits for the whole message, however urgent.
    """
    pipe = Pipe(room, sticky)
    pipe.at_once = at_once
    outbox = box(PLENTY, pipe)
    large, ping = samples(1, size=100_000), Control(ping_frame(b"probe"))
    outbox.push(bundle(control(0), large))
    pipe.run()
    assert len(pipe.sent) == room
    outbox.push(bundle(control(2)), urgent=True)
    outbox.push(bundle(ping), urgent=True)
    while pipe.busy:
        pipe.run(1000)
    tried = sticky and at_once  # and so has to be tried again as it was
    begun = room > len(control(0).wire) or tried
    order = (control(0), large, control(2)) if begun else (control(0), control(2), large)
    assert _texts(pipe.sent) == [text_of(one) for one in order]
    assert pipe.sent.count(ping.wire) == 1
    assert tried or pipe.sent.index(ping.wire) < len(wire(control(0), large)) - 3 * MAX_PIECE


# --- with python-engineio's writer


def test_packets_come_in_order_and_whole() -> None:
    """What was pushed and put comes as packets, an attachment right after its message."""
    outbox = box()
    text, attachment = engine.Packet(engine.MESSAGE, "51-"), engine.Packet(engine.MESSAGE, b"abc")
    outbox.push(bundle(control(1), Frame((text, attachment), "a.b")))
    outbox.put(engine.Packet(engine.PING))
    assert outbox.qsize() == 3
    assert [outbox.get(timeout=0).data for _ in range(4)] == [text_of(control(1)), "51-", b"abc", None]
    with pytest.raises(queue.Empty):
        outbox.get(timeout=0)
    assert outbox.waiting == 0


def test_taken_and_not_yet_sent_still_waits() -> None:
    """What the writer holds counts as waiting until it comes for more, and it gets no more than a chunk at once."""
    outbox = box(PLENTY)
    frames = [samples(number, size=1000) for number in range(100)]
    outbox.push(Bundle(frames))
    outbox.get()
    at_once = math.ceil(CHUNK / 1000)
    for _ in range(at_once - 1):
        outbox.get(block=False)
    with pytest.raises(queue.Empty):
        outbox.get(block=False)
    assert (outbox.taken, outbox.waiting) == (0, 100_000)
    outbox.get()
    assert (outbox.taken, outbox.waiting) == (1000 * at_once, 100_000 - 1000 * at_once)


def test_the_writer_is_told_what_was_dropped() -> None:
    """Of a client that its writer cannot keep up with, samples go, and `lagged` comes when the rest is taken."""
    outbox = box(1000)
    for number in range(11):
        outbox.push(bundle(samples(number)))
    outbox.push(bundle(control(11)))
    assert taken(outbox) == [*(f"s{number}:a.b" for number in range(6, 11)), "c11", "lagged a.b"]
    assert taken(outbox) == []


def test_both_parts_of_a_message_are_sent_or_none() -> None:
    """A message of which one packet was handed out keeps the other, whatever is dropped meanwhile."""
    outbox = box(1000)
    parts = (engine.Packet(engine.MESSAGE, "51-"), engine.Packet(engine.MESSAGE, b"x" * 900))
    outbox.push(bundle(Frame(parts, "a.b")))
    assert outbox.get(timeout=0) is parts[0]
    for number in range(30):
        outbox.push(bundle(samples(number)))
    assert outbox.get(block=False) is parts[1]


def test_the_end_stays_the_end() -> None:
    """Who has met the end meets it again: python-engineio's writer looks once more before it goes."""
    for end in (lambda one: one.put(None), Outbox.close):
        outbox = box()
        outbox.push(bundle(control(1)))
        assert outbox.get(timeout=0) is not None
        end(outbox)
        assert outbox.get(block=False) is None
        outbox.put(None)  # as it does to see it again
        assert outbox.get(timeout=0) is None
        assert outbox.closed


def test_a_waiting_writer_is_woken() -> None:
    """A thread that waits for a packet gets the one that comes, and the end when it is closed."""
    outbox = box()
    came: queue.Queue[Any] = queue.Queue()

    def write() -> None:
        while (packet := outbox.get(timeout=10)) is not None:
            came.put(packet.data)
        came.put("end")

    thread = threading.Thread(target=write)
    thread.start()
    outbox.push(bundle(control(1)))
    assert came.get(timeout=10) == text_of(control(1))
    outbox.close()
    assert came.get(timeout=10) == "end"
    thread.join()


def test_pushing_from_threads_loses_nothing() -> None:
    """Frames that come from several threads while one takes and samples are dropped: all others arrive, in order."""
    outbox = box(500)
    rounds, threads = 400, 3

    def push(thread: int) -> None:
        for number in range(rounds):
            outbox.send(bundle(samples(number)))
            outbox.send(bundle(control(thread * rounds + number)))

    pushing = [threading.Thread(target=push, args=(one,)) for one in range(threads)]
    texts: list[str] = []
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for one in pushing:
            one.start()
        while any(one.is_alive() for one in pushing):
            texts += taken(outbox)
    finally:
        sys.setswitchinterval(interval)
    texts += taken(outbox)
    numbers = [int(text[1:]) for text in texts if text.startswith("c")]
    for thread in range(threads):
        mine = range(thread * rounds, (thread + 1) * rounds)
        assert [number for number in numbers if number in mine] == list(mine)
    assert outbox.waiting == 0


# --- whatever happens


@dataclass
class Sent:
    """What was pushed, and what of it has arrived."""

    pushed: list[Frame] = field(default_factory=list)
    arrived: list[str] = field(default_factory=list)

    def check(self, whole: bool) -> None:
        """In order, all that must not be dropped, and missing is just what `lagged` has named since.

        Args:
            whole: all that waited has arrived.
        """
        place, missing, counts = 0, set[str](), dict[str, int]()
        order = [(one.packets[0].data, one.metric) for one in self.pushed]
        for text in self.arrived:
            if text.startswith("lagged"):
                assert set(text.split()[1:]) == missing
                missing = set()
                counts["lagged"] = counts.get("lagged", 0) + 1
                continue
            while order[place][0] != text:
                assert order[place][1], f"{order[place][0]} was dropped"
                missing.add(order[place][1])
                place += 1
            place += 1
        if whole:
            assert not missing
            assert place == len(order)


SIZES = st.one_of(st.integers(10, 400), st.integers(10, 400), st.sampled_from([16_378, 16_380, 16_382, 40_000]))
PUSHES = st.lists(st.tuples(st.sampled_from(["", "a.b", "a.c", "a.d"]), SIZES), min_size=1, max_size=4)
STEPS = st.one_of(PUSHES, PUSHES, st.integers(0, 1500), st.sampled_from(["run", "ping", 20_000]))
MOST = st.sampled_from([PLENTY, 100, 16_384])
AT_ONCE = st.sampled_from([PLENTY, 0, 300])


@settings(deadline=None, max_examples=200)
@given(st.lists(STEPS, max_size=40), st.booleans(), MOST, AT_ONCE, st.integers(100, 50_000))
def test_whatever_is_pushed_and_taken_arrives_whole(
    steps: list[Any], sticky: bool, most: int, at_once: int, bound: int
) -> None:
    """Whole frames arrive in order, each that is no samples; missing samples are just those that `lagged` names."""
    pipe, sent, pings = Pipe(sticky=sticky, most=most), Sent(), 0
    pipe.at_once = at_once
    outbox = box(bound, pipe)
    for step in [*steps, PLENTY]:
        if step == "ping":
            outbox.push(bundle(Control(ping_frame(b"probe"))), urgent=True)
            pings += 1
        elif isinstance(step, list):
            frames = [_frame(len(sent.pushed) + place, *one) for place, one in enumerate(step)]
            sent.pushed += frames
            outbox.push(Bundle(frames))
            largest = max(len(one.wire) for one in sent.pushed)
            # What has been begun is sent to its end; of what waits, the newest samples may be larger than the bound.
            begun = sum(len(one.wire) for one in frames) if sticky else 0
            assert _samples(outbox) <= max(bound, largest) + begun
        elif step == "run":
            pipe.run()
        else:
            pipe.run(step)
        sent.arrived = list(_texts(pipe.sent))
        sent.check(whole=False)
    while pipe.busy:
        pipe.run()
    sent.arrived = list(_texts(pipe.sent))
    sent.check(whole=True)
    assert pipe.sent.count(ping_frame(b"probe")) == pings
    assert outbox.waiting == 0
    assert outbox.dropped == len(sent.pushed) - sum(not one.startswith("lagged") for one in sent.arrived)


@given(st.lists(st.one_of(PUSHES, st.integers(0, 20)), max_size=40), st.integers(100, 2000))
def test_whatever_is_pushed_and_polled_arrives_whole(steps: list[Any], bound: int) -> None:
    """The same where python-engineio's writer takes the packets."""
    outbox, sent = box(bound), Sent()
    for step in [*steps, PLENTY]:
        if isinstance(step, list):
            frames = [_frame(len(sent.pushed) + place, *one) for place, one in enumerate(step)]
            sent.pushed += frames
            outbox.push(Bundle(frames))
        else:
            for number in range(step):
                try:
                    sent.arrived.append(outbox.get(block=number % 3 == 0, timeout=0).data)
                except queue.Empty:
                    if number % 3 == 0:
                        break
        sent.check(whole=False)
    sent.check(whole=True)
    assert outbox.waiting == 0


def _closed(outbox: Outbox) -> bool:
    return outbox.closed  # in a function, or mypy would take it for unchanged


def _full(outbox: Outbox) -> bool:
    return outbox.full


def _frame(number: int, metric: str, size: int) -> Frame:
    return samples(number, metric, size) if metric else control(number, size)


def _samples(outbox: Outbox) -> int:
    return outbox.samples


def _texts(wire: bytearray) -> list[str]:
    """The text of each whole message of Engine.IO, as a client's library reads it; pings may come within one."""
    reader = FrameProtocol(client=True, extensions=[])
    reader.receive_bytes(bytes(wire))
    texts, parts = list[str](), list[str]()
    for frame in reader.received_frames():
        if frame.opcode is Opcode.PING:
            continue
        assert frame.opcode in (Opcode.TEXT, Opcode.CONTINUATION)
        parts.append(str(frame.payload))
        if frame.message_finished:
            texts.append("".join(parts)[1:])
            parts.clear()
    return texts
