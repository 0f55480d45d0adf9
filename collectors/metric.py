"""A metric is a named quantity with one unit and one kind, drawn as one chart; a series is one line of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from collectors.errors import InvalidDeclaration
from collectors.units import per_second, unit

Kind = Literal["gauge", "counter"]
Chart = Literal["line", "area", "stacked", "bars", "top", "heatmap"]

KINDS: tuple[str, ...] = get_args(Kind)
CHARTS: tuple[str, ...] = get_args(Chart)

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9][a-z0-9_]*)*")
_LABEL = re.compile(r"[a-z][a-z0-9_]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

MAX_NAME = 120
MAX_LABEL_VALUE = 200


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a metric: `labels` are (name, value) pairs in the order in which the metric declares them."""

    labels: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """What a legend calls it: the label values, side by side."""
        return " ".join(value for _, value in self.labels)

    def as_dict(self) -> dict[str, str]:
        return dict(self.labels)


@dataclass(frozen=True, slots=True)
class Metric:
    """The declaration of a metric.

    Args:
        name: dotted lower-case words, `queue.depth`. The first word is the family unless `family` is given.
        unit: of the values that the collector gives; see `collectors.units`.
        kind: `gauge` (drawn as it is) or `counter` (ever growing; drawn as its rate per second).
        labels: names of the labels that tell its series apart, in order. None: taken from the first value.
        chart: how it is drawn; None lets the values decide (`heatmap` for arrays, else `line`).
        scale: multiplied into a counter's rate (8 turns bytes into bits).
        rate_unit: the unit of a counter's rate when it is not `unit` per second.
        limits: the y range, (low, high), where it is known beforehand; None leaves an end free.
        headline: also shown as a large number on the overview: sum, mean or largest of its series, or one series' name.
        figure: a Plotly figure as a dict, whose traces its series fill.
        figure_id: what tells figures apart; it is made from `figure`.
        max_series: cap of its series; None is the server's setting.
        order: place among the metrics of its family, smaller first.

    Raises:
        InvalidDeclaration: a name, unit, kind or chart is not valid; the text says what is.
    """

    name: str
    unit: str = ""
    kind: Kind = "gauge"
    title: str = ""
    help: str = ""
    labels: tuple[str, ...] | None = ()
    chart: Chart | None = None
    family: str = ""
    scale: float = 1.0
    rate_unit: str = ""
    limits: tuple[float | None, float | None] = (None, None)
    headline: str = ""
    figure: Mapping[str, Any] | None = field(default=None, compare=False)  # Any: Plotly's own open-ended JSON
    figure_id: str = ""
    max_series: int | None = None
    order: int = 100

    def __post_init__(self) -> None:
        check_name(self.name)
        unit(self.unit)
        if self.rate_unit:
            unit(self.rate_unit)
        if self.kind not in KINDS:
            raise InvalidDeclaration(f"metric {self.name!r}: kind {self.kind!r} is not one of {', '.join(KINDS)}")
        if self.chart is not None and self.chart not in CHARTS:
            raise InvalidDeclaration(f"metric {self.name!r}: chart {self.chart!r} is not one of {', '.join(CHARTS)}")
        for label in self.labels or ():
            if not _LABEL.fullmatch(label):
                raise InvalidDeclaration(f"metric {self.name!r}: label {label!r} must be lower-case, a-z, 0-9 and _")
        if self.labels and len(set(self.labels)) != len(self.labels):
            raise InvalidDeclaration(f"metric {self.name!r}: a label is named twice")
        if not self.family:
            object.__setattr__(self, "family", self.name.partition(".")[0])
        if not _LABEL.fullmatch(self.family):
            raise InvalidDeclaration(
                f"metric {self.name!r}: family {self.family!r} must be one lower-case word of a-z, 0-9 and _: "
                "it is part of an address"
            )
        if self.figure is not None:
            text = json.dumps(self.figure, sort_keys=True, default=str)
            object.__setattr__(self, "figure_id", hashlib.sha256(text.encode()).hexdigest()[:12])
        if not self.title:
            object.__setattr__(self, "title", self.name)

    @property
    def drawn_unit(self) -> str:
        """The unit of what is stored and drawn: for a counter, that of its rate."""
        if self.kind == "gauge":
            return self.unit
        return self.rate_unit or per_second(self.unit)


def check_name(name: str) -> None:
    """Raise `InvalidDeclaration` unless `name` follows the grammar of metric names."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > MAX_NAME:
        hint = re.sub(r"[^a-z0-9_.]+", "_", str(name).lower()).strip("_.")[:MAX_NAME]
        tip = f"; try {hint!r}" if hint and _NAME.fullmatch(hint) else ""
        raise InvalidDeclaration(
            f"metric name {name!r} is not valid: use lower-case words of a-z, 0-9 and _ joined by dots, "
            f"such as 'room.temperature', at most {MAX_NAME} characters{tip}"
        )


def clean_label(value: object) -> str:
    """A label value as text that can be shown: control characters become spaces, at most 200 characters."""
    return _CONTROL.sub(" ", str(value))[:MAX_LABEL_VALUE]
