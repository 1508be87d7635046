"""Theme files: a bad one costs its colours and a warning."""

from __future__ import annotations

from pathlib import Path

from fleetui.config.specs import MEANINGS
from fleetui.config.themes import load_themes


def own(tmp_path: Path, text: str, name: str = "mine") -> None:
    (tmp_path / "themes").mkdir(exist_ok=True)
    (tmp_path / "themes" / f"{name}.toml").write_text(text)


def test_the_bundled_themes_colour_every_meaning_and_warn_of_nothing() -> None:
    themes, warnings = load_themes(None)
    assert warnings == []
    assert next(iter(themes)) == "night"
    assert all(theme.colours.keys() == MEANINGS.keys() for theme in themes.values())
    assert {theme.dark for theme in themes.values()} == {True, False}


def test_what_a_file_leaves_out_is_night_or_day(tmp_path: Path) -> None:
    own(tmp_path, 'dark = false\n[colours]\nok = "#ABCDEF"\n')
    themes, warnings = load_themes(tmp_path)
    assert warnings == []
    assert themes["mine"].colours == themes["day"].colours | {"ok": "#abcdef"}


def test_mistakes_are_warnings_with_their_place(tmp_path: Path) -> None:
    own(tmp_path, 'dakr = true\nversion = 9\n[colours]\nok = "green"\nwran = "#000000"\n')
    themes, warnings = load_themes(tmp_path)
    assert themes["mine"].colours == themes["night"].colours
    path = tmp_path / "themes" / "mine.toml"
    assert warnings == [
        f'{path}:1: dakr: unknown key, did you mean "dark"?',
        f"{path}:2: version: is 9, and this fleetui reads 1",
        f'{path}:4: colours.ok: must be a colour such as "#7aa7d9"',
        f'{path}:5: colours.wran: unknown meaning, did you mean "warn"?',
    ]


def test_a_file_that_is_no_toml_is_night_with_a_warning(tmp_path: Path) -> None:
    own(tmp_path, "[colours", "night")
    themes, warnings = load_themes(tmp_path)
    assert "not TOML" in warnings[0]
    assert themes["night"].colours.keys() == MEANINGS.keys()
