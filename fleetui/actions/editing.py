"""A person's own editor on a private file: what they make of a thing's document."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from fleetui import yaml_form
from fleetui.core.change import Document
from fleetui.core.clean import clean
from fleetui.core.ref import Ref

USUAL = "vi"
Streams = tuple[int, int, int]
"""The file descriptors that the editor has as its standard input, output and error."""
Edit = Callable[[Path], int]
"""Opens an editor on a file, blocks until it is closed, and returns its exit code."""


class NotEdited(Exception):
    """There is nothing to plan, and why; the file is kept where something was written."""

    def __init__(self, why: str, *, failed: bool = True) -> None:
        """`failed` is False where that is what the person wanted."""
        super().__init__(why)
        self.failed = failed


def editor(environ: Mapping[str, str]) -> list[str]:
    """Return the words of the person's editor. Raises NotEdited where they cannot be read."""
    for name in ("VISUAL", "EDITOR"):
        if text := environ.get(name, "").strip():
            try:
                return shlex.split(text)
            except ValueError:
                raise NotEdited(f"{name} cannot be read: a quote is not closed") from None
    return [USUAL]


class Sheet:
    """A file that only its person can read, in a folder of its own: editors write beside it."""

    def __init__(self, ref: Ref) -> None:
        """Raises OSError."""
        self.folder = Path(tempfile.mkdtemp(prefix="fleetui-edit-"))
        name = "".join(c if c.isalnum() or c in "-." else "-" for c in f"{ref.kind}-{ref.name}")
        self.path = self.folder / f"{name[:200]}.yaml"
        self.kept = False
        """Whether somebody wrote into it that is not to be lost."""

    def write(self, text: str) -> None:
        """Write it anew, readable by nobody else. Raises OSError."""
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)

    def read(self) -> str:
        """Return what stands in it. Raises OSError, or NotEdited where it is no text."""
        try:
            return self.path.read_text("utf-8")
        except UnicodeDecodeError:
            raise NotEdited("what was saved is not UTF-8") from None

    def discard(self) -> None:
        """Remove it, with what an editor has left beside it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.kept = False

    @property
    def words(self) -> str:
        """Where it is, and how to go on with it; empty where it is not kept."""
        return f"what you wrote is kept: {self.path}" if self.kept else ""


def fill(sheet: Sheet, ref: Ref, origin: str, edit: Edit, begun: str = "") -> Document:
    """Have a person edit a document, and return what they made of it. Blocks.

    What cannot be read is opened again with what is wrong with it on top, until it can be read
    or is left as it was. `begun` is what they have made of it before, which is planned even as
    it is. Raises NotEdited and OSError.
    """
    text, wrong = begun or origin, ""
    while True:
        head = header(ref, wrong)
        sheet.write(head + text)
        code = edit(sheet.path)
        saved = sheet.read()
        written = _body(saved)
        sheet.kept = sheet.kept or written.strip() not in {origin.strip(), ""}
        if code != 0:
            raise NotEdited(f"the editor ended with {code}: nothing is changed")
        if not "".join(_lines(written)).strip():
            raise NotEdited("the document is empty: nothing is changed", failed=False)
        if saved == head + text and (wrong or not begun):
            sheet.kept = bool(wrong)
            why = wrong or "nothing is changed: the document is as it was"
            raise NotEdited(why, failed=bool(wrong))
        text, wrong = written, _mistake(written)
        if wrong:
            sheet.kept = True
        elif not begun and yaml_form.parse(text) == yaml_form.parse(origin):
            sheet.kept = False
            raise NotEdited("nothing is changed: the document says what it said", failed=False)
        else:
            return Document(text, "" if begun else origin)


def header(ref: Ref, wrong: str) -> str:
    """Return the comment on top of a document; `wrong` is what is wrong with it."""
    where = f"{ref.short} in {ref.provider} {ref.scope}"
    lines = [
        f"{clean(where, 400)}: save it and close the editor, then the plan is shown first.",
        "An empty document, or one that is left as it is, changes nothing.",
        clean(f"It cannot be read: {wrong}" if wrong else "", 400),
    ]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


_HEAD = 3
"""So many lines has the header."""


def _body(saved: str) -> str:
    """Return a document without the comment on top of it."""
    lines = saved.splitlines(keepends=True)
    while lines and lines[0].startswith("#"):
        lines.pop(0)
    return "".join(lines)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.lstrip().startswith("#")]


def _mistake(text: str) -> str:
    """Return what is wrong with a document, by the lines of the file that it is opened in again."""
    try:
        yaml_form.parse(text)
    except yaml_form.Mistake as mistake:
        if mistake.line:
            place = f"line {mistake.line + _HEAD}, column {mistake.column}"
            return f"{place}: {clean(mistake.what, 300)}"
        return clean(mistake.what, 300)
    return ""


def opening(argv: Sequence[str], streams: Streams) -> Edit:
    """Return what opens an editor on these file descriptors, as a shell starts a job."""

    def edit(path: Path) -> int:
        stdin, stdout, stderr = streams
        try:
            child = subprocess.Popen(  # what the person has named as their editor
                [*argv, str(path)], stdin=stdin, stdout=stdout, stderr=stderr, process_group=0
            )
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise NotEdited(
                f"{clean(argv[0], 200)} cannot be started ({why}): set EDITOR"
            ) from None
        with _foreground(stdin, child.pid) as give:
            child.returncode = _waited(child.pid, give)
        return child.returncode

    return edit


def _waited(pid: int, give: Callable[[bool], None]) -> int:
    """Return an editor's exit code; while it is stopped by a key, so are we."""
    while True:
        _, status = os.waitpid(pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            return os.waitstatus_to_exitcode(status)
        if os.WSTOPSIG(status) not in {signal.SIGTTIN, signal.SIGTTOU}:
            give(False)
            os.kill(os.getpid(), signal.SIGSTOP)
        # It read before the terminal was its own, or somebody has typed fg.
        give(True)
        os.killpg(pid, signal.SIGCONT)


@contextmanager
def _foreground(terminal: int, group: int) -> Iterator[Callable[[bool], None]]:
    """Let a job have the terminal: Ctrl-C and Ctrl-Z are the editor's then, and not ours."""
    if not os.isatty(terminal):
        yield lambda _its: None
        return
    ours = os.getpgrp()
    # Who is not in the foreground is stopped when it takes it, unless it does not hear of that.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})

    def give(its: bool) -> None:
        with suppress(OSError):
            os.tcsetpgrp(terminal, group if its else ours)

    give(True)
    try:
        yield give
    finally:
        give(False)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
