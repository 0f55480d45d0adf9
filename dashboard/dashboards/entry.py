"""What is told of dashboards: of each in the list of all, and of what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from dashboard.dashboards.files import Filed

#: Files that a sentence names, and characters of what is wrong with one.
MOST_NAMES = 3
MOST_FAULT = 300


class Entry(NamedTuple):
    """A dashboard in the list of all.

    Attributes:
        slug: its page is /d/<slug>.
        title: for people.
        version: number of the newest one; of a file, when it was changed, in ms since the epoch.
        t: when it was saved or changed, ms since the epoch.
        by: who has saved it.
        origin: "store" for saved ones, "file" for those of the folder.
        panels: how many it has.
        editable: whether it can be saved.
    """

    slug: str
    title: str
    version: int
    t: int
    by: str
    origin: Literal["store", "file"]
    panels: int
    editable: bool


def by_title(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda one: (one.title.lower(), one.slug))


def of_file(filed: Filed) -> Entry:
    dashboard, _, t = filed
    return Entry(dashboard.slug, dashboard.title, t, t, "", "file", len(dashboard.panels), False)


def sentences(unread: str, unsaved: str, faults: Iterable[tuple[str, str]]) -> Iterable[str]:
    if unread:
        yield f"Saved dashboards can't be read: {unread}."
    elif unsaved:
        yield f"Dashboards can't be saved: {unsaved}."
    wrong = [f"{name}: {why[:MOST_FAULT]}" if name else why for name, why in faults]
    if wrong:
        more = f"; and {len(wrong) - MOST_NAMES} more" if len(wrong) > MOST_NAMES else ""
        yield f"Dashboards as files: {'; '.join(wrong[:MOST_NAMES])}{more}. What a file held before is still shown."
