"""JSON schemas of models, as the two documents of the interface need them: each once, and with references to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

#: JSON of any shape.
Schema = dict[str, Any]
_PLACE = "#/components/schemas/"


class _Generate(GenerateJsonSchema):
    """Schemas that mean the same in JSON Schema 2020-12, which OpenAPI speaks, and in draft 7, which AsyncAPI does."""

    def tuple_schema(self, schema: core_schema.TupleSchema) -> JsonSchemaValue:
        made = super().tuple_schema(schema)
        items = made.pop("prefixItems", [])
        assert items and all(one == items[0] for one in items), "a tuple of different things needs a model of its own"
        return made | {"items": items[0]}

    def field_title_should_be_set(self, schema: Any) -> bool:  # Any: of pydantic's core
        return False  # it would be the name once more


def reference(model: type[BaseModel]) -> Schema:
    """Where the schema of a model is in a document that has `components` under that key."""
    return {"$ref": _PLACE + model.__name__}


def components(models: Iterable[type[BaseModel]]) -> dict[str, Schema]:
    """The schemas of models and of what they are made of, by name."""
    wanted = list(dict.fromkeys(models))
    names = [model.__name__ for model in wanted]
    assert len(set(names)) == len(names), "two models have the same name"
    _, made = models_json_schema(
        [(model, "validation") for model in wanted],
        ref_template=_PLACE + "{model}",
        schema_generator=_Generate,
    )
    found: dict[str, Schema] = made["$defs"]
    return {name: found[name] for name in sorted(found)}


def summary(model: type[BaseModel]) -> str:
    """The first sentence of a model's docstring, without the name of its event in front."""
    text = " ".join((model.__doc__ or "").split())
    return text.partition("`: ")[2] if text.startswith("`") else text
