"""What a collector process was asked, until it has answered."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field

from collectors.frames import Header
from collectors.sample import Batch


@dataclass(slots=True)
class Call:
    """One command; `done` is set when it is answered, or when nobody shall wait for that any more."""

    number: int
    collector: str
    done: threading.Event = field(default_factory=threading.Event)
    reply: Header | None = None
    batches: list[Batch] = field(default_factory=list)


class Calls:
    """The commands that are not answered yet."""

    def __init__(self) -> None:
        self._open: dict[int, Call] = {}
        self._numbers = itertools.count(1)

    def new(self, collector: str) -> Call:
        call = Call(next(self._numbers), collector)
        self._open[call.number] = call
        return call

    def answered(self, reply: Header, batches: list[Batch]) -> None:
        """Give a reply to who waits for it; one that nobody has asked for is dropped."""
        number = reply.get("id")
        call = self._open.pop(number, None) if isinstance(number, int) else None
        if call is not None:
            call.reply, call.batches = reply, batches
            call.done.set()

    def cancel(self, collector: str | None = None) -> None:
        """Let who waits for an answer of `collector` (None: of any) go without one."""
        for call in list(self._open.values()):
            if collector in (None, call.collector):
                call.done.set()
