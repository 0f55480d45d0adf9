"""What a dashboard is: panels on a grid of twelve columns, and variables that choose among series.

The models are strict: a key that they don't know, a text where a number belongs, is refused by a sentence that names
the place. `read` takes what people and files leave out; see `places`.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import Annotated, Any, Literal, get_args

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from collectors.errors import InvalidDeclaration
from collectors.metric import MAX_LABEL_VALUE, MAX_NAME, check_name
from collectors.units import unit
from dashboard.dashboards.binding import MAX_SOURCE, check_target, parse_source
from dashboard.dashboards.figure import check_figure
from dashboard.dashboards.places import COLUMNS, MAX_HEIGHT, MAX_ROW

Kind = Literal[
    "auto", "line", "area", "stacked", "bars", "heatmap", "histogram", "gauge", "value", "table", "timeline", "text",
    "figure",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
#: Those that don't show the one metric of their panel.
WITHOUT_METRIC = frozenset({"text", "figure"})

MAX_PANELS = 200
MAX_VARIABLES = 20
MAX_VALUES = 500
MAX_THRESHOLDS = 20
MAX_TEXT = 20_000
MAX_TITLE = 120
#: Bytes of a dashboard as JSON.
MAX_SIZE = 256 * 2**10
#: How far from zero an axis may reach: beyond, the sums of whoever draws it are no numbers any more.
FARTHEST = 1e100
#: The longest window, and the furthest look back, in seconds: a hundred years.
LONGEST = 3_155_760_000

SLUG = re.compile(r"[a-z][a-z0-9_-]{0,119}")
_ID = r"[A-Za-z0-9_-]{1,40}"
_LABEL = r"[a-z][a-z0-9_]*"
_VARIABLE = re.compile(r"[a-z][a-z0-9_]{0,39}")
#: A variable as it is used in a text.
USE = re.compile(r"\$([a-z][a-z0-9_]{0,39})")


def check_slug(value: str) -> str:
    """The slug, as it was given.

    Raises:
        ValueError: it can't be one.
    """
    if not SLUG.fullmatch(value):
        raise ValueError(
            f"{value[:60]!r} is not valid; it is part of an address: a lower-case letter, then letters, digits, _ and -"
        )
    return value


def _check_metric(value: str) -> str:
    try:
        check_name(value)
    except InvalidDeclaration as error:
        raise ValueError(str(error)) from None
    return value


def _check_variable(value: str) -> str:
    if not _VARIABLE.fullmatch(value):
        raise ValueError(f"{value[:60]!r} is not valid; write a lower-case letter, then letters, digits and _")
    return value


def _check_unit(value: str) -> str:
    try:
        unit(value)
    except InvalidDeclaration as error:
        raise ValueError(str(error)) from None
    return value


def _check_line(value: str) -> str:
    if any(unicodedata.category(one) in ("Cc", "Zl", "Zp") for one in value):
        raise ValueError(f"{value[:60]!r} has a line break or another control character; write one line")
    return value


def _check_range(value: tuple[float | None, float | None]) -> tuple[float | None, float | None]:
    low, high = value
    for end in value:
        if end is not None and abs(end) > FARTHEST:
            raise ValueError(f"{end:g} is too far from zero to be drawn; write at most {FARTHEST:g} either way")
    if low is not None and high is not None and low >= high:
        raise ValueError(f"{low:g} is not below {high:g}; write [low, high], and null where it is free")
    return value


def _pattern(check: re.Pattern[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^(?:{check.pattern})$"})


Slug = Annotated[str, AfterValidator(check_slug), _pattern(SLUG)]
MetricName = Annotated[str, StringConstraints(max_length=MAX_NAME, strict=True), AfterValidator(_check_metric)]
VariableName = Annotated[str, AfterValidator(_check_variable), _pattern(_VARIABLE)]
LabelName = Annotated[str, StringConstraints(pattern=f"^{_LABEL}$", max_length=MAX_NAME, strict=True)]
LabelValue = Annotated[str, StringConstraints(max_length=MAX_LABEL_VALUE, strict=True)]
Title = Annotated[str, StringConstraints(max_length=MAX_TITLE, strict=True), AfterValidator(_check_line)]
Unit = Annotated[str, StringConstraints(max_length=40, strict=True), AfterValidator(_check_unit)]
#: JSON has lists, and no tuples.
Range = Annotated[tuple[float | None, float | None], Field(strict=False), AfterValidator(_check_range)]
Source = Annotated[str, StringConstraints(max_length=MAX_SOURCE, strict=True)]
Only = dict[LabelName, Annotated[list[LabelValue], Field(min_length=1, max_length=MAX_VALUES)]]


class Part(BaseModel):
    """Base of what a dashboard is made of."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Threshold(Part):
    """From a value upwards, a chart is coloured so."""

    value: float = Field(description="in the unit of the metric")
    level: Literal["ok", "warn", "bad"] = Field(description="how bad that is")


