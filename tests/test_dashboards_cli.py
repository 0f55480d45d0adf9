"""`plotroom dashboards`, run in this process on real files, beside a real server, and without one."""

from __future__ import annotations

import json
import threading
import tomllib
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from dashboard.cli import run
from dashboard.dashboards.store import Place, Store
from dashboard.server import threaded
from tests.server import QUIET, Server, free_port
from tests.test_docs import wait_for

WEB = 'title = "Web"\n[[panels]]\nmetric = "system.cpu"\n'
OTHER = '{"title": "Other", "panels": [{"kind": "text", "text": "hello"}]}'


class Desk:
    """Where the commands are typed: a folder, and the settings that they are given each time."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], *settings: str) -> None:
        self.folder = folder
        self._capsys = capsys
        self._settings = settings

    def type(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, output and errors of `plotroom dashboards ...`."""
        self._capsys.readouterr()
        command, *rest = arguments
        code = run(["dashboards", command, *rest, *self._settings], threaded())
        done = self._capsys.readouterr()
        return code, done.out, done.err

    def delete(self, slug: str, base: int) -> None:
        """Delete one as the page does, or, where no server runs, as that would."""
        port, data = self._settings[1], Path(self._settings[3])
        try:
            requests.delete(f"http://127.0.0.1:{port}/api/v1/dashboards/{slug}?base={base}", timeout=20)
        except requests.ConnectionError:
            with closing(Store(Place.of("", data), lambda: 0)) as store:
                store.delete(slug, base)

    def file(self, name: str, text: str) -> str:
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(text)
        return str(self.folder / name)


