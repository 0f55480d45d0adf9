"""The examples do what they say."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from collectors import Unavailable
from collectors.registry import load_file
from collectors.sampler import Sampler
from collectors.testing import check_collector
from dashboard.cli import run
from dashboard.server import threaded
from tests.server import ROOT, Server
from tests.test_docs import wait_for

EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
BOARDS = ROOT / "examples" / "dashboards"


def sampler_of(name: str, table: dict[str, object] | None = None) -> Sampler:
    (declaration,) = load_file(ROOT / "examples" / f"{name}.py")
    assert declaration.kind is not None
    return Sampler(declaration.kind, [table] if table else [])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_as_we_ask_of_others(path: Path, tmp_path: Path) -> None:
    """The check for plugins finds nothing to change in an example."""
    log = tmp_path / "run.jsonl"
    log.write_text(json.dumps({"time": time.time(), "loss": 0.5, "accuracy": 0.5}) + "\n")
    tables = [{"file": str(log)}] if path.stem == "training" else []
    for declaration in load_file(path):
        assert declaration.kind is not None
        assert [one for one in check_collector(declaration.kind, tables) if one.level == "error"] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_listed(path: Path) -> None:
    """The examples' page names each."""
    assert f"[{path.name}]({path.name})" in (ROOT / "examples" / "README.md").read_text()


def test_reachable_measures_and_leaves_gaps() -> None:
    """A host that answers has a time, one that does not has a gap."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_server(("127.0.0.1", 0)) as closed:
        there, gone = (f"127.0.0.1:{one.getsockname()[1]}" for one in (listener, closed))
        closed.close()
        sampler = sampler_of("reachable", {"targets": [there, gone]})
        sampler.open()
        (batch,) = sampler.collect(1_000)
        sampler.close()
    values = dict(zip((series.name for series in batch.series), batch.values[:, 0], strict=True))
    assert 0 < values[there] < 1
    assert values[gone] != values[gone]


def test_training_follows_the_file(tmp_path: Path) -> None:
    """What a run appends comes with the run's own times; before there is a file, the source is unavailable."""
    log = tmp_path / "run.jsonl"
    sampler = sampler_of("training", {"file": str(log)})
    with pytest.raises(Unavailable, match="is not there yet"):
        sampler.open()
    with log.open("w") as run:
        for step in range(3):
            run.write(json.dumps({"time": 100.0 + step, "loss": 1 / (step + 1), "accuracy": step / 10}) + "\n")
    sampler.open()
    loss, accuracy = sampler.collect(1_000)
    assert loss.times.tolist() == [100_000, 101_000, 102_000]
    assert accuracy.values.tolist() == [[0.0, 0.1, 0.2]]
    assert sampler.collect(2_000) == []
    sampler.close()


@pytest.mark.parametrize("path", sorted(BOARDS.iterdir()), ids=lambda path: path.name)
def test_every_example_of_a_dashboard_is_listed(path: Path) -> None:
    """The examples' page names each."""
    assert f"](dashboards/{path.name})" in (ROOT / "examples" / "README.md").read_text() or path.is_dir()


def test_the_builder_writes_the_file_beside_it(tmp_path: Path) -> None:
    """What the Python example writes is the TOML that stands beside it."""
    shutil.copy(BOARDS / "wind.py", tmp_path)
    command = [sys.executable, str(tmp_path / "wind.py")]
    subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
    assert (tmp_path / "wind.toml").read_text() == (BOARDS / "wind.toml").read_text()


def test_the_dashboards_are_shown_and_sound(server: Callable[..., Server], capsys: pytest.CaptureFixture[str]) -> None:
    """A server with the folder and the plugin shows each, and lint finds nothing that is not there."""
    running = server("--dashboards-folder", str(BOARDS), "--plugin", str(ROOT / "examples" / "wind_rose.py"), "--demo")

    def measured() -> bool:
        found = {one["name"]: one["series"] for one in running.json("/api/v1/metrics")["metrics"]}
        return all(found.get(name) for name in ("wind.speed", "filesystem.usage", "network.traffic"))

    assert wait_for(measured)
    assert {one["slug"] for one in running.json("/api/v1/dashboards")["dashboards"]} == {"machine", "wind-rose"}
    for slug in ("machine", "wind-rose"):
        assert running.get(f"/d/{slug}")[0] == 200
    code = run(["dashboards", "lint", str(BOARDS), "--port", str(running.port), "--strict"], threaded())
    assert (code, capsys.readouterr().out) == (0, "nothing to change\n")
