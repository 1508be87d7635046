"""`dataclass` of the standard library, whose methods are written when they are first called.

To write and compile them takes up to 1 ms for each class. The board loads two hundred classes
before its first row is on the screen, and makes instances of a quarter of them by then: all at
once would be a fifth of that time. In all else they are the standard library's, and so are
`field`, `fields` and `replace`. All of them have slots.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

# What the standard library is to write for each method, and no more than that.
_BARE = {"init": False, "repr": False, "eq": False}
_ORDER = ("__lt__", "__le__", "__gt__", "__ge__")
_OPTIONS = {
    "__repr__": {**_BARE, "repr": True},
    "__eq__": {**_BARE, "eq": True},
    "__hash__": {**_BARE, "unsafe_hash": True},
    **{name: {**_BARE, "eq": True, "order": True} for name in _ORDER},
}

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(
        *,
        slots: bool,
        frozen: bool = False,
        order: bool = False,
        eq: bool = True,
        kw_only: bool = False,
    ) -> Callable[[type], type]:
        """Return what makes a dataclass of a class; the options are the standard library's."""
        if not slots:
            raise TypeError("slots=False: a lazy dataclass has slots")
        late = ["__init__", "__repr__"]
        if eq:
            late += ["__eq__", "__hash__"] if frozen else ["__eq__"]
        if order:
            late += _ORDER

        def make(cls: type) -> type:
            made = dataclasses.dataclass(**_BARE, slots=True, kw_only=kw_only)(cls)
            for name in late:
                # Python itself puts None for the hash of a class that says what is equal.
                if made.__dict__.get(name) is None:
                    setattr(made, name, _first(made, name, frozen=frozen))
            if frozen:
                for name in _FROZEN:
                    if name not in made.__dict__:
                        setattr(made, name, _Frozen.__dict__[name])
            elif eq and "__hash__" not in made.__dict__:
                made.__hash__ = None
            return made

        return make


def _first(cls: type, name: str, *, frozen: bool) -> Any:
    """Return a method that is written when it is called, and is then put in its own place."""

    def method(*args: Any, **kwargs: Any) -> Any:
        written = _init(cls, frozen=frozen) if name == "__init__" else _lent(cls, name)
        written.__qualname__ = method.__qualname__
        setattr(cls, name, written)
        return written(*args, **kwargs)

    method.__qualname__ = f"{cls.__qualname__}.{name}"
    return method


def _lent(cls: type, name: str) -> Any:
    """Return the method that the standard library writes for a class with these fields."""
    found = dataclasses.fields(cls)
    body: dict[str, Any] = {
        "__doc__": "Lends one method.",
        "__module__": cls.__module__,
        "__annotations__": {each.name: each.type for each in found},
        **{each.name: each for each in found},
    }
    lender = type(cls.__name__, (), body)
    dataclasses.dataclass(**_OPTIONS[name])(lender)
    return lender.__dict__[name]


def _init(cls: type, *, frozen: bool) -> Any:
    """Return the __init__ of a class. With it the standard library would write two more."""
    known: dict[str, Any] = {"_set": object.__setattr__, "_LEFT": dataclasses.MISSING}
    first: list[str] = ["self"]
    named: list[str] = []
    lines: list[str] = []
    for each in dataclasses.fields(cls):
        name = each.name
        parameter = value = name
        if each.default is not dataclasses.MISSING:
            known[f"_default_{name}"] = each.default
            parameter = f"{name}=_default_{name}"
        elif each.default_factory is not dataclasses.MISSING:
            known[f"_make_{name}"] = each.default_factory
            parameter = f"{name}=_LEFT"
            value = f"_make_{name}() if {name} is _LEFT else {name}"
        if each.init:
            (named if each.kw_only else first).append(parameter)
        elif parameter == name:
            # Nobody gives it and it has no default: what runs afterwards sets it.
            continue
        else:
            value = f"_make_{name}()" if value != name else f"_default_{name}"
        lines.append(f"_set(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    parameters = ", ".join([*first, *(["*", *named] if named else [])])
    exec(f"def __init__({parameters}):\n " + "\n ".join(lines or ["pass"]), known)  # noqa: S102
    return known["__init__"]


class _Frozen:
    """The methods that are the same in every frozen class."""

    def __setattr__(self, name: str, value: object) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")

    def __getstate__(self) -> list[object]:
        return [getattr(self, each.name) for each in dataclasses.fields(self)]  # type: ignore[arg-type]

    def __setstate__(self, state: list[object]) -> None:
        for each, value in zip(dataclasses.fields(self), state, strict=True):  # type: ignore[arg-type]
            object.__setattr__(self, each.name, value)


_FROZEN = ("__setattr__", "__delattr__", "__getstate__", "__setstate__")
