"""Tests of dashboard/dashboards/files.py and boards.py: a folder of files, and all dashboards together."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.dashboards import files as module
from dashboard.dashboards.boards import Boards, ReadOnly
from dashboard.dashboards.document import Dashboard
from dashboard.dashboards.files import Files, Look
from dashboard.dashboards.refusal import Wrong, read
from dashboard.dashboards.store import Place, Store
from dashboard.dashboards.versions import Unavailable, Unknown
from dashboard.tasks import threads

TOML = 'title = "{}"\n[[panels]]\nmetric = "system.cpu"\n'
HOUR = 3_600_000_000_000


def put(path: Path, text: str) -> None:
    """Write a file that is an hour old: no editor is in the middle of it."""
    path.write_text(text, encoding="utf-8")
    put.count += 1  # type: ignore[attr-defined]  # two texts of one length within a tick of the clock differ by that
    at = os.stat(path).st_mtime_ns - HOUR + put.count  # type: ignore[attr-defined]  # the same
    os.utime(path, ns=(at, at))


put.count = 0  # type: ignore[attr-defined]  # rides on the function


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "boards"
    made.mkdir()
    return made


def titles(look: Look) -> dict[str, str]:
    return {slug: one.dashboard.title for slug, one in look.found.items()}


def test_the_files_of_a_folder_are_dashboards(folder: Path) -> None:
    """Both forms are read; the name is the slug where the file says none; other and hidden files are left alone."""
    put(folder / "web.toml", TOML.format("Web"))
    put(folder / "other.json", '{"slug": "mine", "title": "Mine"}')
    for name in ("notes.txt", ".hidden.toml", "_draft.toml"):
        put(folder / name, "no dashboard")
    (folder / "sub.toml").mkdir()
    look = Files(folder).look()
    assert titles(look) == {"web": "Web", "mine": "Mine"}
    assert look.faults == {}
    assert look.found["web"].t == (folder / "web.toml").stat().st_mtime_ns // 1_000_000


def test_a_file_that_changes_is_read_again_and_what_is_wrong_keeps_the_last_good_one(folder: Path) -> None:
    """A broken file is told by its name and its place, and what it held before stays until it is right or gone."""
    files, path = Files(folder), folder / "web.toml"
    put(path, TOML.format("One"))
    assert titles(files.look()) == {"web": "One"}
    put(path, TOML.format("Two"))
    assert titles(files.look()) == {"web": "Two"}
    put(path, TOML.format("Bad") + 'kind = "pie"\n')
    for _ in range(2):
        look = files.look()
        assert titles(look) == {"web": "Two"}
        assert look.faults["web.toml"].startswith("panels.0.kind: 'pie' is not valid")
    put(path, TOML.format("Three"))
    assert files.look() == Look({"web": files.look().found["web"]}, {})
    assert titles(files.look()) == {"web": "Three"}
    path.unlink()
    assert files.look() == Look({}, {})


def test_only_what_has_changed_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at files that are as they were reads none of them."""
    put(folder / "a.toml", TOML.format("A"))
    put(folder / "b.toml", TOML.format("B"))
    opened: list[str] = []
    whole = module.read_file

    def read_and_note(path: Path) -> Dashboard:
        opened.append(path.name)
        return whole(path)

    monkeypatch.setattr(module, "read_file", read_and_note)
    files = Files(folder)
    files.look()
    files.look()
    put(folder / "b.toml", TOML.format("C"))
    files.look()
    assert opened == ["a.toml", "b.toml", "b.toml"]


def test_a_file_that_is_being_written_is_no_fault(folder: Path) -> None:
    """What is wrong in a file that has changed just now is told when it is still wrong a moment later."""
    now = [0]
    files, path = Files(folder, now=lambda: now[0]), folder / "web.toml"
    path.write_text("title = ")
    now[0] = path.stat().st_mtime_ns + 1
    assert files.look() == Look({}, {})
    now[0] += 2_000_000_000
    assert "no valid TOML" in files.look().faults["web.toml"]


