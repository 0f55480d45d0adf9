"""`plotroom collectors list`, `check` and `new`."""

from __future__ import annotations

import re
from pathlib import Path

import click

from dashboard.cli import scaffold
from dashboard.cli.options import Context, setting_options
from dashboard.errors import CannotStart

# What else a server can be told has no bearing on collectors.
_settings = setting_options("config", "plugin", "data_dir", "demo", "sampling")
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*")


@click.group()
def collectors() -> None:
    """Look at collectors, check one, or write a new one."""


@collectors.command("list")
@_settings
@click.pass_obj
def list_all(context: Context, /, **arguments: object) -> None:
    """Start every collector for a moment and show what becomes of it: state, interval, metrics."""
    from dashboard.cli.collectors_known import report, survey

    context.add(arguments)
    states, metrics = survey(context.settings())
    for line in report(states, metrics):
        click.echo(line)


@collectors.command()
@click.argument("target", metavar="FILE|NAME")
@_settings
@click.pass_obj
def check(context: Context, /, target: str, **arguments: object) -> int:
    """Find, sample twice and examine a collector; say what to change.

    FILE is a plugin, NAME a collector that Plotroom knows. Exit code 1 when it does not work as it is.
    """
    from collectors.testing import check_collector
    from dashboard.cli.collectors_known import declarations, described
    from dashboard.collector_tables import tables_of

    context.add(arguments)
    settings = context.settings()
    broken = False
    for declaration in declarations(target, settings):
        assert declaration.kind is not None, "it was loaded in this process"
        tables = tables_of(declaration.name, settings.collectors)
        for line in described(declaration, declaration.kind, tables):
            click.echo(line)
        findings = check_collector(declaration.kind, tables)
        for finding in findings:
            click.echo(f"  {finding}")
        if not findings:
            click.echo("  nothing to change")
        broken |= any(one.level == "error" for one in findings)
    return 1 if broken else 0


@collectors.command()
@click.argument("name")
@click.option("--folder", type=click.Path(path_type=Path), default=None, help="where to write it [default: plugins]")
@_settings
@click.pass_obj
def new(context: Context, /, name: str, folder: Path | None, **arguments: object) -> None:
    """Write a collector called NAME, with its test, into the plugins folder."""
    context.add(arguments)
    if not _NAME.fullmatch(name):
        raise CannotStart(f"{name!r} is no name for a collector; use lower-case words joined by _, such as 'my_sensor'")
    folder = folder or context.settings().plugin_folders[0]
    path, test = folder / f"{name}.py", folder / "tests" / f"test_{name}.py"
    for file, text in ((path, scaffold.collector(name)), (test, scaffold.test(name, str(_shown(test))))):
        _write(file, text)
        click.echo(f"wrote {_shown(file)}")
    click.echo(f"A running Plotroom draws it at once. Check it with: plotroom collectors check {_shown(path)}")


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise CannotStart(f"{_shown(file)} is there already; choose another name, or remove it") from None
    except OSError as error:
        raise CannotStart(f"{_shown(file)}: {error.strerror}") from None


def _shown(file: Path) -> Path:
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
