"""Reads a table into a settings dataclass, noting everything that is wrong with it.

A settings dataclass is frozen and made of `core.settings.setting()` fields. It may have a
method `problems(self)` that yields (key, message) for what is impossible together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from types import MappingProxyType, NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from fleetui.config import values
from fleetui.config.document import Document
from fleetui.config.locate import Path
from fleetui.config.problems import nearest
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.settings import Secret

T = TypeVar("T")
_WORDS = lazy_pattern(r"[a-z_]+")
_SOURCES = ("env", "file", "command")


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a settings dataclass, as the config file sees it."""

    name: str
    type: Any
    """Its type without `None`."""
    default: Any
    doc: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    example: Any = None
    """What the example file shows instead of the default."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that set it: three of them where it is a secret."""
        if self.type is Secret:
            return tuple(f"{self.name}_{source}" for source in _SOURCES)
        return (self.name,)


_known: dict[type[Any], Mapping[str, Setting]] = {}


def settings_of(cls: type[Any]) -> Mapping[str, Setting]:
    """Return the settings of a dataclass by the names of their fields."""
    if cls not in _known:
        _known[cls] = MappingProxyType(_settings(cls))
    return _known[cls]


def _settings(cls: type[Any]) -> dict[str, Setting]:
    hints = get_type_hints(cls, include_extras=True)
    found: dict[str, Setting] = {}
    for f in fields(cls):
        if "doc" not in f.metadata:
            raise TypeError(f"{cls.__name__}.{f.name} is not declared with setting()")
        default = f.default_factory() if callable(f.default_factory) else f.default
        found[f.name] = Setting(f.name, _bare(hints[f.name]), default, **f.metadata)
    return found


def _bare(hint: Any) -> Any:
    """Return the type without `None` beside it."""
    if get_origin(hint) in {Union, UnionType}:
        (hint,) = (arg for arg in get_args(hint) if arg is not NoneType)
    return hint


def keys_of(*classes: type[Any]) -> tuple[str, ...]:
    """Return every key that these dataclasses take."""
    return tuple(key for cls in classes for s in settings_of(cls).values() for key in s.keys)


def read(
    cls: type[T], table: Mapping[str, Any], at: Path, doc: Document, *, beside: Iterable[str] = ()
) -> T | None:
    """Return an instance of `cls` from the table at `at`, or None after noting why not.

    `beside` are keys of the same table that another reader takes.
    """
    before = len(doc.problems)
    got = dict(_values(cls, table, at, doc))
    unknown(table, (*keys_of(cls), *beside), at, doc, ignore=_literals(cls))
    made = cls(**got)
    check = getattr(made, "problems", None)
    wrong = _in_doubt(cls, table, got) if len(doc.problems) > before else frozenset()
    for key, message in check() if callable(check) else ():
        # What follows from a value that could not be read would only repeat that.
        if not wrong & set(_WORDS.findall(f"{key} {message}")):
            doc.add((*at, *_inside(key)), message)
    return made if len(doc.problems) == before else None


def _in_doubt(cls: type[Any], table: Mapping[str, Any], got: Mapping[str, Any]) -> frozenset[str]:
    """Return the keys of a table whose values are not known: wrong, or perhaps misspelt."""
    known = keys_of(cls)
    found: set[str] = set()
    for one in settings_of(cls).values():
        names = {one.name, f"{one.name}_literal", *one.keys}
        if one.name not in got and not names.isdisjoint(table):
            found |= names
    for key in table:
        if key not in known:
            found.update(get_close_matches(key, known, n=3))
    return frozenset(found)


def _inside(key: str) -> Path:
    """Return where `protect.0` is: names of tables, numbers of a list's items."""
    parts = key.split(".") if key else ()
    return tuple(int(part) if part.isdecimal() else part for part in parts)


def unknown(
    table: Mapping[str, Any],
    known: Iterable[str],
    at: Path,
    doc: Document,
    *,
    ignore: Iterable[str] = (),
) -> None:
    """Note every key of the table that nobody takes. Its value is never repeated."""
    known = tuple(known)
    skipped = {*known, *ignore}
    for key in table:
        if key not in skipped:
            doc.add((*at, key), f"unknown key{nearest(key, known)}")


def _literals(cls: type[Any]) -> tuple[str, ...]:
    secrets = (s.name for s in settings_of(cls).values() if s.type is Secret)
    return tuple(key for name in secrets for key in (name, f"{name}_literal"))


def _values(
    cls: type[Any], table: Mapping[str, Any], at: Path, doc: Document
) -> Iterator[tuple[str, Any]]:
    has_secret = {s.name for s in settings_of(cls).values() if s.type is Secret}
    for one in settings_of(cls).values():
        if one.type is Secret:
            secret = _secret(one, table, at, doc)
            if secret is not None:
                yield one.name, secret
        elif one.name in table:
            try:
                yield one.name, _value(one, table[one.name], has_secret)
            except values.BadValue as bad:
                doc.add((*at, one.name, *bad.inside), bad.message)


def _value(one: Setting, raw: Any, secrets: set[str]) -> Any:
    """Return the value of one key in its field's type and within its bounds."""
    value = values.convert(one.type, raw)
    if one.choices and value not in one.choices:
        raise values.BadValue(
            f"{values.shown(str(value))} is none of {', '.join(c for c in one.choices if c)}"
            f"{nearest(str(value), one.choices)}"
        )
    if isinstance(value, str):
        values.refuse_password(value, secrets)
    values.check_bounds(one.type, value, one.minimum, one.maximum)
    return value


def _secret(one: Setting, table: Mapping[str, Any], at: Path, doc: Document) -> Secret | None:
    """Return where a secret comes from; a secret in the file itself is refused unread."""
    env, file, command = one.keys
    for literal in (one.name, f"{one.name}_literal"):
        if literal in table:
            mend = f"write {env}, {file} or {command}"
            doc.add((*at, literal), f"a secret does not belong in this file: {mend}")
    given = [key for key in one.keys if key in table]
    for key in given[1:]:
        doc.add((*at, key), f"{given[0]} is given too: keep one of them")
    if not given:
        return None
    key, source = given[0], _SOURCES[one.keys.index(given[0])]
    value = table[key]
    if not isinstance(value, str) or not value.strip():
        what = {env: "the name of a variable", file: "a path", command: "a command line"}[key]
        doc.add((*at, key), f"must be {what}")
        return None
    if source == "command" and doc.mistrust:
        doc.add((*at, key), f"not run: {doc.mistrust}")
        return None
    if source == "env" and not values.VARIABLE.fullmatch(value):
        doc.add((*at, key), "must be the name of a variable, not the secret itself")
        return None
    return Secret(source, value)
