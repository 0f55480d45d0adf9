"""What is kept of people and of what they say, asked for by requests: whatever it can't do is a refusal."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from dashboard.live.refused import Refused
from dashboard.live.wire import Code
from dashboard.people.circle import TooMany
from dashboard.people.messages import NoSuchMessage, NotYours

if TYPE_CHECKING:
    from dashboard.tasks import Tasks

Result = TypeVar("Result")

log = logging.getLogger(__name__)

#: Seconds for which one waits while the database is busy with somebody else's request.
PATIENCE = 2.0


class TalkDatabase:
    """Asks it in a native thread; one at a time, and not behind one that hangs.

    Args:
        tasks: how to leave for a native thread.
    """

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._turn = threading.Lock()

    def ask(self, function: Callable[..., Result], *arguments: object) -> Result:
        """What a function of `people` returns that waits for the database.

        Raises:
            Refused: it can't be done, or not now.
        """
        if not self._turn.acquire(timeout=PATIENCE):
            raise Refused(Code.UNAVAILABLE, "what people say can't be read or kept now; try again in a while")
        try:
            result: Result = self._tasks.native(function, *arguments)
            return result
        except NoSuchMessage as error:
            raise Refused(Code.UNKNOWN_MESSAGE, str(error)) from None
        except NotYours as error:
            raise Refused(Code.FORBIDDEN, str(error)) from None
        except TooMany as error:
            raise Refused(Code.TOO_MANY_ROOMS, str(error)) from None
        except SQLAlchemyError as error:
            log.error("what people say can't be read or kept: %s", getattr(error, "orig", None) or error)
            sentence = "what people say can't be read or kept now; the server's log says why"
            raise Refused(Code.UNAVAILABLE, sentence) from None
        finally:
            self._turn.release()
