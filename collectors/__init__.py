"""Everything that a plugin author needs.

A function is a chart::

    from collectors import metric

    @metric("room.temperature", unit="°C", every=0.5)
    def temperature():
        return sensor.read()

A class is a source with several; see `Collector`. Read `random_walk.py` and copy it.
"""

from collectors.base import Collector, CollectorConfig, Counter, Gauge, metric
from collectors.errors import CollectorError, Misconfigured, Unavailable
from collectors.metric import Metric, Series
from collectors.sample import Batch
from collectors.selection import Selection

__all__ = [
    "Batch",
    "Collector",
    "CollectorConfig",
    "CollectorError",
    "Counter",
    "Gauge",
    "Metric",
    "Misconfigured",
    "Selection",
    "Series",
    "Unavailable",
    "metric",
]