def test_slugs_are_taken_once(folder: Path) -> None:
    """A second file of the same slug, and one of Plotroom's own, are told; the first by name is shown."""
    put(folder / "a.toml", 'slug = "web"\n' + TOML.format("A"))
    put(folder / "b.toml", 'slug = "web"\n' + TOML.format("B"))
    put(folder / "cpu.toml", TOML.format("CPU"))
    look = Files(folder, {"cpu"}).look()
    assert titles(look) == {"web": "A"}
    assert look.faults["b.toml"] == "slug: 'web' is that of a.toml, too; choose another"
    assert look.faults["cpu.toml"] == "slug: 'cpu' is Plotroom's own; take another"


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda path: path.write_bytes(b"\xff\xfe"), "no text in UTF-8"),
        (lambda path: path.write_text("x" * (module.MAX_FILE + 1)), "more than"),
        (lambda path: path.write_text(""), "title: is missing"),
        (
            lambda path: path.write_text("window = " + "9" * 5000),
            "it is no valid TOML: a whole number has more than 64",
        ),
        (lambda path: path.write_text("window = 0x" + "f" * 5000), "it is no valid TOML: a whole number has more than"),
        (lambda path: path.symlink_to(path), "it can't be read: Too many levels of symbolic links"),
    ],
)
def test_files_that_are_none_are_told(folder: Path, spoil: Callable[[Path], object], sentence: str) -> None:
    """Binary, huge and empty files, too large numbers, links to themselves: all get a sentence and harm no other."""
    spoil(folder / "bad.toml")
    put(folder / "good.toml", TOML.format("Good"))
    files = Files(folder, now=lambda: 2**62)
    look = files.look()
    assert titles(look) == {"good": "Good"}
    assert sentence in look.faults["bad.toml"]
    (folder / "bad.toml").unlink()
    assert files.look().faults == {}


def test_a_folder_that_is_not_there_is_told(folder: Path) -> None:
    """A missing folder has no dashboards; when it is made, they are there."""
    files = Files(folder / "later")
    assert files.look() == Look({}, {"": f"there is no folder {folder / 'later'}"})
    (folder / "later").mkdir()
    put(folder / "later" / "web.toml", TOML.format("Web"))
    assert titles(files.look()) == {"web": "Web"}


# --- all together


class World:
    """Boards over a folder and a store, with what they tell."""

    def __init__(self, tmp_path: Path, folder: Path, **options: Any) -> None:  # Any: options of Boards
        self.place = Place.of("", tmp_path)
        self.store = Store(self.place, lambda: 1000)
        self.told: list[dict[str, Any]] = []
        self.said: list[str] = []
        self.boards = Boards(
            self.store,
            Files(folder),
            threads(),
            reserved={"cpu"},
            tell=self.told.append,
            stand=self.said.append,
            **options,
        )


@pytest.fixture
def world(tmp_path: Path, folder: Path) -> Iterator[World]:
    made = World(tmp_path, folder)
    yield made
    made.store.close()


def saved(title: str, slug: str = "web") -> Any:
    return read({"slug": slug, "title": title})


def test_saved_ones_and_files_are_one_list(world: World, folder: Path) -> None:
    """By title; a file goes before a saved one of its slug, which is there again when the file has gone."""
    put(folder / "alpha.toml", TOML.format("alpha"))
    assert [one.slug for one in world.boards.entries()] == ["alpha"]
    world.boards.save(saved("Beta"), 0, "Ada")
    put(folder / "web.toml", TOML.format("Zeta"))
    world.boards.look()
    listed = [(one.slug, one.title, one.origin, one.editable) for one in world.boards.entries()]
    assert listed == [("alpha", "alpha", "file", False), ("web", "Zeta", "file", False)]
    with pytest.raises(ReadOnly, match=r"web\.toml"):
        world.boards.save(saved("Mine"), 1, "")
    with pytest.raises(ReadOnly):
        world.boards.delete("web", 1)
    with pytest.raises(Unknown, match=r"is the file web\.toml"):
        world.boards.find("web", 1)
    (folder / "web.toml").unlink()
    world.boards.look()
    assert world.boards.find("web")[0].title == "Beta"


