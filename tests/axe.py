"""What axe-core finds: rules of accessibility that a page breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.server import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"

#: A fifth less work: the same rules run, and find the same. What has passed is not told in full, and style sheets are
#: not read once more, for a rule that is experimental and so does not run, and one for sounds, which has no violations.
_OPTIONS = {"resultTypes": ["violations"], "preload": False}

#: The one rule that depends on the theme: half of the work of all.
CONTRAST = "color-contrast"


#: Left out of that rule: of texts of a drawing axe cannot tell the contrast, and it takes long to say so.
_DRAWINGS = ".js-plotly-plot"


def violations(page: Page, rule: str | None = None, within: str = "") -> list[str]:
    """Rule, element, and what is wrong with it, by one rule or by all. The page must be open with `bypass_csp`.

    Args:
        page: what is looked at.
        rule: the one that is asked for; by default all.
        within: a selector of the part that is looked at; by default the whole page is.
    """
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(content=AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(
        "([where, options]) => axe.run(where, options).then((result) => result.violations)",
        [
            {"include": [[within or "html"]], "exclude": [[_DRAWINGS]] if rule == CONTRAST else []},
            _OPTIONS | ({"runOnly": [rule]} if rule else {}),
        ],
    )
    return [
        f"{rule['id']}: {' '.join(node['target'])}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]
