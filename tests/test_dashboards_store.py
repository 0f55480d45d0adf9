"""Tests of dashboard/dashboards/store.py, on real files."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.event import listen, remove

from dashboard.dashboards import store as module
from dashboard.dashboards.document import Dashboard, as_bytes
from dashboard.dashboards.refusal import read
from dashboard.dashboards.store import Place, Store
from dashboard.dashboards.versions import Conflict, TooMany, Unavailable, Unknown, Version
from dashboard.sql import Unusable
from tests.server import ROOT

if sys.platform != "win32":
    import resource


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place.of("", tmp_path)


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    made = opened(place)
    yield made
    made.close()


def opened(place: Place) -> Store:
    """A store whose clock counts its questions."""
    ticks = count(1000)
    return Store(place, lambda: next(ticks))


def board(title: str = "Web", slug: str = "web", panels: int = 1) -> Dashboard:
    return read({"slug": slug, "title": title, "panels": [{"metric": "system.cpu"}] * panels})


def test_each_save_is_a_version(store: Store) -> None:
    """Versions count up, tell who and when, and can be looked at; the newest is the one that is shown."""
    assert store.save(board("One"), 0, "Ada") == Version(1, 1000, "Ada", "One", 1)
    assert store.save(board("Two", panels=3), 1, "") == Version(2, 1001, "", "Two", 3)
    assert store.find("web").dashboard == board("Two", panels=3)
    assert store.find("web", 1).dashboard.title == "One"
    assert [one.version for one in store.history("web")] == [2, 1]
    assert {slug: one.title for slug, one in store.newest().items()} == {"web": "Two"}


def test_what_is_as_it_was_is_no_version(store: Store) -> None:
    """Saving the same again answers the version that is there."""
    first = store.save(board(), 0, "Ada")
    assert store.save(board(), 1, "Bob") == first
    assert len(store.history("web")) == 1


def test_nobody_overwrites_what_they_have_not_seen(store: Store) -> None:
    """Who saves or deletes from another version than the newest is told of that, and nothing is changed."""
    store.save(board("One"), 0, "Ada")
    store.save(board("Two"), 1, "Bob")
    for base in (0, 1, 3):
        with pytest.raises(Conflict, match="the newest version of 'web' is 2, by Bob") as caught:
            store.save(board("Mine"), base, "Ada")
        assert caught.value.current is not None and caught.value.current.dashboard.title == "Two"
    with pytest.raises(Conflict):
        store.delete("web", 1)
    with pytest.raises(Conflict, match="there is no dashboard 'other'") as caught:
        store.save(board(slug="other"), 4, "")
    assert caught.value.current is None
    assert store.find("web").about.version == 2


def test_of_two_at_once_one_is_told(place: Place) -> None:
    """Of many who save on top of the same version at the same moment exactly one does; also of those who begin anew."""
    for base in (0, 1):
        barrier, done, conflicts = threading.Barrier(6), [], []

        def save(number: int, base: int = base) -> None:
            mine = opened(place)
            mine.newest()
            barrier.wait(20)  # noqa: B023 - the threads end within this turn
            try:
                done.append(mine.save(board(f"{base} {number}"), base, f"{number}"))  # noqa: B023 - the same
            except Conflict as error:
                conflicts.append(error)  # noqa: B023 - the same
            mine.close()

        threads = [threading.Thread(target=save, args=(number,)) for number in range(6)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert (len(done), len(conflicts)) == (1, 5)
        assert all(error.current and error.current.about.by == done[0].by for error in conflicts)


def test_the_oldest_versions_go(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many versions are kept; one that has gone is told to be no more."""
    for number in range(module.MOST_VERSIONS + 5):
        store.save(board(f"{number}"), number, "")
    kept = [one.version for one in store.history("web")]
    assert kept == list(range(module.MOST_VERSIONS + 5, 5, -1))
    with pytest.raises(Unknown, match="no version 5 of a dashboard 'web'"):
        store.find("web", 5)


