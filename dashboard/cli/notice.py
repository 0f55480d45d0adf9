"""`plotroom notice TEXT`: tell everybody who looks at a running server something."""

from __future__ import annotations

import click

from dashboard.cli.options import Context
from dashboard.cli.remote import Remote
from dashboard.cli.running import running_options
from dashboard.errors import CannotStart

LEVELS = ("info", "warning", "error")


@click.command()
@click.argument("text", required=False, default="")
@click.option("--level", type=click.Choice(LEVELS), default="info", help="how bad it is [default: info]")
@click.option("--topic", help="what it is about: it stands, for those who come later as well, until it is cleared")
@click.option("--clear", is_flag=True, help="end what stands on that topic")
@running_options
@click.pass_obj
def notice(
    context: Context, /, text: str, level: str, topic: str | None, clear: bool, url: str | None, secret: str | None,
    **arguments: object,
) -> None:  # fmt: skip
    """Tell everybody who looks at a running Plotroom something, such as "restart at 18:00"."""
    context.add(arguments)
    settings = context.settings()
    if clear and (text or topic is None):
        raise CannotStart("--clear ends what stands on a topic; write `plotroom notice --clear --topic TOPIC`")
    if not clear and not text.strip():
        raise CannotStart('there is nothing to tell; write the text after the command, as in `plotroom notice "Hello"`')
    notice = {"text": text, "level": level} | ({} if topic is None else {"topic": topic})
    Remote(settings, url, secret).ask("/api/v1/notices", "POST", notice)
    click.echo("cleared" if clear else "told")
