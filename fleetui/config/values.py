"""Turns one TOML value into the type of its setting, or says what it must be."""

from __future__ import annotations

import math
from typing import Any, get_args, get_origin

from fleetui.core.clean import clean
from fleetui.core.filter import duration
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.settings import Seconds

VARIABLE = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_PASSWORD = lazy_pattern(r"://[^/@\s:]*:[^/@\s]+@")
# What a value is called in a sentence.
_WORDS: dict[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


class BadValue(Exception):
    """A value is not what its key takes; `inside` is the item of a list or table it is about."""

    def __init__(self, message: str, *inside: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.inside = inside


def word(value: Any) -> str:
    """Return what a TOML value is called in a sentence."""
    return _WORDS.get(type(value), "a date or time")


def convert(kind: Any, raw: Any) -> Any:
    """Return `raw` as `kind`: one of the types that settings have. Raises BadValue."""
    if kind is Seconds:
        return _seconds(raw)
    if kind is float:
        return _number(raw)
    if kind in {str, int, bool}:
        if type(raw) is not kind:
            raise BadValue(f"must be {_WORDS[kind]}, not {word(raw)}")
        return raw
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple and arguments[1:] == (...,):
        return _items(arguments[0], raw)
    if origin is dict and arguments == (str, str):
        return _texts(raw)
    raise TypeError(f"no setting can be a {kind}")


def _number(raw: Any) -> float:
    if type(raw) not in {int, float}:
        raise BadValue(f"must be a number, not {word(raw)}")
    if not math.isfinite(raw):
        raise BadValue("must be a number that ends")
    return float(raw)


def _seconds(raw: Any) -> float:
    got = duration(raw.replace(" ", "")) if isinstance(raw, str) else None
    if got is None:
        if type(raw) not in {int, float} or not math.isfinite(raw):
            raise BadValue('must be a length of time such as "15s", "5m" or "1h30m"')
        got = float(raw)
    if got < 0:
        raise BadValue("must not be negative")
    return got


def _items(kind: Any, raw: Any) -> tuple[Any, ...]:
    if not isinstance(raw, list):
        raise BadValue(f"must be a list of {_WORDS[kind].removeprefix('a ')}s, not {word(raw)}")
    for index, item in enumerate(raw):
        if type(item) is not kind:
            raise BadValue(f"must be {_WORDS[kind]}, not {word(item)}", index)
    return tuple(raw)


def _texts(raw: Any) -> dict[str, str]:
    if not isinstance(raw, dict):
        raise BadValue(f"must be a table of texts, not {word(raw)}")
    for key, item in raw.items():
        if not isinstance(item, str):
            raise BadValue(f"must be text, not {word(item)}", key)
    return dict(raw)


def refuse_password(value: str, secrets: set[str]) -> None:
    """Refuse an address with a password in it, without repeating it. Raises BadValue."""
    if not _PASSWORD.search(value):
        return
    mend = (
        "password_env, password_file or password_command"
        if "password" in secrets
        else "it is no place for one"
    )
    raise BadValue(f"holds a password: {mend}")


def check_bounds(kind: Any, value: Any, low: float | None, high: float | None) -> None:
    """Refuse a number outside its bounds. Raises BadValue."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    unit = "s" if kind is Seconds else ""
    if low is not None and value < low:
        raise BadValue(f"must be at least {low:g}{unit}, not {value:g}{unit}")
    if high is not None and value > high:
        raise BadValue(f"must be at most {high:g}{unit}, not {value:g}{unit}")


def shown(value: str) -> str:
    """Return a word from the file as it is repeated in a message."""
    return f'"{clean(value, 60)}"'
