"""The command line of the board: what it does, completes, remembers, and refuses."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from board_fleet import NARROW, WIDE, Fleet, sees, text_of, until
from textual.pilot import Pilot

from fleetui.config.filters import language
from fleetui.config.themes import load_themes
from fleetui.core.query import Query
from fleetui.ui import history
from fleetui.ui.aside import Aside
from fleetui.ui.command_line import CommandLine
from fleetui.ui.table_pane import TablePane

SPOKEN = language({"broken": "!state:running"})
NAMED = {" ": "space"}


async def begin(pilot: Pilot[None], words: str) -> None:
    """Open the command line and type."""
    await pilot.press("colon")
    await until(pilot, lambda: isinstance(pilot.app.screen, CommandLine), "the command line")
    await pilot.press(*(NAMED.get(char, char) for char in words))


async def command(pilot: Pilot[None], words: str) -> None:
    await begin(pilot, words)
    await pilot.press("enter")


def line_of(pilot: Pilot[None]) -> str:
    return text_of(pilot.app).splitlines()[-2]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("gte capacity", 'no command "gte", did you mean "get"?'),
        ("zzzz", 'no command "zzzz": there is '),
        ("get", "which kind: compute, containers"),
        ("get capacty", 'no kind "capacty", did you mean "capacity"?'),
        ("get capacity cpu>much", "much"),
        ("get capacity cpuu>8", "cpu"),
        ("get capacity --sort cpuu", 'no column "cpuu", did you mean "cpu"?'),
        ("get capacity --filtre x", 'no option "--filtre", did you mean "--filter"?'),
        ("get capacity --sort", "--sort takes a value"),
        ("get capacity --filter 'x", "a quote is not closed"),
        ("get capacity @brokn", "no filter is called 'brokn': did you mean @broken?"),
        ("get capacity /a(b/", "the pattern: missing )"),
        ("get capacity --sort=-cpuu", 'no column "cpuu", did you mean "cpu"?'),
        ("filter @brokn", "did you mean @broken?"),
        ("filter /web", "a pattern ends with / before a blank"),
        ("filter !", "! needs a term after it"),
        ("filter age<5", "age cannot be compared with '5': try 2h or 1h30m"),
        ("sort state up", 'no column "state up"'),
        ("theme nihgt day", "no theme"),
        ("query up --source", "--source takes a value"),
        ("screen", "which screen: overview, capacity, containers"),
        ("screen 7", "no screen has the key 7: there is 1 overview, 2 capacity, 3 containers"),
        ("screen capacty", 'no screen "capacty", did you mean "capacity"?'),
        ("theme", "which theme: "),
        ("theme nihgt", 'no theme "nihgt", did you mean "night"?'),
        ("filter cpu>", "cpu"),
        ("sort cpuu", 'no column "cpuu", did you mean "cpu"?'),
        ("query", "which query: up"),
        ("query up --range soon", '"soon" is not a length of time: 30m, 1h'),
        ("query up --rnage 5m", 'no option "--rnage", did you mean "--range"?'),
        ("query --range 5m", "which query: up"),
        ("help me", "help takes nothing after it"),
    ],
)
async def test_each_mistake_is_told_under_the_line_which_stays(
    fleet: Fleet, words: str, told: str
) -> None:
    async with fleet.app(language=SPOKEN).run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await command(pilot, words)
        await until(
            pilot, lambda: told in text_of(pilot.app).splitlines()[-1], f"{told!r} below {words!r}"
        )
        assert f" : {words}" in line_of(pilot)
        assert "^" in text_of(pilot.app).splitlines()[-1]


async def test_the_carets_stand_under_the_word_that_is_wrong(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await command(pilot, "get  capacty cpu>80")
        await sees(pilot, "did you mean")
        carets = text_of(pilot.app).splitlines()[-1]
        at = line_of(pilot).index("capacty")
        assert carets[at : at + 8] == "^" * 7 + " "


async def test_where_nothing_answers_a_query_it_is_said_at_once(fleet: Fleet) -> None:
    fleet.still.query_keys = lambda *_a, **_k: ()  # type: ignore[method-assign]
    async with fleet.app().run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await command(pilot, "query up")
        await sees(pilot, "nothing here answers queries: [prometheus.NAME] adds it")


async def test_get_lays_a_live_table_over_the_board(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=NARROW) as pilot:
        await sees(pilot, "3 of 6 pods")
        await command(pilot, "get capacity --filter cpu>30 --sort -cpu")
        await sees(pilot, "/cpu>30")
        board = app.board
        assert isinstance(board, Aside)
        pane = board.pane
        assert isinstance(pane, TablePane)
        assert 0 < pane.table.matching < pane.table.total == fleet.count("capacity")
        (subscription,) = fleet.still.subscriptions
        await until(
            pilot,
            lambda: {key.kind for key in subscription.keys} == {"capacity", "alerts"},
            "only what it shows is read",
        )
        await pilot.press("q")
        await sees(pilot, "Esc goes back; q quits from the top")
        await pilot.press("enter")
        await sees(pilot, "capacity ›")
        await pilot.press("escape")
        await until(pilot, lambda: not pane.trail, "out of what was opened")
        assert app.board is board
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, Aside), "the board again")
        await until(pilot, lambda: len(subscription.keys) > 5, "the board is read again")


async def test_a_screen_key_leaves_the_table_too(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await command(pilot, "get volumes")
        await until(pilot, lambda: isinstance(app.screen, Aside), "the table")
        await command(pilot, "screen 2")
        await until(pilot, lambda: app.board and app.board.spec.name == "capacity", "screen 2")
        await pilot.press("1")
        await until(pilot, lambda: app.board and app.board.spec.name == "overview", "screen 1")


async def test_query_draws_now_or_over_a_range(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        for words, query in (
            ("query up", Query("up", 0.0)),
            ("query up 30m", Query("up", 1800.0)),
            ("query up offset 5m", Query("up offset 5m", 0.0)),
            ("query 'sum(up) by (job)' --range 1h", Query("sum(up) by (job)", 3600.0)),
        ):
            await command(pilot, words)
            await until(pilot, lambda: isinstance(app.screen, Aside), words)
            await until(pilot, lambda: len(app.screen_stack) == 2, "one at a time")
            spec = app.board.pane.spec
            assert (spec.query, spec.range_s) == (query.expr, query.range_s)


async def test_filter_sort_and_actions_act_on_the_pane(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await command(pilot, "filter checkout")
        await sees(pilot, "/checkout")
        await command(pilot, "sort -name")
        await sees(pilot, "↓ name")
        await command(pilot, "wrong_only")
        await sees(pilot, "! wrong only")
        await command(pilot, "filter")
        await until(pilot, lambda: app.board.pane.view.text == "", "no filter")
        await command(pilot, "help")
        await sees(pilot, "any key closes it")
        await pilot.press("x")
        await command(pilot, "quit")
        await until(pilot, lambda: not app.is_running, "it has quit")


async def test_names_and_patterns_work_behind_the_colon_as_they_do_behind_the_slash(
    fleet: Fleet,
) -> None:
    app = fleet.app(language=SPOKEN)
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await command(pilot, "filter @broken /^check/")
        await until(pilot, lambda: app.board.pane.view.text == "@broken /^check/", "it is kept")
        await sees(pilot, "deploy/checkout")
        await command(pilot, "get containers @broken")
        await until(pilot, lambda: isinstance(app.screen, Aside), "the table")
        pane = app.board.pane
        await until(pilot, lambda: 0 < pane.table.matching < pane.table.total, "some of them")


async def test_a_pane_without_rows_says_so(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        app.board.focus_pane("traffic")
        await command(pilot, "sort cpu")
        await sees(pilot, "this pane has no rows: go to one that has")


async def test_theme_changes_all_colours_at_once(fleet: Fleet) -> None:
    app = fleet.app()
    app.theme_specs.update(load_themes(None)[0])
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")

        def grounds() -> set[str]:
            found = set()
            for strip in app.screen._compositor.render_strips():
                for segment in strip:
                    if segment.style is not None and segment.style.bgcolor is not None:
                        found.add(segment.style.bgcolor.name)
            return found

        day, night = app.theme_specs["day"].colours, app.theme_specs["night"].colours
        assert night["ground"] in grounds()
        await command(pilot, "theme day")
        await sees(pilot, 'theme = "day" under [ui] keeps it')
        await until(pilot, lambda: night["ground"] not in grounds(), "no cell of the night")
        assert day["ground"] in grounds()


async def test_tab_completes_as_far_as_it_is_certain_then_goes_round(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await begin(pilot, "ge")
        await sees(pilot, "get KIND [FILTER]: list a kind, live")
        await pilot.press("tab", "c", "tab")
        await until(pilot, lambda: ": get c" in line_of(pilot), "no more is certain")
        await pilot.press("tab")
        await until(pilot, lambda: ": get containers" in line_of(pilot), "the next")
        await pilot.press("shift+tab")
        await until(pilot, lambda: ": get compute" in line_of(pilot), "the one before")
        await pilot.press("space", "c", "p", "tab")
        await until(pilot, lambda: ": get compute cpu:" in line_of(pilot), "a column")


async def test_history_is_kept_over_runs_and_bounded(fleet: Fleet, tmp_path: Path) -> None:
    path = tmp_path / "state" / "commands"
    app = fleet.app(history=path)
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await command(pilot, "filter web")
        await command(pilot, "sort cpu")
        await until(pilot, lambda: history.load(path) == ["filter web", "sort cpu"], "both kept")
        await begin(pilot, "he")
        await pilot.press("up", "up")
        await until(pilot, lambda: ": filter web" in line_of(pilot), "the one before the last")
        await pilot.press("down", "down")
        await until(pilot, lambda: line_of(pilot).rstrip() == " : he", "what was typed")
        await pilot.press("escape")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for number in range(history.LIMIT + 50):
        history.save(path, f"filter {number}")
    assert len(history.load(path)) == history.LIMIT
    assert history.load(path)[-1] == f"filter {history.LIMIT + 49}"
    again = fleet.app(history=path)
    async with again.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await until(pilot, lambda: again._history, "the old commands are read")
        await begin(pilot, "")
        await pilot.press("up")
        await until(pilot, lambda: f": filter {history.LIMIT + 49}" in line_of(pilot), "the last")


@pytest.mark.parametrize(
    "line",
    [
        "query up --token=hunter2",
        "query https://kim:hunter2@example.com",
        "filter password:hunter2",
        "query {Authorization='x'}",
        "filter \x1b[2J",
        "filter " + "x" * 600,
        "",
    ],
)
def test_what_looks_secret_or_cannot_be_typed_is_not_kept(tmp_path: Path, line: str) -> None:
    path = tmp_path / "commands"
    history.save(path, line)
    assert not path.exists()


def test_a_history_that_cannot_be_read_or_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    history.save(tmp_path / "file" / "commands", "help")
    assert history.load(tmp_path / "file" / "commands") == []
    bad = tmp_path / "bad"
    bad.write_bytes(b"\xff\xfe\nhelp\n\x1b[2J\n")
    assert history.load(bad)[-1] == "help"
    assert history.load(None) == []
