"""Tests of what templates/page.html and the modules in static/js promise each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboard.web.modules import preloaded
from tests.server import ROOT

STATIC = ROOT / "static"
PAGE = (ROOT / "templates" / "page.html").read_text(encoding="utf-8")
MODULES = sorted((STATIC / "js").rglob("*.js"))
#: Not loaded as modules: one runs before the first paint, the others hold types only.
APART = {"js/early.js", "js/types.js", "js/board/types.js"}


def test_the_page_preloads_what_its_first_module_imports() -> None:
    """No module is found by the browser only after another one has arrived."""
    found = preloaded()
    assert found[0] == "js/main.js"
    assert len(found) == len(set(found))
    assert {"js/app.js", "js/components/page.js", "vendor/vue.runtime.esm-browser.prod.js"} <= set(found)
    assert all((STATIC / path).is_file() for path in found)


def test_no_module_is_left_over() -> None:
    """Every module of ours is reached from the first one of a page, at once or when it is needed."""
    seen = {*preloaded(), *preloaded("js/embed.js")}
    later = set(seen)
    while later:
        texts = {path: (STATIC / path).read_text(encoding="utf-8") for path in later if path.startswith("js/")}
        found = {
            ((STATIC / path).parent / name).resolve().relative_to(STATIC).as_posix()
            for path, text in texts.items()
            for name in re.findall(r'(?:=>|await|return) import\("(\.[^"]+)"\)', text)
        }
        later = {more for path in found for more in preloaded(path)} - seen
        seen |= later
    ours = {file.relative_to(STATIC).as_posix() for file in MODULES} - APART
    assert {path for path in seen if path.startswith("js/")} == ours


def test_what_is_imported_later_is_not_preloaded(tmp_path: Path) -> None:
    """`import()` waits until it is called; imports over several lines, for their effect, and exports count at once."""
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "main.js").write_text(
        'import {\n  one,\n} from "./one.js";\nimport "./effect.js";\nexport { x } from "../vendor/lib.js";\n'
        'const two = () => import("./two.js");\n'
    )
    (tmp_path / "js" / "one.js").write_text('// import "./comment.js"\nimport { main } from "./main.js";\n')
    (tmp_path / "js" / "effect.js").write_text("")
    assert preloaded(folder=tmp_path) == ["js/main.js", "js/one.js", "js/effect.js", "vendor/lib.js"]


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
