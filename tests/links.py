"""A client's connection in a process, between a server without a network and a model of a client."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from engineio import exceptions
from engineio import packet as engine

from dashboard.live.connection import Client
from dashboard.live.websocket import binary_frame, text_frame
from tests.house import House
from tests.pipes import Pipe


@dataclass(eq=False)
class Link:
    """A connection, as both ends see it."""

    house: House
    client: Client
    pipe: Pipe
    outgoing: deque[str | bytes]
    read: int = 0

    @property
    def unread(self) -> int:
        return len(self.pipe.sent) - self.read

    def take(self, count: int) -> bytes:
        """What the client reads next."""
        taken = bytes(self.pipe.sent[self.read : self.read + count])
        self.read += len(taken)
        return taken

    def hear(self) -> bool:
        """The server takes the next message of the client, unless it holds it until the client has read more."""
        below = self.house.eio.sockets.get(self.client.sid)
        if not self.outgoing or below is None or self.client.outbox.full:
            return False
        message = self.outgoing.popleft()
        if isinstance(message, bytes):
            self.house.fanout.heartbeats.echoed(self.client, message)
            return True
        below.receive(engine.Packet(int(message[0]), message[1:]))
        return True


def library_writer(below: Any, pipe: Pipe) -> None:
    """What python-engineio's writer does, with its own way to take packets."""
    while True:
        try:
            packets = below.poll()
        except exceptions.QueueEmpty:
            pipe.wait()
            continue
        if not packets:
            break
        for packet in packets:
            encoded = packet.encode()
            left = memoryview(text_frame(encoded.encode()) if isinstance(encoded, str) else binary_frame(encoded))
            try:
                while left:
                    left = left[pipe.wait_and_write(left) :]
            except OSError:
                return
    pipe.cut()
