"""docs/pitfalls.md: each trap has a test that is there; those that had none have theirs here."""

from __future__ import annotations

import ast
import re

import pytest

from collectors.metric import CHARTS, Metric
from dashboard.web.figures import figure
from tests.house import House
from tests.server import ROOT

TEXT = (ROOT / "docs" / "pitfalls.md").read_text(encoding="utf-8")
TRAPS = {part.partition("\n")[0]: part for part in re.split(r"^### ", TEXT, flags=re.MULTILINE)[1:]}
SCRIPTS = ROOT / "static" / "js"
#: What sends, by the names under which the server's parts have it.
SENDING = {"emit", "notice", "publish", "send", "stand", "tell"}


@pytest.mark.parametrize("trap", TRAPS)
def test_each_trap_is_told_in_full(trap: str) -> None:
    """Symptom, cause, what Plotroom does, and which test holds it, in this order."""
    words = re.findall(r"\*\*(.*?)\*\*", TRAPS[trap])
    assert words == ["Symptom.", "Cause.", "Plotroom.", "Held by"]


@pytest.mark.parametrize("trap", TRAPS)
def test_every_test_that_is_named_exists(trap: str) -> None:
    """The tests behind "Held by" are in the files that are named, the Python ones as functions."""
    held = TRAPS[trap].partition("**Held by**")[2]
    python = re.findall(r"`(tests/\w+\.py)::(\w+)`", held)
    scripts = re.findall(r'`(tests/js/[\w.]+)` "([^"]+)"', held)
    assert python or scripts
    assert len(python) + len(scripts) == held.count("`tests/")
    for file, name in python:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, f"{file} has no {name}"
    for file, name in scripts:
        assert f'test("{name}' in (ROOT / file).read_text(encoding="utf-8"), f'{file} has no "{name}"'


def test_nothing_emits_from_a_native_thread() -> None:
    """No function that is handed to a native thread is one that sends."""
    found = []
    for path in sorted((ROOT / "dashboard").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args and _name(node.func) in ("native", "_native")):
                continue
            inside = [_name(one) for one in ast.walk(node.args[0])]
            found += [f"{path.name}:{node.lineno}" for name in inside if name in SENDING]
    assert found == []


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_no_trace_is_extended() -> None:
    """The page's own modules call none of Plotly's functions that look cheap and are not."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(SCRIPTS.rglob("*.js")))
    assert not re.search(r"\b(extendTraces|prependTraces|restyle)\(", text)


@pytest.mark.parametrize("chart", [*CHARTS, None])
def test_no_chart_takes_a_webgl_context(chart: str | None) -> None:
    """No kind of chart is drawn by a trace of WebGL."""
    made = figure(Metric("a.b", chart=chart, labels=None))  # type: ignore[arg-type]  # a table of texts
    both = [made, *filter(None, [made["layout"]["meta"].get("array")])]
    assert not [trace["type"] for one in both for trace in one["data"] if re.search(r"gl$|3d$|surface", trace["type"])]


def test_nothing_is_sent_to_a_cloud() -> None:
    """Plotly is told to offer no upload, and shows no bar in which it could be."""
    text = (SCRIPTS / "plot.js").read_text(encoding="utf-8")
    for word in ("displayModeBar: false", "displaylogo: false", "showSendToCloud: false"):
        assert word in text


def test_charts_watch_their_own_size() -> None:
    """Plotly listens to no window; a chart observes its own element."""
    assert "responsive: false" in (SCRIPTS / "plot.js").read_text(encoding="utf-8")
    assert "new ResizeObserver(" in (SCRIPTS / "components" / "charted.js").read_text(encoding="utf-8")


def test_no_component_holds_samples() -> None:
    """No typed array is made in a component or in the page's reactive state."""
    files = [*sorted((SCRIPTS / "components").glob("*.js")), SCRIPTS / "state.js"]
    assert len(files) > 5
    assert [path.name for path in files if re.search(r"\bFloat(32|64)Array\b", path.read_text(encoding="utf-8"))] == []


def test_there_is_no_message_queue() -> None:
    """What is emitted goes to the clients of this server, without a detour."""
    house = House()
    assert house.socketio.server.manager is house.fanout
    assert "message_queue" not in "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "dashboard").rglob("*.py")
    )
