"""Where settings come from: plotroom.toml, the environment and the arguments, laid over each other and checked."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_origin

from pydantic import BaseModel, ByteSize, ValidationError
from pydantic.fields import FieldInfo

from dashboard.collector_tables import flat, put_option
from dashboard.errors import SettingsError, did_you_mean
from dashboard.settings import Settings

PREFIX = "PLOTROOM_"
#: Read from the environment by __main__.py, before there are settings: it decides how the standard library behaves.
ASYNC_MODE = "PLOTROOM_ASYNC_MODE"
COLLECTORS = "PLOTROOM_COLLECTORS__"
# Kubernetes gives every container such variables for a service named plotroom; they are not meant for us.
_SERVICE_LINK = re.compile(r"PLOTROOM_(SERVICE_.*|PORT_\d+_.*)")


@dataclass(frozen=True)
class Row:
    """One setting.

    Attributes:
        name: as in plotroom.toml, with its table: `live.ping_interval`.
        type: in words: `integer`, `list of texts` ...
        default: as TOML, or in words where it depends on the machine.
        help: one clause.
        here: the default on this machine, as TOML.
        in_file: whether plotroom.toml may have it.
        multiple: whether it is a list.
        flag: whether it is true or false.
    """

    name: str
    type: str
    default: str
    help: str
    here: str
    in_file: bool = True
    multiple: bool = False
    flag: bool = False

    @property
    def env(self) -> str:
        return PREFIX + self.name.upper().replace(".", "_")

    @property
    def option(self) -> str:
        return "--" + self.name.replace(".", "-").replace("_", "-")


def table() -> list[Row]:
    """Every setting in the order of `Settings`; the collectors' own tables are not among them."""
    return list(_rows(Settings, ""))


def _rows(model: type[BaseModel], prefix: str) -> Iterator[Row]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _rows(kind, f"{prefix}{name}.")
        elif get_origin(kind) is not dict:
            extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
            here = toml_value(field.get_default(call_default_factory=True))
            yield Row(
                name=prefix + name,
                type=_words(kind),
                default=str(extra.get("default") or here),
                help=_help(field),
                here=here,
                in_file=bool(extra.get("file", True)),
                multiple=get_origin(kind) is tuple,
                flag=kind is bool,
            )


def _help(field: FieldInfo) -> str:
    assert field.description, "every setting has its help"
    return field.description


def _words(kind: Any) -> str:  # Any: whatever stands in an annotation
    words = {int: "integer", float: "number", bool: "true or false", Path: "path", str: "text", ByteSize: "size"}
    if get_origin(kind) is tuple:
        return "list"
    return words.get(kind, "text")


def toml_value(value: object) -> str:
    """`value` written as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(toml_value(one) for one in value) + "]"
    if isinstance(value, ByteSize):
        return f'"{value.human_readable(separator=" ")}"'.replace(".0", "")
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if isinstance(value, int) else f'"{value}"'


def load(
    arguments: Mapping[str, object] | None = None, environ: Mapping[str, str] = os.environ, folder: Path | None = None
) -> Settings:
    """The settings in force.

    Args:
        arguments: by the names of the table, as text, bool, or a list of texts; None and () are not given.
        environ: `PLOTROOM_*` of it is read.
        folder: where a relative path of the command line or the environment starts, by default the current folder.

    Raises:
        SettingsError: a key or value is wrong, or the file can't be read.
    """
    folder = folder or Path.cwd()
    from_environ = {key: _absolute(key, value, folder) for key, value in _from_environ(environ)}
    from_arguments = {
        key: _absolute(key, value, folder)
        for key, value in (arguments or {}).items()
        if value is not None and value != ()
    }
    named = from_arguments.get("config") or from_environ.get("config")
    config = folder / str(named or Settings.model_fields["config"].default)
    from_file = dict(_from_file(config, must_exist=named is not None))
    # Each by itself, so that a mistake does not wait for the day when what overrules it is taken away.
    _check(from_file, lambda key: f"{key} in {config.name}")
    _check(from_environ, _env_name)
    _check(from_arguments, lambda key: next(row.option for row in table() if row.name == key))
    return Settings.model_validate(_nested({**from_file, **from_environ, **from_arguments, "config": config}))


def changed_settings(previous: Settings, current: Settings) -> list[str]:
    """The names of settings outside the collectors' tables that are others now: they wait for the next start."""
    names = [row.name for row in table() if _value(previous, row.name) != _value(current, row.name)]
    # A running server's port is the one that it has got for 0.
    return [name for name in names if not (name == "port" and current.port == 0)]


def _value(settings: Settings, name: str) -> object:
    found: object = settings
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _check(source: Mapping[str, object], origin: Callable[[str], str]) -> None:
    flags = {row.name for row in table() if row.flag}
    for key, value in source.items():
        # pydantic would take true for 1.
        if isinstance(value, bool) and key not in flags and not key.startswith("collectors."):
            raise SettingsError(origin(key), f"{toml_value(value)} is not valid: {_meaning(key)}")
    try:
        Settings.model_validate(_nested(source))
    except ValidationError as error:
        raise _explain(error, {key: origin(key) for key in source}, source) from None


def _env_name(key: str) -> str:
    if key.startswith("collectors."):
        return COLLECTORS + "__".join(key.split(".")[1:]).upper()
    return next(row.env for row in table() if row.name == key)


