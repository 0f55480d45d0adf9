"""`/api/v1/export`: any span of a metric as a file, however long; a piece of it at a time is in memory."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator
from itertools import chain

from flask import Blueprint, request
from werkzeug.wrappers import Response

from dashboard.errors import RequestRefused
from dashboard.history.database import StoreDamaged, StoreTrouble
from dashboard.history.directory import Key
from dashboard.history.paging import Plan, pages
from dashboard.history.reading import Span
from dashboard.history.slice import Slice
from dashboard.history.store import History
from dashboard.tasks import Tasks
from dashboard.web.asked import Export, parse
from dashboard.web.files import CsvWriter, ParquetWriter, Writer, has_parquet

log = logging.getLogger(__name__)

#: Files that are written at the same time; each takes time of the interpreter from everybody else.
MAX_EXPORTS = 2
#: Series of one file: more columns than that no program reads with joy, and each takes memory.
MAX_COLUMNS = 5000
_WHOLE = 2**62

Find = Callable[[str, str | None], Key]


class _Broken(OSError):
    """The rest can't be read: the connection is closed, so that nobody takes a part for the whole."""


class Exports:
    """Answers with files; `blueprint` gives them their address.

    Args:
        find: the metric of a name and perhaps a unit; raises `RequestRefused`.
        history: of all metrics.
        tasks: how to leave for a native thread.
        parquet: whether that can be written.
    """

    def __init__(self, find: Find, history: History, tasks: Tasks, parquet: bool | None = None) -> None:
        self._find = find
        self._history = history
        self._tasks = tasks
        self._parquet = has_parquet() if parquet is None else parquet
        self._turns = threading.BoundedSemaphore(MAX_EXPORTS)

    def export(self) -> Response:
        asked = parse(Export, request.args.items(multi=True))
        if asked.format == "parquet" and not self._parquet:
            raise RequestRefused(
                422, "bad_request", "format: this server writes no Parquet, as it lacks pyarrow; ask for csv, or "
                "install it there with: pip install 'plotroom[parquet]'"
            )  # fmt: skip
        key = self._find(asked.metric, asked.unit)
        if not self._turns.acquire(blocking=False):
            raise RequestRefused(
                429, "rate_limited", f"{MAX_EXPORTS} exports are being written; ask again when one has ended"
            )
        try:
            response = self._answer(key, asked.span(time.time_ns() // 1_000_000), asked.format)
        except (StoreTrouble, StoreDamaged) as error:
            self._turns.release()
            raise RequestRefused(503, "unavailable", f"The history can't be read now: {error}.") from None
        except BaseException:
            self._turns.release()
            raise
        response.call_on_close(self._turns.release)
        return response

    def _answer(self, key: Key, span: Span, form: str) -> Response:
        native = self._tasks.native
        plan: Plan = native(Plan, self._history.shelf, key, self._history.held(key), span)
        if len(plan.series) > MAX_COLUMNS:
            raise RequestRefused(
                422, "bad_request", f"{key.name} has {len(plan.series)} series in that span, and a file {MAX_COLUMNS} "
                "at most; choose some with label.NAME=VALUE, or a shorter span"
            )  # fmt: skip
        writer: Writer = native(ParquetWriter if form == "parquet" else CsvWriter, key, plan.series)
        parts = self._parts(key, plan, writer)
        # What can't be read shows with the first piece, while there can still be an answer that says so.
        response = Response(chain([next(parts)], parts), content_type=writer.content_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{key.name}.{form}"'
        response.call_on_close(parts.close)
        return response

    def _parts(self, key: Key, plan: Plan, writer: Writer) -> Generator[bytes, None, None]:
        native = self._tasks.native
        begun: bytes = native(writer.begin)
        sent = False

        def read(span: Span) -> Slice:
            return self._history.query(key, span, _WHOLE).samples

        try:
            for times, values in pages(plan, read, native):
                data = begun + native(writer.add, times, values)
                begun = b""
                if data:
                    sent = True
                    yield data
        except (StoreTrouble, StoreDamaged) as error:
            if not sent:
                raise
            log.error("an export of %s broke off: %s", key.name, error)
            raise _Broken(str(error)) from error
        yield begun + native(writer.end)


def blueprint(exports: Exports) -> Blueprint:
    """The address of `exports`."""
    routes = Blueprint("export", __name__)
    routes.get("/api/v1/export")(exports.export)
    return routes
