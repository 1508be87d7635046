"""Draws the pictures in docs/ with the program itself, on the demo fleet at fixed moments.

python -m tests.pictures
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

from fleetui.config.screens import load_screens
from fleetui.config.themes import load_themes
from fleetui.engine.engine import Engine
from fleetui.providers.demo import PRODUCTION, demo_fleet
from fleetui.ui.app import FleetApp
from fleetui.ui.options import BoardOptions

DOCS = Path(__file__).parent.parent / "docs"
BEGAN = 1_795_000_000.0
# The export names a web font to be fetched; whoever opens the picture has one of his own.
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
# Name, size, screen, theme, seconds since the demo began, keys.
PICTURES: tuple[tuple[str, tuple[int, int], str, str, float, Sequence[str]], ...] = (
    ("overview", (200, 50), "overview", "night", 215.0, ()),
    ("small", (80, 24), "overview", "night", 215.0, ()),
    ("members", (120, 32), "capacity", "night", 215.0, ("enter",)),
    ("log", (160, 30), "overview", "night", 215.0, ("l", "v", "v", "v")),
    ("describe", (120, 40), "overview", "night", 215.0, ("d",)),
    ("containers", (160, 40), "containers", "day", 60.0, ()),
)


async def draw(
    name: str, size: tuple[int, int], screen: str, theme: str, after_s: float, keys: Sequence[str]
) -> None:
    """Open the board at one moment of the demo's story, press keys and keep what is seen."""
    moment = BEGAN
    fleet = demo_fleet(now=lambda: moment)
    engine = Engine(fleet, now=lambda: moment, seed=1)
    options = BoardOptions(start_screen=screen, fleet="acme", production=PRODUCTION)
    app = FleetApp(engine, load_screens(None), load_themes(None)[0][theme], options)
    moment = BEGAN + after_s
    async with app.run_test(size=size) as pilot:
        # Every source answers within a second; charts want their second sample.
        for _ in range(30):
            await pilot.pause(0.1)
        await pilot.press(*keys)
        for _ in range(10):
            await pilot.pause(0.1)
        picture = _FONTS.sub("", app.export_screenshot(title="fleetui"))
    await engine.close()
    (DOCS / f"{name}.svg").write_text(picture, "utf-8")
    print(f"docs/{name}.svg")


def main() -> None:
    """Draw them all."""
    DOCS.mkdir(exist_ok=True)
    for picture in PICTURES:
        asyncio.run(draw(*picture))


if __name__ == "__main__":
    main()
