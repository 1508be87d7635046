"""What is wrong with a file, where, and how to mend it: all of it at once."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from fleetui.core.clean import clean
from fleetui.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in one place; `line` is 0 and `key` empty where there is none."""

    path: Path
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        """Return `config.toml:12: docker.local.hots: unknown key, did you mean "host"?`."""
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        parts = (place, self.key, self.message) if self.key else (place, self.message)
        return clean(": ".join(parts))


class ConfigErrors(Exception):
    """A file cannot be used; `problems` are all that is wrong with it, in order of line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(p) for p in self.problems))


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `, did you mean "host"?` where a known word comes near, else nothing."""
    near = get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    return f', did you mean "{near[0]}"?' if near else ""


def choice(word: str, known: Iterable[str]) -> str:
    """Return `no "hots", did you mean "host"?`, or all that there is where nothing comes near."""
    names = sorted(known)
    mend = nearest(word, names) or f": there is {', '.join(names) or 'none'}"
    return f'no "{word}"{mend}'
