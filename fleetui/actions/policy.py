"""Whether a plan may be carried out, and what a person must do to confirm it. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from fleetui.actions.action import GateSpec
from fleetui.core.change import Plan, Verb
from fleetui.core.ref import Ref


class Confirm(StrEnum):
    """What a person does to go ahead. Never a default that acts."""

    KEY = "key"
    """Press Enter on the plan."""
    NAME = "name"
    """Type the target's name, or the number of targets."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: which rule, from which line of which file."""

    rule: str
    """`policy.protect`, `read-only`, `policy.freeze`; `back end` where it would not."""
    text: str
    place: str = ""
    """`config.toml:41`, `--read-only`; empty where it is no rule of a person's."""

    @property
    def line(self) -> str:
        """One line for the dialog or for stderr."""
        where = f" ({self.rule}, {self.place})" if self.place else f" ({self.rule})"
        return f"{self.text}{where}"


@dataclass(frozen=True, slots=True)
class Freeze:
    """A window in which nothing is changed."""

    text: str
    """As it is in the config: `Fri 16:00 - Mon 08:00 Europe/Stockholm`."""
    covers: Callable[[float], float | None]
    """Unix seconds → when the window that covers this moment ends; None where none does."""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules, each with its place by its name in `places`."""

    production: frozenset[tuple[str, str]] = frozenset()
    """(provider, scope)s."""
    protect: tuple[tuple[str, str], ...] = ()
    """(glob over `provider/scope/kind/name`, place): nothing may be done to these."""
    max_step: int = 0
    """By how many members one plan may grow or shrink something; 0: by any."""
    max_targets: int = 0
    """How many targets one request may have; 0: any number."""
    reason: str = "never"
    """When a reason must be given: `never`, `production` or `always`."""
    freezes: tuple[Freeze, ...] = ()
    gates: tuple[tuple[str, GateSpec], ...] = ()
    """(glob, gate): the first that fits belongs to every plan of such a target."""
    places: Mapping[str, str] = field(default_factory=dict)

    def is_production(self, ref: Ref) -> bool:
        """Say whether a thing is in a scope that is marked so."""
        return ref.place in self.production

    def gate_of(self, ref: Ref) -> GateSpec | None:
        """Return the gate that the config gives this target."""
        return next((gate for glob, gate in self.gates if fnmatchcase(str(ref), glob)), None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What policy says of a request."""

    refusals: tuple[Refusal, ...] = ()
    confirm: Confirm = Confirm.KEY
    word: str = ""
    """What must be typed, where it must."""
    needs_reason: bool = False
    production: bool = False

    @property
    def allowed(self) -> bool:
        """Whether it may be carried out once it is confirmed."""
        return not self.refusals


_ALWAYS_TYPED = frozenset({Verb.REMOVE, Verb.PRUNE})


def judge(policy: Policy, plans: Sequence[Plan], now: float) -> Verdict:
    """Judge all plans of one request together; `now` in Unix seconds."""
    production = any(policy.is_production(plan.ref) for plan in plans)
    grave = any(c.grave for plan in plans for c in plan.cautions)
    removing = any(plan.ask.verb in _ALWAYS_TYPED for plan in plans)
    typed = production or (grave and removing)
    return Verdict(
        refusals=tuple(_refusals(policy, plans, now)),
        confirm=Confirm.NAME if typed else Confirm.KEY,
        word=_word(plans) if typed else "",
        needs_reason=policy.reason == "always" or (policy.reason == "production" and production),
        production=production,
    )


def _word(plans: Sequence[Plan]) -> str:
    return plans[0].ref.name if len(plans) == 1 else str(len(plans))


def _refusals(policy: Policy, plans: Sequence[Plan], now: float) -> list[Refusal]:
    found: list[Refusal] = []
    places = policy.places
    for plan in plans:
        if plan.refused:
            found.append(Refusal("back end", f"{plan.ref.short}: {plan.refused}"))
        for glob, place in policy.protect:
            if fnmatchcase(str(plan.ref), glob):
                found.append(
                    Refusal("policy.protect", f'{plan.ref.short} is protected by "{glob}"', place)
                )
        step = abs(plan.amount or 0)
        if policy.max_step and step > policy.max_step:
            text = f"{plan.ref.short}: a step of {step} is more than {policy.max_step} at once"
            found.append(Refusal("policy.max_step", text, places.get("max_step", "")))
    if policy.max_targets and len(plans) > policy.max_targets:
        text = f"{len(plans)} targets are more than {policy.max_targets} at once"
        found.append(Refusal("policy.max_targets", text, places.get("max_targets", "")))
    frozen = (freeze for freeze in policy.freezes if freeze.covers(now) is not None)
    found += (
        Refusal("policy.freeze", f"nothing is changed now: {freeze.text}", freeze.place)
        for freeze in frozen
    )
    return found
