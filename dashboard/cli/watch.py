"""`plotroom watch NAME...`: live values in the terminal."""

from __future__ import annotations

import signal
import sys
import time
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli.options import Context
from dashboard.cli.running import client_of, running_options
from dashboard.errors import CannotStart

if TYPE_CHECKING:
    from dashboard.client import Subscription

#: Seconds between two pictures: faster ones can't be read.
DRAW_EVERY = 0.25
#: Seconds for which newer values wait for missing ones: who looks wants the newest.
PATIENCE = 1.0


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--window", default="5 min", show_default=True, help="how much of the past the lines show")
@running_options
@click.pass_obj
def watch(
    context: Context, /, names: tuple[str, ...], window: str, url: str | None, secret: str | None, **arguments: object
) -> None:
    """Draw the values of metrics as they come, until Ctrl-C."""
    from dashboard.client.history import seconds

    context.add(arguments)
    if not sys.stdout.isatty():
        raise CannotStart("watch draws in a terminal; for pipes and files there is `plotroom tail`")
    length = seconds(window)
    with client_of(context.settings(), url, secret) as client:
        follow(client.subscribe(*names, window=length, patience=PATIENCE), length)


def follow(subscription: Subscription, window: float) -> None:
    """Draw until a signal ends it; the terminal is then as it was."""
    from rich.console import Console
    from rich.live import Live

    from dashboard.cli.picture import Picture

    console = Console()
    picture = Picture(subscription.metrics, window)
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        with Live(console=console, screen=True, auto_refresh=False, transient=True) as live:
            while True:
                until = time.monotonic() + DRAW_EVERY
                while (left := until - time.monotonic()) > 0:
                    if (batch := subscription.get(left)) is not None:
                        picture.add(batch)
                picture.connected(subscription.live, time.monotonic())
                live.update(picture.drawn(console.width, console.height, time.monotonic()), refresh=True)
    finally:
        signal.signal(signal.SIGTERM, before)


def _leave(number: int, frame: Any) -> None:  # Any: a frame, which is not looked at
    sys.exit(128 + number)
