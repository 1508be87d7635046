"""Which process wrote a record, and whether it still lives: a number alone is used again."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path
from typing import Any

from fleetui.core.lazy_dataclass import dataclass

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Process:
    """One process, told from every other that had or will have its number."""

    pid: int
    started: str
    """When it began: ticks since the machine's start, or as `ps` says it."""
    host: str
    boot: str = ""
    """The machine's start, where the kernel names it."""
    space: str = ""
    """In which numbering of processes: containers have their own."""
    uid: int = -1
    """The account that it runs as."""

    @staticmethod
    def this() -> Process:
        """Return the process that runs this."""
        pid = os.getpid()
        boot = _text(_PROC / "sys/kernel/random/boot_id").strip()
        return Process(pid, _started(pid), socket.gethostname(), boot, _space(), os.geteuid())

    def lives(self, here: Process) -> bool | None:
        """Say whether it lives, seen from `here`; None where that cannot be seen."""
        if self == here:
            return True
        if self.boot != here.boot:
            # Either this machine has started anew since, or it is another machine.
            return False if self.host == here.host else None
        if self.host != here.host and not self.boot:
            return None
        if self.space != here.space:
            return None
        return self.started == _started(self.pid)

    def form(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "pid": self.pid, "started": self.started, "host": self.host, "boot": self.boot,
            "space": self.space, "uid": self.uid,
        }  # fmt: skip


def process(form: dict[str, Any]) -> Process:
    """Return the process in what `Process.form` made."""
    return Process(**form)


def _started(pid: int) -> str:
    """Return when a process began, or `gone`; one that waits to be buried is gone."""
    if (_PROC / "self/stat").exists():
        # The name in brackets may hold blanks and brackets itself.
        fields = _text(_PROC / str(pid) / "stat").rpartition(")")[2].split()
        return fields[19] if len(fields) > 19 and fields[0] not in "ZX" else "gone"
    try:
        said = subprocess.run(
            ["ps", "-p", str(pid), "-o", "lstart="],
            capture_output=True, text=True, timeout=5, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return said.stdout.strip() or "gone"


def _space() -> str:
    try:
        return str((_PROC / "self/ns/pid").readlink())
    except OSError:
        return ""


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
