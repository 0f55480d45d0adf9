"""What waits for one client, in order and bounded: when it is too much, the oldest samples go."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from dashboard.live.backlog import Backlog
from dashboard.live.frame import Bundle, Frame
from dashboard.live.websocket import piece_end
from dashboard.live.writer import CHUNK, Writer

#: Bytes of everything that may wait. What a client has asked for is half of that at most.
MAX_WAITING = 16 * 2**20
#: Bytes that are sent without a chance for other tasks.
PAUSE_AFTER = 2**18
#: Bytes that may wait before the client's next request is read.
HOLD_FROM = 64 * 2**10
#: Bytes taken between two calls of `on_taken`.
TELL_EVERY = 8 * 2**10


class Outbox:
    """Frames on their way to one client.

    It stands in for the queue of an Engine.IO client. Either python-engineio's writer takes packets from it, as from
    any queue, or, with a `Writer`, it puts bytes into the socket itself: what the socket takes at once never waits, and
    the rest is sent by a task that ends with it.

    Of a client that does not keep up, the oldest samples go when more than `bound` bytes of samples wait or they are
    stale; other frames never. When all is sent, the client is told which metrics it has missed samples of.

    Args:
        bound: bytes of samples that may wait.
        lock: held whenever this changes; other parts of the fan-out hold it, too.
        lagged: makes the frame that tells a client that samples of these metrics were dropped.
        empty: the exception that says that the queue is empty.
        monotonic: a clock in seconds that never steps; `Frame.born` is of the same one.
        patient: `get` waits without end: python-engineio would take an end of waiting for the end of the client.

    Attributes:
        taken: bytes that the socket has taken so far.
        late: those of them that had to wait.
        closed: nothing is sent any more.
        on_close: called once when it closes, with the reason; ends the connection, and must not call back.
        on_taken: called now and then when the socket has taken more.
    """

    __slots__ = (
        "__weakref__", "_backlog", "_begun", "_busy", "_empty", "_ended", "_half", "_lagged", "_lock", "_out",
        "_patient", "_ready", "_rest", "_tell_at", "_writer", "closed", "late", "on_close", "on_taken", "taken",
    )  # fmt: skip

    def __init__(
        self,
        bound: int,
        lock: Any,  # an RLock
        lagged: Callable[[list[str]], Frame],
        empty: type[Exception] = queue.Empty,
        monotonic: Callable[[], float] = time.monotonic,
        patient: bool = False,
    ) -> None:
        self._backlog = Backlog(bound, monotonic)
        self._lock = lock
        self._lagged = lagged
        self._empty = empty
        self._patient = patient
        self._begun: memoryview | None = None  # of a WebSocket frame: what is sent before anything else
        self._rest: memoryview | None = None  # of a message: only a ping or the like may go before it
        self._half: list[Any] = []  # packets that belong to one that was handed out
        self._out = 0  # bytes that python-engineio has taken and not yet sent
        self._ready: threading.Event | None = None
        self._writer: Writer | None = None
        self._busy = False
        self.taken = self.late = 0
        self._tell_at = TELL_EVERY
        self.closed = self._ended = False
        self.on_close: Callable[[str], None] = _nothing
        self.on_taken: Callable[[], None] | None = None

    @property
    def waiting(self) -> int:
        """Bytes that the socket has not taken yet."""
        under_way = sum(len(part) for part in (self._begun, self._rest) if part is not None)
        return self._backlog.size + self._out + under_way

    @property
    def samples(self) -> int:
        """Bytes of samples that may still be dropped."""
        return self._backlog.samples

    @property
    def dropped(self) -> int:
        """Frames of samples that were dropped so far."""
        return self._backlog.dropped

    @property
    def full(self) -> bool:
        """Whether the client should take some of this before it asks for more. Samples do not count: it may want to
        ask for less of them."""
        return self.waiting - self.samples > HOLD_FROM

    def send(self, bundle: Bundle, urgent: bool = False) -> None:
        """`push` for those who do not hold the lock."""
        with self._lock:
            self.push(bundle, urgent)

    def send_last(self, bundle: Bundle) -> None:
        """Send frames after which a client must not get any more."""
        with self._lock:
            self.push(bundle)
            self._ended = True

    def push(self, bundle: Bundle, urgent: bool = False) -> None:
        """Send frames, now or when what is before them has been sent. The lock is held by the caller.

        Args:
            bundle: the frames.
            urgent: they go before all that waits whole, the last of such first.
        """
        if self.closed or self._ended:
            return
        # What is larger than a piece may have to be sent in pieces.
        if self._writer is not None and not self._busy and bundle.size <= self._writer.at_once:
            try:
                sent = self._writer.try_write(bundle.wire)
            except OSError:
                self.close()
                return
            if sent < len(bundle.wire):
                self._keep(self._begin(bundle, sent), urgent)
                self._wake()
            self._took(sent)
        else:
            self._keep(bundle.frames, urgent)
            self._wake()

    def attach(self, writer: Writer) -> None:
        """From now on, write to this socket; first what waits already."""
        with self._lock:
            self._writer = writer
            self._wake()

    def close(self, why: str = "") -> None:
        """Send nothing any more, forget what waits, and end the connection.

        Args:
            why: for the log; "" when there is nothing to tell.
        """
        with self._lock:
            if self.closed:
                return
            self.closed = True
            self._backlog.clear()
            self._half.clear()
            self._out = 0
            self._begun = self._rest = None
            if self._ready is not None:
                self._ready.set()
        end, self.on_close = self.on_close, _nothing
        end(why)

    # --- what python-engineio calls

    def put(self, packet: Any) -> None:
        """Send a packet of Engine.IO, or, after all that waits, end the connection (None)."""
        with self._lock:
            if packet is not None:
                self.push(Bundle((Frame((packet,)),)))
            elif self.waiting > HOLD_FROM:  # it does not read, and nobody would look after it any more
                self.close()
            elif not self.closed:
                self._backlog.end()
                self._wake()

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """The next packet, or None at the end.

        Raises:
            Exception: `empty`, as given: there is none in time, or enough were taken at once.
        """
        if block:
            with self._lock:  # who comes again has sent what it took
                out, self._out = self._out, 0
                self._took(out)
        ready = self._ready
        if ready is None:
            ready = self._ready = threading.Event()
        while True:
            ready.clear()
            with self._lock:
                if self._half:
                    return self._half.pop(0)
                if block or self._out < CHUNK:
                    if not self._backlog:
                        self._confess()
                    if self._backlog:
                        return self._hand_out(self._backlog.take())
            if not block or not ready.wait(None if self._patient else timeout):
                raise self._empty

    def qsize(self) -> int:
        return len(self._backlog)

    def task_done(self) -> None:
        pass

    def join(self) -> None:
        """Does not wait: a client that does not read would be waited for without end."""

    # --- inside

    def _hand_out(self, frame: Frame | None) -> Any:
        if frame is None:
            self.closed, self.on_close = True, _nothing
            return None
        self._out += frame.size
        first, *self._half = frame.packets
        return first

    def _begin(self, bundle: Bundle, sent: int) -> Sequence[Frame]:
        """Of frames of which so many bytes are sent: keep the rest of the one that is begun, give those after it."""
        assert self._writer is not None
        if self._writer.sticky:
            self._begun = memoryview(bundle.wire)[sent:]
            return ()
        for place, frame in enumerate(bundle.frames):
            if not sent:
                return bundle.frames[place:]
            if sent < len(frame.wire):
                self._part(memoryview(frame.wire), sent)
                return bundle.frames[place + 1 :]
            sent -= len(frame.wire)
        return ()

    def _part(self, wire: memoryview, sent: int) -> None:
        """Keep what is not sent of a message: of the WebSocket frame that is next or begun, and of those after it."""
        cut = piece_end(wire, sent)
        self._begun = wire[sent:cut]
        self._rest = wire[cut:] if cut < len(wire) else None

    def _took(self, size: int) -> None:
        self.taken += size
        if self.taken >= self._tell_at:
            self._tell_at = self.taken + TELL_EVERY
            if self.on_taken is not None:
                self.on_taken()

    def _keep(self, frames: Sequence[Frame], urgent: bool = False) -> None:
        self._backlog.keep(frames, urgent)
        if self._backlog.size > MAX_WAITING and len(self._backlog) > 1:
            self.close(f"{self._backlog.size} bytes wait for it")

    def _confess(self) -> None:
        """All is sent: say of what there was more."""
        missed = self._backlog.take_missed()
        if missed:
            self._keep((self._lagged(missed),))

    def _wake(self) -> None:
        if self._writer is None:
            if self._ready is not None:
                self._ready.set()
        elif not self._busy and (self._backlog or self._begun is not None):
            self._busy = True
            self._writer.write_on(self._drain)

    def _drain(self) -> None:
        """Send what waits. What is taken for that is sent to its end, whatever is dropped meanwhile."""
        assert self._writer is not None
        sent_since_pause = 0
        while (data := self._take()) is not None:
            try:
                sent = self._writer.wait_and_write(data)
            except OSError:
                self.close()
                return
            if self.closed:
                return
            self._begun = data[sent:] if sent < len(data) else None
            self.late += sent
            self._took(sent)
            sent_since_pause += sent
            if sent_since_pause > PAUSE_AFTER:  # a socket that takes all at once never waits
                sent_since_pause = 0
                self._writer.pause()

    def _take(self) -> memoryview | None:
        """The next bytes to send, or None when there are none, which ends the task."""
        with self._lock:
            if self._begun is None:
                if not self._backlog and self._rest is None:
                    self._confess()
                self._begun = self._gather()
            if self._begun is None:
                self._busy = False
                if self._backlog:  # the end
                    self.close()
            return self._begun

    def _gather(self) -> memoryview | None:
        """The next WebSocket frames, of about a chunk."""
        pieces: list[bytes] = []
        size = 0
        while size < CHUNK and (frame := self._backlog.first) is not None:
            large = len(frame.wire) > CHUNK
            if (self._rest is not None and not frame.control) or (large and pieces):
                break
            self._backlog.take()
            if large:
                self._part(memoryview(frame.wire), 0)
                return self._begun
            pieces.append(frame.wire)
            size += len(frame.wire)
        if pieces:
            return memoryview(b"".join(pieces) if len(pieces) > 1 else pieces[0])
        if self._rest is not None:
            self._part(self._rest, 0)
        return self._begun


def _nothing(why: str) -> None:
    pass
