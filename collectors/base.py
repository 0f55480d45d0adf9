"""What a plugin author writes: a class with metrics, or a function with `@metric`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar, Literal, TypedDict, TypeVar, Unpack

from pydantic import BaseModel, ConfigDict, Field

from collectors.errors import InvalidDeclaration
from collectors.metric import KINDS, Chart, Kind, Metric, check_name
from collectors.recorder import Recorder
from collectors.sample import Batch

Runs = Literal["inline", "process"]
Function = TypeVar("Function", bound=Callable[[], object])


class CollectorConfig(BaseModel):
    """Options of a collector, from `[collectors.<name>]` in plotroom.toml. Subclass it as `Config` in the collector.

    Unknown keys are refused, so that a misspelt one is noticed.
    """

    model_config = ConfigDict(extra="forbid", validate_default=True)

    enabled: bool | None = Field(default=None, description="false switches the collector off, true on")
    every: float | None = Field(default=None, ge=0.01, le=86_400, description="seconds between samples")
    instance: str = Field(default="", max_length=60, description="label of this instance when there are several")


class MetricOptions(TypedDict, total=False):
    """What may be said of a metric besides its name, labels and figure; `Metric` tells what each means."""

    unit: str
    title: str
    help: str
    chart: Chart | None
    family: str
    limits: tuple[float | None, float | None]
    headline: str
    max_series: int | None
    order: int
    scale: float
    rate_unit: str


class Declared:
    """A metric declared in a collector class; in an instance it takes the samples of the current tick."""

    kind: ClassVar[Kind] = "gauge"

    def __init__(
        self,
        name: str,
        *,
        labels: Iterable[str] | None = (),
        figure: object = None,
        **options: Unpack[MetricOptions],
    ) -> None:
        names = None if labels is None else tuple(labels)
        self.metric = Metric(name, kind=self.kind, labels=names, figure=figure_dict(figure), **options)

    def fresh(self, collector: str) -> Recorder:
        return Recorder(self.metric, collector)

    # Within an instance the attribute is a Recorder; these three let type checkers of plugin code know it.
    def set(self, value: object, **labels: object) -> None:
        raise InvalidDeclaration(f"metric {self.metric.name!r}: set it on an instance of its collector")

    def set_result(self, result: object) -> None:
        raise InvalidDeclaration(f"metric {self.metric.name!r}: set it on an instance of its collector")

    def write(self, times: object, values: object, series: Iterable[Mapping[str, object]] = ({},)) -> None:
        raise InvalidDeclaration(f"metric {self.metric.name!r}: write it on an instance of its collector")


class Gauge(Declared):
    """A metric that goes up and down and is drawn as it is."""


class Counter(Declared):
    """A metric that only grows; give the reading as it is, it is drawn as its rate per second.

    `scale` multiplies the rate and `rate_unit` names its unit: a counter of seconds of busy time with `scale=100` and
    `rate_unit="%"` is drawn as a share.
    """

    kind = "counter"


class Collector:
    """A plugin that samples one source. Declare metrics as class attributes and set them in `collect`.

    `open` and `close` frame the life of a source; `collect` runs once a tick. Raise `Unavailable` when the source is
    away, `Misconfigured` when the configuration is wrong; any other error is shown and the collector goes on.
    A collector instance is only ever used by one thread at a time.
    """

    name: ClassVar[str] = ""  # derived from the class's name unless given
    every: ClassVar[float] = 1.0
    runs: ClassVar[Runs] = "process"
    enabled: ClassVar[bool] = True  # False: only when its configuration says enabled = true
    Config: ClassVar[type[CollectorConfig]] = CollectorConfig
    declared: ClassVar[dict[str, Declared]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:  # Any: whatever other base classes take
        super().__init_subclass__(**kwargs)
        if "name" not in cls.__dict__:
            cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower().strip("_")
        check_name(cls.name)
        for method in ("open", "collect", "close", "detect"):
            refuse_async(f"collector {cls.name!r}: {method}", vars(cls).get(method))
        own = {key: value for key, value in vars(cls).items() if isinstance(value, Declared)}
        cls.declared = {**cls.declared, **own}

    def __init__(self, config: CollectorConfig | None = None) -> None:
        self.config = config if config is not None else self.Config()
        for attribute, declared in self.declared.items():
            setattr(self, attribute, declared.fresh(self.name))

    @classmethod
    def metrics(cls) -> tuple[Metric, ...]:
        return tuple(declared.metric for declared in cls.declared.values())

    @classmethod
    def detect(cls) -> Iterable[Mapping[str, object]]:
        """Configurations found on this machine, one mapping each; used where plotroom.toml has no table for it."""
        return ({},)

    def open(self) -> None:
        """Connect to the source. Called before the first collect and again after a failure."""

    def collect(self) -> None:
        """Set the metrics once."""

    def stream(self) -> Iterator[None] | None:
        """For sources that push: a generator that sets metrics and yields after each; `collect` is then not called."""
        return None

    def close(self) -> None:
        """Let go of the source. Called once for each successful open."""

    def drain(self, tick: int) -> list[Batch]:
        """The batches recorded since the last call; `tick` is in ms since the epoch."""
        batches: list[Batch] = []
        for attribute in self.declared:
            batches += getattr(self, attribute).drain(tick)
        return batches

    def discard(self) -> None:
        for attribute in self.declared:
            getattr(self, attribute).discard()


def metric(
    name: str,
    *,
    every: float = 1.0,
    kind: Kind = "gauge",
    labels: Iterable[str] | None = None,
    figure: object = None,
    **options: Unpack[MetricOptions],
) -> Callable[[Function], Function]:
    """Make a function a chart. It returns a number, None (a gap), {series: number}, or a 1-D array of numbers.

    The function stays what it was and can be called as before; its collector has the metric's name.

    Args:
        name: of the metric and of its collector.
        every: seconds between samples.
        kind: `counter` for a number that only grows and is drawn as its rate.
        labels: what tells its series apart; None takes that from what is returned.
        figure: a Plotly figure of your own, whose traces the series fill.
        options: see `MetricOptions`.
    """
    if kind not in KINDS:
        raise InvalidDeclaration(f"metric {name!r}: kind {kind!r} is not one of {', '.join(KINDS)}")
    declared = (Counter if kind == "counter" else Gauge)(name, labels=labels, figure=figure, **options)

    def decorate(function: Function) -> Function:
        refuse_async(f"metric {name!r}: {function.__name__}", function)

        def collect(self: Any) -> None:  # Any: the recorder attribute is made at run time
            self.value.set_result(function())

        body = {
            "name": name,
            "every": every,
            "value": declared,
            "collect": collect,
            "__doc__": function.__doc__,
            "__module__": function.__module__,
        }
        function.__collector__ = type("FunctionCollector", (Collector,), body)  # type: ignore[attr-defined]  # rides on the function
        return function

    return decorate


def refuse_async(what: str, function: object) -> None:
    """Raise `InvalidDeclaration` for a coroutine function, which nobody would await."""
    if inspect.iscoroutinefunction(inspect.unwrap(function) if callable(function) else function):
        raise InvalidDeclaration(
            f"{what} is async; write it with a plain def: it may block, it has a thread of its own"
        )


def figure_dict(figure: object) -> dict[str, Any] | None:  # Any: Plotly's own open-ended JSON
    """A Plotly figure as plain JSON, from a `graph_objects.Figure` or a dict, whose parts may be objects of Plotly's.

    Plotly is not imported for it.
    """
    if figure is None:
        return None
    plain = _plain(figure)
    traces = plain.get("data", []) if isinstance(plain, dict) else None
    if not isinstance(traces, list) or not all(isinstance(trace, dict) for trace in traces):
        raise InvalidDeclaration(
            "figure must be a plotly.graph_objects.Figure, or a dict whose 'data' is a list of traces"
        )
    return dict(plain)


def _plain(part: Any) -> Any:  # Any: whatever a figure is made of
    for become in ("to_plotly_json", "tolist"):  # of Plotly's objects, and of numpy's and pandas' arrays
        method = getattr(part, become, None)
        if callable(method):
            return _plain(method())
    if isinstance(part, Mapping):
        return {str(key): _plain(value) for key, value in part.items()}
    if isinstance(part, (list, tuple)):
        return [_plain(value) for value in part]
    return part if isinstance(part, (str, int, float, bool)) or part is None else str(part)
