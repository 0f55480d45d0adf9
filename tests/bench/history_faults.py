"""What a history is put through, often: 200 kills, 200 power cuts, 1,000 mutations of its file.

    python tests/bench/history_faults.py [--kills 200] [--cuts 200] [--mutations 1000] [--seed 1]

Ends at the first thing that is lost or wrong, with its seed.
"""

from __future__ import annotations

import argparse
import logging
import random
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.crashes import build
from tests.ordeals import cut_the_power, kill_in_a_flood, mutate


def kills(folder: Path, count: int, seed: int) -> None:
    luck, second, took = random.Random(seed), 0, []
    for _ in range(count):
        last, seconds = kill_in_a_flood(folder / "killed", luck, second)
        second = last + 2
        took.append(seconds)
    if took:
        print(
            f"{count} kills under 5,000 samples a second: nothing that was written is missing; opening took "
            f"{statistics.median(took):.2f} s in the median, {max(took):.2f} s at most"
        )


def cuts(folder: Path, count: int, seed: int) -> None:
    looked = rounds = 0
    while looked < count:
        rounds += 1
        looked += cut_the_power(folder / f"cut{rounds}", random.Random(seed + rounds), count - looked)
    if count:
        print(f"{looked} power cuts: nothing that was written is missing, no file had to be set aside")


def mutations(folder: Path, count: int, seed: int) -> None:
    build(folder / "before")
    asides, left = 0, []
    for number in range(seed, seed + count):
        try:
            _, aside, samples = mutate(folder / "before", folder / "mutated", random.Random(number))
        except BaseException:
            print(f"seed {number}:", file=sys.stderr)
            raise
        asides += aside
        left.append(samples / 4500)
    if left:
        print(
            f"{count} mutations: each opened, was true and went on; {asides} were set aside; of all samples "
            f"{statistics.mean(left):.0%} are left in the mean, {statistics.median(left):.0%} in the median"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("kills", 200), ("cuts", 200), ("mutations", 1000), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mutations(folder, asked.mutations, asked.seed)
        cuts(folder, asked.cuts, asked.seed)
        kills(folder, asked.kills, asked.seed)


if __name__ == "__main__":
    main()
