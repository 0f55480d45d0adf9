"""The table of settings as a commented plotroom.toml, and as the page docs/settings.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from dashboard.settings import Settings
from dashboard.settings_sources import ASYNC_MODE, Row

_INTRODUCTION = """\
<!-- Made by `plotroom settings --format markdown > docs/settings.md`; a test compares it with the table. -->
# Settings

Every setting has a default. What is in `plotroom.toml` wins over it, a variable `PLOTROOM_*` wins over the file, and an
argument wins over all. `plotroom settings > plotroom.toml` writes a file with every setting commented out.

The file is `plotroom.toml` in the current folder, or what `--config` names. Relative paths in it start at its own
folder, others at the current one. In a variable, several values are separated by commas; as an argument, the option is
repeated. Spans of time are seconds, or texts like `"90 s"`, `"15 min"`, `"1 h"`, `"2 d"`; sizes are bytes, or texts
like `"512 MiB"`.

A wrong setting is one line that says what is valid, and exit code 2; even where another source overrules it.
"""

_COLLECTORS = """\
## Collectors

Each collector reads its own table, `[collectors.NAME]`, or several instances of it from `[[collectors.NAME]]`. All know
`enabled` (`false` switches it off, `true` on), `every` (seconds between samples) and `instance` (a label that tells
several apart); `plotroom collectors check NAME` shows the rest.

```toml
[collectors.cpu]
every = 2

[collectors.random_walk]
enabled = true
```

A metric function's collector has the name of the metric, dots included: `[collectors.room.temperature]`. TOML makes
that a table in a table, so a table `[collectors.NAME]` that holds nothing but tables is taken for the first part of a
longer name. It is not when there is any plain option beside them: a collector whose own options are all tables is given
`enabled = true`, and where both `room` and `room.temperature` are collectors, quotes keep them apart:
`[collectors."room.temperature"]`.

One option at a time can come from the environment, with two underscores around the collector's name, and one in place
of a dot in it: `PLOTROOM_COLLECTORS__CPU__EVERY=2`, `PLOTROOM_COLLECTORS__ROOM_TEMPERATURE__EVERY=60`.

A change of a collector's table in the file restarts that collector alone, at once; other settings are read at the
start.
"""

_ASYNC = f"""\
## Tasks

`{ASYNC_MODE}` is `eventlet` (the default) or `threading`. It stands in the environment only, because it decides how the
Python standard library behaves before anything else is read.
"""


def as_toml(rows: Iterable[Row]) -> str:
    """A plotroom.toml with every setting commented out."""
    parts = ["# Plotroom. A line without its '#' is in force; what stands there is the default.\n"]
    for heading, group in _tables([row for row in rows if row.in_file]):
        if heading:
            parts.append(f"\n[{heading}]\n")
        for row in group:
            parts.append(f"# {row.help}\n# {row.name.rpartition('.')[2]} = {row.here}\n")
    parts.append("\n# Options of a collector.\n# [collectors.cpu]\n# every = 2\n")
    return "".join(parts)


def as_markdown(rows: Iterable[Row]) -> str:
    """docs/settings.md."""
    parts = [_INTRODUCTION]
    for heading, group in _tables(list(rows)):
        parts.append(f"\n## {f'[{heading}]' if heading else 'Server'}\n\n{_about(heading)}")
        parts.append("| setting | type | default | meaning |\n|---|---|---|---|\n")
        for row in group:
            name = f"`{row.name}`<br>`{row.option}`<br>`{row.env}`"
            parts.append(f"| {name} | {row.type} | `{row.default}` | {_sentence(row)} |\n")
    return "".join([*parts, "\n", _COLLECTORS, "\n", _ASYNC])


def _tables(rows: Sequence[Row]) -> Iterable[tuple[str, list[Row]]]:
    for heading, group in groupby(rows, key=lambda row: row.name.rpartition(".")[0]):
        yield heading, list(group)


def _about(heading: str) -> str:
    if not heading:
        return ""
    kind = Settings.model_fields[heading].annotation
    assert kind is not None, "every table has its class"
    return f"{kind.__doc__}\n\n"


def _sentence(row: Row) -> str:
    text = row.help[0].upper() + row.help[1:]
    return text if row.in_file else f"{text}. Not in the file itself"
