"""Histories whose values tell what they have to be, what befalls them, and whether what is left is true."""

from __future__ import annotations

import math
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import numpy as np

from collectors.metric import Metric
from collectors.sample import Batch
from dashboard.history.database import NAME
from dashboard.history.directory import Key
from dashboard.history.reading import Span
from dashboard.history.slice import Slice
from dashboard.history.tiers import Aggregate, Tier
from tests.lasting import POINTS, START, HandClock, Lasting, series

SECOND = 1000
EVER = 2**50
AGGREGATES: tuple[Aggregate, ...] = ("min", "max", "last")
Befall = Callable[[Path, random.Random], None]


def value(metric: str, name: str, time: int) -> float:
    """What that series has at that time."""
    return float((time // SECOND * 7919 + sum(metric.encode()) * 131 + int(name) * 104_729) % 1_000_003)


def one_second(metric: str, second: int, width: int) -> Batch:
    """Its samples of one second."""
    time = START + second * SECOND
    values = np.array([[value(metric, str(one), time)] for one in range(width)])
    return Batch(metric, np.array([time], dtype=np.int64), tuple(series(str(one)) for one in range(width)), values)


def declare(here: Lasting, names: list[str]) -> None:
    for name in names:
        here.declare(Metric(name, labels=("name",)))


def publish(here: Lasting, names: list[str], second: int, width: int) -> None:
    here.time.now = START + second * SECOND
    for name in names:
        here.history.append(one_second(name, second, width))


def build(folder: Path, seconds: int = 1500, names: int = 3, width: int = 3) -> None:
    """A history of so many seconds as a server leaves it that was killed: chunks, a journal, and a log of writes."""
    work = folder.with_name(f"{folder.name}-before")
    here = Lasting(work, HandClock())
    metrics = [f"m{number}.x" for number in range(names)]
    declare(here, metrics)
    for second in range(seconds):
        publish(here, metrics, second, width)
        if second % 20 == 19:
            here.keep()
    here.keep()
    folder.mkdir()
    for tail in ("", "-wal"):
        shutil.copyfile(work / f"{NAME}{tail}", folder / f"{NAME}{tail}")
    here.close()
    shutil.rmtree(work)


def seconds_of(here: Lasting, key: Key) -> list[int]:
    """Which seconds a metric has; each value in each tier is what it has to be.

    Raises:
        AssertionError: something is there that never was.
    """
    assert here.keeper.archive is not None
    stored, held = here.keeper.archive.first(key, Tier.FULL), here.history.held(key)
    begins = [one for one in (stored, held.oldest if held else None) if one is not None]
    # Before the first samples an answer has sums.
    found = here.history.query(key, Span(min(begins, default=EVER), EVER, Tier.FULL), POINTS).samples
    _assert_true(key.name, found)
    for tier in (Tier.MINUTE, Tier.HOUR):
        for aggregate in AGGREGATES:
            asked = Span(0, EVER, tier, aggregate)
            _assert_within(key.name, here.history.query(key, asked, POINTS).samples, tier.width)
    return [(time - START) // SECOND for time in found.times.tolist()]


def _assert_true(metric: str, found: Slice) -> None:
    assert (np.diff(found.times) > 0).all()
    for one, row in zip(found.series, found.values.tolist(), strict=True):
        for time, seen in zip(found.times.tolist(), row, strict=True):
            if not math.isnan(seen):
                assert one.labels[0][0] == "lost" or seen == value(metric, one.name, time), (metric, one, time)


def _assert_within(metric: str, found: Slice, width: int) -> None:
    """Each is the value of some moment in its bucket."""
    assert (np.diff(found.times) > 0).all()
    for one, row in zip(found.series, found.values.tolist(), strict=True):
        for begin, seen in zip(found.times.tolist(), row, strict=True):
            if not math.isnan(seen) and one.labels[0][0] != "lost":
                moments = range(begin, begin + width, SECOND)
                assert any(seen == value(metric, one.name, time) for time in moments), (metric, one, begin)


def assert_goes_on(here: Lasting, second: int) -> None:
    """It takes new samples and has them after it was started again.

    Raises:
        AssertionError: it does not.
    """
    declare(here, ["m0.x", "new.x"])
    publish(here, ["m0.x", "new.x"], second, 4)
    assert any(here.keep() for _ in range(4)), here.told
    here.time.now += 10**6
    assert any(here.keep() for _ in range(4)), here.told
    again = here.restart()
    for name in ("m0.x", "new.x"):
        [key] = again.history.keys(name)
        assert second in seconds_of(again, key)
    again.close()


# --- what befalls a file


def truncate(path: Path, luck: random.Random) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(luck.choice([0, luck.randrange(size + 1), luck.randrange(size + 1)]))


def flip(path: Path, luck: random.Random) -> None:
    with path.open("r+b") as file:
        for _ in range(luck.choice([1, 1, 5, 100])):
            at = luck.randrange(path.stat().st_size)
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ 1 << luck.randrange(8)]))


