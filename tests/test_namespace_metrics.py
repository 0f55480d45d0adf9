"""The namespace /metrics over real sockets: both kinds of tasks, both ways to WebSockets, clients in two languages."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import websocket

from tests.readings import read
from tests.rooms import PATIENCE, Client, RoomsServer
from tests.server import ROOT

START = 1_700_000_000_000
#: Kind of tasks, and whether messages go to WebSockets without the libraries' detour; threads always take it.
WAYS = {"eventlet": ("eventlet", True), "eventlet-detour": ("eventlet", False), "threading": ("threading", True)}
#: Tests send bursts; the limits of requests have tests of their own.
LIVE = {
    "max_rooms": 5, "top_every": 0.2, "max_message": 4096, "join_within": 2.0, "stalled_after": 3.0,
    "max_events": 10_000, "burst": 10_000,
}  # fmt: skip

_numbers = itertools.count(1)


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest) -> tuple[str, bool]:
    return WAYS[request.param]


@pytest.fixture(scope="module")
def server(way: tuple[str, bool], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoomsServer]:
    """One server for all tests of a way; at its end its log must be without a traceback."""
    log = tmp_path_factory.mktemp("rooms") / "log"
    mode, direct = way
    server = RoomsServer(mode, log, live=LIVE, direct=direct)
    yield server
    server.close()


@pytest.fixture
def patient(way: tuple[str, bool], tmp_path: Path) -> Iterator[RoomsServer]:
    """A server that lets nobody go, however long a slow machine takes to fill what there is between it and a client."""
    mode, direct = way
    server = RoomsServer(mode, tmp_path / "log", live=LIVE | {"stalled_after": 300, "ping_timeout": 300}, direct=direct)
    yield server
    server.close()


@pytest.fixture
def client(server: RoomsServer) -> Iterator[Client]:
    client = Client(server.url)
    yield client
    client.close()


@pytest.fixture
def metric(server: RoomsServer) -> str:
    """The name of a metric that no other test uses."""
    name = f"test.m{next(_numbers)}"
    server.do("declare", collector=name, metrics=[{"name": name}])
    return name


def node() -> str:
    path = shutil.which("node")
    assert path, "install Node 18 or later"
    return path


def raw(server: RoomsServer, *headers: str, buffer: int = 0) -> websocket.WebSocket:
    """A WebSocket at Engine.IO's level, past its greeting; `buffer` bytes take what is not read."""
    url = f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket"
    sizes = ((socket.SOL_SOCKET, socket.SO_RCVBUF, buffer),) if buffer else ()
    connection = websocket.create_connection(url, timeout=PATIENCE, header=list(headers), sockopt=sizes)
    assert text(connection).startswith("0{")
    return connection


def text(connection: websocket.WebSocket) -> str:
    """The next packet; a ping may come between when all is slow."""
    received = connection.recv()
    while received == "2":
        connection.send("3")
        received = connection.recv()
    assert isinstance(received, str)
    return received


def member(server: RoomsServer, buffer: int = 0) -> websocket.WebSocket:
    """A WebSocket that has joined /metrics and read its hello."""
    connection = raw(server, buffer=buffer)
    connection.send("40/metrics,")
    assert text(connection).startswith("40/metrics,")
    assert '"hello"' in text(connection)
    return connection


def hang_up(connection: websocket.WebSocket) -> None:
    """Close the socket, which `close` leaves open once the other side has gone."""
    connection.shutdown()  # type: ignore[no-untyped-call]  # of that library


def ended(connection: websocket.WebSocket) -> bool:
    """Whether the server ends the connection, pings and what is under way aside."""
    try:
        while connection.recv():
            pass
    except (websocket.WebSocketConnectionClosedException, ConnectionError):
        return True
    except websocket.WebSocketTimeoutException:
        return False
    finally:
        hang_up(connection)
    return True


def test_hello_comes_first(client: Client) -> None:
    """Right after it connected a client is greeted with version, epoch, time and limits."""
    hello = client.next("hello")
    assert client.order == ["hello"]
    assert hello["version"] == "test-version"
    assert hello["now"] > START
    assert hello["limits"] == {"rooms": 5, "message": 4096}


