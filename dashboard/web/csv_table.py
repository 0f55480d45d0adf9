"""A window of samples as CSV: one row a time, one column a series."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable

import numpy as np

from collectors.sample import Times, Values

CONTENT_TYPE = "text/csv; charset=utf-8; header=present"
# A spreadsheet runs what begins like this as a formula, and a series may be called anything.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def render(names: Iterable[str], times: Times, values: Values) -> str:
    """CSV text.

    Args:
        names: of the k columns of values.
        times: int64[n], ms since the epoch, written as ISO 8601 in UTC.
        values: float64[k, n]; a gap is an empty field.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["time", *(harmless(name) for name in names)])
    for time, row in zip(iso(times), values.T.tolist(), strict=True):
        writer.writerow([time, *("" if math.isnan(value) else repr(value) for value in row)])
    return out.getvalue()


def harmless(text: str) -> str:
    """`text` with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def iso(times: Times) -> list[str]:
    """`2026-01-31T12:00:00.250Z` of each; years beyond 9999, of which `datetime` knows nothing, have more digits."""
    texts: list[str] = np.datetime_as_string(times.astype("datetime64[ms]"), unit="ms", timezone="UTC").tolist()
    return texts
