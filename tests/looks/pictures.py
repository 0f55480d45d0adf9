"""Pictures of the page that are kept, and how far another one may be from them.

They are kept at half the size, where most of what fonts do to the edges of letters has gone. Where the browser and
the fonts are those that they were drawn with, points are compared; elsewhere text is a little wider or narrower, and
what is compared is the mean colour of blocks: that finds a panel that is missing, moved or of another colour, and not
a letter.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HERE = Path(__file__).parent
FOLDER = HERE / "pictures"
#: What the pictures that are kept were drawn with: the version of the browser and the widths of its fonts.
HAND = FOLDER / "hand.json"
SHRUNK = 2

_FONTS = ("13px Inter, 'Segoe UI', system-ui, 'Noto Sans', sans-serif", "600 28px sans-serif", "11px monospace")


@dataclass(frozen=True)
class Rule:
    """By how much pictures may be apart.

    Attributes:
        block: points of a block's side.
        other: of 255; by so much the mean colour of a block is another one.
        share: of all blocks, how many may be.
        taller: how much higher one may be than the other.
    """

    block: int
    other: float
    share: float
    taller: float


#: Thin lines are a shade apart by which of the two drawers has drawn them last; a word that is missing is more.
STRICT = Rule(block=1, other=40, share=0.006, taller=0.0)
LOOSE = Rule(block=20, other=14, share=0.05, taller=0.03)


class Darkroom:
    """Where pictures are kept and compared; an empty page of the browser does the work."""

    def __init__(self, browser: Browser) -> None:
        self._page = browser.new_page()
        self._page.add_script_tag(content=(HERE / "pictures.js").read_text("utf-8"))
        self.hand = {
            "browser": browser.version.partition(".")[0],
            "widths": self._page.evaluate("fonts => widths(fonts)", list(_FONTS)),
        }
        known = json.loads(HAND.read_text("utf-8")) if HAND.exists() else None
        self.rule = STRICT if known == self.hand else LOOSE

    def keep(self, name: str, png: bytes, folder: Path = FOLDER) -> Path:
        """Keep a screenshot under a name."""
        path = folder / f"{name}.webp"
        path.parent.mkdir(parents=True, exist_ok=True)
        text: str = self._page.evaluate("([png, shrunk]) => keptAs(png, shrunk)", [_text(png), SHRUNK])
        path.write_bytes(base64.b64decode(text))
        if folder == FOLDER:
            HAND.write_text(json.dumps(self.hand) + "\n", "utf-8")
        return path

    def difference(self, name: str, png: bytes, rule: Rule | None = None) -> float:
        """The share of a screenshot that is not as in the picture of that name; more than 1 when none is kept."""
        path = FOLDER / f"{name}.webp"
        if not path.exists():
            return 2.0
        given = {"block": 0, "other": 0, "taller": 0} | vars(rule or self.rule)
        share: float = self._page.evaluate(
            "([webp, png, shrunk, rule]) => apart(webp, png, shrunk, rule)",
            [_text(path.read_bytes()), _text(png), SHRUNK, given],
        )
        return share


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
