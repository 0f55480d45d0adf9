"""WebSocket (RFC 6455) as bytes: what a client's bytes say, and frames for what it is told. Sockets are elsewhere.

wsproto reads the frames. It has no limits, but asks its extensions about each frame as soon as there is a header; the
limits are such an extension. A small frame costs 9 µs that way, one of 16 KiB 26 µs, and a reader takes 1.1 kB.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from wsproto.extensions import Extension
from wsproto.frame_protocol import CloseReason, FrameDecoder, FrameProtocol, Opcode, ParseFailed, RsvBits

#: Frames of one message; browsers send each of ours as one.
MAX_FRAGMENTS = 32
#: Bytes of the payload of a ping, a pong or a close.
MAX_CONTROL = 125
#: Bytes of a message in one frame: a ping can only go between frames, and must not wait for megabytes to be sent.
MAX_PIECE = 16 * 2**10 - 4
#: A close without a code; it stands for that and is never sent.
NO_CODE = CloseReason.NO_STATUS_RCVD.value

_NO_RSV = RsvBits(False, False, False)


class Refused(ValueError):
    """A client has sent what it must not.

    Attributes:
        code: with which the connection is to be closed.
        why: a few words for the client and for the log.
    """

    def __init__(self, code: int, why: str) -> None:
        super().__init__(f"{why} ({code})")
        self.code = code
        self.why = why


@dataclass(frozen=True, slots=True)
class Ping:
    """Has to be answered by a pong with the same payload."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a ping of ours, or to none."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Closing:
    """The client wants to end the connection; nothing of it comes any more.

    Attributes:
        code: why, as a number; NO_CODE when the client gave none.
        why: the same in words.
    """

    code: int
    why: str


Message = str | Ping | Pong | Closing


class Reader:
    """Reads what one client sends: text, pings, pongs and a close.

    It holds what has come of one message, at most `max_message` bytes, and of one header.

    Args:
        max_message: bytes of the largest text, in however many frames it comes.
    """

    __slots__ = ("_ended", "_frames", "_most", "_text")

    def __init__(self, max_message: int) -> None:
        self._most = max_message
        self._frames = FrameProtocol(client=False, extensions=[_Limits(max_message)])
        self._text = bytearray()  # of a message that has come in part; as bytes it takes no more than on its way
        self._ended = False

    def receive(self, data: bytes) -> Iterator[Message]:
        """Take bytes, in pieces of any size, and give what they complete.

        Each message is read when it is asked for: those before a violation come before that is raised, and who has had
        enough of a client just asks no more. What was not asked for waits and comes with the next call.
        After a violation or a close nothing is taken any more.

        Raises:
            Refused: 1009 a text is too large, which its header tells; 1008 it has too many frames; 1007 it is no UTF-8;
                1003 it is binary; 1002 anything else that is no WebSocket frame of a client.
        """
        if not self._ended:
            self._frames.receive_bytes(data)
        return self._messages()

    def _messages(self) -> Iterator[Message]:
        try:
            for opcode, payload, _, whole in self._frames.received_frames():
                if isinstance(payload, str):
                    if not whole or self._text:
                        self._text += payload.encode()
                        if not whole:
                            continue
                        payload = self._text.decode()
                        self._text.clear()
                    yield payload
                elif isinstance(payload, tuple):
                    self._ended = True
                    yield Closing(int(payload[0]), payload[1])
                else:
                    yield (Pong if opcode is Opcode.PONG else Ping)(bytes(payload))
        except ParseFailed as error:
            self._ended = True
            self._text.clear()
            raise Refused(int(error.code), self._reason(error)) from None

    def _reason(self, error: ParseFailed) -> str:
        reasons = {
            CloseReason.MESSAGE_TOO_BIG: f"a message of more than {self._most:,} bytes",
            CloseReason.POLICY_VIOLATION: f"a message in more than {MAX_FRAGMENTS} fragments",
            CloseReason.INVALID_FRAME_PAYLOAD_DATA: "text that is not UTF-8",
            CloseReason.UNSUPPORTED_DATA: "a binary message",
        }
        return reasons.get(error.code, str(error))


