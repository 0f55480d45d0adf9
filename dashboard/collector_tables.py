"""The `[collectors.<name>]` tables: which of them is whose, however the dots of a collector's name were written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

Table = dict[str, Any]  # Any: the collector's own Config checks it
Tables = Mapping[str, Table | list[Table]]


def flat(tables: Mapping[str, Any]) -> dict[str, Any]:  # Any: not yet known to be tables
    """The tables by the names of collectors: `[collectors.tmp.files]` is that of `tmp.files`.

    TOML reads it as a table in a table. An option of a collector may be a table, too, so only one that holds nothing
    but tables is taken for the first part of a name.

    Raises:
        ValueError: two tables are of the same collector.
    """
    found: dict[str, Any] = {}
    for name, options in tables.items():
        inner = {f"{name}.{key}": value for key, value in options.items()} if _is_part_of_a_name(options) else None
        for key, value in (flat(inner) if inner is not None else {name: options}).items():
            if key in found:
                raise ValueError(f'there are two tables of {key!r}: [collectors.{key}] is [collectors."{key}"]')
            found[key] = value
    return found


def _is_part_of_a_name(options: object) -> bool:
    return isinstance(options, dict) and bool(options) and all(_is_table(one) for one in options.values())


def _is_table(value: object) -> bool:
    several = isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)
    return several or isinstance(value, dict)


def tables_of(collector: str, tables: Tables) -> list[Table]:
    """The tables of a collector, one for each instance; [] when it has none.

    Where there is none of its own name, one with underscores in place of its dots is: variables can't have dots, and
    which collectors there are is only known when plugins are loaded.
    """
    own = tables.get(collector, tables.get(_underscored(collector), []))
    return list(own) if isinstance(own, list) else [own]


def of_nobody(tables: Tables, collectors: Collection[str]) -> set[str]:
    """The names of tables that none of `collectors` would get."""
    return tables.keys() - set(collectors) - {_underscored(one) for one in collectors}


def put_option(tables: dict[str, Any], collector: str, option: str, value: object) -> None:
    """Lay one option from a variable over the tables of the file; `collector` has underscores in place of dots.

    Raises:
        ValueError: the collector has several tables.
    """
    alike = [name for name in tables if _underscored(name) == collector]
    for name in [collector] if collector in tables or not alike else alike:
        own = tables.get(name, {})
        if isinstance(own, list):
            raise ValueError(f"plotroom.toml has several tables for collector {name!r}; set it there")
        tables[name] = {**own, option: value}


def _underscored(name: str) -> str:
    return name.replace(".", "_")
