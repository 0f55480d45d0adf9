"""Where the page's files stand: beside the packages in a checkout, inside this package in an installed wheel."""

from __future__ import annotations

from pathlib import Path


def _home() -> Path:
    package = Path(__file__).resolve().parent
    return package if (package / "templates").is_dir() else package.parent


TEMPLATES = _home() / "templates"
STATIC = _home() / "static"
