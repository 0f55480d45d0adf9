"""A dashboard as somebody wrote it, checked: what is wrong is told by its place, with what is valid there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError

from dashboard.dashboards.document import Dashboard
from dashboard.dashboards.places import complete
from dashboard.errors import PlotroomError, did_you_mean

#: Faults that one sentence tells of.
TOLD = 3
#: Faults that become sentences; what has tens of thousands is no dashboard, and each takes its time.
MOST = 20
_MAX_VALUE = 60
_TYPES = {
    "string_type": "write a text in quotes",
    "int_type": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "bool_type": "write true or false",
    "list_type": "write a list, [...]",
    "tuple_type": "write two numbers, [low, high]",
    "too_long": "",
    "dict_type": "write an object, {...}",
    "model_type": "write an object, {...}",
    "finite_number": "write a finite number",
}
_PATTERNS = {
    "id": "write 1 to 40 letters, digits, _ and -",
    "of": "write the name of a label: a lower-case letter, then letters, digits and _",
    "only": "write the name of a label: a lower-case letter, then letters, digits and _",
}


class Fault(NamedTuple):
    """Something that is wrong in a dashboard.

    Attributes:
        path: where, such as `panels.3.kind`; "" for all of it.
        why: what is wrong, and what is valid.
    """

    path: str
    why: str

    def __str__(self) -> str:
        return f"{self.path}: {self.why}" if self.path else self.why


class Wrong(PlotroomError):
    """What was given is no dashboard.

    Attributes:
        faults: what is wrong, the first `MOST` of it.
        more: how much else there is.
    """

    def __init__(self, faults: Iterable[Fault], more: int = 0) -> None:
        self.faults = list(faults)
        self.more = more
        told = "; ".join(str(one) for one in self.faults[:TOLD])
        left = max(0, len(self.faults) - TOLD) + more
        super().__init__(f"{told}; and {left} more" if left else told)


def read(given: object, slug: str = "") -> Dashboard:
    """A dashboard as it was written, with what may be left out.

    Args:
        given: JSON, or what TOML gives.
        slug: what it is called when it does not say so itself.

    Raises:
        Wrong: it is none.
    """
    if not isinstance(given, Mapping):
        raise Wrong([Fault("", f"a dashboard is an object with a title and panels; this is {_kind(given)}")])
    whole: dict[str, Any] = dict(given)  # Any: not yet checked
    if slug:
        whole.setdefault("slug", slug)
    if isinstance(whole.get("panels"), list):
        whole["panels"] = complete(whole["panels"])
    try:
        return Dashboard.model_validate(whole)
    except ValidationError as error:
        raise Wrong(faults(error), max(0, error.error_count() - MOST)) from None
    except RecursionError:
        raise Wrong([Fault("", "it is nested too deeply")]) from None


def faults(error: ValidationError, model: type[BaseModel] = Dashboard) -> list[Fault]:
    """The first of what pydantic has found, as sentences."""
    return [_fault(one, model) for one in error.errors(include_url=False, include_context=True)[:MOST]]


def _fault(error: Any, model: type[BaseModel]) -> Fault:  # Any: pydantic's own dictionary
    where = [part for part in error["loc"] if part not in ("[key]",)]
    path = ".".join(str(part)[:_MAX_VALUE] for part in where)
    kind, text = error["type"], error["msg"].removeprefix("Value error, ")
    if kind == "value_error":
        return Fault(path, text)
    if kind == "extra_forbidden":
        keys = _keys(model, where)
        return Fault(
            path, f"is not known here{did_you_mean(str(where[-1])[:_MAX_VALUE], keys)}; the keys are {', '.join(keys)}"
        )
    if kind == "missing":
        return Fault(path, "is missing")
    if kind == "string_too_short":
        return Fault(path, "is empty; write something")
    value = _shown(error["input"])
    if kind == "literal_error":
        valid = [str(one) for one in _literals(model, where)]
        hint = did_you_mean(str(error["input"])[:_MAX_VALUE], valid)
        which = f"it is one of {', '.join(valid)}" if len(valid) > 1 else f"it is {valid[0]}"
        return Fault(path, f"{value} is not valid{hint}; {which}")
    if kind == "string_pattern_mismatch":
        hint = next((_PATTERNS[str(part)] for part in reversed(where) if part in _PATTERNS), text)
        return Fault(path, f"{value} is not valid; {hint}")
    hint = _TYPES.get(kind) or text.replace("Input should", "it should").replace("String should", "it should")
    return Fault(path, f"{value} is not valid; {hint[:1].lower()}{hint[1:]}")


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, (str, int, float, bool)) else _kind(value)
    return text if len(text) <= _MAX_VALUE else f"{text[:_MAX_VALUE]}..."


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", int: "a number",
             float: "a number", type(None): "null"}  # fmt: skip
    return names.get(type(value), f"a {type(value).__name__}")


def _field(model: type[BaseModel], where: list[Any]) -> tuple[type[BaseModel], Any]:  # Any: names and places
    """The model that has the last name of a path, and what stands for that field in it."""
    owner: type[BaseModel] = model
    kind: Any = model
    for step in where:
        inner = _inner(kind)
        owner = inner or owner
        if isinstance(step, str) and inner is not None:
            found = inner.model_fields.get(step)
            kind = found.annotation if found is not None else None
    return owner, kind


def _keys(model: type[BaseModel], where: list[Any]) -> list[str]:  # Any: names and places
    return list(_field(model, where)[0].model_fields)


def _literals(model: type[BaseModel], where: list[Any]) -> tuple[Any, ...]:  # Any: of a Literal
    return get_args(_field(model, where)[1])


def _inner(kind: Any) -> type[BaseModel] | None:  # Any: an annotation
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    return next((found for one in get_args(kind) if (found := _inner(one)) is not None), None)
