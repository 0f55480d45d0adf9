"""WebSocket as bytes: what clients may send, what ends them, and what they are sent."""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Callable, Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wsproto.frame_protocol import FrameProtocol

from dashboard.live.websocket import (
    MAX_FRAGMENTS,
    MAX_PIECE,
    NO_CODE,
    Closing,
    Message,
    Ping,
    Pong,
    Reader,
    Refused,
    binary_frame,
    close_frame,
    piece_end,
    ping_frame,
    pong_frame,
    text_frame,
)

MOST = 1000
MORE, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
HEADER = 14  # bytes of the longest
MASK = b"\x01\xfe\x80\x7f"


def sent(
    opcode: int, payload: bytes = b"", fin: bool = True, rsv: int = 0, mask: bytes = MASK, length: int = -1
) -> bytes:
    """A frame as a client sends it; `length` is what the header says, when that is not the truth."""
    size = len(payload) if length < 0 else length
    first = fin << 7 | rsv << 4 | opcode
    masked = bool(mask) << 7
    if size < 126:
        head = struct.pack("!BB", first, masked | size)
    elif size < 2**16:
        head = struct.pack("!BBH", first, masked | 126, size)
    else:
        head = struct.pack("!BBQ", first, masked | 127, size)
    if not mask:
        return head + payload
    return head + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


def read(data: bytes | Iterable[bytes], most: int = MOST) -> tuple[list[Message], int]:
    """What a reader makes of bytes, in the pieces given, and the code with which it refused the rest, or 0."""
    reader, messages = Reader(most), list[Message]()
    try:
        for piece in [data] if isinstance(data, bytes) else data:
            messages.extend(reader.receive(piece))
    except Refused as refused:
        return messages, refused.code
    return messages, 0


