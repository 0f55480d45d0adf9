"""Collector processes that misbehave in every way: they cost nobody else a tick, and are shown as what they are."""

from __future__ import annotations

import logging
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from collectors.errors import CollectorFailed, Misconfigured, PluginRefused, Unavailable
from collectors.frames import MAX_FRAME
from collectors.sample import Batch
from dashboard.sampling.launch import exit_reason
from dashboard.sampling.limits import Limits, ProcessLost
from dashboard.sampling.output import MOST_LINES
from dashboard.sampling.target import Target
from dashboard.sampling.workers import WorkerProcess
from dashboard.tasks import threads
from tests.sinks import PATIENCE, QUICK, ended, left_open, open_files, write_plugin
from tests.tries import until_fine

HEAD = "import ctypes, os, sys, threading, time\nfrom collectors import *\n"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., WorkerProcess]]:
    """`start(body)` starts a process with a plugin whose one collector, `bad`, runs `body` in its collect."""
    started: list[WorkerProcess] = []

    def begin(body: str = "return 1", limits: Limits = QUICK, text: str = "", **options: object) -> WorkerProcess:
        text = text or f"@metric('bad')\ndef bad():\n    {body}\n"
        path = write_plugin(tmp_path, f"bad{len(started)}.py", HEAD + text)
        one = WorkerProcess(path.name, Target(str(path)), limits, threads(), **options)  # type: ignore[arg-type]
        started.append(one)
        one.start()
        return one

    yield begin
    for one in started:
        one.stop(grace=0.0)
        assert one.lost.wait(PATIENCE)
        assert ended(one.pid)


def ready(one: WorkerProcess) -> WorkerProcess:
    one.load()
    one.call("open", "bad", PATIENCE, tables=[])
    return one


def collect(one: WorkerProcess, patience: float = PATIENCE) -> list[Batch]:
    return one.call("collect", "bad", patience, tick=1_000).batches


def test_a_sample_comes_back(start: Callable[..., WorkerProcess]) -> None:
    """A collector in its process gives batches like one that runs inline."""
    [batch] = collect(ready(start("return {'a': 1, 'b': None}")))
    assert [one.name for one in batch.series] == ["a", "b"]
    assert batch.values[0, 0] == 1.0


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("os._exit(1)", "its process exited with code 1"),
        ("os._exit(0)", "its process exited with code 0"),
        ("os.kill(os.getpid(), 11); time.sleep(60)", "its process was ended by SIGSEGV (segmentation fault)"),
        ("ctypes.string_at(0)", "its process was ended by SIGSEGV (segmentation fault)"),
        ("os.abort()", "its process was ended by SIGABRT (aborted)"),
        ("os.kill(os.getpid(), 9); time.sleep(60)", "its process was ended by SIGKILL (killed)"),
        ("[os.close(fd) for fd in range(3, 50) if os.path.exists(f'/proc/self/fd/{fd}')]", "its process"),
    ],
)
def test_a_crash_is_named(start: Callable[..., WorkerProcess], body: str, reason: str) -> None:
    """However a process ends, whoever waits for it is told at once, with signal or exit code."""
    one = ready(start(body))
    with pytest.raises(ProcessLost) as caught:
        collect(one)
    assert str(caught.value).startswith(reason)
    assert one.lost.wait(PATIENCE)
    assert ended(one.pid)


@pytest.mark.parametrize(
    "body",
    [
        "time.sleep(3600)",
        "while True: pass",
        "ctypes.PyDLL(None).sleep(3600)",
        "signal = __import__('signal'); signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65)); time.sleep(3600)",
    ],
    ids=["sleeps", "loops", "holds the interpreter's lock", "blocks every signal"],
)
def test_a_collect_that_never_returns_is_killed(start: Callable[..., WorkerProcess], body: str) -> None:
    """After its patience the process is killed; the reason names the line, and it was late before."""

    def killed() -> str:
        one, late = ready(start(body)), threading.Event()
        with pytest.raises(ProcessLost) as caught:
            one.call("collect", "bad", 1.0, (0.1, late.set), tick=1_000)
        assert late.is_set()
        assert ended(one.pid)
        return str(caught.value)

    def told(reason: str) -> bool:
        return "sigmask" in body or re.search(r"\(it was at bad\d\.py, line 5\)$", reason) is not None

    # On a busy machine the process may be killed before it has said where it was.
    reason = until_fine(killed, told, 4)
    assert reason.startswith("bad did not return from collect within 1 s")
    assert told(reason), reason