def test_versions_take_no_more_than_so_much(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of large ones fewer are kept; the newest always is."""
    monkeypatch.setattr(module, "MOST_KEPT", 3 * len(as_bytes(board("0"))))
    for number in range(5):
        store.save(board(f"{number}"), number, "")
    assert [one.version for one in store.history("web")] == [5, 4, 3]
    store.save(board("x", panels=50), 5, "")
    assert [one.version for one in store.history("web")] == [6]


def test_lists_leave_the_dashboards_where_they_are(store: Store, place: Place) -> None:
    """Titles are told without reading documents, which are large: not even one that is missing is noticed."""
    asked: list[str] = []
    listen(Engine, "before_cursor_execute", note := lambda *all: asked.append(all[2]))
    try:
        store.save(board(), 0, "")
        del asked[:]
        assert store.newest() and store.history("web")
    finally:
        remove(Engine, "before_cursor_execute", note)
    assert asked and not any("document" in one for one in asked)


def test_a_deleted_dashboard_can_be_brought_back(store: Store) -> None:
    """It is in no list, its versions stay, and one that is made in its place counts on."""
    store.save(board("One"), 0, "")
    store.save(board("Two"), 1, "")
    store.delete("web", 2)
    assert store.newest() == {}
    assert {slug: one.version for slug, one in store.deleted().items()} == {"web": 2}
    with pytest.raises(Unknown, match="there is no dashboard 'web'"):
        store.find("web")
    with pytest.raises(Unknown):
        store.delete("web", 2)
    with pytest.raises(Conflict, match="deleted meanwhile"):
        store.save(board("Late"), 2, "")
    assert store.save(store.find("web", 1).dashboard, 0, "").version == 3
    assert [one.title for one in store.history("web")] == ["One", "Two", "One"]
    assert store.deleted() == {}


def test_deleted_ones_are_forgotten_in_the_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of deleted dashboards so many are remembered, those that were deleted last."""
    monkeypatch.setattr(module, "MOST_GONE", 3)
    for number in range(5):
        store.save(board(slug=f"d{number}"), 0, "")
        store.delete(f"d{number}", 1)
    assert [len(store.history(f"d{number}")) for number in range(2, 5)] == [1, 1, 1]
    for number in range(2):
        with pytest.raises(Unknown):
            store.history(f"d{number}")


def test_there_are_never_too_many(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new dashboard past the bound is refused; those that are there can be saved, and deleting makes room."""
    monkeypatch.setattr(module, "MOST", 2)
    for slug in ("a", "b"):
        store.save(board(slug=slug), 0, "")
    with pytest.raises(TooMany, match="delete one first"):
        store.save(board(slug="c"), 0, "")
    assert set(store.newest()) == {"a", "b"}
    store.save(board("New", slug="a"), 1, "")
    store.delete("b", 1)
    assert store.save(board(slug="c"), 0, "").version == 1


def test_an_idle_store_leaves_the_disk_alone(store: Store, place: Place) -> None:
    """As long as nobody writes, the list is given without opening the file; what others write is seen at once."""
    assert store.newest() == {}
    other = opened(place)
    other.save(board("One"), 0, "")
    assert place.file is not None
    for title in ("One", "Two"):
        assert store.newest()["web"].title == title
        before = place.file.parent.stat().st_mtime_ns
        assert [store.newest()["web"].title for _ in range(5)] == [title] * 5
        assert place.file.parent.stat().st_mtime_ns == before
        if title == "One":
            other.save(board("Two"), 1, "")
    other.delete("web", 2)
    assert store.newest() == {}
    other.close()


def test_nobody_else_on_this_machine_can_read_it(store: Store, place: Place) -> None:
    """The file is its owner's alone."""
    store.newest()
    assert place.file is not None
    assert stat.S_IMODE(place.file.stat().st_mode) == 0o600


KILLED = """
import sys, pathlib, time
from dashboard.dashboards.refusal import read
from dashboard.dashboards.store import Place, Store
store = Store(Place.of("", pathlib.Path(sys.argv[1])), lambda: time.time_ns() // 1_000_000)
for number in range(10_000):
    store.save(read({"slug": "web", "title": f"{number}"}), number, "")
    print(number + 1, flush=True)
"""


def test_what_was_saved_outlives_a_kill(place: Place, tmp_path: Path) -> None:
    """A process that is killed in the middle of saving has kept every version that it had told of."""
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            told = int(line)
            if told == 25:
                break
        process.send_signal(signal.SIGKILL)
        told = max([told, *(int(line) for line in process.stdout)])
    with closing(opened(place)) as after:
        newest = after.find("web")
        assert told <= newest.about.version <= told + 1
        assert newest.dashboard.title == f"{newest.about.version - 1}"
        assert [one.version for one in after.history("web")] == list(range(newest.about.version, 0, -1))


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file can grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def test_a_full_disk_is_told_and_harms_nothing(store: Store, place: Place) -> None:
    """What can't be written is refused by a sentence that names the file; what was there stays, and grows later."""
    store.save(board("One"), 0, "")
    assert place.file is not None

    def fill() -> None:
        for number in range(1, 50):
            store.save(read({"slug": "web", "title": f"{number}", "description": "x" * 2000}), number, "")

    with full_disk(os.path.getsize(place.file)), pytest.raises(Unavailable) as caught:
        fill()
    assert str(place.file) in str(caught.value) and "can't be used now" in str(caught.value)
    newest = store.find("web").about.version
    assert store.save(board("Two"), newest, "").version == newest + 1


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda path: path.write_bytes(b"no database at all" * 500), "is damaged"),
        (lambda path: (path.unlink(), path.mkdir()), "can't be used now"),
    ],
    ids=["damaged", "folder"],
)
def test_a_spoilt_file_is_told_and_mended_without_a_restart(
    place: Place, spoil: Callable[[Path], object], sentence: str
) -> None:
    """What can't be opened is told by a sentence; once it is moved away, the same store begins a new one."""
    assert place.file is not None
    with closing(opened(place)) as store:
        store.save(board(), 0, "")
        store.close()
        spoil(place.file)
        for _ in range(2):
            with pytest.raises(Unavailable, match=sentence):
                store.newest()
        place.file.rename(place.file.with_name("aside"))
        for beside in place.file.parent.glob("dashboards.db-*"):
            beside.unlink()
        assert store.newest() == {}
        assert store.save(board(), 0, "").version == 1