def test_every_change_is_told_once(world: World, folder: Path) -> None:
    """Saving, deleting, files that come, change and go, and what another process saves: one event each."""
    boards = world.boards
    assert boards.entries() == []
    boards.save(saved("One"), 0, "Ada")
    boards.save(saved("One"), 1, "Ada")  # as it was
    put(folder / "a.toml", TOML.format("A"))
    boards.look()
    boards.look()
    put(folder / "a.toml", TOML.format("B"))
    boards.look()
    (folder / "a.toml").unlink()
    other = Store(world.place, lambda: 2000)
    other.save(saved("Other", "other"), 0, "Bob")
    other.close()
    boards.look()
    boards.delete("web", 1)
    told = [(one["slug"], one.get("title", "gone")) for one in world.told]
    assert told == [("web", "One"), ("a", "A"), ("a", "B"), ("a", "gone"), ("other", "Other"), ("web", "gone")]
    assert world.told[0] == {
        "slug": "web", "title": "One", "version": 1, "t": 1000, "by": "Ada", "origin": "store", "panels": 0,
        "editable": True,
    }  # fmt: skip


def test_reserved_slugs_and_locked_boards_are_refused(world: World, tmp_path: Path, folder: Path) -> None:
    """Nobody saves over Plotroom's own dashboards, and nobody at all where that is switched off."""
    with pytest.raises(Wrong, match="slug: 'cpu' is a dashboard of Plotroom's own"):
        world.boards.save(saved("Mine", "cpu"), 0, "")
    world.boards.save(saved("One"), 0, "")
    locked = World(tmp_path, folder, editable=False)
    assert [one.editable for one in locked.boards.entries()] == [False]
    with pytest.raises(ReadOnly, match=r"dashboards\.editable"):
        locked.boards.save(saved("Two"), 1, "")
    locked.store.close()
    nowhere = Boards(None, None, threads())
    assert nowhere.entries() == []
    with pytest.raises(Unknown):
        nowhere.find("web")


def test_a_folder_that_hangs_keeps_nobody_from_saving(tmp_path: Path, folder: Path) -> None:
    """While a look at the folder waits for a dead disk, dashboards are listed, saved and read."""
    hang, asked = threading.Event(), threading.Event()

    class Dead(Files):
        def look(self) -> Look:
            asked.set()
            hang.wait(30)
            return super().look()

    store = Store(Place.of("", tmp_path), lambda: 1000)
    boards = Boards(store, Dead(folder), threads())
    put(folder / "a.toml", TOML.format("A"))
    looking = threading.Thread(target=boards.look)
    looking.start()
    assert asked.wait(10)
    assert boards.entries() == []
    boards.save(saved("One"), 0, "")
    assert boards.find("web")[0].title == "One"
    boards.look()
    hang.set()
    looking.join()
    boards.look()
    assert [one.slug for one in boards.entries()] == ["a", "web"]
    store.close()


def test_trouble_is_said_until_it_is_over(world: World, folder: Path) -> None:
    """A wrong file and a damaged database are one sentence, said once; the list stays; when all is well it ends."""
    boards = world.boards
    boards.save(saved("One"), 0, "")
    put(folder / "bad.toml", "title = 1\n")
    boards.look()
    boards.look()
    assert world.said == [
        "Dashboards as files: bad.toml: title: 1 is not valid; write a text in quotes. "
        "What a file held before is still shown."
    ]
    world.store.close()
    assert world.place.file is not None
    whole = world.place.file.read_bytes()
    world.place.file.write_bytes(b"damaged" * 1000)
    (folder / "bad.toml").unlink()
    boards.look()
    assert world.said[-1].startswith(f"Saved dashboards can't be read: {world.place.file} is damaged")
    assert [one.title for one in boards.entries()] == ["One"]
    with pytest.raises(Unavailable):
        boards.save(saved("Two"), 1, "")
    world.place.file.write_bytes(whole)
    boards.save(saved("Two"), 1, "")
    boards.look()
    assert world.said[-1] == ""
    assert len(world.said) < 6
