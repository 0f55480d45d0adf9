"""From settings to a running server, and the few lines that say what it has found."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import closing, suppress

from sqlalchemy.exc import SQLAlchemyError

from dashboard.app import Plotroom, Reload, create_app
from dashboard.dashboards.store import Place
from dashboard.history.keeper import Keeper
from dashboard.listener import listen
from dashboard.people.tables import Tables
from dashboard.sampling.state import JobState
from dashboard.server import Limits, Runtime, serve
from dashboard.settings import Settings
from dashboard.tasks import Clock
from dashboard.tls import tls_context
from dashboard.web import dashboards
from dashboard.web.hosts import bracketed, is_wildcard
from dashboard.web.tokens import make_data_dir

logger = logging.getLogger(__name__)

#: Collectors that have not started by then are told as they are.
SETTLE = 4.0
LOOK_EVERY = 0.1
#: Seconds without a byte after which a connection that does not matter any more is closed.
IDLE_TIMEOUT = 60.0
#: Bytes of a request's body, unless messages of browsers may be larger; a dashboard is the largest otherwise.
MAX_BODY = dashboards.MAX_BODY + 64 * 2**10  # a little more is refused in JSON, as all that it refuses
#: Bytes of an array that is given back; and what glibc's malloc.h calls the setting.
LARGE = 256 * 2**10
_M_MMAP_THRESHOLD = -3
#: Files beside connections: pipes of collector processes, what collectors read, the log.
SPARE_FILES = 512

if sys.platform != "win32":
    import resource

Say = Callable[[str], None]


def serve_forever(settings: Settings, runtime: Runtime, reload: Reload, say: Say) -> None:
    """Serve until a signal ends it.

    Args:
        settings: the settings in force.
        runtime: how tasks run.
        reload: reads the settings again.
        say: prints a line.

    Raises:
        CannotStart: the address, the data folder or the files of TLS can't be used.
    """
    tls = tls_context(settings.tls_certificate, settings.tls_key)
    give_back_large_memory()
    raise_file_limit(settings.live.max_clients + SPARE_FILES)
    with closing(listen(settings.host, settings.port)) as listener:
        settings = settings.model_copy(update={"port": listener.getsockname()[1]})
        make_data_dir(settings.data_dir)
        keeper = Keeper(settings.data_dir / "history", settings.history, Clock()) if settings.history.store else None
        place = Place.of(settings.dashboards.database, settings.data_dir)
        app = create_app(settings, runtime.async_mode, runtime.native, reload, keeper, open_tables(settings), place)
        serving = runtime.serving(listener, app.wsgi, limits(settings), tls)
        # What has been made by now stays to the end; a collection of garbage that looks through all of it takes 50 to
        # 100 ms, in which nobody is served, and whoever opens many connections causes many. No last one before: it
        # would take as long, for about 200 objects.
        gc.freeze()
        gc.enable()

        def start() -> None:
            for line in greeting(settings, app):
                say(line)
            app.start()
            app.tasks.spawn(tell_what_is_there, app, say)

        serve(serving, app.tasks.spawn, start, app.stop)


def open_tables(settings: Settings) -> Tables | None:
    """Where what people make is kept; None when that can't be used now, which is no reason to show no charts.

    Raises:
        CannotStart: its address is wrong.
    """
    if not settings.people.enabled:
        return None
    try:
        if settings.people.database:
            return Tables(settings.people.database)
        path = settings.data_dir.absolute() / "people.db"
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # what was whispered is for nobody else to read
        return Tables(f"sqlite:///{path}")
    except (SQLAlchemyError, OSError) as error:
        logger.error("people can't talk, as what they say can't be kept: %s", getattr(error, "orig", error))
        return None


def limits(settings: Settings) -> Limits:
    """What clients may take: a live connection is heard of once in an interval, whatever that is set to."""
    live = settings.live
    return Limits(
        connections=live.max_clients,
        connects=live.max_connects,
        arrive_within=live.join_within,
        idle=max(IDLE_TIMEOUT, 2 * (live.ping_interval + live.ping_timeout), live.join_within),
        body=max(MAX_BODY, live.max_message),
        exempt=settings.trusted_proxies,
    )


def give_back_large_memory() -> None:
    """Let glibc give large arrays back to the system when they are freed.

    By itself it learns from the first of them to keep all, in a heap of each of the native threads that take turns: a
    megabyte of samples a second made the server 170 MB larger than what it holds.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, LARGE)


def raise_file_limit(wanted: int) -> None:
    """Let this process have so many files open; each connection is one, and shells give 1,024."""
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def address_of(settings: Settings) -> str:
    """Where a browser finds a server of these settings; of one on all addresses, by the name of this machine."""
    host = socket.gethostname() if is_wildcard(settings.host) else settings.host
    scheme = "https" if settings.tls_certificate else "http"
    return f"{scheme}://{bracketed(host)}:{settings.port}{settings.base_path}/"


def greeting(settings: Settings, app: Plotroom) -> list[str]:
    """The address; with the token only when it is new, so that it does not fill logs."""
    address = address_of(settings)
    if app.token is None:
        return [f"Plotroom is at {address}"]
    if app.token_is_new:
        return [
            f"Plotroom is at {address}?token={app.token.value}",
            "This is shown once; `plotroom token` shows it again.",
        ]
    return [f"Plotroom is at {address}", "It asks for its token; `plotroom token` shows it."]


def tell_what_is_there(app: Plotroom, say: Say, settle: float = SETTLE) -> None:
    """Say once what the collectors have found, when they have started or `settle` seconds are over."""
    waited = 0.0
    while waited < settle and not app.scheduler.settled:
        app.tasks.sleep(LOOK_EVERY)
        waited += LOOK_EVERY
    with suppress(OSError):  # the terminal is gone, the server is not
        for line in found(app.scheduler.states()):
            say(line)


def found(states: Sequence[JobState]) -> list[str]:
    """What was detected and what not, aligned."""
    running = sorted(one.collector for one in states if one.state in ("running", "late"))
    lines = [("sampling", ", ".join(running) or "nothing")]
    waiting = sorted(one.collector for one in states if one.state == "starting")
    if waiting:
        lines.append(("starting", ", ".join(waiting)))
    for word, state in (("not here", "unavailable"), ("set up wrong", "misconfigured"), ("failing", "failing")):
        lines += [(word, f"{one.collector}: {one.reason}") for one in states if one.state == state]
    width = max(len(word) for word, _ in lines)
    return [f"  {word:<{width}}  {text}" for word, text in lines]
