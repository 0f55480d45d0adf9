"""Agents at the server: other hosts, each a family of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from collectors.metric import Metric
from collectors.sample import Batch
from dashboard.app import create_app
from dashboard.history.store import History
from dashboard.live.agent_payloads import (
    MOST_ALL_SERIES,
    MOST_CELLS,
    MOST_COLLECTORS,
    MOST_METRICS,
    DeclareRequest,
    KeepRequest,
    PushRequest,
    RegisterRequest,
    RetireRequest,
    StateRequest,
)
from dashboard.live.agents import MOST_AGENTS, Agents
from dashboard.live.catalog import Catalog
from dashboard.live.payloads import BadRequest, Request, parse
from dashboard.live.refused import Refused
from dashboard.live.wire import AGENTS
from dashboard.settings import HistorySettings, Settings
from dashboard.tasks import Clock, run_here
from tests.rooms import PATIENCE, Client, RoomsServer
from tests.server import ASYNC_MODES
from tests.sinks import RememberingSink

NOW = 1_700_000_000_000
CPU = {"name": "system.cpu", "title": "CPU", "unit": "%", "labels": ["mode"], "limits": [0, 100]}
USER, IDLE = {"mode": "user"}, {"mode": "idle"}


def register(agent: str = "web1", run: str = "run-number-1") -> dict[str, Any]:
    return {"agent": agent, "version": "1", "run": run}


def push(number: int, *batches: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"n": number, "batches": list(batches), **more}


# --- over the wire


@pytest.fixture(scope="module", params=ASYNC_MODES)
def rooms(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoomsServer]:
    started = RoomsServer(request.param, tmp_path_factory.mktemp("agents") / "log.txt", agents=True)
    yield started
    started.close()


@pytest.fixture
def client(rooms: RoomsServer) -> Iterator[Callable[..., Client]]:
    opened: list[Client] = []

    def connect(namespace: str = AGENTS) -> Client:
        opened.append(Client(rooms.url, namespace))
        return opened[-1]

    yield connect
    for one in opened:
        one.close()


def collector(viewer: Client, name: str, state: str) -> dict[str, Any]:
    """The collector as the catalog has it, as soon as it is in that state."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = [one for one in viewer.call("catalog", {})["collectors"] if one["collector"] == name]
        if found and found[0]["state"] == state:
            return dict(found[0])
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


@pytest.mark.leaks
def test_an_agent_is_a_family(client: Callable[..., Client]) -> None:
    """What an agent declares and sends is there under its name, with titles, units and labels as they were."""
    viewer, agent = client("/metrics"), client()
    hello = agent.next("hello")
    assert hello["limits"] == {"message": 16384, "events": 20, "burst": 50}
    assert agent.call("register", register("shop"))["ok"]
    assert abs(agent.call("clock", {})["now"] - time.time() * 1000) < 5000
    assert agent.call("declare", {"collector": "cpu", "every": 1.0, "metrics": [CPU]}) == {"ok": True}
    assert agent.call("state", {"states": [{"collector": "cpu", "state": "running", "every": 1.0}]}) == {"ok": True}
    start = int(time.time() * 1000) - 60_000
    first = {"m": "system.cpu", "t": [start, start + 1000], "series": [USER, IDLE], "v": [[1, 2], [9, None]]}
    assert agent.call("push", push(1, first)) == {"ok": True}
    answer = viewer.subscribe("shop.system.cpu", window=3600)
    assert answer["series"] == [{"labels": USER}, {"labels": IDLE}]
    assert (answer["t"], answer["v"]) == ([start, start + 1000], [[1.0, 2.0], [9.0, None]])
    assert agent.call("push", push(2, {"m": "system.cpu", "t": [start + 2000], "v": [[3], [7]]})) == {"ok": True}
    assert viewer.next("samples")["v"] == [[3.0], [7.0]]
    [metric] = [one for one in viewer.call("catalog", {})["metrics"] if one["family"] == "shop"]
    assert (metric["name"], metric["title"], metric["unit"]) == ("shop.system.cpu", "CPU", "%")
    assert (metric["collector"], metric["limits"], metric["every"]) == ("shop/cpu", [0, 100], 1.0)


