"""clients/js: the page's modules as a package for others, in Node and for TypeScript."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dashboard.conformance.play import judge
from dashboard.live import payloads, talk_payloads
from dashboard.live.payloads import Request
from dashboard.live.wire import Code
from tests.packages import check_types, install, lay_out, run
from tests.proxy import Proxy
from tests.rooms import RoomsServer
from tests.server import QUIET, ROOT, Server

pytestmark = [pytest.mark.node, pytest.mark.timeout(120)]

CLIENT = ROOT / "clients" / "js"
START = 1_700_000_000_000  # ms since the epoch
EVENTS = (CLIENT / "events.d.ts").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout's parts, with the package made there."""
    return lay_out(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def installed(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has installed the package."""
    folder = install(made, tmp_path_factory.mktemp("installed"))
    for name in ("package.mjs", "consumer.ts"):
        shutil.copy(ROOT / "tests" / "node" / name, folder)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoomsServer]:
    """A server of metrics and people that does what a test says."""
    folder = tmp_path_factory.mktemp("rooms")
    server = RoomsServer("threading", folder / "log", people=str(folder))
    yield server
    server.close()


@pytest.fixture(scope="module")
def plotroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A whole server."""
    with Server(tmp_path_factory.mktemp("plotroom")) as one:
        yield one


def node() -> str:
    found = shutil.which("node")
    assert found, "install Node 18 or later"
    return found


class Running:
    """The process of tests/node/package.mjs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def line(self) -> Any:  # Any: JSON
        """What it prints next."""
        assert self._process.stdout is not None and self._process.stderr is not None
        line = self._process.stdout.readline()
        assert line, self._process.stderr.read()
        return json.loads(line)


@contextmanager
def running(folder: Path, what: str, **options: Any) -> Iterator[Running]:  # Any: JSON
    """Run it; at the end it must have ended by itself, without a word of trouble."""
    command = [node(), "package.mjs", what, json.dumps(options)]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Running(process)
            # What is left of an ended connection must not keep Node waiting.
            _, errors = process.communicate(timeout=10)
        finally:
            process.kill()
    assert (process.returncode, errors) == (0, "")


def test_it_follows_over_broken_lines(installed: Path, rooms: RoomsServer) -> None:
    """A subscription goes on over lines that are cut: every sample is there once, in typed arrays."""
    rooms.do("declare", collector="test", metrics=[{"name": "test.numbers"}])
    with Proxy(rooms.port) as proxy:
        options = {"url": proxy.url, "metric": "test.numbers", "last": 300, "steps": [60, 160]}
        with running(installed, "follow", **options) as client:
            rooms.wait_for(lambda counters: counters["rooms"] > 0)
            rooms.do("stream", metric="test.numbers", count=300, series=2, pause=0.01, start=START)
            for step in (60, 160):
                assert client.line() == step
                proxy.cut()
                proxy.mend()
            seen = client.line()
    assert seen["times"] == [START + number for number in range(1, 301)]
    assert seen["values"] == [list(range(1, 301))] * 2
    assert (seen["name"], seen["series"], seen["ours"]) == ("test.numbers", 2, True)
    assert seen["phases"] == ["connecting", "live", "reconnecting", "live", "reconnecting", "live"]
    assert (seen["catalog"], seen["refused"]) == (["test.numbers"], "unknown_metric")
    assert 50 <= seen["short"] <= 52
    assert seen["calls"] > 3


def test_it_does_what_is_asked_of_clients(installed: Path) -> None:
    """What a subscription shows is right over lags, breaks, clocks that are set and restarts."""
    verdicts = list(judge([node(), str(installed / "package.mjs"), "judged", "{}"]))
    assert {one.requirement: one.fault for one in verdicts if one.fault} == {}
    assert len(verdicts) > 20


def test_people_talk(installed: Path, rooms: RoomsServer) -> None:
    """Two see each other, talk, change what they said and whisper; what is said while one is away comes later."""
    with Proxy(rooms.port) as proxy, running(installed, "talk", url=rooms.url, through=proxy.url) as client:
        assert client.line() == "cut"
        proxy.cut()
        assert client.line() == "mend"
        proxy.mend()
        seen = client.line()
    assert seen["names"] == ["Ada", "Bob"]
    assert (seen["said"]["text"], seen["said"]["pin"], seen["said"]["from"]["name"]) == ("look at 10:32", 5, "Bob")
    assert (seen["edited"]["text"], seen["edited"]["id"]) == ("look at 10:33", seen["said"]["id"])
    assert seen["whisper"] == "psst"
    assert seen["refusal"] == [True, "bad_request"]
    assert (seen["late"], seen["same"], seen["messages"]) == ("while you were away", True, 2)


def test_notices_and_events(installed: Path, rooms: RoomsServer) -> None:
    """Notices are told, those that stand to who comes later as well; any event can be heard, and asked by name."""
    with running(installed, "notices", url=rooms.url) as client:
        assert client.line() == ["collectors", "metrics", "ok"]
        for topic, text in (("disk", "full"), ("disk", ""), ("cpu", "hot")):
            rooms.do("stand", topic=topic, level="warning", text=text)
        rooms.do("notice", level="info", text="end")
        seen = client.line()
    assert seen["told"] == [["disk", "full"], ["disk", ""], ["cpu", "hot"]]
    assert seen["raw"] == "full"
    assert (seen["late"]["topic"], seen["late"]["text"]) == ("cpu", "hot")


def test_it_shows_the_token(installed: Path, server: Callable[..., Server]) -> None:
    """In Node the token is a header, whether it stood in the address or beside it; without it one is told."""
    guarded = server("--require-token", "--base-path", "/plots", config=QUIET)
    token = (guarded.data_dir / "token").read_text().strip()
    url = f"{guarded.url}/plots"
    ways = [(url, token), (f"{url}/?token={token}", None), (url, None), (url, "wrong")]
    with running(installed, "enter", ways=ways) as client:
        assert client.line() == ["live", "live", "signed_out", "signed_out"]
    assert token not in guarded.log().replace(f"?token={token}", "", 1)


def test_types_for_who_uses_it(installed: Path) -> None:
    """The declarations compile strictly in a project that has no settings for them, and refuse what is wrong."""
    check_types(installed, "consumer.ts")


@pytest.mark.parametrize("nth", [0, 1])
def test_the_examples_of_the_documentation_run(installed: Path, plotroom: Server, nth: int) -> None:
    """What docs/clients.md shows of JavaScript does something, and ends by itself."""
    text = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
    examples = re.findall(r"```js\n(import [^`]*?plotroom-client.*?)```", text, re.DOTALL)
    assert len(examples) == 2
    code = examples[nth].replace("http://localhost:8420", plotroom.url)
    (installed / f"example{nth}.mjs").write_text(code, encoding="utf-8")
    said = run("node", f"example{nth}.mjs", cwd=installed)
    assert re.search([r"^CPU by mode \d+ ", r"^here are \[ 'Nightly build' \]"][nth], said, re.MULTILINE), said


def test_it_is_the_pages_own_code(made: Path) -> None:
    """Of the page's modules nothing but the place of what they import is changed, and socket.io comes from npm."""
    page = made / "clients/js/dist/page"
    modules = sorted(page.rglob("*.js"))
    assert {"connection.js", "store.js", "ring.js"} <= {path.name for path in modules}
    for path in modules:
        own = (ROOT / "static/js" / path.relative_to(page)).read_text(encoding="utf-8")
        assert path.read_text(encoding="utf-8") == own.replace('"../vendor/socket.io.esm.min.js"', '"socket.io-client"')
    text = "".join(path.read_text(encoding="utf-8") for path in made.glob("clients/js/dist/**/*.js"))
    assert set(re.findall(r'^import .*? from "([^.][^"]*)";', text, re.MULTILINE)) == {"socket.io-client"}


@pytest.mark.parametrize("name", ["js", "vue"])
def test_versions_go_together(name: str) -> None:
    """The packages have the server's version, and the socket.io-client that the page has."""
    package = json.loads((ROOT / "clients" / name / "package.json").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    rows = json.loads((ROOT / "static/vendor/vendor.json").read_text(encoding="utf-8"))["files"]
    [vendored] = [row["version"] for row in rows if row["package"] == "socket.io-client"]
    needed = {"js": {"socket.io-client": vendored}, "vue": {"plotroom-client": project["version"]}}
    assert (package["version"], package["license"]) == (project["version"], project["license"])
    assert package["dependencies"] == needed[name]


def test_the_types_name_every_event() -> None:
    """Every event and error code of docs/wire.md and docs/rooms.md has its place in events.d.ts."""
    told, asked = (set(names(rf"interface \w+{kind} {{(.*?)\n}}")) for kind in ("Told", "Asked"))
    documented = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("wire.md", "rooms.md"))
    assert told == set(re.findall(r"^\| `(\w+)` \| `\{", section(documented), re.MULTILINE))
    assert asked == {
        model.__name__.removesuffix("Request").lower() for model in models() if model is not payloads.Wanted
    }
    [codes] = re.findall(r"type Code =(.*?);", EVENTS, re.DOTALL)
    assert set(re.findall(r'"(\w+)"', codes)) == {code for code in Code if f"`{code}`" in documented}


def test_the_types_name_every_key() -> None:
    """What may be asked has the keys that the server takes, and those optional that may be left out."""
    for model in models():
        [body] = re.findall(rf"interface {model.__name__} {{(.*?)}}(?:\n\n|\nexport|\Z)", EVENTS, re.DOTALL)
        keys = dict(
            re.findall(
                r"(?:^|[{;\n])\s*(\w+)(\??):", re.sub(r"\{.*?\}", "", re.sub(r"/\*\*.*?\*/", "", body, flags=re.DOTALL))
            )
        )
        assert keys == {name: "" if field.is_required() else "?" for name, field in model.model_fields.items()}, model


def models() -> list[type[Request]]:
    """The requests that a client may make, of both namespaces."""
    found = [*vars(payloads).values(), *vars(talk_payloads).values()]
    plain = {"Request", "RoomRequest", "Pointer"}
    requests = {one for one in found if isinstance(one, type) and issubclass(one, Request)}
    return sorted((one for one in requests if one.__name__ not in plain), key=lambda one: one.__name__)


def names(pattern: str) -> list[str]:
    return [
        name
        for body in re.findall(pattern, EVENTS, re.DOTALL)
        for name in re.findall(r"^  (\w+): \(", body, re.MULTILINE)
    ]


def section(text: str) -> str:
    """The parts of the docs that say what one is told."""
    return "\n".join(re.findall(r"^## (?:What you are told|Who you are)\n(.*?)^##? ", text, re.DOTALL | re.MULTILINE))
