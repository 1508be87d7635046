"""Marks, patterns, named filters, the sort picker, and the next thing that is wrong."""

from __future__ import annotations

from dataclasses import replace

from board_fleet import NARROW, WIDE, Fleet, sees, text_of, until

from fleetui.config.filters import language
from fleetui.core.objects import is_wrong
from fleetui.core.state import State
from fleetui.core.tables import TABLES
from fleetui.ui.app import FleetApp
from fleetui.ui.chart_pane import ChartPane
from fleetui.ui.sort_picker import Choice, SortPicker
from fleetui.ui.table_pane import TablePane

LANGUAGE = language({"broken": "!state:running !state:stopped", "brown": "brown", "shop": "shop"})


def pane(app: FleetApp) -> TablePane:
    assert app.board is not None
    assert isinstance(app.board.pane, TablePane)
    return app.board.pane


async def test_marks_belong_to_things_and_outlive_sort_filter_and_refresh(fleet: Fleet) -> None:
    app = fleet.app(language=LANGUAGE)
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("space", "j", "j", "j", "ctrl+@")
        await sees(pilot, f"capacity  {fleet.count('capacity')} · ▲ 1  ✓ 4 marked")
        marked = [row.ref for row in pane(app).marked]
        assert marked == list(pane(app).table.visible_refs[:4])
        assert sum("✓" in line for line in text_of(app).splitlines()[3:]) == 4
        await pilot.press("S", *"unit", "enter")
        await sees(pilot, "✓ 4 marked  ↑ unit")
        await pilot.press("slash", *"asg", "enter")
        await sees(pilot, "✓ 4 marked  /asg")
        for key in fleet.still.keys("capacity"):
            snapshot = fleet.still.store.snapshot(key)
            rows = tuple(replace(row, reason="again") for row in snapshot.rows)
            fleet.still.put(replace(snapshot, generation=2, rows=rows))
        await sees(pilot, "again")
        assert [row.ref for row in pane(app).marked] == marked
        # What is gone is no longer counted.
        for key in fleet.still.keys("capacity"):
            snapshot = fleet.still.store.snapshot(key)
            rows = tuple(row for row in snapshot.rows if row.ref != marked[0])
            fleet.still.put(replace(snapshot, generation=3, rows=rows))
        await sees(pilot, "✓ 3 marked")
        # Esc takes the marks first, then the filter.
        await pilot.press("escape")
        await until(pilot, lambda: "marked" not in text_of(app), "no marks")
        assert "/asg" in text_of(app)
        await pilot.press("escape")
        await until(pilot, lambda: "/asg" not in text_of(app), "no filter")


