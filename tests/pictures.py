"""Pictures as arrays: the PNG files that browsers write, read without a library for all that PNG can be."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {2: 3, 6: 4}


def pixels(png: bytes) -> npt.NDArray[np.uint8]:
    """The pixels of a PNG file, uint8[height, width, 3 or 4].

    Raises:
        AssertionError: it is none, or of a kind that no canvas and no screenshot is: palettes, 16 bits, interlaced.
    """
    assert png.startswith(SIGNATURE), "this is no PNG"
    place, packed = len(SIGNATURE), b""
    while place < len(png):
        (size,) = struct.unpack_from(">I", png, place)
        kind, body = png[place + 4 : place + 8], png[place + 8 : place + 8 + size]
        (check,) = struct.unpack_from(">I", png, place + 8 + size)
        assert check == zlib.crc32(kind + body), f"the checksum of {kind!r} is wrong"
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            assert (depth, interlaced) == (8, 0)
        packed += body if kind == b"IDAT" else b""
        place += 12 + size
    channels = _CHANNELS[colour]
    lines = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + width * channels)
    made = np.zeros((height + 1, (width + 1) * channels), np.uint8)  # with a line above and a pixel before
    for at, line in enumerate(lines):
        _unfilter(int(line[0]), line[1:], made[at], made[at + 1], channels)
    return made[1:, channels:].reshape(height, width, channels)


def _unfilter(
    kind: int, line: npt.NDArray[np.uint8], above: npt.NDArray[np.uint8], out: npt.NDArray[np.uint8], step: int
) -> None:
    """Undo what a line was filtered with, RFC 2083 section 6; `out` and `above` begin with a pixel of zeros."""
    if kind == 0:
        out[step:] = line
    elif kind == 1:
        for channel in range(step):
            out[step + channel :: step] = np.add.accumulate(line[channel::step], dtype=np.uint8)
    elif kind == 2:
        out[step:] = line + above[step:]
    else:
        left, up, corner = out.tolist(), above.tolist(), above.tolist()
        for at, value in enumerate(line.tolist(), step):
            a, b, c = left[at - step], up[at], corner[at - step]
            left[at] = (value + ((a + b) // 2 if kind == 3 else _paeth(a, b, c))) & 255
        out[:] = left


def _paeth(a: int, b: int, c: int) -> int:
    guess = a + b - c
    return min((a, b, c), key=lambda one: abs(guess - one))


def share(picture: npt.NDArray[np.uint8], colour: str, near: int = 24) -> float:
    """Which part of the pixels has a colour, `#rrggbb`, or one near to it."""
    wanted = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)])
    return float((np.abs(picture[..., :3].astype(int) - wanted).max(axis=-1) <= near).mean())
