"""Samples as messages that the server takes: those that belong together in as few as hold them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite

from collectors.metric import Series
from collectors.sample import Batch, united
from dashboard.live.agent_payloads import LABEL
from dashboard.live.wire import Payload

#: Bytes of a message beside its payload: type, namespace, number, name of the event.
ENVELOPE = 50
#: Bytes of a message beside its batches, the envelope among them; and of a batch beside its lists.
HEAD = 120
PART = 48
#: Bytes of a time, and of a value at most, in JSON.
TIME, VALUE = 14, 25
#: Bytes that the names of one series take at most, of a message; others get what is left.
MOST_LABELS = 0.5


class Packer:
    """Makes messages of samples, and remembers which series the server knows.

    Args:
        limit: bytes of a message.

    Attributes:
        unsent: series that were left out, because their labels are larger than a message may be, or not valid there.
    """

    def __init__(self, limit: int) -> None:
        self._room = limit - HEAD
        self._known: dict[str, tuple[Series, ...]] = {}
        self.unsent: set[tuple[str, Series]] = set()

    def forget(self, metrics: Iterable[str] | None = None) -> None:
        """The server does not know the series of these metrics (any more); by default of all."""
        for name in list(self._known) if metrics is None else metrics:
            self._known.pop(name, None)

    def messages(self, number: int, batches: Sequence[Batch], ahead: int = 0) -> list[Payload]:
        """The payloads of `push` for samples that belong together.

        Args:
            number: of these samples.
            batches: the samples.
            ahead: milliseconds to be added to each time.
        """
        messages: list[list[Payload]] = [[]]
        left = self._room
        for part, size in self._parts(batches, ahead):
            if size > left and messages[-1]:
                messages.append([])
                left = self._room
            messages[-1].append(part)
            left -= size
        last = len(messages) - 1
        return [
            {"n": number, "batches": parts} | ({"more": True} if place < last else {})
            for place, parts in enumerate(messages)
        ]

    def _parts(self, batches: Sequence[Batch], ahead: int) -> Iterator[tuple[Payload, int]]:
        groups: dict[str, list[Batch]] = {}
        for batch in batches:
            groups.setdefault(batch.metric, []).append(batch)
        for name, group in groups.items():
            batch = self._sendable(united(group))
            known = self._known.get(name)
            told = known is batch.series or known == batch.series
            self._known[name] = batch.series
            # As many times at once as leave room for a row with its labels.
            step = max(1, int(self._room * (1 - MOST_LABELS) - 2 * HEAD) // (TIME + VALUE))
            for first in range(0, len(batch.times), step):
                yield from self._rows(batch, first, first + step, ahead, told)
                told = True

    def _rows(self, batch: Batch, first: int, end: int, ahead: int, told: bool) -> Iterator[tuple[Payload, int]]:
        """The samples from place `first` to before `end`, in as many parts as they need."""
        head: Payload = {"m": batch.metric, "t": (batch.times[first:end] + ahead).tolist()}
        base = size = length(head) + PART
        at, rows = 0, 0
        part: Payload = head | {"v": []} | ({} if told else {"series": []})
        for place, values in enumerate(batch.values[:, first:end].tolist()):
            row = [value if isfinite(value) else None for value in values]
            labels = None if told else batch.series[place].as_dict()
            more = length(row) + (0 if told else length(labels) + 1) + 1
            if rows and size + more > self._room:
                yield part, size
                at, rows, size = at + rows, 0, base
                part = head | {"at": at, "v": []} | ({} if told else {"series": []})
            part["v"].append(row)
            if labels is not None:
                part["series"].append(labels)
            rows, size = rows + 1, size + more
        yield part, size

    def _sendable(self, batch: Batch) -> Batch:
        """Without series that would have all of a message refused."""
        if self._known.get(batch.metric) == batch.series:
            return batch
        most = int(self._room * MOST_LABELS) - HEAD
        left_out = {one for one in batch.series if length(one.as_dict()) > most or not _valid(one)}
        if not left_out:
            return batch
        self.unsent |= {(batch.metric, one) for one in left_out}
        stay = [place for place, one in enumerate(batch.series) if one not in left_out]
        return Batch(batch.metric, batch.times, tuple(batch.series[place] for place in stay), batch.values[stay])


def _valid(series: Series) -> bool:
    """Whether the server takes its labels: those of a metric that declares none are named by its plugin."""
    return all(re.fullmatch(LABEL, name) for name, _ in series.labels)


def length(value: object) -> int:
    """Bytes of a value as python-socketio writes it: in ASCII, without spaces."""
    return len(json.dumps(value, separators=(",", ":")))
