"""Runs the program in this process without a terminal, and tells what could write in it.

`python -m door_probe JSON`: a list of runs, one after the other in the same process, each as
{"words": [...], "board": [...], "environ": {...}, "drive": bool} → a list of what was found.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import io
import json
import os
import sys
import time
from contextlib import redirect_stdout
from typing import Any

from textual.events import Key, Paste
from textual.keys import key_to_character
from textual.pilot import Pilot

from fleetui.cli import board, main, terminal
from fleetui.config.actions import ACTIONS, LOG, PAGE
from fleetui.providers import registry
from fleetui.ui import app as ui
from fleetui.ui.app import FleetApp
from fleetui.ui.command_line import CommandLine
from fleetui.ui.commands import Commands
from fleetui.ui.prompt import Prompt

WRITING = ("carry_out", "halt", "plan", "progress")
SIZE = (100, 30)
PATIENCE_S = 180.0
DEEP = ("y", "enter")
"""What a person would press to go ahead with whatever has opened."""
ARGUMENTS = ("", " shop-web-1 5 --yes")


def writer_modules() -> list[str]:
    """Return every module of a writing half that was imported."""
    named = set(registry.WRITERS.values())
    return sorted(
        name
        for name in sys.modules
        if name in named or (name.startswith("fleetui.providers.") and ".writer" in name)
    )


def writer_objects() -> list[str]:
    """Return what there is in memory that could change a back end."""
    gc.collect()
    there = gc.get_objects()
    # Each type is looked at once: there are a hundred thousand things and more.
    writers = {
        made
        for made in set(map(type, there))
        if all(inspect.getattr_static(made, name, None) for name in WRITING)
    }
    return sorted(
        f"{type(one).__name__} {one.name}/{one.scope}" for one in there if type(one) in writers
    )


async def settle(pilot: Pilot[None]) -> None:
    for _ in range(3):
        await pilot.pause()


async def press(app: FleetApp, pilot: Pilot[None], *keys: str) -> None:
    """Press keys one after the other and wait once: the app takes them in their order itself."""
    for key in keys:
        if app.is_running:
            app.post_message(Key(key, key_to_character(key)))
    while app.is_running and not app.keys_taken:
        await asyncio.sleep(0.002)
    if app.is_running:
        await pilot.pause()


async def rows(app: FleetApp, pilot: Pilot[None]) -> int:
    """Wait until all rows have come from everybody who has some, and return how many.

    Who was too slow at first is asked again, and its rows are waited for, too.
    """
    engine = app.context.engine
    end, count = time.monotonic() + PATIENCE_S, 0
    while time.monotonic() < end:
        keys = engine.keys("containers")
        shots = [engine.store.snapshot(key) for key in keys]
        count = sum(len(shot.rows) for shot in shots)
        if count and all(shot.fetched_at and shot.complete and not shot.fault for shot in shots):
            await settle(pilot)
            return count
        await asyncio.sleep(0.02)
    return count


async def home(app: FleetApp, pilot: Pilot[None]) -> None:
    """Go back to the containers of the board that was there first."""
    for _ in range(4):
        if len(app.screen_stack) == 1:
            break
        await press(app, pilot, "escape")
    while len(app.screen_stack) > 1:
        app.pop_screen()
        await pilot.pause()
    board = app.board
    if board is None or board.spec.name != "containers":
        await press(app, pilot, "3")


class Drive:
    """Presses every key and types every command, each as far as it goes."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.commands: list[str] = []
        self.rows = 0

    def todo(self) -> list[tuple[str, str]]:
        keys = [
            (where, key)
            for where, actions in (("", ACTIONS), ("d", PAGE), ("l", LOG))
            for action in actions
            for key in action.keys
        ]
        return keys + [("command", word) for word in _words()]

    async def run(self, make: Any) -> None:
        """Do all of it; what quits the program is followed by a new one."""
        left = self.todo()
        while left:
            app = make()
            async with app.run_test(size=SIZE) as pilot:
                self.rows = await rows(app, pilot)
                while left and app.is_running:
                    what, name = left.pop(0)
                    await home(app, pilot)
                    if what == "command":
                        await self.type(app, pilot, name)
                    else:
                        await self.press(app, pilot, name, what)

    async def press(self, app: FleetApp, pilot: Pilot[None], key: str, first: str) -> None:
        """Press a key on the board, or after `first` on what that opens."""
        self.keys.append(key)
        await press(app, pilot, *first, key)
        await press(app, pilot, *DEEP)

    async def type(self, app: FleetApp, pilot: Pilot[None], word: str) -> None:
        self.commands.append(word)
        for more in ARGUMENTS:
            if not app.is_running:
                return
            await home(app, pilot)
            await press(app, pilot, "colon")
            if isinstance(app.screen, CommandLine):
                app.screen.query_one(Prompt).post_message(Paste(word + more))
                await press(app, pilot, "enter")
            await press(app, pilot, *DEEP)


def _words() -> list[str]:
    class Nobody:
        screens = themes = ()

    return list(Commands(Nobody(), ACTIONS).words)  # type: ignore[arg-type]


def look_on(found: dict[str, Any], drive: Drive | None) -> None:
    """Put a board without a terminal in place of the one with, and look into it."""

    async def run_board(engine: Any, screens: Any, themes: Any, theme: str, options: Any) -> None:
        def make() -> FleetApp:
            return FleetApp(engine, screens, themes[theme], options, themes)

        if drive is not None:
            await drive.run(make)
            found.update(keys=drive.keys, commands=drive.commands, rows=drive.rows)
        else:
            app = make()
            async with app.run_test(size=SIZE) as pilot:
                found["rows"] = await rows(app, pilot)
        found["modules"], found["objects"] = writer_modules(), writer_objects()
        found["read_only"] = options.read_only
        found["rule"] = options.shut.line if options.shut else ""

    ui.run_board = run_board  # type: ignore[assignment]
    terminal.require = lambda **_: None
    board._draw_frame = lambda *_, **_more: None


def probe(given: dict[str, Any]) -> dict[str, Any]:
    """Run a `get` and a board, and return what was found in each."""
    found: dict[str, Any] = {}
    os.environ.update(given["environ"])
    out = io.StringIO()
    with redirect_stdout(out):
        found["get"] = main.main([*given["words"], "get", "containers", "-o", "json"])
    found["listed"] = len(json.loads(out.getvalue())["items"])
    found["modules_of_get"], found["objects_of_get"] = writer_modules(), writer_objects()
    look_on(found, Drive() if given["drive"] else None)
    found["board"] = main.main([*given["words"], *given["board"]])
    for name in given["environ"]:
        del os.environ[name]
    calls = sys.modules.get("recording_writer")
    found["calls"] = list(calls.CALLS) if calls else []
    return found


if __name__ == "__main__":
    registry.WRITERS["docker"] = "recording_writer"
    registry.WRITERS["kubernetes"] = "recording_kube_writer"
    print(json.dumps([probe(run) for run in json.loads(sys.argv[1])]))
