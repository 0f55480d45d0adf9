"""Every bundled collector stands in docs/collectors.md, with its metrics and options as they are."""

import json
import re
from functools import cache
from pathlib import Path
from typing import cast

import pytest

from collectors import Collector, CollectorConfig
from dashboard.self_metrics import Vitals, self_collector
from tests.collected import bundled

PAGE = Path(__file__).parent.parent / "docs" / "collectors.md"
KINDS = [*bundled(), self_collector(cast(Vitals, None))]  # only its declarations are read


@cache
def sections() -> dict[str, str]:
    """The text of each collector's section."""
    parts = re.split(r"^### `(.+)`$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def metric_rows(kind: type[Collector]) -> list[str]:
    return [
        f"| `{metric.name}` | {metric.title} | {metric.drawn_unit or 'count'} "
        f"| {', '.join(f'`{label}`' for label in metric.labels or ()) or '-'} |"
        for metric in kind.metrics()
    ]


def option_rows(kind: type[Collector]) -> list[str]:
    common = CollectorConfig.model_fields
    return [
        f"| `{name}` | `{json.dumps(field.default)}` | {field.description} |"
        for name, field in kind.Config.model_fields.items()
        if name not in common
    ]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_collector_is_documented(kind: type[Collector]) -> None:
    """A section has a row for each metric and each option of its collector, and says how often it samples."""
    section = sections().get(kind.name, "")
    assert section, f"docs/collectors.md has no section for {kind.name}"
    for start in (*metric_rows(kind), *option_rows(kind)):
        assert any(line.startswith(start) for line in section.splitlines()), f"{PAGE} lacks the row: {start}"
    assert f"every {kind.every:g} s" in section
    assert ("off by default" in section) is (not kind.enabled)
    assert ("in the collector process" in section) is (kind.runs == "process")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_nothing_is_documented_that_does_not_exist(kind: type[Collector]) -> None:
    """A section has no row of a metric or option that its collector doesn't have."""
    rows = {line.split("|")[1].strip() for line in sections()[kind.name].splitlines() if line.startswith("| `")}
    real = {metric.name for metric in kind.metrics()} | set(kind.Config.model_fields)
    assert rows == {f"`{name}`" for name in real - set(CollectorConfig.model_fields)}


def test_no_section_is_of_a_collector_that_does_not_exist() -> None:
    """Every section belongs to a collector."""
    assert set(sections()) == {kind.name for kind in KINDS}


def test_the_common_options_are_documented() -> None:
    """What every collector's table may have is explained once."""
    page = PAGE.read_text("utf-8")
    for name, field in CollectorConfig.model_fields.items():
        assert f"| `{name}` | {field.description} |" in page
