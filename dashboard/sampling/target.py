"""What a collector process loads: the file of a plugin, or modules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """A plugin's file or folder, or modules by name."""

    file: str = ""
    modules: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """As the process is told."""
        return {"file": self.file} if self.file else {"modules": self.modules}

    def __str__(self) -> str:
        return self.file or ", ".join(self.modules)
