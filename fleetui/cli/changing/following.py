"""Follows what was begun to its end, and tells on stderr how far it is."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable

from fleetui.actions.request import Request
from fleetui.actions.run import Run
from fleetui.cli import output
from fleetui.cli.changing.telling import safe, state
from fleetui.cli.exits import Exit
from fleetui.cli.write import width
from fleetui.core.change import Phase, Plan
from fleetui.core.humanise import duration

_LOOK_S = 0.25
_NOT_SENT = frozenset({Phase.WAITING, Phase.SENDING})


class Follower:
    """Says how each target is, when that changes; at a terminal on one line that is redrawn."""

    def __init__(
        self,
        request: Request,
        now: Callable[[], float],
        *,
        tethered: Callable[[Plan], bool],
        quiet: bool = False,
    ) -> None:
        """`now` gives Unix seconds; `tethered` says which plans end with this process."""
        self._request = request
        self._tethered = tethered
        self._now = now
        self._quiet = quiet
        self._live = output.coloured(sys.stderr)
        self._told: dict[str, str] = {}
        self._drawn = False

    async def wait(self, *, to_the_end: bool) -> None:
        """Return when all have ended, or, without `to_the_end`, when all have been sent.

        Cancelled, it sends no more, tells what goes on, and leaves.
        """
        waiting = asyncio.ensure_future(self._request.wait())
        try:
            while not waiting.done():
                self._tell()
                if not to_the_end and self._all_sent():
                    break
                await asyncio.wait({waiting}, timeout=_LOOK_S)
            if waiting.done():
                waiting.result()
        except asyncio.CancelledError:
            self._erase()
            self._left()
            raise
        finally:
            waiting.cancel()
        self._erase()

    def _all_sent(self) -> bool:
        return all(
            run.progress.phase.ended
            or (run.progress.phase not in _NOT_SENT and not self._tethered(run.action.plan))
            for run in self._request.runs
        )

    def _tell(self) -> None:
        if self._quiet:
            return
        if self._live:
            self._draw()
            return
        for run in self._request.runs:
            text, phase = state(run), run.progress.phase
            # What a gate says is another number at each look: its beginning is enough.
            key = phase.value if phase is Phase.HOLDING else text
            if phase is not Phase.WAITING and self._told.get(run.action.id) != key:
                self._told[run.action.id] = key
                if not phase.ended:
                    output.tell(f"{run.action.plan.ref}: {text}")

    def _draw(self) -> None:
        """Draw one line: which are on their way, and how many are behind them."""
        runs = self._request.runs
        ended = sum(run.progress.phase.ended for run in runs)
        idle = {phase for phase in Phase if phase.ended} | {Phase.WAITING}
        busy = [run for run in runs if run.progress.phase not in idle]
        parts = [f"{run.action.plan.ref.short}: {state(run)}" for run in busy[:3]]
        if len(runs) > 1:
            parts.insert(0, f"{ended} of {len(runs)}")
        parts.append(duration(self._now() - runs[0].action.at))
        text = safe(" · ".join(parts))
        room = _columns() - 1
        while width(text) > room:
            text = text[:-1]
        # Its terminal may be gone: what is under way goes on all the same.
        output.draw(f"\r\x1b[K{text}")
        self._drawn = True

    def _erase(self) -> None:
        if self._drawn:
            output.draw("\r\x1b[K")
            self._drawn = False

    def _left(self) -> None:
        """Send no more, and say what is on its way without us."""
        self._request.cancel_waiting()
        runs = self._request.runs
        waiting = [run for run in runs if run.progress.phase is Phase.WAITING]
        going = [run for run in runs if run not in waiting and not run.progress.phase.ended]
        for run in going:
            ours = self._tethered(run.action.plan)
            how = "was done from here, and may stop half-way" if ours else "goes on unfollowed"
            output.tell(f"{run.action.plan.ref}: {state(run)}; it {how}")
        if waiting:
            output.tell(f"{len(waiting)} of {len(runs)} were not sent")
        if going:
            output.tell("see what becomes of it: fleetui rollouts")


def _columns() -> int:
    try:
        return max(20, os.get_terminal_size(sys.stderr.fileno()).columns)
    except (OSError, ValueError):
        return 80


def verdict_of(runs: tuple[Run, ...]) -> Exit:
    """Return the exit code for how all have ended; one that is under way has not failed."""
    phases = {run.progress.phase for run in runs}
    if phases & {Phase.FAILED, Phase.TIMED_OUT, Phase.CANCELLED, Phase.ROLLED_BACK}:
        return Exit.FAILED
    return Exit.UNREACHABLE if Phase.UNKNOWN in phases else Exit.DONE
