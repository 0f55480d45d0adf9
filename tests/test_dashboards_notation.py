"""Tests of dashboard/dashboards/notation.py: JSON and TOML say the same, and reading and writing adds nothing."""

from __future__ import annotations

import tomllib
from typing import Any, get_args

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.dashboards.document import Dashboard, Kind, as_bytes
from dashboard.dashboards.notation import FORMS, Form, parse, write
from dashboard.dashboards.refusal import Wrong, read

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=40)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
METRICS = st.lists(NAMES, min_size=1, max_size=3).map(".".join)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXT.filter(lambda text: "<" not in text)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)
TRACES = st.dictionaries(TEXT.filter(lambda key: key != "type"), JSON, max_size=4)
FIGURES = st.fixed_dictionaries(
    {"data": st.lists(TRACES, min_size=1, max_size=3)},
    optional={"layout": st.dictionaries(TEXT.filter(lambda key: key != "template"), JSON, max_size=4)},
)  # fmt: skip


@st.composite
def panels(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(get_args(Kind)))
    panel: dict[str, Any] = {"kind": kind, "w": draw(st.integers(1, 12)), "h": draw(st.integers(1, 20))}
    if kind == "text":
        panel["text"] = draw(TEXT)
    elif kind == "figure":
        panel |= {"figure": draw(FIGURES), "bind": draw(st.dictionaries(NAMES, METRICS, max_size=3))}
    else:
        levels = draw(st.lists(NUMBERS, max_size=3, unique_by=float))
        panel |= {
            "metric": draw(METRICS),
            "thresholds": [{"value": one, "level": "warn"} for one in sorted(levels)],
            "only": draw(st.dictionaries(NAMES, st.lists(TEXT, min_size=1, max_size=3), max_size=3)),
            "range": [draw(st.none() | st.floats(-9, -1)), draw(st.none() | st.integers(0, 9))],
            "log": draw(st.booleans()),
            "compare": draw(st.none() | st.integers(1, 9999)),
        }
    return panel | {"title": draw(st.none() | LINES), "repeat": draw(st.none() | NAMES)}


@st.composite
def dashboards(draw: st.DrawFn) -> Dashboard:
    names = draw(st.lists(NAMES, max_size=3, unique=True))
    variables = [
        {"name": name, "metric": draw(METRICS), "of": draw(NAMES), "multi": draw(st.booleans())} for name in names
    ]
    title = draw(LINES.filter(str.strip))
    return read(
        {"slug": draw(NAMES), "title": title, "description": draw(TEXT), "variables": variables,
         "panels": draw(st.lists(panels(), max_size=4))}
    )  # fmt: skip


@given(dashboards(), st.sampled_from(FORMS), st.sampled_from(FORMS))
@settings(deadline=None, max_examples=150)
def test_both_forms_say_the_same(dashboard: Dashboard, first: Form, second: Form) -> None:
    """Written and read, in either form and from one to the other, a dashboard is the same; its text is, too."""
    text = write(dashboard, first)
    back = parse(text.encode(), first)
    assert as_bytes(back) == as_bytes(dashboard)
    assert write(back, first) == text
    across = parse(write(back, second).encode(), second)
    assert write(across, first) == text


def test_toml_is_as_people_write_it() -> None:
    """Defaults are left out, whole numbers stay whole, texts of several lines and figures are laid out."""
    rose = {
        "data": [{"type": "barpolar", "r": [1, None], "marker": {"color": "red"}}],
        "layout": {"title": {"text": "x"}},
    }
    levels = [{"value": 80, "level": "warn"}]
    made = read(
        {
            "slug": "web", "title": "Web", "variables": [{"name": "host", "metric": "a.b", "of": "host"}],
            "panels": [
                {"metric": "a.b", "thresholds": levels, "only": {"host": ["$host"]}, "range": [0, None]},
                {"kind": "text", "text": 'one "two"\n"""three"""\n'},
                {"kind": "figure", "figure": rose, "bind": {"r": 'a.b{host="x"}'}},
            ],
        }
    )  # fmt: skip
    text = write(made, "toml")
    assert (
        text
        == '''\
slug = "web"
title = "Web"

[[variables]]
name = "host"
metric = "a.b"
of = "host"

[[panels]]
id = "p1"
metric = "a.b"
x = 0
y = 0
w = 6
h = 4
only = { host = ["$host"] }
range = [0, nan]
thresholds = [{ value = 80, level = "warn" }]

[[panels]]
id = "p2"
kind = "text"
x = 6
y = 0
w = 6
h = 4
text = """
one "two"
\\"\\"\\"three\\"\\"\\"
"""

[[panels]]
id = "p3"
kind = "figure"
x = 0
y = 4
w = 6
h = 4
bind = { r = "a.b{host=\\"x\\"}" }

[[panels.figure.data]]
type = "barpolar"
r = [1, nan]
marker = { color = "red" }

[panels.figure.layout]
title = { text = "x" }
'''
    )
    assert tomllib.loads(text)["panels"][1]["text"] == made.panels[1].text
    assert orjson.loads(write(made, "json"))["panels"][2]["figure"] == rose


@pytest.mark.parametrize(("text", "form"), [('{"title": "Web"}', "json"), ('title = "Web"\r\n', "toml")])
def test_what_editors_of_windows_write_is_read(text: str, form: Form) -> None:
    """A mark at the beginning, and line ends of two characters, are no part of a dashboard."""
    assert parse(text.encode("utf-8-sig"), form, "web").title == "Web"


@pytest.mark.parametrize(
    ("text", "form", "sentence"),
    [
        (b"{", "json", "it is no valid JSON"),
        (b"a = ", "toml", "it is no valid TOML"),
        (b"\xff", "toml", "it is no text in UTF-8"),
        (b"[]", "json", "a dashboard is an object"),
        (b"title = 1979-05-27", "toml", "1979-05-27 is a date of TOML; write it in quotes"),
        (b"[" * 100_000, "json", "it is"),
    ],
)
def test_what_is_no_dashboard_is_refused(text: bytes, form: Form, sentence: str) -> None:
    """A text that can't be read is refused by a sentence."""
    with pytest.raises(Wrong, match=sentence):
        parse(text, form, "web")
