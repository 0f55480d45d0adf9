"""The one object that a program needs: a server, and what can be asked of it."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from dashboard.client import history as past
from dashboard.client.address import address
from dashboard.client.asking import ask
from dashboard.client.errors import ClientError
from dashboard.client.history import History, Moment, Span
from dashboard.client.subscription import BACKLOG, Subscription
from dashboard.client.talk import Message, Person

if TYPE_CHECKING:
    from dashboard.client.notebook import Show

#: Where a Plotroom is that was started without any options.
URL = "http://127.0.0.1:8420"
#: Seconds for which what is new waits for what was missed.
PATIENCE = 10.0


class Client:
    """A server of Plotroom. Nothing is connected before something is asked.

    Args:
        url: its address; one with `?token=`, as `plotroom token` shows it, will do.
        token: what it asks for.
        ca: file of the certificate to believe, for https with one of your own, or a context of `ssl`.
        secret: who one was in the rooms before: `Client.secret` of that time.
        whispers: number of the last whisper that one has: `Client.whispers` of that time. Those after it come.

    Raises:
        CannotConnect: that is no address.
    """

    def __init__(
        self,
        url: str = URL,
        *,
        token: str = "",
        ca: str | ssl.SSLContext = "",
        secret: str = "",
        whispers: int = 0,
    ) -> None:
        self._address = address(url, token, ca)
        self._secret = secret
        self._whispers = whispers
        self._subscriptions: list[Subscription | Show] = []
        self._person: Person | None = None

    @property
    def url(self) -> str:
        return self._address.url

    # --- what is measured

    def catalog(self) -> list[dict[str, Any]]:
        """Every metric, as docs/wire.md tells: its name, title, unit, series, seconds between samples, and more."""
        body = ask(self._address, "/api/v1/metrics", (), "application/json")
        found: list[dict[str, Any]] = json.loads(body)["metrics"]
        return found

    def subscribe(
        self, *metrics: str, window: Span | Literal[0] = 0, patience: float = PATIENCE, backlog: int = BACKLOG
    ) -> Subscription:
        """Follow metrics: what is iterated over are batches of their samples, in the order of their numbers.

        A broken connection is made again, and what was missed meanwhile is fetched. It is a context manager, too, and
        ends with the client at the latest.

        Args:
            metrics: their names.
            window: how much history comes first: seconds, or "15 min".
            patience: seconds for which newer samples wait for missing ones; then they go on with a `gap`.
            backlog: values that wait for a loop that is too slow; the oldest of more are left out.

        Raises:
            CannotConnect: the server can't be reached.
            Refused: it has no such metric; the text names a close one.
        """
        names = _names(metrics)
        made = Subscription(self._address, names, past.seconds(window) if window else 0.0, patience, backlog)
        self._subscriptions.append(made)
        return made

    def history(
        self,
        metric: str,
        *,
        last: Span | None = None,
        start: Moment | None = None,
        end: Moment | None = None,
        points: int | None = None,
        tier: Literal["full", "minute", "hour"] | None = None,
        aggregate: Literal["mean", "min", "max", "last", "count", "sum"] | None = None,
        labels: Mapping[str, str] | None = None,
        unit: str | None = None,
    ) -> History:
        """The past of a metric; docs/api.md tells more of each argument.

        Args:
            metric: its name.
            last: how long, up to `end`: seconds, a timedelta, or a text such as "1h"; by default five minutes.
            start: or from when: ms since the epoch, or a datetime.
            end: until when; by default now.
            points: at most so many times.
            tier: the resolution; by default the finest that is not too much to look through.
            aggregate: what stands for many samples.
            labels: only series that have these.
            unit: of a metric that was measured in several: the one that is meant.

        Raises:
            CannotConnect: the server can't be reached.
            Refused: it has no such metric, or an argument is wrong.
        """
        return past.history(
            self._address, metric,
            last=last, start=start, end=end, points=points, tier=tier, aggregate=aggregate, labels=labels, unit=unit,
        )  # fmt: skip

    def show(self, *metrics: str, window: Span = 300.0) -> Any:  # Any: a Plotly FigureWidget; Plotly ships no types
        """A live chart for a notebook: a Plotly FigureWidget that moves until the client is closed.

        Raises:
            Missing: what notebooks need for that is not installed.
        """
        from dashboard.client.notebook import Show

        length, names = past.seconds(window), _names(metrics)
        made = Show(lambda: Subscription(self._address, names, length, PATIENCE), length)
        self._subscriptions.append(made)
        return made.figure

    # --- people

    @property
    def secret(self) -> str:
        """Who one is in the rooms; keep it to be the same person the next time."""
        return self._person.secret if self._person is not None else self._secret

    @property
    def whispers(self) -> int:
        """Number of the last whisper that one has; keep it with the secret, and none of them comes again."""
        return self._person.whispers if self._person is not None else self._whispers

    @property
    def person(self) -> Person:
        """Oneself in the rooms."""
        if self._person is None:
            self._person = Person(self._address, self._secret, self._whispers)
        return self._person

    def join(self, room: str, name: str = "") -> list[Message]:
        """Be in a room, "overview" or "dashboard:overview", by a name; what was said there so far.

        Raises:
            CannotConnect: the server can't be reached.
            Refused: there is no such room for this person.
        """
        return self.person.join(room, name)

    def say(
        self,
        room: str,
        text: str,
        *,
        span: tuple[float, float] | None = None,
        metric: str | None = None,
        pin: float | None = None,
    ) -> Message:
        """Say something in a room that was joined; `span`, `metric` and `pin` are what it is about."""
        return self.person.say(room, text, span=span, metric=metric, pin=pin)

    def whisper(self, to: str, text: str) -> Message:
        """Say something to one person alone: their id, or their name in a room that both are in."""
        return self.person.whisper(to, text)

    def messages(self) -> Iterator[Message]:
        """What others say from now on, in all rooms that were joined, and what they whisper; ends with the client."""
        return iter(self.person)

    # --- the end

    def close(self) -> None:
        """End all connections."""
        for one in self._subscriptions:
            one.close()
        self._subscriptions.clear()
        if self._person is not None:
            self._secret, self._whispers = self._person.secret, self._person.whispers
            self._person.close()
            self._person = None

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _names(metrics: tuple[object, ...]) -> list[str]:
    names = [one for one in metrics if isinstance(one, str)]
    if not names or len(names) < len(metrics):
        raise ClientError("name the metrics one after the other, as in subscribe('system.cpu', 'system.load')")
    return list(dict.fromkeys(names))
