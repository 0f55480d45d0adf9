"""The docs can't drift: whatever a user can set, call or receive is named in them, and what they say to type works."""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import urlparse

import psutil
import pytest

from collectors.registry import BUNDLED, load_module
from dashboard import settings_sources
from dashboard.app import create_app
from dashboard.live import wire
from dashboard.settings import Settings
from tests.server import QUIET, ROOT, Server, free_port

PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")


@cache
def code_in_docs() -> str:
    """All that stands in backticks or code blocks in docs/."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").rglob("*.md")))
    blocks = [body for _, body in FENCE.findall(text)]
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", FENCE.sub("", text))])


def undocumented(names: Sequence[str]) -> list[str]:
    return [name for name in names if not re.search(rf"(?<![\w.]){re.escape(name)}(?![\w])", code_in_docs())]


def test_every_setting_is_documented() -> None:
    """Each setting is in the docs by its name in plotroom.toml, its option and its environment variable."""
    rows = settings_sources.table()
    assert undocumented([row.name for row in rows]) == []
    assert undocumented([row.option for row in rows]) == []
    assert undocumented([row.env for row in rows]) == []


def test_every_event_is_documented() -> None:
    """Each event of the wire is in the docs."""
    assert undocumented([event.value for event in wire.Event]) == []


def test_every_error_code_is_documented() -> None:
    """Each code with which a request may be refused, on the wire or over HTTP, is in the docs."""
    codes = http_codes()
    assert "unknown_metric" in codes
    assert undocumented([*(code.value for code in wire.Code), *sorted(codes)]) == []


def test_every_endpoint_is_documented(tmp_path: Path) -> None:
    """Each route of the server is in the docs."""
    room = create_app(Settings(data_dir=tmp_path), "threading", lambda function, *arguments: function(*arguments))
    rules = {re.sub(r"<\w+:", "<", rule.rule) for rule in room.flask.url_map.iter_rules()}
    routes = sorted(rules - {"/static/<filename>"})
    assert "/api/v1/query" in routes
    assert undocumented(routes) == []


def test_every_bundled_collector_is_documented() -> None:
    """Each bundled collector and each option of its own is in the docs."""
    declared = [one for module in BUNDLED for one in load_module(module)]
    kinds = [one.kind for one in declared if one.kind is not None]
    assert len(kinds) == len(declared)
    assert undocumented([one.name for one in declared]) == []
    assert undocumented([option for kind in kinds for option in kind.Config.model_fields]) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """A link or picture of the docs that names a file of the repository names one that is there."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    targets = [link.partition("#")[0] for link in LINK.findall(text) if not urlparse(link).scheme]
    assert [one for one in targets if one and not (page.parent / one.replace("\\_", "_")).exists()] == []


def test_every_test_says_what_it_shows() -> None:
    """Each test has a docstring of one sentence of behaviour."""
    silent = []
    for path in sorted((ROOT / "tests").glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node):
                silent.append(f"{path.name}::{node.name}")
    assert silent == []


def test_the_makefile_explains_its_words() -> None:
    """`make` alone names every word that the README and CONTRIBUTING tell to type."""
    told = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md"))
    words = set(re.findall(r"`make (\w+)", told)) | set(re.findall(r"^make (\w+)", told, re.MULTILINE))
    explained = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert words
    assert {word for word in words if f"make {word}" not in explained} == set()


def test_the_readme_starts_it(tmp_path: Path) -> None:
    """What the README says to type starts a server, passes ARGS on, and prints the address."""
    [command] = [line for line in readme_blocks("sh") if line.startswith("make run")]
    port = free_port()
    arguments = f"--port {port} --data-dir {tmp_path / 'data'} --config {tmp_path / 'plotroom.toml'}"
    (tmp_path / "plotroom.toml").write_text("", encoding="utf-8")
    with (tmp_path / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [*command.split(), f"ARGS={arguments}"],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=without_make(),
        )  # fmt: skip
    try:
        printed = wait_for(lambda: re.search(rf"http://[\w.]+:{port}\S*", (tmp_path / "log.txt").read_text()))
        assert printed
        [child] = psutil.Process(process.pid).children()
        child.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0, (tmp_path / "log.txt").read_text()
    finally:
        process.kill()
        process.wait()


def test_the_plugin_of_the_readme_draws(server: Callable[..., Server]) -> None:
    """The README's plugin, dropped into the folder that it names while the server runs, is a chart with values."""
    [plugin] = [block for block in readme_blocks("python") if "@metric" in block]
    [name] = re.findall(r'@metric\("([\w.]+)"', plugin)
    running = server(config=QUIET)
    (running.home / "plugins").mkdir(exist_ok=True)
    (running.home / "plugins" / "mine.py").write_text(plugin, encoding="utf-8")

    def drawn() -> bool:
        status, _, body = running.get(f"/api/v1/query?metric={name}")
        return status == 200 and re.search(rb'"v":\s*\[\[[^\]]*\d', body) is not None

    assert wait_for(drawn), running.log()


def http_codes() -> set[str]:
    """The second argument of every `RequestRefused(status, code, message)` of the server."""
    found = set()
    for path in (ROOT / "dashboard").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) > 1):
                continue
            code = node.args[1]
            if node.func.id == "RequestRefused" and isinstance(code, ast.Constant):
                found.add(str(code.value))
    return found


def readme_blocks(language: str) -> list[str]:
    blocks = FENCE.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    return [body.strip() for kind, body in blocks if kind == language]


def without_make() -> dict[str, str]:
    """The environment less what the `make` that runs the tests has put there for its own children."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "ARGS"))}


def wait_for(condition: Callable[[], object], seconds: float = 20.0) -> object:
    """What `condition` gives as soon as it is true, or at the end of the time."""
    deadline = time.monotonic() + seconds
    while not (result := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return result
