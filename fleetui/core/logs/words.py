"""The words and numbers by which loggers say how grave a line is, and when it was written."""

from __future__ import annotations

from datetime import UTC, datetime

TRACE, DEBUG, INFO, WARN, ERROR, FATAL = 10, 20, 30, 40, 50, 60
LEVELS: dict[str, int] = {
    "trace": TRACE, "silly": TRACE, "trc": TRACE, "finest": TRACE, "finer": TRACE,
    "debug": DEBUG, "verbose": DEBUG, "dbg": DEBUG, "fine": DEBUG,
    "info": INFO, "information": INFO, "notice": INFO, "http": INFO, "log": INFO, "inf": INFO,
    "informational": INFO, "config": INFO, "default": INFO,
    "warn": WARN, "warning": WARN, "wrn": WARN,
    "error": ERROR, "err": ERROR, "severe": ERROR, "dpanic": ERROR,
    "fatal": FATAL, "critical": FATAL, "crit": FATAL, "panic": FATAL, "emerg": FATAL,
    "emergency": FATAL, "alert": FATAL, "ftl": FATAL, "crt": FATAL,
}  # fmt: skip
# From which size on a number is milliseconds, microseconds, nanoseconds since 1970.
_SCALES = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
_LEAST, _MOST = 3e8, 1e11


def level_of(value: object) -> int:
    """Return the level that a field's value means, 0 where it means none."""
    if isinstance(value, str):
        word = value.strip().lower()
        found = LEVELS.get(word)
        if found is not None:
            return found
        # slog writes levels between its own as INFO+2.
        return LEVELS.get(word.partition("+")[0].partition("-")[0], 0) if word else 0
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    # pino and bunyan count in tens; syslog from 0 (the gravest) to 7.
    if 10 <= value <= 60:
        return int(value) // 10 * 10
    return (
        (FATAL, FATAL, FATAL, ERROR, WARN, INFO, INFO, DEBUG)[int(value)] if 0 <= value < 8 else 0
    )


def time_of(value: object) -> float | None:
    """Return the Unix seconds that a field's value means."""
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            return _of_text(value)
        value = number
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    for least, scale in _SCALES:
        if value >= least:
            value = value / scale
            break
    return float(value) if _LEAST < value < _MOST else None


def _of_text(text: str) -> float | None:
    text = text.strip().replace(",", ".").replace("/", "-")
    if len(text) > 40:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return time.replace(tzinfo=time.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError):
        return None
