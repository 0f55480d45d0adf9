"""The stores that the benchmarks of the history fill and ask: ours, VictoriaMetrics, and a table of DuckDB."""

from __future__ import annotations

import json
import os
import sqlite3
import time
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from collectors.metric import Metric, Series
from collectors.sample import Batch, Times, Values
from dashboard.history.archive import Archive
from dashboard.history.database import NAME, checksum
from dashboard.history.directory import Key
from dashboard.history.expiry import Keep
from dashboard.history.slice import Slice
from dashboard.history.store import History
from dashboard.history.tiers import Tier
from dashboard.history.work import Seal
from dashboard.settings import HistorySettings
from dashboard.tasks import Clock
from tests.bench.history_data import Recorded

Numbers = npt.NDArray[np.int32]

HOUR = 3_600_000
DAY = 24 * HOUR
#: What is kept by default; the size alone has no bound.
KEEP = Keep(full=2 * DAY, fast=6 * HOUR, minute=30 * DAY, hour=730 * DAY, size=2**40)
#: Samples of one series in one line that VictoriaMetrics is given.
LINE = 50_000


class Ours:
    """A history whose clock is the data's: an hour passes as fast as it can be written.

    Args:
        folder: of the archive.
        begin: what the clock shows first, ms since the epoch.
    """

    def __init__(self, folder: Path, begin: int) -> None:
        self.now = begin
        self.archive = Archive(folder, KEEP, lambda: self.now)
        clock = Clock(wall=lambda: self.now / 1000, monotonic=lambda: self.now / 1000)
        self.history = History(HistorySettings(max_series=100_000), clock, archive=self.archive)

    def declare(self, data: Iterable[Recorded]) -> None:
        for one in data:
            self.history.declare(Metric(one.key.name, one.key.unit), one.every)

    def live(self, data: Sequence[Recorded]) -> None:
        """Append and commit second by second, as collectors and the keeper do."""
        for batches in seconds(data):
            for batch in batches:
                self.history.append(batch)
            self.now = max(int(batch.times[-1]) for batch in batches)
            self.keep()

    def keep(self) -> None:
        """One commit of the keeper's."""
        work = self.history.take_work()
        self.archive.commit(work.appends, work.seals + work.due)
        self.history.done(work)

    def pack(self, data: Iterable[Recorded], times: int = 600) -> None:
        """Put samples into chunks at once, so many times at a time."""
        for one in data:
            key = gauge(one.key)
            parts = [slice(low, low + times) for low in range(0, len(one.times), times)]
            seals = [
                Seal(key, Slice(part.stop, one.times[part], one.series, one.values[:, part]), part.stop)
                for part in parts
            ]
            for low in range(0, len(seals), 100):
                self.now = int(seals[low].samples.times[-1])
                self.archive.commit([], seals[low : low + 100])

    def finish(self) -> None:
        """Pack what waits, and close; the file is all there is then."""
        for name in self.archive.names():
            self.history.forget(name)
        self.keep()
        self.archive.close(clean=True)


