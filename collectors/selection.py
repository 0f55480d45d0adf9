"""Which of many things of one kind a collector samples: the options `include` and `exclude`."""

from __future__ import annotations

from fnmatch import fnmatchcase

from pydantic import Field

from collectors.base import CollectorConfig


class Selection(CollectorConfig):
    """Base of the `Config` of a collector that finds what it samples by name: disks, interfaces, queues.

    `exclude = ["*"]` together with `include` samples exactly what is named.
    """

    include: tuple[str, ...] = Field(
        default=(), description="names or patterns (such as dm-*) that are sampled even when left out otherwise"
    )
    exclude: tuple[str, ...] = Field(default=(), description="names or patterns that are left out")

    def wants(self, name: str, usual: bool = True) -> bool:
        """Whether `name` is sampled; `usual` says whether it would be without any configuration."""
        if any(fnmatchcase(name, pattern) for pattern in self.include):
            return True
        return usual and not any(fnmatchcase(name, pattern) for pattern in self.exclude)