def in_pieces(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    """The bytes, cut at those places."""
    places = sorted({cut % (len(data) + 1) for cut in cuts})
    return [data[begin:end] for begin, end in zip([0, *places], [*places, len(data)], strict=True)]


@pytest.mark.parametrize(
    ("data", "messages"),
    [
        (b"", []),
        (sent(TEXT, b"3"), ["3"]),
        (sent(TEXT, b""), [""]),
        (sent(TEXT, "µ€😀".encode(), mask=b"\0\0\0\0"), ["µ€😀"]),
        (sent(TEXT, b"x" * 125) + sent(TEXT, b"y" * 126) + sent(TEXT, b"z" * MOST), ["x" * 125, "y" * 126, "z" * MOST]),
        (sent(TEXT, b"on", fin=False) + sent(MORE, b"", fin=False) + sent(MORE, b"e"), ["one"]),
        (sent(TEXT, b"\xe2\x82", fin=False) + sent(MORE, b"\xac"), ["€"]),
        (sent(TEXT, b"a", fin=False) + sent(PING, b"?") + sent(MORE, b"b"), [Ping(b"?"), "ab"]),
        (sent(TEXT, b"x" * MOST, fin=False) + sent(PONG, b"p" * 125) + sent(MORE), [Pong(b"p" * 125), "x" * MOST]),
        (sent(PING) + sent(PONG, b"p" * 125), [Ping(b""), Pong(b"p" * 125)]),
        (sent(CLOSE), [Closing(NO_CODE, "")]),
        (sent(CLOSE, b"\x03\xe9bye"), [Closing(1001, "bye")]),
        (sent(CLOSE, b"\x0f\xa0"), [Closing(4000, "")]),
        (sent(CLOSE, b"\x03\xe8") + sent(TEXT, b"late") + b"\xff" * 50, [Closing(1000, "")]),
        (sent(TEXT, b"x" * 10)[:-1], []),
    ],
)
def test_what_clients_send(data: bytes, messages: list[Message]) -> None:
    """Text, pings, pongs and a close come out as they went in; nothing comes after a close or before its end."""
    assert read(data) == (messages, 0)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (sent(TEXT, length=MOST + 1), 1009),
        (sent(TEXT, length=2**16)[:10], 1009),
        (sent(TEXT, length=2**62)[:10], 1009),
        (sent(TEXT, b"x" * MOST, fin=False) + sent(MORE, b"x")[:2], 1009),
        (sent(TEXT, b"x" * 600, fin=False) + sent(PING, b"?") + sent(MORE, length=401), 1009),
        (sent(TEXT, b"\xff"), 1007),
        (sent(TEXT, b"\xe2\x82"), 1007),
        (sent(TEXT, b"\xed\xa0\x80"), 1007),
        (sent(TEXT, b"x\xff", fin=False), 1007),
        (sent(TEXT, b"\xc3", fin=False) + sent(MORE, b"x", fin=False), 1007),
        (sent(TEXT, b"x\xff" + b"x" * 98)[:10], 1007),
        (sent(CLOSE, b"\x03\xe8\xff"), 1007),
        (sent(BINARY, b"x"), 1003),
        (sent(BINARY, length=2**40)[:10], 1003),
        (sent(TEXT, b"x", mask=b""), 1002),
        (sent(PING, b"x", mask=b""), 1002),
        *[(sent(TEXT, b"x", rsv=rsv), 1002) for rsv in (1, 2, 4, 7)],
        *[(sent(opcode, b"x"), 1002) for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)],
        *[(sent(opcode, b"", fin=False), 1002) for opcode in (CLOSE, PING, PONG)],
        *[(sent(opcode, length=126)[:4], 1002) for opcode in (CLOSE, PING, PONG)],
        (sent(MORE, b"x"), 1002),
        (sent(TEXT, b"x", fin=False) + sent(TEXT, b"x"), 1002),
        (b"\x81\xfe\x00\x05abcdhello", 1002),
        (b"\x81\xff\x00\x00\x00\x00\x00\x00\x00\x05abcdhello", 1002),
        (b"\x81\xff\xff" + b"\xff" * 7, 1002),
        (sent(CLOSE, b"\x03"), 1002),
        *[(sent(CLOSE, struct.pack("!H", code)), 1002) for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000)],
        (sent(TEXT, b"x", fin=False) + sent(MORE, b"x", fin=False) * (MAX_FRAGMENTS - 1), 1008),
        (sent(TEXT, b"", fin=False) + sent(MORE, b"", fin=False) * 100_000, 1008),
        (sent(TEXT, b"", fin=False) + (sent(PING) + sent(MORE, b"", fin=False)) * MAX_FRAGMENTS, 1008),
    ],
)  # fmt: skip
@pytest.mark.parametrize("pieces", [False, True], ids=["at once", "byte by byte"])
def test_what_ends_a_client(data: bytes, code: int, pieces: bool) -> None:
    """Each violation has its code, however it arrives, and what was complete before it is not lost."""
    data = sent(TEXT, b"first") + sent(PONG, b"second") + data
    messages, refused = read([data[at : at + 1] for at in range(min(len(data), 5000))] if pieces else data)
    assert refused == code
    assert messages[:2] == ["first", Pong(b"second")]
    assert set(messages[2:]) <= {Ping(b""), Ping(b"?")}


def test_as_much_as_allowed() -> None:
    """A message of exactly the limit in exactly so many fragments is read, time after time."""
    size = MOST // MAX_FRAGMENTS
    first = sent(TEXT, b"x" * (MOST - size * (MAX_FRAGMENTS - 1)), fin=False)
    message = first + sent(MORE, b"x" * size, fin=False) * (MAX_FRAGMENTS - 2) + sent(MORE, b"x" * size)
    assert read(message * 3) == (["x" * MOST] * 3, 0)


def test_a_size_is_refused_before_its_mask() -> None:
    """The length alone decides: neither the mask nor the payload has to arrive."""
    reader = Reader(MOST)
    assert list(reader.receive(b"\x81\xfe\x03")) == []
    with pytest.raises(Refused, match="a message of more than 1,000 bytes") as refused:
        list(reader.receive(b"\xe9"))
    assert refused.value.code == 1009


