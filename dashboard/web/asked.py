"""What may be asked over HTTP, in the address or as a body, checked before anything looks at it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Request

from dashboard.errors import RequestRefused, did_you_mean
from dashboard.history.downsample import MIN_POINTS
from dashboard.history.reading import Span, with_labels
from dashboard.history.tiers import Aggregate, Tier

DEFAULT_WINDOW = 300.0  # seconds
MAX_POINTS = 20_000
#: What a parameter that names a label begins with.
LABEL = "label."
MAX_BODY = 16_384  # bytes of JSON


class Past(BaseModel):
    """A span of one metric."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    metric: str
    start: int | None = Field(None, ge=0, le=2**53, description="ms since the epoch")
    end: int | None = Field(None, ge=0, le=2**53, description="ms since the epoch, by default now")
    window: float | None = Field(None, gt=0, le=3_155_760_000, description="seconds before the end, in place of start")
    unit: str | None = Field(None, description="of the metric, where others of its name were measured in another")
    tier: Literal["full", "minute", "hour"] | None = Field(None, description="the resolution, by default what fits")
    labels: dict[str, str] = Field({}, description="only series with these labels, each as label.NAME=VALUE")

    @model_validator(mode="after")
    def _check(self) -> Past:
        if self.start is not None and self.window is not None:
            raise ValueError("give start or window, not both")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ValueError("start must be before end")
        return self

    def span(self, now: int, aggregate: Aggregate | None = None, points: int = 0) -> Span:
        """What that is of the history."""
        end = now if self.end is None else self.end
        start = self.start if self.start is not None else end - round((self.window or DEFAULT_WINDOW) * 1000)
        return Span(
            start, end, Tier[self.tier.upper()] if self.tier else None, aggregate, with_labels(self.labels), points
        )


class Oldest(BaseModel):
    """The parameters of /api/v1/oldest."""

    model_config = ConfigDict(extra="forbid")

    metric: str | None = Field(None, description="by default any")


Asked = TypeVar("Asked", bound=BaseModel)


class Query(Past):
    """The parameters of /api/v1/query."""

    points: int = Field(1000, ge=MIN_POINTS, le=MAX_POINTS, description="at most so many times")
    aggregate: Aggregate | None = Field(None, description="of what stands for many samples; by default the mean")
    format: Literal["json", "csv", "binary"] | None = None


class Export(Past):
    """The parameters of /api/v1/export."""

    format: Literal["csv", "parquet"] = "csv"


def parse(model: type[Asked], arguments: Iterable[tuple[str, str]]) -> Asked:
    """The parameters of a request.

    Raises:
        RequestRefused: one of them is wrong.
    """
    given: dict[str, object] = {}
    labels: dict[str, str] = {}
    labelled = "labels" in model.model_fields
    for name, value in arguments:
        if labelled and name.startswith(LABEL):
            labels[name.removeprefix(LABEL)] = value
        elif labelled and name == "labels":
            raise RequestRefused(422, "bad_request", f"labels: write each as {LABEL}NAME=VALUE")
        else:
            given.setdefault(name, value)
    try:
        return model.model_validate(given | ({"labels": labels} if labels else {}))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        fault = first["msg"].removeprefix("Value error, ")
        if first["type"] == "missing":
            fault = "is missing"
        elif first["type"] == "extra_forbidden":
            fault = f"there is no such parameter{did_you_mean(name, model.model_fields)}"
        raise RequestRefused(422, "bad_request", f"{name}: {fault}" if name else fault) from None


def json_object(request: Request, most: int = MAX_BODY) -> dict[str, object]:
    """The body of a request, which is a JSON object of at most so many bytes.

    It has to say that it is JSON: a form of another site can't, without asking the server first whether it may.

    Raises:
        RequestRefused: it is something else, or too large.
    """
    if request.mimetype != "application/json":
        raise RequestRefused(
            415, "unsupported_media_type", "Send a JSON object, with the header 'Content-Type: application/json'."
        )
    request.max_content_length = most
    try:
        body = orjson.loads(request.get_data())
    except RequestEntityTooLarge:
        raise RequestRefused(413, "too_large", f"The body has more than {most} bytes.") from None
    except HTTPException:  # the client has hung up in the middle of it
        raise RequestRefused(400, "bad_request", "The body can't be read.") from None
    except orjson.JSONDecodeError as error:
        raise RequestRefused(400, "bad_request", f"The body is no valid JSON: {error}.") from None
    if not isinstance(body, dict):
        raise RequestRefused(422, "bad_request", "The body is JSON, but no object; write {...}.")
    return body
