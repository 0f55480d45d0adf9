"""A server of rooms and nothing else, for tests: `python -m tests.rooms_server MODE OPTIONS`.

It runs in a process of its own, because eventlet must have patched the standard library before anything is imported.
MODE is `eventlet` or `threading`, OPTIONS is JSON: the settings `live`, and `direct`: with false, messages take the
libraries' way to WebSockets; with `agents`, agents may come in; with `people`, a folder for what they say, and
the settings `talk`, people may come in. It prints its port. What a collector would do is asked of it over HTTP, as a
POST of JSON to `/do/<action>`; see `actions`.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any


def main(mode: str, options: dict[str, Any]) -> None:  # Any: JSON
    if mode == "eventlet":
        import eventlet

        eventlet.monkey_patch()
    app, start = build(mode, options)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    if mode == "eventlet":
        import eventlet.wsgi

        listener = eventlet.listen(("127.0.0.1", 0), backlog=1024)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # what it accepts inherits that
        start()
        tell(listener.getsockname()[1])
        eventlet.wsgi.server(listener, app, log_output=False, max_size=20_000)
    else:
        from werkzeug.serving import make_server

        server = make_server("127.0.0.1", 0, app, threaded=True)
        start()
        tell(server.port)
        server.serve_forever()


def tell(port: int) -> None:
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


def build(mode: str, options: dict[str, Any]) -> tuple[Any, Callable[[], None]]:
    """The application, and what starts its tasks."""
    import logging

    from flask import Flask, request

    from dashboard.history.store import History
    from dashboard.live.broadcast import Broadcast
    from dashboard.live.catalog import Catalog
    from dashboard.live.namespaces.metrics import MetricsNamespace
    from dashboard.live.server import make_socketio
    from dashboard.settings import HistorySettings, LiveSettings
    from dashboard.tasks import Clock, Tasks, run_here

    logging.basicConfig(level=options.get("level", "WARNING"))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    live = LiveSettings(**options.get("live", {}))
    app = Flask("rooms")
    socketio = make_socketio(app, live, mode, options.get("direct", True))
    tasks = Tasks(socketio.start_background_task, socketio.sleep, run_here)
    history = History(HistorySettings(), Clock())
    catalog = Catalog(history)
    broadcast = Broadcast(socketio, history, catalog, tasks, live)
    socketio.on_namespace(MetricsNamespace(broadcast, "test-version"))
    if "people" in options:
        seat(socketio, options, tasks)
    if options.get("agents"):
        admit(socketio, history, catalog, broadcast, tasks, live)
    do = actions(history, catalog, broadcast, tasks)

    @app.post("/do/<action>")
    def act(action: str) -> Any:
        return {"result": do[action](**request.get_json())}

    return app, broadcast.start


def seat(socketio: Any, options: dict[str, Any], tasks: Any) -> None:
    """Let people in."""
    from dashboard.live.namespaces.rooms import RoomsNamespace
    from dashboard.live.talk import Talk
    from dashboard.people.circle import Circle
    from dashboard.people.messages import Messages
    from dashboard.people.tables import Tables
    from dashboard.settings import PeopleSettings

    tables = Tables(f"sqlite:///{options['people']}/people.db")
    settings = PeopleSettings(**options.get("talk", {}))
    talk = Talk(socketio, Circle(tables), Messages(tables), tables.epoch, tasks, settings)
    socketio.on_namespace(RoomsNamespace(talk))


def admit(socketio: Any, history: Any, catalog: Any, broadcast: Any, tasks: Any, live: Any) -> None:
    """Let agents in."""
    from dashboard.app import Sink
    from dashboard.live.agents import Agents
    from dashboard.live.namespaces.agents import AgentsNamespace
    from dashboard.live.troubles import Troubles

    sink = Sink(catalog, history, broadcast, Troubles(lambda text: None, tasks))
    agents = Agents(sink, catalog, history.now, 500)
    socketio.on_namespace(AgentsNamespace(agents, socketio, live, "test-version"))


def actions(history: Any, catalog: Any, broadcast: Any, tasks: Any) -> dict[str, Callable[..., Any]]:
    """What a test can ask for, by name."""
    import numpy as np

    from collectors.metric import Metric, Series
    from collectors.sample import Batch
    from dashboard.sampling.state import JobState

    def declare(collector: str, metrics: list[dict[str, Any]], every: float = 1.0) -> None:
        declared = [Metric(**one) for one in metrics]
        for one in declared:
            history.declare(one, every)
        catalog.declare(collector, every, declared)

    def retire(collector: str) -> None:
        catalog.retire(collector)

    def publish(metric: str, times: list[int], values: dict[str, list[float | None]]) -> bool:
        matrix = np.array([[np.nan if one is None else one for one in row] for row in values.values()])
        series = tuple(Series((("name", name),)) for name in values)
        done: bool = broadcast.publish(Batch(metric, np.array(times, dtype=np.int64), series, matrix))
        return done

    def stream(metric: str, count: int, series: int, pause: float, start: int) -> None:
        """Publish samples 1 to `count` from a task: value = number, time = start + number."""
        known = tuple(Series((("name", str(one)),)) for one in range(series))

        def run() -> None:
            for number in range(1, count + 1):
                values = np.full((series, 1), float(number))
                broadcast.publish(Batch(metric, np.array([start + number], dtype=np.int64), known, values))
                tasks.sleep(pause)

        tasks.spawn(run)

    def ticks(metrics: list[str], count: int, series: int) -> None:
        """Publish a sample of each metric, as soon as what was published before is sent, so many times."""
        known = tuple(Series((("name", str(one)),)) for one in range(series))

        def run() -> None:
            for number in range(1, count + 1):
                for metric in metrics:
                    values = np.full((series, 1), float(number))
                    broadcast.publish(Batch(metric, np.array([1_700_000_000_000 + number]), known, values))
                broadcast.flush()
                tasks.sleep(0)

        tasks.spawn(run)

    def state(**given: Any) -> None:
        catalog.state(JobState(**given))

    def counters() -> dict[str, int]:
        names = ("clients", "rooms", "messages_out", "bytes_out", "let_go")
        return {name: getattr(broadcast, name) for name in names} | {"deaths": sum(tasks.deaths.values())}

    return {
        "declare": declare,
        "retire": retire,
        "publish": publish,
        "stream": stream,
        "ticks": ticks,
        "state": state,
        "notice": broadcast.notice,
        "stand": broadcast.stand,
        "dashboard": broadcast.dashboard,
        "counters": counters,
    }


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]) if len(sys.argv) > 2 else {})