def test_who_asks_no_more_loses_nothing() -> None:
    """Messages wait for who has not asked for them, so that a flood can be left where it is."""
    reader = Reader(MOST)
    flood = reader.receive(sent(PING, b"1") + sent(TEXT, b"2") + sent(PING, b"3"))
    assert next(flood) == Ping(b"1")
    assert list(reader.receive(sent(TEXT, b"4"))) == ["2", Ping(b"3"), "4"]
    assert list(flood) == []


@pytest.mark.parametrize("end", [sent(BINARY), sent(CLOSE)], ids=["refused", "closed"])
def test_nothing_is_kept_after_the_end(end: bytes) -> None:
    """After a violation or a close, whatever still comes is neither read nor held, and is no second violation."""
    reader = Reader(MOST)
    with pytest.raises(Refused) if end == sent(BINARY) else pytest.raises(StopIteration):
        messages = reader.receive(end)
        while True:
            next(messages)
    more = sent(TEXT, b"x" * MOST) * 100
    tracemalloc.start()
    try:
        for _ in range(50):
            assert list(reader.receive(more)) == []
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert grown < len(more)


def test_a_trickle_takes_no_more_room_than_its_message() -> None:
    """A message that comes byte by byte is held as its bytes, not as an object for each."""
    data = sent(TEXT, "€".encode() * 4_000)
    reader = Reader(12_000)
    tracemalloc.start()
    try:
        for at in range(len(data) - 1):
            assert list(reader.receive(data[at : at + 1])) == []
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 2 * len(data)
    assert list(reader.receive(data[-1:])) == ["€" * 4_000]


# --- whatever comes, in whatever pieces

masks = st.binary(min_size=4, max_size=4)
controls = st.builds(lambda ping, payload: (ping, payload), st.booleans(), st.binary(max_size=125))


@st.composite
def streams(draw: st.DrawFn) -> tuple[bytes, list[Message]]:
    """What a client may send, and what that means."""
    data, messages = b"", list[Message]()

    def control() -> None:
        nonlocal data
        ping, payload = draw(controls)
        data += sent(PING if ping else PONG, payload, mask=draw(masks))
        messages.append(Ping(payload) if ping else Pong(payload))

    for text in draw(st.lists(st.text(max_size=150), max_size=5)):
        if draw(st.booleans()):
            control()
        pieces = in_pieces(text.encode(), draw(st.lists(st.integers(0, 600), max_size=MAX_FRAGMENTS - 1)))
        for place, piece in enumerate(pieces):
            if place and draw(st.booleans()):
                control()
            data += sent(MORE if place else TEXT, piece, fin=place == len(pieces) - 1, mask=draw(masks))
        messages.append(text)
    return data, messages


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    """A frame with anything in its header, but more often than by chance one that is nearly right."""
    return sent(
        draw(st.one_of(st.sampled_from((MORE, TEXT, PING, PONG)), st.integers(0, 15))),
        draw(st.one_of(st.binary(max_size=130), st.text(max_size=40).map(str.encode))),
        fin=draw(st.booleans()),
        rsv=draw(st.sampled_from((0, 0, 0, 0, 0, 0, 0, 1, 4))),
        mask=draw(st.one_of(masks, masks, masks, st.just(b""))),
        length=draw(st.one_of(st.just(-1), st.just(-1), st.just(-1), st.integers(0, 2**63))),
    )


@given(streams(), st.lists(st.integers(0, 5000), max_size=20))
def test_pieces_do_not_matter(stream: tuple[bytes, list[Message]], cuts: list[int]) -> None:
    """However the network cuts a valid stream, the same messages come out of it."""
    data, messages = stream
    assert read(in_pieces(data, cuts)) == (messages, 0)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # of a busy machine that is no sign of anything
