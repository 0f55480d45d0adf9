"""Samples of an agent as messages."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.metric import Series
from collectors.sample import Batch, united
from dashboard.agent.packing import Packer
from dashboard.live.agent_groups import Groups
from dashboard.live.agent_payloads import PushRequest
from dashboard.live.payloads import parse

START = 1_700_000_000_000


def batch(metric: str, times: int, series: int, label: str = "name", first: int = START) -> Batch:
    rng = np.random.default_rng(times * 31 + series)
    values = rng.normal(size=(series, times)) * 10.0 ** rng.integers(-9, 12)
    values[rng.random(values.shape) < 0.1] = np.nan
    known = tuple(Series((("name", f"{label} {one}"),)) for one in range(series))
    return Batch(metric, first + 1000 * np.arange(times), known, values)


def sent(packer: Packer, groups: Groups, number: int, batches: list[Batch], limit: int, ahead: int = 0) -> list[Batch]:
    """What the server makes of the messages of `batches`, each of which it must take."""
    came: list[Batch] | None = None
    for payload in packer.messages(number, batches, ahead):
        packet = f'42/agents,1234["push",{json.dumps(payload, separators=(",", ":"))}]'
        assert len(packet) <= limit
        assert came is None
        came = groups.take(parse(PushRequest, (json.loads(packet[packet.index("[") :])[1],)))
    assert came is not None
    return came


def same(came: Batch, meant: Batch) -> bool:
    return (
        (came.metric, came.series) == (meant.metric, meant.series)
        and np.array_equal(came.times, meant.times)
        and np.array_equal(came.values, meant.values, equal_nan=True)
    )


@settings(max_examples=15, deadline=None)
@given(
    limit=st.sampled_from([1024, 2048, 16_384]),
    shapes=st.lists(
        st.tuples(st.integers(1, 150), st.integers(0, 25), st.sampled_from(["a", "labels of some length", "ü€"])),
        min_size=1, max_size=5,
    ),
)  # fmt: skip
def test_all_that_is_sent_arrives_in_messages_that_fit(limit: int, shapes: list[tuple[int, int, str]]) -> None:
    """However many times, series and metrics there are: every message is within the limit, and nothing is lost."""
    packer, groups = Packer(limit), Groups(lambda name: True)
    for number in (1, 2):
        batches = [batch(f"a.m{place}", *shape) for place, shape in enumerate(shapes)]
        came = sent(packer, groups, number, batches, limit)
        assert all(same(*pair) for pair in zip(came, batches, strict=True))


def test_series_travel_once() -> None:
    """They are sent with the first samples, and again when they are others, or when the server has forgotten them."""
    packer = Packer(16_384)
    first, second = batch("a.b", 1, 3), batch("a.b", 1, 2)
    told = ["series" in packer.messages(n, [one])[0]["batches"][0] for n, one in enumerate([first, first, second])]
    assert told == [True, False, True]
    packer.forget(["a.b"])
    assert "series" in packer.messages(4, [second])[0]["batches"][0]
    packer.forget()
    assert "series" in packer.messages(5, [second])[0]["batches"][0]


def test_what_waited_of_a_metric_travels_together() -> None:
    """Samples of one metric that came one by one are one batch, with its times in the server's."""
    packer, groups = Packer(16_384), Groups(lambda name: True)
    parts = [batch("a.b", 1, 2, first=START + 1000 * place) for place in range(5)]
    [came] = sent(packer, groups, 1, parts, 16_384, ahead=-250)
    whole = united(parts)
    assert came.times.tolist() == (whole.times - 250).tolist()
    assert np.array_equal(came.values, whole.values, equal_nan=True)


def test_infinity_is_a_gap() -> None:
    """What JSON can't say never reaches the text."""
    packer, groups = Packer(16_384), Groups(lambda name: True)
    one = Batch("a.b", np.array([START]), (Series(),), np.array([[np.inf]]))
    [came] = sent(packer, groups, 1, [one], 16_384)
    assert np.isnan(came.values).all()


def test_labels_that_fit_into_no_message_are_left_out() -> None:
    """The other series of the metric arrive, and what was left out can be told."""
    packer, groups = Packer(1024), Groups(lambda name: True)
    large = Series(tuple((f"label{one}", "€" * 150) for one in range(4)))
    one = Batch("a.b", np.array([START]), (Series((("a", "1"),)), large), np.array([[1.0], [2.0]]))
    [came] = sent(packer, groups, 1, [one], 1024)
    assert came.values.tolist() == [[1.0]]
    assert packer.unsent == {("a.b", large)}


def test_labels_that_the_server_refuses_are_left_out() -> None:
    """A plugin that names a label as the server does not take it does not cost the others their samples."""
    packer, groups = Packer(1024), Groups(lambda name: True)
    odd = Series((("Some-Name", "1"),))
    one = Batch("a.b", np.array([START]), (odd, Series((("a", "1"),))), np.array([[1.0], [2.0]]))
    [came] = sent(packer, groups, 1, [one], 1024)
    assert came.values.tolist() == [[2.0]]
    assert packer.unsent == {("a.b", odd)}
