"""Processes, the largest of each kind."""

import time

import pytest

from collectors.process_table import RUNNING, SLEEPING, ZOMBIE, Process, Transfer
from collectors.processes import Processes, largest
from collectors.sampler import Sampler
from tests.collected import Values, collected, readings


def process(pid: int, command: str, cpu: float = 0.0, memory: int = 1000, **options: object) -> Process:
    given = {"started": 5.0, "state": SLEEPING, "threads": 1, "kernel": False, **options}
    return Process(pid=pid, command=command, cpu=cpu, memory=memory, **given)  # type: ignore[arg-type]  # a table


class Table:
    """Processes that a test moves, and a clock that it turns."""

    def __init__(self, *processes: Process) -> None:
        self.now = 100.0
        self.known = list(processes)
        self.command_lines: dict[int, list[str]] = {}
        self.transfers: dict[int, Transfer | None] = {}
        self.asked: list[int] = []

    def processes(self) -> list[Process]:
        return self.known

    def arguments(self, pid: int) -> list[str]:
        self.asked.append(pid)
        return self.command_lines.get(pid, ["/bin/program"])

    def transfer(self, pid: int) -> Transfer | None:
        return self.transfers.get(pid)

    def collector(self, **options: object) -> Processes:
        config = Processes.Config.model_validate(options)
        collector = Processes(config, lambda: self, lambda: self.now, cores=2)
        collector.open()
        return collector


def after(table: Table, collector: Processes, *processes: Process, seconds: float = 2.0) -> Values:
    """The values of the next tick, at which `processes` are there."""
    table.now += seconds
    table.known = list(processes)
    return collected(collector)


def test_processes_are_counted_by_state() -> None:
    """Each state has its number, those without a process zero; threads are counted together."""
    values = collected(
        Table(process(1, "a", state=RUNNING), process(2, "b", threads=7), process(3, "c", state=ZOMBIE)).collector()
    )
    assert values["system.processes"] == {"running": 1, "sleeping": 1, "blocked": 0, "stopped": 0, "zombie": 1}
    assert values["system.threads"] == {"": 9}


def test_processor_time_is_a_share_of_all_cores() -> None:
    """Two seconds of processor in two seconds on two cores are 50%; the first tick has no share yet."""
    table = Table(process(1, "busy", cpu=10), process(2, "lazy", cpu=3))
    collector = table.collector()
    assert "process.cpu" not in collected(collector)
    assert after(table, collector, process(1, "busy", cpu=12), process(2, "lazy", cpu=3))["process.cpu"] == {
        "busy": 50.0
    }


def test_processes_of_one_name_count_together() -> None:
    """The workers of a server are one bar."""
    table = Table()
    collector = table.collector()
    collected(collector)
    values = after(table, collector, process(1, "web", 1, 100), process(2, "web", 1, 200), process(3, "db", 1, 50))
    assert values["process.cpu"] == {"web": 50.0, "db": 25.0}
    assert values["process.memory"] == {"web": 300, "db": 50}


def test_a_new_process_used_all_since_the_last_tick() -> None:
    """What began and worked between two ticks is seen, also when it has the number of one that ended."""
    table = Table(process(1, "old", cpu=50))
    collector = table.collector()
    collected(collector)
    values = after(table, collector, process(1, "new", cpu=1, started=99.0))
    assert values["process.cpu"] == {"new": 25.0}


def test_only_the_first_n_are_shown() -> None:
    """`n` limits the bars, largest first."""
    table = Table()
    collector = table.collector(n=2)
    collected(collector)
    values = after(table, collector, *(process(pid, f"p{pid}", cpu=pid, memory=pid) for pid in range(1, 6)))
    assert list(values["process.cpu"]) == ["p5", "p4"]
    assert list(values["process.memory"]) == ["p5", "p4"]


def test_what_is_nothing_is_not_shown() -> None:
    """Sums of zero and less are left out, whatever room there is."""
    assert largest([("a", 0.0), ("b", 2.0), ("b", 1.0), ("c", -1.0)], 5) == [("b", 3.0)]


