"""The single door: publishing, joining, and what is told to whom."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from collectors.metric import Series
from collectors.sample import Batch
from dashboard.live import wire
from dashboard.live.backfill import MAX_VALUES
from dashboard.live.extract import Opened
from dashboard.live.fanout import frame
from dashboard.live.outbox import MAX_WAITING
from dashboard.live.payloads import SubscribeRequest, Wanted
from dashboard.sampling.state import JobState
from dashboard.settings import HistorySettings
from dashboard.tasks import Clock, Tasks, threads
from tests.house import START, FakeConnection, House, batch
from tests.readings import read


@pytest.fixture
def house() -> House:
    house = House()
    house.declare("a.b", "a.c")
    return house


def test_those_in_the_room_get_samples_and_others_do_not(house: House) -> None:
    """A published batch reaches the subscribers of its metric alone, with the offset of its last sample."""
    watching, other = house.member(), house.member()
    watching.subscribe("a.b")
    other.subscribe("a.c")
    house.publish("a.b", 1, 5.0)
    (first, samples) = watching.received()
    assert first == ("series", {"m": "a.b", "o": 0, "series": [{"labels": {"n": "0"}}]})
    assert samples == ("samples", {"m": "a.b", "o": 1, "t": [START + 1000], "v": [[5.0]]})
    assert other.received() == []


def test_series_comes_before_the_samples_that_need_it(house: House) -> None:
    """A new series is told before its first samples; without one there is nothing to tell."""
    member = house.member()
    house.publish("a.b", 1, 1.0)
    member.subscribe("a.b")
    house.publish("a.b", 2, 1.0)
    house.publish("a.b", 3, 1.0, 2.0)
    assert [name for name, _ in member.received()] == ["samples", "series", "samples"]


def test_a_gap_is_null(house: House) -> None:
    """NaN travels as null."""
    member = house.member()
    member.subscribe("a.b")
    house.publish("a.b", 1, np.nan, 2.0)
    assert member.received()[-1][1]["v"] == [[None], [2.0]]


def test_many_values_are_one_attachment(house: House) -> None:
    """A batch of 64 values is sent as a text packet with one binary packet after it."""
    member = house.member()
    member.subscribe("a.b")
    house.publish("a.b", 1, *range(64))
    message = dict(member.received())["samples"]
    times, values = read(message, message)
    assert times.tolist() == [START + 1000]
    assert values[:, 0].tolist() == list(range(64))


def test_nothing_is_encoded_for_an_empty_room(house: House) -> None:
    """Without subscribers a batch only goes into history."""
    house.publish("a.b", 1, 1.0)
    house.broadcast.notice("info", "to nobody")
    assert house.broadcast.messages_out == 0
    assert house.history.offset("a.b") == 1


def test_a_batch_of_an_unknown_metric_is_dropped(house: House) -> None:
    """A batch that comes after its metric was retired is dropped without an error; an empty one changes nothing."""
    assert not house.publish("no.such", 1, 1.0)
    empty = Batch("a.b", np.zeros(0, dtype=np.int64), (), np.zeros((0, 0)))
    assert house.broadcast.publish(empty)
    assert house.history.offset("a.b") == 0


def test_a_first_subscription_gets_a_backfill(house: House) -> None:
    """Without a position the answer has the last seconds that were asked for, and is not `recovered`."""
    for second in range(100):
        house.publish("a.b", second, float(second))
    answer = house.member().subscribe("a.b", window=9.5)
    assert (answer["offset"], answer["recovered"]) == (100, False)
    assert answer["v"].tolist() == [[90, 91, 92, 93, 94, 95, 96, 97, 98, 99]]
    thinned = house.member().subscribe("a.b", window=1000, points=20)
    assert len(thinned["t"]) <= 20


def test_a_known_position_gets_exactly_what_is_missing(house: House) -> None:
    """With epoch and offset the answer has every later sample, however many `points` were asked for."""
    for second in range(100):
        house.publish("a.b", second, float(second))
    member, epoch = house.member(), house.history.epoch
    answer = member.subscribe("a.b", epoch, since=90, points=4)
    assert (answer["offset"], answer["recovered"]) == (100, True)
    assert answer["v"].tolist() == [[90, 91, 92, 93, 94, 95, 96, 97, 98, 99]]
    nothing = member.subscribe("a.b", epoch, since=100)
    assert (nothing["recovered"], len(nothing["t"])) == (True, 0)


@pytest.mark.parametrize("position", [("other", 90), (None, 90), ("own", 101), ("own", None)])
def test_an_unknown_position_gets_a_backfill(house: House, position: tuple[str | None, int | None]) -> None:
    """Another epoch, none, an offset that is not there yet, or no offset: not recovered."""
    for second in range(100):
        house.publish("a.b", second, float(second))
    epoch = house.history.epoch if position[0] == "own" else position[0]
    answer = house.member().subscribe("a.b", epoch, since=position[1], window=4)
    assert (answer["recovered"], len(answer["t"])) == (False, 5)


def test_each_metric_of_a_request_has_its_own_answer(house: House) -> None:
    """One unknown metric does not hinder the others."""
    member = house.member()
    request = SubscribeRequest(metrics=[Wanted(name="no.such"), Wanted(name="a.b")])
    unknown, known = house.broadcast.subscribe(member.sid, request)["metrics"]
    assert unknown["name"] == "no.such"
    assert unknown["error"]["code"] == "unknown_metric"
    assert "'no.such'" in unknown["error"]["message"]
    assert known["offset"] == 0


def test_a_retired_metric_is_unknown(house: House) -> None:
    """What the catalog has but history has forgotten, or the other way round, is no metric either."""
    house.history.forget("a.b")
    assert house.member().subscribe("a.b")["error"]["code"] == "unknown_metric"
    house.catalog.retire("tests")
    assert house.member().subscribe("a.c")["error"]["code"] == "unknown_metric"


def test_rooms_have_a_limit() -> None:
    """A client gets no more rooms than it may have, may ask for its own again, and gets others when it leaves some."""
    house = House(max_rooms=2)
    house.declare("a.b", "a.c", "a.d")
    member = house.member()
    assert "error" not in member.subscribe("a.b")
    assert "error" not in member.subscribe("a.c")
    assert member.subscribe("a.d")["error"]["code"] == "too_many_rooms"
    assert "error" not in member.subscribe("a.b")
    house.broadcast.unsubscribe(member.sid, ["a.b", "no.such"])
    assert "error" not in member.subscribe("a.d")


def test_leaving_ends_the_samples(house: House) -> None:
    """After `unsubscribe` nothing of that metric is sent, and the room is gone when its last member has left."""
    member = house.member()
    member.subscribe("a.b")
    assert house.broadcast.rooms == 1
    assert house.broadcast.unsubscribe(member.sid, ["a.b"]) == {"ok": True}
    house.publish("a.b", 1, 1.0)
    assert member.received() == []
    assert house.broadcast.rooms == 0


def test_an_answer_has_a_bound() -> None:
    """Metrics that do not fit into one answer are refused with a sentence and not joined; others may run in between."""
    pauses: list[float] = []
    plain = threads()
    seconds = itertools.count()
    clock = Clock(monotonic=lambda: next(seconds))
    house = House(Tasks(plain.spawn, pauses.append, plain.native), clock, HistorySettings(memory=3600))
    names = [f"a.m{one}" for one in range(5)]
    house.declare(*names)
    known = tuple(Series((("n", str(one)),)) for one in range(200))
    for name in names:
        times = START + 1000 * np.arange(2000, dtype=np.int64)
        house.broadcast.publish(Batch(name, times, known, np.random.default_rng(1).random((200, 2000))))
    member = house.member()
    request = SubscribeRequest(metrics=[Wanted(name=one, window=3000, points=2000) for one in names])
    answer = house.broadcast.subscribe(member.sid, request)
    assert [one.get("n", 0) for one in answer["metrics"]] == [2000, 2000, 0, 0, 0]
    for one in answer["metrics"][2:]:
        assert one["error"]["code"] == "rate_limited"
        assert "1,000,000 values" in one["error"]["message"]
    assert len(pauses) >= 4
    assert not any(pauses)
    assert house.broadcast.rooms == 2
    assert len(answer["b"]) <= 8 * (MAX_VALUES + 4000)


def test_one_metric_always_fits_into_an_answer(house: House) -> None:
    """More series than points can be answered for come with fewer points, and what is missed as a backfill."""
    known = tuple(Series((("n", str(one)),)) for one in range(500))
    for portion in range(3):
        times = START + 1000 * np.arange(1000 * portion, 1000 * portion + 1000, dtype=np.int64)
        house.broadcast.publish(Batch("a.b", times, known, np.ones((500, 1000))))
    answer = house.member().subscribe("a.b", window=3000, points=10_000)
    assert (answer["recovered"], 1000 < answer["n"] <= 2000) == (False, True)
    epoch = house.history.epoch
    assert not house.member().subscribe("a.b", epoch, since=500)["recovered"]
    assert house.member().subscribe("a.b", epoch, since=1500)["recovered"]


def test_late_samples_are_told_with_those_they_go_between(house: House) -> None:
    """A batch that overlaps the one before is sent with the held samples from its first time on, merged."""
    member = house.member()
    for second in (1.0, 1.5, 2.0):
        house.publish("a.b", second, second)
    member.subscribe("a.b")
    house.publish("a.b", 1.25, 1.25)
    [(_, frame)] = member.received()
    assert (frame["o"], frame["v"]) == (6, [[1.25, 1.5, 2.0]])
    assert frame["t"] == [START + 1250, START + 1500, START + 2000]


def test_who_has_gone_gets_nothing(house: House) -> None:
    """A client that disconnects is out of its rooms, and a request of its that was under way joins none."""
    member = house.member()
    member.subscribe("a.b")
    member.leave()
    assert (house.broadcast.clients, house.broadcast.rooms) == (0, 0)
    assert member.subscribe("a.b")["error"]["code"] == "forbidden"
    assert house.broadcast.catalog(member.sid)["ok"]
    assert house.broadcast.unsubscribe(member.sid, ["a.b"]) == {"ok": True}
    house.publish("a.b", 1, 1.0)
    assert member.received() == []


def test_top_tells_the_offsets_of_ones_rooms(house: House) -> None:
    """Each client is told the newest offsets of its own rooms; who is in none, or in one that is gone, nothing."""
    one, two, none = house.member(), house.member(), house.member()
    one.subscribe("a.b")
    two.subscribe("a.b")
    two.subscribe("a.c")
    house.publish("a.b", 1, 1.0)
    for member in (one, two):
        member.received()
    house.broadcast.send_tops()
    assert one.received() == [("top", {"a.b": 1})]
    assert two.received() == [("top", {"a.b": 1, "a.c": 0})]
    assert none.received() == []
    house.history.forget("a.b")
    house.broadcast.send_tops()
    assert one.received() == []


def test_top_lets_others_run() -> None:
    """With many clients the round of `top` pauses in between."""
    pauses: list[float] = []
    plain = threads()
    house = House(Tasks(plain.spawn, pauses.append, plain.native))
    for _ in range(130):
        house.member()
    house.broadcast.send_tops()
    assert pauses == [0, 0]


def test_catalog_changes_go_to_those_who_asked(house: House) -> None:
    """Changes since the last event travel together, to those who have asked for the catalog."""
    asked, other = house.member(), house.member()
    answer = house.broadcast.catalog(asked.sid)
    assert [one["name"] for one in answer["metrics"]] == ["a.b", "a.c"]
    house.declare("a.b", "a.new")
    house.catalog.state(JobState("tests", "running"))
    house.broadcast.send_catalog()
    ((name, change),) = asked.received()
    assert name == "catalog"
    assert ([one["name"] for one in change["metrics"]], change["gone"]) == (["a.b", "a.new"], ["a.c"])
    assert [one["state"] for one in change["collectors"]] == ["running"]
    house.catalog.retire("tests")
    house.broadcast.send_catalog()
    ((_, change),) = asked.received()
    assert change["gone"] == ["a.b", "a.new"]
    assert change["gone_collectors"] == ["tests"]
    house.broadcast.send_catalog()
    assert asked.received() == []
    assert other.received() == []


def test_an_array_changes_the_catalog(house: House) -> None:
    """When the first samples of a metric decide how it is drawn, those who have the catalog are told."""
    member = house.member()
    house.broadcast.catalog(member.sid)
    house.broadcast.send_catalog()
    member.received()
    series = tuple(Series((("index", str(one)),)) for one in range(3))
    house.broadcast.publish(Batch("a.b", np.array([START]), series, np.zeros((3, 1))))
    house.broadcast.send_catalog()
    ((_, change),) = member.received()
    assert change["metrics"][0]["chart"] == "heatmap"


def test_notices_go_to_everybody(house: House) -> None:
    """A notice reaches every client, with its level, its text and the time."""
    members = [house.member(), house.member()]
    house.broadcast.notice("warning", "The disk is full.")
    for member in members:
        ((name, notice),) = member.received()
        assert (name, notice["level"], notice["text"]) == ("notice", "warning", "The disk is full.")
        assert notice["t"] > START


def test_what_goes_out_is_counted(house: House) -> None:
    """Messages and bytes are counted for each client that gets them."""
    members = [house.member(), house.member()]
    for member in members:
        member.subscribe("a.b")
    messages, traffic = house.broadcast.messages_out, house.broadcast.bytes_out
    house.broadcast.notice("info", "µ")
    house.broadcast.flush()
    one = frame("notice", {"level": "info", "text": "µ", "t": START})
    assert house.broadcast.messages_out - messages == 2
    assert house.broadcast.bytes_out - traffic == 2 * one.size
    assert one.size == sum(len(packet.encode().encode()) for packet in one.packets)


def test_samples_of_a_fast_metric_travel_together(house: House) -> None:
    """A room gets no more than so many frames a second, and an early one, each with all samples since the last."""
    member = house.member()
    member.subscribe("a.b")
    frames = []
    for number in range(1, 1001):
        house.publish("a.b", number / 1000, float(number))
        frames += [payload for event, payload in member.received() if event == "samples"]
    house.now += 1
    frames += [payload for _, payload in member.received()]
    assert 20 <= len(frames) <= 22
    assert [value for one in frames for value in one["v"][0]] == list(range(1, 1001))
    assert frames[-1]["o"] == 1000


def test_who_joins_gets_held_samples_once(house: House) -> None:
    """What is held back for the next frame goes out before somebody joins, who has it in the answer."""
    watching, joining = house.member(), house.member()
    watching.subscribe("a.b")
    for number in range(1, 4):
        house.publish("a.b", number / 1000, float(number))
    assert joining.subscribe("a.b")["offset"] == 3
    assert [payload["o"] for event, payload in watching.received() if event == "samples"] == [1, 3]
    assert joining.received() == []
    house.publish("a.b", 4, 4.0)
    assert [payload["v"] for _, payload in joining.received()] == [[[4.0]]]


def test_what_is_held_back_is_not_the_top_yet(house: House) -> None:
    """`top` tells the offset of what has been sent, so that nobody asks for what is to come."""
    member = house.member()
    member.subscribe("a.b")
    for number in range(1, 4):
        house.publish("a.b", number / 1000, float(number))
    house.broadcast.send_tops()
    assert member.received()[-1] == ("top", {"a.b": 1})


def test_new_series_come_after_what_is_held_back(house: House) -> None:
    """Held samples are sent before the series change; `o` is the offset before the samples that need the new ones."""
    member = house.member()
    member.subscribe("a.b")
    for number in range(1, 4):
        house.publish("a.b", number / 1000, *[1.0] * (1 + number // 3))
    house.now += 1
    told = [(event, payload["o"]) for event, payload in member.received()]
    assert told == [("series", 0), ("samples", 1), ("samples", 2), ("series", 2), ("samples", 3)]


def test_a_client_that_lags_loses_the_oldest_samples() -> None:
    """Beyond its bound the oldest samples of a client go, and it is told so; it stays, and others lose nothing."""
    house = House(bound=1000)
    house.declare("a.b")
    slow, quick = house.member(), house.member()
    for member in (slow, quick):
        member.subscribe("a.b")
    seen = []
    for second in range(1, 61):
        house.publish("a.b", second, 1.0)
        seen += [payload["o"] for event, payload in quick.received() if event == "samples"]
        assert slow.client.waiting < 1200
    assert seen == list(range(1, 61))
    came = slow.received()
    offsets = [payload["o"] for event, payload in came if event == "samples"]
    assert offsets == list(range(61 - len(offsets), 61))
    assert 3 < len(offsets) < 20
    assert (came[0][0], came[-1]) == ("series", ("lagged", {"metrics": ["a.b"]}))
    assert (slow.closed, house.broadcast.let_go) == (False, 0)
    missing = slow.subscribe("a.b", house.history.epoch, since=0)
    assert (missing["recovered"], len(missing.get("t", []))) == (True, 60)


def test_the_bytes_that_wait_have_a_bound(house: House) -> None:
    """Who leaves 16 MiB unread that must not be dropped is let go; others are not disturbed."""
    slow, quick = house.member(), house.member()
    text = "x" * 2**20
    for round_ in range(1, 18):
        house.broadcast.notice("info", text)
        assert [name for name, _ in quick.received()] == ["notice"]
        assert slow.client.waiting <= MAX_WAITING
        assert slow.closed == (round_ > 15)
    assert house.broadcast.let_go == 1
    assert not quick.closed


def test_who_joins_nothing_is_let_go() -> None:
    """A connection in no namespace is closed after a while; those that are in one, or have just come, are not."""
    house = House(join_within=3, stalled_after=60, ping_timeout=60)
    member, stranger, later = house.member(), FakeConnection(), FakeConnection()
    house.open(stranger)
    for beats in range(40):
        if beats == 20:
            house.open(later)
        assert not stranger.down or beats > 20
        house.now += 0.1
        house.fanout.heartbeats.beat()
    assert (stranger.down, later.down, member.closed) == (True, False, False)
    assert house.broadcast.let_go == 1


def test_an_emit_must_name_its_room(house: House) -> None:
    """Emitting through Flask-SocketIO works for rooms and single clients, and is refused without one."""
    one, two = house.member(), house.member()
    house.socketio.emit("notice", {"x": np.float64(1)}, to=one.sid, namespace=wire.NAMESPACE)
    assert one.received() == [("notice", {"x": 1.0})]
    house.socketio.emit("notice", ("y", 2), to="everyone", namespace=wire.NAMESPACE, skip_sid=one.sid)
    assert (one.received(), two.received()) == ([], [("notice", "y")])
    house.socketio.emit("notice", to=one.sid, namespace=wire.NAMESPACE, callback=lambda *_: None)
    assert one.received() == [("notice", None)]
    with pytest.raises(ValueError, match="names no room"):
        house.socketio.emit("notice", {}, namespace=wire.NAMESPACE)


@pytest.fixture
def started() -> Iterator[House]:
    house = House(clock=Clock(), top_every=0.02)
    house.declare("a.b")
    house.broadcast.start()
    yield house
    house.broadcast.stop()


def test_started_tasks_send_by_themselves_until_stopped(started: House) -> None:
    """`start` sends `top` and `catalog` events from tasks; `stop` ends them, and the leak detector sees that."""
    member = started.member()
    member.subscribe("a.b")
    started.broadcast.catalog(member.sid)
    started.declare("a.b", "a.new")
    seen: set[str] = set()
    while seen != {"top", "catalog"}:
        seen.add(member.next(10)[0])


def test_started_again_it_hears_the_catalog(started: House) -> None:
    """After `stop` and `start` changes of the catalog are told as before."""
    started.broadcast.stop()
    started.broadcast.start()
    member = started.member()
    started.broadcast.catalog(member.sid)
    started.declare("a.b", "a.new")
    while member.next(10)[0] != "catalog":
        pass


def test_joining_while_others_publish_leaves_no_gap_and_no_duplicate() -> None:
    """Whatever is published while a client joins, its answer and the frames after it are every sample, once."""
    house = House()
    house.declare("a.b", "a.c")
    publishing = {name: threading.Event() for name in ("a.b", "a.c")}
    count = 1500

    def publish(name: str) -> None:
        for second in range(1, count + 1):
            house.broadcast.publish(batch(name, second, float(second), -float(second)))
            publishing[name].set()

    publishers = [threading.Thread(target=publish, args=(name,)) for name in publishing]
    for publisher in publishers:
        publisher.start()
    for begun in publishing.values():
        assert begun.wait(10)
    joined = []
    while any(publisher.is_alive() for publisher in publishers):
        member = house.member()
        joined.append((member, {name: member.subscribe(name, window=10**6, points=10_000) for name in ("a.b", "a.c")}))
        if len(joined) % 3 == 0:
            house.broadcast.unsubscribe(member.sid, ["a.b"])
            again = member.subscribe("a.b", house.history.epoch, since=joined[-1][1]["a.b"]["offset"])
            assert again["recovered"]
        house.now += 0.03  # every other time what was held back may go
        house.broadcast.flush()
        if len(joined) > 40:
            break
    for publisher in publishers:
        publisher.join()
    house.now += 1
    for place, (member, answers) in enumerate(joined, start=1):
        seen = {name: read(answer, answer)[1][0].tolist() for name, answer in answers.items()}
        for event, message in member.received():
            if event == "samples" and message["o"] > answers[message["m"]]["offset"]:
                seen[message["m"]] += read(message, message)[1][0].tolist()
        assert seen["a.c"] == list(range(1, count + 1))
        if place % 3:
            assert seen["a.b"] == list(range(1, count + 1))


def test_whoever_may_see_an_extract_gets_frames_of_their_own(house: House) -> None:
    """Its series alone, whatever comes later, while others get all; with nobody there, nothing is encoded for it."""
    everything, some, other = house.member(), house.member(), house.member()
    opened = Opened.of_all([("a.b", (("n", frozenset({"1"})),)), ("a.b", (("n", frozenset({"3"})),))])
    for one in (some, other):
        house.broadcast.connect(one.sid, "v1", opened)
        one.received()
    house.publish("a.b", 1, 0.0, 1.0)
    answers = [one.subscribe("a.b", window=60) for one in (everything, some, other)]
    assert [answer["v"].tolist() for answer in answers] == [[[0.0], [1.0]], [[1.0]], [[1.0]]]
    house.publish("a.b", 2, 0.0, 1.0)
    house.publish("a.b", 3, 0.0, 1.0, 2.0, 3.0)
    told = some.received()
    assert [payload.get("v") or payload["series"] for _, payload in told] == [
        [[1.0]],
        [{"labels": {"n": "1"}}, {"labels": {"n": "3"}}],
        [[1.0], [3.0]],
    ]
    assert other.received() == told
    assert dict(everything.received())["samples"]["v"] == [[0.0], [1.0], [2.0], [3.0]]
    since = some.subscribe("a.b", house.history.epoch, since=2)
    assert (since["recovered"], since["v"].tolist()) == (True, [[1.0], [3.0]])
    house.broadcast.unsubscribe(some.sid, ["a.b"])
    other.leave()
    house.publish("a.b", 4, 0.0, 1.0, 2.0, 3.0)
    assert some.received() == []
    assert some.subscribe("a.c")["error"]["code"] == "unknown_metric"
