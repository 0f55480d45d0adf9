"""A page's JavaScript modules in one file: a first visit asks for it instead of for a hundred and fifty.

In static/js each module is a file. Joined, it is a block, so that what it declares stays its own, after those that it
imports; what it exports is an object that later blocks take names from. A module that is loaded when it is needed
(`import()`) is a function that runs once. What lies under vendor/ stays as it is.

Only the forms that our modules are written in are known. Any other is refused rather than guessed at. Two things differ
from what a browser does with the files: a module that waits (`await`) keeps all after it waiting, and what is exported
is taken once, which is why `export let` is none of the forms.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dashboard.paths import STATIC

# Each begins with plain letters, which are searched for ten times as fast as the begin of a line; that they stand there
# is asked afterwards.
_IMPORT = re.compile(
    r"import (?<=^import )(?:\* as (?P<whole>\w+)|(?P<default>\w+)|\{(?P<names>[^{}]*)\})"
    r' from "(?P<path>\.[^"]+)";',
    re.M,
)
_PASSED_ON = re.compile(r'export \{(?<=^export \{)(?P<names>[^{}]*)\} from "(?P<path>\.[^"]+)";', re.M)
_EXPORT = re.compile(
    r"export (?<=^export )(?:(?:async )?function\*? |class |const )(?:(?P<name>\w+)|\{(?P<names>[^{}]*)\})", re.M
)
_LATER = re.compile(r'import\((?:(?<=await import\()|(?<=return import\()|(?<==> import\())"(?P<path>\.[^"]+)"\)')
_UNKNOWN = (re.compile(r"import(?<=^import)\b.*", re.M), re.compile(r"export(?<=^export)\b.*", re.M))
#: A comment that has lines of its own.
COMMENT = re.compile(r"^[ \t]*/(?:/.*|\*\*[^*]*\*+(?:[^/*][^*]*\*+)*/)\n", re.M)

_HEAD = """\
// The modules of this page in one file; under static/js each is as it was written.
const $once = (run) => { let running; return () => running ??= run(); };
"""


@dataclass(frozen=True)
class Pack:
    """The modules of one page.

    Attributes:
        path: under which it is served, below the static files.
        text: JavaScript.
        libraries: the paths of what it imports from vendor/.
    """

    path: str
    text: str
    libraries: tuple[str, ...]

    def paths(self) -> list[str]:
        """All that the browser may ask for at once."""
        return [self.path, *self.libraries]


def packed(*firsts: str, folder: Path = STATIC) -> list[Pack]:
    """Join each of these modules and all that it imports, at once or later.

    Args:
        firsts: their paths below `folder`, such as "js/main.js".
        folder: the static files.

    Raises:
        ValueError: a module says something in a form that is not known, or two import each other.
        OSError: one that is imported is not there.
    """
    texts = _Texts(folder)
    return [_Packing(texts).pack(first) for first in firsts]


class _Texts:
    """The modules below a folder without their comments, each read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts: dict[str, str] = {}
        self._declared: dict[str, list[str]] = {}

    def __getitem__(self, path: str) -> str:
        if path not in self._texts:
            self._texts[path] = COMMENT.sub("", (self._folder / path).read_text("utf-8"))
        return self._texts[path]

    def declared(self, path: str) -> list[str]:
        """The names that a module exports where it declares them."""
        if path not in self._declared:
            found = [_pairs(one["name"] or one["names"], ":") for one in _EXPORT.finditer(self[path])]
            self._declared[path] = [name for pairs in found for _, name in pairs]
        return self._declared[path]

    def exported(self, path: str) -> set[str]:
        """All names that others can take from it."""
        passed = (_pairs(one["names"]) for one in _PASSED_ON.finditer(self[path]))
        return {*self.declared(path), *(name for pairs in passed for _, name in pairs)}


