"""Changing things from the keyboard: the plan before, the row meanwhile, the words after."""

from __future__ import annotations

import pytest
from board_fleet import NARROW, WIDE, sees, text_of, until
from change_fleet import ChangingFleet, Slow, dialog_of, pane_of, stand
from test_typed_ahead import burst

from fleetui.actions.policy import Policy, Refusal
from fleetui.core.change import Phase
from fleetui.core.state import State
from fleetui.ui.board import Board
from fleetui.ui.change.dialog import PlanDialog

pytestmark = pytest.mark.usefixtures("at_once")
FREE = Policy()


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_number_is_typed_planned_confirmed_and_followed(
    changing: ChangingFleet, size: tuple[int, int]
) -> None:
    app = changing.changing(FREE)
    async with app.run_test(size=size) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("s")
        await sees(pilot, "scale deploy/search: 3 →")
        await pilot.press("plus", "2")
        await sees(pilot, "3  →  5")
        assert "scale back to 3, any time" in text_of(app)
        assert changing.sent == []
        await dialog_of(pilot, app)
        await pilot.press("enter")
        await sees(pilot, "begun: scale of deploy/search, desired 3 → 5")
        await sees(pilot, "◐ scale")
        assert changing.sent == ["scale deploy/search"]
        changing.now += 120
        await until(pilot, lambda: changing.journal.phases[-1][1] is Phase.DONE, "its end")
        app.follow()
        await sees(pilot, "done: scale of deploy/search 3 → 5")
        assert "◐ scale" not in text_of(app)
        assert set(changing.still.refreshed) >= set(
            changing.still.keys("capacity", "kubernetes", "blue")
        )


async def test_production_is_marked_and_its_name_is_typed(changing: ChangingFleet) -> None:
    app = changing.changing()
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("r")
        await sees(pilot, "PRODUCTION")
        await sees(pilot, "type search to go ahead:")
        await dialog_of(pilot, app)
        await pilot.press("enter")
        await pilot.press(*"sea", "enter")
        await sees(pilot, "that is not its name")
        assert changing.sent == []
        await pilot.press(*"rch", "enter")
        await sees(pilot, "begun: redeploy of deploy/search")
        assert changing.sent == ["redeploy deploy/search"]


async def test_a_reason_is_asked_for_where_policy_wants_one(changing: ChangingFleet) -> None:
    policy = Policy(reason="always", places={"reason": "config.toml:7"})
    app = changing.changing(policy)
    async with app.run_test(size=NARROW) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("r")
        await sees(pilot, "why:")
        await dialog_of(pilot, app)
        await pilot.press("enter")
        await sees(pilot, "a reason must be given")
        await pilot.press(*"new build", "enter")
        await sees(pilot, "begun: redeploy")
        (entry,) = changing.journal.written.values()
        assert entry.action.reason == "new build"


async def test_enter_means_nothing_before_the_plan_was_there_for_a_moment(
    changing: ChangingFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PlanDialog, "MOMENT_S", 3600.0)
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        burst(app, "r", "<enter>", "<enter>")
        await dialog_of(pilot, app)
        await pilot.press("enter")
        await sees(pilot, "read it first, then Enter goes ahead")
        assert changing.sent == []


async def test_enter_that_is_held_down_means_nothing(
    changing: ChangingFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PlanDialog, "QUIET_S", 3600.0)
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        burst(app, "r", "<enter>")
        dialog = await dialog_of(pilot, app)
        await until(pilot, lambda: dialog._entered_at > 0, "the first Enter was seen")
        for _ in range(5):
            await pilot.press("enter")
        await sees(pilot, "read it first")
        assert changing.sent == []


async def test_two_enters_begin_once_and_none_reaches_the_board(changing: ChangingFleet) -> None:
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("r")
        dialog = await dialog_of(pilot, app)
        # From now on the dialog waits until Enter is left alone.
        dialog.QUIET_S = 0.2  # type: ignore[misc]
        burst(app, "<enter>", "<enter>", "<enter>")
        await sees(pilot, "begun: redeploy of deploy/search")
        assert changing.sent == ["redeploy deploy/search"]
        assert pane_of(app).trail == []


async def test_a_plan_that_does_not_come_blocks_no_key_and_esc_drops_it(
    changing: ChangingFleet,
) -> None:
    writer = Slow()
    app = changing.changing(FREE, writers=(writer,))
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("s", "6")
        await until(pilot, writer.asked.is_set, "it was asked")
        await sees(pilot, "working it out")
        await pilot.press("enter")
        await sees(pilot, "the plan comes first")
        await pilot.press("backspace", "4")
        await sees(pilot, "3 → 4")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Board), "the board")
        assert (writer.sent(), changing.sent) == ([], [])


async def test_what_was_worked_out_for_another_value_is_never_shown_as_this_one(
    changing: ChangingFleet,
) -> None:
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("s", "5")
        dialog = await dialog_of(pilot, app)
        await sees(pilot, "3  →  5")
        old = dialog.proposal
        assert old is not None
        await pilot.press("backspace", "7")
        dialog.post_message(PlanDialog.Planned(dialog._generation - 1, old))
        await sees(pilot, "3  →  7")
        assert dialog.proposal is not old


