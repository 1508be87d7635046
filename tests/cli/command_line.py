"""What the fixtures that run a command line are."""

from __future__ import annotations

from collections.abc import Callable
from subprocess import Popen

Run = Callable[..., tuple[int, str, str]]
"""Words → (exit code, stdout, stderr), in this process."""
Start = Callable[..., Popen[bytes]]
"""Words → a process of its own."""
