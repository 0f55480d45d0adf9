"""The time of a server, as an agent reckons it."""

from __future__ import annotations

import pytest

from dashboard.agent.server_clock import ServerClock
from tests.sinks import FakeTime


class World:
    """Two clocks and the way between them.

    Attributes:
        ahead: seconds by which the server's clock is ahead.
    """

    def __init__(self, ahead: float = 0.0) -> None:
        self.time = FakeTime()
        self.clock = ServerClock(self.time.clock)
        self.truth = self.time.wall
        self.ahead = ahead

    def pass_(self, seconds: float) -> None:
        self.time.pass_(seconds)
        self.truth += seconds

    def trip(self, there: float = 0.01, back: float = 0.01) -> None:
        sent = self.clock.now()
        self.pass_(there)
        theirs = int((self.truth + self.ahead) * 1000)
        self.pass_(back)
        self.clock.learn(sent, theirs, self.clock.now())

    def error(self) -> float:
        """Milliseconds by which a sample that is taken now would get another time than the server's."""
        time = int(self.time.wall * 1000) - self.clock.steps() + self.clock.ahead()
        return time - (self.truth + self.ahead) * 1000


@pytest.mark.parametrize("ahead", [-3600.0, -0.4, 0.4, 7200.25])
def test_times_become_those_of_the_server(ahead: float) -> None:
    """After a few round trips the difference of the clocks is known to half of the quickest."""
    world = World(ahead)
    for there, back in ((0.3, 0.01), (0.01, 0.012), (0.02, 0.3)):
        world.trip(there, back)
    assert abs(world.error()) <= 3


def test_clocks_that_agree_are_left_alone() -> None:
    """Where both follow the same NTP, times stay whole seconds: what a round trip shows beyond is its own noise."""
    world = World(0.004)
    world.trip(0.02, 0.03)
    assert world.clock.ahead() == 0


def test_a_difference_stays_what_it_is() -> None:
    """A few milliseconds more or less are no reason to give samples other distances."""
    world = World(5.0)
    world.trip()
    before = world.clock.ahead()
    for wobble in (0.004, 0.001, 0.009):
        world.pass_(20)
        world.trip(wobble, 0.002)
        assert world.clock.ahead() == before
    world.ahead = 5.03  # it drifts
    for _ in range(10):
        world.trip()
    assert abs(world.error()) <= 20


def test_a_step_of_this_clock_is_seen_through() -> None:
    """Samples from before and after it are both right, with no server to ask."""
    world = World(5.0)
    world.trip()
    before = int(world.time.wall * 1000) - world.clock.steps()
    world.pass_(1)
    world.time.wall += 1800
    assert abs(world.error()) <= 2
    after = int(world.time.wall * 1000) - world.clock.steps()
    assert abs(after - before - 1000) <= 2
    world.trip()
    assert abs(world.error()) <= 2


def test_a_step_of_the_server_is_followed() -> None:
    """One round trip later the new difference holds, though older ones were quicker."""
    world = World(0.0)
    world.trip(0.001, 0.001)
    world.ahead = 60.0
    world.trip(0.05, 0.05)
    assert abs(world.error()) <= 2


def test_what_was_sampled_before_the_server_was_known_is_right() -> None:
    """Times are taken less the steps of this clock, so the difference can be added whenever it is known."""
    world = World(100.0)
    early = int(world.time.wall * 1000) - world.clock.steps()
    truth = (world.truth + world.ahead) * 1000
    world.pass_(5)
    world.time.wall -= 3600
    world.pass_(5)
    world.trip()
    assert abs(early + world.clock.ahead() - truth) <= 3
