"""Imports run from user to used and never back."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors.registry import BUNDLED
from tests.server import ROOT

#: What the package `collectors` gives plugin authors an address for, or keeps to itself.
MACHINERY = (
    "backoff", "base", "errors", "frames", "instance", "metric", "plugin_files", "registry", "sample", "sampler",
    "streaming", "testing", "units", "worker",
)  # fmt: skip


def test_the_contracts_of_pyproject_hold() -> None:
    """Every import-linter contract is kept."""
    # In a process of its own: it sets logging up anew, which switches the loggers off that other tests read.
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_eventlet_is_named_in_one_file() -> None:
    """No file but dashboard/__main__.py imports eventlet."""
    naming = [
        path for path in sources("dashboard", "collectors") if any(re.match(r"eventlet\b", n) for n in imported(path))
    ]
    found = [path.relative_to(ROOT).as_posix() for path in naming]
    assert found == ["dashboard/__main__.py"]


def test_importing_the_packages_imports_nothing_heavy() -> None:
    """`import dashboard` comes before eventlet has patched, so it must not bring in what would have to be patched."""
    script = "import sys, dashboard; print(*sorted({'eventlet', 'flask', 'socketio', 'threading'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-S", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("module", BUNDLED)
def test_bundled_collectors_use_the_public_door(module: str) -> None:
    """A bundled collector imports what a plugin author imports, and perhaps a table of its own; no other collector."""
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    machinery = {f"collectors.{name}" for name in MACHINERY}
    ours = {name for name in imported(path) if name.partition(".")[0] in ("collectors", "dashboard")}
    assert not {name for name in ours if name.startswith("dashboard")}
    assert not ours & (machinery | set(BUNDLED))


def sources(*packages: str) -> Iterator[Path]:
    for package in packages:
        yield from sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The modules that `path` imports, wherever the import stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names
