"""The log view over the board, steered by keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from board_fleet import NARROW, WIDE, Fleet, sees, text_of, until
from log_on_screen import opened, put
from textual.binding import Binding

from fleetui.core.logs.line import Level, RawLine
from fleetui.core.logs.store import LogStore
from fleetui.core.ref import Ref
from fleetui.ui.keys import LOG
from fleetui.ui.logs.asking import query_of
from fleetui.ui.logs.screen import LogScreen
from fleetui.ui.logs.view import LogView

A = Ref("kubernetes", "blue/shop", "pod", "a", "a")


async def test_from_what_is_wrong_to_the_line_that_says_why(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        await sees(pilot, "log deploy/checkout")
        await pilot.press("v", "v", "v")
        await until(pilot, lambda: screen.view.wanted.level is Level.ERROR, "only errors")
        await sees(pilot, "KeyError: 'STRIPE_API_VERSION'")
        await pilot.press("escape")
        await until(pilot, lambda: screen.view.wanted.everything, "all again")
        await pilot.press("escape")
        await sees(pilot, "capacity")
        assert screen.session.done or not screen.is_attached


async def test_search_goes_from_match_to_match(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        put(screen, "INFO needle one", "INFO hay", "INFO Needle two")
        await pilot.press("slash", *"needle", "enter")
        assert not screen.view.follow
        found = []
        for key in ("n", "n"):
            await pilot.press(key)
            assert screen.view.cursor is not None
            found.append(screen.view.cursor.text)
        assert sorted(found) == ["INFO Needle two", "INFO needle one"]
        await pilot.press("escape", "n")
        await sees(pilot, "search first: /")


async def test_a_pause_loses_nothing_and_says_how_many_wait(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        screen = await opened(pilot)

        def late() -> int:
            return sum("late " in line.text for line in screen.view.shown)

        await pilot.press("P")
        put(screen, *(f"INFO late {n}" for n in range(250)))
        # Its sources may still have had older lines on their way: they wait with these.
        await until(
            pilot,
            lambda: (
                screen.view.waiting >= 250
                and f"paused, {screen.view.waiting:,} wait" in text_of(pilot.app)
            ),  # type: ignore[arg-type]
            "all of them wait, and are counted",
        )
        assert late() == 0
        await pilot.press("P", "G")
        await sees(pilot, "late 249")
        assert late() == 250
        assert screen.view.waiting == 0


async def test_a_pause_stops_reading_before_anything_is_dropped(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        await pilot.press("P")
        await until(pilot, lambda: screen.view.paused, "the pause")
        # In one step: what its sources kept before it was opened may still be on its way.
        screen.view.store.most_lines = screen.view.store._kept + 1000
        put(screen, *(f"INFO {n}" for n in range(990)))
        await sees(pilot, "more wait at the source")
        assert not screen.session._gate.is_set()
        assert not screen.view.store.dropped
        await pilot.press("P")
        await until(pilot, screen.session._gate.is_set, "it reads on")


async def test_what_is_dropped_is_said(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        screen.view.store.most_lines = 500
        put(screen, *(f"INFO {n}" for n in range(700)))
        await sees(pilot, " dropped")
        assert len(screen.view.store.lines) <= 500
        assert screen.view.store.seen == screen.view.store.dropped + sum(
            1 + len(line.more or ()) for line in screen.view.store.lines.tail()
        )


async def test_filter_says_what_is_wrong_with_it(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        put(
            screen,
            '{"level":"info","msg":"ok","status":200}',
            '{"level":"error","msg":"bad","status":599}',
        )
        await pilot.press("ampersand", *"status>x")
        await sees(pilot, "'x' is no number")
        await pilot.press("backspace", *"598", "enter")
        await until(pilot, lambda: len(screen.view.shown) == 1, "one is left")
        await sees(pilot, "1 of ")
        await pilot.press("j", "f")
        await sees(pilot, "status  599")


async def test_a_trace_is_followed_over_all_sources(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        put(screen, "INFO x trace_id=feedbeef01", "INFO y", '{"msg":"z","traceId":"feedbeef01"}')
        await pilot.press("G", "t")
        await until(pilot, lambda: len(screen.view.shown) == 2, "both lines of the trace")
        await sees(pilot, "trace feedbeef01")
        await pilot.press("t")
        await until(pilot, lambda: len(screen.view.shown) > 2, "all again")


async def test_a_folded_trace_unfolds_and_long_lines_wrap(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=NARROW) as pilot:
        screen = await opened(pilot)
        put(
            screen,
            "ERROR boom",
            "Traceback (most recent call last):",
            '  File "x.py", line 7',
            "ValueError: seven",
        )
        await sees(pilot, "▸ 3 lines")
        await pilot.press("enter")
        await sees(pilot, 'File "x.py", line 7')
        await pilot.press("f", "G")
        put(screen, "INFO " + "word " * 60 + "LAST")
        await pilot.press("w", "G")
        await sees(pilot, "LAST")


async def test_hostile_lines_leave_the_screen_whole(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        put(
            screen,
            "[red]x[/red] [@click=app.quit]y[/]",
            "wide 漢字 " * 60,
            '{"msg":"\\u001b]52;c;eA==\\u0007<"}',
        )
        await sees(pilot, "[red]x[/red] [@click=app.quit]y[/]")
        assert "\x1b" not in text_of(pilot.app)  # type: ignore[arg-type]


async def test_what_has_no_log_says_why(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("slash", *"unit:asg/web", "enter", "l")
        await sees(pilot, "its members are machines: they keep no log here")
        await pilot.press("1", "4")


async def test_another_part_is_read_and_words_that_mean_nothing_are_refused(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        await pilot.press("o", *"soon", "enter")
        await sees(pilot, "'soon': try 10m, 500 or all")
        await pilot.press("ctrl+u", *"5", "enter")
        await until(pilot, lambda: 0 < screen.view.store.seen < 400, "a few lines")
        await pilot.press("p")
        await sees(pilot, "the run before")


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_long_lines_are_looked_at_sideways(fleet: Fleet, size: tuple[int, int]) -> None:
    async with fleet.app().run_test(size=size) as pilot:
        screen = await opened(pilot)
        await pilot.press("v", "v", "v")
        put(screen, "ERROR begin " + "word " * 100 + "LAST")
        await pilot.press("G")
        await sees(pilot, "begin word")
        await pilot.press("right")
        assert screen.look.left == 8
        await sees(pilot, "error …d word")
        await pilot.press("shift+right")
        assert screen.look.left > size[0] // 2
        await pilot.press("dollar_sign")
        await sees(pilot, "word LAST")
        far = screen.look.left
        await pilot.press("right", "right")
        assert screen.look.left == far
        await pilot.press("shift+left")
        assert screen.look.left < far
        await pilot.press("0")
        await sees(pilot, "begin word")
        await pilot.press("left", "w", "right")
        await sees(pilot, "long lines are wrapped")
        assert screen.look.left == 0


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_wrapping_keeps_the_entry_under_the_cursor_where_it_is(
    fleet: Fleet, size: tuple[int, int]
) -> None:
    async with fleet.app().run_test(size=size) as pilot:
        screen = await opened(pilot)
        put(screen, *(f"INFO {n} " + "word " * (n * 7 % 90) for n in range(300)))
        await pilot.press(*["k"] * 70)
        await pilot.pause()

        def row() -> int:
            return next(
                n
                for n, line in enumerate(text_of(pilot.app).split("\n"))
                if "▌" in line  # type: ignore[arg-type]
            )

        await pilot.press(*["j"] * 8)
        cursor, at = screen.view.cursor, row()
        for _ in range(2):
            await pilot.press("w")
            await pilot.pause()
            assert screen.view.cursor is cursor
            assert row() == at


async def test_a_match_out_of_sight_is_brought_into_sight(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=NARROW) as pilot:
        screen = await opened(pilot)
        put(screen, "INFO " + "word " * 60 + "needle " + "word " * 60)
        await pilot.press("slash", *"needle", "enter")
        await sees(pilot, "word needle word")
        assert screen.look.left > 200


@pytest.mark.parametrize(
    ("text", "since", "tail"), [("10m", 400.0, None), ("500", None, 500), ("all", None, None)]
)
def test_words_for_a_part_of_a_log(text: str, since: float | None, tail: int | None) -> None:
    from fleetui.core.logs.line import LogQuery

    found = query_of(text, LogQuery(follow=True), 1000.0)
    assert (found.since, found.tail, found.follow) == (since, tail, True)


def test_every_key_is_bound_once_and_every_action_is_there() -> None:
    keys = [key for b in LogScreen.BINDINGS if isinstance(b, Binding) for key in b.key.split(",")]
    bound = [key for key in keys if key != "none"]  # what acts by its name alone
    assert len(bound) == len(set(bound))
    assert set(bound) == {key for entry in LOG for key in entry.keys}
    for entry in LOG:
        if not entry.action.startswith("app."):
            assert hasattr(LogScreen, f"action_{entry.action.partition('(')[0]}")


def test_the_cursor_stays_with_its_entry_while_others_come_and_go() -> None:
    view = LogView(LogStore(most_lines=100))
    view.take([RawLine(n, A, f"INFO {n}") for n in range(1, 101)])
    assert view.cursor is not None
    assert view.cursor.text == "INFO 100"
    view.go(50)
    view.take([RawLine(n, A, f"INFO {n}") for n in range(101, 141)])
    assert view.cursor.text == "INFO 51"
    view.take([RawLine(n, A, f"INFO {n}") for n in range(141, 201)])
    # It was let go: the cursor stands on the oldest that is left.
    assert not view.cursor.dropped


def drive(steps: object, act: Callable[[], object]) -> None:
    next(steps)  # type: ignore[call-overload]
    act()
    for _ in steps:  # type: ignore[attr-defined]
        pass


def test_lines_that_come_while_a_filter_works_are_not_lost() -> None:
    from fleetui.core.logs.match import Wanted

    view = LogView()
    view.take([RawLine(n, A, f"INFO {n % 2}") for n in range(1, 5001)])
    late = [RawLine(6000, A, "INFO 1"), RawLine(6001, A, "INFO 0")]
    drive(
        view.want(Wanted(text="1")),
        lambda: view.take(late),
    )
    assert view.shown[len(view.shown) - 1].at == 6000
    assert all("1" in line.text for line in view.shown.tail())


async def test_on_a_narrow_terminal_a_folded_trace_still_says_what_it_comes_to(
    fleet: Fleet,
) -> None:
    async with fleet.app().run_test(size=NARROW) as pilot:
        await opened(pilot)
        await pilot.press("v", "v", "v")
        await sees(pilot, "▸ 7: KeyError: 'STRIPE_API_VERSION'")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (["o", *"soon"], "'soon': try 10m, 500 or all"),
        (["ampersand", *'"open'], "a quote is not closed"),
        (["ampersand", *"level", "colon", *"loud"], "no level is called 'loud': there is trace"),
        (["ampersand", *"status", "greater_than_sign", "x"], "'x' is no number: status>100"),
        (["slash", *"zzzz"], "nowhere in what is shown"),
    ],
)
async def test_what_cannot_be_read_is_told_below_the_prompt(
    fleet: Fleet, keys: list[str], said: str
) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        await opened(pilot)
        await pilot.press(*(("quotation_mark" if key == '"' else key) for key in keys))
        if keys[0] == "o":
            await pilot.press("enter")
        await until(pilot, lambda: said in text_of(pilot.app).splitlines()[-1], said)  # type: ignore[arg-type]
