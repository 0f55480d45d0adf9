"""What `plotroom collectors` knows of collectors: which there are, how they fare, and what they say of themselves."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from collectors.base import Collector, CollectorConfig
from collectors.errors import Misconfigured, PluginRefused
from collectors.registry import BUNDLED, Declaration, load_file, load_module
from collectors.sampler import configure
from dashboard.collector_tables import Table
from dashboard.errors import CannotStart, did_you_mean
from dashboard.sampling.scheduler import Scheduler
from dashboard.sampling.state import JobState
from dashboard.sampling.watch import Watch, installed
from dashboard.settings import Settings
from dashboard.settings_sources import toml_value
from dashboard.tasks import threads

#: Seconds that collectors are given to start.
SETTLE = 6.0


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


def survey(settings: Settings) -> tuple[list[JobState], dict[str, list[str]]]:
    """Start every collector for a moment: the states of all, and the names of the metrics of each."""
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


def declarations(target: str, settings: Settings) -> list[Declaration]:
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
