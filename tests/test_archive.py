"""The history on the disk, with the memory over it: what was published is there, whatever happens."""

from __future__ import annotations

import copy
import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from collectors.metric import Metric
from dashboard.history.kept import SEAL_AFTER
from dashboard.history.ring import OVERLAP
from dashboard.history.store import MARGIN
from tests.lasting import HandClock, Lasting, Row, Rows, rows_of

SECOND = 1000
#: ms of samples in memory.
MEMORY = round(MARGIN * SEAL_AFTER)


@dataclass
class Truth:
    """What one metric has to hold.

    Attributes:
        rows: what holds, by time.
        stale: by time, what a clock that was set back has taken out of memory; the archive may still have it.
        numbered: offset, time and row, of all that are numbered without a break.
        offset: of the last one.
    """

    rows: Rows = field(default_factory=dict)
    stale: dict[int, list[Row]] = field(default_factory=dict)
    numbered: list[tuple[int, int, Row]] = field(default_factory=list)
    offset: int = 0

    @property
    def newest(self) -> int:
        return self.numbered[-1][1] if self.numbered else 0

    def publish(self, rows: Rows, live: int) -> None:
        """Take new rows; `live` is the time of the last sample in memory, 0 if there is none."""
        first, fresh = min(rows), dict(rows)
        late = live and 0 <= live - first <= OVERLAP
        # A metric that begins again before where it had ended has a clock that was set back, too.
        newest = live or max(self.rows, default=0)
        if newest and first <= newest:
            dropped = {time: row for time, row in self.rows.items() if first <= time <= newest}
            if late:
                fresh = {time: dropped.get(time, {}) | rows.get(time, {}) for time in {*dropped, *rows}}
            else:
                for time, row in dropped.items():
                    self.stale.setdefault(time, []).append(row)
            self.rows = {time: row for time, row in self.rows.items() if time not in dropped}
            self.numbered = []
        for time, row in sorted(fresh.items()):
            self.offset += 1
            self.numbered.append((self.offset, time, row))
            if time in self.rows:  # it had come before the metric was forgotten
                self.stale.setdefault(time, []).append(self.rows[time])
            self.rows[time] = row


