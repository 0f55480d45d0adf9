"""What holds for every bundled collector."""

import ast
import inspect
import math
import time
from pathlib import Path

import pytest

from collectors import Collector, Unavailable
from collectors.sampler import Sampler
from tests.collected import bundled

KINDS = bundled()
FAMILIES = {"system", "cpu", "memory", "disks", "network", "processes", "demo"}
#: What a bundled collector may import of this package: the public address, and nouns that are no collectors.
PUBLIC = {"collectors", "collectors.process_table"}
#: Seconds of processor that one collect in the server may take here; every other one waits for it.
CHEAP = 0.05


def imported(module: Path) -> set[str]:
    """The modules of this package that `module` imports."""
    found = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found |= {name for name in names if name.partition(".")[0] == "collectors"}
    return found


def test_names_are_used_once() -> None:
    """No two bundled collectors, and no two of their metrics, have the same name."""
    names = [kind.name for kind in KINDS]
    metrics = [metric.name for kind in KINDS for metric in kind.metrics()]
    assert len(names) == len(set(names))
    assert len(metrics) == len(set(metrics))
    assert {"cpu", "memory", "disks", "network", "processes", "filesystems", "random_walk"} <= set(names)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_metric_can_be_read_by_people(kind: type[Collector]) -> None:
    """Each collector has a sentence; each metric has a title in words, a sentence of help and a known family."""
    assert inspect.getdoc(kind)
    for metric in kind.metrics():
        assert metric.title[0].isupper()
        assert not {".", "_"} & set(metric.title)
        assert metric.help
        assert metric.family in FAMILIES
        assert metric.labels is not None


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_bundled_collectors_use_the_public_door(kind: type[Collector]) -> None:
    """A bundled collector needs nothing that a plugin could not have, and knows no other collector."""
    assert imported(Path(inspect.getfile(kind))) <= PUBLIC


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_collector_works_on_this_machine_or_says_why_not(kind: type[Collector]) -> None:
    """Collects give finite values or gaps, of declared metrics, cheaply where they run in the server."""
    sampler = Sampler(kind)
    try:
        sampler.open()
    except Unavailable as error:
        pytest.skip(error.reason)
    declared = {metric.name for metric in kind.metrics()}
    spent: list[float] = []
    for tick in (1_000, 2_000, 3_000, 4_000):
        began = time.thread_time()
        batches = sampler.collect(tick)
        spent.append(time.thread_time() - began)
        assert batches
        for batch in batches:
            assert batch.metric in declared
            assert batch.times.tolist() == [tick]
            assert not any(math.isinf(value) for value in batch.values.flat)
            assert len(set(batch.series)) == len(batch.series)
    if kind.runs == "inline":
        assert min(spent) < CHEAP  # what it costs, it costs each time
    sampler.close()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_collector_may_be_opened_again(kind: type[Collector]) -> None:
    """Closing and opening again is as good as new."""
    for _ in range(2):
        sampler = Sampler(kind)
        try:
            sampler.open()
        except Unavailable as error:
            pytest.skip(error.reason)
        assert sampler.collect(1_000)
        sampler.close()
