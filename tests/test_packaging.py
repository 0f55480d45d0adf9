"""The wheel: what it carries, and that it works where there is no checkout."""

from __future__ import annotations

import re
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urljoin

import pytest
from packaging.requirements import Requirement

from tests.server import ROOT, Server

IMPORT = re.compile(r"""(?:^|[\s;}])(?:import|export)\s*(?:[\w*${}\s,]+\s*from\s*)?["'](\.{1,2}/[^"']+)["']""")
CSS_URL = re.compile(r"""url\(\s*["']?(?!data:|#)([^"')]+)""")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [path] = folder.glob("plotroom-*.whl")
    return path


@pytest.fixture(scope="module")
def plotroom(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command `plotroom` in an environment that holds the wheel and what it declares to need, and nothing else.

    What it needs is linked from the running environment instead of installed, so that the test needs no network.
    """
    folder = tmp_path_factory.mktemp("empty")
    venv.create(folder, with_pip=False, symlinks=True)
    [site] = folder.glob("lib/python*/site-packages")
    for needed in closure(*(distribution("plotroom").requires or ())):
        for name in top_level(needed):
            if not (site / name).exists():
                (site / name).symlink_to(Path(str(needed.locate_file(name))).resolve())
    install = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--quiet"]
    subprocess.run([*install, "--no-deps", "--no-index", str(wheel)], check=True)
    return folder / "bin" / "plotroom"


def test_the_wheel_carries_every_file_of_the_page(wheel: Path) -> None:
    """templates/ and static/ are in the wheel, file for file, inside the package that serves them."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("templates", "static"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert f"dashboard/{path.relative_to(ROOT).as_posix()}" in names


def test_the_wheel_carries_nothing_else(wheel: Path) -> None:
    """Neither tests nor what a checkout's tools leave behind is shipped."""
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"dashboard", "collectors", "plotroom-0.1.0.dist-info"}
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_it_works_outside_a_checkout(plotroom: Path, server: Callable[..., Server]) -> None:
    """Installed into an empty environment it starts, and serves its page and every file that the page refers to."""
    running = server(command=(str(plotroom),))
    status, headers, body = running.get("/")
    assert (status, headers["content-type"].partition(";")[0]) == (200, "text/html")
    seen: dict[str, int] = {}
    waiting = list(references("/", headers["content-type"], body.decode()))
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen[path], kind, content = fetch(running, path)
        waiting += references(path, kind, content)
    assert {path: status for path, status in seen.items() if status != 200} == {}
    kinds = {path.rpartition(".")[2] for path in seen}
    assert {"js", "css"} <= kinds


def test_the_command_tells_its_version(plotroom: Path, tmp_path: Path) -> None:
    """`plotroom --version` works anywhere and says which release this is."""
    done = subprocess.run([plotroom, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "0.1.0" in done.stdout


def test_the_bench_works_outside_a_checkout(plotroom: Path, tmp_path: Path) -> None:
    """`plotroom bench` starts its server and its clients from the wheel."""
    command = [str(plotroom), "bench", "--clients", "20", "--rooms", "2", "--seconds", "0.2"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "of memory for each client" in done.stdout


def fetch(server: Server, path: str) -> tuple[int, str, str]:
    status, headers, body = server.get(path)
    return status, headers.get("content-type", ""), body.decode("utf-8", "replace")


def references(path: str, kind: str, text: str) -> Iterator[str]:
    """The paths on the same server that a page, module or style sheet refers to."""
    if kind.startswith("text/html"):
        parser = _Links()
        parser.feed(text)
        found = parser.links
    elif "javascript" in kind and "/vendor/" not in path:
        found = IMPORT.findall(text)
    elif kind.startswith("text/css"):
        found = CSS_URL.findall(text)
    else:
        found = []
    for one in found:
        assert not one.startswith(("http:", "https:", "//")), f"{path} refers to another server: {one}"
        yield urljoin(path, one)


class _Links(HTMLParser):
    """Collects what a page loads: scripts, style sheets, icons, images."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        link = values.get("src") if tag in ("script", "img") else values.get("href") if tag == "link" else None
        if link and not link.startswith("data:"):
            self.links.append(link)


def closure(*needed: str) -> Iterator[Distribution]:
    """The installed distributions that `needed` asks for, and what these ask for in turn."""
    waiting, seen = [Requirement(one) for one in needed], set()
    while waiting:
        requirement = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        if requirement.name.lower() in seen:
            continue
        seen.add(requirement.name.lower())
        try:
            found = distribution(requirement.name)
        except PackageNotFoundError:
            pytest.fail(f"{requirement} is not installed; run: make test")
        yield found
        waiting += [Requirement(one) for one in found.requires or ()]


def top_level(found: Distribution) -> set[str]:
    """The names in site-packages that belong to a distribution."""
    names = {path.parts[0] for path in found.files or ()}
    return {name for name in names if name not in ("..", "__pycache__") and not name.endswith(".pth")}
