"""Clients that speak HTTP, WebSocket, Engine.IO and Socket.IO by hand: they can do wrong what libraries do right.

A `Wire` is honest unless it is told otherwise: it answers heartbeats of both kinds.
"""

from __future__ import annotations

import json
import os
import re
import resource
import socket
import struct
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.crafted import BINARY, CLOSE, NAMESPACE, PING, PONG, TEXT, event, frame

PATIENCE = 10.0  # seconds; what has not come by then does not come

HANDSHAKE = (
    "GET {path}/socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
)


class Ended(Exception):
    """The server has ended the connection."""


@dataclass(frozen=True)
class Message:
    """A packet of Socket.IO.

    Attributes:
        kind: "0" connect, "1" disconnect, "2" event, "3" acknowledgement, "4" refusal.
        id: that it answers; -1 for none.
        data: its JSON, with an attachment in its place `b`.
        arrived: seconds on the monotonic clock, which all processes of a machine share.
    """

    kind: str
    id: int
    data: Any
    arrived: float

    @property
    def event(self) -> str:
        """The name of an event; "" for anything else."""
        return str(self.data[0]) if self.kind == "2" else ""


def connect(port: int, *, source: str = "127.0.0.1", buffer: int = 0) -> socket.socket:
    """A TCP connection; `buffer` bytes (the kernel doubles them) take what nobody reads."""
    plain = socket.socket()
    if buffer:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        plain.bind((source, 0))
        plain.settimeout(PATIENCE)
        plain.connect(("127.0.0.1", port))
    except OSError:
        plain.close()
        raise
    return plain


