"""What `plotroom watch` draws: a line for each series, with its last values and their range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from rich.console import Group
from rich.table import Table
from rich.text import Text

from collectors.sample import Times
from collectors.units import UNITS
from dashboard.cli import numbers
from dashboard.client import Batch, Kept
from dashboard.client.batch import names_of

BLOCKS = "▁▂▃▄▅▆▇█"
#: Columns of a terminal for the last value, for the least and the most, and for a name; the line has the rest.
LAST, RANGE, NAME_MOST, LINE_LEAST = 16, 14, 32, 8
#: Units are left out beside the least and the most when they are longer: those that count things are words.
SHORT_UNIT = 6


class Picture:
    """The values of some metrics.

    Args:
        metrics: what the catalog says of each.
        window: seconds that the lines show.
    """

    def __init__(self, metrics: Mapping[str, Mapping[str, Any]], window: float) -> None:
        self._metrics = metrics
        self._window = window
        self._kept = {name: Kept() for name in metrics}
        self._lost_at: float | None = None

    def add(self, batch: Batch) -> None:
        self._kept[batch.metric].add(batch)

    def connected(self, live: bool, now: float) -> None:
        """Whether there is a connection."""
        if live:
            self._lost_at = None
        elif self._lost_at is None:
            self._lost_at = now

    def drawn(self, width: int, height: int, now: float) -> Group:
        """All of it in a terminal of that size."""
        parts: list[Text | Table] = [self._state(now)]
        left = height - 1
        for place, (name, kept) in enumerate(self._kept.items()):
            later = len(self._kept) - place - 1
            room = max(1, left - 1 - 2 * later)  # each of the others has its title and a line
            if left < 2:
                break
            shown = min(len(kept.series), room)
            if shown < len(kept.series):
                shown -= 1
            parts += [self._title(name), self._table(name, kept, max(0, shown), width)]
            left -= 1 + shown
            if shown < len(kept.series):
                parts.append(Text(f"  … and {len(kept.series) - shown} more", style="dim"))
                left -= 1
        return Group(*parts)

    def _state(self, now: float) -> Text:
        if self._lost_at is not None:
            return Text(f"connection lost {now - self._lost_at:.0f} s ago; trying again", style="bold red")
        return Text("live; Ctrl-C ends it", style="green")

    def _title(self, name: str) -> Text:
        metric = self._metrics[name]
        return Text.assemble((metric.get("title") or name, "bold"), (f"  {name}", "dim"))

    def _table(self, name: str, kept: Kept, shown: int, width: int) -> Table:
        names = [f"  {one}" for one in names_of(name, kept.series)]
        wide = min(NAME_MOST, max(map(len, names), default=0))
        line = max(LINE_LEAST, width - wide - LAST - 2 * RANGE - 4)
        table = Table.grid(padding=(0, 1))
        table.add_column(width=wide, no_wrap=True, overflow="ellipsis")
        table.add_column(width=line, no_wrap=True, style="cyan")
        for style, columns in (("bold", LAST), ("dim", RANGE), ("dim", RANGE)):
            table.add_column(width=columns, justify="right", no_wrap=True, style=style)
        start = 0
        if len(kept.times):
            start = int(np.searchsorted(kept.times, kept.times[-1] - self._window * 1000))
        for title, row in list(zip(names, kept.values[:, start:], strict=True))[:shown]:
            table.add_row(title, sparkline(kept.times[start:], row, line), *self._figures(name, row))
        return table

    def _figures(self, name: str, row: np.ndarray[Any, np.dtype[np.float64]]) -> tuple[str, str, str]:
        """The last value, the least and the most."""
        unit = str(self._metrics[name].get("unit", ""))
        known = row[~np.isnan(row)]
        low, high = (known.min(), known.max()) if known.size else (np.nan, np.nan)
        last = row[-1] if row.size else np.nan
        beside = unit if len(unit) <= SHORT_UNIT or unit in UNITS else ""
        return numbers.text(unit, last), f"↓ {numbers.text(beside, low)}", f"↑ {numbers.text(beside, high)}"


def sparkline(times: Times, row: np.ndarray[Any, np.dtype[np.float64]], width: int) -> str:
    """A line of so many characters, the time from left to right; each is the largest value of its share, or a space."""
    if not len(times):
        return ""
    span = max(1, int(times[-1] - times[0]))
    places = np.minimum(width - 1, (times - times[0]) * width // span)
    shares = np.full(width, -np.inf)
    known = ~np.isnan(row)
    np.maximum.at(shares, places[known], row[known])
    there = np.isfinite(shares)
    if not there.any():
        return " " * width
    # Samples that are rarer than characters stand until the next one; a gap is where a sample has no value.
    holes = set(places[~known].tolist())
    for place in range(1, width):
        if not there[place] and there[place - 1] and place not in holes:
            shares[place], there[place] = shares[place - 1], True
    low, high = shares[there].min(), shares[there].max()
    steps = np.zeros(width, dtype=int)
    if high > low:
        steps[there] = np.round((shares[there] - low) / (high - low) * (len(BLOCKS) - 1))
    return "".join(BLOCKS[step] if known else " " for step, known in zip(steps, there, strict=True))
