"""What travels between the server and a collector process."""

from __future__ import annotations

import io
import json
import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.frames import MAX_FRAME, FrameError, Known, Reader, encode, pack, unpack
from collectors.metric import Series
from collectors.sample import Batch

LABELS = st.dictionaries(st.sampled_from("abc"), st.text(max_size=5), max_size=3)


def reader(data: bytes, chunk: int = 1 << 20) -> Reader:
    stream = io.BytesIO(data)
    return Reader(lambda size: stream.read(min(size, chunk)))


def series(*names: str) -> tuple[Series, ...]:
    return tuple(Series((("x", name),)) for name in names)


def batch(metric: str, count: int, of: tuple[Series, ...]) -> Batch:
    values = np.arange(len(of) * count, dtype=np.float64).reshape(len(of), count)
    return Batch(metric, np.arange(count, dtype=np.int64) + 1_700_000_000_000, of, values)


def travelled(batches: list[Batch], sent: Known, received: Known, declared: tuple[str, ...] = ("m",)) -> list[Batch]:
    rows, arrays = pack(batches, sent)
    frame = reader(encode({"batches": rows}, arrays)).read()
    assert frame is not None
    header, payload = frame
    return unpack(header["batches"], payload, received, declared)


@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_frames_survive_being_cut_anywhere(chunk: int) -> None:
    """Frames come out as they went in, however the stream is cut; then comes its end."""
    source = reader(encode({"do": "one", "text": "ü"}) + encode({"do": "two"}, [b"abc", b"de"]), chunk)
    found = [(header, bytes(payload)) for header, payload in (source.read() or ({}, b""), source.read() or ({}, b""))]
    assert found == [({"do": "one", "text": "ü"}, b""), ({"do": "two"}, b"abcde")]
    assert source.read() is None


def test_a_frame_cut_off_by_the_end_is_the_end() -> None:
    """Half a frame is no frame."""
    assert reader(encode({"do": "one"})[:-3]).read() is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (struct.pack(">II", 2**30, 10), "a frame of 1073741824 bytes"),
        (struct.pack(">II", MAX_FRAME, MAX_FRAME - 8), "a frame of"),
        (struct.pack(">II", 10, 100), "longer than the frame"),
        (struct.pack(">II", 9, 5) + b"{nope", "no JSON"),
        (struct.pack(">II", 6, 2) + b"[]", "a list, not an object"),
    ],
)
def test_what_is_no_frame_is_refused(data: bytes, why: str) -> None:
    """Nothing is read for, nor kept of, a frame that can't be one."""
    with pytest.raises(FrameError, match=why):
        reader(data).read()


def test_too_large_a_sample_is_not_sent() -> None:
    """The sender, too, keeps to the limit, and says what it is."""
    with pytest.raises(FrameError, match="at most 16 MiB"):
        encode({}, [bytes(MAX_FRAME)])


def test_batches_come_out_as_they_went_in() -> None:
    """Metric, times, series and values are the same at the other end."""
    sent, received = {}, {}  # type: Known, Known
    before = batch("m", 3, series("a", "b"))
    [after] = travelled([before], sent, received)
    assert after.metric == "m"
    assert after.series == before.series
    np.testing.assert_array_equal(after.times, before.times)
    np.testing.assert_array_equal(after.values, before.values)


def test_series_travel_only_when_they_change() -> None:
    """The names of a metric's series are sent once; at the other end they are then the very same objects."""
    sent, received = {}, {}  # type: Known, Known
    first = travelled([batch("m", 1, series("a"))], sent, received)[0]
    rows, _ = pack([batch("m", 1, series("a"))], sent)
    assert rows == [{"m": "m", "n": 1}]
    again = travelled([batch("m", 1, series("a"))], sent, received)[0]
    assert again.series is first.series
    changed = travelled([batch("m", 1, series("a", "c"))], sent, received)[0]
    assert changed.series == series("a", "c")


def test_what_json_does_not_know_is_made_plain() -> None:
    """Arrays and numbers of numpy, as in figures, travel as lists and numbers."""
    frame = reader(encode({"z": np.arange(3), "x": np.float64(1.5)})).read()
    assert frame is not None
    assert frame[0] == {"z": [0, 1, 2], "x": 1.5}


@pytest.mark.parametrize(
    ("rows", "payload"),
    [
        ([{"m": "other", "n": 1, "series": [[]]}], bytes(16)),
        ([{"m": "m", "n": 1}], bytes(16)),
        ([{"m": "m", "n": 10**9, "series": [[]]}], bytes(16)),
        ([{"m": "m", "n": -1, "series": [[]]}], bytes(16)),
        ([{"m": "m", "n": 1, "series": [["x"]]}], bytes(16)),
        ([{"m": "m", "n": 2, "series": [[]]}], bytes(32)),
        (17, b""),
        (["m"], b""),
    ],
)
def test_batches_that_are_not_as_they_should_be_are_refused(rows: object, payload: bytes) -> None:
    """An undeclared metric, a wrong size, times that stand still: nothing of it gets through."""
    with pytest.raises(FrameError):
        unpack(rows, memoryview(payload), {}, ("m",))


def test_infinity_becomes_a_gap() -> None:
    """Values that are no finite numbers are gaps, whoever sent them."""
    payload = struct.pack("<qd", 1, math.inf)
    [found] = unpack([{"m": "m", "n": 1, "series": [[]]}], memoryview(payload), {}, ("m",))
    assert math.isnan(found.values[0, 0])


@given(st.binary(max_size=200))
def test_garbage_never_does_more_than_raise(data: bytes) -> None:
    """Any bytes are frames, or the end, or refused."""
    source = reader(data)
    try:
        while (frame := source.read()) is not None:
            unpack(frame[0].get("batches", ()), frame[1], {}, ("m",))
    except FrameError:
        pass


@given(st.lists(st.tuples(st.integers(1, 4), st.lists(LABELS, min_size=1, max_size=3)), max_size=6))
def test_any_batches_survive(parts: list[tuple[int, list[dict[str, str]]]]) -> None:
    """Whatever the labels and sizes, what is packed is what is unpacked."""
    batches = [batch("m", count, tuple(Series(tuple(one.items())) for one in labels)) for count, labels in parts]
    found = travelled(batches, {}, {})
    assert [one.series for one in found] == [one.series for one in batches]
    assert [one.values.tolist() for one in found] == [one.values.tolist() for one in batches]
    json.dumps([one.series[0].as_dict() for one in found])