@pytest.fixture(params=["server", "folder"])
def desk(
    request: pytest.FixtureRequest, server: Callable[..., Server], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Desk:
    """Beside a server that runs, and on a data folder that none uses: the commands do the same."""
    if request.param == "server":
        running = server(config=QUIET)
        return Desk(tmp_path, capsys, "--port", str(running.port), "--data-dir", str(running.data_dir))
    (tmp_path / "data").mkdir()
    return Desk(tmp_path, capsys, "--port", str(free_port()), "--data-dir", str(tmp_path / "data"))


@pytest.fixture
def alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Without a server, and without a data folder."""
    return Desk(tmp_path, capsys, "--port", str(free_port()), "--data-dir", str(tmp_path / "none"))


def test_files_go_in_and_come_out_the_same(desk: Desk) -> None:
    """What was imported is listed and exported, in either form; importing what was exported changes nothing."""
    code, out, err = desk.type("list")
    assert (code, out) == (0, "") and "none yet" in err
    web, other = desk.file("web.toml", WEB), desk.file("other.json", OTHER)
    code, out, _ = desk.type("import", web, other, "--by", "Ada")
    assert code == 0
    assert out == f"{web}: saved as 'web', version 1\n{other}: saved as 'other', version 1\n"
    code, out, _ = desk.type("list")
    head, first, second = (line.split() for line in out.splitlines())
    assert head == ["slug", "title", "panels", "version", "saved", "by"]
    assert sorted((line[0], line[1], line[2], line[-1]) for line in (first, second)) == [
        ("other", "Other", "1", "Ada"), ("web", "Web", "1", "Ada"),
    ]  # fmt: skip
    listed = json.loads(desk.type("list", "--format", "json")[1])
    assert {one["slug"]: one["origin"] for one in listed} == {"web": "store", "other": "store"}
    toml = desk.type("export", "web")[1]
    assert tomllib.loads(toml)["panels"] == [{"id": "p1", "metric": "system.cpu", "x": 0, "y": 0, "w": 6, "h": 4}]
    assert json.loads(desk.type("export", "web", "--format", "json")[1])["title"] == "Web"
    out_folder = desk.folder / "out"
    code, _, err = desk.type("export", "--all", "--out", str(out_folder))
    assert code == 0 and {one.name for one in out_folder.iterdir()} == {"web.toml", "other.toml"}
    assert (out_folder / "web.toml").read_text() == toml
    code, out, _ = desk.type("import", str(out_folder), "--replace")
    assert code == 0
    assert [line.rpartition(": ")[2] for line in out.splitlines()] == [
        "'other' is as it was, version 1", "'web' is as it was, version 1",
    ]  # fmt: skip


def test_nothing_is_overwritten_without_saying_so(desk: Desk) -> None:
    """A dashboard or a file that is there and holds something else stays, unless that is asked for."""
    web = desk.file("web.toml", WEB)
    assert desk.type("import", web)[0] == 0
    newer = desk.file("new/web.toml", WEB.replace("Web", "Newer"))
    code, out, err = desk.type("import", newer)
    assert (code, out) == (1, "")
    assert "left out: there is a dashboard 'web' already (version 1" in err and "--replace" in err
    assert desk.type("import", newer, "--replace", "--dry-run")[1].endswith(
        "would be saved as a new version of 'web'\n"
    )
    assert desk.type("import", newer, "--replace")[1].endswith("saved as 'web', version 2\n")
    assert desk.type("import", newer, "--slug", "copy")[1].endswith("saved as 'copy', version 1\n")
    assert tomllib.loads(desk.type("export", "web", "--version", "1")[1])["title"] == "Web"
    target = desk.file("out.json", "mine")
    code, _, err = desk.type("export", "web", "--out", target)
    assert code == 2 and "--force replaces it" in err
    assert Path(target).read_text() == "mine"
    assert desk.type("export", "web", "--out", target, "--force")[0] == 0
    assert json.loads(Path(target).read_text())["title"] == "Newer"
    assert "is as it was" in desk.type("export", "web", "--out", target)[2]


def test_what_was_before_can_be_brought_back(desk: Desk) -> None:
    """Versions are listed, an earlier one is put on top, and a deleted dashboard comes back."""
    web = desk.file("web.toml", WEB)
    desk.type("import", web)
    desk.type("import", desk.file("web.toml", WEB.replace("Web", "Newer")), "--replace", "--by", "Bob")
    rows = [line.split() for line in desk.type("versions", "web")[1].splitlines()]
    assert (rows[1][1], rows[1][3], rows[1][-1]) == ("Newer", "2", "Bob")
    assert [one["version"] for one in json.loads(desk.type("versions", "web", "--format", "json")[1])] == [2, 1]
    code, _, err = desk.type("restore", "web")
    assert code == 2 and "'web' is there, in version 2; name an earlier one with --version" in err
    assert desk.type("restore", "web", "--version", "1")[1] == "version 1 of 'web' is back, as version 3\n"
    assert "as it was in version 1 already; it stays version 3" in desk.type("restore", "web", "--version", "1")[1]
    assert desk.type("list", "--deleted")[:2] == (0, "")
    desk.delete("web", 3)
    assert desk.type("list", "--deleted")[1].splitlines()[1].startswith("web ")
    assert tomllib.loads(desk.type("export", "web", "--version", "2")[1])["title"] == "Newer"
    assert desk.type("restore", "web")[1] == "version 3 of 'web' is back, as version 4\n"
    code, _, err = desk.type("restore", "nothing")
    assert code == 2 and "there is no dashboard 'nothing'" in err


def test_all_files_are_read_before_one_is_saved(desk: Desk) -> None:
    """A wrong file among others is told by its name and its place, and nothing was saved."""
    good, bad = desk.file("a/good.toml", WEB), desk.file("a/wrong.toml", WEB + 'kind = "pie"\n')
    code, _, err = desk.type("import", str(Path(good).parent))
    assert code == 2
    assert err.splitlines()[-1].startswith(f"plotroom: {bad}: panels.0.kind: 'pie' is not valid")
    assert json.loads(desk.type("list", "--format", "json")[1]) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["export"], "name a dashboard, or take --all"),
        (["export", "--all"], "name a folder with --out"),
        (["export", "a", "--all"], "leave the names out, or --all"),
        (["export", "a", "b"], "several don't go into one text"),
        (["export", "a", "b", "--out", "x", "--version", "1"], "--version is of one dashboard"),
        (["export", "nothing"], "there is no dashboard 'nothing' at"),
        (["export", "web", "--out", "web.yaml"], "web.yaml is neither .json nor .toml"),
        (["export", "web", "--out", "web.json", "--format", "toml"], "called as json, and --format says toml"),
        (["export", "web", "--version", "9"], "no version 9"),
        (["export", "web", "--version", "0"], "0 is not in the range"),
        (["restore", "web", "--version", "0"], "0 is not in the range"),
        (["export", "--all", "--out", "{web}/sub"], "sub can't be made: Not a directory"),
        (["import"], "name a file, or a folder of files"),
        (["import", "no-such-file.toml"], "no-such-file.toml: it can't be read: No such file"),
        (["import", "pyproject.yaml"], "is neither .json nor .toml"),
        (["import", "--by", "x" * 90, "{web}", "--slug", "new"], "by"),
        (["import", "{web}", "--slug", "cpu"], "'cpu' is a dashboard of Plotroom's own"),
        (["import", "{web}", "--slug", "A b"], "slug: 'A b' is not valid"),
        (["import", "{web}", "{web}"], "slug: 'web' is that of"),
        (["lint", "--offline"], "--offline looks at files alone"),
        (["list", "--url", "nonsense"], "is no address of a server"),
        (["list", "--url", "http://127.0.0.1:1"], "nothing listens at http://127.0.0.1:1"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_what_a_beginner_gets_wrong_is_one_line(desk_with_web: Desk, arguments: list[str], sentence: str) -> None:
    """Exit code 2, one line that says what to do instead, and no traceback."""
    web = str(desk_with_web.folder / "web.toml")
    code, out, err = desk_with_web.type(*(one.replace("{web}", web) for one in arguments))
    assert code == 2, (out, err)
    last = err.splitlines()[-1]
    assert last.startswith("plotroom: ") and sentence in last
    assert "Traceback" not in err


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One server for all that is only refused."""
    with Server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def desk_with_web(running: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    desk = Desk(tmp_path, capsys, "--port", str(running.port), "--data-dir", str(running.data_dir))
    desk.type("import", desk.file("web.toml", WEB))
    return desk


_ENTRY = {"title": "x", "version": 1, "t": 0, "by": "", "origin": "store", "panels": 0}


@pytest.mark.parametrize("answer", [{}, [], {"dashboards": [{}]}, {"dashboards": [{"slug": "../../out", **_ENTRY}]}])
def test_another_server_is_told_as_such(alone: Desk, answer: object) -> None:
    """What answers in JSON and is no Plotroom gets one line, and does not choose where files are written."""

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Other) as other:
        threading.Thread(target=other.serve_forever, args=(0.05,)).start()
        url = f"http://127.0.0.1:{other.server_port}"
        answers = [alone.type(*command, "--url", url) for command in (
            ["list"], ["versions", "web"], ["export", "--all", "--out", str(alone.folder / "a" / "b")],
        )]  # fmt: skip
        other.shutdown()
    for code, _, err in answers:
        assert code == 2 and "is no Plotroom that knows dashboards" in err.splitlines()[-1]
    assert not list(alone.folder.rglob("*.toml"))


def test_without_anything_it_says_so(alone: Desk) -> None:
    """Where neither a server nor a data folder is, one line says how to name one; linting files needs neither."""
    code, _, err = alone.type("list")
    assert code == 2 and "nothing listens at" in err and "--data-dir" in err
    code, out, err = alone.type("lint", alone.file("web.toml", WEB))
    assert (code, out) == (0, "nothing to change\n")
    assert "names of metrics and labels are not looked at" in err


def test_lint_finds_what_the_server_does_not_measure(desk_with_web: Desk, running: Server) -> None:
    """Errors are exit code 1, warnings with --strict; a file that is none is told with all that is wrong with it."""
    assert wait_for(lambda: running.get("/api/v1/query?metric=system.cpu")[0] == 200)
    desk = desk_with_web
    assert desk.type("lint") == (0, "nothing to change\n", "")
    wrong = desk.file("wrong.toml", WEB.replace("system.cpu", "system.cp"))
    code, out, _ = desk.type("lint", wrong)
    assert (code, out) == (
        1,
        f"{wrong}: panels.0.metric: error: there is no metric 'system.cp'; did you mean 'system.cpu'?\n",
    )
    assert desk.type("lint", wrong, "--offline")[0] == 0
    broken = desk.file("broken.toml", WEB + 'kind = "pie"\nw = 20\n')
    code, out, _ = desk.type("lint", broken)
    assert code == 1
    assert [line.split(": ")[1:3] for line in out.splitlines()] == [["panels.0.kind", "error"], ["panels.0.w", "error"]]
    empty = desk.file("empty.toml", 'title = "Empty"\n')
    assert desk.type("lint", empty)[:2] == (0, f"{empty}: panels: warning: it has none; nothing is shown\n")
    assert desk.type("lint", empty, "--strict")[0] == 1


def test_lint_looks_into_the_history_where_no_server_runs(
    server: Callable[..., Server], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was measured tells of metrics and labels, also when Plotroom is not running."""
    running = server()
    assert wait_for(lambda: running.get("/metrics")[2].count(b"plotroom_system_cpu_percent{"))
    running.stop()
    desk = Desk(tmp_path, capsys, "--port", str(running.port), "--data-dir", str(running.data_dir))
    right, wrong = desk.file("right.toml", WEB), desk.file("wrong.toml", WEB.replace("system.cpu", "system.cp"))
    assert desk.type("lint", right)[:2] == (0, "nothing to change\n")
    code, out, _ = desk.type("lint", wrong)
    assert code == 1 and "did you mean 'system.cpu'" in out


def test_files_of_the_server_are_not_imported_over(
    server: Callable[..., Server], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the server reads from its folder is listed as that, exported as all, and never replaced."""
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "web.toml").write_text(WEB)
    running = server("--dashboards-folder", str(tmp_path / "boards"), config=QUIET)
    desk = Desk(tmp_path, capsys, "--port", str(running.port), "--data-dir", str(running.data_dir))
    assert "file" in desk.type("list")[1]
    assert tomllib.loads(desk.type("export", "web")[1])["title"] == "Web"
    code, _, err = desk.type("import", desk.file("new/web.toml", WEB), "--replace")
    assert code == 1 and "there is a dashboard 'web' already (that is a file of the server)" in err


def test_the_server_is_told_of_what_is_imported_past_it(
    server: Callable[..., Server], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What another process has saved in the same database is in a running server's list within seconds."""
    running = server(config=QUIET)
    past = Desk(tmp_path, capsys, "--port", str(free_port()), "--data-dir", str(running.data_dir))
    assert past.type("import", past.file("web.toml", WEB))[0] == 0
    assert wait_for(lambda: [one["slug"] for one in running.json("/api/v1/dashboards")["dashboards"]] == ["web"])