def test_a_busy_database_is_told(store: Store, place: Place) -> None:
    """While somebody else holds the file, saving is refused after a second; reading goes on."""
    store.save(board("One"), 0, "")
    assert place.file is not None
    with closing(sqlite3.connect(place.file, isolation_level=None)) as busy:
        busy.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="locked"):
            store.save(board("Two"), 1, "")
        assert store.find("web").dashboard.title == "One"
        busy.execute("ROLLBACK")
    assert store.save(board("Two"), 1, "").version == 2


def test_a_version_that_is_no_dashboard_any_more_is_told(store: Store, place: Place) -> None:
    """One that another Plotroom has written, or a hand, is told by its number; others are read, new ones saved."""
    store.save(board("One"), 0, "")
    store.save(board("Two"), 1, "")
    assert place.file is not None
    with closing(sqlite3.connect(place.file)) as db, db:
        db.execute("UPDATE dashboard_versions SET document = '{\"later\": 1}' WHERE version = 2")
    with pytest.raises(Unavailable, match="version 2 of 'web' can't be read"):
        store.find("web")
    assert store.find("web", 1).dashboard.title == "One"
    assert store.save(board("Three"), 2, "").version == 3
    assert store.find("web").dashboard.title == "Three"


def test_a_wrong_address_is_told_by_its_setting(tmp_path: Path) -> None:
    """An address that SQLAlchemy does not take stops the start."""
    with pytest.raises(Unusable, match=r"^dashboards\.database: "):
        Place.of("no address", tmp_path)


def test_a_missing_driver_is_named_with_what_installs_it(tmp_path: Path) -> None:
    """A driver that is not there is a sentence, and no traceback."""
    sentence = r"^dashboards\.database: the driver .* 'MySQLdb'\); .*`pip install 'plotroom\[postgresql\]'`"
    with pytest.raises(Unusable, match=sentence):
        Place.of("mysql://host/name", tmp_path)
