"""What clients may ask, checked before anything looks at it."""

from __future__ import annotations

from typing import TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from collectors.metric import MAX_NAME
from dashboard.history.downsample import MIN_POINTS

Asked = TypeVar("Asked", bound="Request")

MAX_METRICS = 1000  # in one request; a 16 KiB message holds fewer
MAX_POINTS = 10_000
MAX_WINDOW = 3_155_760_000  # seconds; a century, so that a page can ask for all there is
MAX_OFFSET = 2**53  # what JavaScript counts exactly


_JSON = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", int: "a number", float: "a number",
         type(None): "null"}  # fmt: skip


class BadRequest(ValueError):
    """A payload is not what its event takes; the text says what is wrong, for the author of the client."""


class Request(BaseModel):
    """Base of what clients send. Unknown keys are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class CatalogRequest(Request):
    """`catalog`: the metrics and collectors there are, and from then on what changes."""


class Wanted(Request):
    """One metric of a `subscribe`."""

    name: str = Field(min_length=1, max_length=MAX_NAME, description="the metric")
    since: int | None = Field(None, ge=0, le=MAX_OFFSET, description="offset of the last sample that the client has")
    window: float = Field(300.0, gt=0, le=MAX_WINDOW, description="seconds of history otherwise")
    points: int = Field(600, ge=MIN_POINTS, le=MAX_POINTS, description="times in it at most")


class SubscribeRequest(Request):
    """`subscribe`: join the rooms of metrics and get their history."""

    metrics: list[Wanted] = Field(min_length=1, max_length=MAX_METRICS)
    epoch: str | None = Field(None, max_length=100, description="to which `since` belongs")

    @field_validator("metrics")
    @classmethod
    def _check_metrics(cls, value: list[Wanted]) -> list[Wanted]:
        # Each is an answer of its own: a small message would else ask for gigabytes.
        names = set()
        for one in value:
            if one.name in names:
                raise ValueError(f"{one.name!r} is in it twice; name each metric once")
            names.add(one.name)
        return value


class UnsubscribeRequest(Request):
    """`unsubscribe`: leave rooms."""

    metrics: list[str] = Field(min_length=1, max_length=MAX_METRICS)


def parse(model: type[Asked], arguments: tuple[object, ...]) -> Asked:
    """The one argument of an event as `model`.

    Raises:
        BadRequest: it is something else.
    """
    if not arguments and not any(field.is_required() for field in model.model_fields.values()):
        return model()
    if len(arguments) != 1 or not isinstance(arguments[0], dict):
        came = ", ".join(_JSON.get(type(one), "something else") for one in arguments[:3]) or "nothing"
        raise BadRequest(f"send one JSON object with the event; what came is: {came}")
    try:
        return model.model_validate(arguments[0])
    except ValidationError as error:
        raise BadRequest(_sentence(model, error)) from None


def _sentence(model: type[Request], error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part)[:MAX_NAME] for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{where}: is not known here; the keys are: {', '.join(_keys(model, first['loc']))}"
    fault = first["msg"].removeprefix("Value error, ")
    return f"{where}: {fault[:1].lower()}{fault[1:]}"


def _keys(model: type[Request], where: tuple[int | str, ...]) -> list[str]:
    owner = model
    for step in where[:-1]:  # places in lists are numbers
        if step in owner.model_fields:
            owner = _inner(owner.model_fields[str(step)].annotation) or owner
    return list(owner.model_fields) or ["none"]


def _inner(kind: object) -> type[Request] | None:
    """The model that a field has: itself, in a list, or where it may be null."""
    if isinstance(kind, type) and issubclass(kind, Request):
        return kind
    return next((found for one in get_args(kind) if (found := _inner(one)) is not None), None)
