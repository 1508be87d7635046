"""Screen files: bundled ones load, a person's own replace them, mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetui.config.problems import ConfigErrors
from fleetui.config.screens import load_screens, read_screen

GOOD = """version = 1
title = "Mine"
key = "7"
grid = ["a a", "b c"]
widths = [2, 1]
heights = [1, 1]
[pane.a]
show = "compute"
columns = ["name", "cpu"]
sort = "-cpu"
filter = "!state:stopped"
[pane.b]
show = "query"
query = "up"
range = "30m"
warn = 0.5
[pane.c]
show = "alerts"
provider = "prometheus"
scope = "main"
"""


def own(tmp_path: Path, text: str, name: str = "mine") -> Path:
    folder = tmp_path / "screens"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text)
    return path


def problems(tmp_path: Path, text: str, name: str = "mine") -> list[str]:
    path = own(tmp_path, text, name)
    with pytest.raises(ConfigErrors) as caught:
        read_screen(path)
    return [str(p).removeprefix(f"{path.parent}/") for p in caught.value.problems]


def test_the_bundled_screens_are_right_and_in_order_of_their_keys() -> None:
    screens = load_screens(None)
    assert list(screens)[:3] == ["overview", "capacity", "containers"]
    assert [s.key for s in screens.values()][:3] == ["1", "2", "3"]


def test_a_screen_is_read_whole(tmp_path: Path) -> None:
    screen = read_screen(own(tmp_path, GOOD))
    assert (screen.name, screen.title, screen.key) == ("mine", "Mine", "7")
    assert screen.grid == (("a", "a"), ("b", "c"))
    assert (screen.widths, screen.heights) == ((2, 1), (1, 1))
    assert screen.panes["a"].columns == ("name", "cpu")
    assert (screen.panes["b"].range_s, screen.panes["b"].warn) == (1800.0, 0.5)
    assert (screen.panes["c"].provider, screen.panes["c"].scope) == ("prometheus", "main")


def test_a_file_replaces_the_bundled_one_and_takes_keys(tmp_path: Path) -> None:
    own(tmp_path, GOOD.replace('"7"', '"2"'), "overview")
    screens = load_screens(tmp_path)
    assert screens["overview"].title == "Mine"
    assert screens["overview"].key == "2"
    assert screens["capacity"].key == ""


def test_two_files_with_one_key(tmp_path: Path) -> None:
    own(tmp_path, GOOD, "a")
    own(tmp_path, GOOD, "b")
    with pytest.raises(ConfigErrors, match=r'b.toml:3: key: "7" opens a already'):
        load_screens(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"compute"', '"compte"', 'mine.toml:8: pane.a.show: no "compte", did you mean "compute"?'),
        ('show = "compute"\n', "", "mine.toml:7: pane.a: show is missing"),
        ('"name", "cpu"', '"name", "cpuu"', 'columns[1]: compute has no column "cpuu", did you'),
        ('"name", "cpu"', '"name", "name"', 'columns[1]: "name" is there already'),
        ('"-cpu"', '"-zzz"', 'pane.a.sort: compute has no column "zzz": there is'),
        ('"!state:stopped"', '"cpu>lots"', "pane.a.filter: cpu cannot be compared"),
        ('query = "up"\n', "", "mine.toml:12: pane.b: query is missing"),
        ('query = "up"', 'query = "up"\ncolumns = ["name"]', "a pane that shows a query has none"),
        ("warn = 0.5", 'warn = "x"', "pane.b.warn: must be a number, not text"),
        ('scope = "main"', "warn = 1", 'only for panes with show = "query"'),
        ('"prometheus"', '"prom"', 'pane.c.provider: no "prom", did you mean "prometheus"?'),
        ('["a a", "b c"]', '["a a", "b"]', "mine.toml:4: grid[1]: has 1 name, the first row has 2"),
        ('["a a", "b c"]', '["a b", "b c"]', '"b" does not cover a rectangle'),
        ('["a a", "b c"]', '["a a", "b d"]', 'grid[1]: no [pane.d] for "d"'),
        ('["a a", "b c"]', '["a b"]', "mine.toml:17: pane.c: is not in the grid"),
        ('["a a", "b c"]', "[]", "grid: must have a row of pane names"),
        ("widths = [2, 1]", "widths = [2]", "widths: has 1, must have 2"),
        ("heights = [1, 1]", "heights = [1, 0]", "heights[1]: must be from 1 to 1000"),
        ('key = "7"', 'key = "0"', '"0" is none of 1, 2'),
        ("version = 1", "version = 3", "version: is 3, and this fleetui reads 1"),
        ("[pane.c]", "[pane.c]\nshwo = 1", 'shwo: unknown key, did you mean "show"?'),
    ],
)  # fmt: skip
def test_mistakes_name_place_and_remedy(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert message in "\n".join(found)


def test_a_name_that_no_option_could_give(tmp_path: Path) -> None:
    assert "file name may have" in problems(tmp_path, GOOD, "my screen")[0]
