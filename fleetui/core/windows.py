"""Spans of time as the config writes them: `Fri 16:00 - Mon 08:00 Europe/Stockholm`.

A window of week days comes again each week; one with dates is there once. Both are told in the
wall clock of a zone, and cover all that could be meant where that clock is put forward or back.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from difflib import get_close_matches

from fleetui.core.clean import clean
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FULL = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKLY = "Fri 16:00 - Mon 08:00 Europe/Stockholm"
DATED = "2026-12-23 00:00 - 2027-01-02 00:00 UTC"
_WEEK = timedelta(days=7)
_MOMENT = lazy_pattern(r"(\S+)\s+(\d{1,2}):(\d{2})")
_FORM = lazy_pattern(rf"\s*({_MOMENT.pattern})\s+[-–]\s+({_MOMENT.pattern})(?:\s+(\S+))?\s*")


class WindowError(ValueError):
    """No such window; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One end of a window: a day of the week or a date, and a time of that day."""

    day: int | date
    """0 is Monday."""
    at: time


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time, once or each week."""

    text: str
    begin: Moment
    end: Moment
    zone: tzinfo

    def covers(self, now: float) -> float | None:
        """Return when the window that covers `now` ends; None where none does.

        Both are Unix seconds. The beginning belongs to the window, the end does not.
        """
        for begin, end in self._spans(now):
            if begin <= now < end:
                return end
        return None

    def _spans(self, now: float) -> list[tuple[float, float]]:
        if isinstance(self.begin.day, date) and isinstance(self.end.day, date):
            begin = datetime.combine(self.begin.day, self.begin.at)
            return [self._real(begin, datetime.combine(self.end.day, self.end.at))]
        assert isinstance(self.begin.day, int)  # noqa: S101  both are, or neither is
        assert isinstance(self.end.day, int)  # noqa: S101
        here = datetime.fromtimestamp(now, self.zone).date()
        monday = datetime.combine(here - timedelta(days=here.weekday()), time())
        begin = monday + timedelta(days=self.begin.day) + _past_midnight(self.begin.at)
        end = monday + timedelta(days=self.end.day) + _past_midnight(self.end.at)
        if end <= begin:
            end += _WEEK
        # The one before may reach into this week; where a clock was put forward over Sunday's
        # midnight the one of next week may have begun.
        return [self._real(begin + _WEEK * n, end + _WEEK * n) for n in (-1, 0, 1)]

    def _real(self, begin: datetime, end: datetime) -> tuple[float, float]:
        """Return a span of the wall clock in Unix seconds, as wide as it can be read.

        An hour that comes twice is covered both times, and one that is left out is no gap.
        """
        return (
            min(begin.replace(tzinfo=self.zone, fold=f).timestamp() for f in (0, 1)),
            max(end.replace(tzinfo=self.zone, fold=f).timestamp() for f in (0, 1)),
        )


def _past_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)


def window(text: str) -> Window:
    """Read one window. Raises WindowError."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise WindowError(f'is no window: write "{WEEKLY}" or "{DATED}"')
    begin, end = _moment(*found.group(2, 3, 4)), _moment(*found.group(6, 7, 8))
    if isinstance(begin.day, date) is not isinstance(end.day, date):
        raise WindowError("has a date on one side and a day of the week on the other")
    if begin == end:
        raise WindowError("ends when it begins")
    made = Window(" ".join(text.split()), begin, end, zone(found[9] or ""))
    if isinstance(begin.day, date) and isinstance(end.day, date):
        if (end.day, end.at) < (begin.day, begin.at):
            raise WindowError("ends before it begins")
        try:
            made.covers(0.0)
        except (OverflowError, ValueError, OSError):
            raise WindowError("has a date that no clock can show") from None
    return made


def _moment(day: str, hour: str, minute: str) -> Moment:
    try:
        at = time(int(hour), int(minute))
    except ValueError:
        mend = ": it is 00:00 of the day after" if (hour, minute) == ("24", "00") else ""
        raise WindowError(f"has no time {hour}:{minute}{mend}") from None
    if day[:1].isdecimal():
        try:
            return Moment(datetime.strptime(day, "%Y-%m-%d").date(), at)  # noqa: DTZ007
        except ValueError:
            raise WindowError(f'"{clean(day, 40)}" is no date: write 2026-12-23') from None
    name = day.title()
    if name not in {*DAYS, *_FULL}:
        raise WindowError(f'"{clean(day, 40)}" is no day: there is {", ".join(DAYS)}')
    name = name[:3]
    return Moment(DAYS.index(name), at)


def zone(name: str) -> tzinfo:
    """Return a time zone by its name. Raises WindowError."""
    if not name:
        raise WindowError("has no time zone: put UTC or a name such as Europe/Stockholm at its end")
    if name == "UTC":
        return UTC
    # Most configs have no window.
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        pass
    known = zoneinfo.available_timezones()
    if not known:
        raise WindowError(
            f'needs the time zone "{clean(name, 40)}", and this machine has no time zones: install '
            "tzdata (apt install tzdata, apk add tzdata or pip install tzdata)"
        )
    near = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    mend = f', did you mean "{near[0]}"?' if near else ": they are such as Europe/Stockholm or UTC"
    raise WindowError(f'has no time zone "{clean(name, 40)}"{mend}')
