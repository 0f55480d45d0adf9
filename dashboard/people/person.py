"""A person: an id that only who knows its secret can have, a name and a colour that they choose."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

#: Colours are those of the charts' palette, by index, so that both themes have theirs.
COLOURS = 12
MAX_NAME = 40
#: A secret is random text that the browser keeps; its hash is the id.
SECRET = re.compile(r"[A-Za-z0-9_-]{22,128}")
ID_LENGTH = 32

_FIRST = ("Amber", "Blue", "Brisk", "Calm", "Clear", "Early", "Grey", "Kind", "Late", "North", "Quiet", "Swift")
_SECOND = ("Crane", "Finch", "Fox", "Hare", "Heron", "Lark", "Lynx", "Otter", "Owl", "Seal", "Swan", "Wren")


class BadName(ValueError):
    """A name that nobody can have; the text says what one is."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who looks at a dashboard.

    Attributes:
        id: stays the same for as long as their browser keeps its secret.
        name: chosen, or made from the id.
        colour: index into the palette.
    """

    id: str
    name: str
    colour: int


def stranger(secret: str) -> Person:
    """Who has that secret, as long as they have not chosen a name."""
    digest = hashlib.sha256(secret.encode()).digest()
    first, second = digest[-2] % len(_FIRST), digest[-1] % len(_SECOND)
    return Person(digest.hex()[:ID_LENGTH], f"{_FIRST[first]} {_SECOND[second]}", digest[-3] % COLOURS)


def clean_name(text: str, most: int = MAX_NAME) -> str:
    """A name as it is shown: one line, without what can't be seen. Two people may have the same one.

    Raises:
        BadName: nothing is left of it, or too much.
    """
    letters = unicodedata.normalize("NFKC", text)
    name = " ".join("".join(one for one in letters if unicodedata.category(one)[0] != "C").split())
    if not name:
        raise BadName("a name has at least one letter that can be seen")
    if len(name) > most:
        raise BadName(f"a name has at most {most} letters; this one has {len(name)}")
    return name
