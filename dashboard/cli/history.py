"""`plotroom history info`, `check` and `compact`: what is on the disk, whether it is sound, and making it smaller."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from dashboard.cli.history_export import export
from dashboard.cli.history_folder import bar, folder_of, history_settings, iso, opened, sized, telling, visiting
from dashboard.cli.history_import import import_
from dashboard.cli.options import Context

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.history.archive import Archive
    from dashboard.history.examine import Finding
    from dashboard.history.survey import Part, Survey

#: Findings of one kind that are printed; beyond, only how many there are.
SHOWN = 50


@click.group()
def history() -> None:
    """Look at the history on the disk, take it elsewhere, or put something in."""


@history.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="for people, or programs")
@history_settings
@click.pass_obj
def info(context: Context, /, form: str, **arguments: object) -> None:
    """What is kept: its size, its span, and each metric. A server may be running."""
    import orjson

    from dashboard.history.survey import survey

    folder = folder_of(context, arguments)
    with visiting(folder) as visit, telling():
        found = survey(visit)
        path = visit.path
    if form == "json":
        click.echo(orjson.dumps(_as_json(path, found), option=orjson.OPT_INDENT_2).decode())
        return
    for line in _as_text(path, found):
        click.echo(line)


@history.command()
@click.option("--repair", is_flag=True, help="set a damaged file aside, and go on with what is whole of it")
@history_settings
@click.pass_obj
def check(context: Context, /, repair: bool, **arguments: object) -> int:
    """Verify every chunk, and the sums against their samples. Exit code 1 when anything is damaged.

    A server may be running, unless it is to be repaired.
    """
    folder = folder_of(context, arguments)
    findings = _examine(folder, SHOWN)
    if not findings:
        click.echo("nothing is damaged")
        return 0
    if not repair:
        click.echo(f"{len(findings)} findings; `plotroom history check --repair` keeps what is whole", err=True)
        return 1
    with opened(context, folder, damaged=not all(one.sums for one in findings)) as archive:
        _repair(archive, folder)
    left = _examine(folder, SHOWN)
    click.echo(f"{len(left)} findings are left" if left else "repaired: nothing is damaged any more")
    return 1 if left else 0


@history.command()
@history_settings
@click.pass_obj
def compact(context: Context, /, **arguments: object) -> None:
    """Make full chunks of small ones and give free space back. No server may be running."""
    folder = folder_of(context, arguments)
    with visiting(folder) as visit:  # says so when there is none, where the next line would make one
        path = visit.path
    before = _size(path)
    with opened(context, folder) as archive:
        compaction = archive.compaction()
        with telling(), bar(len(compaction.runs), "packing") as moved:
            for count in compaction.unite():
                moved(count)
        click.echo("giving back what is free ...", err=True)
        with telling():
            compaction.give_back()
    click.echo(f"{path}: {sized(before)} before, {sized(_size(path))} now")


history.add_command(export)
history.add_command(import_)


def _examine(folder: Path, shown: int) -> list[Finding]:
    from dashboard.history.database import StoreDamaged
    from dashboard.history.examine import Examination, Finding
    from dashboard.history.visit import Visit

    findings: list[Finding] = []
    with telling():
        try:
            with Visit(folder) as visit:
                examination = Examination(visit)
                findings = examination.findings
                with bar(examination.total, "checking") as moved:
                    for count in examination.run():
                        moved(count)
        except StoreDamaged as error:
            findings.append(Finding(f"SQLite: {error}"))
    for finding in findings[:shown]:
        click.echo(finding.text)
    if len(findings) > shown:
        click.echo(f"... and {len(findings) - shown} more")
    return findings


def _repair(archive: Archive, folder: Path) -> None:
    """Make sums anew where they are wrong; what was damaged has been set aside by now."""
    from dashboard.history.examine import Examination

    if archive.aside is not None:
        click.echo(f"the damaged file is {archive.aside.name} now; what was whole of it is kept")
    with visiting(folder) as visit, telling():
        examination = Examination(visit)
        for _ in examination.run():
            pass
    with telling():
        archive.resum(span for one in examination.findings for span in one.sums)


def _size(path: Path) -> int:
    """Of the file, and of the log of what was written last."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _as_json(path: Path, found: Survey) -> dict[str, object]:
    metrics = [
        {"metric": key.name, "unit": key.unit, "kind": key.kind, "series": found.series[key], **_part(part)}
        for key, part in found.metrics.items()
    ]
    return {
        "file": str(path.absolute()),
        "size": _size(path),
        "epoch": found.epoch,
        "waiting": {"rows": found.waiting[0], "bytes": found.waiting[1]},
        "tiers": {tier.name.lower(): _part(part) for tier, part in found.tiers.items()},
        "metrics": metrics,
    }


def _part(part: Part) -> dict[str, object]:
    return {
        "chunks": part.chunks,
        "values": part.values,
        "bytes": part.size,
        "bytes_per_value": part.each,
        "oldest": part.oldest,
        "newest": part.newest,
    }


def _as_text(path: Path, found: Survey) -> Iterator[str]:
    yield f"file    {path.absolute()}, {sized(_size(path))}"
    yield f"epoch   {found.epoch}"
    yield f"journal {found.waiting[0]} rows, about a second each, {sized(found.waiting[1])}; not counted below"
    yield ""
    tiers = [(tier.name.lower(), f"{part.chunks:,}", *_told(part)) for tier, part in found.tiers.items()]
    yield from _table(("tier", "chunks", "values", "bytes", "a value", "oldest", "newest"), tiers, left=1)
    yield ""
    metrics = [
        (key.name, key.unit, key.kind, f"{found.series[key]:,}", *_told(part)) for key, part in found.metrics.items()
    ]
    yield from _table(
        ("metric", "unit", "kind", "series", "values", "bytes", "a value", "oldest", "newest"), metrics, left=3
    )


def _told(part: Part) -> tuple[str, ...]:
    each = "" if part.each is None else f"{part.each:.2f} B"
    return f"{part.values:,}", sized(part.size), each, iso(part.oldest), iso(part.newest)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]], left: int) -> Iterator[str]:
    """Aligned columns, so many of them to the left and the others to the right."""
    lines = [heads, *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(heads))]
    for line in lines:
        parts = [text.ljust(width) if place < left else text.rjust(width)
                 for place, (text, width) in enumerate(zip(line, widths, strict=True))]  # fmt: skip
        yield "  ".join(parts).rstrip()
