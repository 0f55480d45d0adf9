"""`/embed/<slug>/<panel>`: one panel alone, for a frame in another page; and the address to put there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, request
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from collectors.metric import Metric
from collectors.units import unit
from dashboard.dashboards.binding import parse_source
from dashboard.dashboards.boards import Boards
from dashboard.dashboards.document import USE, WITHOUT_METRIC, Dashboard, Only, Panel, Variable
from dashboard.dashboards.versions import Unavailable, Unknown
from dashboard.errors import RequestRefused
from dashboard.history.store import History
from dashboard.live.catalog import Catalog
from dashboard.live.extract import Labels, Opened
from dashboard.web.answers import json_answer, policy
from dashboard.web.asked import parse
from dashboard.web.embeds import PATH, Embeds, Spot, spot_of
from dashboard.web.figures import FIGURE_KINDS, Figures
from dashboard.web.languages import language_of, sayer
from dashboard.web.shell import Shell
from dashboard.web.variables import Chosen, filled, first, narrowed, quoted, words_of

_NO_PANEL = "There is no such panel, or it shows no metric that is measured now."
#: Any: a panel as JSON.
Spec = dict[str, Any]


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

    def panel(self, spot: Spot) -> tuple[Dashboard, Panel] | None:
        """The panel as somebody has made it, and the dashboard that it is in; None when nobody has.

        Raises:
            RequestRefused: it can't be told now.
        """
        if self._boards.entry(spot.slug) is None:
            return None
        try:
            made, _ = self._boards.find(spot.slug)
        except Unknown:
            return None
        except Unavailable as error:
            raise RequestRefused(503, "unavailable", f"The dashboard can't be read now: {error}.") from None
        return next(((made, one) for one in made.panels if one.id == spot.panel), None)

    def opened(self, spot: Spot) -> Opened | None:
        """The series that it shows, whatever its variables are set to; None when there is no such panel.

        Raises:
            RequestRefused: it can't be told now.
        """
        found = self.panel(spot)
        if found is not None and found[1].kind in WITHOUT_METRIC:
            return Opened.of_all(_bound(found[1]))
        name = spot.panel if found is None else found[1].metric
        if not name or self._catalog.metric(name) is None:
            return None
        return Opened.of_all([(name, _fixed({} if found is None else found[1].only))])


def _bound(panel: Panel) -> Iterator[tuple[str, Labels]]:
    """The metrics that fill a figure, and which of their series."""
    for source in (panel.bind or {}).values():
        metric, only, _ = parse_source(source)
        yield metric, _fixed({label: [value] for label, value in only.items()})


def _fixed(only: Only) -> Labels:
    """Labels whose values no variable decides."""
    fixed = [(label, frozenset(values)) for label, values in only.items() if not any(map(USE.search, values))]
    return tuple(sorted(fixed))


class EmbedPages:
    """The page of one panel.

    Args:
        shell: of the page.
        spots: what panels show.
        embeds: who may see it, and frame it.
    """

    def __init__(
        self,
        catalog: Catalog,
        history: History,
        figures: Figures,
        shell: Shell,
        spots: Spots,
        embeds: Embeds,
    ) -> None:
        self._catalog = catalog
        self._history = history
        self._figures = figures
        self._shell = shell
        self._spots = spots
        self._embeds = embeds

    def page(self, slug: str, panel: str) -> Response:
        spot = spot_of(f"{PATH}{slug}/{panel}")
        opened = self._spots.opened(spot) if spot else None
        if spot is None or opened is None:
            raise RequestRefused(404, "not_found", _NO_PANEL)
        made, spec = self._made(spot, sayer(language_of(request))("all"))
        metrics = [one for one in map(self._catalog.metric, opened.metrics) if one is not None]
        title = (spec or {}).get("title") or (metrics[0].title if metrics else made.title if made else slug)
        headers = {"Content-Security-Policy": policy(frame_ancestors=self._embeds.ancestors)}
        return self._shell.page("embed.html", title, lambda: self._boot(spot, metrics, opened, spec), headers)

    def address(self) -> Response:
        """Where a panel's page is, with its key; for who may see everything."""
        asked = parse(EmbedQuery, request.args.items(multi=True))
        spot = spot_of(f"{PATH}{asked.slug}/{asked.panel}")
        if spot is None or self._spots.opened(spot) is None:
            raise RequestRefused(404, "not_found", _NO_PANEL)
        key = self._embeds.key(spot)
        path = f"{PATH}{spot.slug}/{spot.panel}{f'?key={key}' if key else ''}"
        return json_answer({"ok": True, "path": path, "origins": list(self._embeds.origins)})

    def _made(self, spot: Spot, every: str) -> tuple[Dashboard | None, Spec | None]:
        """What somebody has made of it, with the values of the address, or else of the dashboard, for variables."""
        found = self._spots.panel(spot)
        if found is None:
            return None, None
        made, panel = found
        chosen = {one.name: Chosen.of(one, request.args.getlist(f"var.{one.name}")) for one in made.variables}
        words = words_of(chosen, every)
        ones = {one.name: first(chosen[one.name], self._values(one)) for one in made.variables}
        return made, panel.model_dump(mode="json") | {
            "only": narrowed(panel.only, chosen),
            "title": panel.title and filled(panel.title, words),
            "bind": panel.bind and {key: filled(source, ones, quoted) for key, source in panel.bind.items()},
            "words": words,
        }

    def _values(self, variable: Variable) -> Iterator[str]:
        """What a variable may be."""
        for one in self._catalog.metrics([variable.metric]):
            yield from (series["labels"][variable.of] for series in one["series"] if variable.of in series["labels"])

    def _boot(self, spot: Spot, metrics: list[Metric], opened: Opened, spec: Spec | None) -> dict[str, object]:
        declared = opened.declared(self._catalog.metrics([one.name for one in metrics]))
        kind = spec["kind"] if spec else "auto"
        figures = self._figures.of(metrics) if kind not in WITHOUT_METRIC else {}
        if kind != "auto" and kind in FIGURE_KINDS:  # under the names by which static/js/figures.js knows them
            figures |= {f"{name} {kind}": built for name, built in self._figures.of(metrics, kind).items()}
        units = {
            *(one.drawn_unit for one in metrics),
            *(one["unit"] for one in declared),
            *([spec["unit"]] if spec and spec["unit"] else []),
        }
        return {
            "slug": spot.slug,
            "host": "",
            "epoch": self._history.epoch,
            "people": False,
            "metrics": declared,
            "collectors": self._catalog.collectors({one["collector"] for one in declared}),
            "units": {name: unit(name).steps for name in units},
            "families": [],
            "figures": figures,
            "templates": self._figures.templates(),
            "dashboards": [],
            "dashboard": None,
            "embed": {"metrics": opened.metrics, "spec": spec, "ticket": self._embeds.ticket(spot)},
        }


def blueprint(pages: EmbedPages) -> Blueprint:
    """The addresses of `pages`."""
    routes = Blueprint("embed", __name__)
    routes.get("/embed/<slug>/<panel>")(pages.page)
    routes.get("/api/v1/embed")(pages.address)
    return routes
