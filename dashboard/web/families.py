"""Families: the groups of metrics, each with a dashboard of its own at `/d/<slug>`."""

from __future__ import annotations

from collections.abc import Iterable

OVERVIEW = "overview"
#: Those that we know, in the order of the side bar; the ones of plugins follow by name, Plotroom's own is last.
KNOWN = {
    "system": "System",
    "cpu": "CPU",
    "memory": "Memory",
    "disks": "Disks",
    "network": "Network",
    "processes": "Processes",
}
OWN = {"self": "Plotroom"}
#: Slugs that no dashboard which somebody makes can have.
RESERVED = frozenset({OVERVIEW, *KNOWN, *OWN})


def families(names: Iterable[str]) -> list[dict[str, object]]:
    """`{slug, title, order}` of the known families and of those in `names`, in order.

    The known ones are always there, so that a page which stays open can name what appears later.
    """
    plugins = sorted(set(names) - KNOWN.keys() - OWN.keys())
    titles = {**KNOWN, **{name: name for name in plugins}, **OWN}
    return [{"slug": slug, "title": title, "order": place} for place, (slug, title) in enumerate(titles.items())]
