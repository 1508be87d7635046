"""What is known of another machine's clock."""

from __future__ import annotations

from email.utils import formatdate

from fleetui.core.skew import Skew

NOW = 1_795_000_000.0


def date(ahead: float) -> str:
    return formatdate(NOW + ahead, usegmt=True)


def test_a_clock_that_agrees_is_left_alone() -> None:
    skew = Skew()
    assert (skew.ahead_s, skew.correction) == (None, 0.0)
    for ahead in (0, -1, 3):
        skew.note(date(ahead), NOW)
    assert skew.ahead_s == 3
    assert skew.correction == 0.0


def test_one_that_is_off_is_corrected_and_the_figure_stands_still() -> None:
    skew = Skew()
    skew.note(date(-90), NOW)
    assert skew.correction == -90
    for jitter in (0.2, 0.7, 1.4):
        skew.note(date(-90), NOW - jitter)
        assert skew.correction == -90
    skew.note(date(40), NOW)
    assert skew.correction == 40
    skew.note(date(0), NOW)
    assert skew.correction == 0


def test_a_date_that_is_none_changes_nothing() -> None:
    skew = Skew()
    skew.note(date(-90), NOW)
    for odd in (None, "", "yesterday", "Tue, 99 Foo 0000 99:99:99 GMT", "\x1b[31m"):
        skew.note(odd, NOW)
    assert skew.ahead_s == -90
