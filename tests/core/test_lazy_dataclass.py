"""A lazy dataclass is the standard library's in all but when its methods are written."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import threading
from collections.abc import Callable
from dataclasses import field
from typing import Any

import msgspec
import pytest

from fleetui.core.lazy_dataclass import dataclass

Maker = Callable[..., Callable[[type], Any]]
BOTH = (dataclasses.dataclass, dataclass)
KINDS: tuple[dict[str, bool], ...] = (
    {"frozen": True, "slots": True},
    {"frozen": True, "slots": True, "kw_only": True},
    {"frozen": True, "slots": True, "order": True},
    {"frozen": True, "slots": True, "eq": False},
    {"slots": True},
)


def _point(make: Maker, **options: bool) -> Any:
    @make(**options)
    class Point:
        """A place."""

        x: int
        y: float = 0.0
        seen: float = field(default=0.0, compare=False)
        tags: list[str] = field(default_factory=list)
        token: str = field(default="", repr=False)

    return Point


def _answer(call: Callable[[], object]) -> object:
    """Return what comes of it: a value, or the kind and words of an error."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001  whatever it is, both are to raise it
        return type(error), str(error)


@pytest.mark.parametrize("options", KINDS, ids="-".join)
@pytest.mark.parametrize(
    "ask",
    [
        lambda cls: repr(cls(x=1, token="hidden")),
        lambda cls: cls(x=1) == cls(x=1, seen=2.0),
        lambda cls: cls(x=1) == cls(x=2),
        lambda cls: cls(x=1) == 1,
        lambda cls: cls(x=1).__eq__(1) is NotImplemented,
        lambda cls: hash(cls(x=1)) == 0,
        lambda cls: len({cls(x=1, tags=()), cls(x=1, tags=())}),
        lambda cls: cls(x=1) < cls(x=2),
        lambda cls: cls(x=1) >= cls(x=2),
        lambda cls: cls(),
        lambda cls: repr(cls(1, 2.5)),
        lambda cls: cls(x=1, z=2),
        lambda cls: setattr(cls(x=1), "x", 2),
        lambda cls: delattr(cls(x=1), "x"),
        lambda cls: repr(dataclasses.replace(cls(x=1), y=2.0)),
        lambda cls: dataclasses.asdict(cls(x=1)),
        lambda cls: [each.name for each in dataclasses.fields(cls)],
        lambda cls: (cls.__match_args__, cls.__slots__, cls.__doc__, cls.__qualname__),
        lambda cls: repr(copy.deepcopy(cls(x=1, tags=["a"]))),
        lambda cls: cls(x=1).tags is cls(x=1).tags,
        lambda cls: cls.__hash__ is None,
    ],
)  # fmt: skip
def test_it_answers_as_the_standard_library_does(
    options: dict[str, bool], ask: Callable[[Any], object]
) -> None:
    theirs, ours = (_point(make, **options) for make in BOTH)
    expected = _answer(lambda: ask(theirs))
    assert _answer(lambda: ask(ours)) == expected
    # Once more: now the methods are written.
    assert _answer(lambda: ask(ours)) == expected


def _mixed(make: Maker) -> Any:
    @make(frozen=True, slots=True)
    class Mixed:
        name: str
        made: list[int] = field(default_factory=list, init=False)
        kept: int = field(default=7, init=False)
        must: int = field(kw_only=True)
        may: tuple[int, ...] = field(default=(1,), kw_only=True)
        call: Callable[[int], int] = lambda number: number + 1

    return Mixed


@pytest.mark.parametrize(
    "ask",
    [
        lambda cls: [
            (each.name, each.kind)
            for each in inspect.signature(type(cls("a", must=1))).parameters.values()
        ],
        lambda cls: (cls("a", must=1).made, cls("a", must=1).kept, cls("a", must=1).call(4)),
        lambda cls: cls("a", must=1).made is cls("a", must=1).made,
        lambda cls: cls("a", abs, must=2, may=()).call(-3),
        lambda cls: cls("a"),
        lambda cls: cls("a", must=1, kept=2),
        lambda cls: cls("a", [], 7, must=1),
        lambda cls: cls("a", must=1, may=(2,)).may,
    ],
)
def test_fields_of_every_sort_begin_as_the_standard_library_s_do(
    ask: Callable[[Any], object],
) -> None:
    theirs, ours = _mixed(BOTH[0]), _mixed(BOTH[1])
    assert _answer(lambda: ask(ours)) == _answer(lambda: ask(theirs))


def test_nothing_is_written_before_it_is_used() -> None:
    cls = _point(dataclass, frozen=True, slots=True)
    assert "x" not in inspect.signature(cls.__init__).parameters
    cls(x=1)
    assert list(inspect.signature(cls).parameters) == ["x", "y", "seen", "tags", "token"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What every thing has."""

    name: str
    at: float = field(default=0.0, compare=False)

    @property
    def short(self) -> str:
        return self.name[:2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine(Thing):
    """A thing with more, and words of its own."""

    cores: int = 1

    def __repr__(self) -> str:
        return f"{self.name} ({self.cores})"


def test_one_of_another() -> None:
    machine = Machine(name="web", cores=2)
    assert (machine.short, repr(machine)) == ("we", "web (2)")
    assert machine == Machine(name="web", cores=2, at=5.0)
    assert machine != Thing(name="web")
    assert machine != Machine(name="web", cores=3)
    assert repr(Thing(name="web")).endswith("Thing(name='web', at=0.0)")
    assert pickle.loads(pickle.dumps(machine)) == machine  # noqa: S301  what we made ourselves
    with pytest.raises(AttributeError):
        machine.other = 1  # type: ignore[attr-defined]


def test_what_a_decoder_makes_without_its_init_is_whole() -> None:
    @dataclass(frozen=True, slots=True)
    class Decoded:
        name: str
        parts: tuple[int, ...] = ()

    # The decoder needs the names of the types, which are this function's.
    Decoded.__annotations__.update(name=str, parts=tuple[int, ...])
    for each in dataclasses.fields(Decoded):
        each.type = Decoded.__annotations__[each.name]
    first, second = (msgspec.json.decode(b'{"name": "a"}', type=Decoded) for _ in "ab")
    assert first == second
    assert hash(first) == hash(second)
    assert repr(first).endswith("Decoded(name='a', parts=())")


def test_what_runs_after_the_init_runs() -> None:
    @dataclass(slots=True)
    class Twice:
        number: int
        double: int = field(init=False)

        def __post_init__(self) -> None:
            self.double = self.number * 2

    assert Twice(4).double == 8
    assert Twice(5).double == 10


def test_threads_may_be_first_together() -> None:
    for _ in range(20):
        cls = _point(dataclass, frozen=True, slots=True)
        gate, made = threading.Barrier(4), []

        def make(cls: Any = cls, gate: Any = gate, made: Any = made) -> None:
            gate.wait()
            made.append(cls(1))

        threads = [threading.Thread(target=make) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(made) == 4
        assert all(one == made[0] for one in made)


def test_slots_are_not_optional() -> None:
    with pytest.raises(TypeError, match="has slots"):
        _point(dataclass, frozen=True, slots=False)
