"""What can go wrong with a collector, each with a name, and each a sentence that says what to do."""

from __future__ import annotations


class CollectorError(Exception):
    """Base of everything that the collector API raises."""


class Unavailable(CollectorError):
    """The source is not there right now. Raise it from `open` or `collect`: quiet, retried with back-off up to 60 s."""

    def __init__(self, reason: str = "the source is not available") -> None:
        super().__init__(reason)
        self.reason = reason


class Misconfigured(CollectorError):
    """A configured value is wrong. Raise it from `open`: the collector stops until its configuration changes."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


class InvalidDeclaration(CollectorError):
    """A metric or collector is declared in a way that can't be drawn; the text says what is valid."""


class NotANumber(CollectorError):
    """A collector gave a value that is no number."""

    def __init__(self, collector: str, metric: str, value: object) -> None:
        self.collector = collector
        self.metric = metric
        self.type_name = type(value).__name__
        super().__init__(
            f"collector {collector!r} gave metric {metric!r} a value of type {self.type_name}; "
            "give a number, None for a gap, {series: number}, or a 1-D array of numbers"
        )


class WrongLabels(CollectorError):
    """A sample's labels are not the ones that its metric declares."""

    def __init__(self, metric: str, given: tuple[str, ...], declared: tuple[str, ...]) -> None:
        self.metric = metric
        want = ", ".join(declared) or "none"
        super().__init__(f"metric {metric!r} was set with labels ({', '.join(given) or 'none'}); it declares: {want}")


class Collision(CollectorError):
    """Two plugins want the same name. `first` and `second` say where each comes from."""

    def __init__(self, what: str, name: str, first: str, second: str) -> None:
        self.name = name
        self.first = first
        self.second = second
        super().__init__(f"{what} {name!r} of {second} is already taken by {first}; rename one of the two")


class PluginRefused(CollectorError):
    """A plugin file or module can't be used; `line` is where, when that is known."""

    def __init__(self, origin: str, why: str, line: int | None = None) -> None:
        self.origin = origin
        self.why = why
        self.line = line
        where = origin if line is None else f"{origin}, line {line}"
        super().__init__(f"{where}: {why}")


class CollectorFailed(CollectorError):
    """An error of a collector that ran in another process, in the words it had there."""

    def __init__(self, kind: str, text: str, where: str = "") -> None:
        super().__init__(f"{kind}: {text}" + (f" ({where})" if where else ""))
        self.kind = kind
        self.text = text
        self.where = where
