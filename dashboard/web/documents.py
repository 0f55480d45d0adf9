"""`/api/v1/openapi.json` and `/api/v1/asyncapi.json`: what programs may ask and are told, for programs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from dashboard.live import asyncapi
from dashboard.tasks import Tasks
from dashboard.web import openapi
from dashboard.web.answers import json_answer

Document = dict[str, Any]  # Any: JSON


class Documents:
    """Makes each document once, at first sight; `blueprint` gives them their addresses.

    Args:
        version: of the program.
        tasks: how to leave for a native thread: making one takes a tenth of a second.
    """

    def __init__(self, version: str, tasks: Tasks) -> None:
        self._tasks = tasks
        # Both build the models that they share; it is taken by tasks, not by the native threads that make a document.
        self._making = threading.Lock()
        self._http = cache(lambda: openapi.document(version))
        self._live = cache(lambda: asyncapi.document(version))

    def openapi(self) -> Response:
        made = self._made(self._http)
        base = request.root_path.rstrip("/")
        return json_answer({**made, "servers": [{"url": base or "/"}]})

    def asyncapi(self) -> Response:
        made = self._made(self._live)
        here = asyncapi.place(request.host, request.is_secure, request.root_path.rstrip("/"))
        return json_answer({**made, "servers": {asyncapi.SERVER: here}})

    def _made(self, document: Callable[[], Document]) -> Document:
        with self._making:
            made: Document = self._tasks.native(document)
        return made


def blueprint(documents: Documents) -> Blueprint:
    """The addresses of `documents`."""
    routes = Blueprint("documents", __name__)
    routes.get("/api/v1/openapi.json")(documents.openapi)
    routes.get("/api/v1/asyncapi.json")(documents.asyncapi)
    return routes
