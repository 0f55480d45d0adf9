"""Brings what is in memory to the archive, once a second, and puts up with a disk that does not take it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.errors import CannotStart
from dashboard.history.archive import Archive
from dashboard.history.database import StoreDamaged, StoreTrouble
from dashboard.history.expiry import Keep
from dashboard.history.lock import FolderLock
from dashboard.history.store import History

if TYPE_CHECKING:
    from dashboard.settings import HistorySettings
    from dashboard.tasks import Clock, Supervised, Tasks

log = logging.getLogger(__name__)

#: Seconds between two commits, and between two tries when one has failed.
EVERY = 1.0
RETRY = 3.0
#: Seconds for which it is told that something was lost, when all is well again.
TOLD_FOR = 600.0
#: Seconds between two files that are set aside while running.
ASIDE_EVERY = 600.0

Tell = Callable[[str, str], None]


def keep_of(settings: HistorySettings) -> Keep:
    """The settings as the archive takes them."""
    return Keep(
        full=round(settings.retention * 1000),
        fast=round(settings.retention_fast * 1000),
        minute=round(settings.retention_minute * 1000),
        hour=round(settings.retention_hour * 1000),
        size=int(settings.max_size),
    )


class Keeper:
    """The folder of the history, and the task that writes there.

    Args:
        folder: of the history; nobody else may use it meanwhile.
        settings: how long to keep what.
        clock: tells the time of day.

    Raises:
        CannotStart: another Plotroom uses the folder, or a newer one has.
    """

    def __init__(self, folder: Path, settings: HistorySettings, clock: Clock) -> None:
        self._folder = folder
        self._keep = keep_of(settings)
        self._clock = clock
        self._lock = FolderLock(folder)
        self._stopped = threading.Event()
        self._running: Supervised | None = None
        self._trouble = self._lost = self._told = ""
        self._lost_until = 0.0
        self._whole = True  # all that was published is in the archive, or will be
        self._damaged = False
        self._aside_until = 0.0
        self.archive: Archive | None = None
        try:
            self.archive = self._open(None)
        except (StoreTrouble, StoreDamaged) as error:
            self._trouble = str(error)
        except CannotStart:
            self._lock.release()
            raise

    def start(self, history: History, tasks: Tasks, tell: Tell) -> None:
        """Begin to write.

        Args:
            history: what is in memory.
            tasks: how to run tasks, and to leave for a native thread.
            tell: is given a level and a sentence that stands until the next one; "" when all is well.
        """
        self._history, self._tasks, self._tell = history, tasks, tell
        self._stopped.clear()
        self._note_damage()
        self._say()
        self._running = tasks.supervise("history", self._run, self._stopped)

    def stop(self) -> None:
        """Write what is left, and close; a Plotroom that starts now may use the folder."""
        self._stopped.set()
        clean = False
        if self._running is not None:
            self._running.ended.wait(5)
            self._running = None
            clean = self.keep()
        if self.archive is not None:
            try:
                self.archive.close(clean and self._whole)
            except (StoreTrouble, StoreDamaged) as error:
                log.error("the history could not be closed in order: %s", error)
        self._lock.release()

    def keep(self) -> bool:
        """Write what has come since the last time; whether that was possible."""
        native = self._tasks.native
        try:
            if self.archive is None or self._is_damaged() or not native(self._is_there):
                self._renew()
            assert self.archive is not None
            work = self._history.take_work()
            try:
                native(self.archive.commit, work.appends, work.seals + work.due)
            except BaseException:
                self._history.not_done(work)
                raise
        except StoreDamaged as error:
            log.error("the history is damaged: %s", error)
            self._is_damaged()
            native(self._let_go)
            return self._failed(f"its file is damaged ({error})")
        except (StoreTrouble, CannotStart) as error:
            return self._failed(str(error))
        except Exception:  # a bug of ours: people are to know, and it may be that of one sample
            log.exception("the history could not be written")
            return self._failed("a fault of Plotroom itself, which its log has")
        self._history.done(work)
        if work.dropped:
            self._whole = False
            self._tell_lost("While the history could not be written, more came than memory could hold: a part is lost.")
        self._log_damages()
        self._trouble = ""
        self._say()
        return True

    def _run(self) -> None:
        wait = EVERY
        while not self._stopped.wait(wait):
            wait = EVERY if self.keep() else RETRY

    def _is_there(self) -> bool:
        return self.archive is not None and self.archive.there

    def _is_damaged(self) -> bool:
        """Somebody has met a part of the file that can't be read: it is set aside, but not one file after the other."""
        now = self._clock.monotonic()
        if self.archive is not None and self.archive.damaged and now >= self._aside_until:
            self._damaged, self._aside_until = True, now + ASIDE_EVERY
        return self._damaged

    def _renew(self) -> None:
        """Open the file again, or begin another one, and put there what memory has."""
        if self.archive is not None:
            if not self.archive.path.exists():
                self._tell_lost("The file of the history was deleted: what was older than the memory is gone.")
            self._tasks.native(self._let_go)
        self.archive = self._tasks.native(self._open, self._history.epoch)
        self._note_damage()
        self._history.use(self.archive)

    def _let_go(self) -> None:
        before, self.archive = self.archive, None
        if before is not None:
            before.close(clean=False)

    def _open(self, epoch: str | None) -> Archive:
        try:
            self._lock.acquire()
            archive = Archive(self._folder, self._keep, lambda: int(self._clock.wall() * 1000), epoch, self._damaged)
            self._damaged = False
            return archive
        except OSError as error:
            raise StoreTrouble(error.strerror or str(error)) from error

    # --- what people are told

    def _failed(self, why: str) -> bool:
        self._trouble = why
        self._say()
        return False

    def _note_damage(self) -> None:
        self._log_damages()
        if self.archive is not None and self.archive.aside is not None:
            self._tell_lost(
                f"The history was damaged. What could be read is kept; the damaged file is {self.archive.aside.name}."
            )

    def _log_damages(self) -> None:
        for sentence in self.archive.counts.damages.told() if self.archive is not None else []:
            log.error("%s", sentence)

    def _tell_lost(self, sentence: str) -> None:
        log.warning("%s", sentence)
        self._lost, self._lost_until = sentence, self._clock.monotonic() + TOLD_FOR

    def _say(self) -> None:
        """Tell what stands now, if it is not what stood before."""
        sentence, level = "", "info"
        if self._trouble:
            level = "error"
            sentence = f"History is not being written: {self._trouble}. Live charts go on, and it is tried again."
        elif self._clock.monotonic() < self._lost_until:
            level, sentence = "warning", self._lost
        if sentence == self._told:
            return
        if self._trouble:
            log.error("%s", sentence)
        elif not sentence:
            log.warning("The history is being written again.")
        self._told = sentence
        self._tell(level, sentence)
