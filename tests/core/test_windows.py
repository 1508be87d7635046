"""Windows of time: what they cover, where clocks are put forward and back, and what is none."""

from __future__ import annotations

import zoneinfo
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetui.core.windows import DATED, DAYS, WEEKLY, Moment, Window, WindowError, window

ZONES = ("UTC", "Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
MOMENTS = st.floats(1_577_836_800, 1_893_456_000)  # from 2020 to 2030
CLOCKS = st.times().map(lambda t: t.replace(second=0, microsecond=0))


def at(text: str, zone: str = "Europe/Stockholm", fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("2026-11-27 15:59", None),
        ("2026-11-27 16:00", "2026-11-30 08:00"),
        ("2026-11-29 12:00", "2026-11-30 08:00"),
        ("2026-11-30 07:59", "2026-11-30 08:00"),
        ("2026-11-30 08:00", None),
        ("2026-12-02 12:00", None),
    ],
)
def test_a_weekly_window_comes_each_week(moment: str, end: str | None) -> None:
    covered = window(WEEKLY).covers(at(moment))
    assert covered == (None if end is None else at(end))


def test_a_dated_window_comes_once() -> None:
    one = window(DATED)
    assert one.covers(at("2026-12-22 23:59", "UTC")) is None
    assert one.covers(at("2026-12-23 00:00", "UTC")) == at("2027-01-02 00:00", "UTC")
    assert one.covers(at("2027-01-02 00:00", "UTC")) is None
    assert one.covers(at("2027-12-24 00:00", "UTC")) is None


def test_an_hour_that_comes_twice_is_covered_both_times() -> None:
    # On this Sunday 03:00 became 02:00 again.
    one = window("Sun 02:30 - Sun 02:45 Europe/Stockholm")
    assert one.covers(at("2026-10-25 02:30", fold=0)) is not None
    assert one.covers(at("2026-10-25 02:44", fold=1)) is not None
    assert one.covers(at("2026-10-25 02:45", fold=1)) is None


def test_an_hour_that_is_left_out_is_no_gap() -> None:
    # On this Sunday 02:00 became 03:00.
    one = window("Sun 00:00 - Sun 02:30 Europe/Stockholm")
    assert one.covers(at("2026-03-29 01:59")) is not None
    assert one.covers(at("2026-03-29 03:29")) is not None
    assert one.covers(at("2026-03-29 03:30")) is None
    begins = window("Sun 02:30 - Sun 04:00 Europe/Stockholm")
    assert begins.covers(at("2026-03-29 03:00")) is not None


@given(
    MOMENTS, st.sampled_from(ZONES), st.sampled_from(DAYS), CLOCKS, st.sampled_from(DAYS), CLOCKS
)
def test_a_weekly_window_covers_what_the_wall_clock_says(
    now: float, zone: str, day: str, clock: time, last_day: str, last: time
) -> None:
    begin = (DAYS.index(day), clock)
    end = (DAYS.index(last_day), last)
    text = f"{day} {clock:%H:%M} - {last_day} {last:%H:%M} {zone}"
    if begin == end:
        with pytest.raises(WindowError, match="ends when it begins"):
            window(text)
        return
    covered = window(text).covers(now)
    assert covered is None or covered > now
    wall = datetime.fromtimestamp(now, ZoneInfo(zone))

    def inside(moment: datetime) -> bool:
        here = (moment.weekday(), moment.time())
        return begin <= here < end if begin < end else here >= begin or here < end

    if inside(wall):
        assert covered is not None
    # Beside a change of the clocks it may be wider, but never by more than what they change.
    around = [wall.replace(tzinfo=None) + timedelta(minutes=m) for m in range(-121, 122, 11)]
    if not any(inside(moment) for moment in around) and begin < end:
        assert covered is None or _short(begin, end)


def _short(begin: tuple[int, time], end: tuple[int, time]) -> bool:
    """Whether it could lie between two of the moments that were looked at."""
    return end[0] == begin[0] and end[1].hour * 60 + end[1].minute - begin[1].hour * 60 < 75


@given(MOMENTS, st.sampled_from(ZONES), st.dates(date(2021, 1, 1), date(2029, 1, 1)), CLOCKS)
def test_a_dated_window_covers_its_days_and_no_others(
    now: float, zone: str, day: date, clock: time
) -> None:
    last = day + timedelta(days=3)
    one = window(f"{day} {clock:%H:%M} - {last} {clock:%H:%M} {zone}")
    wall = datetime.fromtimestamp(now, ZoneInfo(zone)).replace(tzinfo=None)
    begin, end = datetime.combine(day, clock), datetime.combine(last, clock)
    if begin <= wall < end:
        assert one.covers(now) is not None
    if not begin - timedelta(hours=2) <= wall < end + timedelta(hours=2):
        assert one.covers(now) is None


@given(st.text(max_size=60))
def test_whatever_is_written_is_a_window_or_a_mistake_in_words(text: str) -> None:
    try:
        made: Window | str = window(text)
    except WindowError as error:
        made = str(error)
    assert isinstance(made, Window) or made.startswith(("is ", "has ", "ends ", '"'))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no window: write"),
        ("weekends", "is no window"),
        ("Fri 16:00", "is no window"),
        ("Fri 16:00 - Mon 08:00", "has no time zone: put UTC"),
        ("Fri 16:00 - Fri 16:00 UTC", "ends when it begins"),
        ("Fri 16:00 - 2026-12-01 08:00 UTC", "a date on one side"),
        ("Fir 16:00 - Mon 08:00 UTC", '"Fir" is no day: there is Mon, Tue'),
        ("Fri 24:00 - Mon 08:00 UTC", "no time 24:00: it is 00:00 of the day after"),
        ("Fri 16:61 - Mon 08:00 UTC", "no time 16:61"),
        ("2026-02-30 00:00 - 2026-03-02 00:00 UTC", '"2026-02-30" is no date'),
        ("2026-12-23 00:00 - 2026-12-01 00:00 UTC", "ends before it begins"),
        ("Fri 16:00 - Mon 08:00 Europe/Stokholm", 'did you mean "Europe/Stockholm"?'),
        ("Fri 16:00 - Mon 08:00 Moon/Base", 'has no time zone "Moon/Base"'),
        ("Fri 16:00 - Mon 08:00 ../../etc/passwd", "has no time zone"),
        ("Fri 16:00 - Mon 08:00 /etc/passwd", "has no time zone"),
    ],
)
def test_what_is_no_window_says_why(text: str, why: str) -> None:
    with pytest.raises(WindowError) as wrong:
        window(text)
    assert why in str(wrong.value)


def test_days_may_be_written_out() -> None:
    one = window("friday 9:00 - Monday 08:00 UTC")
    assert (one.begin, one.end) == (Moment(4, time(9)), Moment(0, time(8)))


def test_without_time_zones_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_name: str) -> ZoneInfo:
        raise LookupError

    monkeypatch.setattr(zoneinfo, "ZoneInfo", none)
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    with pytest.raises(WindowError, match="install tzdata"):
        window(WEEKLY)
    assert window("Fri 16:00 - Mon 08:00 UTC").covers(0.0) is None
