"""How often the samples of a metric are sent: those of a fast one travel together, and none is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from collectors.sample import Times, Values

#: Values (points times series) that are held back at most, whatever the pace.
MAX_HELD = 100_000
#: What comes early by up to this part of the distance between frames passes, and the next ones make up for it: a
#: metric that is just as fast as frames may be would else wait for ever once one of its samples came late.
EARLY = 0.5


class Samples(NamedTuple):
    """Samples of one metric in a row.

    Attributes:
        offset: running number of the last of them.
        times: int64[n], ms since the epoch.
        values: float64[k, n].
    """

    offset: int
    times: Times
    values: Values


@dataclass(slots=True)
class _Lane:
    """One metric: when it may send again, the time of its newest sample, and what is held back until then.

    A frame may be sent from `open_at` on; the next one is due an interval after this one was, so that on average there
    are no more than may be, however unevenly they come (the generic cell rate algorithm of ITU-T I.371).
    """

    due_at: float
    open_at: float
    newest: int
    held: list[Samples]


class Pace:
    """Lets `max_fps` frames of each metric pass in a second; what comes in between is part of the next.

    Only samples that replace older ones pass at once, in a frame of their own: a frame can't hold both.

    Args:
        max_fps: frames a second and metric.
    """

    def __init__(self, max_fps: float) -> None:
        self._interval = 1 / max_fps
        self._lanes: dict[str, _Lane] = {}
        self._waiting: dict[str, None] = {}

    def offer(self, metric: str, samples: Samples, now: float) -> list[Samples]:
        """What is to be sent now that these samples have come: nothing when it is too soon.

        Args:
            metric: its name.
            samples: the next ones of that metric.
            now: seconds on a clock that never steps.
        """
        lane = self._lanes.get(metric)
        if lane is None:
            lane = self._lanes[metric] = _Lane(now, now, -1, [])
        out = []
        first, newest = int(samples.times[0]), int(samples.times[-1])
        back = first <= lane.newest  # they replace what came before: a frame must not hold both
        if lane.held and (back or len(lane.held[0].values) != len(samples.values)):
            out.append(self._merge(metric, lane, now))
        lane.newest = newest
        lane.held.append(samples)
        if now >= lane.open_at or back or self.held(metric) * len(samples.values) > MAX_HELD:
            out.append(self._merge(metric, lane, now))
        else:
            # Whose they are may write to them again.
            lane.held[-1] = samples._replace(times=samples.times.copy(), values=samples.values.copy())
            self._waiting[metric] = None
        return out

    def release(self, metric: str, now: float) -> list[Samples]:
        """What is held back of a metric, to be sent after all."""
        lane = self._lanes.get(metric)
        return [self._merge(metric, lane, now)] if lane is not None and lane.held else []

    def holds(self, metric: str) -> bool:
        """Whether anything of a metric is held back."""
        return metric in self._waiting

    def held(self, metric: str) -> int:
        """How many samples of a metric are held back."""
        lane = self._lanes.get(metric)
        return sum(len(one.times) for one in lane.held) if lane is not None else 0

    def due(self, now: float) -> list[str]:
        """Metrics whose held samples may be sent."""
        return [metric for metric in self._waiting if self._lanes[metric].open_at <= now]

    def wait(self, now: float) -> float | None:
        """Seconds until something is due; None while nothing is held back."""
        return max(0.0, min(self._lanes[one].open_at for one in self._waiting) - now) if self._waiting else None

    def forget(self, metric: str) -> None:
        """A metric is gone, or nobody watches it."""
        self._lanes.pop(metric, None)
        self._waiting.pop(metric, None)

    def _merge(self, metric: str, lane: _Lane, now: float) -> Samples:
        held, lane.held = lane.held, []
        self._waiting.pop(metric, None)
        early = EARLY * self._interval
        lane.due_at = min(max(now, lane.due_at), now + early) + self._interval
        lane.open_at = lane.due_at - early
        if len(held) == 1:
            return held[0]
        times = np.concatenate([one.times for one in held])
        return Samples(held[-1].offset, times, np.concatenate([one.values for one in held], axis=1))
