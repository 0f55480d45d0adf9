"""One Plotroom at a time in a folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.history.lock import FolderBusy, FolderLock

HOLD = """
import sys
from pathlib import Path
from dashboard.history.lock import FolderLock
lock = FolderLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    """Another process that has the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout and process.stdout.readline() == "held\n"
    return process


def test_another_process_is_kept_out_until_this_one_ends(tmp_path: Path) -> None:
    """While a process has the folder others are told which it is and what to do; however it ends, they may have it."""
    lock = FolderLock(tmp_path)
    with holder(tmp_path) as process:
        with pytest.raises(FolderBusy, match=f"keeps its history in {tmp_path}.*--data-dir"):
            lock.acquire()
        process.kill()
        process.wait()
    lock.acquire()
    lock.release()


def test_it_is_taken_once(tmp_path: Path) -> None:
    """Taking what one has already changes nothing, and one release gives it back."""
    one, other = FolderLock(tmp_path / "new"), FolderLock(tmp_path / "new")
    one.acquire()
    one.acquire()
    with pytest.raises(FolderBusy):
        other.acquire()
    one.release()
    other.acquire()
    other.release()


def test_a_folder_that_was_deleted_is_locked_again(tmp_path: Path) -> None:
    """A lock whose file is gone keeps nobody out: it is taken anew, unless somebody else was quicker."""
    folder = tmp_path / "history"
    one, other = FolderLock(folder), FolderLock(folder)
    one.acquire()
    shutil.rmtree(folder)
    one.acquire()
    with pytest.raises(FolderBusy):
        other.acquire()
    shutil.rmtree(folder)
    other.acquire()
    with pytest.raises(FolderBusy):
        one.acquire()
    other.release()