@pytest.mark.leaks
def test_an_agent_that_is_gone_is_away(client: Callable[..., Client]) -> None:
    """Without its connection its collectors are unavailable since then, its metrics stay; and it can come back."""
    viewer, agent = client("/metrics"), client()
    agent.call("register", register("far"))
    agent.call("declare", {"collector": "cpu", "every": 1.0, "metrics": [CPU]})
    agent.call("state", {"states": [{"collector": "cpu", "state": "running"}, {"collector": "x", "state": "stopped"}]})
    agent.call("push", push(7, {"m": "system.cpu", "t": [NOW], "series": [USER], "v": [[1]]}))
    collector(viewer, "far/cpu", "running")
    agent.close()
    gone = collector(viewer, "far/cpu", "unavailable")
    assert gone["reason"].startswith("agent far is away since 20")
    assert gone["reason"].endswith(" UTC")
    collector(viewer, "far/x", "stopped")
    assert viewer.subscribe("far.system.cpu")["t"] == [NOW]
    again = client()
    assert again.call("register", register("far")) == {"ok": True, "n": 7}
    again.call("state", {"states": [{"collector": "cpu", "state": "running"}]})
    assert collector(viewer, "far/cpu", "running")["reason"] == ""


HOSTILE: list[tuple[str, Any, str]] = [
    ("register", register(), "this connection is that of agent 'hostile' already"),
    ("register", {"agent": "Web 1"}, "agent: string should match pattern"),
    ("declare", None, "send one JSON object"),
    ("declare", {"collector": "c", "every": 0, "metrics": []}, "every: input should be greater than"),
    ("declare", {"collector": "a\nb", "every": 1, "metrics": []}, "characters that can't be shown"),
    ("declare", {"collector": "c", "every": 1, "metrics": [{"name": "No Name"}]}, "metric name 'No Name' is not valid"),
    ("declare", {"collector": "c", "every": 1, "metrics": [{"name": "a.b", "unit": "x" * 61}]}, "unit: "),
    ("declare", {"collector": "c", "every": 1, "metrics": [{"name": "a.b", "chart": "pie"}]}, "chart: input should be"),
    ("declare", {"collector": "c", "every": 1, "metrics": [{"name": "a.b", "figure": {}}]}, "is not known here; the"),
    ("declare", {"collector": "c", "every": 1, "metrics": [{"name": "a." + "b" * 118}]}, "metric name 'hostile.a."),
    ("declare", {"collector": "c", "every": 1, "metrics": [{"name": "a.b", "max_series": 10**9}]}, "max_series: "),
    ("declare", {"collector": "c", "every": 1, "metrics": [{"name": "a.b", "limits": [0]}]}, "limits: "),
    ("state", {"states": [{"collector": "c", "state": "fine"}]}, "states.0.state: input should be 'starting'"),
    ("state", {"states": [{"collector": "c", "state": "running", "duration": -1}]}, "duration: "),
    ("state", {"states": []}, "states: list should have at least 1 item"),
    ("retire", {"collectors": "all"}, "collectors: input should be a valid list"),
    ("keep", {}, "collectors: field required"),
    ("push", {"n": 0, "batches": []}, "n: input should be greater than or equal to 1"),
    ("push", push(9, {"m": "ok.x", "t": [], "v": []}), "batches.0.t: list should have at least 1 item"),
    ("push", push(9, {"m": "ok.x", "t": [2, 1], "v": [[1, 2]]}), "times are not ascending"),
    ("push", push(9, {"m": "ok.x", "t": [1, 1], "v": [[1, 2]]}), "times are not ascending"),
    ("push", push(9, {"m": "ok.x", "t": [-1], "v": [[1]]}), "batches.0.t.0: "),
    ("push", push(9, {"m": "ok.x", "t": [10**17], "v": [[1]]}), "batches.0.t.0: "),
    ("push", push(9, {"m": "ok.x", "t": [1.5], "v": [[1]]}), "batches.0.t.0: "),
    ("push", push(9, {"m": "ok.x", "t": [1], "v": [["1"]]}), "batches.0.v.0.0: "),
    ("push", push(9, {"m": "ok.x", "t": [1], "v": [[True]]}), "batches.0.v.0.0: "),
    ("push", push(9, {"m": "ok.x", "t": [1, 2], "v": [[1]]}), "a row of v has not 2 values"),
    ("push", push(9, {"m": "ok.x", "t": [1], "series": [{}], "v": [[1], [2]]}), "send one series for each row"),
    ("push", push(9, {"m": "ok.x", "t": [1], "v": [[1]]}), "'ok.x' has 0 series here, not 1"),
    ("push", push(9, {"m": "ok.x", "t": [1], "at": 3, "series": [{}], "v": [[1]]}), "so none can be put at 3"),
    ("push", push(9, {"m": "ok.x", "t": [1], "at": 5000, "series": [{}], "v": [[1]]}), "a metric may have 5000 series"),
    ("push", push(9, {"m": "ok.x", "t": [1], "series": [{"a": "1"}] * 2, "v": [[1], [1]]}), "is in it twice"),
    ("push", push(9, {"m": "ok.x", "t": [1], "series": [{"a": 1}], "v": [[1]]}), "series.0.a: "),
    ("push", push(9, {"m": "ok.x", "t": [1], "series": [{"a": "x" * 201}], "v": [[1]]}), "series.0.a: "),
    ("push", push(9, {"m": "ok.x", "t": [1], "series": [{"A-b": "1"}], "v": [[1]]}), "label 'A-b' must be lower-case"),
    ("push", push(9, {"m": "ok.x", "t": [1], "series": [{"a" * 121: "1"}], "v": [[1]]}), "at most 120 characters"),
    ("declare", {"collector": "c", "every": 1, "metrics": [{"name": "a.b", "labels": ["é"]}]}, "label 'é' must be"),
    ("push", push(9, {"m": "ok.x", "t": [1], "w": 1, "v": [[1]]}), "batches.0.w: is not known here; the keys are: m,"),
    ("push", {"n": 9, "batches": [], "x": 1}, "x: is not known here; the keys are: n, batches, more"),
]  # fmt: skip


