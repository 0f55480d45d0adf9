"""What the page and the API show of a job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dashboard.sampling.output import printable

#: Characters of a reason.
MOST_REASON = 500

State = Literal["starting", "running", "late", "unavailable", "misconfigured", "failing", "stopped"]


@dataclass(frozen=True, slots=True)
class JobState:
    """The state of one job, or of a plugin that could not be loaded.

    Attributes:
        collector: its name; of a plugin that could not be loaded, its file's.
        state: see `State`.
        reason: why it is not running, for people; "" when it is.
        every: its interval in seconds.
        origin: the file or module that it comes from.
        duration: seconds that its last collect took.
        samples: collects that gave samples.
        skipped: ticks that were left out.
        errors: collects and opens that failed, `Unavailable` not counted.
        restarts: how often its process was started again.
        since: when it came into this state, ms since the epoch.
        metrics: how many it declares.
    """

    collector: str
    state: State
    reason: str = ""
    every: float = 0.0
    origin: str = ""
    duration: float = 0.0
    samples: int = 0
    skipped: int = 0
    errors: int = 0
    restarts: int = 0
    since: int = 0
    metrics: int = 0


def one_line(reason: str) -> str:
    """A reason, which may hold the words of foreign code, as one line that is safe to print."""
    return printable(" ".join(reason.split()))[:MOST_REASON]
