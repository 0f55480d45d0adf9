"""`plotroom history export`: the past of a metric as a file."""

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

from dashboard.cli.history_folder import FORMATS, bar, folder_of, form_named, history_settings, telling, visiting
from dashboard.cli.options import Context
from dashboard.errors import CannotStart, did_you_mean

if TYPE_CHECKING:
    from dashboard.history.directory import Key
    from dashboard.history.paging import Plan
    from dashboard.history.reading import Memory, Span
    from dashboard.history.slice import Slice
    from dashboard.history.visit import Visit

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
    form = form or form_named(Path(output)) or "csv"
    _refuse_form(form, output)
    span = _span(start, end, window, tier, labels)
    with visiting(folder) as visit, telling():
        key = _key(visit, name, unit)
        with _output(output) as write:
            _export(visit, key, span, form, write)


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