@pytest.mark.leaks
def test_wrong_input_is_refused_by_name(client: Callable[..., Client]) -> None:
    """Whatever is sent in place of what an event takes is refused with a sentence, and the next good one is taken."""
    viewer, agent = client("/metrics"), client()
    for event in ("declare", "state", "retire", "keep", "push"):
        answer = agent.call(event, {"collectors": ["a"]} if event in ("retire", "keep") else {})
        assert answer["error"]["code"] in ("forbidden", "bad_request")
    assert agent.call("keep", {"collectors": []})["error"]["message"].endswith("send `register` first")
    agent.call("register", register("hostile"))
    agent.call("declare", {"collector": "ok", "every": 1, "metrics": [{"name": "ok.x", "labels": ["a"]}]})
    for event, payload, sentence in HOSTILE:
        answer = agent.call(event, payload)
        assert answer["ok"] is False, (event, payload)
        assert sentence in answer["error"]["message"], answer
        assert "\n" not in answer["error"]["message"]
        time.sleep(0.055)  # the share of a client is 20 a second
    whole = {"m": "ok.x", "t": [NOW], "series": [{"a": "1"}], "v": [[1.5]]}
    assert agent.call("push", push(10, whole, {"m": "not.there", "t": [1], "v": [[1]]})) == {"ok": True}
    assert viewer.subscribe("hostile.ok.x", window=60)["v"] == [[1.5]]


@pytest.mark.leaks
@pytest.mark.parametrize("name", ["web1", "other"])
def test_two_agents_of_one_name_are_one_too_many(client: Callable[..., Client], name: str) -> None:
    """The second is refused by a sentence that names both, and may not say anything; the first goes on."""
    first, second = client(), client()
    assert first.call("register", register(name))["ok"]
    answer = second.call("register", register(name, "another-run"))
    assert answer["error"]["code"] == "forbidden"
    assert f"the name {name!r} is taken by the agent at 127.0.0.1, which has been here" in answer["error"]["message"]
    assert "give the agent at 127.0.0.1 another one with --name" in answer["error"]["message"]
    assert second.call("keep", {"collectors": []})["error"]["code"] == "forbidden"
    assert first.call("keep", {"collectors": []}) == {"ok": True}


@pytest.mark.leaks
def test_one_that_comes_back_before_it_was_missed_is_the_same(client: Callable[..., Client]) -> None:
    """The same run over another connection takes the place of the first, which has no say any more."""
    first, second = client(), client()
    assert first.call("register", register("twin"))["ok"]
    assert second.call("register", register("twin"))["ok"]
    assert "speaks over another connection now" in first.call("keep", {"collectors": []})["error"]["message"]
    first.close()
    assert second.call("keep", {"collectors": []}) == {"ok": True}