def blank(path: Path, luck: random.Random) -> None:
    with path.open("r+b") as file:
        file.seek(luck.randrange(path.stat().st_size))
        file.write(bytes(luck.choice([512, 4096, 16_384, 65_536])))


def scribble(path: Path, luck: random.Random) -> None:
    with path.open("r+b") as file:
        file.seek(luck.randrange(path.stat().st_size))
        file.write(luck.randbytes(luck.choice([1, 16, 512, 16_384])))


def swap_pages(path: Path, luck: random.Random) -> None:
    data = bytearray(path.read_bytes())
    pages = len(data) // 16_384
    if pages < 2:
        return
    one, other = (luck.randrange(pages) * 16_384 for _ in range(2))
    data[one : one + 16_384], data[other : other + 16_384] = data[other : other + 16_384], data[one : one + 16_384]
    path.write_bytes(data)


def remove_log(path: Path, luck: random.Random) -> None:
    path.with_name(f"{NAME}-wal").unlink(missing_ok=True)


def delete_rows(path: Path, luck: random.Random) -> None:
    table = luck.choice(["meta", "metric", "series", "position", "chunk", "journal"])
    with closing(sqlite3.connect(path)) as db, db:
        db.create_function("luck", 0, luck.random)
        db.execute(f"DELETE FROM {table} WHERE luck() < ?", (luck.random(),))


def drop_table(path: Path, luck: random.Random) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"DROP TABLE {luck.choice(['meta', 'metric', 'series', 'position', 'chunk', 'journal'])}")


def change_rows(path: Path, luck: random.Random) -> None:
    table, column = luck.choice([
        ("meta", "value"), ("metric", "name"), ("metric", "width"), ("series", "labels"), ("series", "place"),
        ("position", "offset"), ("chunk", "first"), ("chunk", "metric"), ("chunk", "data"), ("journal", "data"),
        ("chunk", "id"), ("journal", "id"),
    ])  # fmt: skip
    new = luck.choice(["0", "7", "'text'", "x'00ff'", "9223372036854775807", f"{column} || 'x'"])
    with closing(sqlite3.connect(path)) as db, db:
        db.create_function("luck", 0, luck.random)
        with suppress(sqlite3.IntegrityError):  # a text in place of a number
            db.execute(f"UPDATE OR IGNORE {table} SET {column} = {new} WHERE luck() < ?", (luck.random(),))


BEFALLS: tuple[Befall, ...] = (
    truncate, flip, flip, blank, scribble, swap_pages, remove_log, delete_rows, drop_table, change_rows,
)  # fmt: skip
ON_LOGS: tuple[Befall, ...] = (truncate, flip, blank, scribble)


def befall(folder: Path, luck: random.Random) -> str:
    """One thing happens to a file of the folder; what it was."""
    if luck.random() < 0.5:  # its log of writes has gone into it
        with closing(sqlite3.connect(folder / NAME)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    log = folder / f"{NAME}-wal"
    if log.exists() and log.stat().st_size and luck.random() < 0.4:
        path, several = log, ON_LOGS
    else:
        path, several = folder / NAME, BEFALLS
    what = luck.choice(several)
    what(path, luck)
    return f"{what.__name__} {path.name}"
