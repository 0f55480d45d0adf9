"""What a collector process may take, and the error of those who wait for one that is gone."""

from __future__ import annotations

from dataclasses import dataclass


class ProcessLost(Exception):
    """The collector process is gone; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a collector process may take.

    Attributes:
        timeout: seconds for an answer; a collector gets three of its intervals if that is more.
        max_memory: resident bytes.
        load_time: seconds for its start and the import of the plugin.
        first_wait, most_wait: seconds before it is started again: doubling from the first to the most.
    """

    timeout: float = 10.0
    max_memory: int = 512 * 2**20
    load_time: float = 30.0
    first_wait: float = 1.0
    most_wait: float = 60.0
