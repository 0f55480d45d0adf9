"""A damaged file that is set aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.history.database import NAME, Database
from dashboard.history.salvage import resume, set_aside


@pytest.mark.timeout(20)
@pytest.mark.parametrize("content", [b"", b"no database" * 10_000])
def test_what_is_no_database_is_set_aside_at_once(tmp_path: Path, content: bytes) -> None:
    """A file of which nothing can be read keeps nobody waiting, and stays as it is under another name."""
    path = tmp_path / NAME
    path.write_bytes(content)
    aside, kept = set_aside(path)
    assert (aside.read_bytes(), kept) == (content, 0)
    Database(path).close()


def test_a_salvage_that_was_cut_short_is_made_again(tmp_path: Path) -> None:
    """The damaged file stays where it is until all of it is copied; a copy that was finished takes its place."""
    path = tmp_path / NAME
    path.write_bytes(b"no database" * 1000)
    path.with_name(f"{NAME}.salvaging").write_bytes(b"half a copy")
    aside, kept = set_aside(path)
    assert (aside.read_bytes()[:11], kept) == (b"no database", 0)
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([NAME, aside.name])
    path.rename(path.with_name(f"{NAME}.salvaged"))
    resume(path)
    assert path.exists() and not path.with_name(f"{NAME}.salvaged").exists()
    resume(path)
    assert path.exists()
