"""Joins the parts of a server. Making one starts nothing: no task, no process, no socket."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

from flask import Flask

from collectors.metric import Metric
from collectors.sample import Batch
from dashboard.dashboards.boards import Boards
from dashboard.dashboards.files import Files
from dashboard.dashboards.store import Place, Store
from dashboard.history.keeper import Keeper
from dashboard.history.store import History
from dashboard.live.agents import Agents
from dashboard.live.broadcast import Broadcast
from dashboard.live.catalog import Catalog
from dashboard.live.namespaces.admin import Admin
from dashboard.live.namespaces.agents import AgentsNamespace
from dashboard.live.namespaces.metrics import MetricsNamespace
from dashboard.live.namespaces.rooms import RoomsNamespace
from dashboard.live.notices import Notices, Topic
from dashboard.live.server import make_socketio
from dashboard.live.talk import Talk
from dashboard.live.troubles import Troubles
from dashboard.paths import TEMPLATES
from dashboard.people.circle import Circle
from dashboard.people.messages import Messages
from dashboard.people.tables import Tables
from dashboard.sampling.scheduler import Scheduler
from dashboard.sampling.state import JobState
from dashboard.self_metrics import Cost, HubLag, Vitals, self_collector
from dashboard.server import Connections
from dashboard.settings import Settings
from dashboard.tasks import Clock, Tasks
from dashboard.web import api, assets, dashboards, documents, embed_pages, export, notices, pages, refusals
from dashboard.web.access import Access
from dashboard.web.answers import PlainPages
from dashboard.web.embeds import Embeds
from dashboard.web.families import RESERVED
from dashboard.web.figures import Figures
from dashboard.web.hosts import Hosts, is_loopback, is_wildcard, own_names
from dashboard.web.modules import packed
from dashboard.web.shell import Shell
from dashboard.web.tokens import Token, keep_token

Native = Callable[..., Any]  # Any: the result of whatever function is given
Reload = Callable[[], Settings]


class Sink:
    """Where the scheduler's declarations, states and samples go."""

    def __init__(self, catalog: Catalog, history: History, broadcast: Broadcast, troubles: Troubles) -> None:
        self._catalog = catalog
        self._history = history
        self._broadcast = broadcast
        self._troubles = troubles
        self._names: dict[str, set[str]] = {}

    def declare(self, collector: str, every: float, metrics: Sequence[Metric]) -> None:
        names = {metric.name for metric in metrics}
        for metric in metrics:
            self._history.declare(metric, every)
        self._catalog.declare(collector, every, metrics)
        self._forget(self._names.get(collector, set()) - names)
        self._names[collector] = names

    def retire(self, collector: str) -> None:
        self._catalog.retire(collector)
        self._troubles.retire(collector)
        self._forget(self._names.pop(collector, set()))

    def publish(self, batch: Batch) -> None:
        self._broadcast.publish(batch)

    def state(self, state: JobState) -> None:
        self._catalog.state(state)
        self._troubles.state(state)

    def _forget(self, names: set[str]) -> None:
        for name in names:
            self._history.forget(name)


