"""Dashboards that people save: each save is a version, and nobody overwrites what they have not seen."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Row, and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from dashboard.dashboards.document import Dashboard, as_bytes
from dashboard.dashboards.refusal import Wrong, read
from dashboard.dashboards.tables import dashboards, metadata, versions
from dashboard.dashboards.versions import MOST, Conflict, Saved, TooMany, Unavailable, Unknown, Unreadable, Version
from dashboard.sql import Database, check

#: Deleted dashboards that can still be brought back.
MOST_GONE = 100
#: Versions of one dashboard; the oldest go first.
MOST_VERSIONS = 50
#: Characters that these have together, but for the newest one, which always stays.
MOST_KEPT = 4 * 2**20
SETTING = "dashboards.database"
#: Characters of a name of who has saved.
MAX_AUTHOR = 80

#: The columns of what is told of a version: not the dashboard itself, which may be large.
_TOLD = [versions.c[name] for name in ("slug", "version", "saved", "author", "title", "panels")]

_Stamps = tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True)
class Place:
    """Where dashboards are kept.

    Attributes:
        url: SQLAlchemy's address.
        file: of SQLite, made so that nobody else can read it; None for another database.
    """

    url: str
    file: Path | None = None

    @classmethod
    def of(cls, database: str, data_dir: Path) -> Place:
        """That of the setting `dashboards.database`, by default a file in the data folder.

        Raises:
            Unusable: it is no address.
        """
        if database:
            check(database, SETTING)
            return cls(database)
        path = data_dir.absolute() / "dashboards.db"
        return cls(f"sqlite:///{path}", path)

    @property
    def told(self) -> str:
        """It for people; an address may have a password."""
        return str(self.file) if self.file is not None else f"the database of {SETTING}"


class Store:
    """The saved dashboards. Waits for a disk: call it in native threads, one call at a time.

    It opens its database when it is first asked, and again after a failure: what was put right is found without a
    restart.

    Args:
        place: where they are.
        now: the time, ms since the epoch.
    """

    def __init__(self, place: Place, now: Callable[[], int]) -> None:
        self._place = place
        self._now = now
        self._open: Database | None = None
        self._read: tuple[_Stamps, dict[str, Version]] | None = None

    def newest(self) -> dict[str, Version]:
        """The newest version of each, by slug. A file that nobody has written since is not read again."""
        # To open one, SQLite makes two files beside it: an idle server would do so for ever.
        stamps = _stamps(self._place.file)
        if self._read is not None and self._read[0] == stamps:
            return dict(self._read[1])
        found = self._newest(gone=False)
        self._read = (stamps, found) if stamps is not None else None
        return dict(found)

    def deleted(self) -> dict[str, Version]:
        """The same of those that were deleted and can be brought back."""
        return self._newest(gone=True)

    def find(self, slug: str, version: int | None = None) -> Saved:
        """The newest version, or an earlier one, also of a dashboard that was deleted.

        Raises:
            Unknown: there is none.
        """
        with self._begin() as db:
            if version is None:
                saved = _newest(db, slug)
                if saved is None:
                    raise Unknown(f"there is no dashboard {slug[:60]!r}")
                return saved
            this = (versions.c.slug == slug) & (versions.c.version == version)
            row = db.execute(select(versions).where(this)).one_or_none()
            if row is None:
                raise Unknown(f"there is no version {version} of a dashboard {slug[:60]!r} (any more)")
            return _saved(row)

    def history(self, slug: str) -> list[Version]:
        """What is told of each version, the newest first.

        Raises:
            Unknown: there is no such dashboard, and was none lately.
        """
        with self._begin() as db:
            query = select(*_TOLD).where(versions.c.slug == slug).order_by(versions.c.version.desc())
            found = [_about(row) for row in db.execute(query)]
        if not found:
            raise Unknown(f"there is no dashboard {slug[:60]!r}")
        return found

    def save(self, dashboard: Dashboard, base: int, by: str) -> Version:
        """Keep a new version; what is as it was makes none.

        Args:
            dashboard: the new one.
            base: the version that it was made from; 0 for a new dashboard.
            by: who saves.

        Raises:
            Conflict: another version is the newest.
            TooMany: there is no place for a new one.
        """
        if base:
            with self._begin() as db:
                try:
                    before = _newest(db, dashboard.slug)
                except Unreadable:  # whatever it was, it is something else
                    before = None
            if before is not None and before.about.version == base and _same(before.dashboard, dashboard):
                return before.about
        try:
            with self._begin() as db:
                return self._save(db, dashboard, base, by)
        except IntegrityError:  # somebody else was quicker
            with self._begin() as db:
                raise Conflict(dashboard.slug, _newest(db, dashboard.slug)) from None

    def delete(self, slug: str, base: int) -> None:
        """Take a dashboard away. Its versions stay for a while, so that it can be brought back.

        Raises:
            Unknown: there is no such dashboard.
            Conflict: another version is the newest.
        """
        with self._begin() as db:
            this = (dashboards.c.slug == slug) & (dashboards.c.version == base) & ~dashboards.c.gone
            done = db.execute(update(dashboards).where(this).values(gone=True, changed=self._now()))
            if not done.rowcount:
                current = _newest(db, slug)
                raise Conflict(slug, current) if current else Unknown(f"there is no dashboard {slug[:60]!r}")
            gone = select(dashboards.c.slug).where(dashboards.c.gone).order_by(dashboards.c.changed.desc())
            for forgotten in db.execute(gone.offset(MOST_GONE)).scalars().all():
                db.execute(delete(dashboards).where(dashboards.c.slug == forgotten))

    def close(self) -> None:
        """Let go of the database."""
        if self._open is not None:
            self._open.close()
        self._open = self._read = None

    def _newest(self, gone: bool) -> dict[str, Version]:
        newest = and_(versions.c.slug == dashboards.c.slug, versions.c.version == dashboards.c.version)
        query = select(*_TOLD).join(dashboards, newest).where(dashboards.c.gone.is_(gone)).order_by(versions.c.slug)
        with self._begin() as db:
            return {row.slug: _about(row) for row in db.execute(query)}

    def _save(self, db: Connection, dashboard: Dashboard, base: int, by: str) -> Version:
        # A write comes first, which locks all others out: between looking and writing somebody else could save.
        slug, now = dashboard.slug, self._now()
        this = dashboards.c.slug == slug
        known = this & (dashboards.c.version == base) & ~dashboards.c.gone if base else this & dashboards.c.gone
        more = {"version": dashboards.c.version + 1, "gone": False, "changed": now}
        done = db.execute(update(dashboards).where(known).values(more))
        if not done.rowcount:
            if base:
                ever = db.execute(select(dashboards.c.slug).where(this)).first() is not None
                raise Conflict(slug, _newest(db, slug), ever)
            db.execute(insert(dashboards).values(slug=slug, version=1, changed=now, gone=False))
        if not base and db.execute(select(func.count()).where(~dashboards.c.gone)).scalar_one() > MOST:
            raise TooMany
        number = int(db.execute(select(dashboards.c.version).where(this)).scalar_one())
        about = Version(number, now, by[:MAX_AUTHOR], dashboard.title, len(dashboard.panels))
        row = {"slug": slug, "version": number, "saved": now, "author": about.by, "title": about.title}
        document = as_bytes(dashboard).decode()
        db.execute(insert(versions).values(**row, panels=about.panels, document=document))
        _forget(db, slug, number)
        return about

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._database().begin() as db:
                yield db
        except IntegrityError:
            raise
        except (SQLAlchemyError, OSError) as error:
            self.close()
            raise Unavailable(_sentence(error, self._place)) from error

    def _database(self) -> Database:
        if self._open is None:
            if self._place.file is not None:
                # What somebody draws is for who may see the page, not for everybody on this machine.
                os.close(os.open(self._place.file, os.O_CREAT | os.O_RDWR, 0o600))
            self._open = Database(self._place.url, metadata, SETTING, synchronous="FULL")
        return self._open


def _stamps(file: Path | None) -> _Stamps | None:
    """What changes with a database of SQLite, and with the log of writes beside it; None where there is none."""
    try:
        names = (str(file), f"{file}-wal") if file is not None else ()
        found = [os.stat(name) if os.path.exists(name) else None for name in names]
    except OSError:  # gone at this very moment
        return None
    stamps = tuple((one.st_mtime_ns, one.st_size, one.st_ino) if one is not None else None for one in found)
    return stamps if any(stamps) else None


def _newest(db: Connection, slug: str) -> Saved | None:
    newest = and_(versions.c.slug == dashboards.c.slug, versions.c.version == dashboards.c.version)
    query = select(versions).join(dashboards, newest).where((versions.c.slug == slug) & ~dashboards.c.gone)
    row = db.execute(query).one_or_none()
    return None if row is None else _saved(row)


def _forget(db: Connection, slug: str, newest: int) -> None:
    """Take away the oldest versions, of which there are too many, or too much."""
    sizes = select(versions.c.version, func.length(versions.c.document)).where(versions.c.slug == slug)
    left = MOST_KEPT
    for version, size in db.execute(sizes.order_by(versions.c.version.desc())).all():
        left -= size
        if version <= newest - MOST_VERSIONS or (left < 0 and version < newest):
            db.execute(delete(versions).where((versions.c.slug == slug) & (versions.c.version <= version)))
            return


def _same(one: Dashboard, other: Dashboard) -> bool:
    return as_bytes(one) == as_bytes(other)


def _about(row: Row[Any]) -> Version:  # Any: a row of `versions`
    return Version(row.version, int(row.saved), row.author, row.title, row.panels)


def _saved(row: Row[Any]) -> Saved:  # Any: a row of `versions`
    try:
        return Saved(read(orjson.loads(row.document)), _about(row))
    except (Wrong, orjson.JSONDecodeError) as error:
        raise Unreadable(f"version {row.version} of {row.slug!r} can't be read: {error}") from None


def _sentence(error: Exception, place: Place) -> str:
    why = str(getattr(error, "orig", None) or getattr(error, "strerror", None) or error).splitlines()[0]
    if "malformed" in why or "not a database" in why:
        return f"{place.told} is damaged ({why}); move it away, and a new one is begun"
    return f"{place.told} can't be used now: {why}"
