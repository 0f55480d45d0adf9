"""What of the history can't be read: counted, and told to the log."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Sentences for the log that wait for being written there.
MOST_UNTOLD = 100


@dataclass
class Damages:
    """Chunks that could not be read: what is in them is gone, and nothing wrong is shown in its place."""

    count: int = 0
    rows: set[int] = field(default_factory=set)
    untold: list[str] = field(default_factory=list)

    def note(self, row: int, why: str) -> None:
        if row not in self.rows:
            self.rows.add(row)
            self.count += 1
            self.tell(f"the history has a damaged chunk (row {row}), which is left out: {why}")

    def tell(self, sentence: str) -> None:
        """Something for the log; it is written there by a task, as locks of the log are not for native threads."""
        if len(self.untold) < MOST_UNTOLD:
            self.untold.append(sentence)

    def told(self) -> list[str]:
        """What there is to tell since the last time."""
        told, self.untold = self.untold, []
        return told
