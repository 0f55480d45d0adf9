"""The client's side of WebSocket (RFC 6455), as bytes: what it sends, and frames read from what comes."""

from __future__ import annotations

import base64
import hashlib
import os
import zlib
from dataclasses import dataclass, field

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_COMPRESSED = 0x40
_END_OF_BLOCK = b"\x00\x00\xff\xff"  # RFC 7692 takes it off each message

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class ProtocolError(Exception):
    """The server sent what no server should."""


@dataclass
class Handshake:
    """The request for a WebSocket, and the reading of its answer.

    Attributes:
        deflate: ask for permessage-deflate.
        granted: the server compresses; known when `read` has given True.
    """

    path: str
    host: str
    deflate: bool = False
    granted: bool = False
    _key: bytes = field(default_factory=lambda: base64.b64encode(os.urandom(16)))

    @property
    def request(self) -> bytes:
        offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n" if self.deflate else ""
        return (
            f"GET {self.path} HTTP/1.1\r\nHost: {self.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {self._key.decode()}\r\nSec-WebSocket-Version: 13\r\n{offer}\r\n"
        ).encode()

    def read(self, data: bytes) -> bytes | None:
        """What follows the answer, or None as long as `data` is not the whole of it.

        Raises:
            ProtocolError: the server refuses.
        """
        head, end, rest = data.partition(b"\r\n\r\n")
        if not end:
            return None
        accept = base64.b64encode(hashlib.sha1(self._key + _GUID).digest())
        if not head.startswith(b"HTTP/1.1 101") or accept not in head:
            raise ProtocolError(f"no WebSocket is given: {head.partition(bytes((13,)))[0][:100].decode('latin-1')}")
        self.granted = b"permessage-deflate" in head
        return rest


def client_frame(opcode: int, payload: bytes) -> bytes:
    """A frame as a client sends it. The mask is zero, which is a mask like any other, and none has to be applied."""
    size = len(payload)
    if size < 126:
        head = bytes((0x80 | opcode, 0x80 | size))
    else:
        head = bytes((0x80 | opcode, 0x80 | 126)) + size.to_bytes(2, "big")
    return head + b"\0\0\0\0" + payload


class Frames:
    """Takes what a server sends apart into whole frames.

    Args:
        deflate: messages may be compressed, each with what came before it as dictionary.
    """

    __slots__ = ("_inflate", "_rest")

    def __init__(self, deflate: bool = False) -> None:
        self._rest = b""
        self._inflate = zlib.decompressobj(-15) if deflate else None

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """The opcode and payload of every frame that is whole now.

        Raises:
            ProtocolError: it is none, or one of a kind that our servers don't send.
        """
        if self._rest:
            data = self._rest + data
        found, at, end = [], 0, len(data)
        while end - at >= 2:
            first, size = data[at], data[at + 1]
            start = at + 2
            if size == 126:
                start, size = at + 4, int.from_bytes(data[at + 2 : at + 4], "big")
            elif size == 127:
                start, size = at + 10, int.from_bytes(data[at + 2 : at + 10], "big")
            elif size > 127:
                raise ProtocolError("the server masks its frames")
            if start + size > end:  # also when the length itself is not whole: `start` is behind the end then
                break
            at = start + size
            found.append(self._opened(first, data[start:at]))
        self._rest = data[at:]
        return found

    def _opened(self, first: int, payload: bytes) -> tuple[int, bytes]:
        if not first & 0x80:
            raise ProtocolError("the server sends a message in fragments")
        if first & _COMPRESSED:
            if self._inflate is None:
                raise ProtocolError("the server compresses without having been asked")
            payload = self._inflate.decompress(payload + _END_OF_BLOCK)
        return first & 0x0F, payload
