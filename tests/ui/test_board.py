"""The board on a demo fleet, steered by the keys that a person presses."""

from __future__ import annotations

from dataclasses import replace

from board_fleet import NARROW, WIDE, Fleet, sees, text_of, until

from fleetui.core.kinds import KINDS
from fleetui.core.objects import Container
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.core.state import State
from fleetui.ui.board import Board
from fleetui.ui.frame import Form
from fleetui.ui.table_pane import TablePane


def pane(board: object) -> TablePane:
    assert isinstance(board, Board)
    assert isinstance(board.pane, TablePane)
    return board.pane


async def test_overview_says_what_is_wrong_and_how_much(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        await sees(pilot, f"capacity  {fleet.count('capacity')} · ▲ 1")
        lines = text_of(pilot.app).splitlines()
        assert "acme" in lines[0]
        assert lines[0].endswith("08:56:40")
        # The worst stands first, with its reason.
        assert "deploy/checkout" in lines[3]
        assert "CrashLoopBackOff" in lines[3]


async def test_only_visible_sources_are_read_and_visible_rows_measured(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        await until(pilot, lambda: fleet.still.looked, "rows are looked at")
        (subscription,) = fleet.still.subscriptions
        kinds = {key.kind for key in subscription.keys}
        assert kinds >= {"capacity", "alerts", "query"}
        assert not kinds & {"images", "volumes", "networks"}
        assert 20 < len(fleet.still.looked) < 80

        await pilot.press("3")
        await until(pilot, lambda: "images" in {k.kind for k in subscription.keys}, "images")
        assert "capacity" not in {key.kind for key in subscription.keys}

        await pilot.press("z")
        await until(
            pilot,
            lambda: {key.kind for key in subscription.keys} == {"containers", "alerts"},
            "only the zoomed pane and the alerts",
        )


async def test_enter_opens_members_and_escape_comes_back_to_the_row(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("j", "j")
        board = app.board
        row = pane(board).table.selected
        assert row is not None
        await pilot.press("enter")
        await sees(pilot, f"capacity › {row.ref.short}")
        members = [link.ref.name for link in row.links if link.relation == "has"]
        await until(pilot, lambda: all(m[:14] in text_of(app) for m in members), "members")
        await pilot.press("escape")
        await until(pilot, lambda: "›" not in text_of(app).splitlines()[1], "the trail is gone")
        assert pane(board).table.cursor == row.ref


async def test_the_drilled_view_stays_live(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("enter")
        await sees(pilot, "capacity › deploy/checkout")
        member = pane(app.board).table.selected
        assert isinstance(member, Container)
        for key in fleet.still.keys("containers", "kubernetes"):
            snapshot = fleet.still.store.snapshot(key)
            rows = tuple(
                replace(row, state=State.FAILED, reason="out of memory") if row is member else row
                for row in snapshot.rows
            )
            fleet.still.put(replace(snapshot, generation=2, rows=rows))
        await sees(pilot, "out of memory")


async def test_a_row_without_links_says_so_in_the_footer(fleet: Fleet) -> None:
    app = fleet.app()
    key = SourceKey("ssh", "lonely", "compute")
    cls = KINDS["compute"]
    row = cls(ref=Ref("ssh", "lonely", "host", "1", "a-lonely-host"), state=State.FAILED)
    fleet.still.extra.append(key)
    fleet.still.put(Snapshot(key, 1, (row,), fetched_at=fleet.now))
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("tab", "tab", "tab")
        await sees(pilot, "a-lonely-host")
        await pilot.press("g", "enter")
        await sees(pilot, "host/a-lonely-host links to nothing")
        await pilot.press("j")
        await sees(pilot, "1–5 screens")


async def test_filter_applies_while_typing_and_shows_the_place_of_a_mistake(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, f"capacity  {fleet.count('capacity')}")
        await pilot.press("slash", *"kind:asg")
        await until(
            pilot,
            lambda: pane(app.board).table.matching < fleet.count("capacity"),
            "rows are fewer",
        )
        asgs = pane(app.board).table.matching
        assert asgs >= 1
        await pilot.press("space", *"stat:run")
        await sees(pilot, "did you mean state?")
        carets = text_of(app).splitlines()[-1]
        typed = text_of(app).splitlines()[-2]
        assert carets.index("^") == typed.index("stat:run")
        assert carets.count("^") == len("stat:run")
        # Enter keeps nothing that cannot be read.
        await pilot.press("enter")
        assert app.board is not None
        assert app.focused is app.board.prompt
        await pilot.press("ctrl+w", "enter")
        await sees(pilot, "/kind:asg")
        assert pane(app.board).table.matching == asgs
        await pilot.press("escape")
        await until(
            pilot,
            lambda: pane(app.board).table.matching == fleet.count("capacity"),
            "all rows again",
        )


async def test_one_letter_keys_are_letters_in_the_prompt(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, f"capacity  {fleet.count('capacity')}")
        await pilot.press("slash", *"qz1!S")
        assert app.board is not None
        assert app.board.prompt.text == "qz1!S"
        await sees(pilot, f"none of {fleet.count('capacity')} matches qz1!S")
        await pilot.press("escape")
        await sees(pilot, "deploy/checkout")


async def test_only_what_is_wrong(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, f"capacity  {fleet.count('capacity')}")
        await pilot.press("exclamation_mark")
        await sees(pilot, f"1 of {fleet.count('capacity')} · ▲ 1  ! wrong only")
        await pilot.press("escape")
        await sees(pilot, f"capacity  {fleet.count('capacity')} · ▲ 1 ──")


async def test_sort_by_a_column(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, f"capacity  {fleet.count('capacity')}")
        await pilot.press("S", *"cp", "enter")
        await sees(pilot, "↓ cpu")
        loads = [getattr(row, "cpu", None) for row in shown_rows(pane(app.board))]
        known = [load for load in loads if load is not None]
        assert len(known) > 5
        assert known == sorted(known, reverse=True)


def shown_rows(of: TablePane) -> list[object]:
    by_ref = {row.ref: row for row in of.picture.rows}
    return [by_ref[ref] for ref in of.visible_refs]


async def test_zoom_and_q_from_the_top_only(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "services")
        await pilot.press("z")
        await until(pilot, lambda: "services  " not in text_of(app), "one pane")
        await pilot.press("q")
        await sees(pilot, "Esc goes back; q quits from the top")
        await pilot.press("escape")
        await sees(pilot, "services  ")
        assert app.is_running
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running, "it has quit")


async def test_tab_goes_round_the_panes(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, f"capacity  {fleet.count('capacity')}")
        board = app.board
        assert board is not None
        names = [board.current]
        for _ in board.panes:
            await pilot.press("tab")
            names.append(board.current)
            assert app.focused is board.pane.body
        assert names == [*board.panes, names[0]]
        await pilot.press("shift+tab")
        assert board.current == list(board.panes)[-1]


async def test_narrow_makes_tabs(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=NARROW) as pilot:
        await sees(pilot, "CAPACITY ▲1")
        lines = text_of(app).splitlines()
        assert lines[0].startswith(" 1 overview")
        assert "services" in lines[1]
        await pilot.press("tab")
        await sees(pilot, "SERVICES")
        assert app.board is not None
        assert app.board._frame.form is Form.TABS
        assert len(app.board.shown) == 1


async def test_keys_that_arrive_together_leave_tabs_and_pane_of_one_mind(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=NARROW) as pilot:
        await sees(pilot, "CAPACITY ▲1")
        board = app.board
        assert board is not None
        board.action_next_pane(-1)
        board.action_next_pane(1)
        for _ in range(5):
            await pilot.pause()
        assert board.current == "capacity"
        assert app.focused is board.pane.body
        assert "CAPACITY" in text_of(app)
        await pilot.press("tab")
        await sees(pilot, "svc/api")


async def test_too_small_says_so_and_recovers(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=(40, 8)) as pilot:
        await sees(pilot, "too small: 40×8")
        await pilot.resize_terminal(*NARROW)
        await sees(pilot, "CAPACITY")
        await pilot.resize_terminal(*WIDE)
        await sees(pilot, f"capacity  {fleet.count('capacity')}")


async def test_an_outage_keeps_the_rows(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "deploy/checkout")
        fleet.break_down("kubernetes", "green", 0)
        fleet.break_down("kubernetes", "blue", 252)
        await sees(pilot, "◌ 4m 10s")
        text = text_of(app)
        assert "kubernetes/blue: connection refused · is it running?" in text
        assert "deploy/checkout" in text
        assert "k8s ✖" in text.splitlines()[0]


async def test_an_outage_is_told_in_a_narrow_terminal_too(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=NARROW) as pilot:
        await sees(pilot, "deploy/checkout")
        fleet.break_down("kubernetes", "blue", 252)
        await sees(pilot, "connection refused")


async def test_refresh_asks_for_what_is_shown(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, f"capacity  {fleet.count('capacity')}")
        await pilot.press("f5")
        assert {key.kind for key in fleet.still.refreshed} >= {"capacity", "services", "query"}


async def test_notes_stand_until_the_first_key(fleet: Fleet) -> None:
    app = fleet.app(notes=("found docker at /run/docker.sock",))
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "found docker at /run/docker.sock")
        await pilot.press("j")
        await until(pilot, lambda: "found docker" not in text_of(app), "the note is gone")


async def test_a_board_that_was_left_at_once_reads_nothing(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        await until(pilot, lambda: fleet.still.looked, "rows are looked at")
        first = pilot.app.board
        await pilot.press("3")
        await until(pilot, lambda: pilot.app.board is not first, "another board")
        (subscription,) = fleet.still.subscriptions
        await until(pilot, lambda: "images" in {k.kind for k in subscription.keys}, "images")

        # What a board had asked for after its next paint may come when it is gone.
        first.read_needed()

        assert "images" in {key.kind for key in subscription.keys}
