"""Sums as a stretch: each series is as many rows of a chunk as there are aspects, one after the other."""

from __future__ import annotations

import numpy as np

from dashboard.history.stretch import Places, Stretch
from dashboard.history.tiers import ALL_ASPECTS, ASPECTS, Buckets, aligned


def folded(places: Places) -> Places:
    """The places of the aspects of these series."""
    rows: Places = np.add.outer(places * np.uint32(len(ASPECTS)), np.array(ALL_ASPECTS, dtype=np.uint32))
    return rows.ravel()


def places_of(chunk: Stretch) -> Places:
    """Which series have sums in a chunk."""
    return chunk.places[:: len(ASPECTS)] // np.uint32(len(ASPECTS))


def unfolded(chunk: Stretch, places: Places) -> Buckets:
    """The buckets of a chunk as those of these series."""
    found = places_of(chunk)
    cells = chunk.values.reshape(len(found), len(ASPECTS), len(chunk.times)).transpose(1, 0, 2)
    buckets = Buckets(chunk.times, cells)
    return buckets if np.array_equal(found, places) else wide(buckets, found, places)


def wide(buckets: Buckets, have: Places, want: Places) -> Buckets:
    """The buckets of some series as those of others, which are more of them."""
    if np.array_equal(have, want):
        return buckets
    order = {place: row for row, place in enumerate(want.tolist())}
    rows = np.array([order[place] for place in have.tolist()], dtype=np.intp)
    return aligned(buckets, rows, len(want))
