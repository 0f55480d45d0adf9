"""Which clients live: what one client has to do for that."""

from __future__ import annotations

import itertools
import weakref

import pytest

from dashboard.live.heartbeat import NO_ANSWER, NO_NAMESPACE, NOT_READING, Heartbeats
from tests.lives import INTERVAL, JOIN, STALLED, TIMEOUT, Hub


@pytest.fixture
def server() -> Hub:
    return Hub()


def test_who_answers_lives(server: Hub) -> None:
    """A client that answers pings and echoes probes is pinged every interval and never let go."""
    one = server.client()
    server.run(200, server.echo(one), server.pong(one))
    assert one.lives
    assert one.pings[0] <= server.start + INTERVAL + server.hearts.step
    for before, after in itertools.pairwise(one.pings):
        assert after - before == pytest.approx(INTERVAL, abs=server.hearts.step + 1e-6)


def test_who_answers_no_ping_is_let_go(server: Hub) -> None:
    """A client that reads but answers no ping goes one timeout after its ping."""
    one = server.client()
    server.run(INTERVAL + TIMEOUT + 1, server.echo(one))
    assert one.end is not None
    when, why = one.end
    assert why == NO_ANSWER
    assert TIMEOUT - server.hearts.step <= when - one.pings[0] <= TIMEOUT + 2 * server.hearts.step


def test_pings_in_between_do_not_put_off_the_end() -> None:
    """When pings come more often than the timeout, each of them does not start it anew."""
    server = Hub(interval=2.0)
    one = server.client()
    server.run(2 + TIMEOUT + 1, server.echo(one))
    assert one.end is not None and one.end[1] == NO_ANSWER
    assert len(one.pings) > 2


@pytest.mark.parametrize("probes", [True, False])
def test_a_ping_that_waits_is_not_late(probes: bool) -> None:
    """The timeout begins when the client has got as far as the ping, not while that stands behind other things."""
    server = Hub()
    one = server.client(probes)
    one.waiting = 40_000

    def read_a_little() -> None:
        if one.waiting:
            one.taken += 250  # 1 kB/s
            one.waiting -= 250
        server.echo(one)()

    server.run(38, read_a_little)
    assert one.lives and len(one.pings) >= 4
    server.run(2 + INTERVAL + TIMEOUT + 1, read_a_little)
    assert one.end is not None and one.end[1] == NO_ANSWER


@pytest.mark.parametrize("probes", [True, False])
def test_who_vanishes_is_let_go_within_heartbeat_time(server: Hub, probes: bool) -> None:
    """A client of which nothing comes any more goes within interval and timeout, however long a stall may take."""
    server = Hub(stalled=300.0)
    one = server.client(probes)
    server.run(20, server.echo(one), server.pong(one))
    assert one.lives
    gone = server.time.now
    server.run(INTERVAL + TIMEOUT + 1)
    assert one.end is not None and one.end[1] == NO_ANSWER
    assert one.end[0] <= gone + INTERVAL + TIMEOUT + 2 * server.hearts.step


def test_an_answer_to_no_ping_counts_for_nothing(server: Hub) -> None:
    """Pongs sent before a ping do not count as the answer to it."""
    one = server.client()

    def early() -> None:
        if not one.pings:
            server.hearts.ponged(one)

    server.run(INTERVAL + TIMEOUT + 1, server.echo(one), early)
    assert one.end is not None and one.end[1] == NO_ANSWER


def test_who_joins_no_namespace_is_let_go(server: Hub) -> None:
    """A client that answers everything but joins no namespace goes in time; one that joins late enough stays."""
    one, other = server.client(joined=False), server.client(joined=False)
    server.run(JOIN - 1, *(answer(client) for client in (one, other) for answer in (server.echo, server.pong)))
    assert one.lives and other.lives
    server.hearts.joined(other)
    server.run(2, *(answer(client) for client in (one, other) for answer in (server.echo, server.pong)))
    assert one.end is not None and one.end[1] == NO_NAMESPACE
    assert JOIN - 2 * server.hearts.step <= one.end[0] - server.start <= JOIN
    server.run(2 * JOIN, server.echo(other), server.pong(other))
    assert other.lives


@pytest.mark.parametrize("read_for", [0.0, 3.3, 47.0])
def test_who_does_not_read_is_let_go(server: Hub, read_for: float) -> None:
    """A client that answers pings blindly goes within `stalled_after` of its last reading."""
    one = server.client()
    server.run(read_for, server.echo(one), server.pong(one))
    stopped = server.time.now
    server.run(STALLED + 2 * server.hearts.step, server.pong(one))
    assert one.end is not None and one.end[1] == NOT_READING
    assert one.end[0] <= stopped + STALLED + 1e-6


