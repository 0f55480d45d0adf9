"""A collector with its instances: opened, sampled, closed."""

from collections.abc import Iterable, Mapping

import pytest

from collectors import Collector, CollectorConfig, Gauge, Misconfigured, Unavailable
from collectors.sampler import Sampler


class Source(Collector):
    """A source whose life is written down."""

    log: list[str] = []

    class Config(CollectorConfig):
        host: str = "here"
        port: int = 1

    config: Config
    value = Gauge("source.value", labels=["part"])

    def open(self) -> None:
        if self.config.host == "away":
            raise Unavailable("nobody answers")
        self.log.append(f"open {self.config.host}")

    def collect(self) -> None:
        if self.config.host == "broken":
            self.value.set(0, part="half")
            raise RuntimeError("no")
        self.value.set(self.config.port, part="a")

    def close(self) -> None:
        self.log.append(f"close {self.config.host}")


@pytest.fixture(autouse=True)
def empty_log() -> None:
    Source.log.clear()


def values_of(sampler: Sampler, tick: int = 1) -> dict[str, float]:
    (batch,) = sampler.collect(tick)
    return {series.name: row[0] for series, row in zip(batch.series, batch.values.tolist(), strict=True)}


def test_one_instance_has_no_extra_label() -> None:
    """A collector with one configuration has just its own labels."""
    sampler = Sampler(Source, [{"port": 5}])
    sampler.open()
    assert values_of(sampler) == {"a": 5.0}
    sampler.close()
    assert Source.log == ["open here", "close here"]


def test_several_instances_are_told_apart() -> None:
    """Several configurations are one batch, told apart by the label `instance`."""
    sampler = Sampler(Source, [{"instance": "one", "port": 5}, {"port": 6}])
    sampler.open()
    assert values_of(sampler) == {"one a": 5.0, "2 a": 6.0}
    sampler.close()


def test_an_instance_that_fails_costs_only_itself() -> None:
    """While one instance works its samples come; what the broken one recorded is dropped."""
    sampler = Sampler(Source, [{"host": "broken"}, {"instance": "ok", "port": 6}, {"host": "away"}])
    sampler.open()
    assert values_of(sampler) == {"ok a": 6.0}
    sampler.close()
    assert Source.log == ["open broken", "open here", "close broken", "close here"]


def test_when_all_fail_the_first_error_is_told() -> None:
    """Without a working instance, open and collect raise what the first one raised."""
    with pytest.raises(Unavailable, match="nobody answers"):
        Sampler(Source, [{"host": "away"}]).open()
    sampler = Sampler(Source, [{"host": "broken"}])
    sampler.open()
    with pytest.raises(RuntimeError, match="no"):
        sampler.collect(1)


@pytest.mark.parametrize(
    ("table", "field", "says"),
    [({"prot": 1}, "prot", "host, port"), ({"port": "many"}, "port", "integer"), ({"every": 0}, "every", "0.01")],
)
def test_a_wrong_configuration_names_its_field(table: Mapping[str, object], field: str, says: str) -> None:
    """An unknown key or a wrong value is Misconfigured, with the field and what is valid."""
    with pytest.raises(Misconfigured) as caught:
        Sampler(Source, [table]).open()
    assert caught.value.field == field
    assert says in caught.value.why


def test_nothing_detected_is_unavailable() -> None:
    """A collector that detects nothing on this machine is unavailable, not failing."""

    class Absent(Source):
        @classmethod
        def detect(cls) -> Iterable[Mapping[str, object]]:
            return ()

    with pytest.raises(Unavailable, match="nothing to sample"):
        Sampler(Absent).open()
