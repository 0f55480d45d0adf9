"""`plotroom collectors list`, `check` and `new`."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from collectors.base import Collector, CollectorConfig
from collectors.errors import Misconfigured, PluginRefused
from collectors.registry import BUNDLED, Declaration, load_file, load_module
from collectors.sampler import configure
from dashboard.cli import scaffold
from dashboard.cli.options import Context, setting_options
from dashboard.collector_tables import Table, tables_of
from dashboard.errors import CannotStart, did_you_mean
from dashboard.settings import Settings
from dashboard.settings_sources import toml_value

if TYPE_CHECKING:
    from dashboard.sampling.state import JobState

#: Seconds that collectors are given to start.
SETTLE = 6.0
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
    context.add(arguments)
    states, metrics = _survey(context.settings())
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

    context.add(arguments)
    settings = context.settings()
    broken = False
    for declaration in _declarations(target, settings):
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


def described(declaration: Declaration, kind: type[Collector], tables: Sequence[Table]) -> Iterator[str]:
    """What a collector says of itself: its interval, and its own options with the values that they have."""
    yield f"{kind.name}: {declaration.help or 'no description'}"
    configs = list(_configs(kind, tables))
    asked = dict.fromkeys(f"{one.every:g} s" for one in configs if one.every is not None)
    usual = f"{declaration.every:g} s"
    yield f"  every {', '.join(asked)} [default: {usual}]" if asked else f"  every {usual}"
    for name, field in kind.Config.model_fields.items():
        if name not in CollectorConfig.model_fields:
            default = "" if field.is_required() else _as_text(field.get_default(call_default_factory=True))
            values = dict.fromkeys(_as_text(getattr(one, name)) for one in configs)
            value = ", ".join(values) or default or "(has to be given)"
            meaning = " ".join((field.description or "").split())
            note = f"[default: {default}]" if default and value != default else ""
            yield "  ".join(part for part in (f"  option {name} = {value}", meaning, note) if part)


def _configs(kind: type[Collector], tables: Sequence[Table]) -> Iterator[CollectorConfig]:
    """Of each instance; of those that are wrong the check tells."""
    for table in tables:
        with suppress(Misconfigured):
            yield configure(kind, table)


def _as_text(value: object) -> str:
    return "not set" if value is None else toml_value(value)


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
