"""The two documents of the interface as tests hold real messages against them."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator

from dashboard.live import asyncapi
from dashboard.web import openapi

#: JSON of any shape.
Json = Any


def closed(schema: Json) -> Json:
    """A schema that takes no key which it does not name: what the server sends and nobody describes is then found."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if "properties" in made and made.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made


def plain(message: Json) -> Json:
    """A message as JSON: an attachment is a text."""
    if isinstance(message, bytes):
        return ""
    if isinstance(message, dict):
        return {key: plain(value) for key, value in message.items()}
    return [plain(one) for one in message] if isinstance(message, list) else message


class Live:
    """The AsyncAPI document."""

    def __init__(self) -> None:
        self.document = asyncapi.document("1")
        self._components = closed(self.document["components"])
        self.seen: set[str] = set()

    def check(self, namespace: str, message: str, payload: Json) -> None:
        """Fail unless a payload is like the message of that name; remembers that there was one."""
        name = f"{namespace.strip('/')}.{message}"
        payload_schema = self._components["messages"][name]["payload"]
        validator = Draft7Validator({"allOf": [payload_schema], "components": self._components})
        problems = [f"{one.json_path}: {one.message[:300]}" for one in validator.iter_errors(plain(payload))]
        assert not problems, f"{name}: {problems} in {str(payload)[:500]}"
        self.seen.add(name)


class Http:
    """The OpenAPI document."""

    def __init__(self) -> None:
        self.document = {**openapi.document("1"), "servers": [{"url": "/"}]}
        self._components = closed(self.document["components"])

    def check(self, path: str, status: int, answer: Json, method: str = "get") -> None:
        """Fail unless a JSON answer is like the one of that address."""
        content = self.document["paths"][path][method]["responses"][str(status)]["content"]
        schema = content["application/json"]["schema"]
        validator = Draft202012Validator({"allOf": [schema], "components": self._components})
        problems = [f"{one.json_path}: {one.message[:300]}" for one in validator.iter_errors(answer)]
        assert not problems, f"{method} {path} {status}: {problems}"
