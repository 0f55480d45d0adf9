"""Variables of a dashboard where a panel of it stands alone; static/js/board/variables.js is the twin of the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from dashboard.dashboards.document import USE, Only, Variable

#: Stands for all values.
ALL = "*"


class Chosen(NamedTuple):
    """What a variable is set to; `every` says that it is all values, those that come later as well."""

    every: bool
    values: list[str]

    @classmethod
    def of(cls, variable: Variable, said: Iterable[str]) -> Chosen:
        """What the address says of a variable, else its default."""
        wanted = [value for text in said for value in _parsed(text)] or variable.default
        return cls(ALL in wanted, wanted if variable.multi else wanted[:1])


def words_of(chosen: Mapping[str, Chosen], every: str) -> dict[str, str]:
    """What stands for each variable in a text; `every` is the word for all."""
    return {name: every if one.every else ", ".join(one.values) for name, one in chosen.items()}


def first(chosen: Chosen, values: Iterable[str]) -> str:
    """The one value that a variable stands for where there can be one only; `values` are those that there are."""
    found = sorted({*values}, key=_natural) if chosen.every else chosen.values
    return found[0] if found else ""


def filled(text: str, words: Mapping[str, str], how: Callable[[str], str] = str) -> str:
    """A text with words in place of variables, each written as `how` does it."""
    return USE.sub(lambda found: how(words[found[1]]) if found[1] in words else found[0], text)


def quoted(value: str) -> str:
    """A value as it stands between the quotes of a source."""
    return re.sub(r'["\\]', r"\\\g<0>", value)


def narrowed(only: Only, chosen: Mapping[str, Chosen]) -> Only:
    """Labels with values in place of variables, without those that may have any value."""
    found: Only = {}
    words = words_of(chosen, ALL)
    for label, values in only.items():
        names = {value: use[1] if (use := USE.fullmatch(value)) and use[1] in chosen else None for value in values}
        if any(name and chosen[name].every for name in names.values()):
            continue
        some = [
            one for value, name in names.items() for one in (chosen[name].values if name else [filled(value, words)])
        ]
        found[label] = list(dict.fromkeys(some))
    return found


def _natural(value: str) -> list[tuple[bool, int, str]]:
    """A key by which disk2 comes before disk10."""
    parts = re.findall(r"\d+|\D+", value)
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part.casefold()) for part in parts]


def _parsed(text: str) -> list[str]:
    """The values in a parameter of the address."""
    return [one.replace("%2C", ",").replace("%25", "%") for one in text.split(",") if one]
