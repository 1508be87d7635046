"""Where things stand at each size, and what a title line says."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetui.config.screens import load_screens
from fleetui.core.errors import Fault
from fleetui.core.snapshot import SourceKey
from fleetui.ui.footer import hint_pieces, key_pieces
from fleetui.ui.frame import Form, Frame, frame_for
from fleetui.ui.keys import BOARD
from fleetui.ui.line import width_of
from fleetui.ui.picture import Picture
from fleetui.ui.titles import Title, age_word, seconds_old, tab_pieces, title_pieces, words

SCREENS = load_screens(None)
NOW = 1_781_600_000.0
FAULT = Fault("unreachable", "connection refused", "docker/bastion", "is it running?")


def cells(frame: Frame) -> list[tuple[int, int]]:
    areas = [*frame.titles.values(), *frame.bodies.values()]
    areas += [area for area in (frame.tabs, frame.prompt) if area]
    found = [
        (x, y)
        for area in areas
        for y in range(area.y, area.y + area.height)
        for x in range(area.x, area.x + area.width)
    ]
    found += [(rule.x, rule.y + i) for rule in frame.rules for i in range(len(rule.chars))]
    return found


@pytest.mark.parametrize("name", sorted(SCREENS))
@given(
    width=st.integers(60, 240),
    height=st.integers(12, 80),
    zoomed=st.booleans(),
    prompt=st.booleans(),
    noted=st.booleans(),
)
def test_everything_between_top_line_and_footer_is_covered_once(
    name: str, *, width: int, height: int, zoomed: bool, prompt: bool, noted: bool
) -> None:
    spec = SCREENS[name]
    current = next(iter(spec.panes))
    frame = frame_for(spec, width, height, current, zoomed=zoomed, prompt=prompt, noted=noted)
    found = cells(frame)
    assert len(found) == len(set(found))
    assert set(found) == {(x, y) for y in range(1, height - 1) for x in range(width)}


@pytest.mark.parametrize(
    ("size", "form"),
    [
        ((200, 50), Form.PANES),
        ((120, 40), Form.PANES),
        ((80, 24), Form.TABS),
        ((60, 12), Form.TABS),
        ((59, 40), Form.SMALL),
        ((200, 11), Form.SMALL),
    ],
)
@pytest.mark.parametrize("name", sorted(SCREENS))
def test_the_form_follows_the_size(name: str, size: tuple[int, int], form: Form) -> None:
    spec = SCREENS[name]
    assert frame_for(spec, *size, next(iter(spec.panes))).form is form


def text(pieces: list[tuple[str, str]]) -> str:
    return "".join(part for part, _meaning in pieces)


def test_a_title_says_what_how_many_how_wrong_and_how_old() -> None:
    title = Title("capacity", ("capacity",), 14, 14, 2, 1, picture=Picture(fetched_at=NOW - 13))
    line = text(title_pieces(title, NOW, 60))
    assert line.startswith("─ capacity  14 · ▲ 2 ✖ 1 ──")
    assert line.endswith("── 10s ─")


def test_a_stale_title_says_how_old_and_why() -> None:
    picture = Picture(
        fetched_at=NOW, stale_at=NOW - 252, faults=(FAULT,), lost=frozenset({("docker", "b")})
    )
    title = Title("containers", ("containers",), 9, 9, picture=picture)
    line = text(title_pieces(title, NOW, 100))
    assert line.endswith("◌ 4m 10s ─")
    assert "docker/bastion: connection refused · is it running?" in line
    # In little room the reason is cut and the age is not.
    short = text(title_pieces(title, NOW, 44))
    assert short.endswith("◌ 4m 10s ─")


@given(width=st.integers(1, 200), depth=st.integers(0, 3), stale=st.booleans())
def test_a_title_is_as_wide_as_its_pane(width: int, depth: int, *, stale: bool) -> None:
    lost = frozenset({("a", "b")} if stale else ())
    picture = Picture(stale_at=NOW - 9000, faults=(FAULT,) * stale, lost=lost)
    trail = ("capacity", *["ecs/checkout-with-a-long-name"] * depth)
    title = Title("capacity", trail, 1234, 12, 3, 4, ("/web",), picture)
    assert width_of(title_pieces(title, NOW, width)) <= width


def test_joints_are_put_where_the_line_runs_only() -> None:
    title = Title("services", ("services",), 3, 3, picture=Picture(fetched_at=NOW))
    line = text(title_pieces(title, NOW, 40, {0: "├", 3: "┴", 20: "┴"}))
    assert line[0] == "├"
    assert line[3] == "e"
    assert line[20] == "┴"


def test_ages_move_in_steps_that_a_slow_link_can_bear() -> None:
    shown = [age_word(seconds_old(NOW - age, NOW)) for age in range(60)]
    assert shown[0] == "now"
    assert shown[7] == "5s"
    assert sum(1 for a, b in pairwise(shown) if a != b) < 12


def test_tabs_keep_the_one_that_is_shown() -> None:
    titles = [Title(f"pane-number-{n}", (f"pane-number-{n}",), failed=n) for n in range(9)]
    for current in range(9):
        line = text(tab_pieces(titles, current, NOW, 80))
        assert f"PANE-NUMBER-{current}" in line
        assert len(line) == 80


def test_carets_stand_under_the_mistake() -> None:
    line = text(hint_pieces(10, 4, "no column is called 'stat'", 80))
    assert line == " " * 10 + "^^^^  no column is called 'stat'"
    right = text(hint_pieces(60, 4, "no column is called 'stat'", 80))
    assert right.index("^^^^") == 60
    assert right.strip().startswith("no column")


def test_the_footer_always_names_the_help() -> None:
    for width in (60, 80, 120):
        line = text(key_pieces(BOARD, "1–3", width))
        assert line.rstrip().endswith("? help")
        assert len(line) <= width


def test_a_list_of_words_stays_short() -> None:
    assert words(["a"]) == "a"
    assert words(["a", "b", "a"]) == "a and b"
    assert words(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert words([]) == ""


def test_waiting_is_told_beside_rows_that_are_there() -> None:
    picture = Picture(fetched_at=NOW, waiting=(SourceKey("kubernetes", "blue", "capacity"),))
    line = text(title_pieces(Title("c", ("capacity",), 1, 1, picture=picture), NOW, 100))
    assert "waiting for k8s/blue" in line
