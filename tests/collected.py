"""What collectors gave, in a form that a test can compare, and the list of the bundled ones."""

from __future__ import annotations

import importlib
import pkgutil

import collectors
from collectors import Batch, Collector

#: Modules of the package that are no collectors; some of them start things when imported as a program.
CORE = {"base", "worker"}

Values = dict[str, dict[str, float]]


def readings(batches: list[Batch]) -> Values:
    """The last value of each series, by metric and by the name that a legend shows."""
    return {
        batch.metric: {series.name: row[-1] for series, row in zip(batch.series, batch.values.tolist(), strict=True)}
        for batch in batches
    }


def collected(collector: Collector) -> Values:
    """The values of one collect."""
    collector.collect()
    return readings(collector.drain(1_000))


def bundled() -> list[type[Collector]]:
    """Every collector class of the package, whether the registry lists it or not."""
    kinds: list[type[Collector]] = []
    for module in pkgutil.iter_modules(collectors.__path__, "collectors."):
        if module.name.removeprefix("collectors.") in CORE:
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, Collector) and value.__module__ == module.name:
                kinds.append(value)
    return kinds
