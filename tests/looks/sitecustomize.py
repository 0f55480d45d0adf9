"""Moves the clock of a server under test: `time.time()` is LOOKS_NOW (ms) when the first of its processes starts."""

from __future__ import annotations

import os
import time

_given = os.environ.get("LOOKS_NOW")
if _given:
    # The children of the server are given the same shift, and not another one of their own.
    _shift = os.environ.setdefault("LOOKS_SHIFT", repr(int(_given) / 1000 - time.time()))
    _time, _time_ns, _by = time.time, time.time_ns, float(_shift)
    time.time = lambda: _time() + _by
    time.time_ns = lambda: _time_ns() + round(_by * 1e9)
