"""Times as people write them: ISO 8601, or milliseconds since the epoch."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import numpy as np

#: Milliseconds that a float64 holds exactly; the page counts in these.
LATEST = 2**53
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOW = "write 2026-01-31T12:00:00Z, or milliseconds since the epoch"


def moment(text: str) -> int:
    """A time in ms since the epoch; one without an offset is UTC.

    Raises:
        ValueError: it is none; the text says what is wrong and what is valid.
    """
    text = text.strip()
    ms = int(text) if re.fullmatch(r"[0-9]+", text) else _of_iso(text)
    if not 0 <= ms <= LATEST:
        raise ValueError(f"{text!r} is before 1970 or beyond all calendars; {_HOW}")
    return ms


def _of_iso(text: str) -> int:
    try:
        if re.fullmatch(r"\d{5,}-\d\d-\d\dT\S*Z", text):  # years of which `datetime` knows nothing
            return int(np.datetime64(text[:-1], "ms").astype(np.int64))
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time; {_HOW}") from None
    return ((when if when.tzinfo else when.replace(tzinfo=UTC)) - _EPOCH) // timedelta(milliseconds=1)
