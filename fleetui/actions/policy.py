"""Whether a plan may be carried out, and what a person must do to confirm it. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from enum import StrEnum

from fleetui.actions.action import GateSpec
from fleetui.core import humanise
from fleetui.core.change import Plan, Verb
from fleetui.core.globs import fits
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.ref import Ref
from fleetui.core.windows import Window


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

    @classmethod
    def of(cls, window: Window, place: str = "") -> Freeze:
        """Return the freeze of a window."""
        return cls(window.text, window.covers, place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules, each with its place by its name in `places`."""

    production: frozenset[tuple[str, str]] = frozenset()
    """(provider, scope)s."""
    protect: tuple[tuple[str, str], ...] = ()
    """(pattern of `core.globs`, place): nothing may be done to these."""
    max_step: int = 0
    """By how many members one plan may grow or shrink something; 0: by any."""
    max_targets: int = 0
    """How many targets one request may have; 0: any number."""
    reason: str = "never"
    """When a reason must be given: `never`, `production` or `always`."""
    freezes: tuple[Freeze, ...] = ()
    gates: tuple[tuple[str, GateSpec], ...] = ()
    """(pattern, gate): the first that fits belongs to every plan of such a target."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Where `max_step`, `max_targets` and `reason` stand: `config.toml:41`."""

    def is_production(self, ref: Ref) -> bool:
        """Say whether a thing is in a scope that is marked so."""
        return ref.place in self.production

    def gate_of(self, ref: Ref) -> GateSpec | None:
        """Return the gate that the config gives this target."""
        return next((gate for glob, gate in self.gates if fits(glob, ref)), None)


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


_TYPED = frozenset({Verb.REMOVE, Verb.PRUNE, Verb.FORWARD})
"""What is worth typing a name for where it is grave."""


def judge(policy: Policy, plans: Sequence[Plan], now: float) -> Verdict:
    """Judge all plans of one request together; `now` in Unix seconds."""
    production = any(policy.is_production(plan.ref) for plan in plans)
    typed = production or _worth_typing(plans)
    return Verdict(
        refusals=tuple(dict.fromkeys(_refusals(policy, plans, now))),
        confirm=Confirm.NAME if typed else Confirm.KEY,
        word=_word(plans) if typed else "",
        needs_reason=policy.reason == "always" or (policy.reason == "production" and production),
        production=production,
    )


def _worth_typing(plans: Sequence[Plan]) -> bool:
    """Say whether a slip of the finger would cost more than a name is to type.

    What loses something is typed where it cannot come back, and where marks that were forgotten
    would take others along.
    """
    grave = [plan for plan in plans if any(caution.grave for caution in plan.cautions)]
    return bool(grave) and (len(plans) > 1 or any(plan.ask.verb in _TYPED for plan in grave))


def _word(plans: Sequence[Plan]) -> str:
    return plans[0].ref.name if _targets(plans) == 1 else str(len(plans))


def _targets(plans: Sequence[Plan]) -> int:
    """Return how many things are meant: several ports of one are one."""
    ported = {plan.ref for plan in plans if plan.ask.verb is Verb.FORWARD}
    return len(ported) + sum(plan.ask.verb is not Verb.FORWARD for plan in plans)


def _refusals(policy: Policy, plans: Sequence[Plan], now: float) -> Iterator[Refusal]:
    for plan in plans:
        if plan.refused:
            yield Refusal("back end", f"{plan.ref.short}: {plan.refused}")
        yield from _protected(policy, plan)
        yield from _step(policy, plan)
    if policy.max_targets and _targets(plans) > policy.max_targets:
        text = f"{_targets(plans)} targets are more than {policy.max_targets} at once"
        yield Refusal("policy.max_targets", text, policy.places.get("max_targets", ""))
    for freeze in policy.freezes:
        end = freeze.covers(now)
        if end is not None:
            text = f"nothing is changed for {humanise.duration(end - now)} more: {freeze.text}"
            yield Refusal("policy.freeze", text, freeze.place)


def _protected(policy: Policy, plan: Plan) -> Iterator[Refusal]:
    for glob, place in policy.protect:
        if fits(glob, plan.ref):
            text = f'{plan.ref.short} is protected by "{glob}"'
            yield Refusal("policy.protect", text, place)


def _step(policy: Policy, plan: Plan) -> Iterator[Refusal]:
    step = abs(plan.amount or 0)
    if policy.max_step and step > policy.max_step:
        sign = "+" if (plan.amount or 0) > 0 else "−"
        text = f"{plan.ref.short}: {sign}{step} is more than {policy.max_step} in one step"
        yield Refusal("policy.max_step", text, policy.places.get("max_step", ""))
