"""Where in a metric's samples a reader is."""

from __future__ import annotations

import secrets
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the samples of one metric.

    Attributes:
        epoch: identity of a history; a new one when the samples were lost.
        offset: running number of the last sample (time) that was seen; the first sample has 1.
    """

    epoch: str
    offset: int


def new_epoch(milliseconds: int) -> str:
    """An identity for a history begun at that time: never the same twice, and later ones sort after earlier ones."""
    return f"{milliseconds:012x}-{secrets.token_hex(4)}"
