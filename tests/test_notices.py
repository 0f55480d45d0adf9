"""Notices to everybody: the HTTP API, the command, and the server itself."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboard.cli import run
from dashboard.live.troubles import MOST_NAMES, Troubles
from dashboard.live.wire import ROOMS
from dashboard.sampling.state import JobState, State
from dashboard.server import threaded
from dashboard.tasks import threads
from dashboard.web.asked import MAX_BODY
from dashboard.web.notices import BURST, MAX_TOPICS
from tests.rooms import Client
from tests.server import ASYNC_MODES, QUIET, AsyncMode, Server, free_port
from tests.test_docs import wait_for
from tests.test_tls import files  # noqa: F401 - a fixture

StartServer = Callable[..., Server]
JSON = {"Content-Type": "application/json"}
PATH = "/api/v1/notices"

BREAKS = """\
from collectors import metric
from pathlib import Path

@metric("test.breaks", every=0.1)
def breaks():
    if Path("broken").exists():
        raise ValueError("no such <b>luck</b>")
    return 1
"""


def post(server: Server, body: object, headers: dict[str, str] = JSON) -> tuple[int, Any]:
    """Status and JSON of the answer to a notice; text goes as it is."""
    text = body if isinstance(body, str) else json.dumps(body)
    connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
    connection.request("POST", PATH, text.encode(), headers)
    answer = connection.getresponse()
    content = json.loads(answer.read())
    connection.close()
    return answer.status, content


@pytest.mark.parametrize("async_mode", ASYNC_MODES)
def test_everybody_is_told(server: StartServer, async_mode: AsyncMode) -> None:
    """A notice reaches who looks at charts and who is in the rooms; one with a topic greets who comes later, too."""
    running = server(async_mode=async_mode, config=QUIET)
    viewer, person = Client(running.url), Client(running.url, ROOMS)
    assert viewer.next("hello")["notices"] == []
    person.next("welcome")
    assert post(running, {"text": " restart \n at 18:00 "}) == (200, {"ok": True, "notices": []})
    for one in (viewer, person):
        told = one.next("notice")
        assert (told["level"], told["text"]) == ("info", "restart at 18:00")
        assert "topic" not in told
    _, answer = post(running, {"text": "at 18:00", "level": "warning", "topic": "maintenance"})
    late = Client(running.url)
    assert late.next("hello")["notices"] == answer["notices"] == running.json(PATH)["notices"]
    assert [one["text"] for one in answer["notices"]] == ["at 18:00"]
    assert post(running, {"text": "", "topic": "maintenance"}) == (200, {"ok": True, "notices": []})
    for one in (viewer, person):
        assert [one.next("notice")["text"] for _ in range(2)] == ["at 18:00", ""]
    for one in (viewer, person, late):
        one.close()


def test_wrong_notices_are_refused(server: StartServer) -> None:
    """What is no notice gets a sentence that says why, and nobody hears of it; a form of another site gets none."""
    running = server(config=QUIET)
    viewer = Client(running.url)
    for body, status, word in (
        ({}, 422, "text"),
        ({"text": "  "}, 422, "text"),
        ({"text": "x" * 501}, 422, "500"),
        ({"text": 1}, 422, "string"),
        ({"text": "x", "level": "loud"}, 422, "level"),
        ({"text": "x", "topic": "history"}, 422, "the server's own"),
        ({"text": "", "topic": "collectors"}, 422, "the server's own"),
        ({"text": "x", "topic": "A b"}, 422, "topic"),
        ({"text": "x", "colour": 1}, 422, "colour"),
        ([], 422, "object"),
        ("{", 400, "JSON"),
        ("", 400, "JSON"),
        ({"text": "x" * MAX_BODY}, 413, "bytes"),
    ):
        given, answer = post(running, body)
        assert (given, answer["ok"]) == (status, False), body
        assert word in answer["error"]["message"], body
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        assert post(running, {"text": "x"}, {"Content-Type": kind})[0] == 415
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert post(running, {"text": "x"}, JSON | headers)[0] == 403
    assert viewer.events["notice"].empty()
    viewer.close()


def test_there_are_never_too_many(server: StartServer) -> None:
    """So many topics have something standing at most; and who tells everybody too much has to wait."""
    running = server(config=QUIET)
    assert MAX_TOPICS <= BURST
    for place in range(MAX_TOPICS):
        assert post(running, {"text": "x", "topic": f"t{place}"})[0] == 200
    status, answer = post(running, {"text": "x", "topic": "more"})
    assert (status, answer["error"]["code"]) == (422, "bad_request")
    codes = [post(running, {"text": "", "topic": "t0"})[1].get("error", {}).get("code") for _ in range(5)]
    assert "rate_limited" in codes


# --- the command


def notice(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and all output of `plotroom notice`."""
    capsys.readouterr()
    code = run(["notice", *arguments], threaded())
    done = capsys.readouterr()
    return code, (done.out + done.err).strip()


