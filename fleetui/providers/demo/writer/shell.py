"""A small shell inside of the demo's containers: enough to look round in."""

from __future__ import annotations

import os
import shlex
import termios
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from fleetui.core.clean import clean
from fleetui.core.commands import HIDDEN
from fleetui.core.errors import Conflict
from fleetui.core.objects import Container
from fleetui.core.state import State

NOT_RUNNABLE, NOT_THERE = 126, 127
_CTRL_C, _INTERRUPTED = "\x03", 130
_CHUNK = 4096
_LONGEST = 64 * 1024
_SHELLS = frozenset({"sh", "bash", "ash", "/bin/sh", "/bin/bash"})
_FOLDERS = {
    "/": "app bin dev etc home lib proc srv tmp usr var",
    "/app": "main.py requirements.txt static templates",
    "/etc": "group hostname hosts os-release passwd resolv.conf",
    "/tmp": "",  # noqa: S108  a folder of the story, no file of ours
}
_RELEASE = (
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"', 'NAME="Debian GNU/Linux"',
    'VERSION_ID="12"', "VERSION_CODENAME=bookworm", "ID=debian",
)  # fmt: skip


class DemoSession:
    """One command in a container of the demo."""

    stands_alone = False
    """Whether it runs in a container of its own, beside one that may not run."""

    def __init__(self, row: Container, names: Sequence[str], argv: Sequence[str]) -> None:
        """`names` are those of its environment; their values are never shown."""
        self._row = row
        self._names = tuple(names)
        self._argv = tuple(argv)

    def run(self, stdin: int, stdout: int, stderr: int) -> int:
        """Run it to its end and return its exit code. Raises Conflict where nothing runs in it."""
        if not self.stands_alone and self._row.state not in {State.RUNNING, State.DEGRADED}:
            raise Conflict(f"it is {self._row.state}", where=str(self._row.ref),
                           hint="start it first")  # fmt: skip
        program, *rest = self._argv
        if program not in _SHELLS:
            return self._one(self._argv, stdout, stderr, who="exec: ")
        if rest[:1] == ["-c"]:
            return self._line(rest[1] if len(rest) > 1 else "", stdout, stderr)[0]
        return self._shell(stdin, stdout, stderr)

    def _shell(self, stdin: int, stdout: int, stderr: int) -> int:
        """Read lines until there are none, or one says exit."""
        if not os.isatty(stdin):
            return self._talk(_lines(stdin), "", stdout, stderr)
        with _own_keys(stdin):
            prompt = f"root@{self._row.ref.uid[:12]}:/app# "
            return self._talk(_lines(stdin), prompt, stdout, stderr)

    def _talk(self, lines: Iterator[str], prompt: str, stdout: int, stderr: int) -> int:
        code = 0
        _write(stdout, prompt)
        for line in lines:
            if line == _CTRL_C:
                code, over = _INTERRUPTED, False
                _write(stdout, "\n")
            else:
                code, over = self._line(line, stdout, stderr)
            if over:
                return code
            _write(stdout, prompt)
        if prompt:
            _write(stdout, "\n")
        return code

    def _line(self, line: str, stdout: int, stderr: int) -> tuple[int, bool]:
        """Run one line; return its exit code, and whether the shell ends by it."""
        words = shlex.shlex(line, posix=True, punctuation_chars=True)
        words.whitespace_split = True
        code, command = 0, []
        try:
            for word in (*words, ";"):
                if word and set(word) <= set("|&<>()"):
                    _write(stderr, f"sh: 1: this small shell knows no {word}\n")
                    return 2, False
                if word != ";":
                    command.append(word)
                    continue
                if command[:1] == ["exit"]:
                    return _status(command[1:], code), True
                if command:
                    code = self._one(command, stdout, stderr, who="sh: 1: ")
                command = []
        except ValueError:
            _write(stderr, "sh: 1: Syntax error: Unterminated quoted string\n")
            return 2, False
        return code, False

    def _one(self, words: Sequence[str], stdout: int, stderr: int, *, who: str) -> int:
        program, *rest = words
        name = program.rpartition("/")[2]
        known = {
            "ls": self._ls, "cat": self._cat, "ps": self._ps, "env": self._environment,
            "echo": _echo, "hostname": self._hostname, "whoami": _root, "pwd": _app,
            "true": _nothing, "false": _nothing,
        }  # fmt: skip
        if name in known:
            said, wrong = known[name](rest)
            _write(stdout, "".join(f"{one}\n" for one in said))
            _write(stderr, "".join(f"{name}: {one}\n" for one in wrong))
            return 1 if wrong or name == "false" else 0
        shown = clean(program, 200)
        if program in _FOLDERS:
            _write(stderr, f"{who}{shown}: Permission denied\n")
            return NOT_RUNNABLE
        _write(stderr, f"{who}{shown}: not found\n")
        return NOT_THERE

    def _ls(self, words: Sequence[str]) -> tuple[list[str], list[str]]:
        places = [word for word in words if not word.startswith("-")] or ["/app"]
        long = any(word.startswith("-") and "l" in word for word in words)
        said, wrong = [], []
        for place in places:
            found = _FOLDERS.get(place.rstrip("/") or "/")
            if found is None:
                wrong.append(f"cannot access '{clean(place, 200)}': No such file or directory")
            else:
                mode = "-rw-r--r-- 1 root root 4096 " if long else ""
                said += [f"{mode}{name}" for name in found.split()]
        return said, wrong

    def _cat(self, words: Sequence[str]) -> tuple[list[str], list[str]]:
        files = {"/etc/os-release": _RELEASE, "/etc/hostname": (self._row.ref.uid[:12],)}
        said: list[str] = []
        wrong: list[str] = []
        for word in words:
            if word in files:
                said += files[word]
            else:
                wrong.append(f"{clean(word, 200)}: No such file or directory")
        return said, wrong

    def _ps(self, words: Sequence[str]) -> tuple[list[str], list[str]]:  # noqa: ARG002
        command = clean(self._row.command, 200) or self._row.name
        return ["  PID USER     COMMAND", f"    1 root     {command}", "   42 root     ps"], []

    def _environment(self, words: Sequence[str]) -> tuple[list[str], list[str]]:  # noqa: ARG002
        own = (("HOSTNAME", self._row.ref.uid[:12]), ("PATH", "/usr/local/bin:/usr/bin:/bin"))
        return [f"{k}={v}" for k, v in (*own, *((name, HIDDEN) for name in self._names))], []

    def _hostname(self, words: Sequence[str]) -> tuple[list[str], list[str]]:  # noqa: ARG002
        return [self._row.ref.uid[:12]], []