def test_from_subscription_to_samples(server: RoomsServer, client: Client, metric: str) -> None:
    """A subscriber gets history, then the series, then samples; gaps are null."""
    answer = client.subscribe(metric)
    assert (answer["offset"], answer["recovered"], answer["t"], answer["v"]) == (0, False, [], [])
    server.do("publish", metric=metric, times=[START], values={"x": [1.5], "y": [None]})
    labels = [{"labels": {"name": "x"}}, {"labels": {"name": "y"}}]
    assert client.next("series") == {"m": metric, "o": 0, "series": labels}
    assert client.next("samples") == {"m": metric, "o": 1, "t": [START], "v": [[1.5], [None]]}


def test_large_messages_are_binary(server: RoomsServer, client: Client, metric: str) -> None:
    """From 64 values on history and samples come as one attachment that reads back exactly."""
    times = [START + one for one in range(100)]
    values = [float(one) if one % 7 else None for one in range(100)]
    client.subscribe(metric)
    server.do("publish", metric=metric, times=times, values={"x": values})
    frame = client.next("samples")
    answer = client.subscribe(metric)
    for message in (frame | {"series": answer["series"]}, answer):
        assert isinstance(message["b"], bytes)
        got_times, got = read(message, message)
        assert got_times.tolist() == times
        assert [None if one != one else one for one in got[0].tolist()] == values


def test_a_reconnected_client_misses_nothing(server: RoomsServer, client: Client, metric: str) -> None:
    """With epoch and offset a new connection gets exactly the samples in between."""
    for second in range(10):
        server.do("publish", metric=metric, times=[START + second], values={"x": [second]})
    first = client.subscribe(metric)
    for second in range(10, 15):
        server.do("publish", metric=metric, times=[START + second], values={"x": [second]})
    again = Client(server.url)
    try:
        answer = again.subscribe(metric, epoch=first["epoch"], since=first["offset"])
        other = again.subscribe(metric, epoch="of another history", since=first["offset"])
    finally:
        again.close()
    assert (answer["recovered"], answer["offset"], answer["v"]) == (True, 15, [[10, 11, 12, 13, 14]])
    assert (other["recovered"], len(other["t"])) == (False, 15)


def test_leaving_a_room(server: RoomsServer, client: Client, metric: str) -> None:
    """After `unsubscribe` other rooms go on and this one is silent."""
    other = metric + ".other"
    server.do("declare", collector=other, metrics=[{"name": other}])
    for name in (metric, other):
        client.subscribe(name)
    assert client.call("unsubscribe", {"metrics": [metric]}) == {"ok": True}
    server.do("publish", metric=metric, times=[START], values={"x": [1]})
    server.do("publish", metric=other, times=[START], values={"x": [1]})
    assert client.next("samples")["m"] == other
    assert client.events["samples"].empty()


def test_rooms_have_a_limit(server: RoomsServer, client: Client, metric: str) -> None:
    """Beyond the limit of rooms each further metric has an error, the others their history."""
    names = [f"{metric}.r{one}" for one in range(7)]
    server.do("declare", collector=metric + ".rooms", metrics=[{"name": one} for one in names])
    answers = client.call("subscribe", {"metrics": [{"name": one} for one in names]})["metrics"]
    assert [one.get("error", {}).get("code") for one in answers] == [None] * 5 + ["too_many_rooms"] * 2


def test_top_comes_by_itself(server: RoomsServer, client: Client, metric: str) -> None:
    """The newest offsets of a client's rooms are sent regularly."""
    client.subscribe(metric)
    server.do("publish", metric=metric, times=[START], values={"x": [1]})
    while (top := client.next("top")) != {metric: 1}:
        assert top == {metric: 0}


def test_the_catalog_and_its_changes(server: RoomsServer, client: Client, metric: str) -> None:
    """Who asks for the catalog gets all of it, and then what changes."""
    assert metric in [one["name"] for one in client.call("catalog")["metrics"]]
    server.do("state", collector=metric, state="failing", reason="no sensor")
    server.do("retire", collector=metric)
    gone: list[str] = []
    reasons: list[str] = []
    while metric not in gone:
        change = client.next("catalog")
        gone += change["gone"]
        reasons += [one["reason"] for one in change["collectors"]]
    assert client.subscribe(metric)["error"]["code"] == "unknown_metric"


