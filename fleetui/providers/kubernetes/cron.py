"""When a CronJob runs next, by the rules of its schedule."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from fleetui.core.lazy_dataclass import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NAMED = {
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}  # fmt: skip
_YEARS = 5


@dataclass(frozen=True, slots=True)
class _Schedule:
    """The moments of a cron line, each part as the numbers it allows."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """Sunday is 0."""
    any_day: bool
    any_weekday: bool


def next_run(schedule: str, zone: str, now: float) -> float | None:
    """Return when a schedule is due after `now`, unix seconds; None where it cannot be read.

    Without a zone it is taken as UTC, in which most controllers run. `@every` has no times of
    its own: it counts from the last run.
    """
    try:
        rule = _read(schedule.strip().lower())
        place: tzinfo = ZoneInfo(zone) if zone else UTC
    except (ValueError, OSError, KeyError):
        return None
    time = datetime.fromtimestamp(now, place).replace(second=0, microsecond=0, tzinfo=None)
    found = _after(rule, time + timedelta(minutes=1))
    return None if found is None else found.replace(tzinfo=place).timestamp()


def _after(rule: _Schedule, time: datetime) -> datetime | None:
    last = time.year + _YEARS
    while time.year <= last:
        if time.month not in rule.months:
            days = monthrange(time.year, time.month)[1]
            time = datetime(time.year, time.month, days) + timedelta(days=1)  # noqa: DTZ001
        elif not _day(rule, time):
            time = time.replace(hour=0, minute=0) + timedelta(days=1)
        elif time.hour not in rule.hours:
            time = time.replace(minute=0) + timedelta(hours=1)
        elif time.minute not in rule.minutes:
            time += timedelta(minutes=1)
        else:
            return time
    return None


def _day(rule: _Schedule, time: datetime) -> bool:
    """Where both the day of the month and that of the week are given, either will do."""
    day, week = time.day in rule.days, time.isoweekday() % 7 in rule.weekdays
    if rule.any_day or rule.any_weekday:
        return day and week
    return day or week


@lru_cache(maxsize=1024)
def _read(schedule: str) -> _Schedule:
    """Raises ValueError."""
    fields = _NAMED.get(schedule, schedule).split()
    if len(fields) != 5:
        raise ValueError(schedule)
    minutes, hours, days, months, weekdays = fields
    return _Schedule(
        _numbers(minutes, 0, 59),
        _numbers(hours, 0, 23),
        _numbers(days, 1, 31),
        _numbers(months, 1, 12, _MONTHS),
        frozenset(day % 7 for day in _numbers(weekdays, 0, 7, _DAYS)),
        days[0] in "*?",
        weekdays[0] in "*?",
    )


def _numbers(text: str, low: int, high: int, names: tuple[str, ...] = ()) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, stepped, step = part.partition("/")
        each = int(step) if stepped else 1
        if span in {"*", "?"}:
            first, last = low, high
        else:
            begin, ranged, end = span.partition("-")
            first = _number(begin, low, names)
            last = _number(end, low, names) if ranged else (high if stepped else first)
        if each < 1 or not low <= first <= last <= high:
            raise ValueError(part)
        found.update(range(first, last + 1, each))
    return frozenset(found)


def _number(text: str, low: int, names: tuple[str, ...]) -> int:
    return names.index(text) + low if text in names else int(text)
