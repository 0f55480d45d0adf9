"""`plotroom history import`: files of samples as history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli.history_folder import FORMATS, bar, folder_of, form_named, history_settings, iso, opened, telling
from dashboard.cli.options import Context
from dashboard.errors import CannotStart, PlotroomError

if TYPE_CHECKING:
    from dashboard.cli.imports import Piece, Wanted
    from dashboard.history.archive import Archive
    from dashboard.history.directory import Key
    from dashboard.settings import Settings


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), help="[default: by name and content]")
@click.option("--metric", metavar="METRIC", help="which metric columns are of that don't name one")
@click.option("--unit", help="of all values in the files [default: what they say, or that of the metric]")
@history_settings
@click.pass_obj
def import_(
    context: Context, /, files: tuple[Path, ...], form: str | None, metric: str | None, unit: str | None,
    **arguments: object,
) -> int:  # fmt: skip
    """Put samples from files in among those that are there: CSV, Parquet, OpenMetrics text with timestamps.

    The later write wins; the same file twice changes nothing; of a file with a mistake nothing is taken. No server may
    be running.
    """
    from dashboard.cli.imports import Wanted

    folder = folder_of(context, arguments)
    missing = [file for file in files if not file.is_file()]
    if missing:
        raise CannotStart(f"{missing[0]}: there is no such file")
    bad = 0
    with opened(context, folder) as archive:
        wanted = Wanted(archive.keys, metric, unit)
        for file in files:
            try:
                with telling():
                    _import(archive, file, form or form_of(file), wanted, context.settings())
            except PlotroomError as error:
                click.echo(f"plotroom: {error}; nothing of this file was taken", err=True)
                bad += 1
    return 2 if bad else 0


def form_of(file: Path) -> str:
    """By its name, or else by how it begins."""
    known = form_named(file)
    if known is not None:
        return known
    with file.open("rb") as raw:
        begin = raw.read(4)
    return "parquet" if begin == b"PAR1" else "openmetrics" if begin.startswith(b"#") else "csv"


def _import(archive: Archive, file: Path, form: str, wanted: Wanted, settings: Settings) -> None:
    from dashboard.cli.imports import read_csv, read_parquet
    from dashboard.cli.openmetrics_text import read_text

    reader = {"csv": read_csv, "parquet": read_parquet, "openmetrics": read_text}[form]
    tally = _Tally()
    try:
        with bar(file.stat().st_size, file.name) as moved, archive.inserting() as insertion:
            for piece in reader(file, wanted, moved):
                insertion.put(*piece)
                tally.add(piece)
    except OSError as error:
        raise CannotStart(f"{file}: {error.strerror or error}") from None
    names = ", ".join(sorted({f"{key.name} [{key.unit}]" if key.unit else key.name for key in tally.keys}))
    if not tally.values:
        click.echo(f"{file}: there is no value in it")
        return
    new = "" if insertion.changed else "; all of it was there already"
    count = "1 value" if tally.values == 1 else f"{tally.values:,} values"
    click.echo(f"{file}: {count} of {names}, {iso(tally.oldest)} to {iso(tally.newest)}{new}")
    for line in tally.forgotten(settings):
        click.echo(line, err=True)


class _Tally:
    """What has been read of a file."""

    def __init__(self) -> None:
        self.keys: set[Key] = set()
        self.values = 0
        self.oldest = 2**62
        self.newest = 0

    def add(self, piece: Piece) -> None:
        import numpy as np

        count = int(np.count_nonzero(~np.isnan(piece.values)))
        if count:
            self.keys.add(piece.key)
            self.values += count
            self.oldest = min(self.oldest, int(piece.times.min()))
            self.newest = max(self.newest, int(piece.times.max()))

    def forgotten(self, settings: Settings) -> Iterator[str]:
        """What a server will not keep long of it."""
        import time

        age = time.time() - self.oldest / 1000
        kept = settings.history
        hint = " (are its times seconds? they have to be milliseconds)" if self.newest < 10**11 else ""
        if age > kept.retention_hour:
            yield (
                f"note: it begins at {iso(self.oldest)}{hint}; a server lets go of what is older than "
                f"history.retention_hour ({kept.retention_hour / 86_400:g} d): set that higher before you start it"
            )
        elif age > kept.retention:
            yield (
                f"note: of what is older than history.retention ({kept.retention / 3600:g} h) a server keeps the sums "
                "of minutes and hours: set that higher before you start it to keep each sample"
            )
