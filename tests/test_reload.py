"""Plugins and settings that change while the server runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.sampling.scheduler import Scheduler
from dashboard.sampling.watch import GONE, Watch, changed, read_tables
from dashboard.settings import Settings
from dashboard.tasks import threads
from tests.sinks import QUICK, RememberingSink, write_plugin


class House:
    """A scheduler on a folder of plugins and a plotroom.toml."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.sink = RememberingSink()
        self.scheduler: Scheduler | None = None

    def start(self, **given: Any) -> None:
        settings = Settings(config=self.home / "plotroom.toml", data_dir=self.home / "data", **given)
        self.scheduler = Scheduler(settings, self.sink, threads(), limits=QUICK, bundled=())
        self.scheduler.start()

    def plugin(self, name: str, value: object, metric: str = "") -> Path:
        """A plugin file whose one metric, named as the file, has `value`."""
        metric = metric or f"{name}.value"
        text = f"from collectors import metric\n@metric({metric!r}, every=0.05)\ndef value(): return {value}\n"
        return write_plugin(self.home / "plugins", f"{name}.py", text)

    def settings(self, text: str) -> None:
        write_plugin(self.home, "plotroom.toml", text)

    def stop(self) -> None:
        if self.scheduler is not None:
            self.scheduler.stop()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house that is stopped at the end."""
    one = House(tmp_path)
    yield one
    one.stop()


def test_a_changed_file_takes_over(house: House) -> None:
    """An edited plugin goes on under the same names with its new code; no other job is touched."""
    house.plugin("one", 1)
    house.plugin("two", 10)
    house.start()
    house.sink.wait_values("one.value")
    house.sink.wait_values("two.value")
    house.plugin("one", 2)
    house.sink.wait_for(lambda: 2.0 in house.sink.values("one.value"))
    assert house.sink.retired == []
    assert house.sink.declarations.count("one.value") == 2
    assert house.sink.declarations.count("two.value") == 1
    one, other = [[b.series for b in house.sink.batches if b.metric == "one.value"][at] for at in (0, -1)]
    assert one == other
    assert sorted(house.sink.values("one.value")) == house.sink.values("one.value")


def test_a_file_that_does_not_import_is_shown_and_the_old_one_goes_on(house: House) -> None:
    """The error stands there with its line until the file is right again; samples never stop."""
    path = house.plugin("one", 1)
    house.start()
    house.sink.wait_values("one.value")
    write_plugin(path.parent, "one.py", "from collectors import metric\n\ndef broken(:\n")
    state = house.sink.wait_state("plugins/one.py", "failing", "line 3: SyntaxError")
    assert state.origin == str(path)
    seen = len(house.sink.values("one.value"))
    house.sink.wait_values("one.value", 5, after=seen)
    house.plugin("one", 3)
    house.sink.wait_for(lambda: 3.0 in house.sink.values("one.value"))
    assert house.sink.retired == ["plugins/one.py"]


def test_a_version_that_crashes_or_hangs_while_loading_does_not_take_over(house: House) -> None:
    """The old version goes on while the new one is tried again with back-off."""
    path = house.plugin("one", 1)
    house.start()
    house.sink.wait_values("one.value")
    write_plugin(path.parent, "one.py", "import os\nos._exit(5)\n")
    house.sink.wait_state("plugins/one.py", "failing", "exited with code 5")
    seen = len(house.sink.values("one.value"))
    house.sink.wait_values("one.value", 3, after=seen)


def test_a_version_that_takes_anothers_name_does_not_take_over(house: House) -> None:
    """A collision by an edit is refused like any other; the old version keeps its own names."""
    house.plugin("one", 1)
    house.plugin("two", 2)
    house.start()
    house.sink.wait_values("one.value")
    house.sink.wait_values("two.value")
    house.plugin("two", 3, metric="one.value")
    house.sink.wait_state("plugins/two.py", "failing", "already taken by")
    seen = len(house.sink.values("two.value"))
    house.sink.wait_values("two.value", 2, after=seen)
    assert 3.0 not in house.sink.values("one.value")


def test_a_new_file_appears_and_a_removed_one_is_gone(house: House) -> None:
    """Dropping a file into the folder starts it; removing it retires its metrics and frees its names."""
    house.start()
    path = house.plugin("one", 1)
    house.sink.wait_values("one.value")
    path.unlink()
    house.sink.wait_for(lambda: "one.value" in house.sink.retired)
    assert house.scheduler is not None
    house.plugin("other", 4, metric="one.value")
    house.sink.wait_for(lambda: 4.0 in house.sink.values("one.value"))
    assert not house.scheduler.problems


def test_a_collector_that_an_edit_removes_is_retired(house: House) -> None:
    """What the new version no longer declares leaves the catalog; what it still declares stays."""
    house.plugin("one", 1)
    write_plugin(
        house.home / "plugins",
        "pair.py",
        "from collectors import metric\n@metric('pair.a', every=0.05)\ndef a(): return 1\n"
        "@metric('pair.b', every=0.05)\ndef b(): return 1\n",
    )
    house.start()
    house.sink.wait_values("pair.a")
    house.sink.wait_values("pair.b")
    house.plugin("pair", 5, metric="pair.a")
    house.sink.wait_for(lambda: 5.0 in house.sink.values("pair.a"))
    assert house.sink.retired == ["pair.b"]


def test_a_helper_that_changes_reloads_the_plugin(house: House) -> None:
    """A module beside the plugin that it imports is a part of it."""
    folder = house.home / "plugins"
    write_plugin(folder, "_helper.py", "VALUE = 1")
    write_plugin(
        folder,
        "one.py",
        "import _helper\nfrom collectors import metric\n@metric('one.value', every=0.05)\n"
        "def one(): return _helper.VALUE",
    )
    house.start()
    house.sink.wait_values("one.value")
    write_plugin(folder, "_helper.py", "VALUE = 2")
    house.sink.wait_for(lambda: 2.0 in house.sink.values("one.value"))


def test_a_vanished_helper_reloads_the_plugin_once(house: House) -> None:
    """While the new version can't be loaded for want of its helper, it is tried once, and again when that is back."""
    folder = house.home / "plugins"
    helper = write_plugin(folder, "_gone.py", "VALUE = 1")
    write_plugin(
        folder,
        "one.py",
        "import _gone\nfrom collectors import metric\n@metric('one.value', every=0.05)\ndef one(): return _gone.VALUE",
    )
    house.start()
    house.sink.wait_values("one.value")
    helper.unlink()
    house.sink.wait_state("plugins/one.py", "failing", "No module named '_gone'")
    seen = len(house.sink.values("one.value"))
    house.sink.wait_values("one.value", 50, after=seen)  # 2.5 s: at least two more looks
    assert [state.errors for state in house.sink.states if state.collector == "plugins/one.py"] == [1]
    write_plugin(folder, "_gone.py", "VALUE = 2")
    house.sink.wait_for(lambda: 2.0 in house.sink.values("one.value"))


