"""Drilling along real links on the demo: down, up, and back with the filter that was there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from board_fleet import NARROW, WIDE, Fleet, sees, text_of, until
from textual.pilot import Pilot

from fleetui.core.objects import Alert, Event, Instance, Link, Resource
from fleetui.core.ref import Ref
from fleetui.engine.timeline import TOLD_KEPT
from fleetui.ui.app import FleetApp
from fleetui.ui.logs.screen import LogScreen
from fleetui.ui.table_pane import TablePane


def pane_of(app: FleetApp) -> TablePane:
    assert app.board is not None
    pane = app.board.pane
    assert isinstance(pane, TablePane)
    return pane


async def stand_on(pilot: Pilot[None], fleet: Fleet, kind: str, name: str) -> Resource:
    """Put the cursor on a thing, as the palette does."""
    app = pilot.app
    assert isinstance(app, FleetApp)
    rows = [r for key in fleet.still.keys(kind) for r in fleet.still.store.snapshot(key).rows]
    row = next(r for r in rows if r.name == name)
    app.go_to(row)
    await until(
        pilot,
        lambda: app.board is not None and pane_of(app).table.cursor == row.ref,
        f"the cursor on {name}",
    )
    return row


def names(app: FleetApp) -> set[str]:
    return {row.ref.short for row in pane_of(app).picture.rows}


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_unit_to_member_to_log_and_back(fleet: Fleet, size: tuple[int, int]) -> None:
    app = fleet.app()
    async with app.run_test(size=size) as pilot:
        await sees(pilot, "deploy/checkout")
        unit = await stand_on(pilot, fleet, "capacity", "shop/web")
        await pilot.press("enter")
        await sees(pilot, "capacity › compose/shop/web")
        await until(pilot, lambda: "container/shop-web-1" in names(app), "its members")
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, LogScreen), "a log")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, LogScreen), "the board")
        await pilot.press("enter")
        await sees(pilot, "› container/shop-web-")
        await until(pilot, lambda: unit.ref.short in names(app), "what it is part of")
        assert any(name.startswith("image/") for name in names(app))
        await pilot.press("escape", "escape")
        await until(pilot, lambda: pane_of(app).table.cursor == unit.ref, "the unit again")
        assert pane_of(app).trail == []


@pytest.mark.parametrize(
    ("kind", "name", "user"),
    [
        ("volumes", "shop_db", "container/shop-db-1"),
        ("networks", "shop_default", "container/shop-web-1"),
        ("images", "acme/shop-web:1.30", "container/shop-web-1"),
    ],
)
async def test_who_uses_it(fleet: Fleet, kind: str, name: str, user: str) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        found = [r for k in fleet.still.keys(kind) for r in fleet.still.store.snapshot(k).rows]
        uses = {
            link.ref
            for key in fleet.still.keys("containers", "docker")
            for row in fleet.still.store.snapshot(key).rows
            if row.ref.short == user
            for link in row.links
        }
        thing = next(row for row in found if row.ref in uses)
        await stand_on(pilot, fleet, kind, thing.name)
        await pilot.press("enter")
        await until(pilot, lambda: user in names(app), f"{user} uses {name}")
        assert {pane_of(app)._relation(row) for row in pane_of(app).picture.rows} == {"used by"}
        await sees(pilot, f"{kind} › {thing.ref.short}")


async def test_the_relation_of_a_row_that_comes_later_is_told_too(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        network = await stand_on(pilot, fleet, "networks", "shop_default")
        await pilot.press("enter")
        await sees(pilot, "used by")
        key = next(k for k in fleet.still.keys("containers", "docker") if k.scope == "bastion")
        snapshot = fleet.still.store.snapshot(key)
        model = next(row for row in snapshot.rows if any(x.ref == network.ref for x in row.links))
        new = replace(model, ref=replace(model.ref, uid="new", name="shop-new-1"))
        fleet.still.put(replace(snapshot, generation=2, rows=(*snapshot.rows, new)))
        await sees(pilot, "shop-new-1")
        line = next(one for one in text_of(app).splitlines() if "shop-new-1" in one)
        assert "used by" in line


async def test_up_to_the_owner_and_back(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        box = await stand_on(pilot, fleet, "containers", "shop-web-1")
        await pilot.press("U")
        await sees(pilot, "containers › ↑ of container/shop-web-1")
        assert names(app) == {"compose/shop/web"}
        await pilot.press("enter")
        await until(pilot, lambda: "container/shop-web-2" in names(app), "its members")
        await pilot.press("backspace")
        await until(pilot, lambda: names(app) == {"compose/shop/web"}, "up is the way back here")
        await pilot.press("U")
        await sees(pilot, "compose/shop/web belongs to nothing that is known")
        await pilot.press("escape")
        await until(pilot, lambda: pane_of(app).table.cursor == box.ref, "the container again")


async def test_an_alert_leads_to_its_target_and_to_the_machine_behind_it(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await stand_on(pilot, fleet, "alerts", "DiskFilling")
        await pilot.press("enter")
        await until(pilot, lambda: "target/db-1:9100" in names(app), "the target")
        machine = next(r for r in pane_of(app).picture.rows if isinstance(r, Instance))
        assert machine.name == "db-1"
        await pilot.press("escape", "U")
        await sees(pilot, "↑ of alert/DiskFilling")
        assert names(app) == {machine.ref.short}
        await pilot.press("escape")
        await stand_on(pilot, fleet, "targets", "db-1:9100")
        await pilot.press("U")
        await until(pilot, lambda: names(app) == {machine.ref.short}, "the machine of the target")


async def test_a_firing_alert_is_told_with_what_was_opened(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        box = await stand_on(pilot, fleet, "containers", "shop-web-1")
        alert = Alert(
            ref=Ref("prometheus", "main", "alert", "slow", "WebSlow"),
            links=(Link("about", box.ref),),
        )
        key = fleet.still.keys("alerts")[0]
        snapshot = fleet.still.store.snapshot(key)
        fleet.still.put(replace(snapshot, generation=2, rows=(*snapshot.rows, alert)))
        await pilot.press("enter")
        await until(pilot, lambda: "alert/WebSlow" in names(app), "the alert")
        await sees(pilot, "told of it")


async def test_a_filter_keeps_its_meaning_below_and_when_coming_back(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await stand_on(pilot, fleet, "capacity", "shop/web")
        await pilot.press("enter")
        await until(pilot, lambda: "container/shop-web-2" in names(app), "its members")
        # A column of containers that the mixed table of the next step does not have.
        await pilot.press("slash", *"restarts<5 project:shop name:web-2", "enter")
        pane = pane_of(app)
        await until(pilot, lambda: pane.table.matching == 1, "one of two")
        await pilot.press("enter")
        await sees(pilot, "› container/shop-web-2")
        await pilot.press("escape")
        await until(pilot, lambda: "container/shop-web-2" in names(app), "its members again")
        await sees(pilot, "/restarts<5 project:shop name:web-2")
        await until(pilot, lambda: pane.table.matching == 1, "the filter is in force again")
        # Rows of other kinds: the filter stands, and says nothing wrong.
        unit = pane.trail[-1].row
        assert unit is not None
        key = next(k for k in fleet.still.keys("capacity", "docker") if k.scope == "bastion")
        snapshot = fleet.still.store.snapshot(key)
        image = next(
            link.ref for row in pane.picture.rows for link in row.links if link.ref.kind == "image"
        )
        mixed = tuple(
            replace(row, links=(*row.links, Link("routes_to", image)))
            if row.ref == unit.ref
            else row
            for row in snapshot.rows
        )
        fleet.still.put(replace(snapshot, generation=2, rows=mixed))
        await until(pilot, lambda: image.short in names(app), "an image among them")
        await pilot.press("exclamation_mark", "exclamation_mark")
        await until(pilot, lambda: pane.table.matching == 1, "still in force")
        assert pane.view.text == "restarts<5 project:shop name:web-2"


async def test_the_timeline_after_other_rows_were_opened(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("enter")
        await sees(pilot, "capacity › deploy/checkout")
        await until(pilot, lambda: pane_of(app).table.total > 0, "its members")
        await pilot.press("escape", "e")
        await sees(pilot, "capacity › timeline of deploy/checkout")
        await until(pilot, lambda: pane_of(app).table.total > 1, "events")
        assert app.is_running


async def test_past_members_are_marked_in_the_timeline(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await stand_on(pilot, fleet, "capacity", "shop/web")
        await pilot.press("e")
        # Recreated four times within the hour before: the first container is long gone.
        await sees(pilot, "capacity › timeline of compose/shop/web")
        await sees(pilot, "  past  ")
        await pilot.press("slash", *"relation:past", "enter")
        pane = pane_of(app)
        await until(pilot, lambda: 0 < pane.table.matching < pane.table.total, "past ones only")
        await pilot.press("escape", "escape", "d")
        await sees(pilot, "compose/shop/web  describe")
        await pilot.press("G")
        await sees(pilot, "recent events")
        await sees(pilot, "(past member)")


async def test_up_from_what_happened(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await stand_on(pilot, fleet, "capacity", "shop/web")
        await pilot.press("e")
        await sees(pilot, "  past  ")
        pane = pane_of(app)
        gone = next(row for row in pane.picture.rows if pane._relation(row))
        there = next(row for row in pane.picture.rows if not pane._relation(row))
        pane.table.move_to(gone.ref)
        await pilot.press("U")
        await until(pilot, lambda: names(app) == {"compose/shop/web"}, "the unit that outlived it")
        await pilot.press("escape")
        await sees(pilot, "timeline of compose/shop/web")
        pane.table.move_to(there.ref)
        await pilot.press("U")
        subject = "/".join(there.subject.split("/")[-2:])  # type: ignore[attr-defined]
        await until(pilot, lambda: names(app) == {subject}, "what it happened to")


async def test_everywhere_with_ten_thousand_events(fleet: Fleet) -> None:
    app = fleet.app()
    events = [
        Event(
            ref=Ref("docker", "bastion", "event", f"e{n}", "start"), time=fleet.now - n,
            message=f"started for the {n}. time", subject=f"docker/bastion/container/c{n}",
            links=(Link("about", Ref("docker", "bastion", "container", f"c{n}", f"c{n}")),),
        )
        for n in range(TOLD_KEPT)
    ]  # fmt: skip
    fleet.still.timeline.tell(reversed(events))
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("E")
        pane = pane_of(app)
        await until(pilot, lambda: pane.table.total == TOLD_KEPT, "all of them")
        await sees(pilot, "started for the 0. time")
        await pilot.press("slash", *"c9999", "enter")
        await until(pilot, lambda: pane.table.matching == 1, "the one")
        await sees(pilot, "started for the 9999. time")