class Victoria:
    """VictoriaMetrics over its HTTP API.

    Args:
        url: its address.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def add(self, data: Iterable[Recorded]) -> None:
        """Import samples as lines of JSON."""
        for one in data:
            for labels, row in zip(one.series, one.values, strict=True):
                solid = ~np.isnan(row)
                times, values = one.times[solid], row[solid]
                for low in range(0, len(times), LINE):
                    line = {
                        "metric": {"__name__": underscored(one.key.name), **labels.as_dict()},
                        "values": values[low : low + LINE], "timestamps": times[low : low + LINE],
                    }  # fmt: skip
                    self.post("/api/v1/import", orjson.dumps(line, option=orjson.OPT_SERIALIZE_NUMPY) + b"\n")

    def post(self, path: str, body: bytes) -> None:
        urllib.request.urlopen(urllib.request.Request(self._url + path, body), timeout=600).close()

    def settle(self, samples: int) -> None:
        """Wait until it has so many samples, all on the disk and merged."""
        deadline = time.monotonic() + 120
        while (held := self.rows()) != samples:
            if time.monotonic() > deadline:
                raise SystemExit(f"VictoriaMetrics holds {held} samples of {samples}")
            self._get("/internal/force_flush")
            time.sleep(0.5)
        self._get("/internal/force_merge")
        before, parts = 0, self._sum("vm_parts")
        while parts != before and time.monotonic() < deadline:
            time.sleep(2)
            before, parts = parts, self._sum("vm_parts")

    def range(self, name: str, start: int, end: int, points: int) -> int:
        """Ask for a chart, without the cache of earlier answers; how many bytes came."""
        asked = urllib.parse.urlencode({
            "query": underscored(name), "start": start / 1000, "end": end / 1000, "nocache": 1,
            "step": f"{max(1, round((end - start) / points))}ms",
        })  # fmt: skip
        return len(self._get(f"/api/v1/query_range?{asked}"))

    def rows(self) -> int:
        """How many samples it says that it has."""
        return self._sum("vm_rows")

    def _sum(self, name: str) -> int:
        """One of its metrics of its storage; they may be a second old."""
        lines = self._get("/metrics").decode().splitlines()
        return sum(int(float(line.split()[-1])) for line in lines if line.startswith(f'{name}{{type="storage/'))

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(self._url + path, timeout=600) as answer:
            body: bytes = answer.read()
            return body


class Duck:
    """A table of DuckDB: series by number, time, value; on one thread.

    Args:
        module: duckdb.
        path: of its file.
    """

    def __init__(self, module: ModuleType, path: Path) -> None:
        self._base: Any = module.connect(str(path), config={"threads": 1})  # Any: a module that is not always there
        self._base.execute("CREATE TABLE IF NOT EXISTS name (series INTEGER, metric VARCHAR, labels VARCHAR)")
        self._base.execute("CREATE TABLE IF NOT EXISTS sample (series INTEGER, time BIGINT, value DOUBLE)")
        self._series = 0

    def add(self, data: Iterable[Recorded], known: Mapping[str, Numbers] | None = None) -> None:
        """Insert samples in bulk, sorted by series and time, which packs best; `known` is what `names` gave before."""
        for one in data:
            numbers = self.names(one) if known is None else known[one.key.name]
            solid = ~np.isnan(one.values)
            series, times = np.nonzero(solid)
            self.insert(numbers[series], one.times[times], one.values[solid])

    def names(self, one: Recorded) -> Numbers:
        """Numbers for the series of a metric."""
        numbers = np.arange(self._series, self._series + len(one.series), dtype=np.int32)
        self._series += len(one.series)
        rows = [
            (int(number), one.key.name, json.dumps(s.labels)) for number, s in zip(numbers, one.series, strict=True)
        ]
        self._base.executemany("INSERT INTO name VALUES (?, ?, ?)", rows)
        return numbers

    def insert(self, series: Numbers, times: Times, values: Values) -> None:
        """One transaction."""
        rows = {"series": series, "time": times, "value": values}
        assert rows  # DuckDB finds the variable of that name
        self._base.execute("INSERT INTO sample SELECT series, time, value FROM rows")

    def range(self, name: str, start: int, end: int, points: int) -> int:
        """A chart: the least and the greatest value of each series in each step; how many rows came."""
        step = max(1, (end - start) * 2 // points)
        found = self._base.execute(
            "SELECT series, (time - ?) // ? AS step, min(value), max(value) FROM sample"
            " WHERE series IN (SELECT series FROM name WHERE metric = ?) AND time BETWEEN ? AND ?"
            " GROUP BY series, step ORDER BY series, step",
            [start, step, name, start, end],
        ).fetchnumpy()
        return len(found["series"])

    def close(self) -> None:
        self._base.execute("CHECKPOINT")
        self._base.close()


def gauge(key: Key) -> Key:
    """The key as that of a gauge: what was recorded is a rate already."""
    return Key(key.name, key.unit, "gauge")


def underscored(name: str) -> str:
    """A metric's name as Prometheus and its like want it."""
    return name.replace(".", "_")


