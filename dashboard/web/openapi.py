"""The OpenAPI document: every address that gives data, made from the models that check or describe it.

Source: the OpenAPI specification 3.1.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from dashboard.dashboards.document import SLUG
from dashboard.live.schemas import Schema, components, reference
from dashboard.live.told import Done
from dashboard.web import csv_table, openmetrics
from dashboard.web.answered import (
    Beginning,
    CollectorList,
    ConflictAnswer,
    DashboardAnswer,
    DashboardList,
    Document,
    EmbedAddress,
    FigureQuery,
    FigureTable,
    Health,
    MetricList,
    NoticeList,
    Problem,
    SampleTable,
    SavedAnswer,
    VersionList,
)
from dashboard.web.asked import LABEL, Export, Oldest, Query
from dashboard.web.dashboards import DeleteQuery, ListQuery, SaveRequest, VersionQuery
from dashboard.web.embed_pages import EmbedQuery
from dashboard.web.notices import NoticeRequest

Model = type[BaseModel]

JSON = "application/json"
BINARY = "application/octet-stream"
PARQUET = "application/vnd.apache.parquet"
TEXT: Schema = {"type": "string"}

_REFUSALS = {
    400: "The request can't be read.",
    401: "The token is missing or wrong.",
    403: "This host name is not allowed, or a page of another site asks.",
    404: "There is no such metric, dashboard or version.",
    409: "Somebody else has saved meanwhile; what is kept now is in the answer.",
    413: "The body is too large.",
    415: "The body does not say that it is JSON.",
    422: "A parameter or key is missing, unknown or wrong; the message names it.",
    429: "Others are being answered, or you ask too often; ask again in a moment.",
    500: "A bug; the server's log has the details.",
    503: "The history can't be read now.",
}
_SLUG: Schema = {
    "name": "slug",
    "in": "path",
    "required": True,
    "description": "of the dashboard: its page is /d/<slug>",
    "schema": {"type": "string", "pattern": f"^(?:{SLUG.pattern})$"},
}
#: What every address may answer.
_ALWAYS = (400, 401, 403, 500)


@dataclass(frozen=True)
class Operation:
    """What one method of one address does.

    Attributes:
        summary: one sentence.
        answers: by content type: a model, or the schema of what is no JSON.
        query: its parameters.
        body: what it takes.
        refusals: statuses with which it may refuse, beside those of all.
    """

    summary: str
    answers: Mapping[str, Model | Schema]
    query: Model | None = None
    body: Model | None = None
    refusals: tuple[int, ...] = ()
    method: str = field(default="get", kw_only=True)


_SAMPLES: Mapping[str, Model | Schema] = {JSON: SampleTable, csv_table.CONTENT_TYPE: TEXT, BINARY: {}}
_FILES: Mapping[str, Model | Schema] = {csv_table.CONTENT_TYPE: TEXT, PARQUET: {}}
_NOTICES: Mapping[str, Model | Schema] = {JSON: NoticeList}

OPERATIONS: Mapping[str, tuple[Operation, ...]] = {
    "/healthz": (Operation("Whether the server runs, and how its collectors are.", {JSON: Health}),),
    "/metrics": (Operation("The latest value of every series, as OpenMetrics.", {openmetrics.CONTENT_TYPE: TEXT}),),
    "/api/v1/metrics": (Operation("Every metric with its unit, chart and series.", {JSON: MetricList}),),
    "/api/v1/collectors": (Operation("Every collector with its state.", {JSON: CollectorList}),),
    "/api/v1/query": (Operation("Samples of one metric.", _SAMPLES, Query, refusals=(404, 422, 429, 503)),),
    "/api/v1/oldest": (
        Operation("How far back there is something.", {JSON: Beginning}, Oldest, refusals=(404, 422, 503)),
    ),
    "/api/v1/export": (
        Operation("All samples of one metric, as a file.", _FILES, Export, refusals=(404, 422, 429, 503)),
    ),
    "/api/v1/figures": (
        Operation("The Plotly figures that the page fills.", {JSON: FigureTable}, FigureQuery, refusals=(404, 422)),
    ),
    "/api/v1/dashboards": (
        Operation("The dashboards that people have made.", {JSON: DashboardList}, ListQuery, refusals=(422, 503)),
    ),
    "/api/v1/dashboards/{slug}": (
        Operation(
            "One dashboard, or a version of it.", {JSON: DashboardAnswer}, VersionQuery, refusals=(404, 422, 503)
        ),
        Operation(
            "Keep a new version of one, if nobody else has saved meanwhile.",
            {JSON: SavedAnswer},
            body=SaveRequest,
            refusals=(409, 413, 415, 422, 429, 503),
            method="put",
        ),
        Operation(
            "Delete one, if nobody else has saved meanwhile; its versions can be read for a while.",
            {JSON: Done},
            DeleteQuery,
            refusals=(404, 409, 422, 429, 503),
            method="delete",
        ),
    ),
    "/api/v1/dashboards/{slug}/versions": (
        Operation("The versions of one that are kept.", {JSON: VersionList}, refusals=(404, 503)),
    ),
    "/api/v1/embed": (
        Operation(
            "Where the page of one panel is, for a frame in another page.",
            {JSON: EmbedAddress},
            EmbedQuery,
            refusals=(404, 422),
        ),
    ),
    "/api/v1/notices": (
        Operation("What everybody should know, as far as it stands.", _NOTICES),
        Operation(
            "Tell everybody something; the answer has what stands then.",
            _NOTICES,
            body=NoticeRequest,
            refusals=(413, 415, 422, 429),
            method="post",
        ),
    ),
    "/api/v1/openapi.json": (Operation("This document.", {JSON: Document}),),
    "/api/v1/asyncapi.json": (Operation("The same of the namespaces of Socket.IO.", {JSON: Document}),),
}


def document(version: str) -> Schema:
    """The document of a program of this version; where it is served, `servers` is to be added."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Plotroom",
            "version": version,
            "description": "Times are ms since the epoch. Live samples come over Socket.IO: /api/v1/asyncapi.json.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "security": [{"token": []}, {}],
        "paths": {
            path: {operation.method: _operation(path, operation) for operation in operations}
            for path, operations in OPERATIONS.items()
        },
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "Where the server asks for it."}
            },
            "schemas": components(_models()),
        },
    }


