"""A history that is flooded, to be killed: `python -m tests.flood FOLDER FIRST` writes second after second.

5,000 samples come in each second, which is over as soon as they are written; it prints its number then. The values are
those of `tests.crashes`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.crashes import declare, publish
from tests.lasting import HandClock, Lasting
from tests.server import ROOT

NAMES = [f"m{number}.x" for number in range(25)]
WIDTH = 200


class Flood:
    """Such a process.

    Args:
        folder: of the history.
        first: second.
    """

    def __init__(self, folder: Path, first: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.flood", str(folder), str(first)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout and self._process.stdout.readline() == "open\n"

    def kill(self) -> list[int]:
        """Kill it; the seconds that it has written."""
        self._process.kill()
        said, _ = self._process.communicate()
        return [int(line) for line in said.splitlines(keepends=True) if line.endswith("\n")]


def main(folder: Path, first: int) -> None:
    here = Lasting(folder, HandClock())
    declare(here, NAMES)
    sys.stdout.write("open\n")
    second = first
    while True:
        sys.stdout.flush()
        publish(here, NAMES, second, WIDTH)
        assert here.keep()
        sys.stdout.write(f"{second}\n")
        second += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
