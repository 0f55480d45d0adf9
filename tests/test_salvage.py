"""A damaged file that is set aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.history.database import NAME, Database
from dashboard.history.salvage import set_aside


@pytest.mark.timeout(20)
@pytest.mark.parametrize("content", [b"", b"no database" * 10_000])
def test_what_is_no_database_is_set_aside_at_once(tmp_path: Path, content: bytes) -> None:
    """A file of which nothing can be read keeps nobody waiting, and stays as it is under another name."""
    path = tmp_path / NAME
    path.write_bytes(content)
    aside, kept = set_aside(path)
    assert (aside.read_bytes(), kept) == (content, 0)
    Database(path).close()
