"""What only keys open is loaded behind the first rows, not before them."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest
from board_fleet import WIDE, Fleet, until

from fleetui.ui import later

# Another process: this one has long imported all of it.
_STARTED = """
import asyncio, sys, time
import fleetui.cli.board, fleetui.cli.door, fleetui.cli.keeping
from fleetui.config.screens import load_screens
from fleetui.config.themes import load_themes
from fleetui.engine.engine import Engine
from fleetui.providers.demo import demo_fleet
from fleetui.ui import later
from fleetui.ui.app import FleetApp
from fleetui.ui.options import BoardOptions

later.AFTER_S = 3600.0

async def start():
    engine = Engine(demo_fleet(seed=7), now=time.time)
    options = BoardOptions(start_screen="kubernetes")
    app = FleetApp(engine, load_screens(None), load_themes(None)[0]["night"], options)
    async with app.run_test(size=(200, 50)):
        await app.filled()
        assert app.board.pane.picture.rows
        print(*sorted(name for name in sys.modules if name.startswith("fleetui.")))
    await engine.close()

asyncio.run(start())
"""


@pytest.fixture(scope="module")
def started() -> frozenset[str]:
    """The modules of ours that are loaded when a board without charts has its first rows."""
    run = subprocess.run(
        [sys.executable, "-c", _STARTED], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return frozenset(run.stdout.split())


def test_the_first_rows_load_nothing_that_only_keys_open(started: frozenset[str]) -> None:
    assert "fleetui.ui.table_pane" in started
    assert not started.intersection(later.MODULES)


@pytest.mark.parametrize(
    "part",
    ["fleetui.ui.chart.", "fleetui.ui.logs.body", "fleetui.ui.page.text", "fleetui.ui.change.box",
     "fleetui.ui.commands", "fleetui.ui.finder", "fleetui.ui.wallboard", "fleetui.engine.logs",
     "fleetui.core.logs.store", "fleetui.actions.editing"],
)  # fmt: skip
def test_nor_what_those_are_made_of(started: frozenset[str], part: str) -> None:
    assert [name for name in started if name.startswith(part)] == []


async def test_the_board_loads_it_a_moment_after_its_first_frame(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(later, "AFTER_S", 0.01)
    monkeypatch.setattr(later, "_PAUSE_S", 0.0)
    monkeypatch.setattr(later, "import_module", asked.append)
    async with fleet.app().run_test(size=WIDE) as pilot:
        await until(pilot, lambda: len(asked) == len(later.MODULES), "all are loaded")
    assert tuple(asked) == later.MODULES


async def test_one_that_cannot_be_loaded_is_told_to_the_log_and_keeps_none_from_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    loaded: list[str] = []

    def load(name: str) -> None:
        if name == "broken":
            raise SyntaxError("half an update")
        loaded.append(name)

    monkeypatch.setattr(later, "_PAUSE_S", 0.0)
    monkeypatch.setattr(later, "MODULES", ("broken", "whole"))
    monkeypatch.setattr(later, "import_module", load)
    await later.load()
    assert loaded == ["whole"]
    assert "broken was not loaded" in caplog.text


@pytest.mark.parametrize("name", later.MODULES)
def test_each_of_them_can_be_imported(name: str) -> None:
    assert import_module(name).__doc__
