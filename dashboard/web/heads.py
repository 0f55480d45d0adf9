"""The heads of columns in files: `system.cpu{mode="user"} [%]` tells all that makes a series that series.

The labels are written as OpenMetrics writes them. A head begins with a lower-case letter, so that no spreadsheet takes
it for a formula, whatever the labels say.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from collectors.metric import Series
from dashboard.history.directory import Key

_PAIR = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\.)*"'
LABELS = rf"\{{(?:{_PAIR}(?:,{_PAIR})*,?)?\}}"
_HEAD = re.compile(rf"([a-z][a-z0-9_.]*)({LABELS})?(?: \[(.*)\])?( counter)?", re.DOTALL)
_ONE = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", '"': '"', "\\": "\\"}


class Head(NamedTuple):
    """What a head tells; its unit is None when it tells none."""

    name: str
    series: Series
    unit: str | None
    kind: str


def head(key: Key, series: Series) -> str:
    """The head of a series' column."""
    unit = f" [{key.unit}]" if key.unit else ""
    return f"{key.name}{labels(series)}{unit}{' counter' if key.kind == 'counter' else ''}"


def read_head(text: str) -> Head | None:
    """What a head tells, None when it is none of ours."""
    found = _HEAD.fullmatch(text)
    if found is None:
        return None
    return Head(found[1], read_labels(found[2] or ""), found[3], "counter" if found[4] else "gauge")


def labels(series: Series) -> str:
    """`{mode="user"}`, nothing for a series without labels."""
    pairs = ",".join(f'{name}="{escaped(value)}"' for name, value in series.labels)
    return f"{{{pairs}}}" if pairs else ""


def read_labels(text: str) -> Series:
    """The series of a text in which `LABELS` was found."""
    return Series(tuple((name, _ESCAPED.sub(_unescaped, value)) for name, value in _ONE.findall(text)))


def escaped(text: str) -> str:
    """A label's value as OpenMetrics writes it."""
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[1], found[0])
