"""Checks a collector as Plotroom would use it, and says which line to change: for tests of plugins, and for
`plotroom collectors check`.
"""

from __future__ import annotations

import inspect
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from collectors.base import Collector
from collectors.errors import CollectorError, Unavailable
from collectors.metric import Metric
from collectors.registry import Declaration
from collectors.sample import Batch
from collectors.sampler import Sampler, Table, configure
from collectors.streaming import Streamer

#: The server's default cap of series per metric.
MOST_SERIES = 500
#: Seconds to wait for what a stream pushes.
STREAM_TIME = 3.0

_UNIT_IN_NAME = re.compile(r"_(bytes|bits|seconds|ms|percent|ratio|celsius|hertz|total)$")
_DAY = 86_400_000


@dataclass(frozen=True)
class Finding:
    """Something to change.

    Attributes:
        level: `error`: it does not work; `warning`: it works, but not as people would expect.
        text: what is wrong and what to do.
        file: where the collector stands; "" when that is not known.
        line: the line to change, when it is known.
    """

    level: Literal["error", "warning"]
    text: str
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.level}: {self.text}" if where else f"{self.level}: {self.text}"


def check_collector(
    kind: type[Collector], tables: Sequence[Table] = (), sleep: Callable[[float], object] = time.sleep
) -> list[Finding]:
    """Detect, open, sample twice and close a collector, twice over; what is to be changed, [] when all is well.

    A metric function is checked by `check_collector(function.__collector__)`.

    Args:
        kind: the collector class.
        tables: its configurations, as in plotroom.toml; empty: what it detects on this machine.
        sleep: waits between the two samples.
    """
    return _Check(kind, tables, sleep).run()


