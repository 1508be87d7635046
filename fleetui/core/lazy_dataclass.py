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

_ORDER = ("__lt__", "__le__", "__gt__", "__ge__")

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
        options = {"frozen": frozen, "order": order, "eq": eq}

        def make(cls: type) -> type:
            bare = {"init": False, "repr": False, "eq": False, "slots": True, "kw_only": kw_only}
            return _with_methods(dataclasses.dataclass(**bare)(cls), options)

        return make


def _with_methods(cls: type, options: dict[str, bool]) -> type:
    late = ["__init__", "__repr__"]
    if options["eq"]:
        late += ["__eq__", "__hash__"] if options["frozen"] else ["__eq__"]
    if options["order"]:
        late += _ORDER
    # Python itself puts None for the hash of a class that says what is equal.
    late = [name for name in late if cls.__dict__.get(name) is None]
    for name in late:
        setattr(cls, name, _first(cls, name, late, options))
    if options["frozen"]:
        for name in _FROZEN:
            if name not in cls.__dict__:
                setattr(cls, name, _Frozen.__dict__[name])
    elif options["eq"] and "__hash__" not in cls.__dict__:
        cls.__hash__ = None  # type: ignore[assignment]
    return cls


def _first(cls: type, name: str, late: list[str], options: dict[str, bool]) -> Any:
    """Return a method that has all of `late` written, and then is the one that was."""

    def method(*args: Any, **kwargs: Any) -> Any:
        for each, written in _written(cls, options).items():
            if each in late:
                setattr(cls, each, written)
        return getattr(cls, name)(*args, **kwargs)

    method.__qualname__ = f"{cls.__qualname__}.{name}"
    return method


def _written(cls: type, options: dict[str, bool]) -> dict[str, Any]:
    """Return the methods that the standard library writes for a class with these fields."""
    found = dataclasses.fields(cls)
    body: dict[str, Any] = {
        "__doc__": "Lends its methods.",
        "__module__": cls.__module__,
        "__qualname__": cls.__qualname__,
        "__annotations__": {each.name: each.type for each in found},
        **{each.name: each for each in found},
    }
    if (after := getattr(cls, "__post_init__", None)) is not None:
        body["__post_init__"] = after
    lender = type(cls.__name__, (), body)
    dataclasses.dataclass(**options)(lender)
    return dict(lender.__dict__)


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
