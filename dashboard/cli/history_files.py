"""`plotroom history export` and `import`: a history as files, and files as history."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from operator import eq
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from dashboard.cli.history_folder import bar, folder_of, history_settings, iso, opened, telling, visiting
from dashboard.cli.options import Context
from dashboard.errors import CannotStart, PlotroomError, did_you_mean

if TYPE_CHECKING:
    from dashboard.cli.imports import Piece, Wanted
    from dashboard.history.archive import Archive
    from dashboard.history.directory import Key
    from dashboard.history.paging import Plan
    from dashboard.history.reading import Memory, Span
    from dashboard.history.slice import Slice
    from dashboard.history.visit import Visit
    from dashboard.settings import Settings

FORMATS = ("csv", "parquet", "openmetrics")
_SUFFIXES = {
    ".csv": "csv", ".parquet": "parquet", ".txt": "openmetrics", ".om": "openmetrics", ".prom": "openmetrics",
    ".openmetrics": "openmetrics",
}  # fmt: skip

Write = Callable[[bytes], object]


@click.command()
@click.argument("name", metavar="METRIC")
@click.option("--start", metavar="TIME", help="first time: 2026-01-31T12:00:00Z, or ms [default: the oldest]")
@click.option("--end", metavar="TIME", help="last time [default: the newest]")
@click.option("--window", metavar="SPAN", help='so long before the end, in place of --start: seconds, "6 h", "7 d"')
@click.option("--tier", type=click.Choice(["full", "minute", "hour"]), help="the resolution [default: the finest kept]")
@click.option("--label", "labels", multiple=True, metavar="NAME=VALUE", help="only series with this label; repeatable")
@click.option("--unit", help="of a metric that was measured in several units")
@click.option("--format", "form", type=click.Choice(FORMATS), help="[default: by the name of the file, else csv]")
@click.option("-o", "--output", default="-", metavar="FILE", help="[default: -, the standard output]")
@history_settings
@click.pass_obj
def export(
    context: Context, /, name: str, start: str | None, end: str | None, window: str | None, tier: str | None,
    labels: tuple[str, ...], unit: str | None, form: str | None, output: str, **arguments: object,
) -> None:  # fmt: skip
    """Write the past of a metric to a file: every sample, and minutes and hours before the oldest one.

    A server may be running: all that it has committed is in the file.
    """
    folder = folder_of(context, arguments)
    form = form or _SUFFIXES.get(Path(output).suffix.lower(), "csv")
    _refuse_form(form, output)
    span = _span(start, end, window, tier, labels)
    with visiting(folder) as visit, telling():
        key = _key(visit, name, unit)
        with _output(output) as write:
            _export(visit, key, span, form, write)


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
    known = _SUFFIXES.get(file.suffix.lower())
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


def _refuse_form(form: str, output: str) -> None:
    from dashboard.web.files import has_parquet

    if form != "parquet":
        return
    if not has_parquet():
        raise CannotStart("writing Parquet needs pyarrow; install it with: pip install 'plotroom[parquet]'")
    if output == "-" and sys.stdout.isatty():
        raise CannotStart("Parquet is nothing for a terminal; name a file with -o FILE")


def _span(start: str | None, end: str | None, window: str | None, tier: str | None, labels: tuple[str, ...]) -> Span:
    from dashboard.cli.moments import LATEST, moment
    from dashboard.history.reading import Span, with_labels
    from dashboard.history.tiers import Tier

    try:
        last = LATEST if end is None else moment(end)
    except ValueError as error:
        raise CannotStart(f"--end: {error}") from None
    try:
        first = 0 if start is None else moment(start)
    except ValueError as error:
        raise CannotStart(f"--start: {error}") from None
    if window is not None:
        if start is not None:
            raise CannotStart("give --start or --window, not both")
        first = -_window(window)  # counted back from the end, once that is known
    elif first > last:
        raise CannotStart("--start has to be before --end")
    pairs = {}
    for text in labels:
        label, equals, value = text.partition("=")
        if not equals or not label:
            raise CannotStart(f"--label {text!r}: write it as NAME=VALUE, such as mode=user")
        pairs[label] = value
    return Span(first, last, Tier[tier.upper()] if tier else None, wanted=with_labels(pairs))


def _window(text: str) -> int:
    from pydantic import TypeAdapter, ValidationError

    from dashboard.settings import Seconds

    try:
        seconds = TypeAdapter(Seconds).validate_python(text)
    except ValidationError:
        seconds = 0.0
    if not 0 < seconds < 1e12:
        raise CannotStart(f'--window: {text!r} is no span of time; write seconds, or "15 min", "6 h", "7 d"')
    return round(seconds * 1000)


def _key(visit: Visit, name: str, unit: str | None) -> Key:
    keys = visit.keys(name)
    if not keys:
        raise CannotStart(
            f"there is no metric {name!r} in it{did_you_mean(name, visit.names())}; `plotroom history info` lists them"
        )
    fitting = [key for key in keys if unit is None or key.unit == unit]
    if not fitting:
        raise CannotStart(
            f"{name!r} was not measured in {unit!r}, but in {', '.join(sorted({repr(key.unit) for key in keys}))}"
        )
    return fitting[-1]


def _export(visit: Visit, key: Key, span: Span, form: str, write: Write) -> None:
    from dataclasses import replace

    from dashboard.history.paging import Held, Plan

    memory = visit.waiting(key)
    oldest, newest = visit.ends(key)
    end = min(span.end, newest)
    span = replace(span, start=max(end + span.start if span.start < 0 else span.start, oldest), end=end)
    plan = Plan(visit, key, Held.of(memory), span)
    with bar(end - span.start, key.name) as moved:
        if form == "openmetrics":
            _write_text(visit, key, memory, plan, write, moved)
        else:
            _write_rows(visit, key, memory, plan, write, moved, form)


def _write_rows(
    visit: Visit, key: Key, memory: Memory | None, plan: Plan, write: Write, moved: Callable[[int], None], form: str
) -> None:
    from dashboard.history.paging import pages
    from dashboard.web.files import CsvWriter, ParquetWriter, Writer

    writer: Writer = (ParquetWriter if form == "parquet" else CsvWriter)(key, plan.series)
    write(writer.begin())
    at = plan.span.start
    for times, values in pages(plan, partial(_read, visit, key, memory)):
        write(writer.add(times, values))
        moved(int(times[-1]) - at)
        at = int(times[-1])
    write(writer.end())


def _write_text(
    visit: Visit, key: Key, memory: Memory | None, plan: Plan, write: Write, moved: Callable[[int], None]
) -> None:
    from dataclasses import replace

    from dashboard.cli.openmetrics_text import TextWriter
    from dashboard.history.paging import Held, Plan, pages

    writer = TextWriter(key)
    write(writer.begin())
    for series in plan.series:
        alone = Plan(visit, key, Held.of(memory), replace(plan.span, wanted=partial(eq, series)))
        for times, values in pages(alone, partial(_read, visit, key, memory)):
            write(writer.add(series, times, values[0]))
        moved((plan.span.end - plan.span.start) // len(plan.series))
    write(writer.end())


def _read(visit: Visit, key: Key, memory: Memory | None, span: Span) -> Slice:
    from dashboard.history.reading import read

    return read(visit, key, memory, span).samples


@contextmanager
def _output(name: str) -> Iterator[Write]:
    """Where the bytes go: a file that is there when all of it is, or the standard output."""
    if name == "-":
        out = sys.stdout.buffer
        try:
            yield out.write
            out.flush()
        except BrokenPipeError:  # whoever reads has had enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    path = Path(name)
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            yield _writer(file)
        os.replace(part, path)
    except OSError as error:
        raise CannotStart(f"{path} can't be written: {error.strerror or error}") from None
    finally:
        part.unlink(missing_ok=True)


def _writer(file: IO[bytes]) -> Write:
    return file.write
