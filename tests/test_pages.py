"""The page as it leaves the server: what is in it for the first drawing, and that nothing in it can run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from collectors.metric import Metric
from collectors.units import UNITS
from dashboard.dashboards.boards import Boards
from dashboard.history.store import History
from dashboard.live.catalog import Catalog
from dashboard.paths import TEMPLATES
from dashboard.sampling.state import JobState
from dashboard.settings import HistorySettings
from dashboard.tasks import Clock, threads
from dashboard.web import pages, refusals
from dashboard.web.answers import PlainPages
from dashboard.web.families import families
from dashboard.web.figures import Figures
from dashboard.web.modules import Pack
from dashboard.web.shell import Shell

PACK = Pack("js/main.pack.js", "", ("vendor/vue.js",))
PAYLOAD = "</script><script>alert(1)</script><!-- & \u2028"


class World:
    """Pages over a catalog of one's own; `here` tells how many look at a dashboard."""

    def __init__(self, here: Callable[[str], int] | None = None) -> None:
        self.history = History(HistorySettings(), Clock())
        self.catalog = Catalog(self.history)
        app = Flask("test", template_folder=str(TEMPLATES), static_folder=None)
        shell = Shell(threads(), "build7", PACK)
        parts = (self.catalog, self.history, Figures(), shell, Boards(None, None, threads()))
        app.register_blueprint(pages.blueprint(pages.Pages(*parts, here)))
        refusals.install(app, PlainPages())
        self.client: FlaskClient = app.test_client()

    def declare(self, *metrics: Metric) -> None:
        for metric in metrics:
            self.history.declare(metric, 1.0)
        self.catalog.declare("test", 1.0, metrics)

    def boot(self, path: str = "/", **options: Any) -> dict[str, Any]:  # Any: werkzeug's options, and JSON
        return boot_of(self.client.get(path, **options).text)


def boot_of(page: str) -> dict[str, Any]:  # Any: JSON
    """The boot data of a page, as the browser reads it: the text up to the first end of the element."""
    found = re.search(r'<script type="application/json" id="boot">(.*?)</script', page, re.DOTALL)
    assert found is not None
    boot: dict[str, Any] = json.loads(found[1])
    return boot


@pytest.fixture
def world() -> World:
    return World()


def test_the_page_has_all_it_needs(world: World) -> None:
    """Metrics, collectors, units, families, figures and templates come with the page, so nothing is asked twice."""
    world.declare(Metric("system.cpu", unit="%", family="cpu"), Metric("queue.depth", unit="messages"))
    world.catalog.state(JobState("test", "running"))
    boot = world.boot()
    assert boot["version"] == "build7"
    assert (boot["base"], boot["slug"], boot["epoch"]) == ("", "overview", world.history.epoch)
    assert boot["people"] is False
    assert boot["metrics"] == world.catalog.metrics()
    assert boot["collectors"] == world.catalog.collectors()
    assert set(boot["figures"]) == {"system.cpu", "queue.depth"}
    assert set(boot["templates"]) == {"dark", "light"}
    assert boot["units"]["bytes"] == [[factor, symbol] for factor, symbol in UNITS["bytes"].steps]
    assert boot["units"]["messages"][0] == [1.0, "messages"]
    assert "queue" in [one["slug"] for one in boot["families"]]


def test_every_family_has_a_page(world: World) -> None:
    """`/d/<slug>` is the page of a family, also of one that is not there yet; its title says which."""
    assert world.boot("/d/cpu")["slug"] == "cpu"
    assert "<title>CPU" in world.client.get("/d/cpu").text
    assert "<title>Overview" in world.client.get("/d/overview").text
    assert world.client.get("/d/not_here_yet").status_code == 200


@pytest.mark.parametrize("path", ["/d/", "/d/A", "/d/a/b", "/d/%3Cscript%3E", "/d/" + "a" * 121, "/d/..", "/D/cpu"])
def test_other_addresses_are_no_pages(world: World, path: str) -> None:
    """What can be no dashboard's name is 404, as a page that leads home."""
    answer = world.client.get(path)
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert "<script" not in answer.text
    assert 'href="/"' in answer.text


def test_nothing_in_the_data_can_run(world: World) -> None:
    """Markup in a title, help, label or reason neither ends the data nor begins an element."""
    world.declare(Metric("queue.depth", title=PAYLOAD, help=PAYLOAD, labels=("q",)))
    world.catalog.state(JobState("test", "failing", PAYLOAD))
    plain = World().client.get("/").text
    page = world.client.get("/").text
    assert page.count("<script") == plain.count("<script")
    assert "<!--" not in page
    boot = boot_of(page)
    assert boot["metrics"][0]["title"] == PAYLOAD
    assert boot["collectors"][0]["reason"] == PAYLOAD


def test_nothing_is_inline_or_from_elsewhere(world: World) -> None:
    """The page has no inline script, style or handler, and all its files are of this build."""
    page = world.client.get("/", environ_overrides={"SCRIPT_NAME": "/tools/plot"}).text
    for tag in re.findall(r"<script([^>]*)>", page):
        assert "src=" in tag or 'type="application/json"' in tag
    assert not re.findall(r"<style|\sstyle=|\son\w+=", page)
    links = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert links
    assert all(link.startswith("/tools/plot/static/build7/") for link in links)
    assert boot_of(page)["base"] == "/tools/plot"


def test_a_failure_after_the_first_part_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is under way before its data are there; a fault in these is a sentence, and the log has it."""
    monkeypatch.setattr(world.catalog, "metrics", lambda: 1 / 0)
    answer = world.client.get("/")
    assert "js/main.pack.js" in answer.text
    assert boot_of(answer.text) == {}
    assert "Something went wrong on the server" in answer.text
    assert "Traceback" not in answer.text


def test_families_are_in_order() -> None:
    """Known families first, then plugins' by name, Plotroom's own last; each once."""
    slugs = [one["slug"] for one in families(["zoo", "self", "cpu", "ant", "zoo"])]
    assert slugs == ["system", "cpu", "memory", "disks", "network", "processes", "ant", "zoo", "self"]
    assert [one["order"] for one in families([])] == list(range(7))
    assert {one["title"] for one in families(["ant"])} >= {"CPU", "ant", "Plotroom"}


@pytest.mark.parametrize(("here", "title"), [(None, "Overview · Plotroom"), (0, "Overview · Plotroom"),
                                             (3, "Overview · 3 here · Plotroom")])  # fmt: skip
def test_a_shared_link_tells_how_many_look(here: int | None, title: str) -> None:
    """The title with which a page comes, which is what a link to it shows elsewhere, has the number of people there."""
    world = World(None if here is None else {"overview": here}.__getitem__)
    text = world.client.get("/").text
    assert f"<title>{title}</title>" in text
    assert boot_of(text)["people"] is (here is not None)