def test_echoes_cannot_be_invented(server: Hub) -> None:
    """What is guessed, altered, another's, or echoed a second time proves nothing."""
    one, other = server.client(), server.client()
    server.run(5, server.echo(other), server.pong(other))
    first, others = one.probed[0], other.probed[0]
    assert first != others
    server.hearts.echoed(one, first)
    proven = server.time.now

    def forge() -> None:
        number = len(one.probed).to_bytes(4)
        for payload in (first, others, b"", number + bytes(8), one.probed[-1][:-1] + b"\0" + b"", bytes(12), first * 2):
            if payload not in one.probed[1:]:
                server.hearts.echoed(one, payload)

    server.run(STALLED + 1, forge, server.pong(one))
    assert one.end is not None and one.end[1] == NOT_READING
    assert one.end[0] <= proven + STALLED + 1e-6


def test_echoes_of_older_probes_count_while_they_are_newer_than_the_last(server: Hub) -> None:
    """A client that is far behind echoes old probes, one after the other, and lives; out of order they do not count."""
    one = server.client()
    server.run(9, server.pong(one))
    outstanding = list(one.probed)
    assert len(outstanding) >= 3
    server.hearts.echoed(one, outstanding[0])
    server.run(STALLED - 1, server.pong(one))
    server.hearts.echoed(one, outstanding[2])
    proven = server.time.now
    server.run(2, server.pong(one))
    server.hearts.echoed(one, outstanding[1])
    server.run(STALLED, server.pong(one))
    assert one.end is not None and one.end[0] <= proven + STALLED + 1e-6


def test_bytes_taken_that_had_to_wait_are_evidence(server: Hub) -> None:
    """A client of which no echo can come lives while what waits for it moves, and goes when it stands."""
    one = server.client()
    one.held, one.waiting = True, 100_000

    def read_a_little() -> None:
        one.taken += 300

    server.run(60, read_a_little)
    assert one.lives
    stopped = server.time.now
    server.run(STALLED + 2)
    assert one.end is not None
    assert one.end[0] <= stopped + STALLED + 1e-6


@pytest.mark.parametrize("seed", range(8))
def test_who_reads_by_fits_and_starts_lives(seed: int) -> None:
    """A client whose kernel takes something only every eight seconds is looked at often enough to see when."""
    server = Hub(seed, timeout=30.0)
    one = server.client()
    one.held, one.waiting = True, 100_000
    for _ in range(8):
        server.run(8)
        one.taken += 60_000
    assert one.lives


@pytest.mark.parametrize("late", [1.0, 1.13, 1.3, 1.9, 2.7])
def test_the_end_is_in_time_when_beats_are_a_little_late(server: Hub, late: float) -> None:
    """What must happen within a time has happened by then, with a beat between now and then."""
    silent, alone = server.client(), server.client(joined=False)
    answers = server.pong(silent), server.pong(alone), server.echo(alone)
    server.run(JOIN + 1, *answers, every=late * server.hearts.step)
    assert silent.end is not None and alone.end is not None
    slack = (late - 1) * server.hearts.step
    assert STALLED - 2 * server.hearts.step - slack <= silent.end[0] - server.start <= STALLED + slack - 0.01
    assert JOIN - 2 * server.hearts.step - slack <= alone.end[0] - server.start <= JOIN + slack - 0.01


def test_a_held_client_has_its_full_time_for_the_pong_afterwards(server: Hub) -> None:
    """What stands in front of its pong is not its fault: the timeout begins when it is heard again."""
    one = server.client()
    server.run(INTERVAL, server.echo(one))  # pinged, not answered
    assert one.pings
    one.held, one.waiting = True, 100_000

    def read_a_little() -> None:
        one.taken += 300

    server.run(30, read_a_little)
    one.held, one.waiting = False, 0
    released = server.time.now
    server.run(TIMEOUT - 2, server.echo(one))
    assert one.lives
    server.run(INTERVAL, server.echo(one))
    assert one.end is not None and one.end[1] == NO_ANSWER
    assert one.end[0] > released + TIMEOUT - 2


def test_without_probes_taking_everything_is_enough(server: Hub) -> None:
    """A client that cannot be probed lives while nothing waits for it; it goes when bytes wait and none is taken."""
    one = server.client(probes=False)
    server.run(60, server.pong(one))
    assert one.lives and not one.probed
    one.waiting = 10
    stopped = server.time.now
    server.run(STALLED + 2, server.pong(one))
    assert one.end is not None and one.end[1] == NOT_READING
    assert one.end[0] <= stopped + STALLED + 1e-6


def test_who_is_gone_is_left_alone(server: Hub) -> None:
    """A removed client is not pinged, probed or let go, whatever still comes of it; it is not kept."""
    one = server.client()
    server.run(1)
    server.hearts.remove(one)
    server.hearts.remove(one)
    pings, probed = len(one.pings), len(one.probed)
    server.hearts.joined(one)
    server.hearts.ponged(one)
    server.hearts.echoed(one, bytes(12))
    server.hearts.took(one)
    server.run(40)
    assert (len(one.pings), len(one.probed), one.end) == (pings, probed, None)
    weak = weakref.ref(one)
    del one
    assert weak() is None


@pytest.mark.parametrize("shortest", [0.001, 0.5, 8.0])
def test_short_settings_are_kept_more_often(shortest: float) -> None:
    """The step suits the shortest of the settings, within bounds that a server can keep."""
    assert 0.01 <= Heartbeats(8, shortest, 10, 10).step <= max(0.01, shortest / 8)
