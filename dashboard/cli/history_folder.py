"""What the commands on a history share: finding its folder, opening it, saying what is wrong, a bar of progress."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli.options import Context, setting_options
from dashboard.errors import CannotStart

if TYPE_CHECKING:
    from dashboard.history.archive import Archive
    from dashboard.history.visit import Visit

history_settings = setting_options("config", "data_dir", "history")

FORMATS = ("csv", "parquet", "openmetrics")
_SUFFIXES = {
    ".csv": "csv", ".parquet": "parquet", ".txt": "openmetrics", ".om": "openmetrics", ".prom": "openmetrics",
    ".openmetrics": "openmetrics",
}  # fmt: skip


def form_named(file: Path) -> str | None:
    """The format that the name of a file tells."""
    return _SUFFIXES.get(file.suffix.lower())


def folder_of(context: Context, arguments: Mapping[str, object]) -> Path:
    """The folder of the history that the settings name."""
    context.add(arguments)
    return context.settings().data_dir / "history"


@contextmanager
def telling() -> Iterator[None]:
    """Trouble with the file becomes one line."""
    from dashboard.history.database import StoreDamaged, StoreTrouble

    try:
        yield
    except StoreTrouble as error:
        raise CannotStart(f"the history can't be used now: {error}") from None
    except StoreDamaged as error:
        raise CannotStart(
            f"the history is damaged ({error}); `plotroom history check --repair` keeps what is whole of it"
        ) from None


@contextmanager
def visiting(folder: Path) -> Iterator[Visit]:
    """A look at the history.

    Raises:
        CannotStart: there is none, or it can't be read.
    """
    from dashboard.history.visit import Visit

    with telling():
        visit = Visit(folder)
    with visit:
        yield visit


@contextmanager
def opened(context: Context, folder: Path, damaged: bool = False) -> Iterator[Archive]:
    """The history, to be changed.

    Args:
        context: with the settings.
        folder: of the history; it is made when it is not there.
        damaged: the file is to be set aside first.

    Raises:
        CannotStart: a server uses it, or it can't be opened.
    """
    from dashboard.history.archive import Archive
    from dashboard.history.keeper import keep_of
    from dashboard.history.lock import FolderBusy, FolderLock
    from dashboard.web.tokens import make_data_dir

    settings = context.settings()
    make_data_dir(settings.data_dir)
    lock = FolderLock(folder)
    try:
        lock.acquire()
    except FolderBusy:
        raise CannotStart(
            f"a running Plotroom keeps its history in {folder}; stop it, type this again, and start it"
        ) from None
    except OSError as error:
        raise CannotStart(f"{folder} can't be written: {error.strerror}") from None
    try:
        with telling():
            archive = Archive(folder, keep_of(settings.history), lambda: time.time_ns() // 1_000_000, damaged=damaged)
        try:
            yield archive
        finally:
            with telling():
                archive.close(clean=True)
    finally:
        lock.release()


@contextmanager
def bar(length: int, label: str) -> Iterator[Callable[[int], None]]:
    """A bar of progress on a terminal, nothing elsewhere; gives what moves it on."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=max(1, length), label=label, file=sys.stderr, hidden=hidden) as progress:
        yield progress.update


def iso(ms: int | None) -> str:
    """A time to the second; nothing for None."""
    return "" if ms is None else time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ms / 1000))


def sized(count: int) -> str:
    """Bytes for people."""
    number, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if number < 1024:
            break
        number, unit = number / 1024, larger
    return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
