"""`plotroom bench`: how fast this machine serves; and the server that it, and the scripts in tests/bench, measure."""

from __future__ import annotations

from contextlib import closing

import click

from dashboard.cli.options import Context, setting_options
from dashboard.errors import CannotStart


@click.command()
@click.option("--clients", type=click.IntRange(20, 20_000), default=300, show_default=True, help="browsers to play")
@click.option("--rooms", type=click.IntRange(1, 200), default=20, show_default=True, help="charts that each has")
@click.option(
    "--seconds", type=click.FloatRange(0.1, 600), default=4.0, show_default=True, help="how long each part is measured"
)
@click.pass_obj
def bench(context: Context, clients: int, rooms: int, seconds: float) -> None:
    """Measure how fast this machine serves, in about 15 seconds.

    Starts a server of its own on a free port of this machine, plays many browsers, and ends both. Settings and a
    running Plotroom are left alone.
    """
    # Flask and numpy are only needed here; `--help` must not wait for them.
    from dashboard.bench.report import bench as measure

    if context.under_eventlet:  # its patches are for servers: the load would be slow, too
        raise CannotStart("bench comes first in its command line, as in `plotroom bench --clients 300`")
    measure(clients, rooms, seconds, click.echo)


@click.command("bench-server", hidden=True)
@click.option("--unpaced", is_flag=True, help="each sample is an event of its own, however fast they come")
@setting_options("live")
@click.pass_obj
def bench_server(context: Context, /, unpaced: bool, **arguments: object) -> None:
    """Serve what `dashboard.bench.harness` is told to publish, and print the port."""
    from dashboard.bench.harness import Harness
    from dashboard.cli.serving import SPARE_FILES, limits, raise_file_limit
    from dashboard.listener import listen
    from dashboard.server import serve

    context.add(arguments)
    settings = context.settings()
    runtime = context.runtime
    raise_file_limit(settings.live.max_clients + SPARE_FILES)
    with closing(listen(settings.host, settings.port)) as listener:
        port = listener.getsockname()[1]
        harness = Harness(settings.model_copy(update={"port": port}), runtime.async_mode, runtime.native, unpaced)
        serving = runtime.serving(listener, harness.room.wsgi, limits(settings))

        def start() -> None:
            harness.start()
            click.echo(port)

        serve(serving, harness.room.tasks.spawn, start, harness.stop)
