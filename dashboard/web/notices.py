"""`/api/v1/notices`: tell everybody something, and what stands."""

from __future__ import annotations

from typing import Literal

from flask import Blueprint, request
from pydantic import Field, field_validator, model_validator
from werkzeug.wrappers import Response

from dashboard.errors import RequestRefused
from dashboard.live.budget import Budget
from dashboard.live.notices import Notices, Topic
from dashboard.live.payloads import BadRequest, Request, parse
from dashboard.sampling.output import printable
from dashboard.web.answers import json_answer
from dashboard.web.asked import json_object

#: Characters of a notice.
MAX_TEXT = 500
#: Topics on which something stands at the same time, less those of the server.
MAX_TOPICS = 20
#: Notices a second, and at once: each goes to everybody.
RATE, BURST = 0.5, 20


class NoticeRequest(Request):
    """Something that everybody should know."""

    text: str = Field(
        "",
        max_length=MAX_TEXT,
        description=f"one line of at most {MAX_TEXT} characters; with a topic, an empty one ends what stands",
    )
    level: Literal["info", "warning", "error"] = Field("info", description="how bad it is")
    topic: str | None = Field(
        None,
        pattern=r"^[a-z][a-z0-9_-]{0,39}$",
        description="what it is about: it then stands, for those who come later as well, until the next word on that",
    )

    @field_validator("text")
    @classmethod
    def _one_line(cls, value: str) -> str:
        return printable(" ".join(value.split()))

    @field_validator("topic")
    @classmethod
    def _check_topic(cls, value: str | None) -> str | None:
        if value in list(Topic):
            raise ValueError(f"{value!r} is the server's own; choose another word")
        return value

    @model_validator(mode="after")
    def _check(self) -> NoticeRequest:
        if not self.text and self.topic is None:
            raise ValueError("text: write 1 to 500 characters; only what has a topic can be ended by an empty text")
        return self


class NoticesApi:
    """Answers in terms of notices; `blueprint` gives them their address."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._budget = Budget(RATE, BURST)

    def standing(self) -> Response:
        """The notices that stand."""
        return json_answer({"ok": True, "notices": self._notices.standing})

    def tell(self) -> Response:
        """Tell everybody something; answered by what stands then."""
        try:
            asked = parse(NoticeRequest, (json_object(request),))
        except BadRequest as error:
            raise RequestRefused(422, "bad_request", str(error).removeprefix(": ")) from None
        if asked.topic is not None and asked.text:
            self._check_room(asked.topic)
        if not self._budget.take():
            raise RequestRefused(429, "rate_limited", f"At most {BURST} notices at once; wait a few seconds.")
        if asked.topic is None:
            self._notices.tell(asked.level, asked.text)
        else:
            self._notices.stand(asked.topic, asked.level, asked.text)
        return self.standing()

    def _check_room(self, topic: str) -> None:
        topics = {str(one["topic"]) for one in self._notices.standing} - set(Topic)
        if topic not in topics and len(topics) >= MAX_TOPICS:
            raise RequestRefused(
                422, "bad_request", f"topic: {MAX_TOPICS} notices stand already; end one of them with an empty text"
            )


def blueprint(notices: NoticesApi) -> Blueprint:
    """The address of `notices`."""
    routes = Blueprint("notices", __name__)
    routes.get("/api/v1/notices")(notices.standing)
    routes.post("/api/v1/notices")(notices.tell)
    return routes
