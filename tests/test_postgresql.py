"""What people make, kept in a real PostgreSQL of the test's own; skipped where there is none, or no driver for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from dashboard.client import Client
from dashboard.dashboards.document import Dashboard
from dashboard.dashboards.refusal import read
from dashboard.dashboards.store import Place, Store
from dashboard.dashboards.versions import Conflict, Unavailable, Unknown
from dashboard.people.circle import Circle
from dashboard.people.messages import Message, Messages, NoSuchMessage
from dashboard.people.person import Person
from dashboard.people.tables import Tables
from tests.server import QUIET, Server
from tests.test_dashboards_api import Desk

ADA, BEN = Person("a" * 32, "Ada", 1), Person("b" * 32, "Ben", 2)
#: JavaScript counts that far, and clients may ask with any such number.
LARGEST = 2**53


def programs() -> Path | None:
    """The folder of PostgreSQL's programs; Debian has it beside the path."""
    found = shutil.which("pg_ctl")
    return Path(found).parent if found else max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of an empty database, which only a socket in a folder leads to."""
    pytest.importorskip("psycopg")
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed")
    # Not pytest's own: the path of a socket has 107 characters at most, and another user has to get there.
    with TemporaryDirectory() as home:
        user = "nobody" if os.getuid() == 0 else None  # it refuses to run as root
        if user:
            shutil.chown(home, user)

        def run(*command: str) -> None:
            done = subprocess.run(command, user=user, cwd=home, capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stdout + done.stderr

        data = f"{home}/data"
        run(f"{folder}/initdb", "-D", data, "-U", "plotroom", "--auth=trust", "--no-sync", "--encoding=UTF8")
        options = f"-k {home} -c listen_addresses= -c fsync=off"
        # Its log is a file: it would keep a pipe open for as long as it runs.
        run(f"{folder}/pg_ctl", "-D", data, "-w", "-l", f"{home}/log", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://plotroom@/postgres?host={home}"
        finally:
            run(f"{folder}/pg_ctl", "-D", data, "-m", "immediate", "stop")


def board(title: str, slug: str = "web") -> Dashboard:
    return read({"slug": slug, "title": title, "panels": [{"metric": "system.cpu"}]})


def at_once(*actions: Callable[[], object]) -> list[Exception]:
    """Do all of it at the same moment; what was raised."""
    raised: list[Exception] = []
    barrier = threading.Barrier(len(actions))

    def act(action: Callable[[], object]) -> None:
        barrier.wait()
        try:
            action()
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=act, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_dashboards_are_kept(url: str) -> None:
    """Versions, conflicts, and bringing back are as in a file; no number or letter of a client is a failure."""
    store = Store(Place.of(url, Path()), lambda: 1_790_000_000_123)
    assert at_once(*[store_of(url).newest] * 4) == []
    store.save(board("One"), 0, "Ada")
    store.save(board("Two"), 1, "Be\0n")
    assert [(one.version, one.t, one.by) for one in store.history("web")] == [
        (2, 1_790_000_000_123, "Be\ufffdn"),
        (1, 1_790_000_000_123, "Ada"),
    ]
    assert store.find("web", 1).dashboard == board("One")
    for ask in (lambda: store.find("web", LARGEST), lambda: store.find("we\0b"), lambda: store.history("none")):
        with pytest.raises(Unknown):
            ask()
    for base in (1, LARGEST):
        with pytest.raises(Conflict):
            store.save(board("Three"), base, "")
    raised = at_once(*[lambda by=by: store_of(url).save(board(by), 2, by) for by in ("Ada", "Ben", "Cleo")])
    assert [type(one) for one in raised] == [Conflict, Conflict]
    store.delete("web", 3)
    assert (list(store.newest()), list(store.deleted())) == ([], ["web"])
    assert store.save(board("Back"), 0, "").version == 4
    store.close()


def store_of(url: str) -> Store:
    return Store(Place.of(url, Path()), lambda: 1)


def test_what_people_say_is_kept(url: str) -> None:
    """Messages, whispers and private rooms are as in a file, for who begins at the same moment, too."""
    opened: list[Tables] = []
    assert at_once(*[lambda: opened.append(Tables(url))] * 4) == []
    assert len({tables.epoch for tables in opened}) == 1
    tables = opened[0]
    circle, messages = Circle(tables), Messages(tables)
    assert circle.known(ADA, 1_790_000_000_123.5) == circle.known(ADA, 1.0) == ADA
    first, second = (circle.whisper(ADA, BEN.id, text, 1.0).id for text in ("one", "two"))
    assert [one.text for one in circle.whispers(BEN.id, first)] == ["two"]
    assert second > first and circle.whispers(BEN.id, LARGEST) == []
    room = circle.open(ADA, "Room").name
    circle.invite(room, BEN.id)
    said = [messages.add(Message(0, 0, room, ADA, 1.5, text, span=(1.0, 2.0))) for text in ("one", "tw\0o")]
    messages.edit(room, said[0].id, ADA, "uno")
    recent = messages.recent(room, since=1)
    assert recent.recovered and [(one.text, one.offset) for one in recent.messages] == [("uno", 3), ("tw\ufffdo", 2)]
    with pytest.raises(NoSuchMessage):
        messages.edit(room, LARGEST, ADA, "x")
    for person in (ADA, BEN):
        circle.quit(room, person.id)
    assert messages.recent(room).messages == []


def test_a_server_keeps_both_there(url: str, server: Callable[..., Server]) -> None:
    """With the two settings a server that has no file of them has what was made, and what was said, before."""
    room = server("--people-database", url, "--dashboards-database", url, config=QUIET)
    desk = Desk(room)
    assert desk.put("wall", title="Wall")[0] == 200
    desk.session.close()
    with Client(room.url) as client:
        client.join("overview", "Ada")
        client.say("overview", "hello")
    room.stop()
    room.start()
    with Client(room.url) as client:
        assert [one.text for one in client.join("overview", "Ben")] == ["hello"]
    assert room.json("/api/v1/dashboards/wall")["dashboard"]["title"] == "Wall"
    assert not list(room.data_dir.glob("*.db"))


def test_a_database_that_does_not_answer_is_told_in_a_sentence(url: str) -> None:
    """Without its password, which stands in the address."""
    away = Store(Place.of("postgresql+psycopg://ada:secret@127.0.0.1:1/x", Path()), lambda: 1)
    with pytest.raises(Unavailable, match=r"^the database of dashboards\.database can't be used now: ") as caught:
        away.newest()
    assert "secret" not in str(caught.value)