def _nested(source: Mapping[str, object]) -> dict[str, Any]:  # Any: not yet checked
    """Dotted keys as tables; single options of collectors are laid over the collectors' tables."""
    values: dict[str, Any] = {}
    for key, value in source.items():
        first, _, rest = key.partition(".")
        if not rest:
            values[key] = dict(value) if isinstance(value, dict) else value
        elif first == "collectors":
            collector, _, option = rest.partition(".")
            try:
                put_option(values.setdefault(first, {}), collector, option, value)
            except ValueError as error:
                raise SettingsError(_env_name(key), str(error)) from None
        else:
            values.setdefault(first, {})[rest] = value
    return values


def _absolute(key: str, value: object, folder: Path) -> object:
    if key == "plugin" and isinstance(value, (list, tuple)):
        return tuple(folder / Path(str(one)).expanduser() for one in value)
    if key == "data_dir":
        return folder / Path(str(value)).expanduser()
    if key in ("tls_certificate", "tls_key", "dashboards.folder") and value != "":
        return str(folder / Path(str(value)).expanduser())
    return value


def _from_environ(environ: Mapping[str, str]) -> Iterator[tuple[str, object]]:
    rows = {row.env: row for row in table()}
    for name, text in sorted(environ.items()):
        if not name.startswith(PREFIX) or name == ASYNC_MODE or _SERVICE_LINK.fullmatch(name):
            continue
        if name.startswith(COLLECTORS):
            parts = name.removeprefix(COLLECTORS).lower().split("__")
            if len(parts) != 2 or not all(parts):
                raise SettingsError(
                    name, f"write it as {COLLECTORS}NAME__OPTION, with two underscores each and one for a dot"
                )
            yield f"collectors.{parts[0]}.{parts[1]}", text
            continue
        row = rows.get(name)
        if row is None:
            raise SettingsError(name, f"is no setting{did_you_mean(name, rows)}; `plotroom settings` lists them all")
        if name == "PLOTROOM_PORT" and text.startswith("tcp://"):  # a service link, too
            continue
        # An empty text is how one unsets a variable in compose files.
        if text != "":
            yield row.name, [part.strip() for part in text.split(",") if part.strip()] if row.multiple else text


def _from_file(path: Path, must_exist: bool) -> Iterator[tuple[str, object]]:
    """Every (dotted key, value) of a plotroom.toml; its relative paths start at its own folder."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if must_exist:
            raise SettingsError(str(path), "there is no such file; name an existing one with --config") from None
        return
    except OSError as error:
        raise SettingsError(str(path), f"can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(str(path), "is no text in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(str(path), f"is no valid TOML: {error}") from None
    known = {row.name for row in table() if row.in_file}
    tables = {name.partition(".")[0] for name in known if "." in name}
    for key, value in document.items():
        if key == "collectors":
            yield key, _collector_tables(value, path)
        elif key in tables and isinstance(value, dict):
            for inner, setting in value.items():
                name = _known(f"{key}.{inner}", known, path)
                yield name, _absolute(name, setting, path.parent)
        elif key in tables:
            raise SettingsError(f"{key} in {path.name}", f"is a table; write [{key}] on a line of its own")
        else:
            yield _known(key, known | tables | {"collectors"}, path), _absolute(key, value, path.parent)


def _known(key: str, known: set[str], path: Path) -> str:
    if key in known:
        return key
    if key == "config":
        raise SettingsError(
            f"config in {path.name}", "can't be set in the file itself; use --config or PLOTROOM_CONFIG"
        )
    # A key of a table that stands in none is the likeliest slip, so that is looked for first.
    elsewhere = [name for name in sorted(known) if name.rpartition(".")[2] == key.rpartition(".")[2]]
    hint = f"; did you mean {elsewhere[0]!r}?" if elsewhere else did_you_mean(key, known)
    raise SettingsError(f"{key} in {path.name}", f"is no setting{hint}; `plotroom settings` lists them all")


def _collector_tables(value: object, path: Path) -> object:
    if not isinstance(value, dict):
        raise SettingsError(f"collectors in {path.name}", "is a table; write [collectors.NAME] on a line of its own")
    try:
        tables = flat(value)
    except ValueError as error:
        raise SettingsError(f"collectors in {path.name}", str(error)) from None
    for name, options in tables.items():
        several = isinstance(options, list) and all(isinstance(one, dict) for one in options)
        if not isinstance(options, dict) and not several:
            raise SettingsError(
                f"collectors.{name} in {path.name}", f"is a table; write [collectors.{name}] on a line of its own"
            )
    return tables


def _explain(error: ValidationError, origins: Mapping[str, str], texts: Mapping[str, object]) -> SettingsError:
    """The first fault as one line: which key, what it was (as it was written), what is valid."""
    first = error.errors(include_url=False)[0]
    parts = [str(part) for part in first["loc"]]
    key = next((name for name in (".".join(parts[:2]), parts[0]) if name in origins), ".".join(parts))
    fault = first["msg"].removeprefix("Value error, ")
    # Errors of our own validators name the value themselves.
    written = texts.get(key)
    value = written if isinstance(written, str) else first["input"]
    what = fault if first["type"] == "value_error" else f"{value!r} is not valid: {fault[0].lower()}{fault[1:]}"
    meaning = _meaning(key)
    return SettingsError(origins.get(key, key), f"{what} ({meaning})" if meaning else what)


def _meaning(key: str) -> str:
    return next((f"{row.help}; default: {row.default}" for row in table() if row.name == key), "")
