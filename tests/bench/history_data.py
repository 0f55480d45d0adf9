"""The data that the benchmarks of the history share: this machine's own metrics, and a mix that is harder to pack.

    history_data.py system.npz --seconds 600

starts a Plotroom with its default collectors, waits, asks it for all that it has measured, as any client may, and
writes that to a file, which the other scripts take as `--system`. Of a machine that does nothing it says little: let
yours do what it always does.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from collectors.metric import Series
from collectors.sample import GAP, Times, Values
from dashboard.history.directory import Key
from tests.bench.measure import parameters, plotroom
from tests.server import Server

#: Most points that one query may ask for.
POINTS = 20_000
#: Series of a metric of the hard mix.
PER_METRIC = 10
#: When the hard mix begins, ms since the epoch; so that its samples are within what is kept, `of` may shift it.
BEGIN = 1_700_000_400_000


@dataclass(frozen=True)
class Recorded:
    """The samples of a metric.

    Attributes:
        key: what it is.
        every: seconds between two samples.
        times: int64[n], ms since the epoch.
        series: k of them.
        values: float64[k, n]; NaN is a gap.
    """

    key: Key
    every: float
    times: Times
    series: tuple[Series, ...]
    values: Values

    @property
    def samples(self) -> int:
        """How many values there are; a gap is none."""
        return int(np.count_nonzero(~np.isnan(self.values)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="where to write it")
    parser.add_argument("--seconds", type=float, default=600, help="how long is recorded")
    arguments = parser.parse_args()
    print(f"system metrics | {parameters(arguments)}")
    found = system(arguments.seconds)
    save(arguments.file, found)
    series = sum(len(one.series) for one in found)
    print(f"  {len(found)} metrics, {series} series, {sum(one.samples for one in found)} samples")


def system(seconds: float) -> list[Recorded]:
    """What a Plotroom measures of this machine in that time."""
    with plotroom() as server:
        time.sleep(seconds + 3)  # the first samples of counters are gaps
        end = time.time_ns() // 1_000_000
        found = [_recorded(server, one, end - round(seconds * 1000), end) for one in _metrics(server)]
    return [one for one in found if one.samples]


def hard_mix(series: int, seconds: int, seed: int = 1, decimals: int = 3, begin: int = BEGIN) -> list[Recorded]:
    """Half noisy floats, a fifth random walks, a fifth counters, a tenth flags, each once a second.

    Args:
        series: how many, in metrics of ten.
        seconds: samples of each.
        seed: of the random numbers.
        decimals: of what is noisy or walks.
        begin: the first time.
    """
    rng = np.random.default_rng(seed)
    times = begin + 1000 * np.arange(seconds, dtype=np.int64)
    names = tuple(Series((("of", str(number)),)) for number in range(PER_METRIC))
    found = []
    for number in range(max(1, series // PER_METRIC)):
        kind = ("noise", "noise", "noise", "noise", "noise", "walk", "walk", "counter", "counter", "flag")[number % 10]
        shape = (PER_METRIC, seconds)
        if kind == "noise":
            values = np.round(rng.normal(50, 10, shape), decimals)
        elif kind == "walk":
            values = np.round(np.cumsum(rng.normal(0, 1, shape), axis=1) + 1000, decimals)
        elif kind == "counter":
            values = np.cumsum(rng.poisson(200, shape), axis=1).astype(np.float64)
        else:
            values = (np.cumsum(rng.random(shape) < 0.02, axis=1) % 2).astype(np.float64)
        found.append(Recorded(Key(f"mix.{kind}{number}", "", "gauge"), 1.0, times, names, values))
    return found


def save(path: Path, found: Sequence[Recorded]) -> None:
    """Write it to a file."""
    heads = [{"key": one.key, "every": one.every, "series": [list(map(list, s.labels)) for s in one.series]}
             for one in found]  # fmt: skip
    arrays: dict[str, Any] = {}  # Any: arrays of any type
    for number, one in enumerate(found):
        arrays[f"t{number}"], arrays[f"v{number}"] = one.times, one.values
    with path.open("wb") as file:
        np.savez(file, heads=np.array(json.dumps(heads)), **arrays)


def load(path: Path) -> list[Recorded]:
    """What `save` has written."""
    with np.load(path) as file:
        heads = json.loads(str(file["heads"]))
        return [
            Recorded(
                Key(*head["key"]), head["every"], file[f"t{number}"],
                tuple(Series(tuple((name, value) for name, value in labels)) for labels in head["series"]),
                file[f"v{number}"],
            )
            for number, head in enumerate(heads)
        ]  # fmt: skip


def _metrics(server: Server) -> list[dict[str, Any]]:  # Any: JSON, see docs/api.md
    found: list[dict[str, Any]] = server.json("/api/v1/metrics")["metrics"]
    return found


def _recorded(server: Server, metric: dict[str, Any], start: int, end: int) -> Recorded:  # Any: the same
    query = f"metric={metric['name']}&start={start}&end={end}&tier=full&points={POINTS}"
    answer = server.json(f"/api/v1/query?{query}")
    series = tuple(Series(tuple(one["labels"].items())) for one in answer["series"])
    times = np.array(answer["t"], dtype=np.int64)
    values = np.array([[GAP if value is None else value for value in row] for row in answer["v"]], dtype=np.float64)
    key = Key(metric["name"], metric["unit"], metric["kind"])
    return Recorded(key, metric["every"], times, series, values.reshape(len(series), len(times)))


if __name__ == "__main__":
    main()
