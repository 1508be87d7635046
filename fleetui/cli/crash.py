"""What a person is told when the program itself fails: what, where, and where to read more."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

from fleetui.core.secrets import redact

_PACKAGE = Path(__file__).parent.parent


def report(error: BaseException, log: Path | None) -> tuple[str, ...]:
    """Log the whole traceback, without locals, and return the short report."""
    cause = _first(error)
    logging.getLogger("fleetui").critical("the program failed", exc_info=error)
    text = redact(str(cause)).strip() or "no message"
    lines = [f"the program failed: {type(cause).__name__}: {text.splitlines()[0]}"]
    if place := _place(cause):
        lines.append(f"  in {place}")
    where = f"the traceback is in {log}" if log else "give --log-file FILE to keep the traceback"
    return (*lines, f"  {where}")


def _first(error: BaseException) -> BaseException:
    """Return the first single error of a group."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _place(error: BaseException) -> str:
    """Return the innermost line of our own code that was running."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_PACKAGE):
            return f"{path.relative_to(_PACKAGE.parent)}:{frame.lineno}, {frame.name}"
    return ""
