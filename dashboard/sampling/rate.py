"""Readings of counters made into rates per second: resets, wraps and first samples never give an absurd one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collectors.metric import Series
from collectors.sample import GAP, Batch, Values

#: Counters of 32 and 64 bits start again at 0 beyond these.
MODULI = (2.0**32, 2.0**64)
#: A counter that shrank has wrapped only if it was this near its modulus; anything else is a reset.
NEAR = 0.9
#: And only if it has not run further than this part of the modulus since.
FAR = 0.25
#: And only if that makes a rate of at most so many times the highest that was seen: a reset near the modulus does not.
FIT = 16.0
#: Significant bits that a rate keeps at most. What a division leaves beyond these is noise that no compressor can take
#: away (7 bytes a sample instead of 2).
BITS = 21
#: And at least.
FEWEST = 8
#: How well the moment of a reading is known, in ms: a collect reads one clock, then its sources for longer than this.
#: So a rate over a second has 14 bits that mean anything, one over a minute 20.
MOMENT = 0.064
#: Series that are gone are forgotten when there are this many of them.
FORGOTTEN = 256


class Rates:
    """The rates of one metric's series.

    Each series has its own last reading, so sources with times of their own are right, too. A series that was not
    in the last round (a collect, or a push) starts again with a gap.

    Args:
        scale: multiplied into each rate.
    """

    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale
        self._round = 0
        self._place: dict[Series, int] = {}
        self._times: npt.NDArray[np.float64] = np.zeros(0)  # ms, by the samples' own times or by the reader's clock
        self._by_reader = False
        self._values: Values = np.zeros(0)
        self._highest: Values = np.zeros(0)  # rise per ms, the highest of each series
        self._seen: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._series: tuple[Series, ...] = ()
        self._places: npt.NDArray[np.intp] = np.zeros(0, dtype=np.intp)

    def begin(self) -> None:
        """A new round begins: series that it leaves out are gone."""
        self._round += 1
        gone = len(self._place) - int(np.count_nonzero(self._seen[: len(self._place)] >= self._round - 2))
        if gone > FORGOTTEN:
            self._forget()

    def apply(self, batch: Batch, read_at: float | None = None) -> Batch:
        """`batch` with rates per second in place of readings; NaN where there is no reading to compare with.

        Each is that of the readings, rounded to the significant bits that the times can bear. Samples with times of
        their own have `BITS`, half a millionth; whole numbers below two million stay exact. Those with `read_at` have
        as many as make a difference of `MOMENT`: over a second 14, which is at most 2**-14 of the rate.

        Args:
            batch: the readings.
            read_at: when they were taken, in seconds of a clock that never steps, for a batch of one time. A tick's
                time is where its sample belongs on the chart, not when a busy machine came to take it: by that, a
                processor would now and then be used for 120%.
        """
        if not len(batch.times) or not batch.series:
            return batch
        places = self._places_of(batch.series)
        by_reader = read_at is not None
        if by_reader != self._by_reader:  # times of two clocks can't be compared
            self._by_reader = by_reader
            self._seen[:] = -2
        times = batch.times if read_at is None else np.array([read_at * 1000.0])
        before = np.where(self._seen[places] >= self._round - 1, self._values[places], GAP)
        readings = np.hstack((before[:, None], batch.values))
        elapsed = np.empty(batch.values.shape)
        elapsed[:, 0] = times[0] - self._times[places]
        elapsed[:, 1:] = np.diff(times)
        rises, wraps = unwrapped(readings)
        with np.errstate(invalid="ignore", divide="ignore"):
            speeds = np.where(elapsed > 0, rises / elapsed, GAP)
            sure = np.where(wraps, GAP, speeds)
            highest = np.fmax(self._highest[places], np.fmax.reduce(sure, axis=1))
            speeds[wraps & ~(speeds <= FIT * highest[:, None])] = GAP
            bits = np.full(elapsed.shape, BITS) if read_at is None else borne(elapsed)
            rates = rounded(speeds * (1000.0 * self._scale), bits)
        self._highest[places] = highest
        self._times[places] = times[-1]
        self._values[places] = batch.values[:, -1]
        self._seen[places] = self._round
        return Batch(batch.metric, batch.times, batch.series, rates)

    def _places_of(self, series: tuple[Series, ...]) -> npt.NDArray[np.intp]:
        if series is self._series:
            return self._places
        for one in series:
            self._place.setdefault(one, len(self._place))
        self._grow()
        places = np.fromiter((self._place[one] for one in series), dtype=np.intp, count=len(series))
        self._series, self._places = series, places
        return places

    def _grow(self) -> None:
        size, need = len(self._values), len(self._place)
        if need <= size:
            return
        more = max(need, 2 * size) - size
        self._times = np.concatenate((self._times, np.zeros(more)))
        self._values = np.concatenate((self._values, np.full(more, GAP)))
        self._highest = np.concatenate((self._highest, np.full(more, GAP)))
        self._seen = np.concatenate((self._seen, np.full(more, -1, dtype=np.int64)))

    def _forget(self) -> None:
        stay = [(one, place) for one, place in self._place.items() if self._seen[place] >= self._round - 2]
        keep = np.array([place for _, place in stay], dtype=np.intp)
        self._place = {one: place for place, (one, _) in enumerate(stay)}
        self._times, self._values, self._seen = self._times[keep], self._values[keep], self._seen[keep]
        self._highest = self._highest[keep]
        self._series = ()


def borne(elapsed: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """How many significant bits a rate over so many ms has, when its two moments are known to `MOMENT`."""
    with np.errstate(invalid="ignore", divide="ignore"):
        bits = np.ceil(np.log2(elapsed / MOMENT))
    clipped: npt.NDArray[np.int64] = np.clip(np.nan_to_num(bits, nan=BITS), FEWEST, BITS).astype(np.int64)
    return clipped


def rounded(rates: Values, bits: npt.NDArray[np.int64]) -> Values:
    """The nearest numbers that have at most so many significant bits; NaN stays NaN."""
    fractions, exponents = np.frexp(rates)
    nearest: Values = np.ldexp(np.rint(np.ldexp(fractions, bits)), exponents - bits)
    return nearest


def unwrapped(readings: Values) -> tuple[Values, npt.NDArray[np.bool_]]:
    """Differences along the last axis, and which of them are a wrap of a 32- or 64-bit counter, undone.

    A counter that fell otherwise was reset; that is NaN.
    """
    rises = np.diff(readings)
    fell = rises < 0
    wraps = np.zeros(rises.shape, dtype=np.bool_)
    if not fell.any():
        return rises, wraps
    before = readings[:, :-1]
    for modulus in MODULI:
        wrapped = rises + modulus
        hit = fell & (before >= NEAR * modulus) & (before <= modulus) & (wrapped <= FAR * modulus)
        rises[hit] = wrapped[hit]
        wraps |= hit
    rises[fell & ~wraps] = GAP
    return rises, wraps
