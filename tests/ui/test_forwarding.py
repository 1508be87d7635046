"""Forwarding ports from the board: the dialog, the list, and the way out."""

from __future__ import annotations

import asyncio

import pytest
from board_fleet import NARROW, WIDE, sees, text_of, until
from change_fleet import ChangingFleet, dialog_of, pane_of, stand
from test_typed_ahead import burst

from fleetui.actions.door import Door
from fleetui.actions.policy import Policy
from fleetui.core.change import Phase
from fleetui.core.objects import Forward
from fleetui.core.snapshot import Snapshot
from fleetui.ui.app import FleetApp

pytestmark = pytest.mark.usefixtures("at_once")
FREE = Policy()


def door_of(fleet: ChangingFleet) -> Door:
    assert fleet.door is not None
    return fleet.door


def told(fleet: ChangingFleet) -> Forward:
    """Return the one forward that is open."""
    (row,) = door_of(fleet).forwards.rows()
    return row


async def page_at(url: str) -> str:
    """Ask a forward by HTTP."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /way HTTP/1.1\r\nHost: x\r\n\r\n")
    try:
        async with asyncio.timeout(20):
            return (await reader.readuntil(b"demo fleet\n")).decode()
    finally:
        writer.close()


async def forwarded(
    pilot: object, app: FleetApp, fleet: ChangingFleet, *typed: str, on: str = "svc/search"
) -> None:
    """Open a forward by keys."""
    await stand(pilot, app, fleet, on)  # type: ignore[arg-type]
    await pilot.press("f")  # type: ignore[attr-defined]
    await sees(pilot, f"forward {on} →")  # type: ignore[arg-type]
    if typed:
        await pilot.press("ctrl+u", *typed)  # type: ignore[attr-defined]
    await dialog_of(pilot, app)  # type: ignore[arg-type]
    await pilot.press("enter")  # type: ignore[attr-defined]
    await until(pilot, lambda: len(door_of(fleet).forwards), "it is open")  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_enter_is_enough_where_there_is_one_port(
    changing: ChangingFleet, size: tuple[int, int]
) -> None:
    app = changing.changing(FREE)
    async with app.run_test(size=size) as pilot:
        await stand(pilot, app, changing, "svc/search")
        await pilot.press("f")
        await sees(pilot, "forward svc/search → 80")
        await dialog_of(pilot, app)
        await sees(pilot, "answered by")
        assert len(door_of(changing).forwards) == 0
        await pilot.press("enter")
        await until(pilot, lambda: len(door_of(changing).forwards), "it is open")
        row = told(changing)
        await sees(pilot, f"{row.url} → svc/search:80")
        assert row.member
        assert "you asked for /way" in await page_at(row.url)
        assert changing.journal.phases == [("search", Phase.SENDING), ("search", Phase.ROLLING)]
        await door_of(changing).forwards.shut_all()


async def test_what_is_typed_is_meant_and_several_are_opened_at_once(
    changing: ChangingFleet,
) -> None:
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await forwarded(pilot, app, changing, *"0:80 0:80")
        await until(pilot, lambda: len(door_of(changing).forwards) == 2, "both are open")
        locals_ = {row.local for row in door_of(changing).forwards.rows()}
        assert len(locals_) == 2
        burst(app, ":forward x:y", "<enter>")
        await sees(pilot, '"x" is no local port')
        await pilot.press("escape")
        await door_of(changing).forwards.shut_all()


async def test_an_address_of_everybody_is_typed_for(changing: ChangingFleet) -> None:
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "svc/search")
        burst(app, ":forward 0:80 address=0.0.0.0", "<enter>")
        await sees(pilot, "without being asked who they are")
        await sees(pilot, "type search to go ahead:")
        await dialog_of(pilot, app)
        await pilot.press("enter", "enter")
        assert len(door_of(changing).forwards) == 0
        await pilot.press("escape", "escape")


async def test_the_list_copies_the_address_and_closes_one(
    changing: ChangingFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = changing.changing(FREE)
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=WIDE) as pilot:
        await forwarded(pilot, app, changing, *"0:80")
        row = told(changing)
        key = door_of(changing).forwards.sources()[0].key
        changing.still.extra.append(key)
        changing.still.put(Snapshot(key, 1, (row,), fetched_at=changing.now))
        burst(app, ":forwards", "<enter>")
        await until(pilot, lambda: pane_of(app).table.selected == row, "it is listed")
        text = text_of(app)
        for word in ("LOCAL", "TO", "POD", "OPEN", "● open", row.local, "svc/search:80"):
            assert word in text, word
        assert "X close" in text
        assert app.board is not None
        app.board.draw_second()
        await sees(pilot, "⇄ 1 forward")
        await pilot.press("enter", "c")
        await until(pilot, lambda: copied == [row.url, row.url], "it is copied")
        await sees(pilot, f"copied {row.url}")
        app.follow()
        await pilot.press("X")
        await until(pilot, lambda: not len(door_of(changing).forwards), "it is closed")
        assert changing.journal.phases[-1] == ("search", Phase.DONE)
        app.follow()
        await sees(pilot, "done: forward of svc/search")


async def test_quitting_says_once_that_forwards_close(changing: ChangingFleet) -> None:
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await forwarded(pilot, app, changing, *"0:80")
        await pilot.press("q")
        await sees(pilot, "1 forward is open: it closes · q again quits")
        assert app.is_running
        assert "◐ forward" not in text_of(app), "a forward is no change of its target"
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running, "it has quit")
    url = told(changing).url
    await door_of(changing).close()
    with pytest.raises(ConnectionError):
        await page_at(url)
    assert changing.journal.phases[-1] == ("search", Phase.DONE)


async def test_without_a_door_there_is_no_forward(changing: ChangingFleet) -> None:
    app = changing.app(read_only=True)
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "svc/search")
        assert "f forward" not in text_of(app)
        await pilot.press("f")
        await sees(pilot, "nothing is changed from here")
        burst(app, ":forwards", "<enter>")
        await sees(pilot, "no port is forwarded from here: this fleet is read-only")
