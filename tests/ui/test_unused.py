"""The board starts without Textual's own palette, and nothing misses it."""

from __future__ import annotations

import subprocess
import sys

# Another process: this one has long imported all of Textual.
_STARTED = """
import asyncio, sys, time
from fleetui.ui.unused import without_palette

with without_palette():
    from fleetui.ui.app import FleetApp
assert "textual.command" not in sys.modules
assert "textual.widgets._option_list" not in sys.modules

from fleetui.config.screens import load_screens
from fleetui.config.themes import load_themes
from fleetui.engine.engine import Engine
from fleetui.providers.demo import demo_fleet
from fleetui.ui.options import BoardOptions

async def start():
    engine = Engine(demo_fleet(seed=7), now=time.time)
    app = FleetApp(engine, load_screens(None), load_themes(None)[0]["night"], BoardOptions())
    async with app.run_test(size=(200, 50)) as pilot:
        await app.filled()
        for key, opened in (("ctrl+p", "palette"), ("colon", "command_line"), ("S", "sort_picker")):
            await pilot.press(key)
            assert type(app.screen).__module__ == f"fleetui.ui.{opened}"
            await pilot.press("escape")
        app.action_command_palette()
        await pilot.pause()
        assert app.screen is app.board
    assert app.failure is None, app.failure
    await engine.close()

asyncio.run(start())

from textual.command import CommandPalette
from textual.screen import Screen
assert issubclass(CommandPalette, Screen)
with without_palette():
    import textual.command
assert textual.command.CommandPalette is CommandPalette
print("done")
"""


def test_a_board_without_the_toolkits_palette_opens_its_own() -> None:
    run = subprocess.run(
        [sys.executable, "-c", _STARTED], capture_output=True, text=True, check=False
    )
    assert run.stdout == "done\n", run.stderr