def test_notices_reach_everybody(server: RoomsServer, client: Client) -> None:
    """A notice reaches a client that has subscribed to nothing."""
    server.do("notice", level="info", text="Restart at noon.")
    notice = client.next("notice")
    assert (notice["level"], notice["text"]) == ("info", "Restart at noon.")


@pytest.mark.parametrize(
    "payload",
    [(), (1,), (None,), ("x",), ([],), ({},), ({"metrics": 1},), ({"metrics": [{"name": {}}]},), ({}, {})],
    ids=str,
)
@pytest.mark.parametrize("event", ["subscribe", "unsubscribe"])
def test_garbage_is_answered(client: Client, event: str, payload: tuple[Any, ...]) -> None:
    """A payload that is no request gets `bad_request` with a sentence, and the connection stays."""
    answer = client.call(event, *payload)
    assert answer["ok"] is False
    assert answer["error"]["code"] == "bad_request"
    assert len(answer["error"]["message"]) > 10
    assert client.call("catalog")["ok"]


def test_unknown_events_are_ignored(client: Client, metric: str) -> None:
    """An event that the server does not know changes nothing."""
    client.emit("no_such_event", {"x": 1})
    client.emit("__class__", {"x": 1})
    assert client.subscribe(metric)["offset"] == 0


@pytest.mark.parametrize(
    "packet",
    [
        "", "x", "9", "4", "4x", "42", "42/metrics", "42/metrics,", "42/metrics,[", "42/metrics,{}", "42/metrics,[]",
        "42/metrics,[1]", "42/metrics,[[]]", '42/metrics,["connect",{}]', '42/metrics,["disconnect"]', "43/metrics,1{}",
        '451-/metrics,["subscribe",{"_placeholder":true,"num":0}]', '459999999999-/metrics,["subscribe"]',
        "461-/metrics,1[]", "44/metrics,{}", "4true", '4{"a":1}', "42/metrics," + "9" * 200, "47",
        '42/metrics,["subscribe",' + "[" * 1500 + "]" * 1500 + "]", b"binary",
    ],
    ids=lambda packet: repr(packet[:40]),
)  # fmt: skip
def test_what_is_no_packet_ends_the_connection(server: RoomsServer, packet: str | bytes) -> None:
    """Packets that no client of ours sends end the connection without a traceback in the log."""
    connection = member(server)
    if isinstance(packet, bytes):
        connection.send_binary(packet)
    else:
        connection.send(packet)
    assert ended(connection)


def test_large_messages_end_the_connection(server: RoomsServer) -> None:
    """A message beyond the limit is not read."""
    connection = member(server)
    connection.send('42/metrics,["subscribe","' + "x" * 5000 + '"]')
    assert ended(connection)


def test_endless_fragments_end_the_connection(server: RoomsServer) -> None:
    """A message in endless fragments is not collected."""
    connection = member(server)
    begin = websocket.ABNF(0, 0, 0, 0, websocket.ABNF.OPCODE_TEXT, 1, "4")
    more = websocket.ABNF(0, 0, 0, 0, websocket.ABNF.OPCODE_CONT, 1, "x" * 200)
    try:
        connection.send_frame(begin)
        for _ in range(20_000):
            connection.send_frame(more)
    except (OSError, websocket.WebSocketException):
        hang_up(connection)
        return
    assert ended(connection)


