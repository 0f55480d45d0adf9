"""What time it is at the server, by round trips, and what that makes of times of this machine."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from dashboard.tasks import Clock

#: Round trips that are remembered; the quickest of them is believed.
MOST = 8
#: Seconds by which the time of day may get ahead of the clock that never steps, from one look to the next, without
#: having been set.
STEP = 0.05
#: Milliseconds by which the difference of the clocks has to be wrong before it is changed: equal distances of samples
#: stay equal then, which charts and compressors like.
CALM = 20.0
#: Below this and half of a round trip, clocks that are kept by NTP can't be told apart; their times stay as they are.
SAME = 5.0


@dataclass(frozen=True, slots=True)
class _Trip:
    """A round trip: its duration and the difference that it shows, in ms."""

    took: float
    ahead: float


class ServerClock:
    """How far the server's clock is ahead of this machine's.

    This machine's times are taken less the steps that its clock has made since the start: those of samples that were
    taken before a step, and are sent after it, are right then, too.

    Args:
        clock: of this machine.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._skew = clock.wall() - clock.monotonic()
        self._stepped = 0.0  # ms
        self._trips: deque[_Trip] = deque(maxlen=MOST)
        self._ahead: float | None = None  # ms

    def steps(self) -> int:
        """Milliseconds by which this machine's clock was set since the start, up to now."""
        with self._lock:
            self._look()
            return round(self._stepped)

    def ahead(self) -> int:
        """Milliseconds to add to a time, taken less the steps, to make it one of the server's."""
        return round(self._ahead or 0.0)

    def reset(self) -> None:
        """The way to the server may be another one now."""
        with self._lock:
            self._trips.clear()

    def now(self) -> float:
        """Milliseconds of the time of day, less the steps."""
        with self._lock:
            self._look()
            return self._clock.wall() * 1000 - self._stepped

    def learn(self, sent: float, theirs: int, came: float) -> None:
        """Take in a round trip.

        Args:
            sent: `now()` when the question went.
            theirs: the server's time in its answer, ms since the epoch.
            came: `now()` when the answer came.
        """
        trip = _Trip(max(0.0, came - sent), theirs + 0.5 - (sent + came) / 2)  # theirs is in whole ms, rounded down
        with self._lock:
            if self._trips and abs(trip.ahead - self._best.ahead) > (trip.took + self._best.took) / 2 + STEP * 1000:
                self._trips.clear()  # one of the clocks was set
            self._trips.append(trip)
            best = self._best
            same = abs(best.ahead - self._stepped) <= best.took / 2 + SAME
            ahead = self._stepped if same else best.ahead
            if self._ahead is None or abs(ahead - self._ahead) > CALM:
                self._ahead = ahead

    @property
    def _best(self) -> _Trip:
        return min(self._trips, key=lambda one: one.took)

    def _look(self) -> None:
        skew = self._clock.wall() - self._clock.monotonic()
        if abs(skew - self._skew) > STEP:
            self._stepped += (skew - self._skew) * 1000
        self._skew = skew  # what NTP does little by little is no step
