"""The past of one metric, as numbers and as a table of whichever library is installed."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from collectors.sample import Times, Values
from dashboard.client.asking import ask
from dashboard.client.batch import Labels, labels_of, names_of
from dashboard.client.errors import ClientError, Missing

if TYPE_CHECKING:
    from dashboard.client.address import Address

Library = Literal["pandas", "polars", "pyarrow"]
LIBRARIES: tuple[Library, ...] = ("pandas", "polars", "pyarrow")
#: A span of time: seconds, a timedelta, or a text such as "90 s", "15 min", "1h", "2 d".
Span = float | timedelta | str
#: A moment: ms since the epoch, or a datetime; one without a time zone is this machine's.
Moment = float | datetime

_UNITS = {"": 1.0, "s": 1.0, "sec": 1.0, "second": 1.0, "m": 60.0, "min": 60.0, "minute": 60.0, "h": 3600.0,
          "hour": 3600.0, "d": 86_400.0, "day": 86_400.0, "w": 604_800.0, "week": 604_800.0}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """A span of one metric.

    Attributes:
        metric: its name.
        unit: of the values.
        tier: `full` for samples, `minute` or `hour` for what sums them up.
        every: ms that each time sums up; 0 for samples.
        times: int64[n], ms since the epoch.
        values: float64[k, n]; NaN is a gap.
        series: labels of each row of `values`.
    """

    metric: str
    unit: str
    tier: str
    every: int
    times: Times
    values: Values
    series: tuple[Labels, ...]

    def __len__(self) -> int:
        return len(self.times)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the series: their label values side by side; without labels, the metric's name."""
        return names_of(self.metric, self.series)

    def frame(self, library: Library | None = None) -> Any:  # Any: of the library that is asked for
        """A table with a column `time` (UTC) and one for each series.

        Args:
            library: whose; by default the first of pandas, polars and pyarrow that is used already, or else installed.

        Raises:
            Missing: it is not installed.
        """
        chosen = library or _some_library()
        if chosen not in LIBRARIES:
            raise ClientError(f"{chosen!r} is no library of tables; it is one of {', '.join(LIBRARIES)}")
        if find_spec(chosen) is None or find_spec("narwhals") is None:
            raise Missing(f"{chosen} is not installed; run: pip install {chosen} narwhals")
        import narwhals as nw

        columns = {"time": self.times.astype("datetime64[ms]")} | dict(zip(self.names, self.values, strict=True))
        table = nw.from_dict(columns, backend=chosen)
        # Only a number that is none is a gap to polars and pyarrow, and not NaN.
        filled = [nw.when(~nw.col(name).is_nan()).then(nw.col(name)).alias(name) for name in self.names]
        return table.with_columns(nw.col("time").dt.replace_time_zone("UTC"), *filled).to_native()


def history(
    address: Address,
    metric: str,
    *,
    last: Span | None = None,
    start: Moment | None = None,
    end: Moment | None = None,
    points: int | None = None,
    tier: str | None = None,
    aggregate: str | None = None,
    labels: Mapping[str, str] | None = None,
    unit: str | None = None,
) -> History:
    """Ask for a span of a metric; see `Client.history`."""
    if last is not None and start is not None:
        raise ClientError("give last or start, not both")
    given = {
        "metric": metric,
        "window": None if last is None else seconds(last),
        "start": None if start is None else milliseconds(start),
        "end": None if end is None else milliseconds(end),
        "points": points,
        "tier": tier,
        "aggregate": aggregate,
        "unit": unit,
        "format": "binary",
    }
    parameters = [(name, value) for name, value in given.items() if value is not None]
    parameters += [(f"label.{name}", value) for name, value in (labels or {}).items()]
    return decoded(ask(address, "/api/v1/query", parameters, "application/octet-stream"))


def decoded(body: bytes) -> History:
    """What a query answers in its format `binary`; see docs/api.md."""
    length = int.from_bytes(body[:4], "little")
    head = json.loads(body[4 : 4 + length])
    series = labels_of(head["series"])
    numbers = np.frombuffer(body, "<f8", offset=4 + length).reshape(1 + len(series), head["n"])
    # Copies, so that they can be written to like any other array.
    times, values = numbers[0].astype(np.int64), numbers[1:].astype(np.float64)
    return History(head["metric"], head["unit"], head["tier"], head["every"], times, values, series)


def seconds(span: Span) -> float:
    """How long a span of time is.

    Raises:
        ClientError: it is none.
    """
    if isinstance(span, timedelta):
        length = span.total_seconds()
    elif isinstance(span, str):
        match = re.fullmatch(r"\s*(\d+\.?\d*|\.\d+)\s*([a-z]*)\s*", span)
        length = _length(float(match[1]), match[2]) if match is not None else -1.0
    else:
        length = float(span)
    if not 0 < length < float("inf"):
        raise ClientError(f"{span!r} is no span of time; write it as '90 s', '15 min', '1 h' or '2 d', or in seconds")
    return length


def _length(count: float, unit: str) -> float:
    factor = _UNITS.get(unit) or _UNITS.get(unit.removesuffix("s"))  # "hours"
    return -1.0 if factor is None else count * factor


def milliseconds(moment: Moment) -> int:
    """A moment in ms since the epoch.

    Raises:
        ClientError: it is a number of seconds, or none.
    """
    if isinstance(moment, datetime):
        return round(moment.timestamp() * 1000)
    if not isinstance(moment, int | float):
        raise ClientError(f"{moment!r} is no moment; give a datetime, or milliseconds since the epoch")
    if abs(moment - time.time()) < 3e8:  # years away from the epoch's beginning, where milliseconds would put it
        raise ClientError(f"{moment!r} looks like seconds; give milliseconds since the epoch, or a datetime")
    return round(moment)


def _some_library() -> Library:
    for known in (lambda name: name in sys.modules, find_spec):
        for library in LIBRARIES:
            if known(library):
                return library
    raise Missing("no library of tables is installed; run: pip install pandas narwhals (or polars, or pyarrow)")
