"""Settings: one table, four sources, and one line for whatever is wrong."""

from __future__ import annotations

import itertools
import os
import tomllib
from pathlib import Path

import pytest

from dashboard.cli.table import as_markdown, as_toml
from dashboard.collector_tables import Tables, of_nobody, tables_of
from dashboard.errors import SettingsError
from dashboard.settings import Settings
from dashboard.settings_sources import changed_settings, load, table
from tests.server import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def write(folder: Path, text: str, name: str = "plotroom.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def fault(folder: Path, arguments: dict[str, object] | None = None, **environ: str) -> str:
    """The line that a wrong setting gives."""
    with pytest.raises(SettingsError) as caught:
        load(arguments, environ, folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_anything_the_defaults_hold(folder: Path) -> None:
    """No file, no variable and no argument give the documented defaults."""
    settings = load({}, {}, folder)
    assert (settings.host, settings.port, settings.base_path) == ("127.0.0.1", 8420, "")
    assert settings.history.retention == 48 * 3600
    assert settings.live.max_clients == 8192
    assert settings.sampling.max_memory == 512 * 2**20


def test_later_sources_win(folder: Path) -> None:
    """Defaults are overruled by the file, the file by the environment, the environment by arguments."""
    write(folder, "port = 1001\n[live]\nmax_rooms = 1\n[history]\nmax_series = 1")
    environ = {"PLOTROOM_PORT": "1002", "PLOTROOM_LIVE_MAX_ROOMS": "2"}
    settings = load({"port": "1003"}, environ, folder)
    assert (settings.port, settings.live.max_rooms, settings.history.max_series) == (1003, 2, 1)


def test_every_row_can_come_from_every_source(folder: Path) -> None:
    """Each setting of the table is accepted with its default from the file, the environment, and as an argument."""
    defaults = Settings(data_dir=folder)
    for row in table():
        if row.name == "config":
            continue
        value = tomllib.loads(f"x = {row.here}")["x"]
        text = ",".join(value) if isinstance(value, list) else str(value)
        for settings in (load({row.name: value}, {}, folder), load({}, {row.env: text}, folder)):
            if row.name != "data_dir":
                assert value_of(settings, row.name) == value_of(defaults, row.name), row.name
        if row.in_file:
            first, _, rest = row.name.partition(".")
            line = f"[{first}]\n{rest} = {row.here}" if rest else f"{first} = {row.here}"
            assert value_of(load({"config": write(folder, line, "one.toml")}, {}, folder), row.name) is not None


def value_of(settings: Settings, name: str) -> object:
    found: object = settings
    for part in name.split("."):
        found = getattr(found, part)
    return found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prot = 1", ("prot in plotroom.toml", "'port'")),
        ("[live]\nmax_client = 1", ("live.max_client in plotroom.toml", "'live.max_clients'")),
        ("max_clients = 1", ("max_clients in plotroom.toml", "'live.max_clients'")),
        ("port = 'abc'", ("port in plotroom.toml", "'abc'", "integer", "8420")),
        ("port = true", ("port in plotroom.toml", "true", "8420")),
        ("port = 70000", ("port in plotroom.toml", "70000", "65535")),
        ("host = 5", ("host in plotroom.toml", "5", "string")),
        ("plugin = 'a.py'", ("plugin in plotroom.toml", "'a.py'")),
        ("live = 1", ("live in plotroom.toml", "[live]")),
        ("collectors = 1", ("collectors in plotroom.toml", "[collectors.NAME]")),
        ("[collectors]\ncpu = 1", ("collectors.cpu in plotroom.toml", "[collectors.cpu]")),
        ("config = 'x'", ("config in plotroom.toml", "--config")),
        ("port = = 1", ("plotroom.toml", "TOML", "line 1")),
        ("base_path = 'a b'", ("base_path in plotroom.toml", '"/plotroom"')),
        ("allowed_hosts = ['http://x']", ("allowed_hosts in plotroom.toml", "'http://x'")),
        ("allowed_origins = ['x']", ("allowed_origins in plotroom.toml", "'x'")),
        ("embed_origins = ['https://a;sandbox']", ("embed_origins in plotroom.toml", "'https://a;sandbox'")),
        ("embed_origins = ['https://*.example.org']", ("embed_origins in plotroom.toml", "https://example.org:8443")),
        ("embed_origins = ['https://b\u00fccher.example']", ("embed_origins in plotroom.toml", "xn--")),
        ("trusted_proxies = ['10.0.0.0/33']", ("trusted_proxies in plotroom.toml", "'10.0.0.0/33'")),
        ("[history]\nretention = 'long'", ("history.retention in plotroom.toml", "'long'", "172800")),
        ("[live]\nping_timeout = nan", ("live.ping_timeout in plotroom.toml", "nan")),
    ],
)
def test_a_wrong_file_is_one_line(folder: Path, text: str, words: tuple[str, ...]) -> None:
    """The line names the key, the value, what is valid, and the key that was probably meant."""
    write(folder, text)
    line = fault(folder)
    for word in words:
        assert word in line, line


