"""`plotroom tail NAME...`: samples as lines, for pipes."""

from __future__ import annotations

import csv
import io
import math
import os
import re
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from dashboard.cli.options import Context
from dashboard.cli.running import client_of, running_options

if TYPE_CHECKING:
    from dashboard.client import Batch, Subscription

#: Seconds between two looks whether the connection is there.
LOOK_EVERY = 0.5
#: What has a meaning in names of InfluxDB's line protocol.
_SPECIAL = re.compile(r"([,= \\])")

Format = Callable[["Batch"], Iterator[str]]


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv", "influx"]), default="jsonl", show_default=True)
@click.option("--last", help='history to begin with: seconds, or "15 min", "1h"; by default only what is new')
@click.option("--count", type=click.IntRange(min=1), help="end after so many times")
@running_options
@click.pass_obj
def tail(
    context: Context, /, names: tuple[str, ...], form: str, last: str | None, count: int | None, url: str | None,
    secret: str | None, **arguments: object,
) -> None:  # fmt: skip
    """Print the samples of metrics as they come, a line for each series, until Ctrl-C.

    After a broken connection it goes on with what was missed. What is to be said of that is on stderr.
    """
    context.add(arguments)
    with client_of(context.settings(), url, secret) as client:
        subscription = client.subscribe(*names, window=last or 0)
        try:
            if form == "csv":
                _write(["time,metric,series,value"])
            _follow(subscription, {"jsonl": jsonl, "csv": csv_lines, "influx": influx}[form], count or sys.maxsize)
        except BrokenPipeError:
            # Whoever read has had enough. Python would complain of it once more when it flushes at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _follow(subscription: Subscription, format: Format, count: int) -> None:
    live, last = True, dict.fromkeys(subscription.metrics, -1)
    while count > 0:
        batch = subscription.get(LOOK_EVERY)
        if subscription.live != live:
            live = subscription.live
            _say("connected again" if live else "the connection is lost; trying again")
        if batch is None:
            continue
        if batch.gap:
            _say(f"{batch.gap if batch.gap > 0 else 'some'} samples of {batch.metric} were left out")
        if batch.fresh:  # of a history that begins anew, what was printed is not printed again
            batch = batch.after(last.get(batch.metric, -1))
        if len(batch):
            last[batch.metric] = int(batch.times[-1])
            _write(format(batch.first(count)))
            count -= len(batch)


def jsonl(batch: Batch) -> Iterator[str]:
    """A line of JSON for each series of each time; a gap is null."""
    import orjson

    from dashboard.web.csv_table import iso

    for time, row in zip(iso(batch.times), batch.values.T.tolist(), strict=True):
        for labels, value in zip(batch.series, row, strict=True):
            yield orjson.dumps({"time": time, "metric": batch.metric, "labels": labels, "value": value}).decode()


def csv_lines(batch: Batch) -> Iterator[str]:
    """Time, metric, name of the series, value; a gap is an empty field."""
    from dashboard.web.csv_table import harmless, iso

    names = [harmless(name) for name in batch.names]
    for time, row in zip(iso(batch.times), batch.values.T.tolist(), strict=True):
        for name, value in zip(names, row, strict=True):
            out = io.StringIO()
            csv.writer(out, lineterminator="").writerow(
                [time, batch.metric, name, "" if math.isnan(value) else repr(value)]
            )
            yield out.getvalue()


def influx(batch: Batch) -> Iterator[str]:
    """InfluxDB's line protocol, in nanoseconds; it has no gaps, so these are left out."""
    heads = [
        "".join([batch.metric, *(f",{_escaped(key)}={_escaped(value)}" for key, value in labels.items() if value)])
        for labels in batch.series
    ]
    for time, row in zip(batch.times.tolist(), batch.values.T.tolist(), strict=True):
        for head, value in zip(heads, row, strict=True):
            if not math.isnan(value):
                yield f"{head} value={value!r} {time}000000"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _write(lines: Iterator[str] | list[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def _say(text: str) -> None:
    click.echo(f"plotroom: {text}", err=True)
