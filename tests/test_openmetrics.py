"""The OpenMetrics exposition, read back by Prometheus' own parser."""

from __future__ import annotations

import math
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from collectors.units import UNITS
from dashboard.web.openmetrics import CONTENT_TYPE, Family, render, spelled_unit

PrometheusFamily = Any  # prometheus_client's parser ships no types


def families(text: str) -> list[PrometheusFamily]:
    """The families of an exposition."""
    return list(text_string_to_metric_families(text))  # type: ignore[no-untyped-call]  # it ships no types


Found = dict[str, dict[tuple[tuple[str, str], ...], float]]


def read(*given: Family) -> Found:
    """Samples by family and labels, as Prometheus understands them."""
    return {
        found.name: {tuple(sorted(one.labels.items())): one.value for one in found.samples}
        for found in families(render(given))
    }


def test_values_are_read_back_exactly() -> None:
    """Every finite value comes back as the same float, with its labels."""
    values = (0.0, -1.5, 1e-300, 1.7976931348623157e308, 0.1 + 0.2, 12345678901234567.0)
    family = Family("system.cpu", "%", "CPU", [((("n", str(place)),), value) for place, value in enumerate(values)])
    found = read(family)["plotroom_system_cpu_percent"]
    assert [found[(("n", str(place)),)] for place in range(len(values))] == list(values)


def test_gaps_are_left_out() -> None:
    """A NaN is no value; a family of nothing but gaps has no samples."""
    assert read(Family("a", "", "", [((), math.nan)])) == {"plotroom_a": {}}


@pytest.mark.parametrize("text", ['a"b', "a\\b", "a\nb", "\\n", '\\"', "µ漢😀", "{x=1} # EOF", ""])
def test_any_text_survives(text: str) -> None:
    """Quotes, backslashes and line ends in labels and help are escaped."""
    out = render([Family("a", "", text, [((("label", text),), 1.0)])])
    [found] = families(out)
    assert found.samples[0].labels == {"label": text}
    assert found.documentation == text


@pytest.mark.parametrize(
    ("given", "read_as"),
    [("a-b", "a_b"), ("5x", "_5x"), ("", "_"), ("__name__", "_name__"), ('x"} 1\n# EOF', "x___1___EOF"), ("ü", "_")],
)
def test_any_name_of_a_label_is_made_valid(given: str, read_as: str) -> None:
    """What may not stand in the name of a label is a `_`, and nothing gets out of its place in the text."""
    [found] = families(render([Family("a", "", "", [(((given, "1"),), 1.0)])]))
    assert [one.labels for one in found.samples] == [{read_as: "1"}]


def test_labels_of_a_sample_stay_apart() -> None:
    """Names that differ only in what the format can't show are different names."""
    labels = (("a-b", "1"), ("a.b", "2"), ("a_b", "3"))
    assert read(Family("a", "", "", [(labels, 1.0)])) == {
        "plotroom_a": {(("a_b", "1"), ("a_b_", "2"), ("a_b__", "3")): 1}
    }


@pytest.mark.parametrize("unit", [*UNITS, "messages", "open files", "requests/s", "errors/min"])
def test_every_unit_is_spelled(unit: str) -> None:
    """A unit becomes letters at the end of the name, as the specification asks."""
    [found] = families(render([Family("some.thing", unit, "", [((), 1.0)])]))
    assert found.unit == spelled_unit(unit)
    assert found.name.endswith(found.unit)


def test_no_name_comes_twice() -> None:
    """Metrics whose names differ only in what the format can't show stay apart."""
    found = read(*(Family(name, "", "", [((), 1.0)]) for name in ("a.b_c", "a_b.c", "a.b.c")))
    assert len(found) == 3


def test_units_are_not_said_twice() -> None:
    """A metric whose name has its unit at the end keeps its name."""
    assert list(read(Family("disk.bytes", "bytes", "", [((), 1.0)]))) == ["plotroom_disk_bytes"]


def test_it_ends_as_it_must() -> None:
    """Without any metric it is still a whole exposition."""
    assert render([]) == "# EOF\n"
    assert "application/openmetrics-text; version=1.0.0" in CONTENT_TYPE
