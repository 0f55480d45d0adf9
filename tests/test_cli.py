"""The command line, run in this process."""

from __future__ import annotations

import logging
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import Field, SecretStr

from collectors import Collector, CollectorConfig, Gauge
from collectors.registry import Declaration
from dashboard.app import create_app
from dashboard.cli import Redacted, run
from dashboard.cli.collectors_known import described, report
from dashboard.cli.serving import address_of, found, tell_what_is_there
from dashboard.errors import CannotStart
from dashboard.sampling.state import JobState
from dashboard.server import threaded
from dashboard.settings import Settings
from dashboard.settings_sources import table
from dashboard.tasks import run_here
from dashboard.web.tokens import Token, keep_token
from tests.server import ROOT

PLUGIN = """\
from collectors import metric

@metric("room.temperature", unit="°C")
def temperature():
    "How warm it is."
    return 21.5
"""


class Done:
    """What a command has done."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def plotroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """`plotroom(*arguments)` runs a command in an empty folder that is also its home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLOTROOM_DATA_DIR", str(tmp_path / "data"))

    def command(*arguments: str) -> Done:
        capsys.readouterr()
        code = run(list(arguments), threaded())
        return Done(code, *capsys.readouterr())

    return command


Plotroom = Callable[..., Done]


def test_help_has_every_setting(plotroom: Plotroom) -> None:
    """--help lists each row of the table, with its default."""
    text = " ".join(plotroom("--help").out.split())
    for row in table():
        assert row.option in text
        assert " ".join(f"{row.help} [default: {row.default}]".split()) in text


def test_settings_prints_the_table(plotroom: Plotroom) -> None:
    """`settings` prints a plotroom.toml that is valid, in which every setting is a comment."""
    done = plotroom("settings")
    assert done.code == 0
    assert tomllib.loads(done.out) == {
        "live": {},
        "history": {},
        "people": {},
        "dashboards": {},
        "admin": {},
        "agents": {},
        "sampling": {},
    }
    assert plotroom("settings", "--format", "markdown").out.startswith("<!--")


