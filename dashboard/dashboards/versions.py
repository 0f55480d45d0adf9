"""What one gets of saved dashboards: a version of one, or the reason why not."""

from __future__ import annotations

from typing import NamedTuple

from dashboard.dashboards.document import Dashboard
from dashboard.errors import PlotroomError

#: Dashboards that are kept.
MOST = 500


class Version(NamedTuple):
    """What is told of a version.

    Attributes:
        version: its number within its dashboard.
        t: when it was saved, ms since the epoch.
        by: who has saved it, as they call themselves; "" when they don't.
        title: of the dashboard.
        panels: how many it has.
    """

    version: int
    t: int
    by: str
    title: str
    panels: int


class Saved(NamedTuple):
    """A dashboard as it was saved."""

    dashboard: Dashboard
    about: Version


class Unavailable(PlotroomError):
    """The disk or the database does not do what it should; the text is a sentence."""


class Unreadable(Unavailable):
    """What is kept as a version is no dashboard any more."""


class Unknown(PlotroomError):
    """There is no such dashboard, or version of it."""


class TooMany(PlotroomError):
    """There are as many dashboards as may be."""

    def __init__(self) -> None:
        super().__init__(f"there are {MOST} dashboards already; delete one first")


class Conflict(PlotroomError):
    """Somebody else has saved meanwhile.

    Attributes:
        current: what is kept now; None when it was deleted.
    """

    def __init__(self, slug: str, current: Saved | None, ever: bool = True) -> None:
        if current is None and not ever:
            super().__init__(f"there is no dashboard {slug!r} that this could be made from; save it as a new one")
        elif current is None:
            super().__init__(f"the dashboard {slug!r} was deleted meanwhile; save it as a new one, or leave it")
        else:
            by = f", by {current.about.by}" if current.about.by else ""
            super().__init__(
                f"the newest version of {slug!r} is {current.about.version}{by}, not the one that this was made from; "
                "look at it, and save on top of it"
            )
        self.current = current
