"""Plotroom's server. It reads like a corridor: data flows one way, imports run from user to used and never back.

====================  ==================================================================================
`collectors/`         what is measured; knows nothing of this package
`sampling/`           when it is measured: tickers, jobs, and the collector processes that run plugins
`history/`            what was measured: rings in memory, an archive on the disk, any span of both, downsampling
`dashboards/`         what people make of it: panels on a grid, saved in versions or kept as files
`people/`             who looks at it, what they say to each other, and whom they follow
`live/`               who is told: names and payloads of the wire, the single door `publish`, the rooms
`web/`                what a browser gets: pages, the HTTP API, the static files, and the gate in front of all
`app.py`              joins these parts and starts no task
`server.py`           the listening socket, the signals, the orderly end
`agent/`              this machine's collectors for a Plotroom elsewhere: kept while that is away, sent in order
`bench/`              how fast a machine serves: a crowd of clients, and a server that publishes on command
`conformance/`        whether a client in any language does what the wire asks for: a scenario, and its judgement
`client/`             Plotroom from Python: no part of the server, of which it only knows the names on the wire
`cli/`               what one types
`__main__.py`         chooses how tasks run; the only file that names eventlet
====================  ==================================================================================

Operators read `settings.py`, plugin authors `collectors/__init__.py`; neither needs anything else.

Dashboards are built in Python with `from dashboard import Dashboard, Panel, Text, Variable`: docs/dashboards.md.

This file imports nothing by itself: `python -m dashboard` runs it before `__main__.py` has patched the standard
library, and whatever is imported here would keep the unpatched one. The builder comes when somebody asks for it.
"""

TYPE_CHECKING = False  # as `typing` has it, without importing that

if TYPE_CHECKING:
    from dashboard.dashboards.builder import Dashboard, Panel, Text, Variable

__all__ = ["Dashboard", "Panel", "Text", "Variable"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from dashboard.dashboards import builder

    return getattr(builder, name)
