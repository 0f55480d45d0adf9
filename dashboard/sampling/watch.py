"""Which plugins there are, and which of their files have changed: looked at once a second, because that works anywhere.

(inotify does not tell of changes on network mounts and in some containers.)
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from collectors.plugin_files import own_files
from collectors.registry import ENTRY_POINTS
from dashboard.collector_tables import Tables, flat

Stamp = tuple[int, ...]
Stamps = Mapping[str, Stamp]
GONE: Stamp = ()


@dataclass(frozen=True)
class Found:
    """What there was at one look.

    Attributes:
        plugins: of each plugin file or folder, its files with their stamps; `GONE` for those that were there before.
        config: the stamp of plotroom.toml, None when there is none.
    """

    plugins: Mapping[Path, Stamps]
    config: Stamp | None


class Watch:
    """Looks for plugins and changes.

    Args:
        plugins: files and folders that were named one by one.
        folders: where each Python file and package is a plugin.
        config: plotroom.toml.
    """

    def __init__(self, plugins: Iterable[Path], folders: Iterable[Path], config: Path) -> None:
        self._plugins = [path.absolute() for path in plugins]
        self._folders = [path.absolute() for path in folders]
        self._config = config
        self._known: dict[Path, set[str]] = {}

    def look(self, helpers: Mapping[Path, Collection[str]]) -> Found:
        """What there is now; it reads the file system, so it runs in a native thread.

        Args:
            helpers: of each plugin, further files that it consists of.
        """
        plugins: dict[Path, Stamps] = {}
        for path in self._candidates():
            if stamp(str(path)) is None:
                continue
            names = {*(own_files(path) if path.is_dir() else [str(path)]), *helpers.get(path, ())}
            stamps = {name: stamp(name) or GONE for name in sorted(names)}
            # What vanishes stays in the list: left out, it would be missed again at every look.
            stamps |= {name: GONE for name in self._known.get(path, set()) - names if stamp(name) is None}
            plugins[path] = stamps
        self._known = {path: set(stamps) for path, stamps in plugins.items()}
        return Found(plugins, stamp(str(self._config)))

    def missing(self) -> list[Path]:
        """Plugins that were named and are not there."""
        return [path for path in self._plugins if not path.exists()]

    def _candidates(self) -> Iterator[Path]:
        seen: set[Path] = set()
        for path in self._plugins:
            yield from _new(_plugins_in(path) if path.is_dir() and not _is_package(path) else [path], seen)
        for folder in self._folders:
            yield from _new(_plugins_in(folder), seen)


def _new(paths: Iterable[Path], seen: set[Path]) -> Iterator[Path]:
    for path in paths:
        if path not in seen:
            seen.add(path)
            yield path


def _plugins_in(folder: Path) -> list[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return []
    return [one for one in entries if not one.name.startswith(("_", ".")) and (one.suffix == ".py" or _is_package(one))]


def _is_package(path: Path) -> bool:
    return (path / "__init__.py").is_file()


def stamp(name: str) -> Stamp | None:
    """What changes with a file, None when it is not there."""
    try:
        status = os.stat(name)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def changed(before: Stamps, now: Stamps) -> bool:
    """Whether a file is another or gone; one that only now belongs to the plugin, or no longer does, is no change."""
    return any(now.get(name, old) != old for name, old in before.items())


def installed() -> list[str]:
    """Modules of installed packages that offer collectors; nothing of them is imported."""
    found = metadata.entry_points(group=ENTRY_POINTS)
    return sorted({one.module for one in found})


def read_tables(config: Path) -> Tables:
    """The `[collectors.<name>]` tables of plotroom.toml.

    Raises:
        ValueError: it is no TOML, `collectors` is no table of tables, or two of them are for the same collector.
    """
    try:
        tables = tomllib.loads(config.read_text(encoding="utf-8")).get("collectors", {})
    except FileNotFoundError:
        return {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{config.name} can't be read: {error}") from None
    tables = flat(tables) if isinstance(tables, dict) else None
    if tables is None or not all(isinstance(one, (dict, list)) for one in tables.values()):
        raise ValueError(f"{config.name}: write the options of a collector as a table, [collectors.<name>]")
    return tables
