"""Runs a program in a pseudo-terminal and stamps what it writes as it arrives."""

from __future__ import annotations

import fcntl
import os
import pty
import queue
import signal
import struct
import termios
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyte

COLUMNS, LINES = 200, 50
_TICKS = os.sysconf("SC_CLK_TCK")


class Terminal:
    """One program in a terminal of 200×50; `screen` is what a person would see."""

    def __init__(self, command: Sequence[str], environ: dict[str, str] | None = None) -> None:
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.raw = b""
        """Everything it has written that was read by `pump`."""
        self.last_at = 0.0
        """When the newest of it arrived, in monotonic seconds."""
        self._stream = pyte.ByteStream(self.screen)
        self._chunks: queue.Queue[tuple[float, bytes]] = queue.Queue()
        env = os.environ | {"TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        env |= environ or {}
        # A program that a person has started once before is compiled.
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        self.started_at = time.monotonic()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            # The child waits for its size: a program that reads it early must not see 80×24.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
            os.execvpe(command[0], list(command), env)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._fd, 65536)
            except OSError:
                return
            if not data:
                return
            self._chunks.put((time.monotonic(), data))

    def send(self, keys: bytes) -> float:
        """Press keys and return when."""
        at = time.monotonic()
        os.write(self._fd, keys)
        return at

    def pump(self, until: Callable[[], bool], timeout_s: float) -> float:
        """Draw what arrives until a condition holds; return when the piece that did it came.

        Raises TimeoutError with the screen as it stands.
        """
        end = time.monotonic() + timeout_s
        while True:
            try:
                at, data = self._chunks.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                seen = "\n".join(self.screen.display)
                raise TimeoutError(f"not seen within {timeout_s}s:\n{seen}") from None
            self.raw += data
            self.last_at = at
            self._stream.feed(data)
            if until():
                return at

    def collect(self, seconds: float) -> int:
        """Draw what arrives in this time and return how many bytes it was."""
        before = len(self.raw)
        try:
            self.pump(lambda: False, seconds)
        except TimeoutError:
            return len(self.raw) - before
        raise AssertionError("unreachable")

    def shows(self, text: str) -> bool:
        """Say whether a line of the screen holds this text."""
        return any(text in line for line in self.screen.display)

    def cursor_line(self) -> int:
        """Return the screen line that bears the cursor's mark, or -1."""
        for number, line in enumerate(self.screen.display):
            if "▌" in line:
                return number
        return -1

    def cpu_s(self) -> float:
        """Return the processor time it has used, user and system, in seconds."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> int:
        """Return its resident memory in bytes."""
        for line in Path(f"/proc/{self.pid}/status").read_text("ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    def signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def close(self) -> None:
        """End it."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        # The next terminal may be given the same descriptor: nobody may read it any more.
        self._reader.join(5)
        os.close(self._fd)
