"""A training run as it goes: follows a file to which the run appends one JSON object a line.

{"time": 1767225600.0, "loss": 0.41, "accuracy": 0.87}

[collectors.training]
file = "runs/today.jsonl"
"""

import json
from pathlib import Path

from pydantic import Field

from collectors import Collector, CollectorConfig, Gauge, Misconfigured, Unavailable


class Training(Collector):
    """Loss and accuracy of the newest run."""

    class Config(CollectorConfig):
        file: Path = Field(default=Path("training.jsonl"), description="the file that the run appends to")

    config: Config
    loss = Gauge("training.loss", title="Loss", order=10)
    accuracy = Gauge("training.accuracy", title="Accuracy", limits=(0, 1), order=20)

    def open(self) -> None:
        if self.config.file.is_dir():
            raise Misconfigured("file", "is a folder; name the file that the run writes")
        try:
            self.lines = self.config.file.open(encoding="utf-8")
        except FileNotFoundError:
            raise Unavailable(f"{self.config.file} is not there yet") from None

    def collect(self) -> None:
        steps = [json.loads(line) for line in self.lines if line.strip()]
        if steps:  # whole columns at once, at the times at which the run wrote them
            times = [round(step["time"] * 1000) for step in steps]
            self.loss.write(times, [step["loss"] for step in steps])
            self.accuracy.write(times, [step["accuracy"] for step in steps])

    def close(self) -> None:
        self.lines.close()