def test_reading_and_writing_are_rates() -> None:
    """Bytes moved between two ticks are shown per second; what was moved before the first tick isn't."""
    table = Table(process(1, "db", cpu=1))
    table.transfers[1] = Transfer(10_000, 500)
    collector = table.collector()
    assert "process.read" not in collected(collector)
    table.transfers[1] = Transfer(12_000, 500)
    values = after(table, collector, process(1, "db", cpu=2))
    assert values["process.read"] == {"db": 1000.0}
    assert "process.write" not in values


def test_a_process_that_sleeps_is_not_asked_what_it_moved() -> None:
    """Without processor time nothing was moved, so a sleeping process costs nothing."""
    table = Table(process(1, "db", cpu=1))
    table.transfers[1] = Transfer(0, 0)
    collector = table.collector()
    collected(collector)
    table.transfers[1] = Transfer(9_000, 0)
    assert "process.read" not in after(table, collector, process(1, "db", cpu=1))
    assert after(table, collector, process(1, "db", cpu=2))["process.read"] == {"db": 4500.0}


def test_transfers_of_others_may_be_hidden() -> None:
    """A process whose transfers may not be read has its processor and memory all the same."""
    table = Table(process(1, "root's", cpu=1))
    collector = table.collector()
    collected(collector)
    table.transfers[1] = Transfer(9_000, 0)
    values = after(table, collector, process(1, "root's", cpu=2))
    assert set(values) == {"process.cpu", "process.memory", "system.processes", "system.threads"}


def test_transfers_may_be_switched_off() -> None:
    """`disk = false` leaves out reading and writing."""
    table = Table(process(1, "db", cpu=1))
    table.transfers[1] = Transfer(0, 0)
    collector = table.collector(disk=False)
    collected(collector)
    table.transfers[1] = Transfer(9_000, 0)
    assert "process.read" not in after(table, collector, process(1, "db", cpu=2))


def test_a_command_line_is_read_once_a_program() -> None:
    """The command line is read when a process is first seen and when it runs another program, never for the kernel."""
    table = Table(process(1, "bash"), process(2, "kworker/1", kernel=True))
    collector = table.collector()
    for _ in range(3):
        collected(collector)
    assert table.asked == [1]
    table.command_lines[1] = ["python3", "app.py"]
    assert set(after(table, collector, process(1, "python3"))["process.memory"]) == {"python3 app.py"}
    assert table.asked == [1, 1]


def test_a_clock_that_stands_still_gives_no_share() -> None:
    """Two collects at one moment don't divide by zero."""
    table = Table(process(1, "a", cpu=1))
    collector = table.collector()
    collected(collector)
    assert "process.cpu" not in after(table, collector, process(1, "a", cpu=2), seconds=0.0)


def test_opening_again_begins_again() -> None:
    """After a failure the first tick has no share, so that no rate spans the time in between."""
    table = Table(process(1, "a", cpu=1))
    collector = table.collector()
    collected(collector)
    collector.open()
    assert "process.cpu" not in after(table, collector, process(1, "a", cpu=2))


def test_this_process_is_seen_working() -> None:
    """On the real machine, a tenth of a second of work shows, and nobody has more than all cores."""
    sampler = Sampler(Processes)
    sampler.open()
    first = readings(sampler.collect(1))
    busy_until = time.process_time() + 0.1
    while time.process_time() < busy_until:
        pass
    values = readings(sampler.collect(2))
    sampler.close()
    assert first["system.processes"]["running"] >= 1
    assert sum(values["process.memory"].values()) > 1_000_000
    assert values["system.threads"][""] >= sum(values["system.processes"].values()) >= 1
    # Ticks of 10 ms over a short time: allow for them.
    assert 0 < sum(values["process.cpu"].values()) <= 100 + 100 * 0.05 / 0.1


def test_a_number_of_processes_out_of_range_is_refused() -> None:
    """`n` is between 1 and 100."""
    with pytest.raises(ValueError, match="n"):
        Processes.Config(n=0)
