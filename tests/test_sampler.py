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


class Several:
    """A sampler of three sources, whose clock stands until it is told."""

    def __init__(self) -> None:
        self.now = 100.0
        self.does: dict[str, Exception | None] = {"one": None, "two": None, "three": None}
        self.log: list[str] = []
        house = self

        class Part(Collector):
            value = Gauge("part.value")

            def open(self) -> None:
                house.log.append(f"open {self.config.instance}")
                self._act()

            def collect(self) -> None:
                house.log.append(self.config.instance)
                self._act()
                self.value.set(1)

            def close(self) -> None:
                house.log.append(f"close {self.config.instance}")

            def _act(self) -> None:
                error = house.does[self.config.instance]
                if error is not None:
                    raise error

        self.sampler = Sampler(Part, [{"instance": name} for name in self.does], lambda: self.now)
        self.sampler.open()
        self.log.clear()

    def collect(self) -> list[str]:
        """What was done in a collect."""
        self.log.clear()
        self.sampler.collect(1)
        return list(self.log)

    @property
    def troubles(self) -> list[tuple[str, str, bool]]:
        return [(one.instance, str(one.error), one.fresh) for one in self.sampler.troubles]


def test_an_instance_that_goes_away_is_closed_and_opened_later() -> None:
    """Unavailable costs one try, then waits that double; what is wrong is told until a collect goes well."""
    house = Several()
    house.does["two"] = Unavailable("hung up")
    assert house.collect() == ["one", "two", "close two", "three"]
    assert house.troubles == [("two", "hung up", True)]
    assert house.collect() == ["one", "three"]
    assert house.troubles == [("two", "hung up", False)]
    house.now += 1.3
    assert house.collect() == ["one", "open two", "three"]
    house.now += 1.3
    assert house.collect() == ["one", "three"]
    house.now += 1.3
    house.does["two"] = None
    assert house.collect() == ["one", "open two", "two", "three"]
    assert house.troubles == []


def test_an_instance_that_keeps_failing_is_opened_anew() -> None:
    """After three failures in a row a broken connection is closed, and opened again with back-off."""
    house = Several()
    house.does["one"] = RuntimeError("broken pipe")
    for _ in range(2):
        assert house.collect() == ["one", "two", "three"]
        assert house.troubles == [("one", "broken pipe", True)]
    assert house.collect() == ["one", "close one", "two", "three"]
    assert house.collect() == ["two", "three"]
    house.now += 1.3
    house.does["one"] = None
    assert house.collect() == ["open one", "one", "two", "three"]
    assert house.troubles == []


def test_a_misconfigured_instance_is_not_tried_again() -> None:
    """Only a restart helps it, and its trouble stands there all the time."""
    house = Several()
    house.does["three"] = Misconfigured("url", "is no address")
    assert house.collect() == ["one", "two", "three", "close three"]
    house.now += 1e6
    house.does["three"] = None
    assert house.collect() == ["one", "two"]
    assert house.troubles == [("three", "url: is no address", False)]


def test_of_several_errors_that_is_raised_which_is_worth_a_try() -> None:
    """When none works, one that is configured wrong must not keep the others from being tried again."""
    house = Several()
    house.does.update(one=Misconfigured("url", "is no address"), two=Unavailable("away"), three=Unavailable("far away"))
    with pytest.raises(Unavailable, match="^away$"):
        house.collect()


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


def test_two_instances_need_two_names() -> None:
    """Two tables with the same instance would write over each other, so they are misconfigured."""
    with pytest.raises(Misconfigured, match="'x' is given to two tables"):
        Sampler(Source, [{"instance": "x"}, {"instance": "x"}]).open()
    with pytest.raises(Misconfigured, match="'2' is given to two tables"):
        Sampler(Source, [{"instance": "2"}, {}]).open()
