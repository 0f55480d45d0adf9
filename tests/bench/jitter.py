"""How punctual ticks are: lateness of the ticks in the server, and of the samples when they reach a client.

`tick` is what the server says of itself each second: the worst of all its jobs' ticks. `arrival` is measured outside,
by a Socket.IO client that watches one inline metric: its clock when a sample arrives, less the sample's time; it
includes the collect, the publish and the socket. The peer is a bare loop that sleeps until the next full second and
notes how late it is woken, in the same minute.
"""

from __future__ import annotations

import argparse
import queue
import statistics
import threading
import time
from typing import Any

import socketio

from tests.bench.measure import parameters, percentile, plotroom


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120, help="how long")
    parser.add_argument("--metric", default="system.load", help="the metric that the client watches")
    arguments = parser.parse_args()
    print(f"tick jitter | {parameters(arguments)}")
    bare: list[float] = []
    stop = threading.Event()
    loop = threading.Thread(target=bare_loop, args=(bare, stop))
    with plotroom() as server:
        time.sleep(5)
        start = int(time.time() * 1000)
        loop.start()
        arrivals = watch(server.url, arguments.metric, arguments.seconds)
        stop.set()
        loop.join()
        path = f"/api/v1/query?metric=self.tick_lateness&start={start}&end={int(time.time() * 1000)}&points=20000"
        answer = server.json(path)
    each_second = next(
        values
        for series, values in zip(answer["series"], answer["v"], strict=True)
        if series["labels"].get("of") == "worst"
    )
    ticks = [value for value in each_second if value is not None]
    for name, values in (("tick", ticks), ("arrival", arrivals), ("peer", bare)):
        if not values:
            raise SystemExit(f"no {name} was seen")
        middle, late, worst = (1e3 * one for one in (statistics.median(values), percentile(values, 0.99), max(values)))
        print(f"  {name:8} median {middle:6.2f} ms   p99 {late:6.2f} ms   worst {worst:6.2f} ms   of {len(values)}")
    print(f"  ratio    our p99 tick to the bare loop's: {percentile(ticks, 0.99) / percentile(bare, 0.99):.1f}")


def watch(url: str, metric: str, seconds: float) -> list[float]:
    """By how many seconds each new sample of `metric` came after its own time."""
    arrived: queue.Queue[float] = queue.Queue()
    client = socketio.Client()

    def on_samples(message: dict[str, Any]) -> None:  # Any: values and text side by side
        arrived.put(time.time() - message["t"][-1] / 1000)

    client.on("samples", on_samples, namespace="/metrics")
    client.connect(url, transports=["websocket"], namespaces=["/metrics"])
    try:
        answer = client.call(
            "subscribe", {"metrics": [{"name": metric, "window": 10, "points": 100}]}, namespace="/metrics"
        )
        if not answer["ok"] or "error" in answer["metrics"][0]:
            raise SystemExit(f"{metric} can't be watched: {answer}")
        client.sleep(seconds)
    finally:
        client.disconnect()
    return [arrived.get_nowait() for _ in range(arrived.qsize())]


def bare_loop(late: list[float], stop: threading.Event) -> None:
    """Note, every full second until `stop`, how late this thread is woken."""
    while True:
        due = int(time.time()) + 1
        if stop.wait(due - time.time()):
            return
        late.append(time.time() - due)


if __name__ == "__main__":
    main()
