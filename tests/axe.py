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


def violations(page: Page, rule: str | None = None) -> list[str]:
    """Rule, element, and what is wrong with it, by one rule or by all. The page must be open with `bypass_csp`."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(content=AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(
        "options => axe.run(document, options).then((result) => result.violations)",
        _OPTIONS | ({"runOnly": [rule]} if rule else {}),
    )
    return [
        f"{rule['id']}: {' '.join(node['target'])}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]