def test_an_origin_is_as_browsers_send_it(folder: Path) -> None:
    """Letters are small, and the port that goes without saying is left out."""
    write(
        folder, "embed_origins = ['https://Wiki.example.org:443', 'http://a:80', 'http://b:443', 'http://[::1]:9000']"
    )
    expected = ("https://wiki.example.org", "http://a", "http://b:443", "http://[::1]:9000")
    assert load({}, {}, folder).embed_origins == expected


def test_the_environment_is_named_as_it_was_written(folder: Path) -> None:
    """A fault of a variable names the variable, and one of an argument the option."""
    assert fault(folder, PLOTROOM_PORT="abc").startswith("PLOTROOM_PORT: 'abc' is not valid")
    assert "'PLOTROOM_PORT'" in fault(folder, PLOTROOM_PROT="1")
    assert fault(folder, {"live.ping_interval": "0"}).startswith("--live-ping-interval: '0' is not valid")
    assert fault(folder, {"log_level": "loud"}).startswith("--log-level: 'loud' is not valid")


def test_a_named_file_must_be_there(folder: Path) -> None:
    """A missing plotroom.toml is fine, but not one that was asked for; nor is a folder, or what is no text."""
    assert "there is no such file" in fault(folder, {"config": "other.toml"})
    assert "there is no such file" in fault(folder, PLOTROOM_CONFIG="other.toml")
    assert "can't be read" in fault(folder, {"config": str(folder)})
    (folder / "plotroom.toml").write_bytes(b"\xff\xfe")
    assert "UTF-8" in fault(folder)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root can read every file")
def test_an_unreadable_file_is_one_line(folder: Path) -> None:
    """A file without permission to read it is told as such."""
    write(folder, "port = 1").chmod(0)
    assert "Permission denied" in fault(folder)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90 s", 90), ("15 min", 900), ("15m", 900), ("1 h", 3600), ("2 d", 172_800)]
)
def test_spans_of_time_may_have_units(folder: Path, text: str, seconds: float) -> None:
    """A span is a number of seconds, or a number with a unit."""
    assert load({"history.retention": text}, {}, folder).history.retention == seconds


def test_sizes_may_have_units(folder: Path) -> None:
    """A size is a number of bytes, or a number with a unit."""
    assert load({"sampling.max_memory": "64 MiB"}, {}, folder).sampling.max_memory == 64 * 2**20


def test_relative_paths_start_where_they_are_written(folder: Path) -> None:
    """In the file they start at its folder, elsewhere at the current one."""
    (folder / "etc").mkdir()
    config = write(folder / "etc", "plugin = ['a.py']\ndata_dir = 'data'", "mine.toml")
    settings = load({"config": "etc/mine.toml"}, {}, folder)
    assert settings.config == config
    assert settings.plugin == (folder / "etc" / "a.py",)
    assert settings.data_dir == folder / "etc" / "data"
    assert settings.plugin_folders == (folder / "etc" / "plugins", folder / "etc" / "data" / "plugins")
    given = load({"config": "etc/mine.toml", "plugin": ("b.py", "/c.py")}, {}, folder)
    assert given.plugin == (folder / "b.py", Path("/c.py"))


def test_lists_in_the_environment_are_separated_by_commas(folder: Path) -> None:
    """Several values of a variable are separated by commas, and an empty variable is not set."""
    environ = {"PLOTROOM_ALLOWED_HOSTS": "a.example, B.example:81", "PLOTROOM_ALLOWED_ORIGINS": ""}
    settings = load({}, environ, folder)
    assert settings.allowed_hosts == ("a.example", "b.example:81")
    assert settings.allowed_origins == ()


def test_collectors_are_left_to_themselves(folder: Path) -> None:
    """Tables of collectors are passed on as they are, one or several, with single options from the environment."""
    write(folder, "[collectors.cpu]\nevery = 2\n[[collectors.queue]]\nurl = 'a'\n[[collectors.queue]]\nurl = 'b'")
    settings = load({}, {"PLOTROOM_COLLECTORS__CPU__ENABLED": "false"}, folder)
    assert settings.collectors == {"cpu": {"every": 2, "enabled": "false"}, "queue": [{"url": "a"}, {"url": "b"}]}
    assert "several tables" in fault(folder, PLOTROOM_COLLECTORS__QUEUE__URL="c")
    assert "PLOTROOM_COLLECTORS__NAME__OPTION" in fault(folder, PLOTROOM_COLLECTORS__QUEUE="c")


def test_names_of_collectors_may_have_dots(folder: Path) -> None:
    """`[collectors.tmp.files]` is the table of the collector `tmp.files`, with quotes or without, one or several."""
    write(folder, "[collectors.tmp.files]\nevery = 2\n[collectors.tmp.a.b]\n[[collectors.tmp.q]]\nurl = 'a'")
    assert load({}, {}, folder).collectors == {"tmp.files": {"every": 2}, "tmp.a.b": {}, "tmp.q": [{"url": "a"}]}
    write(folder, "[collectors.'tmp.files']\nevery = 2")
    assert load({}, {}, folder).collectors == {"tmp.files": {"every": 2}}
    write(folder, "[collectors.'tmp.files']\nevery = 2\n[collectors.tmp.files]\nevery = 3")
    assert "two tables of 'tmp.files'" in fault(folder)