def seconds(data: Sequence[Recorded]) -> Iterator[list[Batch]]:
    """The samples as they came, a second at a time."""
    first = min(int(one.times[0]) for one in data)
    last = max(int(one.times[-1]) for one in data)
    edges = np.arange(first, last + 1001, 1000)
    bounds = [np.searchsorted(one.times, edges).tolist() for one in data]
    for number in range(len(edges) - 1):
        batches = []
        for one, places in zip(data, bounds, strict=True):
            low, high = places[number], places[number + 1]
            if low < high:
                batches.append(Batch(one.key.name, one.times[low:high], one.series, one.values[:, low:high]))
        if batches:
            yield batches


def walks(name: str, series: int, length: int, end: int, seed: int = 1) -> Recorded:
    """A metric of random walks with three decimals, once a second for so many seconds, that ends at a time."""
    rng = np.random.default_rng(seed)
    values = np.round(1000 + np.cumsum(rng.normal(0, 1, (series, length)), axis=1), 3)
    times = end - 1000 * np.arange(length - 1, -1, -1, dtype=np.int64)
    names = tuple(Series((("of", str(number)),)) for number in range(series))
    return Recorded(Key(name, "", "gauge"), 1.0, times, names, values)


def multiply(archive: Archive, source: Recorded, names: Iterable[str]) -> None:
    """More metrics with the chunks of one, copied as they stand in the file: packing them again would take hours."""
    last = Slice(len(source.times), source.times[-1:], source.series, source.values[:, -1:])
    with archive._database.writing() as db:
        (old,) = db.execute("SELECT id FROM metric WHERE name = ?", (source.key.name,)).fetchone()
        rows = db.execute("SELECT tier, first, last, n, k, fast, data FROM chunk WHERE metric = ?", (old,)).fetchall()
    for name in names:
        key = Key(name, source.key.unit, "gauge")
        archive.commit([], [Seal(key, last, 1)])
        with archive._database.writing() as db:
            (new,) = db.execute("SELECT id FROM metric WHERE name = ?", (name,)).fetchone()
            db.execute("DELETE FROM chunk WHERE metric = ?", (new,))
            columns = "metric, tier, first, last, n, k, fast, data, sum"
            into = f"INSERT INTO chunk ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            db.executemany(into, [(new, *row, checksum(new, *row)) for row in rows])


def chunk_sizes(folder: Path) -> dict[Tier, tuple[int, int]]:
    """Of each tier: values, and bytes of its rows with their keys, as SQLite's file format counts them."""
    found = dict.fromkeys(Tier, (0, 0))
    query = "SELECT id, metric, tier, first, last, n, k, fast, sum, length(data) FROM chunk"
    with closing(sqlite3.connect(folder / NAME)) as base:
        for row, metric, tier, first, last, n, k, fast, kept, length in base.execute(query):
            cells, size = found[Tier(tier)]
            # A row has its length, its number, and a byte of type for each column (three for bytes); then two indices.
            table = 4 + 3 + 12 + sum(map(_width, (metric, tier, first, last, n, k, fast, kept))) + length
            indices = 2 * (6 + _width(row)) + sum(map(_width, (metric, tier, first, tier, fast, last)))
            found[Tier(tier)] = cells + n * k, size + table + indices
    return found


def used(folder: Path) -> int:
    """Bytes of the file that are in use: up to 5 MiB of it may be free for what comes next."""
    with closing(sqlite3.connect(folder / NAME)) as base:
        pages, free, size = (
            base.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)


def _width(number: int) -> int:
    """Bytes of an integer in a row of SQLite's."""
    if number in (0, 1):
        return 0
    return next((size for size in (1, 2, 3, 4, 6) if -(2 ** (8 * size - 1)) <= number < 2 ** (8 * size - 1)), 8)


def forget_pages(folder: Path) -> None:
    """Let the system forget what it holds of the files in a folder, so that the next read comes from the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            file = os.open(path, os.O_RDONLY)
            try:
                os.fsync(file)
                if hasattr(os, "posix_fadvise"):
                    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(file)


def folder_size(folder: Path, *patterns: str) -> int:
    """Bytes of the files below a folder whose paths have one of these in them."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return sum(path.stat().st_size for path in files if not patterns or any(one in str(path) for one in patterns))
