"""What one types: `plotroom [serve]`, `agent`, `collectors`, `history`, `dashboards`, `notice`, `settings`, ..."""

from __future__ import annotations

import gc
import logging
import os
import re
import sys
from typing import TYPE_CHECKING

import click

from dashboard.cli.agent import agent
from dashboard.cli.bench import bench, bench_server
from dashboard.cli.collectors import collectors
from dashboard.cli.conformance import conformance
from dashboard.cli.dashboards import dashboards
from dashboard.cli.history import history
from dashboard.cli.notice import notice
from dashboard.cli.options import Context, setting_options
from dashboard.cli.table import as_markdown, as_toml
from dashboard.cli.tail import tail
from dashboard.cli.watch import watch
from dashboard.errors import CannotStart, PlotroomError
from dashboard.settings_sources import ASYNC_MODE, table

if TYPE_CHECKING:
    from dashboard.server import Runtime

_TOKEN = re.compile(r"(\btoken=)[\w-]+")

ASYNC_MODES = ("eventlet", "threading")


def main(runtime: Runtime | None = None) -> None:
    """Run the command line of this process and leave it; 2 is the exit code of whatever the user can put right."""
    sys.exit(run(sys.argv[1:], runtime))


def run(arguments: list[str], runtime: Runtime | None = None) -> int:
    """Run one command line, in threads if it is not told how; its exit code. An error is one line on stderr."""
    gc.enable()
    try:
        mode = os.environ.get(ASYNC_MODE, "eventlet")
        if mode not in ASYNC_MODES:
            raise CannotStart(f"{ASYNC_MODE}: {mode!r} is not valid; it is one of {', '.join(ASYNC_MODES)}")
        result = plotroom.main(arguments, prog_name="plotroom", standalone_mode=False, obj=Context(runtime))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        return _complain(_one_line(error))
    except PlotroomError as error:
        return _complain(str(error))
    except (KeyboardInterrupt, click.Abort):
        return 130
    return result if isinstance(result, int) else 0


@click.group(
    invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120}
)
@click.version_option(package_name="plotroom", prog_name="plotroom", message="%(prog)s %(version)s")
@setting_options()
@click.pass_context
def plotroom(context: click.Context, /, **arguments: object) -> int | None:
    """Live charts of this machine and of anything a few lines of Python can measure.

    Without a command it serves. Each setting can also stand in plotroom.toml or in a variable PLOTROOM_NAME; an option
    wins over both.
    """
    context.obj.add(arguments)
    return context.invoke(serve) if context.invoked_subcommand is None else None


@plotroom.command()
@setting_options()
@click.pass_obj
def serve(context: Context, /, **arguments: object) -> int:
    """Sample, and serve the page, until Ctrl-C or SIGTERM."""
    gc.disable()  # once more for what is imported and made now; `serve_forever` enables it again
    try:
        context.add(arguments)
        settings = context.settings()
        set_up_logging(settings.log_level)
        # Flask, numpy and pydantic models of the wire are only needed here; `--help` must not wait for them.
        from dashboard.cli.serving import serve_forever

        serve_forever(settings, context.runtime, context.settings, say=click.echo)
    finally:
        gc.enable()
    return 0


@plotroom.command()
@click.option("--format", "form", type=click.Choice(["toml", "markdown"]), default="toml", help="plotroom.toml or docs")
def settings(form: str) -> None:
    """Print every setting as a commented plotroom.toml."""
    click.echo(as_toml(table()) if form == "toml" else as_markdown(table()), nl=False)


@plotroom.command()
@click.option("--renew", is_flag=True, help="put a new token in place of the old one; all are asked for it again")
@setting_options("host", "port", "base_path", "config", "data_dir")
@click.pass_obj
def token(context: Context, /, renew: bool, **arguments: object) -> None:
    """Show the address with the token that a server bound to the network asks for."""
    from dashboard.cli.serving import address_of
    from dashboard.web.tokens import keep_token, renew_token

    context.add(arguments)
    own = context.settings()
    kept = renew_token(own.data_dir) if renew else keep_token(own.data_dir)[0]
    click.echo(f"{address_of(own)}?token={kept.value}")
    if renew:
        click.echo("A running server takes it up when it is restarted.", err=True)


plotroom.add_command(collectors)
plotroom.add_command(agent)
plotroom.add_command(notice)
plotroom.add_command(history)
plotroom.add_command(dashboards)
plotroom.add_command(watch)
plotroom.add_command(tail)
plotroom.add_command(conformance)
plotroom.add_command(bench)
plotroom.add_command(bench_server)


def set_up_logging(level: str) -> None:
    """Log to stderr, with tokens blacked out."""
    handler = logging.StreamHandler()
    handler.setFormatter(Redacted("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


class Redacted(logging.Formatter):
    """Writes no token: an address with one may be quoted by any library, in a message or a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        return _TOKEN.sub(r"\1...", super().format(record))


def _one_line(error: click.ClickException) -> str:
    text = " ".join(error.format_message().split()).rstrip(".")
    if not isinstance(error, click.UsageError):
        return text
    command = error.ctx.command_path if error.ctx is not None else "plotroom"
    return f"{text}{' See' if text.endswith('?') else '; see'} `{command} --help`"


def _complain(line: str) -> int:
    click.echo(f"plotroom: {line}", err=True)
    return 2
