"""Dashboards as text: JSON and TOML, which say the same; what is as by default is left out, so that a change is small.

TOML has no null: `nan` stands for it, which JSON has not.
"""

from __future__ import annotations

import codecs
import datetime
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import orjson

from dashboard.dashboards.document import Dashboard, brief
from dashboard.dashboards.refusal import Fault, Wrong, read

Form = Literal["json", "toml"]
FORMS: tuple[Form, ...] = ("json", "toml")

#: Characters in which a list stands on one line.
LINE = 100
_TOO_LARGE = "a whole number has more than 64 bits"
_BARE = re.compile(r"[A-Za-z0-9_-]+")
#: Quotes that could be taken for the end of a text of several lines.
_QUOTES = re.compile(r'"(?=")|(?<=")"|"\Z')
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def form_of(path: Path) -> Form:
    """The form of a file, by its name.

    Raises:
        Wrong: it has neither.
    """
    form = path.suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise Wrong([Fault("", f"{path.name} is neither .json nor .toml; name it so that one can tell")])
    return "json" if form == "json" else "toml"


def parse(text: bytes, form: Form, slug: str = "") -> Dashboard:
    """The dashboard that a text is.

    Args:
        text: UTF-8.
        form: how it is written.
        slug: what it is called when it does not say so itself.

    Raises:
        Wrong: it is none.
    """
    text = text.removeprefix(codecs.BOM_UTF8)  # some editors begin with it
    try:
        given = orjson.loads(text) if form == "json" else _with_null(tomllib.loads(text.decode()))
    except UnicodeDecodeError:
        raise Wrong([Fault("", "it is no text in UTF-8")]) from None
    except (orjson.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise Wrong([Fault("", f"it is no valid {form.upper()}: {error}")]) from None
    except ValueError:  # of Python, which reads no number of more digits
        raise Wrong([Fault("", f"it is no valid {form.upper()}: {_TOO_LARGE}")]) from None
    except RecursionError:
        raise Wrong([Fault("", "it is nested too deeply")]) from None
    return read(given, slug)


def write(dashboard: Dashboard, form: Form) -> str:
    """It as text, with a line break at its end."""
    content = brief(dashboard)
    if form == "json":
        return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    return "".join(_toml(content))


# --- TOML


def _with_null(value: Any) -> Any:  # Any: what tomllib gives
    if isinstance(value, dict):
        return {key: _with_null(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_null(one) for one in value]
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, int) and abs(value) >= 2**63:
        raise Wrong([Fault("", f"it is no valid TOML: {_TOO_LARGE}")])
    if isinstance(value, (datetime.date, datetime.time)):
        raise Wrong([Fault("", f"{value} is a date of TOML; write it in quotes")])
    return value


def _toml(content: Mapping[str, Any]) -> Iterator[str]:  # Any: JSON
    for key, value in content.items():
        if key not in ("variables", "panels"):
            yield f"{key} = {_value(value)}\n"
    for part in ("variables", "panels"):
        for one in content.get(part, ()):
            yield f"\n[[{part}]]\n"
            yield from (f"{_key(key)} = {_value(value)}\n" for key, value in one.items() if key != "figure")
            if "figure" in one:
                yield from _figure(one["figure"], part)


def _figure(figure: Mapping[str, Any], part: str) -> Iterator[str]:  # Any: Plotly's own JSON
    for trace in figure["data"]:
        yield f"\n[[{part}.figure.data]]\n"
        yield from (f"{_key(key)} = {_value(value)}\n" for key, value in trace.items())
    yield f"\n[{part}.figure.layout]\n"
    yield from (f"{_key(key)} = {_value(value)}\n" for key, value in figure["layout"].items())


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: object, depth: int = 0) -> str:
    if isinstance(value, str):
        return _lines(value) if "\n" in value and not depth else _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "nan"
    if isinstance(value, float):
        return repr(value) if "e" not in repr(value) else _exponent(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(key)} = {_value(one, depth + 1)}" for key, one in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        parts = [_value(one, depth + 1) for one in value]
        line = f"[{', '.join(parts)}]"
        # An inline table is one line; only lists outside of one may have several.
        if depth or len(line) <= LINE:
            return line
        return "[\n" + "".join(f"    {one},\n" for one in parts) + "]"
    return str(value)


def _exponent(value: float) -> str:
    head, _, power = repr(value).partition("e")
    return f"{head if '.' in head else head + '.0'}e{power}"


def _text(value: str) -> str:
    return '"' + "".join(_escaped(one) for one in value) + '"'


def _lines(value: str) -> str:
    """A text of several lines as people like to read it."""
    body = "".join(one if one in '\n"' else _escaped(one) for one in value)
    return '"""\n' + _QUOTES.sub('\\\\"', body) + '"""'


def _escaped(one: str) -> str:
    if one in _ESCAPES:
        return _ESCAPES[one]
    return f"\\u{ord(one):04x}" if one < " " or one == "\x7f" else one
