"""The containers of pods in the log view: told apart, and one of them chosen."""

from __future__ import annotations

from pathlib import Path

from board_fleet import WIDE, Fleet, sees, until
from log_on_screen import opened

from fleetui.core.logs.line import RawLine
from fleetui.ui.logs.saving import write


async def test_one_of_a_pods_containers_is_chosen(fleet: Fleet, tmp_path: Path) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        newest = screen.view.store.lines[-1].at
        source = next(iter(screen.session.conditions))
        screen._came([RawLine(newest + 1, source, "level=error msg=boom", container="app")])
        screen._came([RawLine(newest + 2, source, "level=info msg=fine", container="proxy")])
        await sees(pilot, "app   error boom")
        await sees(pilot, "proxy info  fine")
        # What is saved tells whose line it is, too.
        entries = list(screen.view.shown.tail())[-2:]
        target, _ = write(str(tmp_path / "log"), entries, names=False)
        assert target.read_text().splitlines()[1].endswith(" proxy level=info msg=fine")
        await pilot.press("i")
        await sees(pilot, "app  proxy · Tab completes")
        await pilot.press("p", "tab", "enter")
        await until(pilot, lambda: screen.query_of_log.container == "proxy", "it is chosen")
        assert screen.session.query.container == "proxy"
        await sees(pilot, "· container proxy")
        await sees(pilot, "there is none to choose")
        await pilot.press(":")
        await pilot.press(*"container", "enter")
        await until(pilot, lambda: not screen.query_of_log.container, "all again")
        await until(pilot, lambda: len(screen.view.shown) > 100, "lines are there")
