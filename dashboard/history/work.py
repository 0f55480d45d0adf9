"""What the memory has for the archive: appends to be written, samples to be packed, and what waits of both."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from collectors.metric import Series
from collectors.sample import Times, Values
from dashboard.history.directory import Key
from dashboard.history.slice import Slice

#: Values that wait for the archive at most; while it can't be written, the memory remembers longer than this.
MOST_WAITING = 2**21
#: An append takes as much memory as so many values, besides its own.
OVERHEAD = 50


class Append(NamedTuple):
    """What the memory's history was given: see `ring.Appended`."""

    key: Key
    offset: int
    times: Times
    series: tuple[Series, ...]
    values: Values


class Seal(NamedTuple):
    """Samples to be packed: all from the first time to the last.

    Attributes:
        key: the metric.
        samples: its samples; the offset is that of the last of them.
        whole: how many samples up to the last are numbered without a break.
        start: from that time on they take the place of what is stored, up to the last of them; None: from the first.
        parted: memory has let go of some before them that stand in no chunk.
    """

    key: Key
    samples: Slice
    whole: int
    start: int | None = None
    parted: bool = False


@dataclass
class Work:
    """What is to be written next.

    Attributes:
        appends: what came since the last time.
        seals: what is to be packed, and is not in memory any more.
        due: what is to be packed, and is in memory.
        cells: what `appends` takes, in values.
        dropped: how often something was lost, because too much waited.
    """

    appends: deque[Append] = field(default_factory=deque)
    seals: list[Seal] = field(default_factory=list)
    due: list[Seal] = field(default_factory=list)
    cells: int = 0
    dropped: int = 0

    def wait(self, append: Append) -> bool:
        """One more; False when another one went for it, which memory has still: what is packed is packed from there."""
        self.appends.append(append)
        self.cells += append.values.size + OVERHEAD
        whole = True
        while self.cells > MOST_WAITING:
            self.cells -= self.appends.popleft().values.size + OVERHEAD
            whole = False
        return whole

    def put_by(self, seal: Seal) -> None:
        """One more that has left the memory; when too much waits, the first ones are lost."""
        self.seals.append(seal)
        waiting = sum(one.samples.values.size for one in self.seals)
        while waiting > MOST_WAITING:
            gone = self.seals.pop(0).samples.values.size
            waiting -= gone
            self.dropped += gone
