"""The identity of a history: with the offset of a sample, it is the place from which a reader can go on."""

from __future__ import annotations

import secrets


def new_epoch(milliseconds: int) -> str:
    """An identity for a history begun at that time: never the same twice, and later ones sort after earlier ones."""
    return f"{milliseconds:012x}-{secrets.token_hex(4)}"