class Variable(Part):
    """A choice among the values of a label, `$name` in panels."""

    name: VariableName = Field(description='what it is called in panels, after a "$"')
    label: Title | None = Field(None, description="for people; by default the name")
    metric: MetricName = Field(description="whose series have the values to choose from")
    of: LabelName = Field(description="the label that has them")
    multi: bool = Field(True, description="several may be chosen")
    default: list[LabelValue] = Field(
        ["*"], min_length=1, max_length=MAX_VALUES, description='what is chosen at first; "*" is all'
    )


class Panel(Part):
    """One rectangle of the grid, with a chart, a text or a figure."""

    id: str = Field(pattern=f"^{_ID}$", description="tells it from the others of its dashboard")
    kind: Kind = Field("auto", description="how it is drawn; auto is as the metric declares")
    metric: MetricName | None = Field(None, description="what it shows; text and figure have none")
    title: Title | None = Field(None, description="by default the metric's")
    x: int = Field(ge=0, lt=COLUMNS, description="its first column")
    y: int = Field(ge=0, le=MAX_ROW, description="its first row")
    w: int = Field(6, ge=1, le=COLUMNS, description="columns")
    h: int = Field(4, ge=1, le=MAX_HEIGHT, description="rows")
    only: Only = Field(
        {}, max_length=20, description="labels, and the values that a series may have; $name is a variable"
    )
    unit: Unit | None = Field(None, description="in place of the metric's")
    range: Range = Field((None, None), description="of the value axis, in that unit; null leaves it free")
    log: bool = Field(False, description="whether the value axis is a logarithmic one")
    thresholds: list[Threshold] = Field([], max_length=MAX_THRESHOLDS, description="in ascending order")
    compare: int | None = Field(None, ge=1, le=LONGEST, description="also show what was so many seconds before, dashed")
    repeat: VariableName | None = Field(None, description="a variable: one such panel for each of its values")
    text: str | None = Field(None, max_length=MAX_TEXT, description="Markdown, of a text")
    bind: dict[str, Source] | None = Field(None, max_length=50, description="arrays of the figure, and what fills them")
    figure: dict[str, Any] | None = Field(None, description="data and layout, as Plotly has them")  # Any: Plotly's own

    @field_validator("thresholds")
    @classmethod
    def _check_thresholds(cls, value: list[Threshold]) -> list[Threshold]:
        values = [one.value for one in value]
        if any(later <= one for one, later in pairwise(values)):
            raise ValueError("their values don't ascend; write the lowest first, and each once")
        return value

    @field_validator("bind")
    @classmethod
    def _check_bind(cls, value: dict[str, str] | None) -> dict[str, str] | None:
        for target, source in (value or {}).items():
            check_target(target)
            parse_source(source)
        return value

    @field_validator("figure")
    @classmethod
    def _check_figure(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:  # Any: Plotly's own
        return None if value is None else check_figure(value)

    @model_validator(mode="after")
    def _check(self) -> Panel:
        if self.x + self.w > COLUMNS:
            raise ValueError(f"it reaches beyond the right edge: x + w is {self.x + self.w}, at most {COLUMNS}")
        for key, kind in (("text", "text"), ("figure", "figure"), ("bind", "figure")):
            if getattr(self, key) is not None and self.kind != kind:
                raise ValueError(f"it has a {key}, and is of kind {self.kind!r}; write kind {kind!r}, or leave it out")
        if self.kind in ("text", "figure") and getattr(self, self.kind) is None:
            raise ValueError(f"it is of kind {self.kind!r}, and has no {self.kind}; add one")
        if self.kind == "text" and self.metric is not None:
            raise ValueError("it is a text, which shows no metric; leave metric out")
        if self.kind not in WITHOUT_METRIC and self.metric is None:
            raise ValueError(f"it is of kind {self.kind!r}, and shows no metric; add the name of one as metric")
        for target in self.bind or ():
            trace = int(target.partition(".")[0]) if target[0].isdigit() else 0
            if trace >= len((self.figure or {}).get("data", ())):
                raise ValueError(f"bind fills {target!r}, and the figure has no trace {trace}")
        return self

    @property
    def uses(self) -> set[str]:
        """The variables that it names."""
        texts = [self.title or "", self.text or "", *(self.bind or {}).values()]
        texts += [value for values in self.only.values() for value in values]
        return {name for text in texts for name in USE.findall(text)} | ({self.repeat} if self.repeat else set())


class Dashboard(Part):
    """Panels and variables, under a title."""

    slug: Slug = Field(description="its page is /d/<slug>")
    title: Title = Field(min_length=1, description="for people")
    description: str = Field("", max_length=2000, description="for people, one or a few sentences")
    window: int | None = Field(
        None, ge=1, le=LONGEST, description="seconds that it shows at first; null leaves that to the reader"
    )
    columns: Literal[12] = Field(12, description="of the grid")
    variables: list[Variable] = Field([], max_length=MAX_VARIABLES)
    panels: list[Panel] = Field([], max_length=MAX_PANELS)

    @field_validator("title")
    @classmethod
    def _check_title(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("is empty; write what the dashboard is called")
        return value

    @field_validator("variables")
    @classmethod
    def _check_variables(cls, value: list[Variable]) -> list[Variable]:
        _check_once([one.name for one in value], "variables are called")
        return value

    @field_validator("panels")
    @classmethod
    def _check_panels(cls, value: list[Panel]) -> list[Panel]:
        _check_once([one.id for one in value], "panels have the id")
        return value

    @model_validator(mode="after")
    def _check_size(self) -> Dashboard:
        size = len(as_bytes(self))
        if size > MAX_SIZE:
            raise ValueError(f"it has {size} bytes of JSON, at most {MAX_SIZE}; make several of it")
        return self

    def whole(self) -> dict[str, Any]:  # Any: JSON
        """All of it as JSON, with what is as by default."""
        return self.model_dump(mode="json")


def brief(dashboard: Dashboard) -> dict[str, Any]:  # Any: JSON
    """It as JSON, without what is as by default; a panel's place is always told."""
    made = dashboard.model_dump(mode="json", exclude_defaults=True)
    if dashboard.panels:
        made["panels"] = [_brief(panel, short) for panel, short in zip(dashboard.panels, made["panels"], strict=True)]
    return made


def _brief(panel: Panel, short: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    short |= {"w": panel.w, "h": panel.h}
    # People write 80, not 80.0.
    if "range" in short:
        short["range"] = [_number(one) for one in panel.range]
    if "thresholds" in short:
        short["thresholds"] = [{"value": _number(one.value), "level": one.level} for one in panel.thresholds]
    return {key: short[key] for key in Panel.model_fields if key in short}


def _number(value: float | None) -> float | None:
    return int(value) if value is not None and value.is_integer() and abs(value) < 2**53 else value


def as_bytes(dashboard: Dashboard) -> bytes:
    """It as it is kept: the same bytes for the same dashboard."""
    return orjson.dumps(brief(dashboard))


def _check_once(names: list[str], what: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{names.count(name)} {what} {name!r}; each needs one of its own")
