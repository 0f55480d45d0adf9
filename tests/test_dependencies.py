"""The lower bounds of what Plotroom needs, each with its reason."""

from __future__ import annotations

import tomllib
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.server import ROOT

#: name -> the oldest version that will do, and why no older one does
BOUNDS = {
    "click": ("8.4.0", "tells which command or option was probably meant"),
    "eventlet": ("0.41.2", "ends without a traceback; before 0.40.3 CVE-2025-58068, requests smuggled in trailers"),
    "filelock": ("3.20.3", "CVE-2026-22701, CVE-2025-68146: whoever may write the folder could have a link followed"),
    "flask": ("3.1.3", "GHSA-68rp-wp8r-4726: answers that depend on a session could be cached for others"),
    "flask-socketio": ("5.5.1", "hands the reason to disconnect handlers, and takes python-socketio 5.12 and later"),
    "h11": ("0.16.0", "CVE-2025-43859: requests smuggled in malformed chunks; in the threading mode under WebSocket"),
    "jinja2": ("3.1.6", "CVE-2025-27516: a template could leave its sandbox"),
    "numpy": ("2.0.0", "type promotion by value is gone; tested with these rules alone"),
    "orjson": ("3.11.6", "CVE-2025-67221: deeply nested data overflowed the stack and ended the process"),
    "pcodec": ("1.1.0", "the oldest that the tests have run with"),
    "platformdirs": ("4.0.0", "the oldest that the tests have run with"),
    "plotly": ("7.1.0", "brings the plotly.js that the page serves"),
    "psutil": ("6.0.0", "Process.net_connections has this name since then"),
    "pydantic": ("2.9.0", "the oldest that the tests have run with; before 2.4 CVE-2024-3772, a slow pattern"),
    "python-engineio": ("4.13.4", "leaves a closed WebSocket in peace; before 4.13.2 CVE-2026-48802, a thread a pong"),
    "python-socketio": ("5.18.0", "tells managers who is about to join; before 5.16.2 it kept strangers' attachments"),
    "rich": ("13.9.0", "the oldest that the tests have run with; draws `plotroom watch`"),
    "simple-websocket": ("1.0.0", "the oldest that the tests have run with; the threading mode's WebSocket"),
    "sqlalchemy": ("2.1.9", "the oldest that the tests have run with"),
    "wsproto": ("1.2.0", "the oldest that the tests have run with; reads WebSocket frames"),
    "tsdownsample": ("0.1.4.1", "the oldest that the tests have run with, and with wheels for numpy 2"),
    "werkzeug": ("3.1.8", "takes no Host with strange characters; before 3.1.6 GHSA-29vq-49wr-vm6x on Windows"),
}  # fmt: skip


def requirements() -> dict[str, Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {one.name: one for one in map(Requirement, project["dependencies"])}


def test_every_requirement_has_a_reason() -> None:
    """The table above and pyproject.toml name the same packages."""
    assert set(requirements()) == set(BOUNDS)


@pytest.mark.parametrize("name", BOUNDS)
def test_a_version_below_its_bound_is_refused(name: str) -> None:
    """pyproject.toml takes the bound of the table and nothing before it."""
    bound = Version(BOUNDS[name][0])
    [specifier] = requirements()[name].specifier
    assert specifier.operator in (">=", "==")
    assert Version(specifier.version) == bound, f"{name}: {BOUNDS[name][1]}"


@pytest.mark.parametrize("name", BOUNDS)
def test_what_is_installed_is_not_older(name: str) -> None:
    """What the tests run with fulfils the bounds."""
    assert requirements()[name].specifier.contains(version(name), prereleases=True)
