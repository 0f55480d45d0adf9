"""Names and shapes on the wire."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from collectors.metric import Series
from collectors.sample import Times, Values
from dashboard.live import agent_payloads, talk_payloads, wire
from dashboard.live.payloads import (
    BadRequest,
    CatalogRequest,
    Request,
    SubscribeRequest,
    UnsubscribeRequest,
    Wanted,
    parse,
)
from tests.readings import read
from tests.server import ROOT

#: What else such a request needs.
VIEW: dict[str, object] = {"room": "dashboard:ok"}


@pytest.mark.node
def test_the_twins_agree() -> None:
    """static/js/wire.js exports the names and values of dashboard/live/wire.py, and no others."""
    node = shutil.which("node")
    assert node, "install Node 18 or later"
    module = (ROOT / "static" / "js" / "wire.js").as_uri()
    script = f"import * as wire from {json.dumps(module)}; console.log(JSON.stringify(wire));"
    done = subprocess.run(
        [node, "--input-type=module", "-e", script], capture_output=True, text=True, check=True, timeout=30
    )
    assert json.loads(done.stdout) == {
        "NAMESPACE": wire.NAMESPACE,
        "ROOMS": wire.ROOMS,
        "AGENTS": wire.AGENTS,
        "BINARY_FROM": wire.BINARY_FROM,
        "Event": {one.name: one.value for one in wire.Event},
        "Code": {one.name: one.value for one in wire.Code},
    }


def test_everything_on_the_wire_is_documented() -> None:
    """docs/wire.md, docs/rooms.md and docs/agents.md speak of every event, error code and key of a request."""
    text = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("wire.md", "rooms.md", "agents.md"))
    own = (SubscribeRequest, UnsubscribeRequest, Wanted)
    models = (*own, *vars(talk_payloads).values(), *vars(agent_payloads).values())
    requests = [one for one in models if isinstance(one, type) and issubclass(one, Request)]
    keys = [key for model in requests for key in model.model_fields]
    missing = [word for word in (*wire.Event, *wire.Code, *keys) if f"`{word}`" not in text]
    assert missing == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (math.nan, "null"),
        ([math.inf, -math.inf, 1.5], "[null,null,1.5]"),
        (np.float64("nan"), "null"),
        (np.float32(0.5), "0.5"),
        (np.int64(7), "7"),
        (np.uint8(7), "7"),
        (np.bool_(True), "true"),
        (np.float16(0.5), "0.5"),
        (np.array([[1.0, np.nan], [np.inf, 2.0]]), "[[1.0,null],[null,2.0]]"),
        (np.arange(6).reshape(2, 3).T, "[[0,3],[1,4],[2,5]]"),
        (np.array([1 + 2j]), '["(1+2j)"]'),
        (np.datetime64("2026-01-01"), '"2026-01-01"'),
        (np.array(["a"], dtype=object), '["a"]'),
        ({"b", "a"}, '["a","b"]'),
        (Path("x"), '"x"'),
        ({1: wire.Event.TOP}, '{"1":"top"}'),
    ],
)
def test_nothing_invalid_reaches_the_text(value: object, text: str) -> None:
    """NaN and infinity become null; numpy's types become what they hold; the rest becomes text. Nothing raises."""
    got = wire.Json.dumps(value, separators=(",", ":"))
    assert got.replace("T00:00:00", "") == text
    json.loads(got, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


floats = st.floats(allow_nan=True, allow_infinity=False, width=64)


@given(
    values=arrays(np.float64, st.tuples(st.integers(0, 12), st.integers(1, 12)), elements=floats),
    fortran=st.booleans(),
)
def test_samples_come_out_as_they_went_in(values: np.ndarray, fortran: bool) -> None:
    """A samples message says the same as JSON and as binary; from 64 values on it is binary with one attachment."""
    times = np.arange(values.shape[1], dtype=np.int64) * 1000 + 1_700_000_000_000
    message = wire.samples("a.b", 99, times, np.asfortranarray(values) if fortran else values)
    binary = values.size >= wire.BINARY_FROM
    assert set(message) == ({"m", "o", "n", "at", "b"} if binary else {"m", "o", "t", "v"})
    attachment = {"b": message.pop("b")} if binary else {}
    received = json.loads(wire.Json.dumps(message)) | attachment
    got_times, got_values = read(received, received)
    assert (received["m"], received["o"]) == ("a.b", 99)
    assert np.array_equal(got_times, times)
    assert np.array_equal(got_values, values, equal_nan=True)


def test_binary_is_little_endian_float64_series_after_series() -> None:
    """An attachment has n times, then n values of each series."""
    message = wire.samples("a.b", 40, np.arange(40) + 1000, np.stack([np.arange(40.0), -np.arange(40.0)]))
    numbers = np.frombuffer(message["b"], "<f8")
    assert message["n"] == 40
    assert numbers[:3].tolist() == [1000, 1001, 1002]
    assert numbers[40:43].tolist() == [0, 1, 2]
    assert numbers[80:83].tolist() == [0, -1, -2]
    assert len(numbers) == 120


def test_several_metrics_share_one_attachment() -> None:
    """Parts of one message point into the same attachment, an empty one and one without series among them."""
    shapes = [(2, 30), (0, 5), (3, 0), (1, 10)]
    parts = []
    for place, (series, count) in enumerate(shapes):
        head = {"name": str(place), "series": wire.labels([Series()] * series)}
        parts.append((head, np.arange(count) + place, np.full((series, count), float(place))))
    whole = wire.attach(parts)
    assert list(whole) == ["b"]
    for (head, times, values), (series, count) in zip(parts, shapes, strict=True):
        got_times, got_values = read(whole, head)
        assert got_values.shape == (series, count)
        assert np.array_equal(got_times, times)
        assert np.array_equal(got_values, values)


def test_few_values_in_all_travel_as_json() -> None:
    """What counts is the number of values in the whole message."""
    small: list[tuple[wire.Payload, Times, Values]] = [({}, np.arange(7), np.zeros((3, 7))) for _ in range(3)]
    assert wire.attach(small) == {}
    assert all(set(head) == {"t", "v"} for head, _, _ in small)


@pytest.mark.parametrize(
    ("model", "arguments", "sentence"),
    [
        (SubscribeRequest, (), "send one JSON object with the event; what came is: nothing"),
        (SubscribeRequest, (5,), "what came is: a number"),
        (SubscribeRequest, (None,), "what came is: null"),
        (SubscribeRequest, ([],), "what came is: an array"),
        (SubscribeRequest, ("x", True, {}), "what came is: a string, a boolean, an object"),
        (SubscribeRequest, ({},), "metrics: field required"),
        (SubscribeRequest, ({"metrics": []},), "metrics: list should have at least 1 item"),
        (SubscribeRequest, ({"metrics": "a.b"},), "metrics: input should be a valid list"),
        (SubscribeRequest, ({"metrics": [{"name": 1}]},), "metrics.0.name: input should be a valid string"),
        (SubscribeRequest, ({"metrics": [{"name": "x" * 500}]},), "metrics.0.name: string should have at most"),
        (SubscribeRequest, ({"metrics": [{"name": "a", "since": -1}]},), "metrics.0.since: "),
        (SubscribeRequest, ({"metrics": [{"name": "a", "since": 1.5}]},), "metrics.0.since: "),
        (SubscribeRequest, ({"metrics": [{"name": "a", "points": 1}]},), "metrics.0.points: "),
        (SubscribeRequest, ({"metrics": [{"name": "a", "window": math.nan}]},), "metrics.0.window: "),
        (SubscribeRequest, ({"metrics": [{"name": "a", "window": True}]},), "metrics.0.window: "),
        (SubscribeRequest, ({"metrics": [{"name": "a"}], "epoch": 3},), "epoch: input should be a valid string"),
        (SubscribeRequest, ({"metrics": [{"name": "a"}], "epoc": "x"},), "epoc: is not known here; the keys are: "),
        (SubscribeRequest, ({"metrics": [{"name": "a", "sinc": 1}]},), "metrics.0.sinc: is not known here"),
        (SubscribeRequest, ({"metrics": [{"name": "a"}, {"name": "b"}, {"name": "a"}]},),
         "metrics: 'a' is in it twice; name each metric once"),
        (UnsubscribeRequest, ({"metrics": [{}]},), "metrics.0: input should be a valid string"),
        (CatalogRequest, ({"x": 1},), "x: is not known here; the keys are: none"),
        (talk_payloads.ViewRequest, (VIEW | {"view": {"x": 1}},), "view.x: is not known here; the keys are: window, "),
        (talk_payloads.ViewRequest, (VIEW | {"view": {"pointer": {"x": 1, "metric": "a", "t": 1, "y": 1}}},),
         "view.pointer.x: is not known here; the keys are: metric, t, y"),
    ],
)  # fmt: skip
def test_what_is_no_request_is_told_so(model: type[Request], arguments: tuple[object, ...], sentence: str) -> None:
    """A payload that is wrong raises one sentence that says where and what."""
    with pytest.raises(BadRequest) as error:
        parse(model, arguments)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


garbage: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["metrics", "name", "since", "window", "points", "epoch"]) | st.text(), inner, max_size=4
    ),
    max_leaves=12,
)  # fmt: skip


@given(arguments=st.lists(garbage, max_size=3))
def test_garbage_is_refused_or_understood(arguments: list[object]) -> None:
    """Whatever is sent with an event either is a request or raises `BadRequest`; nothing else happens."""
    models: Mapping[str, type[Request]] = {"s": SubscribeRequest, "u": UnsubscribeRequest, "c": CatalogRequest}
    for model in models.values():
        with suppress(BadRequest):
            parse(model, tuple(arguments))


def test_requests_have_defaults() -> None:
    """A subscription is a name; the catalog needs no payload."""
    request = parse(SubscribeRequest, ({"metrics": [{"name": "a.b"}, {"name": "a.c", "window": 60, "points": 10}]},))
    first, second = request.metrics
    assert (first.since, first.window, first.points, request.epoch) == (None, 300.0, 600, None)
    assert (second.window, second.points) == (60.0, 10)
    assert parse(CatalogRequest, ()) == parse(CatalogRequest, ({},))
