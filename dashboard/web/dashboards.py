"""`/api/v1/dashboards`: the dashboards that people make, their versions, and saving them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from flask import Blueprint, request
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from dashboard.dashboards.boards import Boards, ReadOnly
from dashboard.dashboards.document import MAX_SIZE, Dashboard
from dashboard.dashboards.entry import Entry
from dashboard.dashboards.refusal import Wrong, read
from dashboard.dashboards.store import MAX_AUTHOR
from dashboard.dashboards.versions import Conflict, TooMany, Unavailable, Unknown, Version
from dashboard.errors import RequestRefused
from dashboard.live.budget import Budgets, household
from dashboard.live.payloads import BadRequest, Request, parse
from dashboard.sampling.output import printable
from dashboard.tasks import Tasks
from dashboard.web.answers import json_answer
from dashboard.web.asked import json_object
from dashboard.web.asked import parse as parse_query

Result = TypeVar("Result")

#: Bytes of a request to save, whose JSON may be indented.
MAX_BODY = 2 * MAX_SIZE
#: Saves and deletions of one address, a second and at once; and how many addresses are told from each other.
RATE, BURST = 2.0, 40
MOST_ADDRESSES = 1000
MAX_VERSION = 2**53


class SaveRequest(Request):
    """A dashboard to be kept."""

    dashboard: Dashboard = Field(description="all of it; what is as by default may be left out")
    base: int = Field(0, ge=0, le=MAX_VERSION, description="the version that it was made from; 0 for a new one")
    by: str = Field("", max_length=MAX_AUTHOR, description="who saves it, as they want to be called")


class _Envelope(Request):
    """What stands around the dashboard, which is checked by itself: its refusals name the place in it."""

    dashboard: Any  # checked later
    base: int = Field(0, ge=0, le=MAX_VERSION)
    by: str = Field("", max_length=MAX_AUTHOR)


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class ListQuery(_Query):
    """Which ones."""

    deleted: bool = Field(
        False, description="those that were deleted and can be brought back, in place of those there are"
    )


class VersionQuery(_Query):
    """Which version of it."""

    version: int | None = Field(None, ge=1, le=MAX_VERSION, description="by default the newest")


class DeleteQuery(_Query):
    """Which one is deleted, and by whom."""

    base: int = Field(ge=1, le=MAX_VERSION, description="the version that one has seen last")


class DashboardsApi:
    """Answers in terms of dashboards; `blueprint` gives them addresses.

    Args:
        boards: all of them.
        tasks: how to leave for a native thread: to check a large one takes 20 ms.
        families: the slugs of what is measured now, which no new one can take.
    """

    def __init__(self, boards: Boards, tasks: Tasks, families: Callable[[], Collection[str]]) -> None:
        self._boards = boards
        self._tasks = tasks
        self._families = families
        self._budgets = Budgets(RATE, BURST, MOST_ADDRESSES)

    def all(self) -> Response:
        """The list of all."""
        asked = parse_query(ListQuery, request.args.items(multi=True))
        entries = self._told(self._boards.deleted) if asked.deleted else self._boards.entries()
        return json_answer({"ok": True, "dashboards": [one._asdict() for one in entries]})

    def one(self, slug: str) -> Response:
        """One of them, or a version of it."""
        asked = parse_query(VersionQuery, request.args.items(multi=True))
        return json_answer({"ok": True, **shown(*self._told(lambda: self._boards.find(slug, asked.version)))})

    def versions(self, slug: str) -> Response:
        """The versions of one."""
        parse_query(_Query, request.args.items(multi=True))
        found = self._told(lambda: self._boards.history(slug))
        return json_answer({"ok": True, "versions": [one._asdict() for one in found]})

    def save(self, slug: str) -> Response:
        """Keep one; answered by the number of its new version."""
        self._pay()  # before the work, of which what is wrong makes as much as what is right
        try:
            asked = parse(_Envelope, (json_object(request, MAX_BODY),))
        except BadRequest as error:
            raise RequestRefused(422, "bad_request", str(error).removeprefix(": ")) from None
        given = asked.dashboard
        if isinstance(given, dict) and given.get("slug", slug) != slug:
            raise RequestRefused(
                422, "bad_request", f"slug: the address says {slug[:60]!r}, the dashboard {str(given['slug'])[:60]!r}"
            )
        dashboard: Dashboard = self._told(lambda: self._tasks.native(read, given, slug))
        if not asked.base and slug in self._families():
            raise RequestRefused(
                422, "bad_request", f"slug: {slug!r} is the dashboard of what is measured under that name; "
                "choose another"
            )  # fmt: skip
        by = printable(" ".join(asked.by.split()))
        about: Version = self._told(lambda: self._boards.save(dashboard, asked.base, by))
        return json_answer({"ok": True, "version": about.version, "t": about.t})

    def delete(self, slug: str) -> Response:
        """Take one away."""
        asked = parse_query(DeleteQuery, request.args.items(multi=True))
        self._pay()
        self._told(lambda: self._boards.delete(slug, asked.base))
        return json_answer({"ok": True})

    def _pay(self) -> None:
        if not self._budgets.take(household(request.remote_addr or "")):
            raise RequestRefused(429, "rate_limited", f"At most {BURST} dashboards at once; wait a few seconds.")

    def _told(self, function: Callable[[], Result]) -> Result:
        """What a function gives; what it raises becomes the refusal of a request."""
        try:
            return function()
        except Wrong as error:
            raise RequestRefused(422, "bad_request", str(error)) from None
        except Unknown as error:
            raise RequestRefused(404, "not_found", str(error)) from None
        except ReadOnly as error:
            raise RequestRefused(403, "read_only", str(error)) from None
        except TooMany as error:
            raise RequestRefused(422, "too_many", str(error)) from None
        except Unavailable as error:
            raise RequestRefused(503, "unavailable", str(error)) from None


def conflict(error: Conflict) -> Response:
    """The answer to who has not seen what others have saved: that is in it."""
    current = None
    if error.current is not None:
        dashboard, about = error.current
        current = {"dashboard": dashboard.whole(), "version": about.version, "by": about.by, "t": about.t}
    told = {"code": "conflict", "message": str(error)}
    return json_answer({"ok": False, "error": told, "current": current}, 409)


def listed(boards: Boards) -> list[dict[str, Any]]:  # Any: JSON
    """The list as the page and the API have it."""
    return [one._asdict() for one in boards.entries()]


def shown(dashboard: Dashboard, entry: Entry) -> dict[str, Any]:  # Any: JSON
    """One as the page and the API have it."""
    about = {key: getattr(entry, key) for key in ("version", "t", "by", "origin", "editable")}
    return {"dashboard": dashboard.whole(), **about}


def blueprint(dashboards: DashboardsApi) -> Blueprint:
    """The addresses of `dashboards`."""
    routes = Blueprint("dashboards", __name__)
    routes.register_error_handler(Conflict, conflict)
    routes.get("/api/v1/dashboards")(dashboards.all)
    routes.get("/api/v1/dashboards/<slug>")(dashboards.one)
    routes.put("/api/v1/dashboards/<slug>")(dashboards.save)
    routes.delete("/api/v1/dashboards/<slug>")(dashboards.delete)
    routes.get("/api/v1/dashboards/<slug>/versions")(dashboards.versions)
    return routes
