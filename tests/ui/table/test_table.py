"""The table in a running app: keys, what is painted, and what it tells others."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fleet_of_boxes import AGE, COLUMNS, CPU, NAME, STYLES, WHY, box, ref
from textual.app import App, ComposeResult
from textual.events import MouseScrollDown
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot

from fleetui.core.columns import Column, Look
from fleetui.core.objects import Container, Resource
from fleetui.ui.table.pace import AT_ONCE
from fleetui.ui.table.table import ResourceTable

WIDTH, HEIGHT = 60, 11


class Shell(App[None]):
    """Nothing but a table, and a list of what it told."""

    def __init__(self, columns: Sequence[Column], sort: str) -> None:
        super().__init__()
        self.table = ResourceTable(columns, STYLES, sort=sort)
        self.told: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_resource_table_activated(self, message: ResourceTable.Activated) -> None:
        self.told.append(message)

    def on_resource_table_cursor_moved(self, message: ResourceTable.CursorMoved) -> None:
        self.told.append(message)

    def on_resource_table_viewport_moved(self, message: ResourceTable.ViewportMoved) -> None:
        self.told.append(message)

    def on_resource_table_arranged(self, message: ResourceTable.Arranged) -> None:
        self.told.append(message)

    def last(self, kind: type[Message]) -> Any:
        return next(message for message in reversed(self.told) if isinstance(message, kind))


@asynccontextmanager
async def table_of(
    rows: Sequence[Container], columns: Sequence[Column] = COLUMNS, sort: str = "name"
) -> AsyncIterator[tuple[ResourceTable, Pilot[None], Shell]]:
    shell = Shell(columns, sort)
    async with shell.run_test(size=(WIDTH, HEIGHT)) as pilot:
        shell.table.focus()
        shell.table.show(rows, Look(now=100.0))
        await pilot.pause()
        yield shell.table, pilot, shell


def boxes(count: int, **facts: Any) -> list[Container]:
    return [box(f"web-{n:03}", cpu=n / 10, **facts) for n in range(count)]


def text(table: ResourceTable) -> list[str]:
    return [table.render_line(y).text.rstrip() for y in range(HEIGHT)]


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Region, ...]]:
    """Every call that asked for something to be painted, by regions; () is the whole widget."""
    calls: list[tuple[Region, ...]] = []
    refresh = ResourceTable.refresh

    def note(table: ResourceTable, *regions: Region, **more: Any) -> ResourceTable:
        calls.append(regions)
        return refresh(table, *regions, **more)

    monkeypatch.setattr(ResourceTable, "refresh", note)
    return calls


def cells_of(calls: list[tuple[Region, ...]]) -> int:
    assert () not in calls, "the whole widget was painted"
    return sum(region.area for regions in calls for region in regions)


async def test_it_shows_a_header_and_rows_and_where_the_view_is() -> None:
    async with table_of(boxes(30)) as (table, _pilot, _shell):
        lines = text(table)
        assert lines[0].split() == ["NAME↑", "CPU", "REASON", "AGE"]
        assert lines[1].startswith("▌ web-000  ")
        assert lines[2].startswith("  web-001  ")
        assert (table.total, table.matching) == (30, 30)
        assert (table.first_visible, table.last_visible) == (1, HEIGHT - 1)
        assert table.visible_refs == tuple(ref(f"web-{n:03}") for n in range(HEIGHT - 1))


@pytest.mark.parametrize(
    ("keys", "index"),
    [
        ("j j k", 1),
        ("down down up", 1),
        ("G", 29),
        ("end k", 28),
        ("G g", 0),
        ("end home", 0),
        ("pagedown", 9),
        ("pagedown pagedown pageup", 9),
        ("k", 0),
        ("G j", 29),
    ],
)
async def test_keys_move_the_cursor_and_the_view_follows(keys: str, index: int) -> None:
    async with table_of(boxes(30)) as (table, pilot, shell):
        await pilot.press(*keys.split())
        assert table.cursor == ref(f"web-{index:03}")
        assert table.cursor in table.visible_refs
        marked = [line for line in text(table) if line.startswith("▌")]
        assert [line.split()[1] for line in marked] == [f"web-{index:03}"]
        if index:
            assert shell.last(ResourceTable.CursorMoved).resource is table.selected


async def test_enter_and_a_double_click_open_the_row() -> None:
    async with table_of(boxes(30)) as (table, pilot, shell):
        await pilot.press("j", "enter")
        assert shell.last(ResourceTable.Activated).resource.ref == ref("web-001")
        await pilot.click(table, offset=(5, 4), times=2)
        assert table.cursor == ref("web-003")
        assert shell.last(ResourceTable.Activated).resource.ref == ref("web-003")
        await pilot.click(table, offset=(5, 0))
        assert table.cursor == ref("web-003")


async def test_the_cursor_stays_on_its_thing_and_on_its_line() -> None:
    rows = boxes(60)
    async with table_of(rows) as (table, pilot, _shell):
        await pilot.press("G", *["k"] * 14)
        before = text(table)
        line = next(y for y, said in enumerate(before) if said.startswith("▌"))
        above = [box(f"aaa-{n}", cpu=0.0) for n in range(7)]
        table.show([*reversed(rows), *above], Look(now=101.0))
        assert table.cursor == ref("web-045")
        assert text(table)[line].startswith("▌ web-045")
        table.sort_by(CPU, descending=True)
        assert table.cursor == ref("web-045")
        assert text(table)[line].startswith("▌ web-045")


async def test_one_changed_cell_paints_only_its_own_cells(
    painted: list[tuple[Region, ...]],
) -> None:
    rows = boxes(300)
    async with table_of(rows, (NAME, CPU, WHY)) as (table, _pilot, _shell):
        painted.clear()
        changed = [*rows[:4], box("web-004", cpu=0.9), *rows[5:]]
        table.show(changed, Look(now=100.0))
        assert 0 < cells_of(painted) <= 5
        painted.clear()
        table.show(list(changed), Look(now=100.0))
        assert 0 < cells_of(painted) <= 5, "the mark is taken off again"
        painted.clear()
        table.show(list(changed), Look(now=100.0))
        assert painted == []
        table.show([*changed[:200], box("web-200", cpu=0.1), *changed[201:]], Look(now=100.0))
        assert painted == [], "a row that is not on screen costs nothing"


async def test_a_move_by_one_row_paints_two_lines_at_most(
    painted: list[tuple[Region, ...]],
) -> None:
    async with table_of(boxes(300)) as (_table, pilot, _shell):
        painted.clear()
        await pilot.press("j")
        assert () not in painted
        assert {region.y for regions in painted for region in regions} == {1, 2}


async def test_what_changed_is_marked_for_one_tick_and_an_age_never() -> None:
    def marked(table: ResourceTable) -> set[str]:
        return {
            segment.text.strip()
            for y in range(HEIGHT)
            for segment in table.render_line(y)
            if segment.style and segment.style.color == STYLES["changed"].color
        }

    rows = boxes(5, created=1.0)
    async with table_of(rows) as (table, pilot, _shell):
        assert marked(table) == set()
        changed = [rows[0], box("web-001", cpu=7.5, created=1.0), *rows[2:]]
        table.show(changed, Look(now=101.0))
        assert text(table)[1].endswith("100s")
        assert marked(table) == {"7.5"}
        await pilot.press("j", "j")
        assert marked(table) == {"7.5"}
        table.show(list(changed), Look(now=102.0))
        assert marked(table) == set()


async def test_a_message_stands_where_no_row_does() -> None:
    async with table_of([]) as (table, _pilot, _shell):
        assert text(table)[0] == "  nothing here"
        table.set_message(["no container", "start one"])
        assert text(table)[:3] == ["  no container", "  start one", ""]
        table.show(boxes(2), Look(now=1.0))
        assert text(table)[1].startswith("▌ web-000")
        table.set_message([])
        table.filter_by(lambda _row, _now: False)
        assert text(table)[0] == "  nothing matches the filter: 2 hidden"
        assert (table.total, table.matching, table.selected) == (2, 0, None)
        table.filter_by(None)
        assert table.matching == 2


async def test_hostile_text_is_shown_as_it_is() -> None:
    nasty = "[/red][@click=app.quit][link]"
    async with table_of([box(nasty, reason="[b]日本🙂")]) as (table, pilot, _shell):
        table.show_columns((NAME, WHY))
        await pilot.pause()
        assert text(table)[1].startswith(f"▌ {nasty}")
        assert "[b]日本🙂" in text(table)[1]


async def test_a_table_without_focus_dims_its_mark() -> None:
    async with table_of(boxes(3)) as (table, pilot, _shell):
        focused = table.render_line(1)
        assert all(s.style and s.style.bgcolor == STYLES["cursor"].bgcolor for s in focused)
        table.blur()
        await pilot.pause()
        mark = next(iter(table.render_line(1)))
        assert mark.text == "▌ "
        assert mark.style
        assert mark.style.color == STYLES["muted"].color


async def test_stale_rows_are_told_by_the_predicate() -> None:
    async with table_of(boxes(3)) as (table, _pilot, _shell):
        table.show(boxes(3), Look(now=1.0), stale=lambda one: one == ref("web-001"))
        assert [line[:1] for line in text(table)[1:4]] == ["▌", "◌", " "]


async def test_columns_do_not_shrink_between_two_ticks_but_do_on_a_resize() -> None:
    async with table_of([box("a-very-long-name-indeed"), box("b")]) as (table, pilot, _shell):
        wide = text(table)[0].index("CPU")
        table.show([box("a"), box("b")], Look(now=1.0))
        assert text(table)[0].index("CPU") == wide
        await pilot.resize_terminal(WIDTH - 1, HEIGHT)
        await pilot.pause()
        assert text(table)[0].index("CPU") < wide


async def test_the_wheel_looks_around_without_moving_the_cursor() -> None:
    async with table_of(boxes(60)) as (table, pilot, shell):
        await pilot._post_mouse_events([MouseScrollDown], table)
        await pilot.pause()
        assert table.first_visible == 4
        assert table.cursor == ref("web-000")
        assert shell.last(ResourceTable.ViewportMoved).refs == table.visible_refs
        table.show(boxes(60), Look(now=1.0))
        await pilot.press("j")
        assert table.cursor == ref("web-001")
        assert table.cursor in table.visible_refs


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    for _ in range(2_000):
        if condition():
            return
        await pilot.pause()
    raise AssertionError("it never came to be")


async def test_a_long_picture_arrives_whole_and_keys_are_answered_meanwhile() -> None:
    async with table_of(boxes(30)) as (table, pilot, shell):
        await pilot.press("j")
        many = boxes(AT_ONCE * 3)
        table.show(many, Look(now=1.0))
        assert table.total == 30, "the picture before stands until the new one is ready"
        table.action_go(1)
        assert table.cursor == ref("web-002")
        table.show(many[:-1], Look(now=2.0))
        await until(pilot, lambda: table.total == AT_ONCE * 3 - 1)
        assert shell.last(ResourceTable.Arranged)
        assert table.cursor == ref("web-002")
        table.sort_by(CPU, descending=True)
        await until(pilot, lambda: at_top(table, "web-002"))


def at_top(table: ResourceTable, name: str) -> bool:
    """Whether the largest come first, with the cursor's row kept on screen."""
    order: list[Resource] = table._model.order
    return order[0].ref == ref(f"web-{AT_ONCE * 3 - 2:03}") and ref(name) in table.visible_refs


async def test_what_it_remembers_is_no_more_than_the_screen() -> None:
    async with table_of(boxes(1_000), (NAME, AGE)) as (table, pilot, _shell):
        await pilot.press(*["pagedown"] * 30)
        assert len(table._picture._known) <= 5 * HEIGHT
        table.show(boxes(1_000), Look(now=1.0))
        assert len(table._picture._known) <= HEIGHT
