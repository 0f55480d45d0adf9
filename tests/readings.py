"""What a client of the wire makes of a message; dashboard/live/wire.py only writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from collectors.sample import Times, Values


def read(message: Mapping[str, Any], part: Mapping[str, Any]) -> tuple[Times, Values]:
    """The samples of a part of a message (for `samples` the message itself), as a client reads them.

    Returns:
        times int64[n] and values float64[k, n].
    """
    if "b" in message:
        flat = np.frombuffer(message["b"], dtype="<f8", offset=part["at"])
        count = part["n"]
        kept = len(part["series"]) if "series" in part else (len(flat) // count - 1 if count else 0)
        return flat[:count].astype(np.int64), flat[count : count * (kept + 1)].reshape(kept, count)
    times = np.array(part["t"], dtype=np.int64)
    values = np.array([[np.nan if one is None else one for one in row] for row in part["v"]], dtype=np.float64)
    return times, values.reshape(len(part["v"]), len(times))