def test_other_namespaces_and_transports_are_closed(server: RoomsServer) -> None:
    """There is no default namespace, no long-polling, and no compression unless it is set."""
    connection = raw(server, "Sec-WebSocket-Extensions: permessage-deflate")
    assert "sec-websocket-extensions" not in (connection.getheaders() or {})
    connection.send("40")
    assert text(connection).startswith("44")
    hang_up(connection)
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain:
        plain.sendall(b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b" 400 " in plain.recv(100)


def test_a_client_that_does_not_read_is_let_go(server: RoomsServer, client: Client, metric: str) -> None:
    """Who reads nothing is disconnected after a while, and who reads goes on getting everything."""
    before = server.do("counters")
    stuck = member(server)
    stuck.send(f'42/metrics,1["subscribe",{{"metrics":[{{"name":"{metric}"}}]}}]')
    client.subscribe(metric)
    sent = 0
    values = [float(one) for one in range(60_000)]
    begin = time.monotonic()
    while server.do("counters")["let_go"] == before["let_go"]:
        times = [START + sent * 60_000 + one for one in range(60_000)]
        server.do("publish", metric=metric, times=times, values={"x": values})
        sent += 1
        assert client.next("samples")["o"] == sent * 60_000
        assert time.monotonic() - begin < 2 * PATIENCE
    server.wait_for(lambda counters: counters["clients"] <= before["clients"])
    assert ended(stuck)
    assert client.call("catalog")["ok"]


def test_a_slow_client_has_the_newest_and_then_all(patient: RoomsServer) -> None:
    """Who reads late has lost old samples and not the newest, is told so, and gets what it has missed by `since`."""
    metric = "test.late"
    patient.do("declare", collector=metric, metrics=[{"name": metric}])
    slow = member(patient, buffer=2**16)
    slow.send(f'42/metrics,1["subscribe",{{"metrics":[{{"name":"{metric}"}}]}}]')
    assert text(slow).startswith("43/metrics,1")
    with closing(Client(patient.url)) as client:
        client.subscribe(metric)
        # More than kernels on the way hold, and not much more: websocket-client puts large messages together slowly.
        portion, portions = 20_000, 20
        values = [float(one) for one in range(portion)]
        for number in range(portions):
            times = [START + number * portion + one for one in range(portion)]
            patient.do("publish", metric=metric, times=times, values={"x": values})
            assert client.next("samples")["o"] == (number + 1) * portion
        offsets, lagged = [0], False
        while not lagged:
            message = slow.recv()
            if message == "2":
                slow.send("3")
            elif isinstance(message, str):
                name, payload = json.loads(message[message.index("[") :])
                if name == "samples":
                    offsets.append(payload["o"])
                lagged = name == "lagged"
                assert not lagged or payload == {"metrics": [metric]}
        assert offsets[-1] == portion * portions
        assert offsets == sorted(set(offsets))
        steps = [after - before for before, after in itertools.pairwise(offsets)]
        assert any(step > portion for step in steps), "nothing was missing, for all that was said"
        position = offsets[next(place for place, step in enumerate(steps) if step > portion)]
        hang_up(slow)
        epoch = client.subscribe(metric)["epoch"]
        again = client.subscribe(metric, epoch=epoch, since=position)
        assert (again["recovered"], again["offset"], again["n"]) == (True, offsets[-1], offsets[-1] - position)


def test_a_fast_metric_is_few_frames(server: RoomsServer, client: Client, metric: str) -> None:
    """At 500 samples a second there are no more than 20 frames a second, and no sample is lost."""
    count = 1000
    client.subscribe(metric)
    begin = time.monotonic()
    server.do("stream", metric=metric, count=count, series=1, pause=0.002, start=START)
    seen: list[float] = []
    frames = 0
    while len(seen) < count:
        frame = client.next("samples")
        seen += read(frame, frame)[1][0].tolist()
        frames += 1
    assert seen == list(range(1, count + 1))
    assert frames <= 20 * (time.monotonic() - begin) + 2


def test_who_joins_nothing_is_closed(server: RoomsServer, client: Client) -> None:
    """A WebSocket that is in no namespace ends after a while, answered heartbeats or not; others stay."""
    begin = time.monotonic()
    stranger = raw(server)
    assert ended(stranger)
    assert 1.5 < time.monotonic() - begin < PATIENCE
    assert client.call("catalog")["ok"]


def test_requests_of_who_does_not_read_wait(server: RoomsServer, client: Client, metric: str) -> None:
    """A client that asks and asks and does not read has its requests held, not their answers piled up; others go on."""
    values = [float(one) for one in range(60_000)]
    server.do("publish", metric=metric, times=[START + one for one in range(60_000)], values={"x": values})
    before = server.do("counters")
    greedy = member(server)
    ask = f'["subscribe",{{"metrics":[{{"name":"{metric}","points":10000,"window":3600}}]}}]'
    for number in range(200):
        greedy.send(f"42/metrics,{number}{ask}")
    assert client.subscribe(metric)["offset"] == 60_000
    after = server.do("counters")
    assert after["let_go"] == before["let_go"]
    assert after["bytes_out"] - before["bytes_out"] < 16 * 2**20
    answered = 0
    while answered < 200:
        received = greedy.recv()
        if received == "2":
            greedy.send("3")
        answered += isinstance(received, bytes)
    assert server.do("counters")["let_go"] == before["let_go"]
    hang_up(greedy)


def test_counters(server: RoomsServer, client: Client, metric: str) -> None:
    """Clients, rooms, messages and bytes are counted, and no task has died."""
    client.subscribe(metric)
    before = server.do("counters")
    server.do("publish", metric=metric, times=[START], values={"x": [1]})
    client.next("samples")
    after = server.do("counters")
    assert after["clients"] >= 1
    assert after["rooms"] >= 1
    assert after["messages_out"] >= before["messages_out"] + 2
    assert after["bytes_out"] > before["bytes_out"] + 100
    assert after["deaths"] == 0


def test_joining_in_the_middle_of_a_stream(server: RoomsServer, metric: str) -> None:
    """Clients that come while samples are published get every one, once."""
    count = 300
    server.do("stream", metric=metric, count=count, series=2, pause=0.002, start=START)
    clients = []
    try:
        for _ in range(5):
            clients.append((one := Client(server.url), one.subscribe(metric, window=3600, points=10_000)))
        for one, answer in clients:
            _, values = read(answer, answer)
            seen, offset = values[0].tolist() if len(values) else [], answer["offset"]
            while offset < count:
                frame = one.next("samples")
                if frame["o"] > offset:
                    seen += read(frame, frame)[1][0].tolist()
                    offset = frame["o"]
            assert seen == list(range(1, count + 1))
    finally:
        for one, _ in clients:
            one.close()


@pytest.mark.node
@pytest.mark.parametrize("series", [2, 70])
def test_socket_io_client_resumes_without_a_gap(server: RoomsServer, metric: str, series: int) -> None:
    """socket.io-client, cut off twice in the middle of a stream, has every sample once, as JSON or as binary."""
    count = 300
    command = [node(), str(ROOT / "tests" / "node" / "rooms.mjs"), server.url, metric, str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        server.wait_for(lambda counters: counters["rooms"] > 0)
        server.do("stream", metric=metric, count=count, series=series, pause=0.005, start=START)
        out, errors = process.communicate(timeout=30)
    assert errors == ""
    seen = json.loads(out)
    assert seen["recovered"] == [False, True, True]
    assert len(set(seen["hellos"])) == 1
    assert (len(seen["hellos"]), seen["breaks"], seen["gaps"], seen["duplicates"]) == (3, 2, 0, 0)
    assert seen["times"] == [START + number for number in range(1, count + 1)]
    assert seen["values"] == [[number] * series for number in range(1, count + 1)]
    assert seen["binary" if series == 70 else "json"] > 5


@pytest.mark.node
@pytest.mark.parametrize("language", ["python", "js"])
def test_the_examples_of_the_documentation_run(server: RoomsServer, metric: str, language: str) -> None:
    """The clients in docs/wire.md print their history and three samples, and end."""
    text = (ROOT / "docs" / "wire.md").read_text(encoding="utf-8")
    (code,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    for example, real in (("http://127.0.0.1:8420", server.url), ("system.cpu", metric)):
        assert example in code
        code = code.replace(example, real)
    command = [sys.executable, "-"] if language == "python" else [node(), "--input-type=module", "-"]
    server.do("stream", metric=metric, count=200, series=3, pause=0.05, start=START)
    done = subprocess.run(command, cwd=ROOT, input=code, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
    assert "history: " in done.stdout
    for line in done.stdout.splitlines()[-3:]:
        time, *values = map(float, re.findall(r"[\d.]+", line))
        assert values == [time - START] * 3
