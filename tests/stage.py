"""A page with charts and nothing else, fed by hand: what is drawn is known to the last sample."""

from __future__ import annotations

import json
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from collectors.metric import Metric
from dashboard.web.figures import FigureKind, figure, templates
from tests.server import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

#: Nobody answers there: every request is answered by the test itself.
ORIGIN = "http://stage.test"
_HERE = Path(__file__).parent
_PAGE = """<!doctype html><html lang="en" data-theme="dark"><head><meta charset="utf-8">
<link rel="stylesheet" href="/static/css/tokens.css"><link rel="stylesheet" href="/static/css/page.css">
<link rel="stylesheet" href="/static/vendor/plotly.css" id="plotly.js-style-global" class="no-inline-styles">
<style>body { background: var(--panel); } .stage { position: relative; margin: 0; } #stages { padding: 0; } </style>
<script src="/static/vendor/plotly-cartesian.min.js" id="plotly"></script>
<script type="module" src="/stage.js"></script>
</head><body><div id="stages"></div></body></html>"""
#: Files of the page, by path, beside those of `static/`.
_OWN = {"/stage.js": _HERE / "stage.js"}


def open_stage(page: Page, files: dict[str, Path] | None = None, head: str = "") -> None:
    """Open the page; `files` are served at those paths, and `head` is put into its head."""
    own = {**_OWN, **(files or {})}

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).split("?")[0]
        if path == "/":
            route.fulfill(body=_PAGE.replace("</head>", f"{head}</head>"), content_type="text/html")
            return
        file = own.get(path) or ROOT / path.lstrip("/")
        if not file.is_file():
            route.fulfill(status=404)
            return
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        route.fulfill(body=file.read_bytes(), content_type=kind)

    page.route(f"{ORIGIN}/**", answer)
    page.goto(f"{ORIGIN}/")
    if (size := page.viewport_size) is not None:  # beside the charts, not in the corner where it begins
        page.mouse.move(size["width"] - 1, size["height"] - 1)
    page.evaluate("templates => { window.stages = []; window.templates = templates }", templates())
    page.wait_for_function("window.Stage !== undefined")


def options(
    names: list[str],
    kind: FigureKind = "line",
    *,
    own: dict[str, Any] | None = None,  # Any: Plotly's own open-ended JSON
    limits: tuple[float | None, float | None] = (None, None),
    unit: str = "",
    every: float = 1.0,
    **more: object,
) -> dict[str, Any]:
    """What a `Stage` of tests/stage.js takes: a metric of such series, drawn as `kind` or by its `own` figure."""
    metric = Metric(
        "stage.metric",
        unit=unit,
        labels=("name",),
        limits=limits,
        **({"figure": own} if own else {"chart": cast(Any, kind)}),
    )
    built = figure(metric)
    declared = {
        "name": metric.name, "title": "", "unit": unit, "kind": "gauge", "help": "", "family": "stage", "chart": kind,
        "every": every, "collector": "", "series": [{"labels": {"name": name}} for name in names],
        "limits": list(limits), "headline": "", "order": 0,
    }  # fmt: skip
    return {"metric": declared, "figure": json.loads(json.dumps(built)), "every": 1000 * every, **more}


def put(page: Page, given: dict[str, Any]) -> int:
    """Put a chart into the page; its number."""
    number: int = page.evaluate(
        """async given => {
            const stage = new Stage(given, templates);
            await stage.open();
            return stages.push(stage) - 1;
        }""",
        given,
    )
    return number
