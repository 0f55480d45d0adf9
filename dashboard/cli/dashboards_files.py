"""Files that the commands on dashboards read and write; nothing is overwritten that is not known to be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.errors import CannotStart

if TYPE_CHECKING:
    from dashboard.dashboards.document import Dashboard
    from dashboard.dashboards.notation import Form

FILES = click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))


def target_of(out: Path, slug: str, form: Form | None, many: bool) -> tuple[Path, Form]:
    """The file for one of them, and how it is written."""
    from dashboard.dashboards.notation import form_of

    if many or out.is_dir() or not out.suffix:
        if out.exists() and not out.is_dir():
            raise CannotStart(f"--out {out} is a file; name a folder for several dashboards")
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotStart(f"the folder {out} can't be made: {error.strerror}") from None
        chosen: Form = form or "toml"
        return out / f"{slug}.{chosen}", chosen
    by_name = form_of(out)
    if form is not None and form != by_name:
        raise CannotStart(f"--out {out} is called as {by_name}, and --format says {form}; leave one of them out")
    return out, by_name


def put(target: Path, text: str, force: bool) -> str:
    """Write a file, unless it holds something else; what was done."""
    try:
        if target.exists():
            if target.read_bytes() == text.encode():
                return f"{target} is as it was"
            if not force:
                raise CannotStart(f"{target} is there already and holds something else; --force replaces it")
        new = target.with_name(f".{target.name}.new")
        new.write_text(text, encoding="utf-8")
        new.replace(target)
    except OSError as error:
        raise CannotStart(f"{target} can't be written: {error.strerror}") from None
    return f"{target} written"


def named(files: Sequence[Path]) -> list[Path]:
    """Files, and those of folders.

    Raises:
        CannotStart: there is none.
    """
    from dashboard.dashboards.files import files_of

    if not files:
        raise CannotStart("name a file, or a folder of files, that ends in .toml or .json")
    found: list[Path] = []
    for path in files:
        try:
            inside = files_of(path) if path.is_dir() else [path]
        except OSError as error:
            raise CannotStart(f"{path} can't be read: {error.strerror}") from None
        if not inside:
            raise CannotStart(f"{path} has no file that ends in .toml or .json")
        found += inside
    return found


def read_all(paths: Iterable[Path]) -> list[tuple[Path, Dashboard]]:
    from dashboard.dashboards.files import read_file
    from dashboard.dashboards.refusal import Wrong

    found = []
    for path in paths:
        try:
            found.append((path, read_file(path)))
        except Wrong as error:
            raise CannotStart(f"{path}: {error}") from None
    return found
