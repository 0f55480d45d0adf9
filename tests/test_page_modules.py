"""Tests of what templates/page.html and the modules in static/js promise each other."""

from __future__ import annotations

import re

import pytest

from tests.server import ROOT

STATIC = ROOT / "static"
PAGE = (ROOT / "templates" / "page.html").read_text(encoding="utf-8")
MODULES = sorted((STATIC / "js").rglob("*.js"))
#: Not loaded as modules: one runs before the first paint, the other holds types only.
APART = {"js/theme.js", "js/types.js"}


def named(path: str) -> set[str]:
    """What a module imports, as paths below static/."""
    text = (STATIC / path).read_text(encoding="utf-8")
    imports = re.findall(r'^(?:import|\}) .*?from "([^"]+)";|^import "([^"]+)";', text, re.MULTILINE)
    found = {first or second for first, second in imports}
    return {((STATIC / path).parent / name).resolve().relative_to(STATIC).as_posix() for name in found}


def test_every_module_is_preloaded() -> None:
    """The page names every module, so that none is found only after another one has arrived."""
    listed = set(re.findall(r'"((?:js|vendor)/[\w./-]+\.js)"', PAGE))
    ours = {file.relative_to(STATIC).as_posix() for file in MODULES} - APART
    assert {path for path in listed if path.startswith("js/")} == ours
    assert all((STATIC / path).is_file() for path in listed)


def test_the_modules_lead_from_main_to_all() -> None:
    """No module is left over, and every import is preloaded."""
    seen: set[str] = set()
    todo = ["js/main.js"]
    while todo:
        path = todo.pop()
        if path not in seen:
            seen.add(path)
            todo += named(path) if path.startswith("js/") else []
    listed = set(re.findall(r'"((?:js|vendor)/[\w./-]+\.js)"', PAGE))
    assert seen == listed


@pytest.mark.parametrize(
    ("library", "module"),
    [("socket.io", "js/connection.js"), ("htm.module", "js/components/html.js")],
)
def test_a_library_has_one_door(library: str, module: str) -> None:
    """The socket is imported by one module alone, and so are the templates."""
    users = {
        file.relative_to(STATIC).as_posix()
        for file in MODULES
        if re.search(rf'from ".*/{re.escape(library)}', file.read_text(encoding="utf-8"))
    }
    assert users == {module}


def test_only_the_chart_calls_plotly() -> None:
    """Plotly's functions are called in one file."""
    pattern = re.compile(r"\b(?:newPlot|\.react|\.relayout|\.purge|\.restyle)\(")
    users = {file.name for file in MODULES if pattern.search(file.read_text(encoding="utf-8"))}
    assert users == {"chart.js"}


def test_the_page_has_no_inline_script_or_style() -> None:
    """Nothing in the page needs an exception from the strict policy; the boot data are no script."""
    scripts = re.findall(r"<script\b([^>]*)>", PAGE)
    assert all("src=" in script or 'type="application/json"' in script for script in scripts)
    assert "<style" not in PAGE
    assert not re.search(r"\son\w+=|\sstyle=", PAGE)


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.name)
def test_modules_make_no_markup_and_no_code_from_text(file: object) -> None:
    """Text reaches the page through text nodes."""
    text = (STATIC / str(file)).read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)
