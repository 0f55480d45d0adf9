"""Declarations of metrics and the names of series."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.errors import InvalidDeclaration
from collectors.metric import MAX_LABEL_VALUE, Metric, Series, clean_label


@pytest.mark.parametrize("name", ["room.temperature", "load", "system.cpu_core", "a1.b2.c3", "system.1min"])
def test_names_that_follow_the_grammar(name: str) -> None:
    """Lower-case words joined by dots are names; the first word is the family."""
    declared = Metric(name)
    assert declared.family == name.split(".")[0]
    assert declared.title == name


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Room.Temperature", "try 'room.temperature'"),
        ("room temperature", "try 'room_temperature'"),
        ("room..x", "lower-case words"),
        (".x", "try 'x'"),
        ("", "lower-case words"),
        ("x" * 121, "at most 120"),
        ("<img src=x>", "try 'img_src_x'"),
        ("__proto__", "try 'proto'"),
    ],
)
def test_names_that_do_not(name: str, hint: str) -> None:
    """Any other name is refused with a valid one to take instead."""
    with pytest.raises(InvalidDeclaration) as caught:
        Metric(name)
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "rate"}, "gauge, counter"),
        ({"chart": "pie"}, "line, area, stacked"),
        ({"labels": ("Disk",)}, "lower-case"),
        ({"labels": ("disk", "disk")}, "twice"),
        ({"unit": "kB"}, "'bytes'"),
        ({"family": "Room Sensors"}, "one lower-case word"),
    ],
)
def test_wrong_declarations_say_what_is_valid(change: dict[str, object], says: str) -> None:
    """A wrong kind, chart, label or unit is refused with the valid ones."""
    with pytest.raises(InvalidDeclaration) as caught:
        Metric("a.b", **change)  # type: ignore[arg-type]  # wrong on purpose
    assert says in str(caught.value)


def test_a_counter_is_drawn_per_second() -> None:
    """The unit of a counter's chart is its unit per second, or the one it declares."""
    assert Metric("net.bytes", unit="bytes", kind="counter").drawn_unit == "bytes/s"
    assert Metric("disk.busy", unit="s", kind="counter", rate_unit="%").drawn_unit == "%"
    assert Metric("disk.used", unit="bytes").drawn_unit == "bytes"


def test_a_series_is_named_by_its_values() -> None:
    """A legend calls a series by its label values in declared order."""
    assert Series((("disk", "vda"), ("direction", "read"))).name == "vda read"
    assert Series().name == ""


@given(st.text())
def test_label_values_can_always_be_shown(text: str) -> None:
    """Whatever a label value is, what is kept has no control characters and an upper bound."""
    clean = clean_label(text)
    assert len(clean) <= MAX_LABEL_VALUE
    assert clean.encode("utf-8").decode("utf-8") == clean
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in clean)


def test_metrics_with_other_figures_are_other_metrics() -> None:
    """A change of nothing but the figure is a change of the metric, so that a reload is seen."""
    one, same, other = (Metric("a.b", figure={"data": [], "layout": {"height": height}}) for height in (1, 1, 2))
    assert one == same
    assert one != other
    assert one.figure_id == same.figure_id != other.figure_id
    assert Metric("a.b").figure_id == ""
