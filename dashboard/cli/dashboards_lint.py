"""`plotroom dashboards lint`: mistakes in files, and in dashboards that were saved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli.dashboards_files import FILES, named
from dashboard.cli.dashboards_place import Kept, kept, settings_of
from dashboard.cli.options import Context
from dashboard.cli.running import running_options
from dashboard.errors import CannotStart

if TYPE_CHECKING:
    from dashboard.dashboards.document import Dashboard
    from dashboard.dashboards.lint import Finding, Measured
    from dashboard.dashboards.refusal import Wrong
    from dashboard.settings import Settings


@click.command()
@FILES
@click.option("--strict", is_flag=True, help="exit with 1 for warnings, too")
@click.option("--offline", is_flag=True, help="don't look for metrics and labels, on a server or in the history")
@running_options
@click.pass_obj
def lint(
    context: Context, /, files: tuple[Path, ...], strict: bool, offline: bool, url: str | None, secret: str | None,
    **arguments: object,
) -> int:  # fmt: skip
    """Look for mistakes in files, or in all that was saved.

    A folder stands for all .toml and .json in it; without any file, the saved ones are looked at. Exit code 1 when
    there is an error: a file that is no dashboard, a metric, label, variable or array of a figure that is not there.
    Panels that lie on each other and variables that nothing uses are warnings.
    """
    settings = settings_of(context, arguments)
    if offline and not files:
        raise CannotStart("--offline looks at files alone; name some")
    source = None if offline else _perhaps(settings, url, secret, needed=not files)
    measured = source.measured() if source is not None else None
    if measured is None and not offline:
        click.echo("no metrics are known, so names of metrics and labels are not looked at", err=True)
    counts = {"error": 0, "warning": 0}
    for name, dashboard in _files_or_saved(files, source):
        for level, line in _findings(name, dashboard, measured):
            counts[level] += 1
            click.echo(line)
    if not any(counts.values()):
        click.echo("nothing to change")
    return 1 if counts["error"] or (strict and counts["warning"]) else 0


def _perhaps(settings: Settings, url: str | None, secret: str | None, needed: bool) -> Kept | None:
    """What is kept, if anything is there; files can be looked at without."""
    try:
        return kept(settings, url, secret)
    except CannotStart:
        if needed or url is not None:
            raise
        return None


def _files_or_saved(files: Sequence[Path], source: Kept | None) -> Iterator[tuple[str, Dashboard | Wrong]]:
    """What is to be looked at, by name: a dashboard, or what is wrong with a file."""
    from dashboard.dashboards.files import read_file
    from dashboard.dashboards.refusal import Wrong

    if not files:
        assert source is not None, "it is needed where no files are"
        for one in source.all():
            yield one.slug, source.find(one.slug)
        return
    for path in named(files):
        try:
            yield str(path), read_file(path)
        except Wrong as error:
            yield str(path), error


def _findings(name: str, found: Dashboard | Wrong, measured: Measured | None) -> Iterator[tuple[str, str]]:
    from dashboard.dashboards.lint import Finding, lint
    from dashboard.dashboards.refusal import Wrong
    from dashboard.web.families import RESERVED

    findings: list[Finding]
    if isinstance(found, Wrong):
        findings = [Finding("error", fault.path, fault.why) for fault in found.faults]
        if found.more:
            findings.append(Finding("error", "", f"and {found.more} more"))
    else:
        findings = lint(found, measured, RESERVED)
    for one in findings:
        where = f" {one.path}:" if one.path else ""
        yield one.level, f"{name}:{where} {one.level}: {one.why}"
