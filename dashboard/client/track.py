"""One metric's samples as they come: which there are, which are missing, and in what order they are handed on."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from collectors.sample import Times, Values
from dashboard.client.batch import Batch, Labels, labels_of, samples_of
from dashboard.live.wire import Event

#: Seconds after which a hole is asked for by oneself, each time twice that, until there was none for a while.
MEND_AFTER, MEND_MOST, CALM = 1.0, 20.0, 15.0
#: Times of a backfill: as many as the server gives.
POINTS = 10_000
#: Values that are held back behind a hole.
MOST_HELD = 1_000_000
#: Seconds: the longest backfill that the server takes.
MAX_WINDOW = 31 * 86_400.0

Message = Mapping[str, Any]


class Track:
    """The state of one subscription, as docs/wire.md tells; it does no input and output.

    What comes is handed on in the order of its numbers. Behind a hole it is held back until the hole is mended, but no
    longer than `patience`: then the newest goes on, and tells what is left out.

    Args:
        name: of the metric.
        window: seconds of history to begin with; 0 for none.
        deliver: is handed the batches.
        patience: seconds to wait for what is missing.
        monotonic: a clock in seconds that never steps.

    Attributes:
        step: to be asked for; asked for; kept by frames; there is no such metric now.
        ticket: number of the request whose answer is waited for.
        not_before: moment before which it is not to be asked for.
        limited: how often in a row an answer had no room for it.
    """

    def __init__(
        self,
        name: str,
        window: float,
        deliver: Callable[[Batch], None],
        patience: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.step: Literal["new", "asked", "live", "gone"] = "new"
        self.ticket = 0
        self.not_before = 0.0
        self.limited = 0
        self._window = window
        self._deliver = deliver
        self._patience = patience
        self._monotonic = monotonic
        self._epoch = ""
        self._offset: int | None = None
        self._last = -1  # time of the last sample
        self._series: tuple[Labels, ...] = ()
        self._series_at = -1  # offset before which they were told
        self._joined = False
        self._torn = False
        self._held: list[tuple[str, Message]] = []
        self._size = 0
        self._mend_at = self._give_up_at = self._calm_at = float("inf")
        self._mends = 0
        self._missed = False
        self._emptied = False

    # --- what is asked

    def wanted(self, ticket: int, epoch: str) -> dict[str, Any]:
        """What a `subscribe` says of this metric."""
        self.step, self.ticket, self._missed = "asked", ticket, False
        self._mend_at = float("inf")
        since = {"since": self._offset} if self._offset is not None and epoch == self._epoch else {}
        away = time.time() - self._last / 1000 if self._last >= 0 else 0.0
        window = min(MAX_WINDOW, max(1.0, self._window, away))
        return {"name": self.name, "window": window, "points": POINTS, **since}

    def look(self) -> float:
        """Do what is due; the moment of the next look."""
        now = self._monotonic()
        if now >= self._give_up_at:
            self._give_up()
        if now >= self._mend_at:
            self._mend_at = float("inf")
            self._mends += 1
            self.lagged()
        if now >= self._calm_at:
            self._mends, self._calm_at = 0, float("inf")
        return min(self._give_up_at, self._mend_at, self._calm_at, self.not_before if self.step == "new" else np.inf)

    def again(self, wait: float = 0.0) -> None:
        """It is to be asked for."""
        if self.step != "gone":
            self.step, self.not_before = "new", self._monotonic() + wait

    def lost(self) -> None:
        """The connection has ended: what is held back has a hole before it that the next answer mends."""
        self._joined = False
        self._forget()
        self.again()

    def gone(self) -> None:
        """There is no such metric any more; its numbers mean nothing when it comes back."""
        self._give_up()
        self._joined, self.step, self._offset = False, "gone", None

    def back(self) -> None:
        """There is such a metric again."""
        if self.step == "gone":
            self.step = "new"
            self.again()

    # --- what comes

    def answered(self, answer: Message, part: Message) -> None:
        """The answer to the last request."""
        self.limited = 0
        series = labels_of(part["series"])
        times, values = samples_of(answer, part, len(series))
        same = answer["epoch"] == self._epoch
        if not self._joined or self._series_at < part["offset"]:
            self._series = series
        known, self._joined, self.step = self._joined, True, "live"
        held, torn = self._held, self._torn
        self._forget()
        if part["recovered"]:
            self._take(times, values, part["offset"], series, recovered=True)
        elif not (known and same and self._offset is not None and self._offset >= part["offset"]):
            self._begin(answer["epoch"], times, values, part["offset"], series)
        for event, payload in held:
            # The answer may already hold what came while it was waited for.
            if payload["o"] >= part["offset"] + (event == Event.SAMPLES):
                self.frame(event, payload)
        if torn:
            self._calm_at = self._monotonic() + CALM
        if self._missed:
            self._mend_soon()

    def frame(self, event: str, payload: Message) -> None:
        """`samples` or `series`."""
        if not self._joined and self.step != "asked":
            return
        if not self._joined or self._torn:
            self._hold(event, payload)
        elif event == Event.SERIES:
            self._series, self._series_at = labels_of(payload["series"]), payload["o"]
        else:
            self._follow(payload)

    def lagged(self) -> None:
        """All that was sent is here, but something was left out."""
        if self.step == "asked":
            self._missed = True
        elif self.step == "live":
            self.again()

    def top(self, offset: int) -> None:
        """The newest that there is."""
        if self.step != "live" or self._torn or self._offset is None or self._offset == offset:
            return
        if offset < self._offset:
            self._rejoin(counts_anew=True)
        else:
            self._mend_soon()

    # --- inside

    def _follow(self, payload: Message) -> None:
        try:
            times, values = samples_of(payload, payload, len(self._series))
        except ValueError:  # of other series than are known here
            self._rejoin()
            return
        before = payload["o"] - len(times)
        assert self._offset is not None, "an answer has told it"
        if payload["o"] <= self._offset:
            if times[0] > self._last:  # numbers that have been, and times that have not
                self._rejoin(counts_anew=True)
        elif before > self._offset:
            self._torn = True
            self._give_up_at = self._monotonic() + self._patience
            self._hold(Event.SAMPLES, payload)
            self._mend_soon()
        else:
            self._take(times, values, payload["o"], self._series)

    def _take(
        self, times: Times, values: Values, last: int, series: tuple[Labels, ...], recovered: bool = False
    ) -> None:
        """Hand on samples, the last of which has this number, less what was had."""
        before = last - len(times)
        known = before if self._offset is None else self._offset
        skip = max(0, known - before)
        if skip >= len(times):
            self._offset = max(known, last)
            return
        self._offset, self._last = last, int(times[-1])
        gap = max(0, before - known)
        self._hand_on(
            Batch(self.name, times[skip:], values[:, skip:], series, last, self._epoch, recovered=recovered, gap=gap)
        )

    def _hand_on(self, batch: Batch) -> None:
        emptied, self._emptied = self._emptied, False
        self._deliver(replace(batch, fresh=True) if emptied else batch)

    def _begin(self, epoch: str, times: Times, values: Values, offset: int, series: tuple[Labels, ...]) -> None:
        first, last = not self._epoch, self._last
        whole = Batch(self.name, times, values, series, offset, epoch, fresh=True, gap=0 if first else -1)
        self._epoch, self._offset = epoch, offset
        if not len(times):
            self._emptied = bool(self._window)
            return
        self._last = int(times[-1])
        if not self._window and self._last >= last:  # only what is new, unless the clock was set back
            whole = replace(whole.after(self._last if first else last), fresh=False)
        if len(whole):
            self._hand_on(whole)

    def _hold(self, event: str, payload: Message) -> None:
        self._held.append((event, payload))
        self._size += 1 if event == Event.SERIES else _count(payload) * (1 + len(self._series))
        if self._size > MOST_HELD:
            if self._torn:
                self._give_up()
            else:  # no answer yet; the hole is found and mended like any other
                self._held = [one for one in self._held if one[0] == Event.SERIES][-1:]
                self._size = len(self._held)

    def _give_up(self) -> None:
        """Go on with the newest."""
        held, torn = self._held, self._torn
        self._forget()
        if not torn:
            return
        for event, payload in held:
            if self._joined and event == Event.SAMPLES and self._offset is not None:
                before = payload["o"] - _count(payload)
                if before > self._offset:
                    self._jump(payload)
                    continue
            self.frame(event, payload)

    def _jump(self, payload: Message) -> None:
        try:
            times, values = samples_of(payload, payload, len(self._series))
        except ValueError:
            self._rejoin()
            return
        self._take(times, values, payload["o"], self._series)

    def _rejoin(self, counts_anew: bool = False) -> None:
        """What comes can't be read with what is known here."""
        self._joined, self._series_at = False, -1
        if counts_anew:
            self._offset = None
        self.again()

    def _mend_soon(self) -> None:
        wait = min(MEND_MOST, MEND_AFTER * 2**self._mends) * (1 + random.random())
        self._mend_at = min(self._mend_at, self._monotonic() + wait)

    def _forget(self) -> None:
        self._held, self._size, self._torn = [], 0, False
        self._give_up_at = self._mend_at = float("inf")


def _count(payload: Message) -> int:
    return payload["n"] if "b" in payload else len(payload["t"])
