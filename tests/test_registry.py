"""What a module offers, and who owns which name."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors import Collector, Gauge
from collectors.errors import Collision, PluginRefused
from collectors.registry import BUNDLED, Declaration, Registry, load_file, load_module
from tests.sinks import write_plugin


@pytest.fixture(autouse=True)
def _clean_imports() -> Iterator[None]:
    """What a test imports as a plugin is forgotten after it."""
    modules, path = set(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - modules:
        if name.startswith(("plotroom_plugin_", "helper_")):
            del sys.modules[name]
    sys.path[:] = path


def names(found: list[Declaration]) -> list[str]:
    return [one.name for one in found]


def test_functions_and_classes_of_a_file_are_its_collectors(tmp_path: Path) -> None:
    """What stands in a file's namespace and was made there is what it offers, in order."""
    path = write_plugin(
        tmp_path,
        "sensor.py",
        """
        from collectors import Collector, Gauge, metric
        from collectors.cpu import Cpu

        @metric("room.temperature", unit="°C", every=0.5)
        def temperature():
            "How warm it is."
            return 20

        class Broker(Collector):
            "Queues of   a broker."
            every = 2
            depth = Gauge("broker.depth", labels=["queue"])

        class _Hidden(Collector):
            name = "hidden"
            value = Gauge("hidden.value")
        """,
    )
    found = load_file(path)
    assert names(found) == ["room.temperature", "broker"]
    assert [one.every for one in found] == [0.5, 2]
    assert [one.help for one in found] == ["How warm it is.", "Queues of a broker."]
    assert found[1].metrics[0].labels == ("queue",)


def test_a_base_class_of_the_same_file_is_not_offered(tmp_path: Path) -> None:
    """A class without metrics that others of the file build upon is no collector itself."""
    path = write_plugin(
        tmp_path,
        "bases.py",
        """
        from collectors import Collector, Gauge

        class Base(Collector):
            pass

        class Real(Base):
            value = Gauge("real.value")
        """,
    )
    assert names(load_file(path)) == ["real"]


def test_a_folder_with_helpers_is_a_plugin(tmp_path: Path) -> None:
    """A package may import its own modules, and a file the ones beside it."""
    folder = tmp_path / "pack"
    write_plugin(folder, "parts.py", "UNIT = 'V'")
    write_plugin(
        folder,
        "__init__.py",
        "from .parts import UNIT\nfrom collectors import metric\n@metric('p.one', unit=UNIT)\ndef one(): return 1",
    )
    write_plugin(tmp_path, "helper_of_test.py", "UNIT = 'A'")
    path = write_plugin(
        tmp_path,
        "single.py",
        "from helper_of_test import UNIT\nfrom collectors import metric\n@metric('s.one', unit=UNIT)\n"
        "def one(): return 1",
    )
    assert load_file(folder)[0].metrics[0].unit == "V"
    assert load_file(path)[0].metrics[0].unit == "A"


def test_a_quick_edit_is_seen(tmp_path: Path) -> None:
    """An edit within the same second that keeps the size is not hidden by cached bytecode, and none is left."""
    for value in ("aa", "bb"):
        path = write_plugin(
            tmp_path, "quick.py", f"from collectors import metric\n@metric('q.{value}')\ndef f(): return 1"
        )
        assert names(load_file(path)) == [f"q.{value}"]
    assert not (tmp_path / "__pycache__").exists()


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("x = 1\ny = = 2\n", 2, "SyntaxError"),
        ("import os\n\nimport no_such_module\n", 3, "ModuleNotFoundError: No module named 'no_such_module'"),
        ("def f():\n    raise ValueError('odd')\nf()\n", 2, "ValueError: odd"),
        ("import sys\nsys.exit(3)\n", 2, "SystemExit: 3"),
        ("raise KeyboardInterrupt\n", 1, "KeyboardInterrupt"),
        ("from collectors import metric\n@metric('Room Temp')\ndef f(): pass\n", 2, "try 'room_temp'"),
        ("from collectors import metric\n@metric('a.b', unit='kb')\ndef f(): pass\n", 2, "give the value in 'bytes'"),
        ("x = 1\n", None, "has no collector"),
        ("from collectors import Collector\nclass A(Collector): pass\n", None, "collector 'a' declares no metric"),
        (
            "from collectors import metric\n@metric('a.b')\ndef f(): pass\n@metric('a.b')\ndef g(): pass\n",
            None,
            "is already taken by",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int | None, why: str
) -> None:
    """The refusal names the file, the line when there is one, and what is wrong."""
    path = tmp_path / "broken.py"
    path.write_text(text)
    with pytest.raises((PluginRefused, Collision)) as caught:
        load_file(path)
    assert why in str(caught.value)
    assert str(path) in str(caught.value)
    if isinstance(caught.value, PluginRefused):
        assert caught.value.line == line
    assert "plotroom_plugin_broken" not in sys.modules or line is None


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """The refusal says that it can't be read."""
    with pytest.raises(PluginRefused, match="can't be read: No such file"):
        load_file(tmp_path / "nowhere.py")


@pytest.mark.parametrize("module", BUNDLED)
def test_bundled_modules_offer_collectors(module: str) -> None:
    """Each module of the list offers at least one collector with help for each metric's family."""
    found = load_module(module)
    assert all(one.metrics and one.help for one in found)


def test_bundled_names_do_not_collide() -> None:
    """All bundled collectors fit into one registry."""
    registry = Registry()
    for module in BUNDLED:
        registry.add(load_module(module), module)


def test_a_module_that_is_not_there_is_refused() -> None:
    """The refusal names the module."""
    with pytest.raises(PluginRefused, match="no_such_collectors: ModuleNotFoundError"):
        load_module("no_such_collectors")


class Depth(Collector):
    """A collector."""

    depth = Gauge("queue.depth", labels=["queue"], limits=(0, None), figure={"data": [{"type": "bar"}]})


class Other(Collector):
    """Another one, with a metric of the same name."""

    depth = Gauge("queue.depth")


def test_a_collision_names_both_culprits_and_takes_nothing() -> None:
    """The earlier stays, the later is refused whole, and gets its names when the earlier is gone."""
    registry = Registry()
    registry.add([Declaration.of(Depth)], "first.py")
    with pytest.raises(Collision) as caught:
        registry.add([Declaration.of(Other)], "second.py")
    assert str(caught.value) == (
        "metric 'queue.depth' of second.py is already taken by first.py; rename one of the two"
    )
    registry.remove("first.py")
    registry.add([Declaration.of(Other)], "second.py")


def test_a_declaration_survives_the_way_to_another_process() -> None:
    """What is sent of a declaration is all of it but the class, figure included."""
    before = Declaration.of(Depth)
    after = Declaration.from_dict(json.loads(json.dumps(before.as_dict())))
    assert after.kind is None
    assert after.metrics == before.metrics
    assert after.metrics[0].figure == {"data": [{"type": "bar"}]}
    assert (after.name, after.help, after.every, after.streams) == (before.name, before.help, before.every, False)
