"""A lazy pattern is the standard library's, compiled when it is first used."""

from __future__ import annotations

import gc
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import fleetui
from fleetui.core.lazy_pattern import LazyPattern, lazy_pattern


def test_it_finds_what_a_compiled_one_finds() -> None:
    text = "a1 B22 c3"
    for flags in (0, re.IGNORECASE):
        lazy, own = lazy_pattern(r"([a-z])(\d)", flags), re.compile(r"([a-z])(\d)", flags)
        assert lazy.findall(text) == own.findall(text)
        assert [m.span() for m in lazy.finditer(text)] == [m.span() for m in own.finditer(text)]
        assert lazy.sub(r"\2\1", text, count=1) == own.sub(r"\2\1", text, count=1)
        for method in ("search", "match", "fullmatch"):
            found, expected = getattr(lazy, method)(text, 3), getattr(own, method)(text, 3)
            assert (found and found.groups()) == (expected and expected.groups())
        assert lazy.pattern == own.pattern
    assert lazy_pattern(rb"\d+").findall(b"1 22") == [b"1", b"22"]


def test_it_has_every_method_that_a_compiled_one_has() -> None:
    own = {name for name in dir(re.Pattern) if not name.startswith("_")}
    # Of these nothing here makes use, and the type checker does not know the first.
    assert own - set(dir(lazy_pattern("x"))) == {"scanner", "flags", "groups", "groupindex"}


def test_it_is_compiled_once_and_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    real = re.compile
    monkeypatch.setattr(re, "compile", lambda *args: compiled.append(args[0]) or real(*args))
    lazy = lazy_pattern("x")
    assert compiled == []
    assert lazy.search("axb") is not None
    assert lazy.sub("y", "axb") == "ayb"
    assert compiled == ["x"]


def test_every_pattern_of_ours_can_be_compiled() -> None:
    for module in walk_packages(fleetui.__path__, "fleetui."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    ours = [one for one in gc.get_objects() if type(one) is LazyPattern]
    assert len(ours) > 80
    for one in ours:
        assert one.compiled().pattern == one.pattern


def test_what_is_below_the_board_compiles_none_while_it_loads() -> None:
    code = (
        "import re, sys\n"
        "real, found = re.compile, []\n"
        "def note(*args, **flags):\n"
        "    found.append(sys._getframe(1).f_globals['__name__'])\n"
        "    return real(*args, **flags)\n"
        "re.compile = note\n"
        "from importlib import import_module\n"
        "for name in sys.argv[1:]:\n"
        "    import_module(name)\n"
        "print(sorted({name for name in found if name.startswith('fleetui')}))\n"
    )
    root = Path(fleetui.__file__).parent
    names = [
        ".".join(("fleetui", *path.relative_to(root).with_suffix("").parts))
        for part in ("core", "config", "providers")
        for path in sorted((root / part).rglob("*.py"))
        if path.name != "__init__.py" and "writer" not in path.parts
    ]
    done = subprocess.run(
        [sys.executable, "-c", code, *names], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
