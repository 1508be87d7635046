"""A dialog over the board: what changes below it comes through, and nothing else is painted."""

from __future__ import annotations

import pytest
from board_fleet import NARROW, WIDE, Fleet, sees, text_of, until
from rich.console import RenderableType
from textual._compositor import ChopsUpdate
from textual.screen import Screen

from fleetui.ui.app import FleetApp
from fleetui.ui.board import Board


@pytest.mark.parametrize("key", ["ctrl+p", "colon", "question_mark"])
async def test_what_changes_below_is_painted_alone(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    app = fleet.app()
    frames: list[RenderableType | None] = []
    display = app._display

    def seen(screen: Screen[object], renderable: RenderableType | None) -> None:
        frames.append(renderable)
        display(screen, renderable)

    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press(key)
        await until(pilot, lambda: not isinstance(app.screen, Board), "the dialog")
        monkeypatch.setattr(app, "_display", seen)
        board = board_of(app)
        # The first change after opening may come with all of the dialog.
        board.top.show([("something", "text")])
        await until(pilot, lambda: any(frames), "a frame")
        await pilot.pause()
        frames.clear()
        board.top.show([("something else entirely", "text")])
        await until(pilot, lambda: any(frames), "a frame with the change")
        assert "something else" in text_of(app)
        cells = sum(
            right - left
            for frame in frames
            if isinstance(frame, ChopsUpdate)
            for _y, left, right in frame.spans
        )
        assert 0 < cells <= 3 * WIDE[0]
        assert all(isinstance(frame, ChopsUpdate) for frame in frames if frame is not None)


def board_of(app: FleetApp) -> Board:
    board = app.board
    assert board is not None
    return board


async def test_the_help_says_how_much_more_there_is(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=NARROW) as pilot:
        await sees(pilot, "deploy/checkout")
        await pilot.press("question_mark")
        await sees(pilot, "↓")
        foot = next(x for x in text_of(pilot.app).splitlines() if "any key closes it" in x)
        assert "more" in foot
        await pilot.press("pagedown")
        await sees(pilot, "↑ 10 more")
