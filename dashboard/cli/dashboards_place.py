"""Where the commands on dashboards find them: on a server that runs, or in the data folder when none does."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import quote

import click

from dashboard.cli.options import Context
from dashboard.cli.remote import Nobody, Refused, Remote
from dashboard.errors import CannotStart

if TYPE_CHECKING:
    from dashboard.dashboards.document import Dashboard
    from dashboard.dashboards.store import Place
    from dashboard.dashboards.versions import Version
    from dashboard.settings import Settings

_PATH = "/api/v1/dashboards"


class Listed(NamedTuple):
    """A dashboard in a list."""

    slug: str
    title: str
    version: int
    t: int
    by: str
    origin: str
    panels: int


class Taken(CannotStart):
    """There is such a dashboard already."""

    def __init__(self, there: Listed) -> None:
        if there.origin == "file":
            what, hint = "that is a file of the server", "change that, or give yours another name with --slug"
        else:
            what = f"version {there.version}{f', saved by {there.by}' if there.by else ''}"
            hint = "--replace saves a new version of it, --slug gives yours another name"
        super().__init__(f"there is a dashboard {there.slug!r} already ({what}); {hint}")


class Quicker(CannotStart):
    """Somebody else has saved between looking and saving."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"somebody else has saved {slug!r} at this very moment; look at that, and try again")


class Kept(Protocol):
    """Dashboards that are kept somewhere.

    Attributes:
        where: for people.
    """

    where: str

    def all(self, deleted: bool = False) -> list[Listed]:
        """What there is, or what was deleted and can be brought back."""

    def versions(self, slug: str) -> list[Listed]:
        """The versions of one, the newest first, also of one that was deleted.

        Raises:
            CannotStart: there is none.
        """

    def find(self, slug: str, version: int | None = None) -> Dashboard:
        """One of them.

        Raises:
            CannotStart: there is none.
        """

    def save(self, dashboard: Dashboard, base: int, by: str) -> int:
        """Keep a new version; its number.

        Raises:
            Quicker: another one is the newest.
            CannotStart: it is refused.
        """

    def measured(self) -> Mapping[str, Mapping[str, Set[str]]] | None:
        """Metrics, their labels and the values of these; None when that is not known."""


def settings_of(context: Context, arguments: Mapping[str, object]) -> Settings:
    """The settings in force, with the arguments of the command."""
    context.add(arguments)
    return context.settings()


def kept(settings: Settings, url: str | None, secret: str | None) -> Kept:
    """Those of the server, or, when none runs and none was named, those of the data folder.

    Raises:
        CannotStart: neither is there.
    """
    from dashboard.dashboards.store import Place

    remote = Remote(settings, url, secret)
    try:
        remote.ask(_PATH)
    except Nobody:
        if url is not None:
            raise
        place = Place.of(settings.dashboards.database, settings.data_dir)
        if place.file is not None and not settings.data_dir.is_dir():
            raise CannotStart(
                f"nothing listens at {remote.address}, and there is no data folder {settings.data_dir}; "
                "start Plotroom, or say where it is with --url or --data-dir"
            ) from None
        click.echo(f"nothing listens at {remote.address}; using {place.told}", err=True)
        return OfFolder(settings, place)
    return OfServer(remote)


class OfServer:
    """Those of a server that runs."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self.where = remote.address

    def all(self, deleted: bool = False) -> list[Listed]:
        from dashboard.dashboards.document import check_slug

        answer = self._remote.ask(f"{_PATH}?deleted=true" if deleted else _PATH)
        with self._understood():
            found = [Listed(*(one[key] for key in Listed._fields)) for one in answer["dashboards"]]
            for one in found:
                check_slug(one.slug)  # files are called so
        return found

    def versions(self, slug: str) -> list[Listed]:
        answer = self._remote.ask(f"{_PATH}/{_quoted(slug)}/versions")
        with self._understood():
            return [
                Listed(slug, one["title"], one["version"], one["t"], one["by"], "store", one["panels"])
                for one in answer["versions"]
            ]

    def find(self, slug: str, version: int | None = None) -> Dashboard:
        from dashboard.dashboards.refusal import read

        answer = self._remote.ask(f"{_PATH}/{_quoted(slug)}{'' if version is None else f'?version={version}'}")
        with self._understood():
            return read(answer["dashboard"])

    def save(self, dashboard: Dashboard, base: int, by: str) -> int:
        body = {"dashboard": dashboard.whole(), "base": base, "by": by}
        try:
            answer = self._remote.ask(f"{_PATH}/{_quoted(dashboard.slug)}", "PUT", body)
        except Refused as error:
            if error.code != "conflict":
                raise
            raise Quicker(dashboard.slug) from None
        with self._understood():
            return int(answer["version"])

    def measured(self) -> Mapping[str, Mapping[str, Set[str]]] | None:
        answer = self._remote.ask("/api/v1/metrics")
        with self._understood():
            return {one["name"]: by_label(each["labels"] for each in one["series"]) for one in answer["metrics"]}

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Whatever else a server answers in JSON becomes a sentence."""
        try:
            yield
        except (KeyError, TypeError, ValueError, AttributeError):
            raise CannotStart(f"{self.where} is no Plotroom that knows dashboards: it answers something else") from None


class OfFolder:
    """Those of a data folder, while no server uses it."""

    def __init__(self, settings: Settings, place: Place) -> None:
        from dashboard.dashboards.store import Store

        self._settings = settings
        self._store = Store(place, lambda: time.time_ns() // 1_000_000)
        self.where = place.told

    def all(self, deleted: bool = False) -> list[Listed]:
        found = self._store.deleted() if deleted else self._store.newest()
        return [_listed(slug, about) for slug, about in found.items()]

    def versions(self, slug: str) -> list[Listed]:
        return [_listed(slug, about) for about in self._store.history(slug)]

    def find(self, slug: str, version: int | None = None) -> Dashboard:
        return self._store.find(slug, version).dashboard

    def save(self, dashboard: Dashboard, base: int, by: str) -> int:
        from dashboard.dashboards.versions import Conflict

        try:
            return self._store.save(dashboard, base, by).version
        except Conflict:
            raise Quicker(dashboard.slug) from None

    def measured(self) -> Mapping[str, Mapping[str, Set[str]]] | None:
        from dashboard.history.database import StoreDamaged, StoreTrouble
        from dashboard.history.visit import NoHistory, Visit

        try:
            with Visit(self._settings.data_dir / "history") as visit:
                names = {name: [one for key in visit.keys(name) for one in visit.series(key)] for name in visit.names()}
        except (NoHistory, StoreTrouble, StoreDamaged):
            return None
        return {name: by_label(one.as_dict() for one in series) for name, series in names.items()}


def _listed(slug: str, about: Version) -> Listed:
    return Listed(slug, about.title, about.version, about.t, about.by, "store", about.panels)


def by_label(series: Iterable[Mapping[str, str]]) -> dict[str, set[str]]:
    """The values of each label."""
    found: dict[str, set[str]] = {}
    for labels in series:
        for label, value in labels.items():
            found.setdefault(label, set()).add(value)
    return found


def _quoted(slug: str) -> str:
    return quote(slug, safe="")
