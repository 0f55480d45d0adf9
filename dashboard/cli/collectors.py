"""`plotroom collectors list`, `check` and `new`."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from collectors.base import Collector
from collectors.errors import PluginRefused
from collectors.registry import BUNDLED, Declaration, load_file, load_module
from dashboard.cli import scaffold
from dashboard.cli.options import Context, setting_options
from dashboard.errors import CannotStart, did_you_mean
from dashboard.settings import Settings

if TYPE_CHECKING:
    from dashboard.sampling.state import JobState

#: Seconds that collectors are given to start.
SETTLE = 6.0
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*")


@click.group()
def collectors() -> None:
    """Look at collectors, check one, or write a new one."""


@collectors.command("list")
@setting_options
@click.pass_obj
def list_all(context: Context, /, **arguments: object) -> None:
    """Start every collector for a moment and show what becomes of it: state, interval, metrics."""
    context.add(arguments)
    states, metrics = _survey(context.settings())
    for line in report(states, metrics):
        click.echo(line)


@collectors.command()
@click.argument("target", metavar="FILE|NAME")
@setting_options
@click.pass_obj
def check(context: Context, /, target: str, **arguments: object) -> int:
    """Find, sample twice and examine a collector; say what to change.

    FILE is a plugin, NAME a collector that Plotroom knows. Exit code 1 when it does not work as it is.
    """
    from collectors.testing import check_collector

    context.add(arguments)
    settings = context.settings()
    broken = False
    for declaration in _declarations(target, settings):
        assert declaration.kind is not None, "it was loaded in this process"
        for line in _described(declaration.kind):
            click.echo(line)
        tables = settings.collectors.get(declaration.name, [])
        findings = check_collector(declaration.kind, tables if isinstance(tables, list) else [tables])
        for finding in findings:
            click.echo(f"  {finding}")
        if not findings:
            click.echo("  nothing to change")
        broken |= any(one.level == "error" for one in findings)
    return 1 if broken else 0


@collectors.command()
@click.argument("name")
@click.option("--folder", type=click.Path(path_type=Path), default=None, help="where to write it [default: plugins]")
@setting_options
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


def report(states: Sequence[JobState], metrics: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The table of `collectors list`."""
    rows = [
        (one.collector, one.state, f"{one.every:g} s" if one.every else "", ", ".join(metrics.get(one.collector, ())))
        for one in sorted(states, key=lambda one: one.collector)
    ]
    reasons = {one.collector: one.reason for one in states}
    widths = [max([len(row[place]) for row in rows], default=0) for place in range(3)]
    for row in rows:
        name, state, every = (text.ljust(width) for text, width in zip(row, widths, strict=False))
        yield f"{name}  {state}  {every}  {row[3] or reasons[row[0]]}".rstrip()
        if row[3] and reasons[row[0]]:
            yield f"{'':{widths[0]}}  {reasons[row[0]]}"


class _Notes:
    """A sink that remembers which collector has which metrics."""

    def __init__(self) -> None:
        self.metrics: dict[str, list[str]] = {}

    def declare(self, collector: str, every: float, metrics: Sequence[Any]) -> None:
        self.metrics[collector] = [one.name for one in metrics]

    def retire(self, collector: str) -> None:
        self.metrics.pop(collector, None)

    def publish(self, batch: object) -> None:
        """Samples are not looked at."""

    def state(self, state: JobState) -> None:
        """States are asked for at the end."""


def _survey(settings: Settings) -> tuple[list[JobState], dict[str, list[str]]]:
    from dashboard.sampling.scheduler import Scheduler
    from dashboard.tasks import threads

    notes = _Notes()
    scheduler = Scheduler(settings, notes, threads())
    scheduler.start()
    try:
        began = time.monotonic()
        while time.monotonic() - began < SETTLE and not scheduler.settled:
            time.sleep(0.05)
        return scheduler.states(), notes.metrics
    finally:
        scheduler.stop()


def _declarations(target: str, settings: Settings) -> list[Declaration]:
    """Those of a file, or the one of that name."""
    path = Path(target)
    try:
        if path.suffix == ".py" or path.exists():
            return load_file(path)
    except PluginRefused as error:
        raise CannotStart(str(error)) from None
    known = {one.name: one for one in _known(settings)}
    if target not in known:
        raise CannotStart(f"there is no file and no collector {target!r}{did_you_mean(target, known)}")
    return [known[target]]


def _known(settings: Settings) -> Iterator[Declaration]:
    """Every collector that loads; the ones that don't are none of this command's business."""
    from dashboard.sampling.watch import Watch, installed

    modules = [*BUNDLED, *(installed() if settings.sampling.plugins else ())]
    folders = settings.plugin_folders if settings.sampling.plugins else ()
    files = Watch(settings.plugin, folders, settings.config).look({}).plugins
    for load, target in [*((load_module, name) for name in modules), *((load_file, path) for path in files)]:
        try:
            yield from load(target)  # type: ignore[operator]  # each with what it takes
        except PluginRefused as error:
            click.echo(f"(not loaded: {error})", err=True)


def _described(kind: type[Collector]) -> Iterator[str]:
    yield f"{kind.name}: {' '.join((kind.__doc__ or 'no description').split())}"
    for name, field in kind.Config.model_fields.items():
        yield f"  option {name} = {field.get_default(call_default_factory=True)!r}  {field.description or ''}".rstrip()


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
