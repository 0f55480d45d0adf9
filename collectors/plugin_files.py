"""Which files a plugin consists of: its own and its author's, not what is installed beside them."""

from __future__ import annotations

import os
from pathlib import Path

#: Files of one plugin that are looked at.
MOST_FILES = 1_000
_INSTALLED = {"site-packages", "dist-packages", "node_modules", "__pycache__"}


def is_own(file: Path, folder: Path) -> bool:
    """Whether `file` stands below `folder`, and in no virtual environment or hidden folder there."""
    return file.is_relative_to(folder) and not any(map(_foreign, file.relative_to(folder).parts[:-1]))


def own_files(folder: Path) -> list[str]:
    """The Python files below `folder`, at most `MOST_FILES` of them."""
    found: list[str] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not _foreign(one))
        found += (os.path.join(place, name) for name in sorted(names) if name.endswith(".py"))
        if len(found) >= MOST_FILES:
            break
    return found[:MOST_FILES]


def _foreign(folder: str) -> bool:
    return folder.startswith(".") or folder in _INSTALLED