def test_version_is_told(plotroom: Plotroom) -> None:
    """`--version` is the version of the installed distribution."""
    assert plotroom("--version").out.startswith("plotroom 0.")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--prot", "1"), ("--prot", "--port")),
        (("setings",), ("setings", "settings")),
        (("token", "--port", "x"), ("--port", "'x'")),
        (("--port", "x", "token"), ("--port", "'x'")),
        (("collectors", "check", "cpuu"), ("'cpuu'", "'cpu'")),
        (("collectors", "new", "My-Sensor"), ("'My-Sensor'", "lower-case")),
        (("collectors", "check", "missing.py"), ("missing.py", "can't be read")),
    ],
)
def test_a_mistake_is_one_line(plotroom: Plotroom, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    """A mistyped command is told in one line, with what was probably meant, and exit code 2."""
    done = plotroom(*arguments)
    assert done.code == 2
    [line] = done.err.splitlines()
    for word in words:
        assert word in line


def test_a_mistake_is_told_in_a_clean_line(plotroom: Plotroom) -> None:
    """The line has no doubled punctuation and names the help of the command that was meant."""
    assert plotroom("frobnicate").err == "plotroom: No such command 'frobnicate'; see `plotroom --help`\n"
    assert plotroom("collectors", "chek").err.endswith("'check'? See `plotroom collectors --help`\n")
    assert plotroom("collectors", "check").err.endswith("'FILE|NAME'; see `plotroom collectors check --help`\n")


def test_a_group_without_a_command_shows_its_help(plotroom: Plotroom) -> None:
    """`collectors` alone prints its commands as a page of help, not as one line of error."""
    done = plotroom("collectors")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: plotroom collectors")
    assert {"check", "list", "new"} <= {line.split()[0] for line in done.err.splitlines() if line.startswith("  ")}


@pytest.mark.parametrize("command", ["list", "check", "new"])
def test_collectors_help_has_what_matters(plotroom: Plotroom, command: str) -> None:
    """--help of a command on collectors lists the settings that have a bearing on them, and no others."""
    text = plotroom("collectors", command, "--help").out
    listed = {row.name for row in table() if f"{row.option} " in text}
    sampling = {row.name for row in table() if row.name.startswith("sampling.")}
    assert listed == {"config", "plugin", "data_dir", "demo"} | sampling


def test_arguments_of_a_server_fit_all_commands(plotroom: Plotroom) -> None:
    """An option that --help does not list for a command is accepted by it, so that command lines can be reused."""
    assert plotroom("collectors", "check", "uptime", "--live-max-clients", "9").code == 0


def test_a_file_in_place_of_the_data_folder_is_told(plotroom: Plotroom, tmp_path: Path) -> None:
    """--data-dir FILE is one line that says so; so is a folder that became a file after the settings were read."""
    taken = tmp_path / "taken"
    taken.write_text("", encoding="utf-8")
    done = plotroom("token", "--data-dir", str(taken))
    assert done.code == 2
    assert "is a file, not a folder" in done.err
    with pytest.raises(CannotStart, match="is a file, not a folder"):
        keep_token(taken)


def test_the_token_can_be_asked_for(plotroom: Plotroom, tmp_path: Path) -> None:
    """`token` shows the address with the token; --renew makes another one."""
    address = plotroom("token", "--host", "192.0.2.7", "--port", "99", "--base-path", "/plot").out.strip()
    kept, fresh = keep_token(tmp_path / "data")
    assert not fresh
    assert address == f"http://192.0.2.7:99/plot/?token={kept.value}"
    renewed = plotroom("token", "--renew")
    assert kept.value not in renewed.out
    assert keep_token(tmp_path / "data")[0].value in renewed.out


def test_tokens_are_kept_with_care(tmp_path: Path) -> None:
    """The file is made at once and for its owner alone; loose permissions are put right; nothing else is left."""
    folder = tmp_path / "deep" / "data"
    token, fresh = keep_token(folder)
    assert fresh
    assert folder.stat().st_mode & 0o777 == 0o700
    (folder / "token").chmod(0o644)
    again, fresh = keep_token(folder)
    assert (again.value, fresh) == (token.value, False)
    assert (folder / "token").stat().st_mode & 0o777 == 0o600
    assert [one.name for one in folder.iterdir()] == ["token"]
    assert len(token.value) >= 43
    assert token.cookie != token.value


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe" * 30, b"a b" * 20])
def test_a_damaged_token_is_told(plotroom: Plotroom, tmp_path: Path, content: bytes) -> None:
    """A file that holds no token is not taken for one, and the line says how to make a new one."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "token").write_bytes(content)
    done = plotroom("token")
    assert done.code == 2
    assert "plotroom token --renew" in done.err
    assert plotroom("token", "--renew").code == 0


def test_the_address_can_be_opened() -> None:
    """IPv6 addresses are bracketed, and a server on all addresses is named by its machine."""
    assert address_of(Settings(host="::1", port=1)) == "http://[::1]:1/"
    assert "0.0.0.0" not in address_of(Settings(host="0.0.0.0"))


def test_what_was_found_is_aligned() -> None:
    """One line for what runs, one for each trouble, aligned; what is switched off is not mentioned."""
    states = [
        JobState("cpu", "running"),
        JobState("disks", "late"),
        JobState("fans", "unavailable", "this machine shows no fans"),
        JobState("demo", "stopped", "switched off"),
        JobState("room.py", "failing", "line 3: NameError"),
    ]
    assert found(states) == [
        "  sampling  cpu, disks",
        "  not here  fans: this machine shows no fans",
        "  failing   room.py: line 3: NameError",
    ]


def test_tokens_are_blacked_out() -> None:
    """Whatever logs an address with a token, in a message or a traceback, the token is not written."""
    secret = Token("a-token-of-thirty-two-characters-").value
    record = logging.makeLogRecord({"msg": "GET /?a=1&token=%s HTTP/1.1", "args": (secret,)})
    assert Redacted("%(message)s").format(record) == "GET /?a=1&token=... HTTP/1.1"


def test_collectors_are_listed(plotroom: Plotroom, tmp_path: Path) -> None:
    """`collectors list` runs all for a moment, plugins and those in processes included: state, interval, metrics."""
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "room.py").write_text(PLUGIN, encoding="utf-8")
    (tmp_path / "plugins" / "broken.py").write_text("import nothing_of_that_name", encoding="utf-8")
    done = plotroom("collectors", "list")
    assert done.code == 0
    lines = {line.split()[0]: line.split() for line in done.out.splitlines()}
    assert lines["cpu"][1] == "running"
    assert "system.cpu," in lines["cpu"]
    assert lines["filesystems"][1] == "running"
    assert lines["room.temperature"][1:] == ["running", "1", "s", "room.temperature"]
    assert "nothing_of_that_name" in done.out


def test_the_list_is_aligned() -> None:
    """Columns are as wide as their widest entry; a reason stands below, or in place of missing metrics."""
    states = [JobState("b", "stopped", "switched off", 0.5), JobState("long_name", "unavailable", "gone", 10)]
    assert list(report(states, {"long_name": ["x.y"]})) == [
        "b          stopped      0.5 s  switched off",
        "long_name  unavailable  10 s   x.y",
        "           gone",
    ]
    assert list(report([], {})) == []


def test_a_new_collector_works(plotroom: Plotroom, tmp_path: Path) -> None:
    """`new` writes a collector that passes `check`, and a test that passes; it overwrites nothing."""
    assert plotroom("collectors", "new", "my_sensor").code == 0
    checked = plotroom("collectors", "check", "plugins/my_sensor.py")
    assert (checked.code, checked.err) == (0, "")
    assert "my_sensor" in checked.out
    assert "option path" in checked.out
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "plugins/tests"],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert tested.returncode == 0, tested.stdout
    again = plotroom("collectors", "new", "my_sensor")
    assert again.code == 2
    assert "is there already" in again.err


def test_check_finds_by_name(plotroom: Plotroom, tmp_path: Path) -> None:
    """A collector can be named instead of its file, whether bundled or in a plugins folder."""
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "room.py").write_text(PLUGIN, encoding="utf-8")
    assert plotroom("collectors", "check", "room.temperature").code == 0
    assert plotroom("collectors", "check", "cpu").code == 0


def test_check_shows_interval_and_options(plotroom: Plotroom, tmp_path: Path) -> None:
    """`check` shows the interval and the options of the collector's own: their values in force, meaning, defaults."""
    lines = plotroom("collectors", "check", "random_walk").out.splitlines()
    assert lines[1] == "  every 0.5 s"
    assert lines[2] == "  option walkers = 3  how many walk"
    assert not [line for line in lines if "enabled" in line or "instance" in line]
    (tmp_path / "plotroom.toml").write_text("[collectors.random_walk]\nevery = 0.1\nwalkers = 2", encoding="utf-8")
    lines = plotroom("collectors", "check", "random_walk").out.splitlines()
    assert lines[1] == "  every 0.1 s [default: 0.5 s]"
    assert lines[2] == "  option walkers = 2  how many walk  [default: 3]"


def test_options_without_a_value_are_told_so() -> None:
    """An option that has to be given, and one that is not set, are shown as that; a secret is not shown."""

    class Options(CollectorConfig):
        url: str = Field(description="where it is")
        user: str | None = None
        password: SecretStr = SecretStr("")

    class Far(Collector):
        """Far away."""

        Config = Options
        value = Gauge("far.value")

    declaration = Declaration.of(Far)
    assert list(described(declaration, Far, [])) == [
        "far: Far away.",
        "  every 1 s",
        "  option url = (has to be given)  where it is",
        "  option user = not set",
        '  option password = ""',
    ]
    [*_, password] = described(declaration, Far, [{"url": "a", "password": "hidden"}])
    assert "hidden" not in password


def test_check_uses_the_table_of_a_name_with_dots(plotroom: Plotroom, tmp_path: Path) -> None:
    """A metric function is checked with the options that its table gives, written without quotes."""
    (tmp_path / "room.py").write_text(PLUGIN, encoding="utf-8")
    (tmp_path / "plotroom.toml").write_text("[collectors.room.temperature]\nevery = 2", encoding="utf-8")
    assert "  every 2 s [default: 1 s]" in plotroom("collectors", "check", "room.py").out.splitlines()


def test_check_says_what_to_change(plotroom: Plotroom, tmp_path: Path) -> None:
    """A collector that breaks its contract is exit code 1, with what is wrong."""
    (tmp_path / "bad.py").write_text(PLUGIN.replace("21.5", "'warm'"), encoding="utf-8")
    done = plotroom("collectors", "check", "bad.py")
    assert done.code == 1
    assert "str" in done.out


def test_a_closed_terminal_does_not_matter(tmp_path: Path) -> None:
    """When nobody can read any more what was found, nothing is raised in the server."""
    app = create_app(Settings(data_dir=tmp_path), "threading", run_here)

    def say(line: str) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    tell_what_is_there(app, say, settle=0.0)