# --- without a network


class KeepingSink(RememberingSink):
    """One that gives the history what it gets."""

    def __init__(self, history: History) -> None:
        super().__init__()
        self._history = history

    def declare(self, collector: str, every: float, metrics: Sequence[Metric]) -> None:
        for metric in metrics:
            self._history.declare(metric, every)
        super().declare(collector, every, metrics)

    def publish(self, batch: Batch) -> None:
        self._history.append(batch)
        super().publish(batch)


class Place:
    """The service with what is around it; `sid` is a connection of agent `web1`."""

    sid = "s1"

    def __init__(self) -> None:
        self.now = NOW
        settings = HistorySettings()
        self.history = History(settings, Clock())
        self.sink = KeepingSink(self.history)
        self.catalog = Catalog(self.history)
        self.agents = Agents(self.sink, self.catalog, lambda: self.now, settings.max_series)
        self.agents.connect(self.sid, "10.0.0.1")
        self.ask(RegisterRequest, **register())

    def ask(self, model: type[Request], sid: str = sid, **payload: Any) -> dict[str, Any]:
        name = model.__name__.removesuffix("Request").lower()
        answer: dict[str, Any] = getattr(self.agents, name)(sid, parse(model, (payload,)))
        return answer

    def declare(self, collector: str, *names: str, sid: str = sid, **more: Any) -> None:
        self.ask(DeclareRequest, sid, collector=collector, every=1, metrics=[{"name": one} for one in names], **more)


@pytest.fixture
def place() -> Place:
    return Place()


def test_samples_in_several_messages_are_one(place: Place) -> None:
    """Parts of one number are put together, rows and times; nothing is published before the last has come."""
    place.declare("c", "a.b")
    rows = [{"k": str(one)} for one in range(3)]
    place.ask(PushRequest, **push(1, {"m": "a.b", "t": [1, 2], "series": rows[:2], "v": [[1, 2], [3, 4]]}, more=True))
    assert place.sink.batches == []
    place.ask(PushRequest, **push(1, {"m": "a.b", "t": [1, 2], "at": 2, "series": rows[2:], "v": [[5, 6]]}, more=True))
    place.ask(PushRequest, **push(1, {"m": "a.b", "t": [3], "v": [[7], [8], [9]]}))
    [batch] = place.sink.batches
    assert batch.metric == "web1.a.b"
    assert batch.times.tolist() == [1, 2, 3]
    assert [one.name for one in batch.series] == ["0", "1", "2"]
    assert batch.values.tolist() == [[1, 2, 7], [3, 4, 8], [5, 6, 9]]


def test_samples_are_not_taken_twice(place: Place) -> None:
    """What an agent sends again, because it did not hear the answer, changes nothing; a new run counts anew."""
    place.declare("c", "a.b")
    one = {"m": "a.b", "t": [1], "series": [{}], "v": [[1]]}
    for _ in range(2):
        assert place.ask(PushRequest, **push(5, one)) == {"ok": True}
    assert len(place.sink.batches) == 1
    place.agents.disconnect("s1")
    place.agents.connect("s2", "10.0.0.1")
    assert place.ask(RegisterRequest, "s2", **register(run="another-run")) == {"ok": True, "n": 0}
    place.ask(PushRequest, "s2", **push(5, one))
    assert len(place.sink.batches) == 2


def test_a_broken_part_takes_the_others_with_it(place: Place) -> None:
    """Of samples that belong together, and do not fit, none are published; the next ones are."""
    place.declare("c", "a.b")
    good = {"m": "a.b", "t": [1], "series": [{}], "v": [[1]]}
    place.ask(PushRequest, **push(1, good, more=True))
    with pytest.raises(BadRequest):
        place.ask(PushRequest, **push(1, {"m": "a.b", "t": [2], "at": 1, "v": [[1]]}))
    place.ask(PushRequest, **push(2, {"m": "a.b", "t": [3], "v": [[3]]}))
    assert [one.times.tolist() for one in place.sink.batches] == [[3]]


