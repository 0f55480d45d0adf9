"""What is odd about a dashboard that is valid: what it names and is not there, what lies on something else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Set
from typing import Literal, NamedTuple

from dashboard.dashboards.binding import TIME, Binding, parse_source
from dashboard.dashboards.document import USE, Dashboard, Panel, Variable
from dashboard.dashboards.places import overlapping
from dashboard.dashboards.traces import unknown
from dashboard.errors import did_you_mean

#: What is measured: of each metric its labels, and of these the values that there are.
Measured = Mapping[str, Mapping[str, Set[str]]]


class Finding(NamedTuple):
    """Something about a dashboard.

    Attributes:
        level: an "error" is never meant so; a "warning" may be.
        path: where, such as `panels.3.only`; "" for all of it.
        why: what it is, and what to do.
    """

    level: Literal["error", "warning"]
    path: str
    why: str

    def __str__(self) -> str:
        return f"{self.level}: {self.path}: {self.why}" if self.path else f"{self.level}: {self.why}"


def lint(dashboard: Dashboard, measured: Measured | None = None, reserved: Collection[str] = ()) -> list[Finding]:
    """What is odd about it.

    Args:
        dashboard: a valid one.
        measured: what there is; None when that is not known, and not looked at then.
        reserved: slugs that no dashboard can have.
    """
    return [
        *_slug(dashboard, reserved),
        *_empty(dashboard),
        *_overlaps(dashboard),
        *_variables(dashboard),
        *_figures(dashboard),
        *(_metrics(dashboard, measured) if measured is not None else ()),
    ]


def _slug(dashboard: Dashboard, reserved: Collection[str]) -> Iterator[Finding]:
    if dashboard.slug in reserved:
        yield Finding("error", "slug", f"{dashboard.slug!r} is a dashboard of Plotroom's own; choose another")


def _empty(dashboard: Dashboard) -> Iterator[Finding]:
    if not dashboard.panels:
        yield Finding("warning", "panels", "it has none; nothing is shown")


def _overlaps(dashboard: Dashboard) -> Iterator[Finding]:
    panels = dashboard.panels
    for one, other in overlapping(panels):
        yield Finding(
            "warning", f"panels.{other}", f"{panels[other].id!r} lies on {panels[one].id!r}; move one of them"
        )


def _variables(dashboard: Dashboard) -> Iterator[Finding]:
    names = [one.name for one in dashboard.variables]
    used: set[str] = set()
    for place, panel in enumerate(dashboard.panels):
        used |= panel.uses
        for name in sorted(_meant(panel) - set(names)):
            hint = did_you_mean(name, names) or "; add a variable of that name"
            yield Finding("error", f"panels.{place}", f"${name} is no variable of this dashboard{hint}")
    for place, variable in enumerate(dashboard.variables):
        if variable.name not in used:
            yield Finding("warning", f"variables.{place}", f"no panel uses ${variable.name}")
        if not variable.multi and len(variable.default) > 1:
            yield Finding("error", f"variables.{place}.default", "it has several values, and multi is false")


def _meant(panel: Panel) -> set[str]:
    """The variables that must be there; in a text, "$5" and "$HOME" are just that, and so may "$name" be."""
    texts = [*(panel.bind or {}).values(), *(value for values in panel.only.values() for value in values)]
    named = {name for text in texts for name in USE.findall(text)}
    return named | ({panel.repeat} if panel.repeat else set())


def _figures(dashboard: Dashboard) -> Iterator[Finding]:
    for place, panel in enumerate(dashboard.panels):
        if panel.figure is not None:
            for path, why in unknown(panel.figure, panel.bind or {}):
                yield Finding("error", f"panels.{place}.{path}", why)


def _metrics(dashboard: Dashboard, measured: Measured) -> Iterator[Finding]:
    family = sorted(name for name in measured if name.partition(".")[0] == dashboard.slug)
    if family:
        yield Finding("warning", "slug", f"{family[0]!r} has a page of that name already, unless its family is another")
    for place, variable in enumerate(dashboard.variables):
        yield from _variable(f"variables.{place}", variable, measured)
    for place, panel in enumerate(dashboard.panels):
        path = f"panels.{place}"
        if panel.metric is not None:
            yield from _selection(path, panel.metric, panel.only, measured, "only")
        for target, source in (panel.bind or {}).items():
            yield from _binding(f"{path}.bind.{target}", parse_source(source), measured)


def _variable(path: str, variable: Variable, measured: Measured) -> Iterator[Finding]:
    labels = measured.get(variable.metric)
    if labels is None:
        yield _unknown(f"{path}.metric", variable.metric, measured)
    elif variable.of not in labels:
        yield _no_label(f"{path}.of", variable.of, variable.metric, labels)
    else:
        for value in variable.default:
            if value != "*" and value not in labels[variable.of]:
                yield _no_value(f"{path}.default", value, variable.of, labels[variable.of])


def _binding(path: str, binding: Binding, measured: Measured) -> Iterator[Finding]:
    only = {label: [value] for label, value in binding.only.items()}
    yield from _selection(path, binding.metric, only, measured, "")
    labels = measured.get(binding.metric)
    if labels is not None and binding.part not in ("", TIME) and binding.part not in labels:
        yield _no_label(path, binding.part, binding.metric, labels)


def _selection(
    path: str, metric: str, only: Mapping[str, list[str]], measured: Measured, key: str
) -> Iterator[Finding]:
    labels = measured.get(metric)
    if labels is None:
        yield _unknown(f"{path}.metric" if key else path, metric, measured)
        return
    for label, values in only.items():
        where = f"{path}.{key}.{label}" if key else path
        if label not in labels:
            yield _no_label(where, label, metric, labels)
            continue
        for value in values:
            if not value.startswith("$") and value not in labels[label]:
                yield _no_value(where, value, label, labels[label])


def _unknown(path: str, metric: str, measured: Measured) -> Finding:
    return Finding("error", path, f"there is no metric {metric!r}{did_you_mean(metric, measured)}")


def _no_label(path: str, label: str, metric: str, labels: Mapping[str, Set[str]]) -> Finding:
    valid = f"it has {', '.join(labels)}" if labels else "it has none"
    return Finding("error", path, f"{metric!r} has no label {label!r}{did_you_mean(label, labels)}; {valid}")


def _no_value(path: str, value: str, label: str, values: Set[str]) -> Finding:
    # A disk that is not plugged in now is no mistake.
    return Finding("warning", path, f"no series has {label}={value!r} now{did_you_mean(value, values)}")
