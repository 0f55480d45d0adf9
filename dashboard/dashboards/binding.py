"""What fills an array of a figure: a metric, perhaps some of its series only, and its values, times or labels.

wind.speed                       its samples if it has one series, else the latest value of each
wind.speed{station="north"}      the same of the series with that label
wind.speed@time                  the times of these samples
wind.speed@station               the value of that label, for each series
"""

from __future__ import annotations

import re
from typing import NamedTuple

from collectors.errors import InvalidDeclaration
from collectors.metric import check_name

#: Characters of a source.
MAX_SOURCE = 1000
#: What stands for the times of samples, where else the name of a label would stand.
TIME = "time"

#: Of a wrong text, so much is quoted.
_SHOWN = 60

_TARGET = re.compile(r"(?:\d{1,3}\.)?[a-z][A-Za-z0-9_]*(?:\.[a-z][A-Za-z0-9_]*)*")
_LABEL = r"[a-z][a-z0-9_]*"
_PAIR = re.compile(rf'\s*({_LABEL})\s*=\s*"((?:[^"\\]|\\["\\])*)"\s*(,|$)')
# Each space has one place where it can belong: with two, a text of many takes minutes.
_SOURCE = re.compile(rf"(?P<metric>[^{{@\s]*)(?:\s*{{(?P<only>.*)}})?(?:\s*@(?P<part>{_LABEL}))?", re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')


class Binding(NamedTuple):
    """Where an array comes from.

    Attributes:
        metric: its name.
        only: the labels that a series must have.
        part: "" for values, `TIME`, or the name of a label.
    """

    metric: str
    only: dict[str, str]
    part: str = ""


def check_target(text: str) -> str:
    """The array that is filled, as it was written.

    Raises:
        ValueError: it names none.
    """
    if not _TARGET.fullmatch(text):
        raise ValueError(
            f'{text[:_SHOWN]!r} names no array of a trace; write it as "r", or "1.marker.color" for one of the second'
        )
    return text


def parse_source(text: str) -> Binding:
    """What such a text means.

    Raises:
        ValueError: it is none.
    """
    match = _SOURCE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'{text[:_SHOWN]!r} is not valid; write it as NAME, NAME{{label="value"}} or NAME@time')
    try:
        check_name(match["metric"])
    except InvalidDeclaration as error:
        raise ValueError(str(error)) from None
    return Binding(match["metric"], _pairs(match["only"] or "", text), match["part"] or "")


def _pairs(inside: str, text: str) -> dict[str, str]:
    only: dict[str, str] = {}
    place = 0
    inside = inside.rstrip()
    while place < len(inside):
        pair = _PAIR.match(inside, place)
        if pair is None or pair[1] in only:
            raise ValueError(f'{text[:_SHOWN]!r}: write each label once, as label="value", with commas between them')
        only[pair[1]] = _ESCAPED.sub(r"\1", pair[2])
        place = pair.end()
    return only