def test_options_of_a_collector_may_be_tables(folder: Path) -> None:
    """A table with a plain option in it is of one collector, and the tables in it are its options."""
    write(folder, "[collectors.mail]\nenabled = true\n[collectors.mail.server]\nhost = 'a'\n[collectors.idle]")
    assert load({}, {}, folder).collectors == {"mail": {"enabled": True, "server": {"host": "a"}}, "idle": {}}


def test_a_variable_reaches_a_name_with_dots(folder: Path) -> None:
    """An underscore in a variable stands for a dot of the collector's name, with a table in the file and without."""
    environ = {"PLOTROOM_COLLECTORS__TMP_FILES__EVERY": "3"}
    assert tables_of("tmp.files", load({}, environ, folder).collectors) == [{"every": "3"}]
    write(folder, "[collectors.tmp.files]\nevery = 2\nenabled = true")
    assert load({}, environ, folder).collectors == {"tmp.files": {"every": "3", "enabled": True}}


def test_tables_find_their_collectors() -> None:
    """A collector gets the table of its very name before one with underscores; a table of nobody is known as such."""
    tables: Tables = {"a.b": [{"x": 1}, {"x": 2}], "a_b": {"x": 3}, "c_d": {"x": 4}, "typo": {}}
    assert tables_of("a.b", tables) == [{"x": 1}, {"x": 2}]
    assert tables_of("a_b", tables) == [{"x": 3}]
    assert tables_of("c.d", tables) == [{"x": 4}]
    assert tables_of("cd", tables) == []
    assert of_nobody(tables, ["a.b", "c.d"]) == {"typo"}


def test_each_source_is_checked(folder: Path) -> None:
    """A mistake in the file or in a variable is told although what overrules it is right."""
    write(folder, "port = 'abc'")
    assert fault(folder, {"port": "1"}, PLOTROOM_PORT="2").startswith("port in plotroom.toml: 'abc'")
    write(folder, "port = 1")
    assert fault(folder, {"port": "1"}, PLOTROOM_PORT="x").startswith("PLOTROOM_PORT: 'x'")


def test_a_file_is_no_data_folder(folder: Path) -> None:
    """A data folder that is a file, or in one, is told as such."""
    write(folder, "", "taken")
    assert fault(folder, {"data_dir": "taken"}).startswith(f"--data-dir: {folder / 'taken'} is a file, not a folder")
    assert f"{folder / 'taken'} is a file" in fault(folder, PLOTROOM_DATA_DIR="taken/deeper")


def test_settings_that_have_changed_are_named(folder: Path) -> None:
    """What differs outside the collectors' tables is named; a free port that was found is no change."""
    before = load({"port": "0"}, {}, folder)
    running = before.model_copy(update={"port": 40_001})
    assert changed_settings(running, before) == []
    write(folder, "plugin = ['a.py']\n[history]\nretention = '2 h'\n[collectors.cpu]\nevery = 2")
    assert changed_settings(running, load({"port": "0"}, {}, folder)) == ["plugin", "history.retention"]
    assert changed_settings(running, load({"port": "0", "history.retention": "172800"}, {}, folder)) == ["plugin"]
    assert changed_settings(running, load({"port": "99"}, {}, folder))[0] == "port"


def test_variables_of_kubernetes_are_not_ours(folder: Path) -> None:
    """What Kubernetes sets in every container for a service named plotroom is neither a setting nor a fault."""
    environ = {
        "PLOTROOM_SERVICE_HOST": "10.0.0.1",
        "PLOTROOM_PORT": "tcp://10.0.0.1:80",
        "PLOTROOM_PORT_80_TCP_ADDR": "10.0.0.1",
    }
    assert load({}, environ, folder).port == 8420


def test_the_printed_file_is_the_defaults(folder: Path) -> None:
    """`plotroom settings` prints a file that changes nothing, with or without its comment signs."""
    text = as_toml(table())
    write(folder, text)
    assert load({}, {}, folder) == load({"config": write(folder, "", "empty.toml")}, {}, folder).model_copy(
        update={"config": folder / "plotroom.toml"}
    )
    lines = [line.removeprefix("# ") if " = " in line or line.startswith("# [") else line for line in text.splitlines()]
    document = tomllib.loads("\n".join(lines))
    del document["collectors"]
    names = {f"{key}.{inner}" for key, value in document.items() if isinstance(value, dict) for inner in value}
    names |= {key for key, value in document.items() if not isinstance(value, dict)}
    assert names == {row.name for row in table() if row.in_file}


def test_the_docs_are_the_table() -> None:
    """docs/settings.md is what `plotroom settings --format markdown` prints."""
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == as_markdown(table())


def test_names_are_told_apart() -> None:
    """No two settings share a name, an option or a variable."""
    for names in zip(*((row.name, row.option, row.env) for row in table()), strict=True):
        assert all(one != other for one, other in itertools.combinations(names, 2))
