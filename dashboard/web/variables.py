"""Variables of a dashboard where a panel of it stands alone; static/js/board/variables.js is the twin of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def filled(text: str, chosen: Mapping[str, Chosen], every: str) -> str:
    """A text with values in place of variables; `every` is the word for all."""

    def value(name: str) -> str:
        return every if chosen[name].every else ", ".join(chosen[name].values)

    return USE.sub(lambda found: value(found[1]) if found[1] in chosen else found[0], text)


def narrowed(only: Only, chosen: Mapping[str, Chosen]) -> Only:
    """Labels with values in place of variables, without those that may have any value."""
    found: Only = {}
    for label, values in only.items():
        names = {value: use[1] if (use := USE.fullmatch(value)) and use[1] in chosen else None for value in values}
        if any(name and chosen[name].every for name in names.values()):
            continue
        some = [
            one
            for value, name in names.items()
            for one in (chosen[name].values if name else [filled(value, chosen, ALL)])
        ]
        found[label] = list(dict.fromkeys(some))
    return found


def _parsed(text: str) -> list[str]:
    """The values in a parameter of the address."""
    return [one.replace("%2C", ",").replace("%25", "%") for one in text.split(",") if one]
