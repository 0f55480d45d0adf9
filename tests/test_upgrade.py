"""What is done with a connection after the request that has opened it."""

from __future__ import annotations

import pytest

from dashboard.live.upgrade import UPGRADE, Upgrade, go_on


def test_without_a_server_that_knows_it_is_done_at_once() -> None:
    """Below a server that knows no later, what goes on with the connection runs within the request."""
    done: list[str] = []
    go_on({}, lambda: done.append("run"))
    assert done == ["run"]


def test_it_is_done_when_the_server_says_so() -> None:
    """A server that knows of it runs it once, after the request, and then whatever waits for its end."""
    done: list[str] = []
    upgrade = Upgrade()
    pending = [upgrade.pending]
    go_on({UPGRADE: upgrade}, lambda: done.append("run"))
    pending.append(upgrade.pending)
    upgrade.at_end(lambda: done.append("first end"))
    upgrade.at_end(lambda: done.append("second end"))
    assert done == []
    upgrade.run()
    upgrade.run()
    assert done == ["run", "first end", "second end"]
    assert [*pending, upgrade.pending] == [False, True, False]


def test_its_end_is_told_whatever_happens() -> None:
    """Also when it fails, the connection is closed."""
    done: list[str] = []
    upgrade = Upgrade()

    def fail() -> None:
        raise ValueError("broken")

    upgrade.take(fail)
    upgrade.at_end(lambda: done.append("end"))
    with pytest.raises(ValueError, match="broken"):
        upgrade.run()
    assert done == ["end"]
