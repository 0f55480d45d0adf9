"""The server of rooms on a machine with troubles: `python -m tests.stalling_server MODE OPTIONS`.

It is `tests.rooms_server`, which can also be told, at the same addresses, to have its clock set (`set_clock`) and,
under eventlet, to do nothing at all for some seconds (`stall`). Its log says who was let go.
"""

from __future__ import annotations

import json
import logging
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from tests import rooms_server

_time = time.time
_sleep = time.sleep  # not eventlet's: this one blocks everything
_ahead = 0.0


def set_clock(seconds: float) -> None:
    """Set the time of day forward, or, with a negative number, back."""
    global _ahead
    _ahead += seconds


def stall(seconds: float) -> None:
    """Do nothing, and let nothing else be done."""
    _sleep(seconds)


def with_troubles(
    actions: Callable[..., dict[str, Callable[..., Any]]],
) -> Callable[..., dict[str, Callable[..., Any]]]:
    """The actions of the server of rooms, and those of this one."""

    def more(*parts: Any) -> dict[str, Callable[..., Any]]:
        logging.getLogger("dashboard.live").setLevel(logging.INFO)
        return actions(*parts) | {"set_clock": set_clock, "stall": stall}

    return more


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(120)  # nobody else would end it when the test's process is killed
    time.time = lambda: _time() + _ahead  # before anything else is imported that would take it from there
    rooms_server.actions = with_troubles(rooms_server.actions)
    rooms_server.main(sys.argv[1], json.loads(sys.argv[2]))
