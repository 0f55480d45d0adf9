"""What came in a second, as bytes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.history.codec import Damaged
from dashboard.history.journal import Entry, pack, scan, united


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    n, k = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    numbers = st.floats(allow_nan=True, allow_infinity=True)
    return Entry(
        draw(st.integers(1, 2**32 - 1)),
        draw(st.integers(0, 2**63 - 1)),
        np.array(draw(st.lists(st.integers(0, 2**45), min_size=n, max_size=n)), dtype=np.int64),
        np.array(draw(st.lists(st.integers(0, 2**32 - 1), min_size=k, max_size=k)), dtype=np.uint32),
        np.array(draw(st.lists(numbers, min_size=n * k, max_size=n * k)), dtype=np.float64).reshape(k, n),
    )


def unpack(data: bytes) -> Iterator[Entry]:
    return (united([one]) for one in scan(data))


def text(entry: Entry) -> str:
    """To be compared: gaps are equal, and so is the form."""
    return str((entry.metric, entry.offset, *(one.tolist() for one in entry[2:]), entry.values.shape))


@given(st.lists(entries(), max_size=5))
def test_what_goes_in_comes_out(several: list[Entry]) -> None:
    """Entries come back as they were, in their order."""
    assert [text(one) for one in unpack(pack(several))] == [text(one) for one in several]


@given(st.lists(entries(), min_size=1, max_size=3), st.data())
def test_what_is_cut_off_is_told(several: list[Entry], data: st.DataObject) -> None:
    """Of bytes that end too soon what is whole comes out, and then `Damaged`; never anything else."""
    whole = pack(several)
    cut = data.draw(st.integers(1, len(pack(several[-1:]))))
    found: list[Entry] = []
    if cut < len(pack(several[-1:])):
        with pytest.raises(Damaged):
            found.extend(unpack(whole[:-cut]))
    else:
        found.extend(unpack(whole[:-cut]))
        assert [text(one) for one in found] == [text(one) for one in several[:-1]]


@given(st.binary(max_size=200))
def test_other_bytes_are_told(noise: bytes) -> None:
    """Whatever bytes these are, they are read or told to be damaged."""
    try:
        for entry in unpack(noise):
            assert entry.values.shape == (len(entry.places), len(entry.times))
    except Damaged:
        pass
