"""What plugins print is bounded."""

from __future__ import annotations

from dashboard.sampling.output import MOST_BYTES, MOST_LINES, Output, printable
from tests.sinks import FakeTime


def test_the_log_is_not_flooded() -> None:
    """Beyond so many lines in ten seconds they are counted, and beyond so many bytes a second reading waits."""
    time, lines = FakeTime(), []  # type: FakeTime, list[str]
    output = Output("p.py", time.clock, lines.append)
    assert output.feed(b"line\n" * (MOST_LINES + 7)) == 0.0
    assert len(lines) == MOST_LINES
    assert 0.0 < output.feed(b"y" * MOST_BYTES) <= 1.0
    time.pass_(11)
    assert output.feed(b"\nagain\n") == 0.0
    assert lines[-2].startswith("p.py: ... ")
    assert lines[-1] == "p.py: again"
    output.feed(b"z" * 5000)
    output.end()
    assert all(len(line) < 1100 for line in lines)


def test_where_a_plugin_was() -> None:
    """Of the stacks that it wrote, the innermost line of its own file counts."""
    time, lines = FakeTime(), []  # type: FakeTime, list[str]
    output = Output("p.py", time.clock, lines.append)
    output.hush()
    frames = ("/lib/x.py", 1), ("/p.py", 7), ("/p.py", 9)
    stack = "".join(f'  File "{file}", line {line} in f\n' for file, line in frames)
    output.feed(b"Thread 0x1:\n" + stack.encode())
    assert output.place("/p.py") == "p.py, line 7"
    assert output.place("/q.py") == ""
    assert lines == []


def test_nothing_printed_can_forge_the_log() -> None:
    """Control characters do not reach the log."""
    assert printable("a\x1b[2J\rb\tü") == "a\\x1b[2J\\rb\tü"
