"""`plotroom conformance COMMAND...`: whether a client, in any language, does what docs/wire.md tells."""

from __future__ import annotations

import click

from dashboard.cli.options import Context
from dashboard.errors import CannotStart


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="COMMAND...")
@click.pass_obj
def conformance(context: Context, command: tuple[str, ...]) -> int:
    """Run a client against a server that plays tricks, and say of each requirement whether it is met.

    COMMAND starts the client; the address and the name of a metric are added as its last arguments. docs/clients.md
    tells what it has to do and to print. Exit code 1 when a requirement is not met.
    """
    # Flask and numpy are only needed here; `--help` must not wait for them.
    from dashboard.conformance.play import judge

    if context.under_eventlet:  # the server of the scenario runs in threads
        raise CannotStart("conformance comes first in its command line, as in `plotroom conformance node client.js`")
    failed = 0
    for verdict in judge(command):
        click.echo(str(verdict))
        failed += bool(verdict.fault)
    return 1 if failed else 0
