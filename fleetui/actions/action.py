"""One action: a plan that somebody decided to carry out."""

from __future__ import annotations

import math

from fleetui.core.change import Plan
from fleetui.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Who:
    """Who is at the keyboard, as far as this machine knows."""

    user: str
    host: str
    origin: str = ""
    """Where an SSH session comes from; empty at the machine itself."""

    def __str__(self) -> str:
        """Return `ana@bastion from 10.0.0.7`."""
        return f"{self.user}@{self.host}{f' from {self.origin}' if self.origin else ''}"


@dataclass(frozen=True, slots=True)
class GateSpec:
    """A PromQL expression that must stay within a bound: looked at before, during and after."""

    expr: str
    max: float | None = None
    min: float | None = None
    hold_s: float = 120.0
    """How long it must have held after the change is done."""
    roll_back: bool = False
    """Whether going bad takes the change back, or only stops what can be stopped."""
    place: str = ""
    """Where it was configured: `config.toml:41`; `--gate` on a command line."""
    source: str = ""
    """Which Prometheus is asked, by the name it was given; empty: the only one there is."""

    def holds(self, value: float) -> bool:
        """Say whether a value is within the bounds; NaN is not."""
        low = self.min is None or value >= self.min
        high = self.max is None or value <= self.max
        return low and high and not math.isnan(value)

    def excess(self, value: float) -> float:
        """Return how far a value is past its bounds; what is within is below zero."""
        over = -math.inf if self.max is None else value - self.max
        under = -math.inf if self.min is None else self.min - value
        return max(over, under)

    @property
    def bounds(self) -> str:
        """The bounds in words: `at most 0.01`, `from 1 to 5`."""
        if self.max is None:
            return f"at least {self.min:.6g}" if self.min is not None else "anything"
        return (
            f"at most {self.max:.6g}"
            if self.min is None
            else f"from {self.min:.6g} to {self.max:.6g}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An intent: on disk before anything is sent."""

    id: str
    request: str
    """What was confirmed at once has the same: one target of many."""
    at: float
    """When, in Unix seconds."""
    who: Who
    plan: Plan
    reason: str = ""
    gate: GateSpec | None = None
    undoes: str = ""
    """The id of the action that it takes back."""
    ignores_gate: bool = False
    """Whether the gate is only kept for the record: a person went ahead in spite of it."""

    @property
    def watched(self) -> GateSpec | None:
        """The gate that decides something."""
        return None if self.ignores_gate else self.gate


def new_id(now: float) -> str:
    """Return an id that sorts by time: milliseconds, then chance."""
    # The board begins no action while it loads, and its hashes take 3 ms.
    import secrets

    return f"{int(now * 1000):011x}{secrets.token_hex(4)}"
