"""`[filters]`: names for filters, checked with the config and in the panes that use them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetui.config.filters import check_panes, language
from fleetui.config.load import load
from fleetui.config.problems import ConfigErrors
from fleetui.config.screens import load_screens


def filters(tmp_path: Path, text: str) -> dict[str, str]:
    path = tmp_path / "config.toml"
    path.write_text(f"version = 1\n[filters]\n{text}\n")
    return load(path, lambda _name: type(None), ()).filters


def test_names_may_use_each_other_and_columns_of_any_one_kind(tmp_path: Path) -> None:
    found = filters(
        tmp_path,
        'failed = "state:failed"\nshop-bad = "@failed project:shop"\n'
        'big = "desired>3"\nre = "/^a b/"',
    )
    assert list(found) == ["failed", "shop-bad", "big", "re"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('a = "stat:x"', "config.toml:3: filters.a: no column is called 'stat': did"),
        ('a = "web cpu>lots"', "cpu cannot be compared with 'lots': try 80 (at character 5)"),
        ('a = "desired>3 restarts>1"', "filters.a: no column is called 'restarts'"),
        ('a = "web\\n/(/"', "filters.a: the pattern: missing )"),
        ('b = "x"\na = "@c"', "config.toml:4: filters.a: no filter is called 'c': there is"),
        ('a = "@b"\nb = "@a"', "filters.a: @b: @a: @b leads back to itself"),
        ('a = 5', "filters.a: must be text, not"),
        ('a = " "', "filters.a: is empty: a filter matches something"),
        ('"a b" = "x"', "filters.a b: a name may have letters, digits, _ and - in it"),
    ],
)  # fmt: skip
def test_mistakes_name_file_line_and_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigErrors) as caught:
        filters(tmp_path, text)
    assert message in str(caught.value)


def test_it_must_be_a_table(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('filters = "web"\n')
    with pytest.raises(ConfigErrors, match=r"filters: must be a table: \[filters\]"):
        load(path, lambda _name: type(None), ())


SCREEN = """version = 1
grid = ["a"]
[pane.a]
show = "images"
filter = "@mine"
"""


def test_a_pane_that_uses_a_name_is_checked_when_the_names_are_known(tmp_path: Path) -> None:
    (tmp_path / "screens").mkdir()
    (tmp_path / "screens" / "own.toml").write_text(SCREEN)
    screens = load_screens(tmp_path).values()
    assert check_panes(screens, language({"mine": "used_by=0"})) == []
    (problem,) = check_panes(screens, language({"min": "used_by=0"}))
    assert str(problem).endswith(
        "own.toml:5: pane.a.filter: no filter is called 'mine': did you mean @min? (at character 1)"
    )
    (problem,) = check_panes(screens, language({"mine": "desired>1"}))
    assert "@mine: no column is called 'desired'" in str(problem)