@given(st.binary(max_size=300) | st.lists(frames(), max_size=20).map(b"".join), st.lists(st.integers(0, 9000)))
def test_garbage_is_read_or_refused(data: bytes, cuts: list[int]) -> None:
    """Any bytes give messages or a refusal, the same in any pieces, and never another exception."""
    whole, pieces = read(data), read(in_pieces(data, cuts))
    assert whole == pieces
    assert whole[1] in (0, 1002, 1003, 1007, 1008, 1009)


@given(st.lists(frames(), min_size=1, max_size=60).map(b"".join))
def test_no_bytes_are_swallowed_without_end(data: bytes) -> None:
    """Before so many bytes are held as one message and its headers can have, something comes of them."""
    reader, swallowed = Reader(200), 0
    for at in range(len(data)):
        try:
            come = len(list(reader.receive(data[at : at + 1])))
        except Refused:
            return
        swallowed = 0 if come else swallowed + 1
        assert swallowed <= 200 + HEADER * MAX_FRAGMENTS + 125 or reader_has_closed(reader)


def reader_has_closed(reader: Reader) -> bool:
    """Whether it takes nothing more, not even what is against all rules."""
    try:
        return list(reader.receive(b"\xff" * HEADER)) == []
    except Refused:
        return False


# --- what clients are sent


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_frames_of_any_size(size: int) -> None:
    """Text and binary frames, one after the other, reach a client as they are, with the shortest header there is."""
    text, binary = "x" * size, bytes(range(256)) * (size // 256) + b"\xff" * (size % 256)
    client = FrameProtocol(client=True, extensions=[])
    client.receive_bytes(text_frame(text.encode()) + binary_frame(binary))
    frames = list(client.received_frames())
    assert "".join(frame.payload for frame in frames if isinstance(frame.payload, str)) == text
    assert b"".join(frame.payload for frame in frames if isinstance(frame.payload, bytes)) == binary
    assert sum(frame.message_finished for frame in frames) == 2
    whole, last = divmod(max(0, size - 1), MAX_PIECE)
    assert len(text_frame(text.encode())) - size == 4 * whole + (2 if last < 125 else 4)


@pytest.mark.parametrize("size", [10, MAX_PIECE, MAX_PIECE + 1, 3 * MAX_PIECE, 100_000])
def test_where_frames_end(size: int) -> None:
    """Between two frames of a message there may be a ping: their ends are found from any place in them."""
    wire = memoryview(text_frame(b"x" * size) + binary_frame(b"y" * 300))
    ends: list[int] = []
    while not ends or ends[-1] < len(wire):
        ends.append(piece_end(wire, ends[-1] if ends else 0))
    reader = FrameProtocol(client=True, extensions=[])
    for start, end in zip([0, *ends], ends, strict=False):
        assert piece_end(wire, start + 1) == piece_end(wire, end - 1) == end
        reader.receive_bytes(bytes(wire[start:end]) + ping_frame(b"?"))
    heard = list(reader.received_frames())
    assert sum(frame.opcode == PING for frame in heard) == len(ends)
    assert sum(len(frame.payload) for frame in heard if frame.opcode != PING) == size + 300


def test_control_frames() -> None:
    """Pings, pongs and closes reach a client; the words of a close are cut between characters."""
    client = FrameProtocol(client=True, extensions=[])
    client.receive_bytes(ping_frame(b"p" * 125) + pong_frame(b"") + close_frame(1008, "x" + "€" * 100))
    ping, pong, close = client.received_frames()
    assert (ping.opcode, ping.payload, pong.opcode, pong.payload) == (PING, b"p" * 125, PONG, b"")
    assert close.payload == (1008, "x" + "€" * 40)
    assert close_frame(NO_CODE, "never sent") == b"\x88\x00"
    assert close_frame(1000) == b"\x88\x02\x03\xe8"


@pytest.mark.parametrize("make", [ping_frame, pong_frame])
def test_large_control_frames_are_not_made(make: Callable[[bytes], bytes]) -> None:
    """A client would have to refuse a ping of more than 125 bytes."""
    with pytest.raises(ValueError, match="at most 125 bytes, and these are 126"):
        make(b"x" * 126)
