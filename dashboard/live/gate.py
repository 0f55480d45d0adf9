"""What may come in from a client: small text, in packets that this protocol knows, and not too many of them.

Engine.IO and Socket.IO take more (binary attachments by the thousand million, events named `connect`, any number of
anything), and answer what they can't read with a traceback. A client that sends such things is let go.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from socketio import packet

from dashboard.live import wire
from dashboard.live.budget import Budget
from dashboard.live.wire import Code, Json

log = logging.getLogger(__name__)

#: Type, namespace and number of a packet. Namespaces come back in answers, and numbers of ours count from 0.
_HEAD = re.compile(r"([0-3])(?:(/[^,?]{0,100})(?:,|$))?([0-9]{1,16})?(?![0-9/])")
#: Events that Socket.IO raises itself: a client that sends them would pose as the server.
_RESERVED = frozenset(("connect", "disconnect", "connect_error", "newListener", "removeListener"))


class Refused(ValueError):
    """A packet that no client of ours sends."""


class StrictPacket(packet.Packet):  # type: ignore[misc]  # python-socketio ships no types
    """A Socket.IO packet that, coming in, is text, of a known type and of the right shape."""

    json = Json

    @classmethod
    def data_is_binary(cls, data: object) -> bool:
        """Whether an argument is bytes, or holds some under a key of its own: the only places where ours have them."""
        arguments = data if isinstance(data, list) else [data]
        return any(
            isinstance(one, bytes) or (isinstance(one, dict) and any(isinstance(part, bytes) for part in one.values()))
            for one in arguments
        )

    def decode(self, encoded_packet: object) -> int:
        """Read a packet.

        Raises:
            Refused: it is no packet that a client of ours sends.
        """
        if not isinstance(encoded_packet, str):
            raise Refused("what is no text of Socket.IO")
        if _HEAD.match(encoded_packet) is None:
            raise Refused("a packet of a type that clients don't send, or with a strange address")
        try:
            attachments = super().decode(encoded_packet)
        except ValueError as error:
            raise Refused("a packet that is not readable") from error
        if attachments:
            raise Refused("a packet that announces attachments")
        if self.packet_type in (packet.EVENT, packet.ACK) and not isinstance(self.data, list):
            raise Refused("an event or answer without a list")
        if self.packet_type == packet.EVENT and not _is_named(self.data):
            raise Refused("an event without a name of its own")
        if self.packet_type == packet.ACK and not self.id:  # under 0 Socket.IO keeps a counter, and would call that
            raise Refused("an answer to nothing")
        return 0


def _is_named(event: list[object]) -> bool:
    return bool(event) and isinstance(event[0], str) and event[0] not in _RESERVED


def guard_messages(
    server: Any,  # python-socketio ships no types
    hang_up: Callable[[str], None],
    max_events: float = 20,
    burst: int = 50,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Let no client send more packets than its share, nor what is no packet, which the library answers by a traceback.

    Events, answers, connects and disconnects count, of all namespaces together. Those that are too many are refused
    without a look at more than their address. A client is let go when `burst` of them were refused and it has not
    paused, which is to say that its share has never been whole again in between.

    Args:
        server: python-socketio's.
        hang_up: ends the connection of a client, by Engine.IO's name for it. What it may still send is not looked at.
        max_events: packets a second.
        burst: packets at once.
        clock: seconds, by a clock that never steps.
    """
    shares: WeakKeyDictionary[Any, _Share] = WeakKeyDictionary()  # by Engine.IO's clients, with which they go
    handle = server.eio.handlers["message"]

    def on_message(eio_sid: str, data: object) -> None:
        client = server.eio.sockets.get(eio_sid)
        if client is None:  # it has gone meanwhile
            return
        share = shares.get(client)
        if share is None:
            share = shares[client] = _Share(Budget(max_events, burst, clock), burst)
        if share.let_go:
            return
        try:
            if not data:  # Socket.IO takes this for a packet that it has made itself
                raise Refused("an empty packet")
            if share.take() or _is_leaving(data):
                handle(eio_sid, data)
                return
            if not share.told:
                share.told = True
                log.info("client %s sends more than %g packets a second; some are refused", eio_sid, max_events)
            _refuse(server, eio_sid, data)
        except Refused as error:
            share.let_go = True
            log.info("client %s has sent %s; it is let go", eio_sid, error)
            hang_up(eio_sid)

    server.eio.on("message", on_message)


class _Share:
    """What one client may send.

    Args:
        budget: of packets.
        patience: packets that may be too many.

    Attributes:
        told: the log says that some were too many.
        let_go: nothing of it is looked at any more.
    """

    __slots__ = ("_budget", "_patience", "_refused", "let_go", "told")

    def __init__(self, budget: Budget, patience: int) -> None:
        self._budget = budget
        self._patience = patience
        self._refused = 0  # since it has last paused
        self.told = self.let_go = False

    def take(self) -> bool:
        """Whether one more packet is within it.

        Raises:
            Refused: too many were not, without a pause.
        """
        if self._refused and self._budget.full:
            self._refused = 0
        within = self._budget.take()
        self._refused += not within
        if self._refused > self._patience:
            raise Refused(f"{self._refused} packets too many without a pause")
        return within


def _is_leaving(data: object) -> bool:
    """Whether a packet makes less work than it is to go on without it."""
    return isinstance(data, str) and data.startswith(str(packet.DISCONNECT))


def _refuse(server: Any, eio_sid: str, data: object) -> None:
    """Answer a packet by name if anybody waits for an answer."""
    head = _HEAD.match(data) if isinstance(data, str) else None
    if head is None:
        raise Refused("a packet that is not readable")
    kind, namespace, number = int(head[1]), head[2], head[3]
    refusal = wire.refusal(Code.RATE_LIMITED, "too many requests at once; wait a few seconds and ask again")
    if kind == packet.EVENT and number:
        answer = StrictPacket(packet.ACK, [refusal], namespace, int(number), binary=False)
    elif kind == packet.CONNECT:
        error = refusal["error"]
        answer = StrictPacket(packet.CONNECT_ERROR, {"message": error["message"], "data": error}, namespace)
    else:
        return
    server._send_packet(eio_sid, answer)