class _Packing:
    """One pack in the making; a module has a name of its own in it."""

    def __init__(self, texts: _Texts) -> None:
        self._texts = texts
        self._names: dict[str, str] = {}

    def pack(self, first: str) -> Pack:
        at_once = self._in_order([first], set())
        later: list[str] = []
        for path in (found := [*at_once]):
            new = self._in_order(self._imports(path, _LATER), {*at_once, *later})
            later += [one for one in new if not _is_library(one)]
            found += new
        libraries = [path for path in found if _is_library(path)]
        own = [path for path in at_once if not _is_library(path)]
        place = posixpath.dirname(first)
        text = [
            *(f'import * as {self._name(path)} from "{posixpath.relpath(path, place)}";\n' for path in libraries),
            _HEAD,
            f"let {', '.join(map(self._name, own))};\n",
            *(self._function(path, later) for path in later),
            *(self._block(path, later) for path in own),
        ]
        return Pack(f"{first.removesuffix('.js')}.pack.js", "".join(text), tuple(libraries))

    def _in_order(self, paths: list[str], known: set[str]) -> list[str]:
        """Those modules and what they import, each after all that it imports itself, without the known ones."""
        done: dict[str, bool] = dict.fromkeys(known, True)
        order: list[str] = []

        def visit(path: str) -> None:
            if done.get(path):
                return
            if path in done:
                raise ValueError(f"{path} imports itself, by way of others")
            done[path] = False
            for other in self._imports(path, _IMPORT, _PASSED_ON):
                visit(other)
            done[path] = True
            order.append(path)

        for path in paths:
            visit(path)
        return order

    def _imports(self, path: str, *patterns: re.Pattern[str]) -> list[str]:
        if _is_library(path):
            return []
        found = sorted((one for pattern in patterns for one in pattern.finditer(self._texts[path])), key=re.Match.start)
        return [_beside(path, one["path"]) for one in found]

    def _name(self, path: str) -> str:
        return self._names.setdefault(path, f"${len(self._names)}")

    def _block(self, path: str, later: list[str]) -> str:
        body, exported = self._body(path, later)
        return f"// {path}\n{{\n{body}{self._name(path)} = {exported};\n}}\n"

    def _function(self, path: str, later: list[str]) -> str:
        body, exported = self._body(path, later)
        return f"// {path}\nconst {self._name(path)} = $once(async () => {{\n{body}return {exported};\n}});\n"

    def _body(self, path: str, later: list[str]) -> tuple[str, str]:
        """A module without its imports and exports, and the object of the latter."""

        def module(other: str) -> str:
            return f"await {self._name(other)}()" if other in later else self._name(other)

        def taken(one: re.Match[str]) -> str:
            other = _beside(path, one["path"])
            if one["whole"]:
                return f"const {one['whole']} = {module(other)};"
            names = [("default", one["default"])] if one["default"] else list(_pairs(one["names"]))
            self._demand(path, other, names)
            return f"const {{ {', '.join(f'{name}: {here}' for name, here in names)} }} = {module(other)};"

        def asked(one: re.Match[str]) -> str:
            other = _beside(path, one["path"])
            return f"{self._name(other)}()" if other in later else f"Promise.resolve({self._name(other)})"

        text = self._texts[path]
        exported = {name: name for name in self._texts.declared(path)}
        for one in _PASSED_ON.finditer(text):
            other = _beside(path, one["path"])
            self._demand(path, other, _pairs(one["names"]))
            exported |= {there: f"({module(other)}).{name}" for name, there in _pairs(one["names"])}
        text = _LATER.sub(asked, _IMPORT.sub(taken, _PASSED_ON.sub("", text)))
        text = _EXPORT.sub(lambda one: one[0].removeprefix("export "), text)
        for unknown in filter(None, (form.search(text) for form in _UNKNOWN)):
            raise ValueError(f"{path}: this form of import or export is not known: {unknown[0]}")
        return text, f"{{ {', '.join(f'{name}: {value}' for name, value in exported.items())} }}"

    def _demand(self, path: str, other: str, names: Iterable[tuple[str, str]]) -> None:
        """A name that is not found would only be undefined where it is used."""
        if _is_library(other):
            return
        there = self._texts.exported(other)
        for name, _ in names:
            if name not in there:
                raise ValueError(f"{path}: {other} does not export {name}, or in a form that is not known")


def _is_library(path: str) -> bool:
    return path.startswith("vendor/")


def _beside(path: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), name))


def _pairs(names: str, between: str = " as ") -> Iterator[tuple[str, str]]:
    """Names as they are there, and as they are here, from a list such as `a, b as c`."""
    for one in filter(None, map(str.strip, names.split(","))):
        there, _, here = one.partition(between)
        yield there.strip(), (here or there).strip()