async def test_marking_says_when_there_is_nothing_to_mark(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("ctrl+@")
        await sees(pilot, "no mark to begin from is in sight: Space marks one row")
        await pilot.press("slash", *"zzzz", "enter", "space")
        await sees(pilot, "no row to mark")
        await pilot.press("escape")
        board = app.board
        assert board is not None
        chart = next(n for n, p in board.panes.items() if isinstance(p, ChartPane))
        board.focus_pane(chart)
        for key, verb in (("space", "mark"), ("slash", "filter"), ("S", "sort")):
            await pilot.press(key)
            await sees(pilot, f"a chart has no rows to {verb}")


async def test_marks_are_seen_where_panes_are_tabs(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=NARROW) as pilot:
        await sees(pilot, "CAPACITY")
        await pilot.press("space")
        await sees(pilot, "✓ 1 marked")


async def test_only_wrong_in_every_pane_and_on_every_screen(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("exclamation_mark")
        await until(pilot, lambda: text_of(app).count("! wrong only") >= 5, "every pane")
        board = app.board
        assert board is not None
        for one in board.panes.values():
            if isinstance(one, TablePane):
                wrong = sum(map(is_wrong, one.picture.rows))
                assert one.table.matching == wrong
        await pilot.press("3")
        await until(pilot, lambda: app.board is not board, "another screen")
        await sees(pilot, "! wrong only")
        await pilot.press("escape")
        await until(pilot, lambda: text_of(app).count("! wrong only") == 1, "all of it")
        await pilot.press("1")
        await until(pilot, lambda: app.board is board, "the first screen")
        await until(pilot, lambda: text_of(app).count("! wrong only") == 1, "all of it here too")


async def test_n_goes_from_wrong_to_wrong_and_on_into_the_next_pane(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        board = app.board
        assert board is not None
        seen = []
        for _ in range(12):
            await pilot.press("n")
            row = pane(app).table.selected
            assert row is not None
            assert is_wrong(row)
            seen.append((board.current, row.ref))
        panes = {name for name, _ref in seen}
        assert len(panes) > 2
        assert not any(board.panes[name].spec.show == "events" for name in panes)
        # Nothing is left out, and the same way leads back.
        for name, wanted in reversed(seen[:-1]):
            await pilot.press("N")
            assert board.current == name
            assert pane(app).table.cursor == wanted


async def test_n_says_when_nothing_is_wrong(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        for snapshot in fleet.still.store.snapshots():
            rows = tuple(
                replace(row, state=State.RUNNING, health=type(row.health).NONE)
                for row in snapshot.rows
            )
            fleet.still.put(replace(snapshot, generation=2, rows=rows))
        await until(pilot, lambda: "▲ 1" not in text_of(app), "all is well")
        await pilot.press("n")
        await sees(pilot, "nothing that is shown on this screen is wrong")


async def test_a_hostile_pattern_leaves_the_rows_and_says_why(fleet: Fleet) -> None:
    key = fleet.still.keys("capacity")[0]
    snapshot = fleet.still.store.snapshot(key)
    rows = (replace(snapshot.rows[0], reason="x" * 4000), *snapshot.rows[1:])
    fleet.still.put(replace(snapshot, generation=2, rows=rows))
    app = fleet.app(language=LANGUAGE)
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("slash", *"/(x+x+)+y/")
        await sees(pilot, "/(x+x+)+y/ takes too long: make it simpler")
        assert pane(app).table.matching == fleet.count("capacity")
        lines = text_of(app).splitlines()
        assert lines[-1].index("^") == lines[-2].index("/(x")
        await pilot.press("enter")
        assert app.board is not None
        assert app.focused is app.board.prompt
        await pilot.press("ctrl+u", *"/^asg/", "enter")
        await sees(pilot, "//^asg/")
        assert 0 < pane(app).table.matching < fleet.count("capacity")


async def test_a_filter_that_becomes_hostile_is_taken_off(fleet: Fleet) -> None:
    app = fleet.app(language=LANGUAGE)
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("slash", *"!/(x+x+)+y/", "enter")
        await sees(pilot, "/!/(x+x+)+y/")
        key = fleet.still.keys("capacity")[0]
        snapshot = fleet.still.store.snapshot(key)
        rows = (replace(snapshot.rows[0], reason="x" * 4000), *snapshot.rows[1:])
        fleet.still.put(replace(snapshot, generation=2, rows=rows))
        await sees(pilot, "the filter is taken off: /(x+x+)+y/ takes too long")
        assert pane(app).table.matching == fleet.count("capacity")
        assert pane(app).view.text == ""


async def test_names_of_filters_and_columns_are_completed(fleet: Fleet) -> None:
    app = fleet.app(language=LANGUAGE)
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("slash", *"!@br")
        await sees(pilot, "@broken  @brown · Tab completes")
        assert app.board is not None
        prompt = app.board.prompt
        await pilot.press("tab")
        assert prompt.text == "!@bro"
        await pilot.press("k", "tab")
        assert prompt.text == "!@broken"
        await sees(pilot, "@broken = !state:running !state:stopped")
        await pilot.press("space", *"sta", "tab")
        assert prompt.text == "!@broken state:"
        await pilot.press(*"run", "tab", "enter")
        await sees(pilot, "/!@broken state:run")


async def test_the_sort_picker(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("S")
        await sees(pilot, "┌ sort capacity ")
        await sees(pilot, "▌ state        ↑ least first")
        await pilot.press("j", "backspace", "down")
        await sees(pilot, "▌ unit")
        assert pane(app).sorted_by == ("unit", False)
        await pilot.press("S")
        assert pane(app).sorted_by == ("unit", True)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, SortPicker), "it is closed")
        assert pane(app).sorted_by == ("state", False)
        await pilot.press("S", *"mem", "S", "enter")
        await sees(pilot, "↑ mem")


def test_choosing_a_column() -> None:
    columns = list(TABLES["capacity"].columns.values())
    choice = Choice(columns, "state", descending=False)
    assert choice.column is not None
    assert choice.column.name == "state"
    assert choice.narrow("cp")
    assert (choice.current, choice.descending) == ("cpu", True)
    assert not choice.narrow("cpx")
    assert choice.typed == "cp"
    assert choice.narrow("")
    choice.go(1000)
    assert choice.column is columns[-1]


async def test_copying_takes_what_is_marked(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("j", "space", "j", "space", "g", "c")
        refs = [str(row.ref) for row in pane(app).marked]
        assert len(refs) == 2
        await until(pilot, lambda: app.clipboard.splitlines() == refs, "both refs")
