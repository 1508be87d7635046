"""What a config says of changes: `[policy]` and `[gate.NAME]`."""

from __future__ import annotations

from collections.abc import Iterator

from fleetui.core import globs
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.settings import Seconds, setting
from fleetui.core.windows import DATED, WEEKLY, WindowError, window

_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """`[policy]`: what may be changed from here, when, and how much of it at once."""

    protect: tuple[str, ...] = setting(
        (),
        "nothing is done to what fits one of these: docker/prod/*, asg/db-*; a pattern is of "
        "provider/scope/kind/name, or how that ends",
    )
    max_step: int = setting(
        0, "by how many members one change may grow or shrink something; 0: by any", minimum=0
    )
    max_targets: int = setting(0, "how many things may be changed at once; 0: any", minimum=0)
    reason: str = setting(
        "never",
        "when a reason must be given, which the audit keeps",
        choices=("never", "production", "always"),
    )
    freeze: tuple[str, ...] = setting(
        (), f'when nothing may be changed: "{WEEKLY}", "{DATED}"; the end is not part of it'
    )
    together: int = setting(
        1, "of many that are to be changed, how many are at a time", minimum=1, maximum=100
    )
    go_on: bool = setting(False, "of many, go on with the others after one has failed")

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what is impossible, as (key, message)."""
        yield from _patterns("protect", self.protect)
        for index, text in enumerate(self.freeze):
            try:
                window(text)
            except WindowError as error:
                yield f"freeze.{index}", str(error)


@dataclass(frozen=True, slots=True)
class GateSettings:
    """`[gate.NAME]`: a PromQL expression that must stay well before, during and after."""

    match: tuple[str, ...] = setting(
        (), "whose changes it watches, as in protect of [policy]", example=("asg/web-*",)
    )
    expr: str = setting(
        "",
        "a PromQL expression; where it gives several series, the worst one counts",
        example='sum(rate(http_requests_total{code=~"5.."}[1m]))',
    )
    max: float | None = setting(None, "it is well up to this", example=5)
    min: float | None = setting(None, "it is well from this on", example=0)
    hold: Seconds = setting(
        120.0, "how long it must stay well after the change is done", maximum=_DAY_S
    )
    roll_back: bool = setting(
        False,
        "take the change back when it goes bad, or when the back end gives up on it half-way; "
        "false stops it where it is",
    )
    prometheus: str = setting(
        "", "which Prometheus to ask, by the NAME of its table; the only one when empty"
    )

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what is impossible, as (key, message)."""
        if not self.match:
            yield "match", 'is empty: name whose changes it watches, such as ["asg/web-*"]'
        yield from _patterns("match", self.match)
        if not self.expr.strip():
            yield "expr", "is empty: write a PromQL expression"
        if self.max is None and self.min is None:
            yield "", "needs max or min: what is well, and what is not"
        elif self.max is not None and self.min is not None and self.min > self.max:
            yield "min", f"is more than max: nothing is between {self.min:g} and {self.max:g}"


@dataclass(frozen=True, slots=True)
class GateConfig:
    """One `[gate.NAME]` table."""

    name: str
    settings: GateSettings


def _patterns(key: str, patterns: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for index, glob in enumerate(patterns):
        wrong = globs.mistake(glob)
        if wrong:
            yield f"{key}.{index}", wrong
