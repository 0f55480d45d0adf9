"""The text of a new collector and of its test, for `plotroom collectors new`."""

from __future__ import annotations

_COLLECTOR = '''\
"""{title}: say here what it measures and where it reads it."""

from collectors import Collector, CollectorConfig, Gauge, Unavailable
from pydantic import Field


class {class_name}(Collector):
    """{title}."""

    every = 1.0

    class Config(CollectorConfig):
        """Options: the table [collectors.{name}] of plotroom.toml."""

        path: str = Field("/proc/loadavg", description="the file that is read")

    value = Gauge("{name}.value", unit="", title="{title}", help="What this number means, in a sentence.")

    def open(self) -> None:
        """Connect to the source; called again after a failure."""

    def collect(self) -> None:
        """One sample: set each metric once; None is a gap."""
        try:
            with open(self.config.path) as file:
                self.value.set(float(file.read().split()[0]))
        except OSError as error:
            raise Unavailable(f"{{self.config.path}}: {{error.strerror}}") from None

    def close(self) -> None:
        """Let go of the source."""
'''

_TEST = '''\
"""{title}: the collector keeps its contract. Run it with: python -m pytest {test_file}"""

import sys
from pathlib import Path

from collectors.sampler import Sampler
from collectors.testing import check_collector

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from {name} import {class_name}  # noqa: E402 - found by the line above


def test_it_keeps_the_contract(tmp_path: Path) -> None:
    """Two samples of it are what Plotroom can draw."""
    source = tmp_path / "source"
    source.write_text("0.5 0.4 0.3")
    assert check_collector({class_name}, [{{"path": str(source)}}]) == []


def test_the_value_is_the_first_number(tmp_path: Path) -> None:
    """The first number of the file is the value."""
    source = tmp_path / "source"
    source.write_text("0.5 0.4 0.3")
    sampler = Sampler({class_name}, [{{"path": str(source)}}])
    sampler.open()
    [batch] = sampler.collect(1_000)
    assert batch.values.tolist() == [[0.5]]
    sampler.close()
'''


def collector(name: str) -> str:
    """The source of a collector called `name`."""
    return _COLLECTOR.format(name=name, title=_title(name), class_name=_class_name(name))


def test(name: str, test_file: str) -> str:
    """The source of its test."""
    return _TEST.format(name=name, title=_title(name), class_name=_class_name(name), test_file=test_file)


def _class_name(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()
