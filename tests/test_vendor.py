"""The vendored files are what their manifest says, licensed, and of the versions that belong together."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from typing import Any

import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs_version

from tests.server import ROOT

VENDOR = ROOT / "static" / "vendor"
ROWS: list[dict[str, Any]] = json.loads((VENDOR / "vendor.json").read_text(encoding="utf-8"))["files"]  # Any: JSON
BY_FILE = {row["file"]: row for row in ROWS}
LICENCES = {"MIT": "Permission is hereby granted", "Apache-2.0": "Apache License"}


@pytest.mark.parametrize("file", BY_FILE)
def test_a_file_is_what_its_manifest_says(file: str) -> None:
    """Size and SHA-256 of each vendored file are those of the manifest."""
    content = (VENDOR / file).read_bytes()
    assert len(content) == BY_FILE[file]["bytes"]
    assert hashlib.sha256(content).hexdigest() == BY_FILE[file]["sha256"]


@pytest.mark.parametrize("file", BY_FILE)
def test_the_compressed_file_is_the_same(file: str) -> None:
    """What browsers get compressed unpacks to the file itself."""
    assert gzip.decompress((VENDOR / f"{file}.gz").read_bytes()) == (VENDOR / file).read_bytes()


@pytest.mark.parametrize("file", BY_FILE)
def test_a_file_has_origin_and_licence(file: str) -> None:
    """The manifest names package, version and origin, and the terms of the licence stand beside the file."""
    row = BY_FILE[file]
    assert row["package"] and re.fullmatch(r"\d+\.\d+\.\d+", row["version"])
    assert row["version"] in row["origin"]
    assert LICENCES[row["licence"]] in (VENDOR / row["licence_file"]).read_text(encoding="utf-8")


def test_nothing_else_is_vendored() -> None:
    """Every file of the folder is in the manifest."""
    licences = {row["licence_file"] for row in ROWS}
    expected = {*BY_FILE, *(f"{file}.gz" for file in BY_FILE), *licences, "vendor.json", "refresh.py"}
    found = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    # Declarations for the type checker may stand beside a file; they are not served.
    ignored = ("__pycache__", ".d.ts")
    assert {path for path in found if not any(part in path for part in ignored)} == expected


def test_plotly_js_is_the_wheels() -> None:
    """The page draws with the plotly.js for which the plotly wheel makes its figures."""
    assert BY_FILE["plotly-cartesian.min.js"]["version"] == get_plotlyjs_version()
    head = (VENDOR / "plotly-cartesian.min.js").read_text(encoding="utf-8")[:200]
    assert f"v{get_plotlyjs_version()}" in head


def test_each_part_of_the_world_has_its_outlines() -> None:
    """Plotly asks for them by the scope of a map; those that it has are those that are here."""
    scopes = [one for one in go.layout.Geo()._get_validator("scope").values if one != "world"]
    for scope in ("world", *scopes):
        outlines = json.loads((VENDOR / "maps" / f"{scope.replace(' ', '-')}_110m.json").read_text(encoding="utf-8"))
        assert "coastlines" in outlines["objects"]
    assert BY_FILE["maps/world_110m.json"]["version"] == get_plotlyjs_version()


def test_socket_io_is_the_one_that_the_checks_use() -> None:
    """The checks on Node talk to the server with the same socket.io-client as the page."""
    development = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert BY_FILE["socket.io.esm.min.js"]["version"] == development["socket.io-client"]


def test_the_lock_file_names_no_host() -> None:
    """package-lock.json pins by version and checksum and leaves the place to npm's own configuration."""
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert all("integrity" in one and "resolved" not in one for one in packages.values())