def _status(words: Sequence[str], last: int) -> int:
    if not words:
        return last
    return int(words[0]) % 256 if words[0].isdecimal() else 2


def _echo(words: Sequence[str]) -> tuple[list[str], list[str]]:
    return [" ".join(words)], []


def _root(words: Sequence[str]) -> tuple[list[str], list[str]]:  # noqa: ARG001
    return ["root"], []


def _app(words: Sequence[str]) -> tuple[list[str], list[str]]:  # noqa: ARG001
    return ["/app"], []


def _nothing(words: Sequence[str]) -> tuple[list[str], list[str]]:  # noqa: ARG001
    return [], []


def _lines(stdin: int) -> Iterator[str]:
    """Yield lines as they are typed."""
    held = b""
    while data := os.read(stdin, _CHUNK):
        held += data
        if _CTRL_C.encode() in held:
            held = held.rpartition(_CTRL_C.encode())[2]
            yield _CTRL_C
        *whole, held = held.split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in whole)
        held = held[:_LONGEST]
    if held:
        yield held.decode("utf-8", "replace")


@contextmanager
def _own_keys(stdin: int) -> Iterator[None]:
    """Let Ctrl-C be a key of the shell, as it is in a container's own terminal."""
    before = termios.tcgetattr(stdin)
    ours = termios.tcgetattr(stdin)
    ours[3] &= ~termios.ISIG
    # It ends a line, so that it is read at once.
    ours[6][termios.VEOL] = _CTRL_C.encode()
    termios.tcsetattr(stdin, termios.TCSADRAIN, ours)
    try:
        yield
    finally:
        # A terminal that was closed meanwhile cannot be given back.
        with suppress(OSError, termios.error):
            termios.tcsetattr(stdin, termios.TCSADRAIN, before)


def _write(fd: int, text: str) -> None:
    view = memoryview(text.encode())
    while view:
        try:
            view = view[os.write(fd, view) :]
        except BrokenPipeError:
            # Whoever read it has gone: the command does not fail by that.
            return
