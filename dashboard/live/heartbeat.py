"""Which clients live: when each is asked for a sign of life, and when it is let go.

A client is asked in two ways. An Engine.IO ping asks the program behind it. A probe, which is a WebSocket ping that
nobody can guess, asks whether it reads what it is sent: whoever echoes a probe has read all that went before it.
"""

from __future__ import annotations

import heapq
import hmac
import itertools
import math
import random as randomness
import secrets
import struct
import time
from collections import deque
from collections.abc import Callable
from hashlib import blake2b
from typing import Protocol

#: Seconds to read for which the bytes between two probes are right.
STALLED_AFTER = 10.0
#: Bytes of the stream between two probes; the writer tells of so many at the latest (`took`).
PROBE_BYTES = 16 * 2**10
#: The same for a client that keeps up, because an echo costs as much as a few messages. Should it fall to 10 kB/s all
#: at once, it still comes to a probe in 6 s.
PROBE_BYTES_FAST = 56 * 2**10
#: Seconds over which those pings are spread that fell due while the server stood still.
CATCH_UP = 2.0

NO_NAMESPACE = "it has joined no namespace in time"
NOT_READING = "it does not read what it is sent"
NO_ANSWER = "it does not answer pings"

_Entry = tuple[float, int, "_Pulse"]


class Life(Protocol):
    """What heartbeats know of a client, and what they do to it. Nothing here may wait or raise."""

    @property
    def probes(self) -> bool:
        """Whether WebSocket pings can be sent to it and their echoes be heard."""

    @property
    def waiting(self) -> int:
        """Bytes that wait in the server for its socket."""

    @property
    def taken(self) -> int:
        """Bytes that its socket has taken so far; never falls."""

    @property
    def late(self) -> int:
        """Those of them that had to wait, where that is known; never falls."""

    @property
    def held(self) -> bool:
        """Nothing that it sends is read just now, so that it can neither answer nor echo."""

    def ping(self) -> None:
        """Send an Engine.IO ping."""

    def probe(self, payload: bytes) -> None:
        """Send a WebSocket ping, ahead of all frames that wait whole: behind a long queue it would come too late."""

    def hang_up(self, why: str) -> None:
        """Shut the connection down."""


class _Pulse:
    """What is remembered of a client. Moments are on the clock of `Heartbeats`, positions are counts of taken bytes."""

    __slots__ = (
        "acked", "asked", "client", "evidence", "join_by", "phase", "ping_at", "ping_due", "ping_end", "probe_due",
        "probed", "probed_taken", "proof", "seen", "seen_late", "seen_taken", "seen_waiting", "sent", "slow", "token",
    )  # fmt: skip

    def __init__(self, client: Life, token: int, now: float) -> None:
        self.client: Life | None = client  # None: it is gone
        self.token = token
        self.join_by = math.inf
        self.phase = self.ping_due = self.probe_due = now
        self.evidence = now  # of its reading: when there was some last
        self.sent = self.acked = 0  # numbers of probes
        self.probed, self.probed_taken = now, 0  # the last one
        self.slow = True  # it is not known to keep up: to echo each probe before the next beat
        # The ping that is not answered yet: when it was sent, how far the stream was then, the probe whose echo says
        # that the client has read it, and when it had.
        self.ping_at: float | None = None
        self.ping_end = self.proof = 0
        self.asked: float | None = None
        # The last look at it.
        self.seen, self.seen_taken, self.seen_waiting, self.seen_late = now, client.taken, False, client.late