class Plotroom:
    """One server, its parts joined; `create_app` makes it.

    Attributes:
        wsgi: the application to serve: the gate, behind it Socket.IO and Flask.
        token: what browsers must show, None when they need not.
        token_is_new: it was made just now.
    """

    def __init__(
        self,
        settings: Settings,
        async_mode: str,
        native: Native,
        reload: Reload | None,
        keeper: Keeper | None,
        tables: Tables | None,
        place: Place | None,
    ) -> None:
        self.settings = settings
        self._keeper = keeper
        self.token: Token | None = None
        self.token_is_new = False
        self.flask = Flask("dashboard", template_folder=str(TEMPLATES), static_folder=None)
        self.socketio = make_socketio(self.flask, settings.live, async_mode)
        self.clock = Clock()
        self.tasks = Tasks(self.socketio.start_background_task, self.socketio.sleep, native, self.clock)
        archive = keeper.archive if keeper else None
        self.history = History(settings.history, self.clock, native, archive)
        self.catalog = Catalog(self.history)
        self.broadcast = Broadcast(self.socketio, self.history, self.catalog, self.tasks, settings.live)
        self.talk = self._people(tables) if tables is not None else None
        self.notices = Notices(self.broadcast, self.talk)
        self.troubles = Troubles(partial(self.notices.stand, Topic.COLLECTORS, "warning"), self.tasks)
        self.boards = self._boards(place)
        self.hub_lag = HubLag(self.tasks.sleep, time.monotonic)
        sink = Sink(self.catalog, self.history, self.broadcast, self.troubles)
        own = [self_collector(self._vitals())]
        self.scheduler = Scheduler(settings, sink, self.tasks, own, reload)
        most = settings.history.max_series
        self.agents = Agents(sink, self.catalog, self.history.now, most) if settings.agents.enabled else None
        self.wsgi, self.connections = self._web()
        self.admin = Admin(self.socketio, settings.admin) if settings.admin.enabled else None

    def start(self) -> None:
        """Start sampling and telling."""
        self.broadcast.start()
        if self._keeper is not None:
            self._keeper.start(self.history, self.tasks, partial(self.notices.stand, Topic.HISTORY))
        self.troubles.start()
        self.boards.start()
        self.tasks.supervise("hub lag", self.hub_lag.run)
        self.scheduler.start()

    def stop(self) -> None:
        """Close the connections, below Socket.IO, so that browsers come back; then stop sampling."""
        self.connections.close()
        self.hub_lag.stop()
        self.scheduler.stop()
        self.troubles.stop()
        self.boards.stop()
        if self.admin is not None:
            self.admin.stop()
        if self._keeper is not None:
            self._keeper.stop()
        self.broadcast.stop()

    def _people(self, tables: Tables) -> Talk:
        kept = (Circle(tables), Messages(tables), tables.epoch)
        return Talk(self.socketio, *kept, self.tasks, self.settings.people)

    def _boards(self, place: Place | None) -> Boards:
        settings, clock = self.settings.dashboards, self.clock
        return Boards(
            Store(place, lambda: int(clock.wall() * 1000)) if place is not None else None,
            Files(Path(settings.folder), RESERVED) if settings.folder else None,
            self.tasks,
            editable=settings.editable,
            reserved=RESERVED,
            tell=self.broadcast.dashboard,
            stand=partial(self.notices.stand, Topic.DASHBOARDS, "warning"),
        )

    def _vitals(self) -> Vitals:
        broadcast = self.broadcast
        return Vitals(
            hub_lag=self.hub_lag.take,
            lateness=lambda: self.scheduler.lateness(),
            ticks=lambda: self.scheduler.ticks(),
            people=lambda: {"clients": broadcast.clients, "rooms": broadcast.rooms},
            messages_out=lambda: broadcast.messages_out,
            bytes_out=lambda: broadcast.bytes_out,
            durations=lambda: self.scheduler.durations(),
            workers=lambda: self.scheduler.workers(),
            history=self._cost,
        )

    def _cost(self) -> Cost | None:
        archive = self._keeper.archive if self._keeper else None
        if archive is None:
            return None
        counts = archive.counts
        return Cost(archive.size, counts.values, counts.commit, counts.damaged)

    def _web(self) -> tuple[WSGIApplication, Connections]:
        plain = PlainPages()
        page, panel = packed("js/main.js", "js/embed.js")
        made = {one.path: one.text for one in (page, panel)}
        files = assets.Assets(self.tasks.native, more=assets.full_bundle(), made=made)
        figures = Figures(self.tasks.native)
        self.socketio.on_namespace(MetricsNamespace(self.broadcast, files.build))
        if self.talk is not None:
            self.socketio.on_namespace(RoomsNamespace(self.talk))
        if self.agents is not None:
            live, own = self.settings.live, installed_version()
            self.socketio.on_namespace(AgentsNamespace(self.agents, self.socketio, live, own))
        parts = (self.catalog, self.history, figures)
        answers = api.Api(*parts, self.tasks, installed_version())
        here = self.talk.here if self.talk else None
        if self.settings.require_token or not is_loopback(self.settings.host):
            self.token, self.token_is_new = keep_token(self.settings.data_dir)
        spots = embed_pages.Spots(self.catalog, self.boards)
        embeds = Embeds(self.settings.embed_origins, self.token, spots.opened)
        for routes in (
            assets.blueprint(files),
            pages.blueprint(pages.Pages(*parts, Shell(self.tasks, files.build, page), self.boards, here)),
            embed_pages.blueprint(embed_pages.EmbedPages(*parts, Shell(self.tasks, files.build, panel), spots, embeds)),
            api.blueprint(answers),
            export.blueprint(export.Exports(answers.key, self.history, self.tasks)),
            dashboards.blueprint(dashboards.DashboardsApi(self.boards, self.tasks, self.catalog.families)),
            notices.blueprint(notices.NoticesApi(self.notices)),
            documents.blueprint(documents.Documents(installed_version(), self.tasks)),
        ):
            self.flask.register_blueprint(routes)
        refusals.install(self.flask, plain)
        connections = Connections(self.flask.wsgi_app)
        return self._gate(connections, plain, embeds), connections

    def _gate(self, inner: WSGIApplication, plain: PlainPages, embeds: Embeds) -> Access:
        settings = self.settings
        return Access(
            inner,
            hosts=Hosts(
                {*own_names(settings.host), *settings.allowed_hosts},
                settings.allowed_origins,
                any_address=is_wildcard(settings.host),
            ),
            token=self.token,
            pages=plain,
            cookie=f"plotroom-{settings.port}",
            base_path=settings.base_path,
            proxies=settings.trusted_proxies,
            embeds=embeds,
        )


def installed_version() -> str:
    """The version of the installed distribution."""
    try:
        return version("plotroom")
    except PackageNotFoundError:  # a checkout that was only put on the path
        return "0"


def create_app(
    settings: Settings,
    async_mode: str,
    native: Native,
    reload: Reload | None = None,
    keeper: Keeper | None = None,
    tables: Tables | None = None,
    place: Place | None = None,
) -> Plotroom:
    """A server with these settings.

    Args:
        settings: the settings in force.
        async_mode: "eventlet" or "threading".
        native: runs a function in a native thread and waits for its result.
        reload: reads the settings again; by default the collectors' tables, from the file alone.
        keeper: of what outlives the server; it is started and stopped with it. By default nothing does.
        tables: where is kept what people say; by default they can't say anything.
        place: where dashboards are kept; by default none can be saved.

    Raises:
        CannotStart: the token can't be kept in the data folder, or the Admin UI is enabled without a password.
    """
    return Plotroom(settings, async_mode, native, reload, keeper, tables, place)
