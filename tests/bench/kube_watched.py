"""fleetui as it is, with a monitor in its event loop that writes down when the loop was late.

    python -m tests.bench.kube_watched FILE [fleetui's own words…]

Each line of FILE is three numbers: when, by the monotonic clock; how late the loop was; and how
much of that was work of its own thread, as others may hold the processor meanwhile. All seconds.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TextIO
from unittest.mock import patch

from fleetui.cli import runner
from fleetui.cli.main import main

_EVERY_S = 0.005
_WORTH_S = 0.004


class Watched(runner._Loop):
    """A loop that is to do something every few milliseconds, and notes when it came too late."""

    out: TextIO

    def run_forever(self) -> None:
        """Run, watched."""
        self._watch(self.time() + _EVERY_S)
        super().run_forever()

    def _watch(self, due: float) -> None:
        self._due, self._worked = due, time.thread_time()
        self.call_at(due, self._woken)

    def _woken(self) -> None:
        now = self.time()
        late = now - self._due
        if late > _WORTH_S:
            own = min(late, time.thread_time() - self._worked)
            self.out.write(f"{now} {late} {own}\n")
        self._watch(now + _EVERY_S)


if __name__ == "__main__":
    with Path(sys.argv.pop(1)).open("w", 1, encoding="ascii") as opened:
        Watched.out = opened
        with patch.object(runner, "_Loop", Watched):
            sys.exit(main())
