"""Which JavaScript modules the page loads at its start: what its first module imports, and what these import."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from dashboard.paths import STATIC

#: `import ... from "..."`, over several lines too, and `export ... from "..."`; `import("...")` is loaded later.
_IMPORT = re.compile(r'^(?:import|export)\b[^;"()]*"(\.[^"]+)"', re.MULTILINE)


def preloaded(first: str = "js/main.js", folder: Path = STATIC) -> list[str]:
    """The paths of all modules that are loaded at once, below `folder`, the first one first.

    A browser that is told of them fetches them side by side, and not one import after the other.
    """
    found = {first: None}
    todo = [first]
    while todo:
        path = todo.pop()
        for name in _IMPORT.findall((folder / path).read_text("utf-8")) if path.startswith("js/") else ():
            other = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
            if other not in found:
                found[other] = None
                todo.append(other)
    return list(found)
