"""A terminal for tests: starts a program in it, reads its screen, and waits for conditions."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from typing import Any

import pyte

StartTerminal = Callable[..., "Terminal"]
"""Starts a program with these words."""
PATIENCE_S = 180.0
"""Far longer than anything here takes: only a test that fails waits for it."""
_TOO_EARLY = "read it first, then Enter goes ahead"


class Terminal:
    """A pseudo-terminal of 110 by 30 with one program in it."""

    def __init__(self, command: Sequence[str], env: dict[str, str] | None = None) -> None:
        self._master, self._slave = pty.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 110, 0, 0))
        self.before = self.modes()
        self.raw = b""
        self._screen = pyte.Screen(110, 30)
        self._stream = pyte.ByteStream(self._screen)
        words = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        self.process = subprocess.Popen(
            command,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env={**os.environ, **words, **(env or {})},
            start_new_session=True,
            # Tests have one thread; without a terminal that controls it, nobody hangs up.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
        )

    @classmethod
    def fleetui(cls, *words: str, env: dict[str, str] | None = None) -> Terminal:
        """Start the program with these words."""
        return cls([sys.executable, "-m", "fleetui", *words], env)

    def modes(self) -> list[Any]:
        """Return the modes of the terminal."""
        return termios.tcgetattr(self._slave)

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(self._screen.display)

    @property
    def alternate(self) -> bool:
        """Whether the alternate screen is the one that shows."""
        return self.raw.rfind(b"\x1b[?1049h") > self.raw.rfind(b"\x1b[?1049l")

    def until(self, condition: Callable[[], bool]) -> None:
        """Read until the condition holds."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, f"waited in vain; the screen shows:\n{self.text}"
            self._read(0.05)

    def until_text(self, words: str) -> None:
        """Read until the screen shows these words."""
        self.until(lambda: words in self.text)

    def until_on(self, words: str) -> None:
        """Read until the cursor is on a row with these words: a filter's own are in its title."""
        self.until(
            lambda: any(line.startswith("▌") and words in line for line in self._screen.display)
        )

    def send(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._master, keys)

    def resize(self, rows: int, columns: int) -> None:
        """Make it another size, as a window that is pulled."""
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._screen.resize(rows, columns)

    def go_ahead(self, words: str) -> None:
        """Press Enter on a plan, and read until the screen shows these words.

        One that comes before the plan has stood for a moment means nothing, and the dialog says
        so. Without that none is pressed again: it would be for what lies below.
        """
        self.until_text("Enter go ahead")
        since, pressed = time.monotonic(), False

        def begun() -> bool:
            nonlocal since, pressed
            if time.monotonic() - since > (2.0 if pressed else 0.7):
                # What has been written by now is read first.
                while self._read(0.0):
                    pass
                if not pressed or _TOO_EARLY in self.text:
                    since, pressed = time.monotonic(), True
                    self.send(b"\r")
            return words in self.text

        self.until(begun)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self.process.send_signal(number)

    def ended(self) -> int:
        """Read until the program has ended, and return its exit code."""
        self.until(lambda: self.process.poll() is not None)
        while self._read(0.0):
            pass
        return self.process.returncode

    def hang_up(self) -> None:
        """Take the terminal away, as a link that dies does."""
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1

    def close(self) -> None:
        """End what is still there."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for descriptor in (self._master, self._slave):
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def _read(self, wait_s: float) -> bool:
        if not select.select([self._master], [], [], wait_s)[0]:
            return False
        got = os.read(self._master, 65536)
        self.raw += got
        self._stream.feed(got)
        return bool(got)
