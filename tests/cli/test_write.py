"""Text for terminals, pipes and spreadsheets."""

from __future__ import annotations

import io
import json
import sys

import pytest

from fleetui.cli import output, write
from fleetui.cli.write import Field


def test_wide_characters_keep_columns_straight() -> None:
    rows = [
        [Field("NAME"), Field("N", right=True), Field("X")],
        [Field("日本"), Field("1", right=True), Field("a")],
        [Field("é"), Field("100", right=True), Field("")],
    ]
    assert list(write.table(rows)) == ["NAME    N  X", "日本    1  a", "é     100  –"]


def test_colours_do_not_move_columns() -> None:
    rows = [[Field("a", "ok"), Field("b")], [Field("ccc"), Field("d")]]
    assert list(write.table(rows, colours=True)) == ["\x1b[32ma\x1b[0m    b", "ccc  d"]


def test_no_table_and_no_record_holds_a_control_character() -> None:
    nasty = "a\x1b[2J\nb"
    assert list(write.table([[Field(nasty)]])) == ["a[2J b"]
    assert list(write.csv_lines([[nasty, None, 5, 'say "x", y']])) == ['a[2J b,,5,"say ""x"", y"']


def test_json_is_escaped_where_it_would_act_on_a_terminal() -> None:
    form = {"a\x9b": "é\u202e\x1b\x7f"}
    text = write.json_text(form)
    assert text == '{\n  "a\\u009b": "é\\u202e\\u001b\\u007f"\n}'
    assert json.loads(text) == form


@pytest.mark.parametrize(
    ("term", "no_color", "tty", "wanted"),
    [
        ("xterm", "", True, True),
        ("xterm", "1", True, False),
        ("dumb", "", True, False),
        ("xterm", "", False, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    monkeypatch: pytest.MonkeyPatch, term: str, no_color: str, tty: bool, wanted: bool
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("NO_COLOR", no_color)
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: tty)
    assert output.coloured(stream) is wanted


def test_a_narrow_encoding_gets_question_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    output.emit(["● ok"])
    assert raw.getvalue() == b"? ok\n"


def test_a_closed_stderr_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    output.tell("nobody hears this")
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    output.tell("nor this")