async def test_a_value_that_is_none_is_told_with_how_to_write_one(changing: ChangingFleet) -> None:
    app = changing.changing(FREE)
    async with app.run_test(size=NARROW) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("s", *"many")
        await sees(pilot, '"many" is no number of members')
        await sees(pilot, "write 6, +2, -1 or x2")
        await pilot.press("enter")
        assert changing.sent == []
        assert isinstance(app.screen, PlanDialog)


async def test_a_refusal_says_its_rule_its_place_and_what_can_be_done(
    changing: ChangingFleet,
) -> None:
    policy = Policy(protect=(("*/deploy/search", "config.toml:41"),))
    app = changing.changing(policy)
    async with app.run_test(size=NARROW) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("r")
        await sees(pilot, "✖ refused: deploy/search is protected by")
        text = text_of(app)
        assert "config.toml:41" in " ".join(text.replace("│", " ").split())
        assert "take it from `protect` there" in text
        await dialog_of(pilot, app)
        await pilot.press("enter")
        assert changing.sent == []
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Board), "the board")


READ_ONLY = Refusal("read-only", "nothing is changed from here", "--read-only")
CHANGES = ("s", "r", "R", "t", "u", "x", "X")
WORDS = (
    "scale 6", "redeploy", "rollback", "stop", "start", "restart", "pause", "unpause", "kill",
    "rename a", "resize 1GiB", "remove", "pull", "prune", "cancel", "undo", "shell", "stop_start",
)  # fmt: skip


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_read_only_every_key_and_command_says_why_and_opens_nothing(
    changing: ChangingFleet, size: tuple[int, int]
) -> None:
    app = changing.app(read_only=True, shut=READ_ONLY)
    async with app.run_test(size=size) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await sees(pilot, "READ-ONLY")
        assert "s scale" not in text_of(app)
        for key in CHANGES:
            await pilot.press(key)
            await sees(pilot, "nothing is changed from here (read-only, --read-only)")
            assert isinstance(app.screen, Board)
            await pilot.press("end")
        for word in WORDS:
            burst(app, ":", word, "<enter>")
            await sees(pilot, "nothing is changed from here (read-only, --read-only)")
            assert isinstance(app.screen, Board)
            await pilot.press("end")


async def test_on_the_wallboard_no_such_key_exists(changing: ChangingFleet) -> None:
    app = changing.app(wallboard=(), read_only=True)
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "capacity")
        bound = {key for binding in app.screen._bindings.key_to_bindings for key in [binding]}
        assert not bound & set(CHANGES)
        for key in CHANGES:
            await pilot.press(key)
        assert isinstance(app.screen, Board)
        assert app.context.options.door is None


async def test_a_key_that_cannot_act_says_why_and_is_not_in_the_footer(
    changing: ChangingFleet,
) -> None:
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await sees(pilot, "s scale  r redeploy")
        assert "t stop" not in text_of(app)
        await pilot.press("t")
        await sees(pilot, "kubernetes has no stop for a deploy (back end)")
        await stand(pilot, app, changing, "host/build-arm")
        await pilot.press("t")
        await sees(pilot, "has no")
        await pilot.press("s")
        await sees(pilot, "ssh has no scale for a host (back end)")


async def test_marked_rows_are_stopped_together_and_who_cannot_is_left_out(
    changing: ChangingFleet,
) -> None:
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("3")
        await sees(pilot, "networks")
        await pilot.press("slash", *"provider:docker", "enter")
        pane = pane_of(app)
        # Those that the demo's story leaves alone.
        running = [changing.row("container/vault"), changing.row("container/buildkitd")]
        paused = next(row for row in pane.picture.rows if row.state is State.PAUSED)
        for row in (*running, paused):
            pane.table.move_to(row.ref)
            await pilot.press("space")
        await sees(pilot, "3 marked")
        burst(app, ":stop", "<enter>")
        await sees(pilot, "stop 2 containers")
        await sees(pilot, f"{paused.ref.short}")
        await sees(pilot, "left out: it is paused")
        await sees(pilot, "one after another; the first failure stops the rest")
        await dialog_of(pilot, app)
        await pilot.press("enter")
        await sees(pilot, "begun: stop of 2 targets")
        assert changing.sent == [f"stop {row.ref.short}" for row in running]
        while not all(row.ended for row in changing.door.book.rows()):  # type: ignore[union-attr]
            changing.now += 1
            await pilot.pause()
        app.follow()
        await sees(pilot, "stop of 2: 2 done")


async def test_undo_is_a_plan_of_its_own_and_is_refused_where_the_world_moved_on(
    changing: ChangingFleet,
) -> None:
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("u")
        await sees(pilot, "nothing that was changed of late can be taken back")
        await pilot.press("s", "5")
        await dialog_of(pilot, app)
        await sees(pilot, "3  →  5")
        await dialog_of(pilot, app)
        await pilot.press("enter")
        await sees(pilot, "begun: scale")
        changing.now += 120
        await until(pilot, lambda: changing.journal.phases[-1][1] is Phase.DONE, "its end")
        await pilot.press("u")
        await sees(pilot, "undo: scale of deploy/search")
        await sees(pilot, "5  →  3")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Board), "the board")
        burst(app, ":scale 8", "<enter>")
        await sees(pilot, "5  →  8")
        await dialog_of(pilot, app)
        await pilot.press("enter")
        await sees(pilot, "desired 5 → 8")
        # While that is under way, the last thing that is done is the first scale.
        await pilot.press("u")
        await sees(pilot, "changed since: desired was made 5 and is 8")