def test_an_endless_import_is_killed(start: Callable[..., WorkerProcess]) -> None:
    """A plugin that sleeps while it is imported never becomes one; the reason names the line."""
    one = start(text="time.sleep(3600)\n", limits=replace(QUICK, load_time=1.5))
    with pytest.raises(ProcessLost, match=r"did not load within 1.5 s \(it was at bad0.py, line 3\)"):
        one.load()
    assert ended(one.pid)


def test_a_crash_while_importing_is_named(start: Callable[..., WorkerProcess]) -> None:
    """A plugin that ends the process while it is imported is told from one that is refused."""
    with pytest.raises(ProcessLost, match="exited with code 7"):
        start(text="os._exit(7)\n").load()


def test_a_refusal_has_its_line(start: Callable[..., WorkerProcess]) -> None:
    """A plugin that does not import is refused as the file says."""
    with pytest.raises(PluginRefused) as caught:
        start(text="1 / 0\n").load()
    assert caught.value.line == 3
    assert "ZeroDivisionError" in str(caught.value)


def test_too_much_memory_is_killed(start: Callable[..., WorkerProcess]) -> None:
    """A process beyond its limit is killed when it is looked at, with that reason."""
    one = ready(start("bad.garbage = bytes(b'x' * 2**30); time.sleep(3600)", replace(QUICK, max_memory=200 * 2**20)))
    result: list[BaseException] = []

    def wait() -> None:
        try:
            collect(one)
        except ProcessLost as error:
            result.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not one.lost.wait(0.02):
        one.check_memory()
    waiting.join()
    assert "sampling.max_memory allows 200 MiB" in str(result[0])
    assert ended(one.pid)


FRAME = """
import socket, struct
from collectors.frames import encode
channel = socket.socket(fileno=os.dup(int(open("/proc/self/cmdline").read().split(chr(0))[-4])))
"""


@pytest.mark.parametrize(
    ("attack", "reason"),
    [
        ("channel.sendall(struct.pack('>II', 2**30, 100))", f"at most {MAX_FRAME} are allowed"),
        ("channel.sendall(b'\\0\\0\\0\\x09\\0\\0\\0\\x05hello')", "no JSON"),
        ("while True: channel.sendall(b'\\0\\0\\0\\x06\\0\\0\\0\\x02{}' * 100)", "more than 2000 frames"),
        (
            "while True: channel.sendall(struct.pack('>II', 2**23 + 6, 2) + b'{}' + bytes(2**23))",
            "or 64 MiB in one second",
        ),
        ("channel.sendall(encode({'batches': [{'m': 'other', 'n': 1}]}))", "'other' is not declared"),
    ],
)
def test_what_sends_what_it_must_not_is_killed(start: Callable[..., WorkerProcess], attack: str, reason: str) -> None:
    """Frames that are too long, too many or none at all end the process, with that reason."""
    one = ready(start(text=f"{FRAME}@metric('bad')\ndef bad():\n    {attack}\n    time.sleep(3600)\n"))
    with pytest.raises(ProcessLost, match="sent what it must not") as caught:
        collect(one)
    assert reason in str(caught.value)
    assert ended(one.pid)