def test_samples_without_an_end_are_bounded(place: Place) -> None:
    """Parts that never end are refused when they are a million values."""
    place.declare("c", "a.b")
    many = 10_000
    part = {"m": "a.b", "t": list(range(many)), "v": [[None] * many]}
    place.ask(PushRequest, **push(1, part | {"series": [{}]}, more=True))
    for _ in range(MOST_CELLS // many - 1):
        place.ask(PushRequest, **push(1, part, more=True))
    with pytest.raises(BadRequest, match="values belong together"):
        place.ask(PushRequest, **push(1, part, more=True))


def test_gaps_between_parts_are_bounded(place: Place) -> None:
    """A few values that together would be millions, mostly gaps, are refused by name, and nothing is left of them."""
    place.declare("c", "a.b")
    rows = [{"k": str(one)} for one in range(1000)]
    long = {"m": "a.b", "t": list(range(1000)), "series": rows[:1], "v": [[1] * 1000]}
    wide = {"m": "a.b", "t": [2000], "series": rows, "v": [[2]] * 1000}
    with pytest.raises(BadRequest, match="with 'a.b', of 1000 series at 1001 times in all, more than 200,000 values"):
        place.ask(PushRequest, **push(1, long, wide))
    place.ask(PushRequest, **push(1, {"m": "a.b", "t": [3000], "series": rows[:1], "v": [[3]]}))
    assert [one.times.tolist() for one in place.sink.batches] == [[3000]]


@pytest.mark.parametrize(("asked", "given"), [(None, 500), (3, 3), (5000, 500)])
def test_an_agent_gets_no_more_series_than_the_server_gives(place: Place, asked: int | None, given: int) -> None:
    """What a metric declares may be less than the server's setting, not more."""
    place.ask(DeclareRequest, collector="c", every=1, metrics=[{"name": "a.b", "max_series": asked}])
    rows = [{"k": str(one)} for one in range(600)]
    place.ask(PushRequest, **push(1, {"m": "a.b", "t": [1], "series": rows, "v": [[1]] * 600}))
    assert len(place.history.series("web1.a.b")) == given


def many(metric: int, first: int, count: int) -> dict[str, Any]:
    """A batch of so many series."""
    rows = [{"k": str(one)} for one in range(first, first + count)]
    return {"m": f"m{metric}", "t": [NOW - 1000], "series": rows, "v": [[1]] * count}


def test_all_series_of_an_agent_are_bounded(place: Place) -> None:
    """However they come, over one connection or several, and few at a time: what is one too many is refused by name."""
    full = MOST_ALL_SERIES // 500
    place.declare("c", *(f"m{one}" for one in range(full + 1)))
    for one in range(full):
        place.ask(PushRequest, **push(one + 1, many(one, 0, 500)))
    refused = f"with 'm{full}' the metrics of this agent have more than 20,000 series in all"
    with pytest.raises(BadRequest, match=refused):  # that came over this connection
        place.ask(PushRequest, **push(full + 1, many(full, 0, 1)))
    place.agents.disconnect("s1")
    place.agents.connect("s2", "10.0.0.1")
    place.ask(RegisterRequest, "s2", **register(run="another-run"))
    with pytest.raises(BadRequest, match=refused):  # that are held
        place.ask(PushRequest, "s2", **push(1, many(0, 0, 1), many(full, 0, 1)))
    assert len(place.sink.batches) == full
    place.ask(PushRequest, "s2", **push(2, many(0, 0, 500)))
    place.declare("c", *(f"m{one}" for one in range(1, full + 1)), sid="s2")
    place.ask(PushRequest, "s2", **push(3, many(full, 0, 1)))


def test_no_sample_is_of_the_future(place: Place) -> None:
    """Times beyond the server's own are moved back, all of a batch by the same."""
    place.declare("c", "a.b")
    place.ask(PushRequest, **push(1, {"m": "a.b", "t": [NOW + 500, NOW + 1500], "series": [{}], "v": [[1, 2]]}))
    assert place.sink.batches[0].times.tolist() == [NOW - 1000, NOW]


def test_what_is_declared_no_more_is_retired(place: Place) -> None:
    """`retire` names what is gone, `keep` what is there; declaring again takes the place of what was declared."""
    for name in ("a", "b", "c"):
        place.declare(name, f"{name}.x", f"{name}.y")
    place.ask(RetireRequest, collectors=["a", "never"])
    place.ask(KeepRequest, collectors=["c"])
    place.declare("c", "c.y")
    assert place.sink.retired == ["web1/a", "web1/b"]
    assert place.sink.declared == {"web1/c": (1.0, ["web1.c.y"])}


def test_a_metric_may_move_to_another_collector(place: Place) -> None:
    """What an earlier run declared in one collector, and this one in another, is that one's now."""
    place.declare("old", "a.x", "a.y")
    place.declare("new", "a.x")
    assert place.sink.declared == {"web1/old": (1.0, ["web1.a.y"]), "web1/new": (1.0, ["web1.a.x"])}


def test_there_are_only_so_many(place: Place) -> None:
    """Metrics and collectors of an agent have a limit, however they come, and what is beyond is refused by name."""
    names = [f"m{one}" for one in range(MOST_METRICS // 2)]
    place.declare("half", *names)
    place.declare("more", *names, more=True)
    with pytest.raises(Refused, match=f"an agent may have {MOST_METRICS}"):
        place.declare("more", *(f"n{one}" for one in range(MOST_METRICS // 2)), "one.more")
    for one in range(MOST_COLLECTORS - 1):
        place.ask(StateRequest, states=[{"collector": f"c{one}", "state": "running"}])
    with pytest.raises(Refused, match="'last' is one too many"):
        place.ask(StateRequest, states=[{"collector": "last", "state": "running"}])
    place.ask(StateRequest, states=[{"collector": "c1", "state": "failing", "reason": "b\x1b[31mad\n"}])
    assert place.sink.states[-1].collector == "web1/c1"
    assert "\x1b" not in place.sink.states[-1].reason


def test_declarations_that_never_end_are_bounded(place: Place) -> None:
    """What is to be continued counts as what is whole does, over all collectors of a connection."""
    half = [f"m{one}" for one in range(MOST_METRICS // 2)]
    place.declare("a", *half, more=True)
    place.declare("b", *half, more=True)
    with pytest.raises(Refused, match=f"an agent may have {MOST_METRICS}"):
        place.declare("c", "one.more", more=True)
    for one in range(MOST_COLLECTORS - 2):
        place.declare(f"c{one}", more=True)
    with pytest.raises(Refused, match="'last' is one too many"):
        place.declare("last", more=True)
    assert place.sink.declared == {}


def test_an_agent_that_has_shown_nothing_is_forgotten(place: Place) -> None:
    """Ever new names fill no room once those who gave them are gone; an agent with collectors stays known."""
    for one in range(MOST_AGENTS + 5):
        place.agents.connect("s2", "10.0.0.2")
        place.ask(RegisterRequest, "s2", **register(f"n{one}"))
        place.agents.disconnect("s2")
    place.declare("c", "a.b")
    place.ask(PushRequest, **push(7, {"m": "a.b", "t": [1], "series": [{}], "v": [[1]]}))
    place.agents.disconnect("s1")
    place.agents.connect("s3", "10.0.0.1")
    assert place.ask(RegisterRequest, "s3", **register()) == {"ok": True, "n": 7}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("system", "the name 'system' is taken: it is the family of the server's own metric 'system.cpu' (collector "
         "cpu); give the agent at 10.0.0.2 another one with --name"),
        ("overview", "the name 'overview' is that of the server's own dashboard /d/overview; give the agent at"),
    ],
)  # fmt: skip
def test_families_of_the_server_are_its_own(place: Place, name: str, sentence: str) -> None:
    """An agent can't be called as a family of the server's own metrics, or as its overview."""
    place.catalog.declare("cpu", 1.0, [Metric("system.cpu")])
    place.agents.connect("s2", "10.0.0.2")
    with pytest.raises(Refused) as refused:
        place.ask(RegisterRequest, "s2", **register(name))
    assert sentence in str(refused.value)


def test_metrics_of_the_server_are_its_own(place: Place) -> None:
    """A metric that a plugin of the server has declared meanwhile under an agent's name stays the plugin's."""
    place.catalog.declare("plugin", 1.0, [Metric("web1.x", family="other")])
    with pytest.raises(Refused, match=r"metric 'web1.x' is one of the server's own \(collector plugin\)"):
        place.declare("c", "x")


@pytest.mark.parametrize("enabled", [True, False])
def test_agents_can_be_kept_out(tmp_path: Path, enabled: bool) -> None:
    """`agents.enabled = false` leaves no namespace for them."""
    settings = Settings.model_validate({"data_dir": tmp_path, "agents": {"enabled": enabled}})
    room = create_app(settings, "threading", run_here)
    server = room.socketio.server
    assert (AGENTS in server.namespace_handlers) is enabled
    assert AGENTS not in server.namespaces
