"""What brings memory to the disk, and puts up with a disk that does not take it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from collectors.metric import Metric
from collectors.sample import Batch
from dashboard.history.database import NAME, VERSION, StoreTooNew
from dashboard.history.keeper import TOLD_FOR
from dashboard.history.lock import FolderBusy
from dashboard.history.work import MOST_WAITING, OVERHEAD
from tests.lasting import START, Lasting, Rows, series

METRIC = Metric("a.b", labels=("name",))


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Lasting]:
    one = Lasting(tmp_path / "data")
    yield one
    one.close()


def rows(first: int, last: int) -> Rows:
    return {START + second * 1000: {"x": float(second)} for second in range(first, last + 1)}


def refuse(here: Lasting, refused: bool = True) -> None:
    """The file takes nothing, as when it is read-only, or takes what comes again."""
    assert here.keeper.archive is not None
    here.keeper.archive._database.writer.execute(f"PRAGMA query_only = {int(refused)}")


def damage(path: Path) -> None:
    """Spoil the pages with the chunks of a file that nobody has open, not those that are read at the start."""
    with closing(sqlite3.connect(path)) as db:
        pages = [
            root for (root,) in db.execute("SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'chunk' AND rootpage")
        ]
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * size)
            file.write(b"\xff" * size)


def test_a_trouble_is_told_once_and_cleared(here: Lasting) -> None:
    """That it can't be written is said when it begins and when it is over; what came meanwhile is written then."""
    key = here.declare(METRIC)
    here.publish("a.b", rows(0, 5))
    refuse(here)
    assert [here.keep() for _ in range(3)] == [False] * 3
    [(level, sentence)] = here.told
    assert level == "error"
    assert (
        sentence == "History is not being written: its folder is read-only. Live charts go on, and it is tried again."
    )
    here.publish("a.b", rows(6, 9))
    refuse(here, False)
    assert here.keep()
    assert here.told[1:] == [("info", "")]
    again = here.killed()
    assert again.all_of(key) == rows(0, 9)
    again.close()


def test_a_file_that_is_deleted_is_made_again(here: Lasting) -> None:
    """When somebody deletes the file, or the folder, all that memory has goes into a new one, and that is told."""
    key = here.declare(METRIC)
    here.publish("a.b", rows(0, 5))
    here.keep()
    epoch = here.history.epoch
    for last in (6, 7):
        here.publish("a.b", rows(last, last))
        if last == 6:
            (here.folder / NAME).unlink()
        else:
            shutil.rmtree(here.folder)
        assert here.keep()
        assert here.told[-1] == (
            "warning", "The file of the history was deleted: what was older than the memory is gone."
        )  # fmt: skip
    with pytest.raises(FolderBusy):
        Lasting(here.folder)
    here.time.elapsed += TOLD_FOR
    here.keep()
    assert here.told[-1] == ("info", "")
    again = here.killed()
    assert again.all_of(key) == rows(0, 7)
    assert again.history.epoch == epoch
    again.close()


def test_a_lost_log_of_writes_loses_nothing(here: Lasting) -> None:
    """When only the log beside the file is deleted, what stood in it goes into the file."""
    key = here.declare(METRIC)
    here.publish("a.b", rows(0, 5))
    here.keep()
    here.keep()
    (here.folder / f"{NAME}-wal").unlink()
    here.publish("a.b", rows(6, 6))
    here.keep()
    again = here.killed()
    assert again.all_of(key) == rows(0, 6)
    assert here.told == []
    again.close()


def test_a_file_that_is_damaged_while_it_is_in_use_is_set_aside(tmp_path: Path) -> None:
    """Pages that can't be read any more are noticed by who reads them; what is whole is kept, and writing goes on."""
    first = Lasting(tmp_path / "data")
    key = first.declare(METRIC)
    first.publish("a.b", rows(0, 5))
    first.close()
    first = Lasting(tmp_path / "data")  # packs what was in the journal
    first.close()
    damage(tmp_path / "data" / NAME)
    here = Lasting(tmp_path / "data")
    here.declare(METRIC)
    here.publish("a.b", rows(100, 105))
    here.time.now += 10**6
    for _ in range(3):
        here.keep()
    assert here.keeper.archive is not None and here.keeper.archive.aside is not None
    aside = here.keeper.archive.aside.name
    assert here.told[-1] == (
        "warning", f"The history was damaged. What could be read is kept; the damaged file is {aside}."
    )  # fmt: skip
    assert here.keep()
    again = here.killed()
    assert again.all_of(key) == rows(100, 105)
    again.close()
    assert (tmp_path / "data" / aside).exists()


