"""The scenario: what the server does, what a client has to do then, and what it has to hold in the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from collectors.metric import Series
from collectors.sample import Batch
from dashboard.conformance.program import Ended, Held, Program, key
from dashboard.conformance.room import EVERY, METRIC, Asked, House

#: Seconds for a client to start and to subscribe; to ask for what it has missed; to come back.
START_WITHIN, MEND_WITHIN, RETURN_WITHIN = 20.0, 15.0, 30.0
#: Seconds after which a client that was refused, or cut off, may be there again at the earliest.
PAUSE = 0.3
RETURN_AFTER = 0.05
#: Seconds for what was sent last to be read.
SETTLE = 0.4
#: Seconds between two looks whether the client has ended.
LOOK_EVERY = 0.25
#: ms between two samples.
STEP = round(EVERY * 1000)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One requirement.

    Attributes:
        requirement: what a client has to do.
        fault: what it has done instead; "" when it does what is required.
    """

    requirement: str
    fault: str = ""

    def __str__(self) -> str:
        return f"FAILED  {self.requirement}: {self.fault}" if self.fault else f"ok      {self.requirement}"


class Play:
    """One run of the client.

    Args:
        house: the server.
        program: the client.
        patience: seconds that it has to ask for what it has missed.
    """

    def __init__(self, house: House, program: Program, patience: float = MEND_WITHIN) -> None:
        self._house = house
        self._program = program
        self._patience = patience
        self._names = ["a", "b"]
        self._time = round(time.time() * 1000) - 60_000
        self._number = 0
        self._truth: Held = {}
        self._stages: dict[str, list[int]] = {}  # by requirement, the times that tell whether it is met
        self._seen = 0  # place in what the client has done, up to which it was looked at

    def first_run(self) -> Iterator[Verdict]:
        """One history, of which a client must miss nothing."""
        self.publish("holds the history from before it came", 20)
        yield self.came()
        self.publish("takes frames of JSON, one sample at a time", 3, size=1)
        self.publish("keeps gaps as gaps", 3, size=1, gap=True)
        self.publish("takes binary frames", 40, size=40)
        self._names.append("c")
        self.publish("takes another series from the moment at which it is there", 3, size=1)
        self._house.room.broadcast.tell_news()
        self.publish("ignores events that it does not know", 2, size=1)
        yield from self.lose()
        yield from self.refuse()
        yield from self.cut()
        self.late()
        self.set_back()
        yield from self.end()

    def second_run(self) -> Iterator[Verdict]:
        """Two histories, the second of which begins anew."""
        self.publish("", 20)
        came = self.came()
        if came.fault:
            yield came
        yield from self.begin_anew()
        self.publish("follows the new history", 3, size=1)
        yield from self.end(whole=False)  # what is older may be kept

    # --- what the server does

    def publish(
        self,
        requirement: str,
        count: int,
        *,
        size: int = 0,
        gap: bool = False,
        send: Callable[[Batch], object] | None = None,
    ) -> None:
        """Publish so many samples, `size` at a time, and remember what they show."""
        send = send or self._house.room.broadcast.publish
        times = [self._time + STEP * (1 + place) for place in range(count)]
        self._time = times[-1]
        self._stages.setdefault(requirement, []).extend(times)
        for start in range(0, count, size or count):
            some = times[start : start + (size or count)]
            send(self._batch(some, gap))
            if size:
                time.sleep(EVERY / 2)

    def came(self) -> Verdict:
        """The client starts."""
        asked = self._asked("subscribe", START_WITHIN)
        requirement = "subscribes over a WebSocket in the namespace /metrics"
        return Verdict(requirement, "" if asked else f"not within {START_WITHIN:g} seconds")

    def lose(self) -> Iterator[Verdict]:
        """Frames are left out, and `lagged` tells so."""
        before, requirement = self._house.room.offset, "holds what was left out for it when it was slow"
        self._now()
        self.publish(requirement, 5, send=self._house.room.broadcast.lose)
        self.publish(requirement, 1, size=1)
        self._house.room.broadcast.tell_lagged()
        yield self._resumes("asks for what `lagged` says it has missed, from where it was", before)

    def refuse(self) -> Iterator[Verdict]:
        """The same, but the server is busy."""
        room, requirement = self._house.room, "holds what was left out for it when the server was busy"
        room.broadcast.refuse = 1
        self._now()
        self.publish(requirement, 2, send=room.broadcast.lose)
        self.publish(requirement, 1, size=1)
        room.broadcast.tell_lagged()
        again = "asks again, after a pause, when the server is busy"
        first = self._asked("subscribe", self._patience)
        room.broadcast.refuse = 0
        second = self._asked("subscribe", self._patience)
        if first is None or second is None:
            yield Verdict(again, "it did not")
        else:
            wait = second.at - first.at
            yield Verdict(again, f"it did so after {wait:.2f} seconds" if wait < PAUSE else "")

    def cut(self) -> Iterator[Verdict]:
        """The connection breaks; samples come meanwhile."""
        time.sleep(SETTLE)
        before, requirement = self._house.room.offset, "holds what came while its connection was broken"
        self._now()
        cut_at = time.monotonic()
        self._house.cut()
        self.publish(requirement, 5)
        back = self._asked("connect", RETURN_WITHIN)
        returns = "comes back after its connection was broken, not at once"
        if back is None:
            yield Verdict(returns, f"it did not within {RETURN_WITHIN:g} seconds")
            return
        yield Verdict(returns, "it came without a pause" if back.at - cut_at < RETURN_AFTER else "")
        yield self._resumes("resumes: it gives the epoch, and the offset of its last sample", before)
        self.publish(requirement, 3, size=1)

    def late(self) -> None:
        """A sample comes that is older than the last ones."""
        self.publish("", 5, size=1)
        self._time += STEP // 2
        late = self._time - 4 * STEP
        self._stages["puts late samples in their places"] = [late, *(at for at in self._truth if at > late)]
        self._house.room.broadcast.publish(self._batch([late], False))

    def set_back(self) -> None:
        """The clock of the server is set back by five seconds: what is later than that is gone."""
        self.publish("", 80)
        time.sleep(SETTLE)
        self._time -= 5000
        self._truth = {at: row for at, row in self._truth.items() if at <= self._time}
        self.publish("goes on where a clock that was set back does", 3, size=1)

    def begin_anew(self) -> Iterator[Verdict]:
        """The server is restarted, without its history."""
        self._now()
        old = self._house.begin_anew()
        self._time += 10_000
        self._truth.clear()
        self._stages.clear()
        self.publish("takes the history of a server that was restarted for what it is", 10)
        old.close()
        asked = self._asked("subscribe", RETURN_WITHIN)
        if asked is None:
            yield Verdict("comes back to a server that was restarted", f"not within {RETURN_WITHIN:g} seconds")
        elif asked.recovered:
            yield Verdict("gives the epoch that it was told last", "its offset was taken for one of the new history")

    # --- the end

    def end(self, whole: bool = True) -> Iterator[Verdict]:
        """The client is asked for what it holds."""
        time.sleep(SETTLE)
        self._now()
        self._program.check()
        self._program.finish()
        left = self._house.wait_for(lambda one: one.what in ("unsubscribe", "disconnect"), self._seen, 1.0)
        yield Verdict("unsubscribes, or leaves, at its end", "" if left else "it did not")
        code = self._program.exit_code
        fault = "it had to be killed" if code is None else f"its exit code is {code}" if code else ""
        yield Verdict("ends when its input does", fault)
        try:
            held = self._program.held()
        except ValueError as error:
            yield Verdict("prints what it holds", str(error))
            return
        yield from self._compared(held, whole)

    def _compared(self, held: Held, whole: bool) -> Iterator[Verdict]:
        for requirement, times in self._stages.items():
            if requirement:
                yield Verdict(requirement, _difference(held, self._truth, times))
        if whole:
            first = min(self._truth)
            more = sorted(at for at in held if at not in self._truth and at >= first)
            fault = f"{len(more)} times that the server does not hold, the first is {more[0]}" if more else ""
            yield Verdict("holds nothing else, and nothing that was dropped when the clock was set back", fault)

    # --- inside

    def _batch(self, times: Sequence[int], gap: bool) -> Batch:
        rows = []
        for at in times:
            self._number += 1
            row = [None if gap and place == 0 else self._number + place / 8 for place in range(len(self._names))]
            self._truth[at] = {key({"name": name}): value for name, value in zip(self._names, row, strict=True)}
            rows.append([np.nan if value is None else value for value in row])
        series = tuple(Series((("name", name),)) for name in self._names)
        return Batch(METRIC, np.array(times, dtype=np.int64), series, np.array(rows, dtype=np.float64).T)

    def _now(self) -> None:
        """What the client has done before is not looked at any more."""
        self._seen = len(self._house.asked)

    def _asked(self, what: str, within: float) -> Asked | None:
        """The next time that the client does that."""
        deadline = time.monotonic() + within
        found = None
        while found is None and time.monotonic() < deadline:
            self._program.check()
            found = self._house.wait_for(lambda one: one.what == what, self._seen, LOOK_EVERY)
        if found is not None:
            self._seen = self._house.asked.index(found, self._seen) + 1
        return found

    def _resumes(self, requirement: str, since: int) -> Verdict:
        asked = self._asked("subscribe", self._patience)
        epoch = self._house.room.history.epoch
        if asked is None:
            return Verdict(requirement, f"it did not within {self._patience:g} seconds")
        if asked.since != since or asked.epoch != epoch:
            told = f"since {asked.since} of epoch {asked.epoch}, in place of since {since} of epoch {epoch}"
            return Verdict(requirement, f"it asked for what came {told}")
        return Verdict(requirement, "" if asked.recovered else "the server could not recover it")


def _difference(held: Held, truth: Held, times: Sequence[int]) -> str:
    """What of these times is not held as it should be; "" for nothing."""
    missing = [at for at in times if at not in held]
    if missing:
        return f"{len(missing)} of {len(times)} samples are missing, the first is that of {missing[0]}"
    for at in times:
        # A series that is not told at all has a gap.
        for series in {*truth[at], *held[at]}:
            if truth[at].get(series) != held[at].get(series):
                return f"at {at}, {series} is {held[at].get(series)}, in place of {truth[at].get(series)}"
    return ""


def judge(command: Sequence[str], patience: float = MEND_WITHIN) -> Iterator[Verdict]:
    """Run a client, and say of each requirement whether it is met.

    Args:
        command: what starts the client.
        patience: seconds that it has to ask for what it has missed.

    Raises:
        CannotStart: it can't be started.
    """
    runs: tuple[Callable[[Play], Iterator[Verdict]], ...] = (Play.first_run, Play.second_run)
    for run in runs:
        with House() as house:
            program = Program(command, house.url, METRIC)
            try:
                yield from run(Play(house, program, patience))
            except Ended as ended:
                yield Verdict("goes on until its input ends", str(ended))
            finally:
                program.kill()