def test_files_that_come_and_go(tmp_path: Path) -> None:
    """A vanished file is seen as gone from then on; one that is no helper any more is left out."""
    path = write_plugin(tmp_path / "plugins", "one.py", "x = 1")
    helper = write_plugin(tmp_path / "plugins", "_helper.py", "x = 1")
    other = write_plugin(tmp_path / "plugins", "_other.py", "x = 1")
    watch = Watch([], [tmp_path / "plugins"], tmp_path / "p.toml")
    before = watch.look({path: [str(helper), str(other)]}).plugins[path]
    helper.unlink()
    after = watch.look({path: []}).plugins[path]
    assert changed(before, after)
    assert after.keys() == {str(path), str(helper)}
    assert not changed(after, watch.look({}).plugins[path])
    path.unlink()
    assert watch.look({path: [str(other)]}).plugins == {}


def test_what_is_installed_beside_a_plugin_is_not_its_own(tmp_path: Path) -> None:
    """Of a package with a virtual environment in it, only its own files are looked at."""
    pack = tmp_path / "plugins" / "pack"
    for folder in ("", "inner", ".venv/lib/python3/site-packages/big", "venv/lib/site-packages/big"):
        write_plugin(pack / folder, "__init__.py", "x = 1")
    found = Watch([pack], [], tmp_path / "p.toml").look({})
    assert found.plugins[pack].keys() == {str(pack / "__init__.py"), str(pack / "inner" / "__init__.py")}


CONFIGURED = """
from collectors import Collector, CollectorConfig, Gauge

class Configured(Collector):
    every = 0.05
    class Config(CollectorConfig):
        size: int = 1
    value = Gauge("configured.value")
    def collect(self):
        self.value.set(self.config.size)

class Other(Collector):
    every = 0.05
    value = Gauge("other.value")
    def collect(self):
        self.value.set(1)
"""


def test_a_changed_table_restarts_that_job_alone(house: House) -> None:
    """An edit of `[collectors.configured]` restarts it in the same process; its neighbour in the file goes on."""
    write_plugin(house.home / "plugins", "both.py", CONFIGURED)
    house.settings("[live]\n")
    house.start()
    house.sink.wait_values("configured.value")
    house.sink.wait_values("other.value")
    assert house.scheduler is not None
    before = house.scheduler.workers()
    house.settings("[collectors.configured]\nsize = 7\n")
    house.sink.wait_for(lambda: 7.0 in house.sink.values("configured.value"))
    assert house.scheduler.workers() == before
    assert not [s for s in house.sink.states if s.collector == "other" and s.state == "stopped"]
    assert house.sink.retired == []