def test_what_waits_is_bounded(here: Lasting) -> None:
    """While nothing can be written only so much waits; the oldest goes, and that is told when it is written again."""
    here.declare(METRIC)
    wide = tuple(series(str(one)) for one in range(500))
    refuse(here)
    portion = MOST_WAITING // 500 // 10
    for number in range(12):
        times = START + 1000 * np.arange(number * portion, (number + 1) * portion, dtype=np.int64)
        here.history.append(Batch("a.b", times, wide, np.ones((500, portion))))
        here.keep()
    work = here.history.take_work()
    assert sum(one.values.size + OVERHEAD for one in work.appends) == work.cells <= MOST_WAITING
    here.history.not_done(work)
    refuse(here, False)
    assert here.keep() and here.keep()  # when something can be written again, what is due is packed
    assert here.told[-1][0] == "warning" and "a part is lost" in here.told[-1][1]


def test_an_outage_may_be_longer_than_the_memory(here: Lasting) -> None:
    """What memory has let go of while nothing could be written still waits, and is packed with what it holds."""
    key = here.declare(METRIC)
    here.publish("a.b", rows(0, 10))
    here.keep()
    refuse(here)
    for first in range(11, 5000, 100):
        here.publish("a.b", rows(first, first + 99))
        here.time.now = START + first * 1000
        here.keep()
    refuse(here, False)
    assert here.keep() and here.keep()
    assert here.all_of(key) == rows(0, 5010)
    again = here.killed()
    assert again.all_of(key) == rows(0, 5010)
    again.close()


def test_a_newer_store_ends_the_start(tmp_path: Path) -> None:
    """What a newer Plotroom has written is no trouble that is lived with; the folder is free again."""
    Lasting(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / NAME)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    for _ in range(2):
        with pytest.raises(StoreTooNew):
            Lasting(tmp_path)


def test_a_folder_that_can_not_be_used_is_tried_again(tmp_path: Path) -> None:
    """Without a folder to write into it starts, says so, and writes as soon as there is one."""
    folder = tmp_path / "place" / "data"
    (tmp_path / "place").write_text("a file, not a folder")
    here = Lasting(folder)
    assert [level for level, _ in here.told] == ["error"]
    key = here.declare(METRIC)
    here.publish("a.b", rows(0, 5))
    assert not here.keep()
    (tmp_path / "place").unlink()
    assert here.keep()
    assert here.told[-1] == ("info", "")
    # Memory is as long as packing takes, though there was no archive when the metric was declared.
    here.publish("a.b", rows(6, 900))
    here.keep()
    again = here.killed()
    assert again.all_of(key) == rows(0, 900)
    again.close()


def test_a_file_that_is_opened_again_keeps_its_past(tmp_path: Path) -> None:
    """When a file is opened anew while memory has long let go of its first samples, what stands there stays."""
    here = Lasting(tmp_path / "data", memory=60)
    key = here.declare(METRIC)
    for first in range(0, 6000, 100):
        here.publish("a.b", rows(first, first + 99))
        here.time.now = START + (first + 100) * 1000
        assert here.keep()
    whole = here.all_of(key)
    assert len(whole) == 6000
    assert here.keeper.archive is not None
    for tail in ("-wal", "-shm"):
        here.keeper.archive.path.with_name(f"{NAME}{tail}").unlink(missing_ok=True)
    here.keep()
    assert here.keep() and here.keep()
    found = here.all_of(key)
    assert found.items() <= whole.items()
    assert len(found) > 5000  # what was in the log of writes alone is gone, and no more
    here.close()


@pytest.mark.parametrize("first", [3600, 18])
def test_a_series_that_leaves_over_a_leap_is_kept(here: Lasting, first: int) -> None:
    """After a sleep of the machine, or with a past that comes at once, a series that has gone is in the file."""
    key = here.declare(METRIC)
    before = rows(0, 9) | {START + second * 1000: {"x": float(second), "gone": 1.0} for second in range(5)}
    here.publish("a.b", before)
    assert here.keep()
    after = {START + (first + 7 * at) * 1000: {"x": float(at)} for at in range(400)}
    here.publish("a.b", after)
    here.time.now = max(after)
    assert here.keep()
    assert here.all_of(key) == before | after
    assert here.restart().all_of(key) == before | after


def test_samples_that_come_late_take_nothing_away(here: Lasting) -> None:
    """One sample far before the others, or a clock that is wrong for a moment, leaves in place what stands after it."""
    key = here.declare(METRIC)
    here.publish("a.b", rows(1000, 1199))
    here.publish("a.b", rows(900, 904))
    here.publish("a.b", rows(1200, 1300))
    here.time.now = START + 1_000_000_000
    assert here.keep() and here.keep()
    here.publish("a.b", rows(1301, 1400))
    here.time.now += 1_000_000_000
    assert here.keep() and here.keep()
    assert here.restart().all_of(key) == rows(1000, 1400) | rows(900, 904)
