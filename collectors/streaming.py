"""Collectors that push: their generators run in threads, and what they yield is joined and handed on in portions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from collectors.base import Collector
from collectors.errors import Unavailable
from collectors.instance import Instance
from collectors.sample import Batch
from collectors.sampler import Sampler, Table, merge

#: What is yielded within this many seconds travels as one portion.
PORTION = 0.05
#: Values that may wait for the next portion; the generator then waits, too.
MOST = 200_000


@dataclass(slots=True)
class _Stream:
    listened_to: bool = True
    ended: BaseException | None = None


class Streamer(Sampler):
    """A `Sampler` for collectors with `stream()`: `collect` only says whether the streams are alive.

    Args:
        kind: the collector class.
        tables: its configurations.
        pending: called from a stream's thread when there is something to `take`.
    """

    def __init__(self, kind: type[Collector], tables: Sequence[Table], pending: Callable[[], None]) -> None:
        super().__init__(kind, tables)
        self._pending = pending
        self._room = threading.Condition()
        self._waiting: list[Batch] = []
        self._size = 0
        self._streams: dict[Instance, _Stream] = {}

    def close(self) -> None:
        """Let go of the sources; a stream that goes on nevertheless is not listened to any more."""
        try:
            super().close()
        finally:
            self.take()

    def take(self) -> list[Batch]:
        """What was pushed since the last call."""
        with self._room:
            batches, self._waiting, self._size = self._waiting, [], 0
            self._room.notify_all()
        return joined(batches)

    def _open(self, instance: Instance) -> list[Batch]:
        """Open an instance and start its stream."""
        super()._open(instance)
        stream = self._streams[instance] = _Stream()
        name = f"{self.kind.name} stream"
        threading.Thread(target=self._run, args=(instance, stream), name=name, daemon=True).start()
        return []

    def _sample(self, instance: Instance, tick: int) -> list[Batch]:
        """Nothing, as long as its stream runs.

        Raises:
            Unavailable: the stream came to its end.
            Exception: whatever ended it.
        """
        if not instance.opened:
            self._open(instance)
        ended = self._streams[instance].ended
        if ended is not None:
            raise ended
        return []

    def _shut(self, instance: Instance) -> None:
        with self._room:
            self._streams.pop(instance).listened_to = False
            self._room.notify_all()
        super()._shut(instance)

    def _run(self, instance: Instance, stream: _Stream) -> None:
        collector = instance.collector
        try:
            for _ in collector.stream() or ():
                drained = collector.drain(time.time_ns() // 1_000_000)
                if not self._push(merge([(instance.label, batch) for batch in drained]), stream):
                    return
            raise Unavailable("its stream came to an end")
        except BaseException as error:  # told by the next `collect`, at the job's boundary
            if stream.listened_to:
                collector.discard()
                stream.ended = error

    def _push(self, batches: list[Batch], stream: _Stream) -> bool:
        """False when nobody listens any more."""
        with self._room:
            while self._size > MOST and stream.listened_to:
                self._room.wait()
            if not stream.listened_to:
                return False
            first = not self._waiting and bool(batches)
            self._waiting += batches
            self._size += sum(batch.values.size + batch.times.size for batch in batches)
        if first:
            self._pending()
        return True


def joined(batches: Sequence[Batch]) -> list[Batch]:
    """Batches in their order, neighbours of one metric made one: same series side by side in time, same time in series.

    So a stream of single values travels as arrays, and two values of one millisecond don't drive each other out.
    """
    open_: dict[str, list[Batch]] = {}
    done: list[Batch] = []
    for batch in batches:
        run = open_.setdefault(batch.metric, [])
        if run and run[-1].times[-1] == batch.times[0] and len(run[-1].times) == len(batch.times) == 1:
            run[-1] = merge([("", run[-1]), ("", batch)])[0]
            continue
        if run and (run[0].series != batch.series or run[-1].times[-1] >= batch.times[0]):
            done.append(_side_by_side(run))
            run = open_[batch.metric] = []
        run.append(batch)
    return done + [_side_by_side(run) for run in open_.values()]


def _side_by_side(run: Sequence[Batch]) -> Batch:
    if len(run) == 1:
        return run[0]
    times = np.concatenate([batch.times for batch in run])
    return Batch(run[0].metric, times, run[0].series, np.hstack([batch.values for batch in run]))
