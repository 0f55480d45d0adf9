"""`/embed/<slug>/<panel>`: one panel alone, for a frame in another page; and the address to put there."""

from __future__ import annotations

import re
import socket
from typing import Any

from flask import Blueprint, render_template, request
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from collectors.metric import Metric
from collectors.units import unit
from dashboard.dashboards.boards import Boards
from dashboard.dashboards.document import Panel
from dashboard.dashboards.store import Unavailable, Unknown
from dashboard.errors import RequestRefused
from dashboard.history.store import History
from dashboard.live.catalog import Catalog
from dashboard.tasks import Tasks
from dashboard.web.answers import json_answer, policy
from dashboard.web.asked import parse
from dashboard.web.embeds import PATH, Embeds, Spot, spot_of
from dashboard.web.figures import Figures
from dashboard.web.languages import TAGS, language_of, sayer
from dashboard.web.modules import preloaded
from dashboard.web.pages import embedded

_NO_PANEL = "There is no such panel, or it shows no metric that is measured now."
#: Any: a panel as JSON.
Spec = dict[str, Any]
_VARIABLE = re.compile(r"\$([a-z][a-z0-9_]*)")


class EmbedQuery(BaseModel):
    """Which panel is to be framed."""

    model_config = ConfigDict(extra="forbid")

    slug: str = Field(max_length=120, description="of the dashboard")
    panel: str = Field(max_length=200, description="its id in that dashboard, or the name of a metric")


class Spots:
    """What panels show: those of dashboards that people made, by their id; all others by the name of their metric."""

    def __init__(self, catalog: Catalog, boards: Boards) -> None:
        self._catalog = catalog
        self._boards = boards

    def panel(self, spot: Spot) -> Panel | None:
        """The panel as somebody has made it; None when nobody has."""
        if self._boards.entry(spot.slug) is None:
            return None
        try:
            made, _ = self._boards.find(spot.slug)
        except (Unknown, Unavailable):
            return None
        return next((one for one in made.panels if one.id == spot.panel), None)

    def metrics(self, spot: Spot) -> frozenset[str]:
        """The names of the metrics that it shows; none when there is no such panel."""
        panel = self.panel(spot)
        name = panel.metric if panel is not None else spot.panel
        return frozenset({name}) if name and self._catalog.metric(name) else frozenset()


class EmbedPages:
    """The page of one panel.

    Args:
        build: of the static files.
    """

    def __init__(
        self,
        catalog: Catalog,
        history: History,
        figures: Figures,
        tasks: Tasks,
        spots: Spots,
        embeds: Embeds,
        build: str,
    ) -> None:
        self._catalog = catalog
        self._history = history
        self._figures = figures
        self._tasks = tasks
        self._spots = spots
        self._embeds = embeds
        self._build = build
        self._modules = preloaded("js/embed.js")

    def page(self, slug: str, panel: str) -> Response:
        spot = spot_of(f"{PATH}{slug}/{panel}")
        metrics = [one for name in self._spots.metrics(spot) if (one := self._catalog.metric(name))] if spot else []
        if spot is None or not metrics:
            raise RequestRefused(
                404, "not_found", "There is no such panel, or it shows no metric that is measured now."
            )
        base = request.root_path.rstrip("/")
        language = language_of(request)
        spec = self._spec(spot)
        boot = self._boot(spot, metrics[0], spec, base)
        text = render_template(
            "embed.html",
            boot=Markup(self._tasks.native(embedded, boot)),  # noqa: S704 - escaped by `embedded`
            static=f"{base}/static/{self._build}/",
            modules=self._modules,
            say=sayer(language),
            tag=TAGS[language],
            title=(spec or {}).get("title") or metrics[0].title,
        )
        headers = {"Content-Security-Policy": policy(frame_ancestors=self._embeds.ancestors)}
        return Response(text, content_type="text/html; charset=utf-8", headers=headers)

    def address(self) -> Response:
        """Where a panel's page is, with its key; for who may see everything."""
        asked = parse(EmbedQuery, request.args.items(multi=True))
        spot = spot_of(f"{PATH}{asked.slug}/{asked.panel}")
        if spot is None or not self._spots.metrics(spot):
            raise RequestRefused(
                404, "not_found", "There is no such panel, or it shows no metric that is measured now."
            )
        key = self._embeds.key(spot)
        path = f"{PATH}{spot.slug}/{spot.panel}{f'?key={key}' if key else ''}"
        return json_answer({"ok": True, "path": path, "origins": list(self._embeds.origins)})

    def _spec(self, spot: Spot) -> Spec | None:
        """What somebody has chosen for it, with the values of the address in place of variables."""
        panel = self._spots.panel(spot)
        if panel is None:
            return None
        spec = panel.model_dump(mode="json")
        chosen = {name: request.args.getlist(f"var.{name}") for name in panel.uses}
        only = {label: _filled(values, chosen) for label, values in panel.only.items()}
        return spec | {"only": {label: values for label, values in only.items() if values}}

    def _boot(
        self, spot: Spot, metric: Metric, spec: dict[str, Any] | None, base: str
    ) -> dict[str, object]:  # Any: JSON
        metrics = self._catalog.metrics([metric.name])
        units = {
            metric.drawn_unit,
            *(one["unit"] for one in metrics),
            *([spec["unit"]] if spec and spec["unit"] else []),
        }
        return {
            "version": self._build,
            "base": base,
            "slug": spot.slug,
            "host": socket.gethostname(),
            "epoch": self._history.epoch,
            "people": False,
            "metrics": metrics,
            "collectors": self._catalog.collectors({one["collector"] for one in metrics}),
            "units": {name: unit(name).steps for name in units},
            "families": [],
            "figures": self._figures.of([metric]),
            "templates": self._figures.templates(),
            "dashboards": [],
            "dashboard": None,
            "embed": {"metric": metric.name, "spec": spec, "ticket": self._embeds.ticket(spot)},
        }


def _filled(values: list[str], chosen: dict[str, list[str]]) -> list[str]:
    """The values of a label, `$name` replaced; none, which is no choice, where a variable has no value or all."""
    made: list[str] = []
    for value in values:
        found = _VARIABLE.fullmatch(value)
        some = chosen.get(found[1], []) if found else [value]
        if not some or "*" in some:
            return []
        made += some
    return made


def blueprint(pages: EmbedPages) -> Blueprint:
    """The addresses of `pages`."""
    routes = Blueprint("embed", __name__)
    routes.get("/embed/<slug>/<panel>")(pages.page)
    routes.get("/api/v1/embed")(pages.address)
    return routes
