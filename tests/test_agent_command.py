"""`plotroom agent`: this machine's collectors, shown by a Plotroom elsewhere."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dashboard.agent.agent import Agent, default_name
from dashboard.cli import run
from dashboard.client.address import address
from dashboard.errors import PlotroomError
from dashboard.live.wire import AGENTS
from dashboard.server import threaded
from dashboard.settings import Settings
from dashboard.tasks import Clock, threads
from dashboard.web.tokens import keep_token
from tests.rooms import Client, RoomsServer
from tests.server import QUIET, ROOT, Server, free_port

PATIENCE = 30.0  # seconds; a test that waits so long has failed

#: A metric whose values count, so that one that is missing is seen; and a counter, whose rate is known.
PLUGIN = """
    from collectors import Collector, Counter, Gauge

    class Steps(Collector):
        every = 0.1
        steps = Gauge("steps.taken", unit="steps", title="Steps", labels=["leg"])
        total = Counter("steps.total", unit="steps")
        taken = 0

        def collect(self):
            Steps.taken += 1
            self.steps.set(Steps.taken, leg="left")
            self.steps.set(-Steps.taken, leg="right")
            self.total.set(Steps.taken * 10)
"""
OFF = ("cpu", "disks", "filesystems", "network", "processes", "tcp", "pressure")
#: Of an agent: a machine's memory is enough.
MEMORY = "\n".join(f"[collectors.{name}]\nenabled = false" for name in OFF)


class AgentProcess:
    """A process of `plotroom agent` with a home of its own."""

    def __init__(self, home: Path, *arguments: str, environ: dict[str, str] | None = None) -> None:
        home.mkdir(parents=True, exist_ok=True)
        (home / "plugins").mkdir(exist_ok=True)
        (home / "plugins" / "steps.py").write_text("\n".join(line[4:] for line in PLUGIN.splitlines()))
        (home / "plotroom.toml").write_text(MEMORY)
        self.home = home
        self._log = home / "log.txt"
        own = {"HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dashboard", "agent", *arguments, "--data-dir", str(home / "data")],
                cwd=home, env={**os.environ, **own, **(environ or {})},
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def end(self, number: int = signal.SIGTERM) -> int:
        """Its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def wait_log(self, text: str) -> None:
        wait_for(lambda: text in self.log(), lambda: f"{text!r} is not in the log:\n{self.log()}")


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Callable[..., AgentProcess]]:
    """`agent(*arguments)` starts one; at the end each must go without a traceback."""
    started: list[AgentProcess] = []

    def start(*arguments: str, **options: Any) -> AgentProcess:
        started.append(AgentProcess(tmp_path / f"agent{len(started)}", *arguments, **options))
        return started[-1]

    yield start
    for one in started:
        one.end()
        assert "Traceback" not in one.log(), one.log()


