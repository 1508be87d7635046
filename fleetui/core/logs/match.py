"""Which entries are shown: by level, by words and fields, by trace."""

from __future__ import annotations

import operator
from collections.abc import Callable

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.logs.line import Level, LogLine

_TERM = lazy_pattern(r'(?:[^\s"]|"[^"]*"?)+')
_FIELD = lazy_pattern(r"(?P<name>[A-Za-z_@][\w.@-]*)(?P<op>:|>=|<=|>|<)(?P<value>.+)$")
_OPS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le,
}  # fmt: skip
Test = Callable[[LogLine], bool]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be shown. Notes of our own are always shown."""

    level: Level = Level.NONE
    """At least so grave; entries without a level only where this is NONE."""
    text: str = ""
    """Terms that must all match: words, `field:value`, `field>1`, `!term`."""
    trace: str = ""

    @property
    def everything(self) -> bool:
        """Whether it leaves nothing out."""
        return not (self.level or self.text.strip() or self.trace)

    def test(self) -> Test:
        """Return whether an entry is wanted, as one function. Raises ValueError."""
        if self.text.count('"') % 2:
            raise ValueError("a quote is not closed")
        tests = [_term(word) for word in _TERM.findall(self.text)]
        least, trace = int(self.level), self.trace

        def wanted(line: LogLine) -> bool:
            if line.stream == "note":
                return True
            if least and line.quick_level() < least:
                return False
            if trace and not (line.parsed.trace == trace or trace in line.text):
                return False
            return all(test(line) for test in tests)

        return wanted


def holds(word: str) -> Test:
    """Return whether an entry has this text somewhere, capitals or not."""
    low = word.casefold()

    def test(line: LogLine) -> bool:
        if low in line.text.casefold():
            return True
        if line.more is not None and any(low in text.casefold() for text in line.more):
            return True
        # An entry shows what its JSON means, not how it is written.
        return line.text[:1] == "{" and low in line.message.casefold()

    return test


def _term(word: str) -> Test:
    if word.startswith("!") and len(word) > 1:
        inner = _term(word[1:])
        return lambda line: not inner(line)
    if word[:1] != '"' and (found := _FIELD.match(word)):
        return _field(found["name"], found["op"], found["value"].replace('"', ""))
    return holds(word.replace('"', ""))


def _field(name: str, op: str, value: str) -> Test:
    if op != ":":
        try:
            limit = float(value)
        except ValueError:
            raise ValueError(f"{value!r} is no number: {name}{op}100, or {name}:{value}") from None
        compare = _OPS[op]

        def more_or_less(line: LogLine) -> bool:
            try:
                return compare(float(line.fields[name]), limit)
            except (KeyError, ValueError):
                return False

        return more_or_less
    low = value.casefold()
    if name == "level":
        known = [level.word for level in Level if level]
        if not any(word.startswith(low) for word in known):
            raise ValueError(f"no level is called {value!r}: there is {', '.join(known)}")
        return lambda line: line.level.word.startswith(low) and bool(line.level)
    if name == "source":
        return lambda line: low in str(line.source).casefold()
    if name == "container":
        return lambda line: low in (line.container or line.fields.get(name, "")).casefold()
    # What looks like a field may be a word of a plain line: `http://x`, `foo:bar`.
    whole = holds(f"{name}:{value}")

    def test(line: LogLine) -> bool:
        fields = line.fields
        if name in fields:
            return low in fields[name].casefold()
        if name in {"msg", "message"}:
            return low in line.message.casefold()
        return not fields and whole(line)

    return test