def test_misconfigured_is_healed_by_the_table(house: House) -> None:
    """A collector that stopped over a wrong option starts when the option is right."""
    write_plugin(house.home / "plugins", "both.py", CONFIGURED)
    house.settings("[collectors.configured]\nsize = 'large'\n")
    house.start(collectors={"configured": {"size": "large"}})
    house.sink.wait_state("configured", "misconfigured", "size")
    house.settings("[collectors.configured]\nsize = 3\n")
    assert house.sink.wait_values("configured.value")[0] == 3.0


def test_switching_off_and_on_by_the_table(house: House) -> None:
    """`enabled` switches a running collector off, which ends its process, and on again."""
    house.plugin("one", 1)
    house.settings("")
    house.start()
    house.sink.wait_values("one.value")
    house.settings("[collectors.'one.value']\nenabled = false\n")
    house.sink.wait_state("one.value", "stopped", "switched off")
    seen = len(house.sink.values("one.value"))
    house.settings("[collectors.'one.value']\nenabled = true\nevery = 0.1\n")
    house.sink.wait_values("one.value", 2, after=seen)
    assert house.sink.declared["one.value"][0] == 0.1


def test_a_toml_that_cannot_be_read_is_shown_and_the_old_one_holds(house: House) -> None:
    """A broken plotroom.toml is a problem with its line; jobs go on, and it goes when the file is right."""
    house.plugin("one", 1)
    house.settings("")
    house.start()
    house.sink.wait_values("one.value")
    house.settings("[collectors.one\n")
    house.sink.wait_state("plotroom.toml", "failing", "line 1")
    seen = len(house.sink.values("one.value"))
    house.sink.wait_values("one.value", 2, after=seen)
    house.settings("")
    house.sink.wait_for(lambda: "plotroom.toml" in house.sink.retired)


def test_a_function_is_configured_by_its_dotted_name(house: House) -> None:
    """`[collectors.one.value]` is the table of the metric function `one.value`, also while it runs."""
    house.plugin("one", 1)
    house.start()
    house.sink.wait_values("one.value")
    house.settings("[collectors.one.value]\nenabled = false\n")
    house.sink.wait_state("one.value", "stopped", "switched off")


def test_settings_that_wait_for_the_next_start_are_named(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """A setting outside the collectors' tables that is changed while running is said to need a start, once."""
    current = Settings(config=house.home / "plotroom.toml", data_dir=house.home / "data")
    changed_to = current.model_copy(update={"history": current.history.model_copy(update={"retention": 60.0})})
    house.settings("")
    house.scheduler = Scheduler(current, house.sink, threads(), (), lambda: changed_to, limits=QUICK, bundled=())
    house.scheduler.start()
    house.sink.wait_for(lambda: house.scheduler is not None and house.scheduler.settled)
    for text in ("# changed", "# changed again"):
        house.settings(text)
        house.sink.wait_for(lambda: "history.retention takes effect at the next start" in caplog.text)
    assert caplog.text.count("history.retention") == 1


def test_what_is_a_plugin(tmp_path: Path) -> None:
    """Python files and packages of a folder are plugins, but not private and hidden ones; named ones always."""
    for name in ("a.py", "_b.py", ".c.py", "d.txt"):
        write_plugin(tmp_path / "plugins", name, "x = 1")
    write_plugin(tmp_path / "plugins" / "pack", "__init__.py", "x = 1")
    write_plugin(tmp_path / "plugins" / "no_pack", "x.py", "x = 1")
    named = write_plugin(tmp_path, "_named.py", "x = 1")
    watch = Watch([named, tmp_path / "plugins"], [tmp_path / "plugins", tmp_path / "nowhere"], tmp_path / "p.toml")
    found = watch.look({})
    assert [path.name for path in found.plugins] == ["_named.py", "a.py", "pack"]
    assert found.config is None
    assert watch.missing() == []


def test_what_is_a_change() -> None:
    """Another stamp or a file that is gone is a change; one that joins or leaves the plugin by itself is not."""
    assert changed({"a": (1, 1, 1)}, {"a": (2, 1, 1)})
    assert changed({"a": (1, 1, 1), "b": (1, 1, 1)}, {"a": (1, 1, 1), "b": GONE})
    assert not changed({"a": (1, 1, 1), "b": (1, 1, 1)}, {"a": (1, 1, 1)})
    assert not changed({"a": (1, 1, 1)}, {"a": (1, 1, 1), "b": (1, 1, 1)})


@pytest.mark.parametrize("text", ["collectors = 3", "[collectors]\ncpu = 3", "x = ", "[collectors.a]\n[collectors.a]"])
def test_tables_that_are_none(tmp_path: Path, text: str) -> None:
    """A file that is no TOML, or options that are no tables, are refused with the file's name."""
    path = tmp_path / "plotroom.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"plotroom\.toml"):
        read_tables(path)


def test_tables_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    """No file means no options."""
    assert read_tables(tmp_path / "plotroom.toml") == {}