def wait_for(condition: Callable[[], object], what: Callable[[], str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what()
        time.sleep(0.05)


def values(
    server: Server, metric: str, headers: Mapping[str, str] | None = None
) -> tuple[list[int], list[list[float | None]]]:
    """Times and values of all that the server has of a metric; nothing when it has none."""
    status, _, body = server.get(f"/api/v1/query?metric={metric}&points=4000", headers)
    if status == 404:
        return [], []
    assert status == 200, body
    found = json.loads(body)
    return found["t"], found["v"]


def wait_values(server: Server, metric: str, count: int, headers: Mapping[str, str] | None = None) -> None:
    wait_for(lambda: len(values(server, metric, headers)[0]) >= count, server.log)


@pytest.fixture
def viewer() -> Iterator[Callable[[Server], Client]]:
    opened: list[Client] = []

    def connect(server: Server) -> Client:
        opened.append(Client(server.url))
        return opened[-1]

    yield connect
    for one in opened:
        one.close()


def names(viewer: Client) -> set[str]:
    """The metrics that the catalog has."""
    return {one["name"] for one in viewer.call("catalog", {})["metrics"]}


def wait_state(viewer: Client, name: str, state: str) -> dict[str, Any]:
    """The collector as the catalog has it, when it has come into that state."""
    found: list[dict[str, Any]] = []

    def there() -> bool:
        found[:] = [one for one in viewer.call("catalog", {})["collectors"] if one["collector"] == name]
        return bool(found) and found[0]["state"] == state

    wait_for(there, lambda: str(found))
    return found[0]


def test_nothing_is_lost_while_the_server_is_away(
    server: Callable[..., Server], agent: Callable[..., AgentProcess], viewer: Callable[[Server], Client]
) -> None:
    """A host is a family of the server; what it samples while that is restarted is there afterwards, in order."""
    running = server(config=QUIET)
    one = agent(running.url, "--name", "web1")
    wait_values(running, "web1.steps.taken", 10)
    one.wait_log(f"agent web1: is shown at {running.url}/d/web1")
    metrics = {found["name"]: found for found in running.json("/api/v1/metrics")["metrics"]}
    steps, total = metrics["web1.steps.taken"], metrics["web1.steps.total"]
    assert (steps["family"], steps["title"], steps["unit"]) == ("web1", "Steps", "steps")
    assert (steps["collector"], steps["every"]) == ("web1/steps", 0.1)
    assert (total["kind"], total["unit"]) == ("counter", "steps/s")
    wait_state(viewer(running), "web1/steps", "running")
    assert "web1.system.memory" in metrics
    assert running.get("/d/web1")[0] == 200
    running.stop()
    one.wait_log(f"{running.url} is away; samples are kept for 600 s")
    time.sleep(0.5)
    running.start()
    one.wait_log(f"{running.url} is back after")
    before = len(values(running, "web1.steps.taken")[0])
    wait_values(running, "web1.steps.taken", before + 10)
    times, (left, right) = values(running, "web1.steps.taken")
    assert left == [float(step) for step in range(1, len(left) + 1)]
    assert right == [-step for step in left if step is not None]
    assert times == sorted(times)
    assert times[-1] <= time.time() * 1000
    rates = [rate for rate in values(running, "web1.steps.total")[1][0] if rate is not None]
    assert 60 < sorted(rates)[len(rates) // 2] < 140


def test_an_agent_that_was_killed_is_away(
    server: Callable[..., Server], agent: Callable[..., AgentProcess], viewer: Callable[[Server], Client]
) -> None:
    """Its collectors say so, its metrics stay until the next agent of that name is without them; that ends quietly."""
    running = server(config=QUIET)
    first, eyes = agent(running.url, "--name", "web1"), viewer(running)
    wait_state(eyes, "web1/steps", "running")
    first.end(signal.SIGKILL)
    assert wait_state(eyes, "web1/steps", "unavailable")["reason"].startswith("agent web1 is away since 20")
    assert values(running, "web1.steps.taken")[0] and "web1.steps.taken" in names(eyes)
    second = agent(running.url, "--name", "web1")
    wait_state(eyes, "web1/steps", "running")
    before = len(values(running, "web1.steps.taken")[0])
    wait_for(lambda: len(values(running, "web1.steps.taken")[0]) > before + 2, second.log)
    (second.home / "plugins" / "steps.py").unlink()
    # What it was can still be asked for: that is no sign.
    wait_for(lambda: "web1.steps.taken" not in names(eyes), second.log)
    assert second.end(signal.SIGINT) == 0
    assert second.log().count("\n") == 1, second.log()


def test_small_limits_slow_an_agent_down_and_nothing_more(
    server: Callable[..., Server], agent: Callable[..., AgentProcess]
) -> None:
    """A server that takes small messages, and few of them, gets all the same."""
    limits = "[live]\nmax_message = 1024\nmax_events = 8\nburst = 10\n"
    running = server(config=limits + QUIET, async_mode="threading")
    one = agent(running.url, "--name", "web1", "--demo")
    wait_values(running, "web1.steps.taken", 10)
    wait_values(running, "web1.demo.spectrum", 3)
    left = values(running, "web1.steps.taken")[1][0]
    assert left == [float(step) for step in range(1, len(left) + 1)]
    assert one.log().count("\n") == 1, one.log()


def test_an_agent_may_come_before_its_server(
    server: Callable[..., Server], agent: Callable[..., AgentProcess], tmp_path: Path
) -> None:
    """With --wait it samples at once, and what it has until the server is there comes first; its token is in a file."""
    port = free_port()
    home = tmp_path / "server"
    (home / "data").mkdir(parents=True)
    token = keep_token(home / "data")[0].value
    (home / "secret").write_text(f"{token}\n")
    one = agent(
        f"http://127.0.0.1:{port}", "--name", "early", "--wait", "--token-file", str(home / "secret"),
    )  # fmt: skip
    one.wait_log(f"nothing answers at http://127.0.0.1:{port}")
    time.sleep(0.5)
    running = server("--require-token", port=port, config=QUIET, home=home)
    headers = {"Authorization": f"Bearer {token}"}
    wait_values(running, "early.steps.taken", 10, headers)
    assert values(running, "early.steps.taken", headers)[1][0][:3] == [1.0, 2.0, 3.0]
    assert token not in one.log()


def test_times_are_the_servers(server: Callable[..., Server]) -> None:
    """An agent whose clock is an hour behind, and is then set, sends times of the server's clock all the same."""
    running = server(config=QUIET, async_mode="threading")
    behind = [3600.0]
    clock = Clock(lambda: time.time() - behind[0])
    off = {name: {"enabled": False} for name in (*OFF, "uptime")}
    settings = Settings.model_validate(
        {"config": running.home / "none.toml", "data_dir": running.home / "none", "collectors": off}
    )
    agent = Agent("web1", address(running.url), settings, replace(threads(), clock=clock))
    thread = threading.Thread(target=agent.run)
    thread.start()
    try:
        wait_values(running, "web1.system.memory", 2)
        behind[0] = -120.0
        wait_values(running, "web1.system.memory", 4)
    finally:
        agent.end()
        thread.join()
    times = values(running, "web1.system.memory")[0]
    assert times == sorted(times)
    assert times[-1] <= time.time() * 1000
    assert time.time() * 1000 - times[0] < 60_000
    # A busy machine skips ticks, or is late for one; the clocks are two minutes and an hour wrong.
    assert all(0 < later - earlier < 60_000 for earlier, later in pairwise(times))


def test_what_is_too_much_to_keep_is_counted(server: Callable[..., Server], agent: Callable[..., AgentProcess]) -> None:
    """The oldest goes, the log says how much, and what is sent begins where that ends."""
    running = server(config=QUIET, async_mode="threading")
    one = agent(running.url, "--name", "web1", "--agents-keep", "0.5")
    wait_values(running, "web1.steps.taken", 3)
    running.stop()
    time.sleep(1.5)
    running.start()
    one.wait_log("values were dropped, the oldest first")
    wait_values(running, "web1.steps.taken", 10)
    left = values(running, "web1.steps.taken")[1][0]
    gaps = [later - earlier for earlier, later in pairwise(left) if earlier and later]
    assert sum(gap > 1 for gap in gaps) == 1


def test_a_wrong_token_ends_it(server: Callable[..., Server], agent: Callable[..., AgentProcess]) -> None:
    """With one line, and exit code 2."""
    running = server("--require-token", config=QUIET, async_mode="threading")
    one = agent(running.url, "--name", "web1", "--token", "wrong")
    assert one.process.wait(PATIENCE) == 2
    assert one.log().startswith(f"plotroom: {running.url} does not take that token; `plotroom token` shows it")
    assert one.log().count("\n") == 1, one.log()
    with pytest.raises(PlotroomError, match="asks for its token; `plotroom token` shows it on the server's machine"):
        Agent("web1", address(running.url), Settings(config=running.home / "none.toml"), threads()).run()


def test_a_name_that_is_taken_ends_it(server: Callable[..., Server]) -> None:
    """By another agent, or by a family of the server: one sentence that names both."""
    running = server(config=MEMORY, async_mode="threading")
    wait_values(running, "system.memory", 1)
    rival = Client(running.url, AGENTS)
    try:
        assert rival.call("register", {"agent": "web1", "version": "1", "run": "run-number-1"})["ok"]
        for name, sentence in (
            (
                "web1",
                "refuses agent 'web1': the name 'web1' is taken by the agent at 127.0.0.1, which has been here si",
            ),
            ("memory", "refuses agent 'memory': the name 'memory' is taken: it is the family of the server's own metr"),
        ):
            settings = Settings(config=running.home / "none.toml")
            with pytest.raises(PlotroomError) as error:
                Agent(name, address(running.url), settings, threads()).run()
            assert f"{running.url} {sentence}" in str(error.value)
    finally:
        rival.close()


def test_an_agent_is_told_when_it_is_not_wanted(tmp_path: Path) -> None:
    """A server without the namespace ends it, as an address does at which nothing answers."""
    server = RoomsServer("threading", tmp_path / "log.txt")
    nobody = f"http://127.0.0.1:{free_port()}"
    try:
        for url, sentence in (
            (server.url, "has ended the connection at once; is /agents switched off there?"),
            (nobody, f"nothing answers at {nobody}"),
        ):
            with pytest.raises(PlotroomError) as error:
                Agent("web1", address(url), Settings(config=tmp_path / "none.toml"), threads()).run()
            assert sentence in str(error.value)
    finally:
        server.close()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["plots.example.org"], "'plots.example.org' is no address of a Plotroom; write it as in"),
        (["http://h:1", "--name", "Web 1"], "--name 'Web 1' is not valid: use a letter a-z, then letters, digits and"),
        (["http://h:1", "--token-file", "/nowhere"], "--token-file /nowhere: No such file or directory; write the"),
        (["http://h:1", "--token-file", "/dev/null"], "--token-file /dev/null: is empty; write the token into it"),
        (["http://h:1", "--token-file", "x", "--token", "y"], "--token and --token-file say the same; give one"),
        (["http://h:1", "--agents-keep", "soon"], "--agents-keep: 'soon' is not valid"),
        ([], "Missing argument 'ADDRESS'; see `plotroom agent --help`"),
    ],
)  # fmt: skip
def test_what_can_be_put_right_is_one_line(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A wrong argument ends it before it begins, with exit code 2."""
    assert run(["agent", *arguments, "--data-dir", str(tmp_path)], threaded()) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("web1.example.org", "web1"), ("DB-Server_2", "db_server_2"), ("10.0.0.1", "host_10"), ("", "host"),
        ("größe", "gr_e"), ("x" * 63, "x" * 31), ("a" * 30 + "-b", "a" * 30),
    ],
)  # fmt: skip
def test_the_name_of_a_machine_makes_that_of_its_agent(host: str, name: str) -> None:
    """The first part of the host name, as a family can be called."""
    assert default_name(host) == name