class Heartbeats:
    """The heartbeats of all clients: one task calls `beat` every `step` seconds; nobody has a timer of its own.

    Moments are read from a clock of its own that stands still while the server does: when `beat` is called late, the
    server was at fault, nobody's answers were read, and every deadline moves by as much.

    All but `beat` may be called from any thread and from inside a call of a client's methods.

    Args:
        interval: seconds between two pings of a client.
        timeout: seconds within which a client that has read a ping, or reads nothing, must have answered it.
        stalled_after: seconds within which there must be evidence that it reads: a probe echoed, or bytes taken that
            had to wait. For a client without probes it is enough that nothing waits.
        join_within: seconds from its coming until it must have joined a namespace.
        monotonic: a clock in seconds that is never set.
        random: numbers from 0 to 1; the pings of each client have a phase by it.

    Attributes:
        step: seconds between two calls of `beat`.
    """

    def __init__(
        self,
        interval: float,
        timeout: float,
        stalled_after: float,
        join_within: float,
        monotonic: Callable[[], float] = time.monotonic,
        random: Callable[[], float] = randomness.random,
    ) -> None:
        self._interval, self._timeout = interval, timeout
        # Who has more time to read may be asked after more bytes.
        self._scale = max(1.0, stalled_after / STALLED_AFTER)
        self._monotonic, self._random = monotonic, random
        shortest = min(interval, timeout, stalled_after, join_within)
        self.step = max(0.01, min(0.25, shortest / 8))
        # The beat before the time is over is the last one that is in time.
        self._stalled_after, self._join_within = stalled_after - self.step, join_within - self.step
        self._tolerance = 4 * self.step
        # A network that fails for half of that time harms nobody.
        self._probe_every = 0.4 * min(timeout, stalled_after)
        self._last = monotonic()
        self._now = 0.0
        self._key = secrets.token_bytes(16)
        self._pulses: dict[Life, _Pulse] = {}
        self._tokens = itertools.count()
        self._new: deque[_Pulse] = deque()
        self._heap: list[_Entry] = []

    def add(self, client: Life) -> None:
        """Take a client in."""
        pulse = _Pulse(client, next(self._tokens), self._now)
        pulse.join_by = self._now + self._join_within
        # A phase by lot: those who come at the same moment, after a restart, are still not pinged at the same moment.
        pulse.phase = pulse.ping_due = self._now + self._interval * (1 - self._random())
        pulse.probe_due = self._now + self._probe_every * self._random()
        self._pulses[client] = pulse
        self._new.append(pulse)

    def remove(self, client: Life) -> None:
        """Forget a client, if it is known."""
        pulse = self._pulses.pop(client, None)
        if pulse is not None:
            pulse.client = None

    def joined(self, client: Life) -> None:
        """The client is in a namespace."""
        pulse = self._pulses.get(client)
        if pulse is not None:
            pulse.join_by = math.inf

    def left(self, client: Life) -> None:
        """The client is in no namespace any more: it has as long as one that has just come."""
        pulse = self._pulses.get(client)
        if pulse is not None:
            pulse.join_by = self._now + self._join_within

    def ponged(self, client: Life) -> None:
        """An Engine.IO pong came from the client; one that answers no ping counts for nothing."""
        pulse = self._pulses.get(client)
        if pulse is not None:
            pulse.ping_at = None

    def echoed(self, client: Life, payload: bytes) -> bool:
        """A WebSocket pong came from the client; one that echoes no probe, or an older one, counts for nothing, and the
        answer is False.

        A client may leave out the echoes of all but the last probe it has read (RFC 6455, 5.5.3).
        """
        pulse = self._pulses.get(client)
        if pulse is None or len(payload) != 12:
            return False
        number = int.from_bytes(payload[:4])
        if not pulse.acked < number <= pulse.sent or not hmac.compare_digest(payload, self._payload(pulse, number)):
            return False
        pulse.acked = number
        pulse.evidence = self._now
        pulse.slow &= number < pulse.sent
        if pulse.proof and number >= pulse.proof and pulse.asked is None:
            pulse.asked = self._now
        return True

    def took(self, client: Life) -> None:
        """The client's socket has taken some more; to be called for each `PROBE_BYTES` at the latest.

        A slow client reads what fits into the buffers on the way, easily 256 KB, in half a minute. If the probes in it
        were as far apart in time as when the client has nothing to read, all of them could stand behind that.
        """
        pulse = self._pulses.get(client)
        if pulse is None or not client.probes:
            return
        if pulse.acked < pulse.sent and pulse.probed < self._now:
            pulse.slow = True
        if client.taken - pulse.probed_taken >= (PROBE_BYTES if pulse.slow else PROBE_BYTES_FAST) * self._scale:
            self._probe(pulse, client)

    def beat(self) -> None:
        """Ping and probe who is due, and let go of who gave no sign of life in time."""
        moment = self._monotonic()
        elapsed, self._last = moment - self._last, moment
        while self._new:
            heapq.heappush(self._heap, self._entry(self._new.popleft()))
        heard = self._now  # until when all answers have been read
        if elapsed > self._tolerance:
            self._catch_up(elapsed - self.step)
            self._now += self.step
        else:
            self._now = heard = self._now + elapsed
        due: list[_Entry] = []
        while self._heap and self._heap[0][0] <= self._now:
            due.append(heapq.heappop(self._heap))
        for _, _, pulse in due:
            client = pulse.client
            if client is None:
                continue
            why = self._judge(pulse, client, heard)
            if why:
                self.remove(client)
                client.hang_up(why)
            else:
                self._ask(pulse, client)
                heapq.heappush(self._heap, self._entry(pulse))

    # --- inside

    def _entry(self, pulse: _Pulse) -> _Entry:
        """When to look at it next. Deadlines only ever move away from what they are now; a look finds out."""
        due = min(pulse.ping_due, pulse.probe_due, pulse.join_by, pulse.evidence + self._stalled_after)
        if pulse.ping_at is not None:
            due = min(due, self._answer_by(pulse, pulse.ping_at))
        if pulse.seen_waiting:
            due = min(due, pulse.seen + self._tolerance)
        return due, pulse.token, pulse

    def _judge(self, pulse: _Pulse, client: Life, heard: float) -> str:
        """Look at the client; why it is to be let go, or nothing."""
        now, taken, waiting, held = self._now, client.taken, client.waiting > 0, client.held
        # At what moment since the last look is not known.
        if client.late > pulse.seen_late or (pulse.seen_waiting and taken > pulse.seen_taken):
            pulse.evidence = max(pulse.evidence, pulse.seen)
        elif not waiting and not client.probes:
            pulse.evidence = now
        pulse.seen, pulse.seen_taken, pulse.seen_waiting, pulse.seen_late = now, taken, waiting, client.late
        if held:  # its pong may stand behind what is not read, so it may have read the ping long ago
            pulse.asked, pulse.proof = None, 0
        elif pulse.ping_at is not None and pulse.asked is None and not client.probes and self._all_sent(pulse, client):
            pulse.asked = now
        if heard >= pulse.join_by:
            return NO_NAMESPACE
        if heard >= pulse.evidence + self._stalled_after:
            return NOT_READING
        if pulse.ping_at is not None and heard >= self._answer_by(pulse, pulse.ping_at):
            return NO_ANSWER
        return ""

    def _answer_by(self, pulse: _Pulse, ping_at: float) -> float:
        """Until when the pong must come: counted from when it is known that the ping was read, and until that is known
        from the last evidence that the client is on its way to it."""
        asked = pulse.asked if pulse.asked is not None else max(ping_at, pulse.evidence)
        return asked + self._timeout

    @staticmethod
    def _all_sent(pulse: _Pulse, client: Life) -> bool:
        """Whether the ping has left the server; frames before it may have been dropped."""
        return client.taken >= pulse.ping_end or not client.waiting

    def _ask(self, pulse: _Pulse, client: Life) -> None:
        pinged = self._now >= pulse.ping_due
        if pinged:
            missed = math.floor((self._now - pulse.phase) / self._interval)
            pulse.ping_due = pulse.phase + (missed + 1) * self._interval
            if pulse.ping_at is None:
                pulse.ping_at, pulse.asked, pulse.proof = self._now, None, 0
                client.ping()
                pulse.ping_end = client.taken + client.waiting
            else:
                client.ping()  # a browser closes the connection itself when no ping comes, whatever it has to answer
        if client.probes and (pinged or self._now >= pulse.probe_due):
            self._probe(pulse, client)
        elif self._now >= pulse.probe_due:
            pulse.probe_due = self._now + self._probe_every

    def _probe(self, pulse: _Pulse, client: Life) -> None:
        pulse.sent = number = pulse.sent + 1
        pulse.probed, pulse.probed_taken = self._now, client.taken
        pulse.probe_due = self._now + self._probe_every
        if pulse.ping_at is not None and not pulse.proof and self._all_sent(pulse, client):
            pulse.proof = number
        client.probe(self._payload(pulse, number))

    def _payload(self, pulse: _Pulse, number: int) -> bytes:
        """A probe: its number, and a signature, so that none needs to be remembered."""
        place = struct.pack(">QI", pulse.token, number)
        return place[8:] + blake2b(place, digest_size=8, key=self._key).digest()

    def _catch_up(self, missed: float) -> None:
        """Keep to the times of pings by real time, and ping soon who had to be pinged while the server stood still, who
        waits longest first: browsers close connections on which no ping comes."""
        pulses = [pulse for _, _, pulse in self._heap if pulse.client is not None]
        for pulse in pulses:
            pulse.phase -= missed
            pulse.ping_due -= missed
        late = sorted((pulse for pulse in pulses if pulse.ping_due < self._now), key=lambda pulse: pulse.ping_due)
        spread = min(CATCH_UP, self._interval / 4)
        for place, pulse in enumerate(late):
            pulse.ping_due = self._now + spread * place / len(late)
        self._heap = [self._entry(pulse) for pulse in pulses]
        heapq.heapify(self._heap)
