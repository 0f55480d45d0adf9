"""Pictures as arrays: the PNG files that browsers write."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image


def pixels(png: bytes) -> npt.NDArray[np.uint8]:
    """The pixels of a PNG file, uint8[height, width, 3 or 4].

    Raises:
        AssertionError: it is none, or is damaged.
    """
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            return np.array(picture)
    except OSError as error:
        raise AssertionError("this is no PNG") from error


def share(picture: npt.NDArray[np.uint8], colour: str, near: int = 24) -> float:
    """Which part of the pixels has a colour, `#rrggbb`, or one near to it."""
    wanted = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)])
    return float((np.abs(picture[..., :3].astype(int) - wanted).max(axis=-1) <= near).mean())
