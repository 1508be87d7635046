"""Why a command that would change something ends before it has: as exit codes and words."""

from __future__ import annotations

from fleetui.actions.proposal import Refused
from fleetui.cli.changing import telling
from fleetui.cli.exits import Exit, Stop
from fleetui.core.errors import Fault, Unreachable


def refused(error: Refused) -> Stop:
    """Return the end of what may not be done, a line for each rule."""
    first, *rest = (f"refused: {telling.safe(one.line)}" for one in error.refusals)
    return Stop(Exit.REFUSED, first, *rest)


def failed(fault: Fault) -> Stop:
    """Return the end of what a back end did not do, or where it does not answer."""
    code = Exit.UNREACHABLE if fault.code == Unreachable.code else Exit.FAILED
    return Stop(code, telling.safe(fault.line))