class _Limits(Extension):
    """Refuses what wsproto would take: binary messages, large ones, and those in many fragments.

    The other side never hears of this extension.
    """

    name = "limits"

    def __init__(self, max_message: int) -> None:
        self._most = max_message
        self._left = max_message  # of the message that is under way
        self._fragments = 0

    def enabled(self) -> bool:
        return True

    def offer(self) -> bool:
        return False

    def frame_inbound_header(
        self, proto: FrameDecoder | FrameProtocol, opcode: Opcode, rsv: RsvBits, payload_length: int
    ) -> CloseReason | RsvBits:
        # wsproto asks again for each piece in which the rest of a header comes: nothing may be counted here.
        if opcode is Opcode.BINARY:
            return CloseReason.UNSUPPORTED_DATA
        if payload_length > self._left and not opcode.iscontrol():
            return CloseReason.MESSAGE_TOO_BIG
        return _NO_RSV

    def frame_inbound_complete(self, proto: FrameDecoder | FrameProtocol, fin: bool) -> CloseReason | None:
        assert isinstance(proto, FrameDecoder) and proto.header is not None  # it has just been read
        if proto.header.opcode.iscontrol():
            return None
        if fin:
            self._left, self._fragments = self._most, 0
            return None
        self._left -= proto.header.payload_len
        self._fragments += 1
        return CloseReason.POLICY_VIOLATION if self._fragments == MAX_FRAGMENTS else None


# --- frames of a server, which are not masked


def text_frame(payload: bytes) -> bytes:
    """A text message, in as many frames as it takes.

    Args:
        payload: UTF-8.
    """
    return _message(Opcode.TEXT.value, payload)


def binary_frame(payload: bytes) -> bytes:
    """A binary message, in as many frames as it takes."""
    return _message(Opcode.BINARY.value, payload)


def piece_end(wire: memoryview, position: int) -> int:
    """Where the frame ends that is next or under way at a position.

    Args:
        wire: whole frames as this module makes them.
        position: less than its length.
    """
    end = 0
    while end <= position:
        size = wire[end + 1]
        if size == 126:
            size = 2 + struct.unpack_from("!H", wire, end + 2)[0]
        elif size == 127:
            size = 8 + struct.unpack_from("!Q", wire, end + 2)[0]
        end += 2 + size
    return end


def ping_frame(payload: bytes) -> bytes:
    """A ping.

    Raises:
        ValueError: the payload has more than 125 bytes.
    """
    return _control_frame(Opcode.PING.value, payload)


def pong_frame(payload: bytes) -> bytes:
    """The answer to a ping with that payload.

    Raises:
        ValueError: the payload has more than 125 bytes.
    """
    return _control_frame(Opcode.PONG.value, payload)


def close_frame(code: int, why: str = "") -> bytes:
    """The last frame: it ends the connection, or answers a close of the client.

    Args:
        code: 1000 and up; with NO_CODE the frame has neither code nor words.
        why: as much of it is sent as fits.
    """
    if code == NO_CODE:
        return _control_frame(Opcode.CLOSE.value, b"")
    words = why.encode()[: MAX_CONTROL - 2].decode(errors="ignore")  # a character that was cut goes as a whole
    return _control_frame(Opcode.CLOSE.value, struct.pack("!H", code) + words.encode())


def _control_frame(opcode: int, payload: bytes) -> bytes:
    if len(payload) > MAX_CONTROL:
        raise ValueError(f"a control frame takes at most {MAX_CONTROL} bytes, and these are {len(payload)}")
    return message_frame(opcode, payload)


def _message(opcode: int, payload: bytes) -> bytes:
    if len(payload) <= MAX_PIECE:
        return message_frame(opcode, payload)
    pieces = [payload[place : place + MAX_PIECE] for place in range(0, len(payload), MAX_PIECE)]
    first, *middle, last = pieces
    rest = [message_frame(0, piece, whole=False) for piece in middle]
    return b"".join([message_frame(opcode, first, whole=False), *rest, message_frame(0, last)])


def message_frame(opcode: int, payload: bytes, whole: bool = True) -> bytes:
    """One frame.

    Args:
        opcode: what it is; 0 for all but the first of a message.
        payload: of it.
        whole: no more of the message follows.
    """
    size = len(payload)
    head = opcode | (0x80 if whole else 0)
    if size < 126:
        return bytes((head, size)) + payload
    if size < 2**16:
        return struct.pack("!BBH", head, 126, size) + payload
    return struct.pack("!BBQ", head, 127, size) + payload