def _models() -> Iterator[Model]:
    yield from (Problem, ConflictAnswer)
    for operations in OPERATIONS.values():
        for one in operations:
            yield from (model for model in one.answers.values() if isinstance(model, type))
            if one.body is not None:
                yield one.body


def _operation(path: str, one: Operation) -> Schema:
    made: Schema = {
        "operationId": one.method + re.sub(r"\W+", "_", path).rstrip("_"),
        "summary": one.summary,
        "responses": {"200": {"description": "As asked.", "content": dict(_content(one.answers))}}
        | {str(status): _refusal(status) for status in sorted((*_ALWAYS, *one.refusals))},
    }
    parameters = [_SLUG] if "{slug}" in path else []
    parameters += _parameters(one.query) if one.query is not None else []
    if parameters:
        made["parameters"] = parameters
    if one.body is not None:
        made["requestBody"] = {"required": True, "content": {JSON: {"schema": reference(one.body)}}}
    return made


def _content(answers: Mapping[str, Model | Schema]) -> Iterator[tuple[str, Schema]]:
    for kind, answer in answers.items():
        yield kind, {"schema": reference(answer) if isinstance(answer, type) else answer}


def _refusal(status: int) -> Schema:
    problem = ConflictAnswer if status == 409 else Problem
    return {"description": _REFUSALS[status], "content": {JSON: {"schema": reference(problem)}}}


def _parameters(model: Model) -> Iterator[Schema]:
    schema = components([model])[model.__name__]
    for name, about in schema["properties"].items():
        given = {key: value for key, value in about.items() if key not in ("description", "default")}
        if "anyOf" in given:  # what is left out is null, and null can't be written in an address
            [given] = [one for one in given["anyOf"] if one != {"type": "null"}]
        elif about.get("default") not in (None, {}, []):
            given["default"] = about["default"]
        if name == "labels":  # each is a parameter of its own, whose name begins so
            pattern = f"^{LABEL.replace('.', chr(92) + '.')}."
            given = {"type": "object", "patternProperties": {pattern: TEXT}, "additionalProperties": False}
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "description": about.get("description", ""),
            "schema": given,
        }
