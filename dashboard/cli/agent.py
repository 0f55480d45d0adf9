"""`plotroom agent ADDRESS`: this machine's collectors, shown by a Plotroom elsewhere."""

from __future__ import annotations

import logging
import signal
import threading
from pathlib import Path

import click

from dashboard.cli.options import Context, setting_options
from dashboard.errors import CannotStart


@click.command()
@click.argument("address")
@click.option("--name", help="under which this machine is shown [default: from its host name]")
@click.option("--token", "secret", help="of that Plotroom, if it asks for one; `plotroom token` shows it there")
@click.option("--token-file", type=click.Path(path_type=Path), help="a file that holds the token, and nothing else")
@click.option("--ca", default="", help="file of the certificate to believe, in PEM form, if it is none that all know")
@click.option("--wait", is_flag=True, help="go on when the server is not there yet, as it may be when machines boot")
@setting_options("config", "plugin", "data_dir", "demo", "log_level", "agents.keep", "agents.keep_size", "sampling")
@click.pass_obj
def agent(
    context: Context, /, address: str, name: str | None, secret: str | None, token_file: Path | None, ca: str,
    wait: bool, **arguments: object,
) -> None:  # fmt: skip
    """Sample this machine, and send it to the Plotroom at ADDRESS, such as http://plots.example.org:8420.

    It shows this machine as a dashboard of its own. While it is away, samples are kept, and sent when it is back.
    """
    from dashboard.agent.agent import Agent, check_name, default_name
    from dashboard.cli import set_up_logging
    from dashboard.client.address import address as address_of
    from dashboard.tasks import threads

    if context.under_eventlet:  # its patches are for servers
        raise CannotStart("agent comes first in its command line, as in `plotroom agent http://HOST:8420 --demo`")
    context.add(arguments)
    settings = context.settings()
    name = default_name() if name is None else name
    check_name(name)
    where = address_of(address, _token(secret, token_file), ca)
    set_up_logging(settings.log_level)
    if settings.log_level == "warning":  # one line for each event is all that is seen of it
        logging.getLogger("dashboard.agent").setLevel(logging.INFO)
    one = Agent(name, where, settings, threads(), context.settings, wait)
    for number in (signal.SIGTERM, signal.SIGINT):
        # In a thread of its own: a handler may come in the middle of the very wait that it is to end.
        signal.signal(number, lambda *_: threading.Thread(target=one.end).start())
    one.run()


def _token(given: str | None, file: Path | None) -> str:
    if given is not None and file is not None:
        raise CannotStart("--token and --token-file say the same; give one of them")
    if file is None:
        return given or ""
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "is no text"
        raise CannotStart(f"--token-file {file}: {why}; write the token into it, and nothing else") from None
    if not token:
        raise CannotStart(f"--token-file {file}: is empty; write the token into it, and nothing else")
    return token
