"""Where processes come from."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from collectors.process_table import (
    BLOCKED,
    RUNNING,
    SLEEPING,
    STATES,
    STOPPED,
    ZOMBIE,
    LinuxTable,
    ProcessTable,
    PsutilTable,
    Transfer,
    title,
)

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
TABLES = [pytest.param(LinuxTable, marks=linux), PsutilTable]

STAT = (
    "{pid} ({command}) {state} 1 {pid} 0 0 -1 {flags} 9 8 7 6 "
    "{user} {system} 0 0 20 0 {threads} 0 {started} 4096 {pages} 0 0 0\n"
)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that sleeps until its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        yield process
        process.kill()


def write(root: Path, pid: int, command: str = "sleep", state: str = "S", *, flags: int = 0, user: int = 0) -> None:
    (root / str(pid)).mkdir(exist_ok=True)
    text = STAT.format(
        pid=pid, command=command, state=state, flags=flags, user=user, system=50, threads=3, started=700, pages=5
    )
    (root / str(pid) / "stat").write_text(text, "utf-8")


@linux
def test_one_file_tells_all_of_a_process(tmp_path: Path) -> None:
    """Command, state, seconds, resident bytes, threads and start are read from `stat`."""
    write(tmp_path, 12, user=150)
    (tmp_path / "uptime").write_text("1 1")
    (process,) = LinuxTable(str(tmp_path)).processes()
    assert (process.pid, process.command, process.state, process.threads) == (12, "sleep", SLEEPING, 3)
    assert process.cpu == 200 / os.sysconf("SC_CLK_TCK")
    assert process.started == 700 / os.sysconf("SC_CLK_TCK")
    assert process.memory == 5 * os.sysconf("SC_PAGE_SIZE")
    assert not process.kernel


@linux
@pytest.mark.parametrize("command", ["(sd-pam)", "a b", ") R 1 (", "x\ny", "日本"])
def test_a_command_may_have_any_character(tmp_path: Path, command: str) -> None:
    """Brackets, spaces, line ends and other scripts in a command don't shift the fields."""
    write(tmp_path, 7, command)
    (process,) = LinuxTable(str(tmp_path)).processes()
    assert (process.command, process.state, process.threads) == (command, SLEEPING, 3)


@linux
@pytest.mark.parametrize(
    ("letter", "state"),
    [("R", RUNNING), ("S", SLEEPING), ("I", SLEEPING), ("D", BLOCKED), ("T", STOPPED), ("t", STOPPED), ("Z", ZOMBIE),
     ("?", SLEEPING)],
)  # fmt: skip
def test_states_have_words(tmp_path: Path, letter: str, state: str) -> None:
    """Every letter of the kernel becomes one of five words."""
    write(tmp_path, 7, state=letter)
    assert [process.state for process in LinuxTable(str(tmp_path)).processes()] == [state]


@linux
def test_what_changed_is_seen_and_what_is_gone_is_forgotten(tmp_path: Path) -> None:
    """A sleeping process is not parsed again; one that ran is, one that ended is left out."""
    table = LinuxTable(str(tmp_path))
    for pid in (1, 2, 3):
        write(tmp_path, pid)
    first = {process.pid: process for process in table.processes()}
    write(tmp_path, 2, user=100)
    (tmp_path / "3" / "stat").unlink()
    second = {process.pid: process for process in table.processes()}
    assert second[1] is first[1]
    assert second[2].cpu == first[2].cpu + 100 / os.sysconf("SC_CLK_TCK")
    assert set(second) == {1, 2}


@linux
def test_threads_of_the_kernel_are_told(tmp_path: Path) -> None:
    """The flag of kernel threads is read."""
    write(tmp_path, 2, "kworker/0:1", flags=0x0020_8040)
    assert [process.kernel for process in LinuxTable(str(tmp_path)).processes()] == [True]


@pytest.mark.parametrize("make", TABLES)
def test_a_process_of_this_machine(make: type[ProcessTable], sleeper: "subprocess.Popen[bytes]") -> None:
    """A real child is found with its command line, memory and state."""
    table = make()
    found = {process.pid: process for process in table.processes()}
    child = found[sleeper.pid]
    assert child.state in STATES
    assert child.memory == pytest.approx(psutil.Process(sleeper.pid).memory_info().rss, rel=0.9)
    assert child.threads >= 1
    assert list(table.arguments(sleeper.pid))[1:] == ["-c", "input()"]
    transfer = table.transfer(os.getpid())
    assert transfer is None or min(transfer) >= 0


@pytest.mark.parametrize("make", TABLES)
def test_a_process_that_ended_has_nothing(make: type[ProcessTable], sleeper: "subprocess.Popen[bytes]") -> None:
    """Command line and transfer of a process that is gone are empty, not errors."""
    sleeper.kill()
    sleeper.wait()
    table = make()
    assert list(table.arguments(sleeper.pid)) == []
    assert table.transfer(sleeper.pid) is None
    assert sleeper.pid not in {process.pid for process in table.processes()}


@linux
def test_both_tables_agree(sleeper: "subprocess.Popen[bytes]") -> None:
    """The short way through /proc and psutil see the same child."""
    here, there = (
        next(process for process in table.processes() if process.pid == sleeper.pid)
        for table in (LinuxTable(), PsutilTable())
    )
    assert here.command == there.command
    assert here.threads == there.threads


@linux
def test_transfer_is_what_went_to_disks(tmp_path: Path) -> None:
    """Bytes of disks are read, those of pipes and caches (rchar, wchar) are not."""
    (tmp_path / "5").mkdir()
    (tmp_path / "5" / "io").write_text("rchar: 99\nwchar: 98\nsyscr: 1\nread_bytes: 4096\nwrite_bytes: 512\n")
    assert LinuxTable(str(tmp_path)).transfer(5) == Transfer(4096, 512)


@pytest.mark.parametrize(
    ("command", "arguments", "expected"),
    [
        ("kworker/0:1-ev", [], "kworker"),
        ("nginx", ["nginx: worker process"], "nginx"),
        ("python3", ["/usr/bin/python3", "-m", "http.server"], "python3 http.server"),
        ("python3.11", ["python3.11", "-W", "error", "-u", "/srv/app.py", "--token", "x"], "python3.11 app.py"),
        ("python3", ["python3", "-c", "print(1)"], "python3"),
        ("python3", ["python3"], "python3"),
        ("java", ["java", "-Xmx1g", "-cp", "/lib/*", "org.example.Main"], "java org.example.Main"),
        ("java", ["java", "-jar", "/opt/tool.jar"], "java tool.jar"),
        ("node", ["node", "server.js"], "node server.js"),
        ("node-MainThread", ["/usr/bin/node", "server.js"], "node server.js"),
        ("gnome-terminal-", ["/usr/libexec/gnome-terminal-server"], "gnome-terminal-server"),
        ("postgres", ["postgres: checkpointer "], "postgres"),
    ],
)
def test_processes_have_the_names_that_people_use(command: str, arguments: Sequence[str], expected: str) -> None:
    """Runtimes are named with what they run, cut names are completed, and options never show."""
    assert title(command, arguments) == expected