def test_the_command_finds_its_server(
    server: StartServer, capsys: pytest.CaptureFixture[str], files: Path  # noqa: F811 - the fixture
) -> None:  # fmt: skip
    """By its settings, with a base path, TLS and the token of the data folder; one can let stand and clear."""
    own = ("--base-path", "/plot", "--require-token")
    tls = ("--tls-certificate", str(files / "cert.pem"), "--tls-key", str(files / "key.pem"))
    running = server(*own, *tls, ca=files / "cert.pem", config=QUIET)
    settings = ("--port", str(running.port), "--data-dir", str(running.data_dir), *own, *tls)
    told = ("--topic", "maintenance")
    assert notice(capsys, "restart at 18:00", "--level", "warning", *told, *settings) == (0, "told")
    token = (running.data_dir / "token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}"}
    [standing] = json.loads(running.get(PATH, headers)[2])["notices"]
    assert (standing["level"], standing["text"]) == ("warning", "restart at 18:00")
    assert notice(capsys, "--clear", *told, *settings) == (0, "cleared")
    assert json.loads(running.get(PATH, headers)[2])["notices"] == []
    code, line = notice(capsys, "x", "--topic", "history", *settings)
    assert code == 2 and "the server's own" in line
    code, line = notice(capsys, "x", "--url", f"{running.url}/plot", *settings)
    assert code == 2 and "no TLS that is to be trusted" in line


def test_the_command_with_an_address(server: StartServer, capsys: pytest.CaptureFixture[str]) -> None:
    """Another address is not shown the token of this data folder; it is given one, or says that it needs one."""
    running = server("--require-token", config=QUIET)
    assert post(running, {"text": "x"})[0] == 401
    own = ("--data-dir", str(running.data_dir))
    token = (running.data_dir / "token").read_text().strip()
    code, line = notice(capsys, "x", "--url", running.url, *own)
    assert code == 2 and line.endswith("give it with --token")
    assert notice(capsys, "x", "--url", f"{running.url}/", "--token", token) == (0, "told")


def test_the_command_explains(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Where nothing listens, or nothing is to be told, that is one line and exit code 2."""
    settings = ("--port", str(free_port()), "--data-dir", str(tmp_path / "none"))
    code, line = notice(capsys, "x", *settings)
    assert code == 2 and "nothing listens at http://127.0.0.1:" in line and len(line.splitlines()) == 1
    assert not (tmp_path / "none").exists()
    for arguments in ((), ("--clear",), ("--clear", "--topic", "a", "text"), ("x", "--url", "ftp://x")):
        code, line = notice(capsys, *arguments, *settings)
        assert code == 2 and len(line.splitlines()) == 1, arguments


# --- the server itself


def test_a_collector_that_fails_is_told_of(server: StartServer, tmp_path: Path) -> None:
    """What ran and fails stands as a notice; it is gone when it runs again."""
    (tmp_path / "plugin.py").write_text(BREAKS, encoding="utf-8")
    running = server("--plugin", str(tmp_path / "plugin.py"), config=QUIET)
    viewer = Client(running.url)
    assert wait_for(lambda: running.json("/healthz")["collectors"].get("test.breaks") == "running"), running.log()
    (running.home / "broken").touch()
    told = viewer.next("notice")
    assert (told["topic"], told["level"]) == ("collectors", "warning")
    assert "test.breaks is failing" in told["text"] and "no such <b>luck</b>" in told["text"]
    (running.home / "broken").unlink()
    assert viewer.events["notice"].get(timeout=20)["text"] == ""
    viewer.close()
    running.forget_log()  # which has the plugin's traceback


def state(name: str, word: State, reason: str = "") -> JobState:
    return JobState(name, word, reason)


def test_troubles_are_one_sentence() -> None:
    """However many collectors fail, one sentence counts them; that a reason changes is no news."""
    told: list[str] = []
    troubles = Troubles(told.append, threads())

    def then(*states: JobState) -> list[str]:
        del told[:]
        for one in states:
            troubles.state(one)
        troubles.tell()
        return list(told)

    assert then(state("a", "failing", "from the start"), state("b", "running"), state("a", "starting")) == []
    assert then(state("b", "failing", "why")) == ["The collector b is failing: why"]
    assert then(state("b", "failing", "another why"), state("b", "starting")) == []
    assert then(state("b", "misconfigured", "url: no")) == ["The collector b is set up wrong: url: no"]
    names = [f"c{place}" for place in range(MOST_NAMES + 2)]
    assert then(*(state(one, "late") for one in names)) == []
    [text] = then(*(state(one, "failing") for one in names))
    assert text.startswith(f"{len(names) + 1} collectors are failing or set up wrong: b, c0, ")
    assert text.endswith(" and 3 more")
    for one in names:
        troubles.retire(one)
    assert then() == ["The collector b is set up wrong: url: no"]
    assert then(state("b", "unavailable", "gone")) == [""]


@pytest.mark.parametrize(("name", "told"), [("a", ["The collector a is failing: why"]), ("web1/a", [])])
def test_collectors_of_agents_are_forgotten(name: str, told: list[str]) -> None:
    """A collector that is reloaded is known again; of agents, which may name ever new ones, nothing is kept."""
    said: list[str] = []
    troubles = Troubles(said.append, threads())
    troubles.state(state(name, "running"))
    troubles.retire(name)
    troubles.state(state(name, "failing", "why"))
    troubles.tell()
    assert said == told


def test_troubles_do_not_flood() -> None:
    """A collector that fails and recovers all the time is told of no oftener than the pause allows."""
    told: list[str] = []
    first = threading.Event()

    def stand(text: str) -> None:
        told.append(text)
        first.set()

    troubles = Troubles(stand, threads(), pause=60)
    troubles.start()
    for _ in range(100):
        troubles.state(state("a", "running"))
        troubles.state(state("a", "failing", "why"))
    assert first.wait(10)
    for _ in range(100):
        troubles.state(state("a", "running"))
        troubles.state(state("a", "failing", "why"))
    troubles.stop()
    assert len(told) == 1