class Machine(RuleBasedStateMachine):
    """Two metrics of changing units, published to a history that is stopped, killed, and can't always write."""

    NAMES = ("a.one", "b.two")
    UNITS = ("", "s")

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._folder = Path(tempfile.mkdtemp(prefix="history-"))
        self.time = HandClock()
        self.here = Lasting(self._folder / "data", self.time)
        self.epoch = self.here.history.epoch
        self.units: dict[str, str] = {}
        self.live: dict[str, int] = {}
        self.truths: dict[tuple[str, str], Truth] = {}
        self.given: dict[str, int] = {}
        self.committed = copy.deepcopy(self.truths)
        self.waiting: set[tuple[str, str]] = set()  # metrics that have ended, until they are written
        self.fresh: set[tuple[str, str]] = set()  # metrics of which samples came since the last second
        self.refusing = False

    def teardown(self) -> None:
        if hasattr(self, "here"):
            self._allow()
            self.here.close()
            shutil.rmtree(self._folder)

    # --- what happens

    @rule(name=st.sampled_from(NAMES), unit=st.sampled_from(UNITS))
    def declare(self, name: str, unit: str) -> None:
        """A collector starts, perhaps measuring in another unit than before."""
        if self.units.get(name) != unit:
            if name in self.units:
                self.waiting.add((name, self.units[name]))
            self.units[name] = unit
            self.here.declare(Metric(name, unit=unit, labels=("name",)))
            self._go_on(name, unit)

    @precondition(lambda self: self.units)
    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        """A collector ends."""
        name = data.draw(st.sampled_from(sorted(self.units)))
        self.waiting.add((name, self.units[name]))
        self.here.history.forget(name)
        del self.units[name], self.live[name]

    @precondition(lambda self: self.units)
    @rule(
        data=st.data(),
        jump=st.one_of(st.just(1), st.integers(-1000, 1000).map(lambda one: one / 1000), st.integers(-900, 900)),
        count=st.sampled_from([1, 1, 3, 40, 170]),
        step=st.sampled_from([100, 1000, 1000, 7000]),
        names=st.sets(st.sampled_from("pqrst"), min_size=1),
    )
    def publish(self, data: st.DataObject, jump: float, count: int, step: int, names: set[str]) -> None:
        """Samples come: in order, late, after the clock was set, of other series than before."""
        name = data.draw(st.sampled_from(sorted(self.units)))
        live = self.live[name]
        first = (live or self.time.now) + round(jump * SECOND)
        value = self._random.randrange(10**6)
        rows = {
            first + at * step: {one: float(value + at + 1000 * place) for place, one in enumerate(sorted(names))}
            for at in range(count)
        }
        truth = self.truths[name, self.units[name]]
        truth.publish(rows, live)
        self.fresh.add((name, self.units[name]))
        offset = self.here.publish(name, rows)
        assert offset == truth.offset
        self.given[name] = offset
        self.live[name] = max(live, max(rows)) if live and 0 <= live - first <= OVERLAP else max(rows)
        self.time.now = max(rows)

    @rule()
    def keep(self) -> None:
        """A second is over."""
        if self.here.keep():
            assert not self.refusing
            self.waiting.clear()
            self.fresh.clear()
            self.committed = copy.deepcopy(self.truths)

    @rule(seconds=st.sampled_from([60, 400, 700]))
    def wait(self, seconds: int) -> None:
        """Time passes, so that samples are packed; then the next second is over."""
        self.time.now += seconds * SECOND
        self.keep()

    @rule()
    def refuse(self) -> None:
        """From now on the file takes nothing."""
        assert self.here.keeper.archive is not None
        self.here.keeper.archive._database.writer.execute("PRAGMA query_only = 1")
        self.refusing = True

    @precondition(lambda self: self.refusing)
    @rule()
    def allow(self) -> None:
        """The file takes again what comes."""
        self._allow()

    @rule()
    def stop(self) -> None:
        """Stopped in order, and started again: nothing is lost."""
        self._allow()
        self._start(self.here.restart)
        self.committed = copy.deepcopy(self.truths)

    @rule()
    def kill(self) -> None:
        """Killed, and started again: what was not committed is lost."""
        self.refusing = False
        self.truths = copy.deepcopy(self.committed)
        self._start(self.here.killed, numbered=False)

    def _start(self, start: Callable[[], Lasting], numbered: bool = True) -> None:
        units, self.units, self.live = self.units, {}, {}
        self.waiting.clear()
        self.fresh.clear()
        self.here = start()
        assert self.here.history.epoch == self.epoch
        for truth in self.truths.values():
            if not numbered:
                truth.numbered = []
        for name, unit in units.items():
            self.units[name] = unit
            self.here.declare(Metric(name, unit=unit, labels=("name",)))
            self._go_on(name, unit)

    def _go_on(self, name: str, unit: str) -> None:
        """A metric is declared: its numbers go on behind all that were given."""
        truth = self.truths.setdefault((name, unit), Truth())
        offset = self.here.history.offset(name)
        if offset != truth.offset or offset != self.given.get(name, 0):
            assert offset >= self.given.get(name, 0)
            truth.offset, truth.numbered = offset, []
        found = self.here.history.latest(name)
        self.live[name] = int(found.times[-1]) if len(found.times) else 0

    def _allow(self) -> None:
        if self.refusing and self.here.keeper.archive is not None:
            self.here.keeper.archive._database.writer.execute("PRAGMA query_only = 0")
        self.refusing = False

    # --- what holds

    @invariant()
    def everything_is_there(self) -> None:
        """All that was published is found, and nothing that was not."""
        for (name, unit), truth in getattr(self, "truths", {}).items():
            if (name, unit) in self.waiting:
                continue
            keys = [one for one in self.here.history.keys(name) if one.unit == unit]
            if not keys:
                assert not truth.rows
                continue
            [key] = keys
            found = self.here.all_of(key)
            for time, row in truth.rows.items():
                if (name, unit) in self.fresh and time < truth.newest - MEMORY:
                    continue  # memory has let go of it within a second, which has to be over first
                assert found.get(time) == row, f"{name} at {time}: {found.get(time)}, not {row}"
            for time in found.keys() - truth.rows.keys():
                assert found[time] in truth.stale.get(time, ()), f"{name} at {time}: {found[time]} was never there"

    @invariant()
    def clients_go_on(self) -> None:
        """Whoever has samples up to an offset gets exactly those after it, or is told to begin anew."""
        for name, unit in getattr(self, "units", {}).items():
            truth = self.truths[name, unit]
            held = [0, *(offset for offset, _, _ in truth.numbered)]
            for offset in {*self._random.sample(held, min(4, len(held))), truth.offset, self.given.get(name, 0)}:
                found = self.here.history.since(name, offset)
                if found is not None:
                    after = {time: row for number, time, row in truth.numbered if number > offset}
                    seen = rows_of(found)
                    assert seen.keys() == after.keys()
                    for time, row in seen.items():
                        # Series that had no values for as long as memory reaches have left it.
                        assert row == after[time] or (
                            time < truth.newest - MEMORY and row.items() <= after[time].items()
                        )
                    assert found.offset == truth.offset


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