def test_what_the_plugin_has_started_ends_with_it(start: Callable[..., WorkerProcess]) -> None:
    """A crash ends the plugin's own children, too, and so does stopping."""
    body = "import subprocess; return subprocess.Popen(['sleep', '3600']).pid"
    one = ready(start(body))
    child = int(collect(one)[0].values[0, 0])
    os.kill(one.pid, signal.SIGSEGV)
    assert one.lost.wait(PATIENCE)
    assert ended(child)
    other = ready(start(body))
    child = int(collect(other)[0].values[0, 0])
    other.stop()
    assert ended(child)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("raise Unavailable('away')", Unavailable),
        ("raise Misconfigured('url', 'wrong')", Misconfigured),
        ("raise ValueError('odd')", CollectorFailed),
    ],
)
def test_outcomes_keep_their_kind(start: Callable[..., WorkerProcess], body: str, error: type[Exception]) -> None:
    """What a collector raises there is raised here; errors come with the plugin's line and their traceback."""
    with pytest.raises(error) as caught:
        collect(ready(start(body)))
    if isinstance(caught.value, CollectorFailed):
        assert str(caught.value) == "ValueError: odd (bad0.py, line 5)"
        assert "Traceback" in caught.value.__notes__[0]


def test_an_answer_that_is_not_waited_for_any_more(start: Callable[..., WorkerProcess], tmp_path: Path) -> None:
    """Who is cancelled is let go at once, and the process lives on."""
    gate = tmp_path / "gate"
    one = ready(start(f"while not os.path.exists({str(gate)!r}): time.sleep(0.01)"))
    cancelling = threading.Thread(target=one.cancel, args=["bad"])
    with pytest.raises(ProcessLost, match="stopped"):
        one.call("collect", "bad", PATIENCE, (0.05, cancelling.start), tick=1_000)
    cancelling.join()
    gate.touch()
    assert collect(one)
    assert not one.lost.is_set()


def test_prints_go_to_the_log_with_the_plugins_name(
    start: Callable[..., WorkerProcess], caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever a plugin writes to its standard output or error is in the log, without control characters."""
    one = ready(start("print('hello'); os.write(2, b'\\x1b[2Jraw\\xff\\n'); sys.stdout.write('no end')"))
    collect(one)
    one.stop()
    assert [record.getMessage() for record in caplog.records] == [
        "bad0.py: hello",
        "bad0.py: \\x1b[2Jraw\N{REPLACEMENT CHARACTER}",
        "bad0.py: no end",
    ]


def test_a_segmentation_fault_tells_its_line(
    start: Callable[..., WorkerProcess], caplog: pytest.LogCaptureFixture
) -> None:
    """The last words of a process that crashes in C are in the log."""
    with pytest.raises(ProcessLost):
        collect(ready(start("ctypes.string_at(0)")))
    assert "Fatal Python error: Segmentation fault" in caplog.text
    assert 'bad0.py", line 5 in bad' in caplog.text


def test_endless_printing_is_bounded(start: Callable[..., WorkerProcess], caplog: pytest.LogCaptureFixture) -> None:
    """A plugin that prints without end is killed for not returning, and the log has a few lines of it."""
    one = ready(start("while True: print('x' * 200)"))
    used = sum(os.times()[:2])
    with pytest.raises(ProcessLost, match="did not return"):
        collect(one, 1.5)
    assert sum(os.times()[:2]) - used < 1.0
    assert len(caplog.records) <= MOST_LINES + 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [(3, "its process exited with code 3"), (-11, "SIGSEGV"), (-63, "signal 63"), (None, "hangs in the kernel")],
)
def test_reasons_of_an_end(code: int | None, reason: str) -> None:
    """Each way to end has its words."""
    assert reason in exit_reason(code)


def test_no_file_descriptor_is_left(start: Callable[..., WorkerProcess]) -> None:
    """A process that has come and gone leaves nothing open."""
    ready(start()).stop()
    before = open_files()
    one = ready(start("os._exit(1)"))
    with pytest.raises(ProcessLost):
        collect(one)
    other = ready(start())
    other.stop()
    assert other.lost.wait(PATIENCE)
    assert not left_open(before)


def test_the_log_of_a_hang_is_quiet(start: Callable[..., WorkerProcess], caplog: pytest.LogCaptureFixture) -> None:
    """The stacks that are asked for to name the line do not fill the log."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ProcessLost):
        collect(ready(start("time.sleep(3600)")), 0.2)
    assert caplog.text == ""
