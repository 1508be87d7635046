"""How the app treats the terminal: clean lines out, no frame that waits for a slow link."""

from __future__ import annotations

import contextlib
import os
import sys
import termios
from queue import Empty, Full, Queue
from time import monotonic
from typing import IO

from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from textual._compositor import ChopsUpdate
from textual.color import Color
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver
from textual.filter import LineFilter

from fleetui.core.clean import UNSAFE

# Writes that may wait, and how long, before frames are left out. A frame is one to three of them;
# while rows are put in order the thread that writes waits for its turn, whoever reads.
_WAITING, _PATIENCE_S = 4, 0.05
_ROOM = 10_000


class Clean(LineFilter):
    """Drops control characters from what is painted, whatever widget it came from."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return the segments, the very same list where all is well."""
        for segment in segments:
            # isprintable() answers in C, and most text is.
            if not segment.text.isprintable() and not segment.control:
                return [
                    one if one.control else Segment(UNSAFE.sub("", one.text), one.style)
                    for one in segments
                ]
        return segments


class Trimmed(ChopsUpdate):
    """A partial update that sends the cells that changed, and none to the left of them.

    Textual's own begins each span at the left edge of its widget, which for one cell at the
    end of a wide line means all of it.
    """

    def render_segments(self, console: Console) -> str:
        """Return the update as text for the terminal."""
        sequences: list[str] = []
        for y, left, right in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or x >= right or end <= left:
                    continue
                start, stop = max(x, left), min(end, right)
                part = strip.crop(start - x, stop - x)
                sequences.append(Control.move_to(start, y).segment.text)
                sequences.append(part.render(console))
        return "".join(sequences)


class PatientWriter(WriterThread):
    """Writes in a thread, and goes on taking text when the terminal is gone or stands still."""

    def __init__(self, file: IO[str]) -> None:
        super().__init__(file)
        # The event loop must never wait here; the app leaves frames out long before it is full.
        self._queue: Queue[str | None] = Queue(_ROOM)
        self._since = 0.0
        self.lost = False

    @property
    def behind(self) -> bool:
        """Whether the terminal reads slower than we write."""
        waits = self._queue.qsize() > _WAITING
        return waits and monotonic() - self._since > _PATIENCE_S

    def write(self, text: str) -> None:
        """Take text to write; dropped when there is nobody left to read it."""
        if self.lost:
            return
        if self._queue.empty():
            self._since = monotonic()
        try:
            self._queue.put_nowait(text)
        except Full:
            self.lost = True

    def run(self) -> None:
        """Write until told to stop or until the terminal is gone."""
        try:
            super().run()
        except (OSError, ValueError):
            self.lost = True

    def stop(self) -> None:
        """Let it finish, but never wait long for a terminal that does not read."""
        with contextlib.suppress(Full):
            self._queue.put_nowait(None)
        self.join(0.3)
        if self.is_alive():
            self.lost = True
            with contextlib.suppress(Empty):
                while True:
                    self._queue.get_nowait()
            # What the terminal has not read would hold the process at its end: let it go.
            with contextlib.suppress(OSError, termios.error):
                termios.tcflush(self._file.fileno(), termios.TCOFLUSH)
            with contextlib.suppress(Full):
                self._queue.put_nowait(None)
            self.join(0.2)


class PatientDriver(LinuxDriver):
    """Textual's driver with a writer that never blocks the event loop."""

    def start_application_mode(self) -> None:
        """Start as Textual does, with our writer in place of its own from then on."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        writer = self._writer_thread
        if writer is not None and not isinstance(writer, PatientWriter):
            writer.stop()
            self._writer_thread = PatientWriter(writer._file)
            self._writer_thread.start()

    @property
    def behind(self) -> bool:
        """Whether the terminal has not read what was written a while ago."""
        writer = self._writer_thread
        return isinstance(writer, PatientWriter) and writer.behind


def has_terminal() -> bool:
    """Say whether a person's terminal is there; one that hung up without a signal is not."""
    try:
        return sys.__stdin__ is not None and os.isatty(sys.__stdin__.fileno())
    except (OSError, ValueError):
        return False
