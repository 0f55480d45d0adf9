"""What a module offers as collectors, and the register in which no two have the same name."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from collectors.base import Collector, Runs
from collectors.errors import Collision, InvalidDeclaration, PluginRefused
from collectors.metric import Metric

#: The modules of the bundled collectors, in the order in which they are loaded.
BUNDLED: tuple[str, ...] = (
    "collectors.cpu",
    "collectors.memory",
    "collectors.disks",
    "collectors.filesystems",
    "collectors.network",
    "collectors.tcp",
    "collectors.pressure",
    "collectors.sensors",
    "collectors.uptime",
    "collectors.processes",
    "collectors.random_walk",
    "collectors.demo",
)
#: Seconds between samples.
SHORTEST, LONGEST = 0.01, 86_400.0
#: Installed packages name their modules of collectors under this group of entry points.
ENTRY_POINTS = "plotroom.collectors"


@dataclass(frozen=True)
class Declaration:
    """What a collector says of itself.

    Attributes:
        name: of the collector; its table in plotroom.toml is `[collectors.<name>]`.
        help: its docstring.
        every: seconds between samples, unless configured.
        runs: its placement; only bundled collectors may run `inline`.
        enabled: False: it runs only when its configuration says so.
        metrics: what it measures.
        streams: it pushes samples by itself, through `stream()`.
        kind: its class; None when it lives in another process.
    """

    name: str
    help: str
    every: float
    runs: Runs
    enabled: bool
    metrics: tuple[Metric, ...]
    streams: bool = False
    kind: type[Collector] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.every, (int, float)) or not SHORTEST <= self.every <= LONGEST:
            raise InvalidDeclaration(
                f"collector {self.name!r}: every = {self.every!r} is no interval; "
                f"give seconds from {SHORTEST:g} to {LONGEST:g}"
            )

    @classmethod
    def of(cls, kind: type[Collector]) -> Declaration:
        return cls(
            name=kind.name,
            help=" ".join((kind.__doc__ or "").split()),
            every=kind.every,
            runs=kind.runs,
            enabled=kind.enabled,
            metrics=kind.metrics(),
            streams=kind.stream is not Collector.stream,
            kind=kind,
        )

    def as_dict(self) -> dict[str, Any]:  # Any: JSON
        """For the way to another process; the class stays behind."""
        own = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "kind"}
        own["metrics"] = [
            {field.name: getattr(metric, field.name) for field in fields(metric)} for metric in self.metrics
        ]
        return own

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Declaration:  # Any: JSON
        """The opposite of `as_dict`.

        Raises:
            InvalidDeclaration, TypeError, KeyError: `given` was not made by `as_dict`.
        """
        metrics = []
        for one in given["metrics"]:
            labels = one["labels"]
            own = {**one, "labels": None if labels is None else tuple(labels), "limits": tuple(one["limits"])}
            metrics.append(Metric(**own))
        return cls(**{**given, "metrics": tuple(metrics)})


def load_module(name: str) -> list[Declaration]:
    """The collectors of an importable module.

    Raises:
        PluginRefused: it can't be imported, or offers nothing.
    """
    try:
        module = importlib.import_module(name)
    except BaseException as error:  # whatever foreign code does when it is imported, SystemExit included
        raise _refused(name, _file_of(name), error) from error
    return _declarations(module, name)


def load_file(path: Path) -> list[Declaration]:
    """The collectors of a Python file, or of a folder with an `__init__.py`.

    Helper modules beside the file can be imported by it.

    Raises:
        PluginRefused: it can't be imported, or offers nothing; `line` says where.
    """
    path = path.absolute()
    file = path / "__init__.py" if path.is_dir() else path
    name = f"plotroom_plugin_{path.stem}"
    loader = _Fresh(name, str(file))
    places = [str(path)] if path.is_dir() else None
    spec = importlib.util.spec_from_file_location(name, file, loader=loader, submodule_search_locations=places)
    assert spec is not None
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    return _declarations(_executed(spec, loader, path), str(path))


def _executed(spec: ModuleSpec, loader: SourceFileLoader, path: Path) -> ModuleType:
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # pydantic and dataclasses look there for what annotations mean
    try:
        loader.exec_module(module)
    except BaseException as error:  # whatever foreign code does when it is imported, SystemExit included
        del sys.modules[spec.name]
        raise _refused(str(path), str(spec.origin), error) from error
    return module


class _Fresh(SourceFileLoader):
    """Reads the source each time: cached bytecode is keyed by size and whole seconds, so it hides quick edits."""

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = self.source_to_code(self.get_data(self.path), self.path)
        return code


def _file_of(name: str) -> str:
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return ""
    return (spec.origin or "") if spec is not None else ""


def _refused(origin: str, file: str, error: BaseException) -> PluginRefused:
    if isinstance(error, SyntaxError):
        return PluginRefused(origin, f"{type(error).__name__}: {error.msg}", error.lineno)
    if isinstance(error, OSError) and error.filename == file:
        return PluginRefused(origin, f"can't be read: {error.strerror}")
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return PluginRefused(origin, text, lines[-1] if lines else None)


def _declarations(module: ModuleType, origin: str) -> list[Declaration]:
    kinds = list(dict.fromkeys(_kinds(module)))
    bases = {base for kind in kinds for base in kind.__mro__[1:]}
    try:
        offered = [Declaration.of(kind) for kind in kinds if kind.declared or kind not in bases]
    except InvalidDeclaration as error:
        raise PluginRefused(origin, str(error)) from None
    for one in offered:
        if not one.metrics:
            raise PluginRefused(
                origin, f"collector {one.name!r} declares no metric; give its class a Gauge or a Counter"
            )
    if not offered:
        raise PluginRefused(
            origin, "has no collector; decorate a function with @metric, or write a subclass of Collector"
        )
    Registry().add(offered, origin)  # two of the same name in one file
    return offered


def _kinds(module: ModuleType) -> Iterator[type[Collector]]:
    """Collector classes and metric functions that `module` itself defines; what it imports is not its own."""
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if isinstance(value, type) and issubclass(value, Collector):
            if not name.startswith("_"):
                yield value
        elif isinstance(kind := getattr(value, "__collector__", None), type) and issubclass(kind, Collector):
            yield kind


class Registry:
    """Who owns each name of a collector and of a metric."""

    def __init__(self) -> None:
        self._owners: dict[tuple[str, str], tuple[str, str]] = {}

    def add(self, declarations: Iterable[Declaration], origin: str) -> None:
        """Take the names of `declarations` for `origin`, all of them or none.

        Raises:
            Collision: a name is taken, by another origin or within this one.
        """
        wanted: dict[tuple[str, str], tuple[str, str]] = {}
        for one in declarations:
            names = [("collector", one.name), *(("metric", metric.name) for metric in one.metrics)]
            for what, name in names:
                taken = self._owners.get((what, name)) or wanted.get((what, name))
                if taken is not None:
                    here, there = self._culprits(one.name, origin, *taken)
                    raise Collision(what, name, there, here)
                wanted[what, name] = (one.name, origin)
        self._owners.update(wanted)

    def remove(self, origin: str) -> None:
        """Give back every name of `origin`."""
        self._owners = {key: owner for key, owner in self._owners.items() if owner[1] != origin}

    @staticmethod
    def _culprits(collector: str, origin: str, other: str, other_origin: str) -> tuple[str, str]:
        if origin != other_origin:
            return origin, other_origin
        return f"the second one in {origin}", f"collector {other!r} of the same file"
