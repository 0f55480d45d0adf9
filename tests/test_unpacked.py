"""What an earlier process had not packed: it reads like what is packed, before, while and after that is done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collectors.metric import Series
from dashboard.history.archive import BLOCK, Archive
from dashboard.history.database import NAME
from dashboard.history.directory import Key
from dashboard.history.expiry import Keep
from dashboard.history.slice import Slice
from dashboard.history.tiers import Tier
from dashboard.history.work import Append, Seal

START = 1_700_000_000_000 - 1_700_000_000_000 % 86_400_000
KEEP = Keep(10**12, 10**12, 10**12, 10**12, 2**40)
ALL = ("a", "b", "c")
END = START + 86_400_000


def archive(folder: Path) -> Archive:
    return Archive(folder, KEEP, lambda: START)


def key(number: int = 0) -> Key:
    return Key(f"m{number}.x", "", "gauge")


def samples(first: int, last: int, names: Iterable[str] = ALL) -> Slice:
    """One a second, from the `first`-th to before the `last`-th; each tells what it is of."""
    numbers = np.arange(first, last)
    series = tuple(Series((("name", name),)) for name in names)
    values = np.array([[1000.0 * ord(name) + number for number in numbers] for name in names])
    return Slice(last, START + 1000 * numbers, series, values)


def append(part: Slice, number: int = 0, offset: int | None = None) -> Append:
    return Append(key(number), part.offset if offset is None else offset, part.times, part.series, part.values)


def killed(folder: Path, *parts: Append, packed: int = 0) -> None:
    """Leave these in the journal, after so many seconds that are packed."""
    server = archive(folder)
    if packed:
        server.commit([append(samples(0, packed))], [Seal(key(), samples(0, packed), packed)])
    for part in parts:
        server.commit([part], [])
    server.close(clean=False)


def seen(server: Archive) -> list[Any]:  # Any: numbers, and lists of them
    """All that can be asked of the metric, of several spans and series."""
    found: list[Any] = [server.names(), server.first(key(), Tier.FULL), server.first(key(), Tier.MINUTE)]
    for start, end in ((0, END), (START + 95_000, START + 130_000), (START + 61_000, START + 185_000)):
        for wanted in (None, lambda one: one.name != "b"):
            whole = server.samples(key(), start, end, wanted)
            found += [
                whole.times.tolist(),
                dict(zip(whole.series, np.nan_to_num(whole.values).tolist(), strict=True)),
            ]
            for tier in (Tier.MINUTE, Tier.HOUR):
                series, sums = server.buckets(key(), tier, start, end, wanted)
                found += [series, sums.starts.tolist(), np.nan_to_num(sums.cells).tolist()]
            found.append(server.present(key(), Tier.FULL, start, end, wanted))
    return found


def cells(folder: Path) -> int:
    """How many samples of all series and sums stand in chunks."""
    with closing(sqlite3.connect(folder / NAME)) as base:
        count: int = base.execute("SELECT coalesce(sum(n * k), 0) FROM chunk").fetchone()[0]
        return count


@pytest.mark.parametrize("packed", [0, 100])
def test_it_reads_before_it_is_packed_as_it_does_afterwards(tmp_path: Path, packed: int) -> None:
    """Samples, sums, series and ends are the same, after chunks and without any, with series that come later."""
    killed(tmp_path, append(samples(packed, 150)), append(samples(150, 190, "bcd")), packed=packed)
    before = cells(tmp_path)
    server = archive(tmp_path)
    assert cells(tmp_path) == before
    found = seen(server)
    assert found[3] == [START + 1000 * number for number in range(190)]
    server.settle()
    assert cells(tmp_path) > before and seen(server) == found
    server.settle()
    server.close(clean=True)
    again = archive(tmp_path)
    assert seen(again) == found
    again.close(clean=True)


def test_a_commit_packs_it_and_lets_go_of_the_journal(tmp_path: Path) -> None:
    """After a commit or some it stands in chunks, and of the journal only what has come since is kept."""
    killed(tmp_path, append(samples(100, 190)), append(samples(0, 50), 1), packed=100)
    server = archive(tmp_path)
    found = seen(server)
    server.commit([append(samples(190, 191), offset=server.life * BLOCK + 1)], [])
    while server._backlog.waiting:
        server.commit([], [])
    assert seen(server) == found
    with server._database.reading() as db:
        assert db.execute("SELECT count(*) FROM journal").fetchone() == (1,)
    server.close(clean=False)
    again = archive(tmp_path)
    assert again.samples(key(), 0, END).times.tolist() == [START + 1000 * number for number in range(191)]
    again.close(clean=True)


def test_who_reads_while_it_is_packed_has_it_once(tmp_path: Path) -> None:
    """A connection that was opened before sees it in memory, one that is opened after in the file, neither twice."""
    killed(tmp_path, append(samples(100, 190)), packed=100)
    server = archive(tmp_path)
    waiting = dict(server._backlog.waiting)
    with server._database.reading() as old:
        old.execute("SELECT * FROM position").fetchall()
        with server._database.writing() as db:
            server._backlog.pack(db)
        number = server._directory.by_key[key()].id
        with server._database.reading() as new:
            for one in (old, new):
                assert len(server._chunks.samples(one, number, 0, END).times) == 190
    assert server._backlog.waiting == waiting
    server.close(clean=True)


def test_offsets_go_on_behind_it(tmp_path: Path) -> None:
    """Stopped in order, numbers go on where they were; killed, in a block that was never used."""
    server = archive(tmp_path)
    server.commit([append(samples(0, 100))], [Seal(key(), samples(0, 100), 100)])
    server.commit([append(samples(100, 190))], [])
    server.close(clean=True)
    server = archive(tmp_path)
    restored, whole = server.restore(key(), 60_000)
    assert (restored.offset, restored.times.tolist()) == (190, samples(129, 190).times.tolist())
    assert whole == 61
    server.close(clean=False)
    server = archive(tmp_path)
    restored, whole = server.restore(key(), 60_000)
    assert (restored.offset, len(restored.times), whole) == (server.life * BLOCK, 61, 0)
    server.close(clean=False)


def test_a_clock_that_was_set_back_between_two_kills_costs_nothing(tmp_path: Path) -> None:
    """What came before stands beside what came after, though the journal has both and neither was packed."""
    killed(tmp_path, append(samples(3600, 3660)))
    server = archive(tmp_path)
    with server._database.writing() as db:  # before it has packed anything
        server._write(db, [append(samples(0, 60), offset=server.life * BLOCK + 60)])
    server.close(clean=False)
    again = archive(tmp_path)
    found = again.samples(key(), 0, END)
    assert found.times.tolist() == [START + 1000 * number for number in (*range(60), *range(3600, 3660))]
    again.close(clean=True)


def test_a_disk_that_takes_nothing_hides_nothing(tmp_path: Path) -> None:
    """While it can't be packed it is read as before, and packed when that is possible again."""
    killed(tmp_path, append(samples(100, 190)), packed=100)
    server = archive(tmp_path)
    found = seen(server)
    server._database.writer.execute("PRAGMA query_only = 1")
    with pytest.raises(Exception, match="read-only"):
        server.commit([append(samples(190, 191))], [])
    assert seen(server) == found
    server._database.writer.execute("PRAGMA query_only = 0")
    server.commit([], [])
    assert not server._backlog.waiting and seen(server) == found
    server.close(clean=True)
