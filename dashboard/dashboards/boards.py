"""All dashboards that were made, saved ones and files: what there is, what has changed, and who is told of it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from dashboard.dashboards.document import Dashboard
from dashboard.dashboards.entry import Entry, by_title, of_file, sentences
from dashboard.dashboards.files import Files, Look
from dashboard.dashboards.refusal import Fault, Wrong
from dashboard.dashboards.store import Store
from dashboard.dashboards.versions import Saved, Unavailable, Unknown, Version
from dashboard.errors import PlotroomError
from dashboard.tasks import Supervised, Tasks

Result = TypeVar("Result")

log = logging.getLogger(__name__)

#: Seconds between two looks at the files, and at what others have saved in the same database.
LOOK_EVERY = 2.0
#: Seconds for which one waits while the disk is busy with somebody else's request.
PATIENCE = 2.0
#: Seconds after which it is not said any more that something could not be saved, when nobody has tried again.
FORGIVE = 60.0


class ReadOnly(PlotroomError):
    """It can't be changed here; the text says why, and where."""


class Boards:
    """The dashboards of a server. Every method may be called from every task.

    Args:
        store: the saved ones; None when nothing can be saved.
        files: those of the folder, if there is one.
        tasks: how to leave for a native thread, and to look from time to time.
        editable: whether they may be changed.
        reserved: slugs that are not to be had.
        tell: called with what has changed: an entry as a dict, or `{slug, gone: True}`.
        stand: called with a sentence that stands until the next one; "" when there is nothing to say any more.
    """

    def __init__(
        self,
        store: Store | None,
        files: Files | None,
        tasks: Tasks,
        *,
        editable: bool = True,
        reserved: Collection[str] = (),
        tell: Callable[[dict[str, Any]], None] = lambda change: None,  # Any: JSON
        stand: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._store = store
        self._files = files
        self._tasks = tasks
        self._editable = editable and store is not None
        self._reserved = frozenset(reserved)
        self._tell = tell
        self._stand = stand
        self._turn = threading.Lock()
        self._looking = threading.Lock()
        self._logged = ""
        self._saved: dict[str, Version] = {}
        self._look = Look()
        self._known: dict[str, Entry] | None = None
        self._unread = ""
        self._unsaved: tuple[float, str] | None = None
        self._told = ""
        self._stopped = threading.Event()
        self._task: Supervised | None = None

    def start(self) -> None:
        """Start to look for changes."""
        self._stopped.clear()
        self._task = self._tasks.supervise("dashboards", self._run, self._stopped)

    def stop(self) -> None:
        """End that."""
        self._stopped.set()
        if self._task is not None:
            self._task.ended.wait(5)

    # --- what there is

    def entries(self) -> list[Entry]:
        """All of them, by title; without waiting for a disk, but for the first time."""
        if self._known is None:
            self.look()
        return by_title((self._known or {}).values())

    def entry(self, slug: str) -> Entry | None:
        """What is told of one in the list."""
        return next((one for one in self.entries() if one.slug == slug), None)

    def find(self, slug: str, version: int | None = None) -> tuple[Dashboard, Entry]:
        """One of them, and what is told of it; of a saved one also an earlier version.

        Raises:
            Unknown: there is none.
            Unavailable: the disk does not do what it should.
        """
        self.entries()
        filed = self._look.found.get(slug)
        if filed is not None:
            entry = of_file(filed)
            if version not in (None, entry.version):
                raise Unknown(f"{slug!r} is the file {filed.path.name}, of which no other version is kept")
            return filed.dashboard, entry
        saved: Saved = self._kept(self._existing(slug).find, slug, version)
        return saved.dashboard, self._of_store(slug, saved.about)

    def history(self, slug: str) -> list[Version]:
        """The versions of one, the newest first.

        Raises:
            Unknown: there is none.
            Unavailable: the disk does not do what it should.
        """
        self.entries()
        filed = self._look.found.get(slug)
        if filed is not None:
            one = of_file(filed)
            return [Version(one.version, one.t, one.by, one.title, one.panels)]
        found: list[Version] = self._kept(self._existing(slug).history, slug)
        return found

    def deleted(self) -> list[Entry]:
        """Saved ones that were deleted and can be brought back, by title.

        Raises:
            Unavailable: the disk does not do what it should.
        """
        if self._store is None:
            return []
        found: dict[str, Version] = self._kept(self._store.deleted)
        return by_title(self._of_store(slug, about) for slug, about in found.items())

    # --- what people do

    def save(self, dashboard: Dashboard, base: int, by: str) -> Version:
        """Keep a new version; see `Store.save`.

        Raises:
            Wrong: its slug is not to be had.
            ReadOnly: it can't be changed here.
            Conflict: somebody else has saved meanwhile.
            TooMany: there is no place for a new one.
            Unavailable: the disk does not do what it should.
        """
        slug = dashboard.slug
        store = self._writable(slug)
        if slug in self._reserved:
            raise Wrong([Fault("slug", f"{slug!r} is a dashboard of Plotroom's own; choose another")])
        about: Version = self._kept(store.save, dashboard, base, by, then=lambda done: self._now_saved(slug, done))
        return about

    def delete(self, slug: str, base: int) -> None:
        """Take one away; see `Store.delete`.

        Raises:
            Unknown, ReadOnly, Conflict, Unavailable: as there.
        """
        store = self._writable(slug)
        self._kept(store.delete, slug, base, then=lambda done: self._now_saved(slug, None))

    # --- what changes by itself

    def look(self) -> None:
        """See what there is now, and tell what has changed."""
        # The folder may be on a disk of its own: one that hangs keeps nobody from saving.
        look = self._looked(PATIENCE if self._known is None else 0)
        if not self._turn.acquire(timeout=PATIENCE):
            self._known = self._known or {}
            return
        try:
            self._look = look
            if self._store is not None:
                try:
                    self._saved = self._tasks.native(self._store.newest)
                    self._unread = ""
                except Unavailable as error:
                    self._failed(error)
                    self._unread = str(error)
            self._renew()
        finally:
            self._turn.release()
        self._say()

    def _looked(self, patience: float) -> Look:
        """What there is in the folder; what was known of it while somebody else is still looking."""
        if self._files is None or not self._looking.acquire(timeout=patience):
            return self._look
        try:
            look: Look = self._tasks.native(self._files.look)
            return look
        finally:
            self._looking.release()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.look()
            self._stopped.wait(LOOK_EVERY)

    def _now_saved(self, slug: str, about: Version | None) -> None:
        self._unsaved = None
        self._saved = {key: value for key, value in self._saved.items() if key != slug}
        if about is not None:
            self._saved[slug] = about
        self._renew()

    def _renew(self) -> None:
        """Make the list anew, and tell what is different in it."""
        before = self._known
        known = {slug: self._of_store(slug, about) for slug, about in self._saved.items()}
        known |= {slug: of_file(filed) for slug, filed in self._look.found.items()}
        self._known = known
        if before is None:
            return
        for slug in before.keys() - known.keys():
            self._tell({"slug": slug, "gone": True})
        for slug, entry in known.items():
            if before.get(slug) != entry:
                self._tell(entry._asdict())

    def _of_store(self, slug: str, about: Version) -> Entry:
        return Entry(slug, about.title, about.version, about.t, about.by, "store", about.panels, self._editable)

    # --- what these have in common

    def _existing(self, slug: str) -> Store:
        if self._store is None:
            raise Unknown(f"there is no dashboard {slug[:60]!r}")
        return self._store

    def _writable(self, slug: str) -> Store:
        self.entries()
        filed = self._look.found.get(slug)
        if filed is not None:
            raise ReadOnly(f"{slug!r} is the file {filed.path.name} of the server; change it there")
        if self._store is None or not self._editable:
            raise ReadOnly("dashboards can't be changed here: the setting dashboards.editable is false")
        return self._store

    def _kept(
        self,
        function: Callable[..., Result],
        *arguments: object,
        then: Callable[[Result], None] | None = None,
    ) -> Result:
        """Ask the store, in a native thread; one at a time, and not behind one that hangs."""
        if not self._turn.acquire(timeout=PATIENCE):
            raise Unavailable("the disk is busy with what others have asked; try again in a moment")
        try:
            result: Result = self._tasks.native(function, *arguments)
            if then is not None:
                then(result)
            return result
        except Unavailable as error:
            self._failed(error)
            if then is not None:
                self._unsaved = (time.monotonic(), str(error))
            raise
        finally:
            self._turn.release()
            self._say()

    def _failed(self, error: Unavailable) -> None:
        if str(error) != self._logged:
            self._logged = str(error)
            log.error("dashboards: %s", error)

    def _say(self) -> None:
        """Say what is wrong, if it is something else than before."""
        if self._unsaved is not None and time.monotonic() - self._unsaved[0] > FORGIVE:
            self._unsaved = None
        unsaved = self._unsaved[1] if self._unsaved is not None else ""
        text = " ".join(sentences(self._unread, unsaved, self._look.faults.items()))
        if text != self._told:
            self._told = text
            self._stand(text)
