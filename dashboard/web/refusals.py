"""Flask's own errors in our two shapes: JSON for programs, a page for people; never a traceback."""

from __future__ import annotations

import logging

from flask import Flask, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from dashboard.errors import INTERNAL, RequestRefused
from dashboard.web.answers import PlainPages, for_programs, json_error
from dashboard.web.languages import language_of

logger = logging.getLogger(__name__)

_MESSAGES = {
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "The request is larger than anything this server needs.",
    500: INTERNAL,
}


def install(app: Flask, pages: PlainPages) -> None:
    """Let `app` answer every error in the shapes of `answers`."""

    def answer(refused: RequestRefused) -> Response:
        if for_programs(request.path):
            return json_error(refused)
        return pages.error(refused, f"{request.root_path.rstrip('/')}/", language_of(request))

    def on_http_error(error: HTTPException) -> Response:
        status = error.code or 500
        # Redirects come as exceptions, too; they are no errors.
        if status < 400 or error.response is not None:
            return error.get_response()
        code = error.name.lower().replace(" ", "_")
        message = _MESSAGES.get(status, error.description or error.name)
        return answer(RequestRefused(status, code, message))

    def on_any_error(error: Exception) -> Response:
        # The path, not the query: that may hold a token.
        logger.error("%r %r failed", request.method, request.path, exc_info=error)
        return answer(RequestRefused(500, "internal", INTERNAL))

    app.register_error_handler(RequestRefused, answer)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(Exception, on_any_error)
