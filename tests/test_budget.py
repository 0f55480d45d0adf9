"""How often somebody may do something."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.live.budget import Budget, Budgets, household


class Clock:
    """Seconds, as the test has them."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def taken(budget: Budget, tries: int) -> int:
    """How many of so many tries succeed."""
    return sum(budget.take() for _ in range(tries))


def test_a_burst_and_then_a_rate(clock: Clock) -> None:
    """At once as many as the burst; then what has come back since, but never more than the burst."""
    budget = Budget(20, 50, clock)
    assert taken(budget, 1000) == 50
    clock.now += 0.25
    assert taken(budget, 1000) == 5
    clock.now += 3600
    assert taken(budget, 1000) == 50


def test_tries_that_fail_cost_nothing(clock: Clock) -> None:
    """Who goes on trying gets as much as who waits."""
    budget = Budget(2, 1, clock)
    assert budget.take()
    for _ in range(3):
        clock.now += 0.25
        assert not budget.take()
        clock.now += 0.25
        assert budget.take()


def test_full_after_a_pause(clock: Clock) -> None:
    """A budget is full until something is taken, and again when that has come back."""
    budget = Budget(4, 8, clock)
    assert budget.full
    taken(budget, 8)
    for _ in range(7):
        clock.now += 0.25
        assert not budget.full
    clock.now += 0.25
    assert budget.full


@given(
    st.floats(0.1, 1000), st.integers(1, 100), st.lists(st.tuples(st.floats(0, 10), st.integers(0, 50)), max_size=40)
)
def test_never_more_than_promised(rate: float, burst: int, visits: list[tuple[float, int]]) -> None:
    """Between any two moments at most the burst and the rate times the time in between are given."""
    clock = Clock()
    budget = Budget(rate, burst, clock)
    got: list[tuple[float, int]] = []
    for pause, tries in visits:
        clock.now += pause
        got.append((clock.now, taken(budget, tries)))
    for begin, (start, _) in enumerate(got):
        total = 0
        for now, count in got[begin:]:
            total += count
            assert total <= burst + (now - start) * rate + 0.001


def test_each_has_a_budget(clock: Clock) -> None:
    """What one takes is not missing to another."""
    budgets = Budgets(1, 2, 10, clock)
    assert [budgets.take("a") for _ in range(3)] == [True, True, False]
    assert [budgets.take("b") for _ in range(3)] == [True, True, False]


def test_who_is_known_is_not_harmed_by_many(clock: Clock) -> None:
    """When the table is full, who is in it keeps what it has; all others together get no more than one would."""
    budgets = Budgets(1, 3, 5, clock)
    assert all(budgets.take(f"known {number}") for number in range(5))
    assert sum(budgets.take(f"new {number}") for number in range(1000)) == 3
    assert len(budgets) == 5
    assert [budgets.take("known 3") for _ in range(3)] == [True, True, False]


def test_who_has_not_come_for_a_while_is_forgotten(clock: Clock) -> None:
    """Full budgets leave the table, a few at each take, and their places are free again."""
    budgets = Budgets(1, 3, 100, clock)
    for number in range(100):
        assert budgets.take(f"old {number}")
    clock.now += 1
    for number in range(100):
        assert budgets.take(f"new {number}")
    assert len(budgets) == 100
    clock.now += 1
    for _ in range(50):
        budgets.take("one")
    assert len(budgets) == 1


def test_who_goes_on_is_not_forgotten(clock: Clock) -> None:
    """A crowd that comes and goes does not give anyone a fresh budget."""
    budgets = Budgets(1, 3, 1000, clock)
    passed = 0
    for second in range(20):
        clock.now += 1
        passed += sum(budgets.take("greedy") for _ in range(10))
        for number in range(30):
            budgets.take(f"{second} {number}")
    assert passed == 3 + 19


def test_a_flood_of_addresses_is_quick() -> None:
    """A take costs as much with a full table as with an empty one."""
    budgets = Budgets(1, 10, 20_000)
    begin = time.perf_counter()
    for number in range(100_000):
        budgets.take(f"{number}")
    assert time.perf_counter() - begin < 10
    assert len(budgets) <= 20_000


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", ""),
        ("@socket", "@socket"),
    ],
)
def test_households(address: str, counted: str) -> None:
    """Of IPv6 the network counts, because a machine may have as many addresses in it as it likes."""
    assert household(address) == counted