class Wire:
    """A WebSocket of which every byte can be chosen.

    Args:
        port: of the server.
        headers: more lines of the handshake.
        source: address that it comes from.
        buffer: bytes of its receive buffer, 0 for the system's choice.
        path: before /socket.io.
        host: the header Host.

    Attributes:
        status: of the handshake's answer; 101 when there is a WebSocket now.
        head: that answer.
        blind: it answers no heartbeat when it reads.
        code: the code with which the server has closed, 0 while it has not.
        ended: nothing more comes.
        rate: bytes a second that it reads, None for all there are.
    """

    def __init__(
        self,
        port: int,
        headers: Sequence[str] = (),
        *,
        source: str = "127.0.0.1",
        buffer: int = 0,
        path: str = "",
        host: str = "localhost",
    ) -> None:
        self.blind = self.ended = False
        self.status = self.code = self.pings = 0
        self.rate: float | None = None
        self.messages: deque[Message] = deque()
        self._unread = bytearray()
        self._partial: tuple[int, bytes] | None = None  # a message of which a part has come
        self._half: re.Match[str] | None = None  # a message whose attachment comes next
        self._numbers = count(1)
        self._unpacker = zlib.decompressobj(wbits=-15)
        self.socket = connect(port, source=source, buffer=buffer)
        more = "".join(f"{line}\r\n" for line in headers)
        try:
            self.socket.sendall(HANDSHAKE.format(path=path, host=host, more=more).encode())
            while b"\r\n\r\n" not in self._unread and self._receive():
                pass
        except OSError:
            self.socket.close()
            raise
        head, _, rest = bytes(self._unread).partition(b"\r\n\r\n")
        self.head = head.decode("latin-1")
        self._unread = bytearray(rest)
        if found := re.match(r"HTTP/1\.[01] (\d+)", self.head):
            self.status = int(found[1])

    # --- sending

    def send(self, *frames: bytes) -> bool:
        """Send bytes as they are; False when the connection has ended."""
        try:
            self.socket.sendall(b"".join(frames))
        except OSError:
            return False
        return True

    def say(self, text: str) -> bool:
        """Send one text message."""
        return self.send(frame(text, mask=os.urandom(4)))

    def join(self) -> Message:
        """Join the namespace; its `hello`."""
        self.say(f"40{NAMESPACE},")
        while (message := self.message()).event != "hello":
            pass
        return message

    def ask(self, name: str, payload: Any) -> int:
        """Send an event; the number that its answer will have."""
        number = next(self._numbers)
        self.say(event(name, payload, number))
        return number

    def call(self, name: str, payload: Any) -> Any:
        """Send an event and read until its answer; other messages that come before stay in `messages`."""
        number, others = self.ask(name, payload), []
        while (message := self.message()).id != number:
            others.append(message)
        self.messages.extendleft(reversed(others))
        return message.data[0]

    def subscribe(self, *names: str, **wanted: Any) -> Any:
        """Subscribe with a short history; the answer."""
        epoch = wanted.pop("epoch", None)
        wanted = {"points": 10, "window": 1} | wanted
        metrics = [{"name": name, **wanted} for name in names]
        return self.call("subscribe", {"metrics": metrics, "epoch": epoch})

    # --- reading

    def message(self, patience: float = PATIENCE) -> Message:
        """The next message.

        Raises:
            Ended: there is none any more.
            TimeoutError: none came.
        """
        deadline = time.monotonic() + patience
        while not self.messages:
            if self.ended:
                raise Ended
            if time.monotonic() > deadline:
                raise TimeoutError
            self.fill()
        return self.messages.popleft()

    def fill(self) -> None:
        """Read once, and take apart what has come."""
        self._receive()
        for opcode, payload in self._frames():
            self._take(opcode, payload)
            if self.code:  # after goodbye there are no frames
                self._unread.clear()

    def verdict(self, patience: float = PATIENCE) -> int:
        """Read until the server says that it closes the connection, or does; the code that it gave, or 0.

        Raises:
            TimeoutError: it does neither.
        """
        self._read_until(lambda: self.code or self.ended, patience)
        return self.code

    def end(self, patience: float = PATIENCE) -> int:
        """Read until the server has ended the connection; the code that it gave, or 0.

        Raises:
            TimeoutError: it does not end it.
        """
        self._read_until(lambda: self.ended, patience)
        return self.code

    def _read_until(self, over: Callable[[], object], patience: float) -> None:
        deadline = time.monotonic() + patience
        while not over():
            if time.monotonic() > deadline:
                raise TimeoutError(f"still open after {patience} s")
            self.socket.settimeout(max(0.01, deadline - time.monotonic()))
            with suppress(TimeoutError):
                self.fill()

    def _receive(self) -> bool:
        """Read some bytes; False at the end."""
        try:
            data = self.socket.recv(65_536 if self.rate is None else 1024)
        except TimeoutError:
            raise
        except OSError:
            data = b""
        if self.rate is not None:  # it is slow: that is what it is there for
            time.sleep(len(data) / self.rate)
        self.ended |= not data
        self._unread += data
        return bool(data)

    def _frames(self) -> Iterator[tuple[int, bytes]]:
        while len(self._unread) >= 2:
            first, size = self._unread[0], self._unread[1]
            start = 2
            if size > 125:
                start, form = (4, "!H") if size == 126 else (10, "!Q")
                if len(self._unread) < start:
                    return
                (size,) = struct.unpack_from(form, self._unread, 2)
            if len(self._unread) < start + size:
                return
            payload = bytes(self._unread[start : start + size])
            del self._unread[: start + size]
            if first & 0x40:
                payload = self._unpacker.decompress(payload + b"\0\0\xff\xff")
            opcode = first & 15
            if opcode & 8:
                yield opcode, payload
                continue
            # A large message comes in several frames, between which there may be pings.
            kind, before = self._partial or (opcode, b"")
            self._partial = None if first & 0x80 else (kind, before + payload)
            if first & 0x80:
                yield kind, before + payload

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == CLOSE:
            self.code = self.code or (struct.unpack("!H", payload[:2])[0] if payload else 1005)
        elif opcode == PING:
            self.pings += 1
            if not self.blind:
                self.send(frame(payload, PONG))
        elif opcode == BINARY and self._half is not None:
            head, self._half = self._half, None
            self._keep(head, payload)
        elif payload == b"2":
            self.pings += 1
            if not self.blind:
                self.say("3")
        elif opcode == TEXT and (found := re.fullmatch(r"4(\d)(1-)?(?:/\w+,)?(\d*)(.*)", payload.decode())):
            if found[2]:
                self._half = found
            else:
                self._keep(found, b"")

    def _keep(self, found: re.Match[str], attachment: bytes) -> None:
        data: Any = json.loads(found[4]) if found[4] else None
        if attachment:
            data[-1]["b"] = attachment
        kind = {"5": "2", "6": "3"}.get(found[1], found[1])
        self.messages.append(Message(kind, int(found[3] or -1), data, time.monotonic()))

    # --- going

    def close(self, *, reset: bool = False) -> None:
        """Go without a word; with `reset` as a machine does whose process is gone."""
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def allow_files(wanted: int) -> int:
    """Raise this process's limit of open files, which servers started from now on inherit; how many there may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most
