"""What a plan says, as lines of pieces. Pure functions; nothing is ever read as markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from fleetui.actions.policy import Policy, Refusal
from fleetui.actions.proposal import Proposal
from fleetui.actions.request import Order
from fleetui.core.cells import short_provider
from fleetui.core.change import Plan
from fleetui.core.clean import clean
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.ref import Ref
from fleetui.ui.line import Piece

Lines = list[list[Piece]]
LIMIT = 600
_LEAST, _MOST = 10, 26
_REFUSALS = 4
_SOON = 8
"""So many targets are listed one by one before the rest is only counted in the pinned lines."""

# What a person can do about a rule; the line and the file stand beside it.
_CAN = {
    "read-only": "begin fleetui without it to change things",
    "policy.protect": "take it from `protect` there, if it may be changed",
    "policy.max_step": "go there in smaller steps",
    "policy.max_targets": "mark fewer",
    "policy.freeze": "wait until it is over",
    "policy.gate": "mend what it measures, or roll back; ^G goes ahead all the same, with a reason",
    "undo": "plan the change anew instead",
}


@dataclass(frozen=True, slots=True)
class Told:
    """All that is on the screen beside the plan itself."""

    policy: Policy
    order: Order
    left_out: tuple[tuple[Ref, str], ...] = ()
    steps: bool = False
    """Whether the steps are shown."""


def plan_lines(proposal: Proposal, told: Told, width: int) -> Lines:
    """Return what scrolls: the plan of one target, or what becomes of each of many."""
    plans = proposal.plans
    if len(plans) == 1 and not told.left_out:
        lines = list(_one(plans[0], proposal, told, width))
    else:
        lines = list(_many(proposal, told, width))
    return lines


def pinned_lines(proposal: Proposal, width: int) -> Lines:
    """Return what must be read whatever else there is: failures and refusals."""
    lines: Lines = []
    for ref, fault in proposal.failed[:_REFUSALS]:
        text = fault.line if len(proposal.plans) + len(proposal.failed) == 1 else ""
        text = text or f"{ref.short}: {fault.line}"
        lines += _sign("✖", "critical", text, width)
    if len(proposal.failed) > _REFUSALS:
        more = f"and {len(proposal.failed) - _REFUSALS} more of which there is no plan"
        lines += _sign(" ", "critical", more, width)
    lines += refusal_lines(proposal.verdict.refusals, width)
    return lines


def refusal_lines(refusals: Sequence[Refusal], width: int) -> Lines:
    """Return every refusal with its rule, its place, and what can be done about it."""
    lines: Lines = []
    for refusal in refusals[:_REFUSALS]:
        lines += _sign("✖", "critical", f"refused: {refusal.line}", width)
        if refusal.rule in _CAN:
            lines += _sign(" ", "muted", _CAN[refusal.rule], width)
    if len(refusals) > _REFUSALS:
        lines += _sign(" ", "critical", f"and {len(refusals) - _REFUSALS} more", width)
    return lines


def nothing(proposal: Proposal) -> bool:
    """Say whether all is as it should be already."""
    return bool(proposal.plans) and all(plan.nothing for plan in proposal.plans)


# One target.


def _one(plan: Plan, proposal: Proposal, told: Told, width: int) -> Iterator[list[Piece]]:
    names = [d.name for d in plan.differences] + [name for name, _ in plan.facts]
    column = min(_MOST, max([_LEAST, *(len(name) for name in names)])) + 2
    for one in plan.differences:
        arrow: list[Piece] = [
            (clean(one.before, LIMIT) or "–", "text"), ("  →  ", "accent"),
            (clean(one.after, LIMIT) or "–", "strong"),
        ]  # fmt: skip
        if sum(len(text) for text, _ in arrow) <= width - column:
            yield [_name(one.name, column), *arrow]
        else:
            yield from _row(one.name, f"{one.before}  →  {one.after}", column, width, "strong")
    for name, text in plan.facts:
        yield from _row(name, text, column, width)
    for spec, reading in proposal.readings:
        tone = "text" if reading.holds else "critical"
        sign = "" if reading.holds else "  ✖"
        sign += "  ignored" * proposal.ignores_gate
        yield from _row("gate", spec.expr, column, width, "muted")
        yield from _row("", f"now {reading.text}{sign}", column, width, tone)
    for caution in plan.cautions:
        sign, tone = ("✖", "critical") if caution.grave else ("▲", "warn")
        yield from _sign(sign, tone, caution.text, width)
    if told.steps:
        for number, step in enumerate(plan.steps, 1):
            yield from _row("steps" if number == 1 else "", f"{number}. {step}", column, width)
    if plan.permission:
        yield from _row("needs", plan.permission, column, width, "muted")
    yield from _row("undo", plan.undo.words, column, width, "muted")


# Many targets.


def _many(proposal: Proposal, told: Told, width: int) -> Iterator[list[Piece]]:
    plans = proposal.plans
    said = Counter((c.text, c.grave) for plan in plans for c in plan.cautions)
    for (text, grave), number in sorted(said.items(), key=lambda item: not item[0][1]):
        sign, tone = ("✖", "critical") if grave else ("▲", "warn")
        of = f"  ({number} of {len(plans)})" if len(plans) > 1 else ""
        yield from _sign(sign, tone, f"{text}{of}", width)
    for spec, reading in proposal.readings:
        tone = "muted" if reading.holds else "critical"
        text = f"{spec.expr}: now {reading.text}{'  ignored' * proposal.ignores_gate}"
        yield from _row("gate", text, _LEAST + 2, width, tone)
    if len(plans) > 1:
        yield from _row("order", _order(told.order, len(plans)), _LEAST + 2, width, "muted")
        yield from _row("undo", _undo(plans), _LEAST + 2, width, "muted")
    yield []
    names = [clean(plan.ref.short, 200) for plan in plans]
    others = [clean(ref.short, 200) for ref, _why in told.left_out]
    column = min(max([8, *map(len, (*names, *others))]) + 2, max(12, width // 2 - 4))
    places = [f"{short_provider(plan.ref.provider)} {clean(plan.ref.scope, 80)}" for plan in plans]
    # One place for all stands in the frame.
    where = min(max(map(len, places)) + 2, width // 4) if len(set(places)) > 1 else 0
    for plan, name, place in zip(plans, names, places, strict=True):
        yield from _target(plan, name, column, _fit(place, where) if where else "", told)
    for ref, why in told.left_out:
        name = clean(ref.short, 200)
        yield [("○ ", "muted"), (_fit(name, column), "muted"),
               (f"left out: {clean(why, LIMIT)}", "muted")]  # fmt: skip


def _target(plan: Plan, name: str, column: int, where: str, told: Told) -> Iterator[list[Piece]]:
    production = told.policy.is_production(plan.ref)
    mark: list[Piece] = [("◆ ", "production")] if production else [("  ", "text")]
    change = ", ".join(f"{d.name} {d.before} → {d.after}" for d in plan.differences)
    change = change or ("it is so already" if plan.nothing else str(plan.ask.verb))
    yield [
        *mark, (_fit(name, column), "text"), (where, "muted"),
        (clean(change, LIMIT), "strong" if plan.differences else "text"),
    ]  # fmt: skip
    if told.steps:
        for step in plan.steps:
            yield [(" " * 4, "text"), (clean(step, LIMIT), "muted")]


def _order(order: Order, number: int) -> str:
    together = min(order.together, number)
    how = "one after another" if together <= 1 else f"{together} at a time"
    then = "goes on after a failure" if order.go_on else "the first failure stops the rest"
    return f"{how}; {then}"


def _undo(plans: Iterable[Plan]) -> str:
    said = Counter(plan.undo.words for plan in plans)
    words, number = said.most_common(1)[0]
    more = ", others otherwise" if len(said) > 1 else ""
    return f"{words}{more}" if number > 1 else f"each by itself: {words}, …"


# Pieces.


def _name(name: str, column: int) -> Piece:
    return (_fit(clean(name, 80), column), "muted")


def _fit(text: str, width: int) -> str:
    text = text if len(text) < width else f"{text[: width - 2]}… "
    return text.ljust(width)


def _row(
    name: str, text: str, column: int, width: int, tone: str = "text"
) -> Iterator[list[Piece]]:
    """Yield a name and its text, broken where it does not fit."""
    parts = wrap(clean(text, LIMIT), max(10, width - column)) or [""]
    for number, part in enumerate(parts):
        yield [_name(name if number == 0 else "", column), (part, tone)]


def _sign(sign: str, tone: str, text: str, width: int) -> Lines:
    """Return a line behind a sign, broken where it does not fit."""
    parts = wrap(clean(text, LIMIT), max(10, width - 2)) or [""]
    return [
        [(f"{sign if number == 0 else ' '} ", tone), (part, tone)]
        for number, part in enumerate(parts)
    ]
