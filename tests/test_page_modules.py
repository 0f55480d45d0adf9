"""Tests of what templates/page.html and the modules in static/js promise each other."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from dashboard.web.modules import COMMENT, packed
from tests.server import ROOT

STATIC = ROOT / "static"
PAGE = (ROOT / "templates" / "page.html").read_text(encoding="utf-8")
MODULES = sorted((STATIC / "js").rglob("*.js"))
#: Not loaded as modules: one runs before the first paint, the others hold types only.
APART = {"js/early.js", "js/types.js", "js/board/types.js"}


#: A page whose modules use every form that is known; each says when it runs.
FORMS = {
    "vendor/lib.js": 'console.log("lib");\nexport default (x) => 2 * x;\n',
    "js/main.js": """
// import { no } from "./no.js";
import twice from "../vendor/lib.js";
import {
  pair,
  sum as total,
} from "./deep/sums.js";
import { Kept, home } from "./passed.js";
import * as words from "./words.js";

/** @type {import("./no.js").No} */
const { left, right } = pair;
console.log("main", twice(total(left, right)), words.words, new Kept().name, home);
const { late, again } = await import("./late.js");
console.log(await late(), again === (await import("./late.js")).again);
""",
    "js/words.js": """
const OTHERS = { zh: () => import("./zh.js") };
export const {
  words, small: few,
} = await OTHERS.zh();
console.log("words", few);
""",
    "js/zh.js": 'console.log("zh");\nexport const words = "many";\nexport const small = 1;\n',
    "js/deep/sums.js": """
console.log("sums");
export const pair = { left: 3, right: 4 };
export function sum(a, b) {
  return a + b;
}
""",
    "js/passed.js": 'export { Kept, home } from "./kept.js";\nexport const more = 1;\n',
    "js/kept.js": """
export class Kept {
  name = home;
}
export const home = new URL("./x", import.meta.url).pathname.split("/").at(-2);
""",
    "js/late.js": """
import { Kept } from "./passed.js";
import { only } from "./only-late.js";
console.log("late", only, Kept.name);
export async function late() {
  return (await import("./deep/sums.js")).sum(5, 6);
}
export const again = {};
""",
    "js/only-late.js": 'console.log("only late");\nexport const only = 1;\n',
}


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in {"package.json": '{"type": "module"}', **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def run(*command: object) -> str:
    ended = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=30, check=False, cwd=ROOT)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_pack_does_what_its_modules_do(tmp_path: Path) -> None:
    """In the same order, each once, and later what is loaded later; what is in vendor/ stays outside."""
    write(tmp_path, FORMS)
    (pack,) = packed("js/main.js", folder=tmp_path)
    assert pack.paths() == ["js/main.pack.js", "vendor/lib.js"]
    write(tmp_path, {pack.path: pack.text})
    apart = run("node", tmp_path / "js/main.js").splitlines()
    assert (apart[0], apart[-1], len(apart)) == ("lib", "11 true", 8)
    assert run("node", tmp_path / pack.path).splitlines() == apart


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("export default 1;", "export default 1;"),
        ('export * from "./kept.js";', "export *"),
        ('import one, { two } from "./kept.js";', "import one, {"),
        ('import "./kept.js";', 'import "./kept.js"'),
        ("const a = 1;\nexport { a };", "export { a }"),
        ('export let a = 1;', "export let"),
        ('import { more } from "./main.js";', "imports itself"),
        ("export const b = 1, a = 2;", "does not export a"),
    ],
)  # fmt: skip
def test_other_forms_are_refused(tmp_path: Path, text: str, why: str) -> None:
    """What a pack would not do as its modules do is said with the module, and no pack is made."""
    main = 'import { a } from "./a.js";\n'
    write(tmp_path, {"js/main.js": main, "js/a.js": text, "js/kept.js": ""})
    with pytest.raises(ValueError, match=rf"^js/(a|main)\.js.*{re.escape(why)}"):
        packed("js/main.js", folder=tmp_path)


def test_every_module_of_ours_is_in_a_pack() -> None:
    """Once, and nothing is left over; what the browser then asks for is there."""
    packs = packed("js/main.js", "js/embed.js")
    ours = {file.relative_to(STATIC).as_posix() for file in MODULES} - APART
    found = [re.findall(r"^// (js/\S+\.js)$", pack.text, re.MULTILINE) for pack in packs]
    assert [len(each) for each in found] == [len(set(each)) for each in found]
    assert {path for each in found for path in each} == ours
    for pack in packs:
        assert len(pack.libraries) == 3
        assert all((STATIC / path).is_file() for path in pack.libraries)


def test_only_comments_are_left_out(tmp_path: Path) -> None:
    """No text of a template looks like a comment: without comments, TypeScript reads every module as before."""
    both = {}
    for file in MODULES:
        text = file.read_text(encoding="utf-8")
        both[str(file.relative_to(STATIC))] = [text, COMMENT.sub("", text)]
    (tmp_path / "both.json").write_text(json.dumps(both), encoding="utf-8")
    script = """
      const [ts, fs] = [require("typescript"), require("fs")];
      const printer = ts.createPrinter({ removeComments: true });
      const read = (text) => printer.printFile(ts.createSourceFile("a.js", text, ts.ScriptTarget.Latest, true));
      for (const [path, [was, is]] of Object.entries(JSON.parse(fs.readFileSync(process.argv[1], "utf8"))))
        if (read(was) !== read(is)) console.log(path);
    """
    assert run("node", "-e", script, tmp_path / "both.json") == ""


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


def test_one_module_alone_calls_plotly() -> None:
    """Plotly's functions are called in one file."""
    pattern = re.compile(r"\b(?:newPlot|\.react|\.relayout|\.purge|\.restyle)\(")
    users = {file.name for file in MODULES if pattern.search(file.read_text(encoding="utf-8"))}
    assert users == {"plot.js"}


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
