"""Tries: what is measured again until it is as it should be, or has been measured often enough to be believed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

#: How often something has to be bad.
TRIES = 6


def until_fine(measure: Callable[[], Found], fine: Callable[[Found], bool], tries: int = TRIES) -> Found:
    """What was measured last: the first that is fine, or the last of so many.

    A machine with other things to do makes everybody wait once in a while, and be it for seconds; what the subject of a
    test does, it does each time.

    Args:
        measure: measures once; what must hold each time it asserts itself.
        fine: whether that is as it should be.
        tries: how many at most; the last one decides.
    """
    for _ in range(tries - 1):
        if fine(found := measure()):
            return found
    return measure()
