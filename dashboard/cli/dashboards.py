"""`plotroom dashboards list`, `versions`, `restore`, `export` and `import`: dashboards as files, and back."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli.dashboards_files import FILES, named, put, read_all, target_of
from dashboard.cli.dashboards_lint import lint
from dashboard.cli.dashboards_place import Kept, Listed, Taken, kept, settings_of
from dashboard.cli.options import Context
from dashboard.cli.running import running_options
from dashboard.errors import CannotStart, did_you_mean

if TYPE_CHECKING:
    from dashboard.dashboards.document import Dashboard
    from dashboard.dashboards.notation import Form

_FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="for people, or programs"
)
_BY = click.option("--by", help="who saves it [default: your name on this machine]")


@click.group()
def dashboards() -> None:
    """The dashboards that were made, and files of them.

    They are asked of the running Plotroom; when none runs here, the ones in the data folder are used.
    """


@dashboards.command("list")
@click.option("--deleted", is_flag=True, help="those that were deleted and can be brought back")
@_FORMAT
@running_options
@click.pass_obj
def list_(
    context: Context, /, deleted: bool, form: str, url: str | None, secret: str | None, **arguments: object
) -> None:
    """List the dashboards that were made."""
    found = kept(settings_of(context, arguments), url, secret).all(deleted)
    none_yet = "none yet; make one on the page, or `plotroom dashboards import FILE`"
    _print(found, form, "nothing was deleted lately" if deleted else none_yet)


@dashboards.command()
@click.argument("slug")
@_FORMAT
@running_options
@click.pass_obj
def versions(
    context: Context, /, slug: str, form: str, url: str | None, secret: str | None, **arguments: object
) -> None:
    """List the versions of a dashboard."""
    _print(kept(settings_of(context, arguments), url, secret).versions(slug), form)


@dashboards.command()
@click.argument("slug")
@click.option(
    "--version",
    type=click.IntRange(min=1),
    help="the number of an earlier version; needed where the dashboard is there",
)
@_BY
@running_options
@click.pass_obj
def restore(
    context: Context, /, slug: str, version: int | None, by: str | None, url: str | None, secret: str | None,
    **arguments: object,
) -> None:  # fmt: skip
    """Bring back a deleted dashboard, or an earlier version.

    It is saved as a new version; those in between stay.
    """
    source = kept(settings_of(context, arguments), url, secret)
    there = next((one for one in source.all() if one.slug == slug), None)
    if there is not None and version is None:
        raise CannotStart(f"{slug!r} is there, in version {there.version}; name an earlier one with --version")
    chosen = source.versions(slug)[0].version if version is None else version
    before = there.version if there is not None else 0
    saved = source.save(source.find(slug, chosen), before, _me() if by is None else by)
    if saved == before:
        click.echo(f"{slug!r} is as it was in version {chosen} already; it stays version {saved}")
    else:
        click.echo(f"version {chosen} of {slug!r} is back, as version {saved}")


def _print(found: Sequence[Listed], form: str, empty: str = "") -> None:
    import orjson

    if form == "json":
        whole = [one._asdict() for one in found]
        click.echo(orjson.dumps(whole, option=orjson.OPT_INDENT_2).decode())
        return
    if not found and empty:
        click.echo(empty, err=True)
    for line in _table(found):
        click.echo(line)


@dashboards.command()
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@click.option("--all", "every", is_flag=True, help="all of them, into the folder that --out names")
@click.option("--out", type=click.Path(path_type=Path), help="file, or folder of files; by default printed")
@click.option("--format", "form", type=click.Choice(["toml", "json"]), help="by default as the file is called, or toml")
@click.option("--version", type=click.IntRange(min=1), help="an earlier version, by its number")
@click.option("--force", is_flag=True, help="replace files that are there and hold something else")
@running_options
@click.pass_obj
def export(
    context: Context, /, slugs: tuple[str, ...], every: bool, out: Path | None, form: Form | None, version: int | None,
    force: bool, url: str | None, secret: str | None, **arguments: object,
) -> None:  # fmt: skip
    """Write dashboards as TOML or JSON.

    \b
    plotroom dashboards export web
    plotroom dashboards export web --out web.json
    plotroom dashboards export --all --out dashboards/
    """
    from dashboard.dashboards.notation import write

    _check_export(slugs, every, out, version)
    source = kept(settings_of(context, arguments), url, secret)
    wanted = list(slugs) if version is not None else _wanted(source, slugs, every)
    many = every or len(wanted) > 1
    for slug in wanted:
        dashboard = source.find(slug, version)
        if out is None:
            click.echo(write(dashboard, form or "toml"), nl=False)
        else:
            target, written_as = target_of(out, slug, form, many)
            click.echo(put(target, write(dashboard, written_as), force), err=True)


@dashboards.command("import")
@FILES
@click.option("--replace", is_flag=True, help="save a new version where there is a dashboard of that name")
@click.option("--slug", help="call it so; for one file")
@_BY
@click.option("--dry-run", is_flag=True, help="only say what would be done")
@running_options
@click.pass_obj
def import_(
    context: Context, /, files: tuple[Path, ...], replace: bool, slug: str | None, by: str | None, dry_run: bool,
    url: str | None, secret: str | None, **arguments: object,
) -> int:  # fmt: skip
    """Save dashboards from files.

    A folder stands for all .toml and .json in it. All are read before the first is saved. Nothing is overwritten unless
    --replace says so, and even then the versions before stay. Exit code 1 when one of them was left out.
    """
    settings = settings_of(context, arguments)
    given = read_all(named(files))
    if slug is not None:
        given = [(given[0][0], _renamed(given, slug))]
    _check_slugs(given)
    target = kept(settings, url, secret)
    author = _me() if by is None else by
    left_out = 0
    for path, dashboard in given:
        try:
            click.echo(f"{path}: {_save(target, dashboard, author, replace, dry_run)}")
        except Taken as error:
            left_out += 1
            click.echo(f"{path}: left out: {error}", err=True)
    return 1 if left_out else 0


# --- what the commands are made of


def _table(found: Sequence[Listed]) -> Iterator[str]:
    from dashboard.cli.history_folder import iso

    rows = [("slug", "title", "panels", "version", "saved", "by")]
    for one in found:
        version = "file" if one.origin == "file" else str(one.version)
        rows.append((one.slug, one.title, str(one.panels), version, iso(one.t), one.by))
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows if found else ():
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def _check_export(slugs: Sequence[str], every: bool, out: Path | None, version: int | None) -> None:
    if every and slugs:
        raise CannotStart("--all takes every dashboard; leave the names out, or --all")
    if not every and not slugs:
        raise CannotStart("name a dashboard, or take --all; `plotroom dashboards list` lists them")
    if out is None and (every or len(slugs) > 1):
        raise CannotStart("several don't go into one text; name a folder with --out")
    if version is not None and (every or len(slugs) > 1):
        raise CannotStart("--version is of one dashboard; name that alone")


def _wanted(source: Kept, slugs: Sequence[str], every: bool) -> list[str]:
    known = [one.slug for one in source.all()]
    for slug in slugs:
        if slug not in known:
            raise CannotStart(f"there is no dashboard {slug!r} at {source.where}{did_you_mean(slug, known)}")
    return known if every else list(dict.fromkeys(slugs))


def _renamed(given: Sequence[tuple[Path, Dashboard]], slug: str) -> Dashboard:
    from dashboard.dashboards.refusal import read

    if len(given) > 1:
        raise CannotStart("--slug is of one dashboard; name one file")
    return read(given[0][1].whole() | {"slug": slug})


def _check_slugs(given: Sequence[tuple[Path, Dashboard]]) -> None:
    from dashboard.web.families import RESERVED

    seen: dict[str, Path] = {}
    for path, dashboard in given:
        slug = dashboard.slug
        if slug in RESERVED:
            raise CannotStart(f"{path}: slug: {slug!r} is a dashboard of Plotroom's own; --slug gives it another name")
        if seen.setdefault(slug, path) is not path:
            raise CannotStart(f"{path}: slug: {slug!r} is that of {seen[slug]}, too; change one of them")


def _save(target: Kept, dashboard: Dashboard, by: str, replace: bool, dry_run: bool) -> str:
    slug = dashboard.slug
    there = next((one for one in target.all() if one.slug == slug), None)
    if there is not None and (there.origin == "file" or not replace):
        raise Taken(there)
    before = there.version if there is not None else 0
    if dry_run:
        return f"would be saved as {'a new version of ' if before else ''}{slug!r}"
    version = target.save(dashboard, before, by)
    return f"{slug!r} is as it was, version {version}" if version == before else f"saved as {slug!r}, version {version}"


def _me() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name
        return ""


dashboards.add_command(lint)