class _Check:
    def __init__(self, kind: type[Collector], tables: Sequence[Table], sleep: Callable[[float], object]) -> None:
        self._kind = kind
        self._tables = tables
        self._sleep = sleep
        self._found: list[Finding] = []
        self._file = getattr(sys.modules.get(kind.__module__), "__file__", None) or ""
        self._lines = _lines_of(self._file)

    def run(self) -> list[Finding]:
        if self._declared() and self._detected():
            before = set(threading.enumerate())
            if self._sampled():
                self._opened_again()
            self._threads(before)
        return list(dict.fromkeys(self._found))

    def _declared(self) -> bool:
        """Lint what can be read off the declaration; False when it can't be used at all."""
        try:
            declaration = Declaration.of(self._kind)
        except CollectorError as error:
            self._add("error", str(error), self._line_of_class())
            return False
        if not declaration.metrics:
            self._add("error", "it declares no metric; give its class a Gauge or a Counter", self._line_of_class())
            return False
        described = all(metric.help for metric in declaration.metrics)
        if not declaration.help and not described:
            self._add("warning", "it has no docstring; one sentence on what it measures", self._line_of_class())
        for metric in declaration.metrics:
            self._lint(metric)
        return True

    def _lint(self, metric: Metric) -> None:
        line = self._line_of(metric.name)
        suffix = _UNIT_IN_NAME.search(metric.name)
        if suffix:
            better = metric.name[: suffix.start()]
            self._add("warning", f"metric {metric.name!r}: the unit belongs in unit=, so call it {better!r}", line)
        if metric.kind == "counter" and metric.unit.endswith("/s"):
            plain = metric.unit.removesuffix("/s")
            self._add(
                "error",
                f"counter {metric.name!r} has the unit {metric.unit!r}: give the running total in {plain!r}; "
                "Plotroom draws its rate per second",
                line,
            )

    def _detected(self) -> bool:
        if self._tables:
            return True
        try:
            tables = list(self._kind.detect())
        except Exception as error:  # whatever foreign code raises is a finding
            self._raised("detect()", error)
            return False
        found: list[object] = list(tables)
        for table in found:
            if not isinstance(table, Mapping):
                text = f"detect() gave a {type(table).__name__}; yield one mapping of options for each source"
                self._add("error", text, self._line_of_method("detect"))
                return False
            configure_error = _configure_error(self._kind, table)
            if configure_error:
                self._add("error", f"detect() gave options that it refuses: {configure_error}", None)
                return False
        if not tables:
            self._add("warning", "it detects nothing on this machine, so no sample was taken", None)
        return bool(tables)

    def _sampled(self) -> bool:
        """Open, collect twice, close."""
        pushed = threading.Event()
        streams = self._kind.stream is not Collector.stream
        sampler = Streamer(self._kind, self._tables, pushed.set) if streams else Sampler(self._kind, self._tables)
        if not self._try("open()", sampler.open):
            return False
        rounds: list[list[Batch]] = []
        for turn in range(2):
            if turn:
                self._sleep(min(self._kind.every, 1.0))
            taken = self._pushed(sampler, pushed) if isinstance(sampler, Streamer) else self._collected(sampler)
            if taken is None:
                break
            rounds.append(taken)
        else:
            self._compare(*rounds)
        return self._try("close()", sampler.close) and len(rounds) == 2

    def _collected(self, sampler: Sampler) -> list[Batch] | None:
        started, found = time.perf_counter(), list[Batch]()
        if not self._try("collect()", lambda: found.extend(sampler.collect(time.time_ns() // 1_000_000))):
            return None
        took = time.perf_counter() - started
        if took > self._kind.every:
            text = f"collect() took {took:.2g} s, longer than its interval of {self._kind.every:g} s; raise `every`"
            self._add("warning", text, self._line_of_method("collect"))
        return found

    def _pushed(self, sampler: Streamer, pushed: threading.Event) -> list[Batch] | None:
        came = pushed.wait(STREAM_TIME)
        pushed.clear()
        found = sampler.take()
        if not self._try("stream()", lambda: sampler.collect(0)):
            return None
        if not came:
            text = f"stream() pushed nothing within {STREAM_TIME:g} s; set metrics, then yield"
            self._add("warning", text, self._line_of_method("stream"))
        return found

    def _opened_again(self) -> None:
        sampler = Sampler(self._kind, self._tables)
        if self._try("open() after close()", sampler.open):
            self._try("close()", sampler.close)

    def _threads(self, before: set[threading.Thread]) -> None:
        for thread in set(threading.enumerate()) - before:
            thread.join(0.2)
            if thread.is_alive() and not thread.name.endswith(" stream"):
                text = f"thread {thread.name!r} still runs after close(); end it there"
                self._add("error", text, self._line_of_method("close"))

    def _compare(self, first: Sequence[Batch], second: Sequence[Batch]) -> None:
        for metric in self._kind.metrics():
            line = self._line_of(metric.name)
            own = [[batch for batch in batches if batch.metric == metric.name] for batches in (first, second)]
            if not any(own):
                text = f"metric {metric.name!r} was not set in two samples; set it in collect(), or take it out"
                self._add("warning", text, line)
            for text in _problems(metric, *own):
                self._add("error", f"metric {metric.name!r}: {text}", line)
            for text in _oddities(metric, *own):
                self._add("warning", f"metric {metric.name!r}: {text}", line)

    def _try(self, what: str, action: Callable[[], object]) -> bool:
        try:
            action()
        except Unavailable as error:
            self._add("warning", f"{what}: its source is not available here: {error.reason}", None)
            return False
        except Exception as error:  # whatever foreign code raises is a finding
            self._raised(what, error)
            return False
        return True

    def _raised(self, what: str, error: Exception) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == self._file]
        text = str(error) if isinstance(error, CollectorError) else f"{type(error).__name__}: {error}"
        self._add("error", f"{what}: {text}", lines[-1] if lines else None)

    def _add(self, level: Literal["error", "warning"], text: str, line: int | None) -> None:
        self._found.append(Finding(level, text, self._file, line))

    def _line_of(self, name: str) -> int | None:
        """Where `name` stands as a string: its declaration."""
        quoted = (f'"{name}"', f"'{name}'")
        start = self._line_of_class() or 1
        after = [number for number, text in self._lines if any(one in text for one in quoted)]
        return next((number for number in after if number >= start), after[0] if after else None)

    def _line_of_class(self) -> int | None:
        pattern = re.compile(rf"\s*class {re.escape(self._kind.__name__)}\b")
        # A metric function has no class of its own in the file; its decorator has its name.
        named = (f'"{self._kind.name}"', f"'{self._kind.name}'")
        own = [number for number, text in self._lines if pattern.match(text)]
        return min(own or [number for number, text in self._lines if any(one in text for one in named)], default=None)

    def _line_of_method(self, name: str) -> int | None:
        method = inspect.unwrap(getattr(self._kind, name))
        code = getattr(method, "__code__", None) or getattr(getattr(method, "__func__", None), "__code__", None)
        own = code is not None and code.co_filename == self._file
        return code.co_firstlineno if code is not None and own else self._line_of_class()


def _problems(metric: Metric, first: Sequence[Batch], second: Sequence[Batch]) -> Iterator[str]:
    now = time.time_ns() // 1_000_000
    for batch in (*first, *second):
        if len(batch.times) and abs(int(batch.times[-1]) - now) > 3660 * _DAY:
            yield f"the time {int(batch.times[-1])} is not near now ({now}); times are milliseconds since the epoch"
            return
    if metric.kind == "counter":
        before, after = _last(first), _last(second)
        if any(value < 0 for value in (*before.values(), *after.values())):
            yield "a counter is never negative; make it a Gauge"
        elif any(after[one] < value for one, value in before.items() if one in after):
            yield "a counter never falls; make it a Gauge, or give the running total"


def _oddities(metric: Metric, first: Sequence[Batch], second: Sequence[Batch]) -> Iterator[str]:
    before, after = _last(first), _last(second)
    if before and after and not before.keys() & after.keys():
        yield "its series are others in each sample; labels name things that stay, what changes is the value"
    most = metric.max_series or MOST_SERIES
    if len(after) > most:
        yield f"has {len(after)} series; beyond {most} they are refused: group or filter them"
    low, high = metric.limits
    for value in (*before.values(), *after.values()) if metric.kind == "gauge" else ():
        if (low is not None and value < low) or (high is not None and value > high):
            yield f"{value:g} is outside its limits {metric.limits}, so it is not seen"
            return


def _last(batches: Sequence[Batch]) -> dict[tuple[tuple[str, str], ...], float]:
    """The last value of each series, gaps left out."""
    found = {}
    for batch in batches:
        for series, row in zip(batch.series, batch.values, strict=True):
            known = row[~np.isnan(row)]
            if len(known):
                found[series.labels] = float(known[-1])
    return found


def _configure_error(kind: type[Collector], table: Table) -> str:
    try:
        configure(kind, table)
    except CollectorError as error:
        return str(error)
    return ""


def _lines_of(file: str) -> list[tuple[int, str]]:
    try:
        return list(enumerate(Path(file).read_text(encoding="utf-8").splitlines(), 1))
    except (OSError, UnicodeDecodeError):
        return []
