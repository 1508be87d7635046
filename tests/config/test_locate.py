"""Lines of keys, which tomllib does not tell."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fleetui.config.locate import line_of, locate

TEXT = '''# a comment = 1
top = 1
[a.b]  # [not.this]
x = [1,
  2, { y = "]" },
]
"quoted key" = """
z = 5
"""
dotted.c = 'a # b'
[[list]]
n = 1
[[list]]
n = 2
[list.inner]
q = 1979-05-27
'''


def test_every_key_has_its_line() -> None:
    tomllib.loads(TEXT)
    lines = locate(TEXT)
    assert lines["top",] == 2
    assert lines["a", "b"] == 3
    assert lines["a", "b", "x"] == 4
    assert lines["a", "b", "x", 1] == 5
    assert lines["a", "b", "x", 2, "y"] == 5
    assert lines["a", "b", "quoted key"] == 7
    assert lines["a", "b", "dotted", "c"] == 10
    assert lines["list", 0, "n"] == 12
    assert lines["list", 1, "n"] == 14
    assert lines["list", 1, "inner", "q"] == 16


def test_what_is_missing_is_told_at_the_table_that_would_hold_it() -> None:
    lines = locate(TEXT)
    assert line_of(lines, ("a", "b", "none")) == 3
    assert line_of(lines, ("nowhere",)) == 0


def test_windows_line_ends_count_once() -> None:
    assert locate("a = 1\r\nb = 2\r\n")["b",] == 2


@pytest.mark.parametrize(
    "path", sorted(p for folder in ("screens", "themes") for p in Path(folder).glob("*.toml"))
)
def test_every_bundled_file_is_walked_to_its_end(path: Path) -> None:
    text = path.read_text()
    lines = locate(text)

    def check(table: dict[str, object], at: tuple[str | int, ...]) -> None:
        for key, value in table.items():
            line = lines[(*at, key)]
            assert key in text.splitlines()[line - 1]
            if isinstance(value, dict):
                check(value, (*at, key))

    check(tomllib.loads(text), ())
