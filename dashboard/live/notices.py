"""What everybody should know, from an operator or from the server itself: told beside the charts and in the rooms."""

from __future__ import annotations

import threading
from enum import StrEnum
from typing import TYPE_CHECKING

from dashboard.live.wire import Payload

if TYPE_CHECKING:
    from dashboard.live.broadcast import Broadcast, Level
    from dashboard.live.talk import Talk


class Topic(StrEnum):
    """What the server itself has to say something about; nobody else may speak of these."""

    HISTORY = "history"
    COLLECTORS = "collectors"
    DASHBOARDS = "dashboards"


class Notices:
    """Tells everybody, in all namespaces.

    Args:
        broadcast: those who look at charts.
        talk: people in rooms, where there are any.
    """

    def __init__(self, broadcast: Broadcast, talk: Talk | None = None) -> None:
        self._broadcast = broadcast
        self._talk = talk
        self._turn = threading.Lock()  # the last word on a topic is the same for all

    @property
    def standing(self) -> list[Payload]:
        """Those that stand, the oldest first."""
        return self._broadcast.standing

    def tell(self, level: Level, text: str) -> None:
        """Tell everybody who is here now."""
        with self._turn:
            self._also_in_rooms(self._broadcast.notice(level, text))

    def stand(self, topic: str, level: Level, text: str) -> None:
        """Tell everybody, and everybody who comes, until the next sentence on that topic; "" ends it."""
        with self._turn:
            self._also_in_rooms(self._broadcast.stand(topic, level, text))

    def _also_in_rooms(self, payload: Payload) -> None:
        if self._talk is not None:
            self._talk.notice(payload)
