"""Messages as bytes: encoded once, for both ways out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from socketio.packet import BINARY_EVENT, EVENT, Packet
from wsproto.frame_protocol import FrameProtocol, Opcode

from dashboard.live import wire
from dashboard.live.frame import Bundle, Control, Frame, encoded_frame, event_frame
from dashboard.live.websocket import MAX_PIECE, ping_frame


def read(data: bytes) -> list[str | bytes]:
    """The messages in bytes of a WebSocket, as a client's library reads them."""
    reader = FrameProtocol(client=True, extensions=[])
    reader.receive_bytes(data)
    messages, parts = list[str | bytes](), list[str | bytes]()
    for frame in reader.received_frames():
        assert frame.frame_finished
        assert frame.opcode in (Opcode.TEXT, Opcode.BINARY)
        assert not isinstance(frame.payload, tuple)  # that is a close
        parts.append(frame.payload if isinstance(frame.payload, str) else bytes(frame.payload))
        assert len(parts[-1]) <= MAX_PIECE
        if frame.message_finished:
            empty: Any = "" if frame.opcode is Opcode.TEXT else b""  # of either type, and so are the parts
            messages.append(empty.join(parts))
            parts.clear()
    return messages


def both_ways(frame: Frame) -> list[str | bytes]:
    """What is on the wire, which must be the same as what the library would send."""
    messages = read(frame.wire)
    assert messages == [packet.encode() for packet in frame.packets]
    return messages


@pytest.mark.parametrize("text", ["", "x" * 200, "µ€😀", "\0\n", "x" * 100_000, "µ€😀" * 20_000])
def test_an_event_is_one_text_message(text: str) -> None:
    """An event reads back as it was given, whatever its text and length."""
    frame = event_frame("notice", {"text": text}, "/metrics")
    [message] = both_ways(frame)
    assert isinstance(message, str)
    packet = Packet(encoded_packet=message[1:])
    assert (message[0], packet.packet_type, packet.namespace) == ("4", EVENT, "/metrics")
    assert packet.data == ["notice", {"text": text}]
    assert frame.metric == ""


def test_an_attachment_is_a_binary_message_of_its_own() -> None:
    """An event with `b` is announced, and its bytes follow as they are."""
    payload = wire.samples("a.b", 64, np.arange(64, dtype=np.int64), np.arange(64.0)[None])
    frame = event_frame("samples", payload, "/metrics", metric="a.b")
    text, attachment = both_ways(frame)
    assert isinstance(text, str)
    packet = Packet(encoded_packet=text[1:])
    assert (packet.packet_type, packet.attachment_count, frame.metric) == (BINARY_EVENT, 1, "a.b")
    assert packet.add_attachment(attachment)
    assert packet.data == ["samples", payload]


def test_the_bytes_are_made_once() -> None:
    """However many clients get a message, all get the same object."""
    frame = event_frame("notice", {}, "/metrics")
    assert frame.wire is frame.wire
    assert Bundle((frame,)).wire is frame.wire
    several = Bundle((frame, frame))
    assert several.wire is several.wire == frame.wire * 2


@pytest.mark.parametrize(
    "payload", [{"text": "plain"}, {"text": "µ€😀"}, {"b": b"x" * 1000}, {"b": bytes(10**6)}, {"x": np.arange(3)}]
)
def test_its_size_is_that_of_what_is_sent(payload: dict[str, object]) -> None:
    """The size of a frame, or of several, is that of the messages without the framing."""
    frame = event_frame("notice", payload, "/metrics")
    size = sum(len(one.encode() if isinstance(one, str) else one) for one in both_ways(frame))
    assert frame.size == size
    assert Bundle((frame, frame)).size == 2 * size


def test_an_answer_with_an_attachment_keeps_its_parts_in_order() -> None:
    """What a packet of Socket.IO was encoded to becomes one frame, so that nothing comes in between."""
    frame = encoded_frame(['61-/metrics,7[{"b":{"_placeholder":true,"num":0}}]', b"\0\1"])
    assert both_ways(frame) == ['461-/metrics,7[{"b":{"_placeholder":true,"num":0}}]', b"\0\1"]


def test_a_frame_of_the_protocol_itself_is_taken_as_it_is() -> None:
    """A ping of the WebSocket is no packet of Engine.IO."""
    ping = Control(ping_frame(b"probe"))
    assert (ping.wire, ping.size, ping.packets, ping.metric) == (ping_frame(b"probe"), 7, (), "")
