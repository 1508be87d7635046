"""Finds the line of each key in a TOML text, which tomllib does not tell.

The text has been read by tomllib already, so what stands here is known to be valid and the
scanner only has to walk over it.
"""

from __future__ import annotations

import re
import tomllib

from fleetui.core.lazy_pattern import lazy_pattern

Path = tuple[str | int, ...]
"""Where a value is: keys of tables, and indices of arrays."""

_SPACE = lazy_pattern(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BLANK = lazy_pattern(r"[ \t]*")
_BARE = lazy_pattern(r"[A-Za-z0-9_-]+")
_STRING = lazy_pattern(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")'
    r"|'''[\s\S]*?'{3,5}(?!')"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = lazy_pattern(r"[^,\]}#\n]+")


def locate(text: str) -> dict[Path, int]:
    """Return the line, counted from 1, of every table, key and array item of a valid text."""
    # The newest Pythons report `\r\n` as one end of line; so is it here.
    return _Scanner(text.replace("\r\n", "\n")).run()


def line_of(lines: dict[Path, int], path: Path) -> int:
    """Return the line of `path`, else of the nearest table that would hold it; 0 at the top."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 0


class _Scanner:
    """Walks over the text once, noting the line where each path begins."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}
        self.counted_to = 0
        self.line = 1

    def run(self) -> dict[Path, int]:
        table: Path = ()
        while self.skip(_SPACE) < len(self.text):
            if self.peek("["):
                table = self.header()
            else:
                self.pair(table)
        return self.lines

    def skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at

    def peek(self, start: str) -> bool:
        return self.text.startswith(start, self.at)

    def note(self, path: Path, at: int) -> None:
        """Remember where `path` was met first; `at` only ever grows."""
        self.line += self.text.count("\n", self.counted_to, at)
        self.counted_to = at
        self.lines.setdefault(path, self.line)

    def header(self) -> Path:
        """Read `[a.b]` or `[[a.b]]` and return where the keys below it belong."""
        begin, array = self.at, self.peek("[[")
        self.at += 2 if array else 1
        *parents, last = self.key()
        path: Path = ()
        for name in parents:
            path = self.inside((*path, name), begin)
        path = (*path, last)
        if array:
            self.note(path, begin)
            self.counts[path] = self.counts.get(path, 0) + 1
            path = (*path, self.counts[path] - 1)
        self.note(path, begin)
        self.skip(_BLANK)
        self.at += 2 if array else 1
        return path

    def inside(self, path: Path, begin: int) -> Path:
        """Step into a table, or into the newest item of an array of tables."""
        self.note(path, begin)
        return (*path, self.counts[path] - 1) if path in self.counts else path

    def key(self) -> list[str]:
        """Read `a."b c".d`."""
        names: list[str] = []
        while True:
            begin = self.skip(_BLANK)
            quoted = self.text[begin] in "\"'"
            end = self.skip(_STRING if quoted else _BARE)
            word = self.text[begin:end]
            names.append(str(tomllib.loads(f"k={word}")["k"]) if quoted else word)
            self.skip(_BLANK)
            if not self.peek("."):
                return names
            self.at += 1

    def pair(self, table: Path) -> None:
        """Read `key = value`."""
        begin = self.at
        path = table
        for name in self.key():
            path = (*path, name)
            self.note(path, begin)
        self.at += 1
        self.skip(_BLANK)
        self.value(path)

    def value(self, path: Path) -> None:
        if self.peek("["):
            self.items(path)
        elif self.peek("{"):
            self.inline(path)
        else:
            self.skip(_STRING if self.text[self.at] in "\"'" else _SCALAR)

    def items(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self.skip(_SPACE) < len(self.text) and not self.peek("]"):
            self.note((*path, index), self.at)
            self.value((*path, index))
            index += 1
            self.skip(_SPACE)
            self.at += self.peek(",")
        self.at += 1

    def inline(self, path: Path) -> None:
        self.at += 1
        while self.skip(_SPACE) < len(self.text) and not self.peek("}"):
            self.pair(path)
            self.skip(_SPACE)
            self.at += self.peek(",")
        self.at += 1
