"""The options that every command shares: one for each row of the table of settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

import click

from dashboard.settings import Settings
from dashboard.settings_sources import Row, load, table

if TYPE_CHECKING:
    from dashboard.server import Runtime

Command = TypeVar("Command", bound=Callable[..., object])


class Context:
    """What commands share: how tasks run, and the arguments given so far.

    Args:
        runtime: how tasks run; None for threads.
    """

    def __init__(self, runtime: Runtime | None) -> None:
        self._runtime = runtime
        self._arguments: dict[str, object] = {}

    @property
    def runtime(self) -> Runtime:
        """How tasks run."""
        if self._runtime is None:
            from dashboard.server import threaded  # most commands have no use for what a server is made of

            self._runtime = threaded()
        return self._runtime

    @property
    def under_eventlet(self) -> bool:
        """Whether this process has eventlet's patches, which are for servers."""
        return self._runtime is not None and self._runtime.async_mode == "eventlet"

    def add(self, arguments: Mapping[str, object]) -> None:
        """Take arguments by the names of click's parameters; later ones win."""
        names = {parameter(row): row.name for row in table()}
        self._arguments |= {names[key]: value for key, value in arguments.items() if value is not None and value != ()}

    def settings(self) -> Settings:
        """The settings in force.

        Raises:
            SettingsError: one of them is wrong.
        """
        return load(self._arguments)


def setting_options(*shown: str) -> Callable[[Command], Command]:
    """Give a click command an option for each row of the table.

    Args:
        shown: the rows, or tables of them, that its --help lists; by default all. The others are accepted, too, so that
            the arguments of a server can be given to any command.
    """

    def decorate(command: Command) -> Command:
        for row in reversed(table()):
            hidden = bool(shown) and row.name not in shown and row.name.partition(".")[0] not in shown
            command = _option(row, hidden)(command)
        return command

    return decorate


def parameter(row: Row) -> str:
    """The name of click's parameter for a row."""
    return row.name.replace(".", "__")


def _option(row: Row, hidden: bool) -> Callable[[Command], Command]:
    words = f"{row.help} [default: {row.default}]"
    if row.flag:
        # None when not given, so that plotroom.toml and the environment are asked.
        return click.option(
            f"{row.option}/--no-{row.option[2:]}", parameter(row), default=None, help=words, hidden=hidden
        )
    # Values are checked by the settings' own types, whichever way they come.
    metavar = "VALUE" if row.multiple else row.type.upper()
    return click.option(
        row.option,
        parameter(row),
        multiple=row.multiple,
        default=None,
        metavar=metavar,
        type=str,
        help=words,
        hidden=hidden,
    )
