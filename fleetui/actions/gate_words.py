"""A gate as it is typed: `--gate 'EXPR' --gate-max 0.01 --gate-for 2m`."""

from __future__ import annotations

import math

from fleetui.actions.action import GateSpec
from fleetui.core.filter import duration

PLACE = "--gate"
HOLD_S = 120.0
LONGEST_S = 86_400.0


class GateMistake(ValueError):
    """The words make no gate; the message names the option and how to write it."""


def gate_of(
    expr: str | None,
    *,
    high: str | None = None,
    low: str | None = None,
    hold: str | None = None,
    roll_back: bool = False,
    source: str | None = None,
) -> GateSpec | None:
    """Return the gate of a command's options, None where there is none. Raises GateMistake.

    `high`, `low` and `hold` are what stands behind `--gate-max`, `--gate-min` and `--gate-for`.
    """
    if expr is None:
        given = {"--gate-max": high, "--gate-min": low, "--gate-for": hold,
                 "--gate-rollback": roll_back or None, "--gate-source": source}  # fmt: skip
        stray = next((name for name, value in given.items() if value is not None), "")
        if stray:
            raise GateMistake(f"{stray} belongs to --gate 'EXPR', which is not given")
        return None
    if not expr.strip():
        raise GateMistake("--gate is empty: write a PromQL expression")
    most, least = _number("--gate-max", high), _number("--gate-min", low)
    if most is None and least is None:
        raise GateMistake("--gate needs --gate-max or --gate-min: what is well, and what is not")
    if most is not None and least is not None and least > most:
        raise GateMistake(f"--gate-min {least:g} is more than --gate-max {most:g}")
    hold_s = HOLD_S if hold is None else _seconds(hold)
    return GateSpec(expr.strip(), most, least, hold_s, roll_back, PLACE, source or "")


def _number(name: str, text: str | None) -> float | None:
    """Return a bound: `0.01`, or `1%`, which is the same."""
    if text is None:
        return None
    bare = text.strip().removesuffix("%").strip()
    try:
        value = float(bare)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in bare:
        raise GateMistake(f"{name} {text!r} is not a number such as 0.01 or 1%")
    return value / 100 if text.strip().endswith("%") else value


def _seconds(text: str) -> float:
    bare = text.strip().replace(" ", "")
    found = float(bare) if bare.isdecimal() else duration(bare)
    if found is None:
        raise GateMistake(f"--gate-for {text!r} is not a length of time such as 90s, 2m or 1h30m")
    if found > LONGEST_S:
        raise GateMistake(f"--gate-for {text!r} is longer than a day")
    return found
