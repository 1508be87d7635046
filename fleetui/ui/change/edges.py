"""The edges of the dialog as pieces, and what they ask of a person. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from fleetui.actions.proposal import Proposal
from fleetui.core.cells import short_provider
from fleetui.core.clean import clean
from fleetui.core.ref import Ref
from fleetui.ui.change.text import nothing
from fleetui.ui.line import Piece, spread

VALUE, REASON, WORD = "value", "reason", "word"
"""What a person may have to type."""


def head_pieces(title: str, refs: Sequence[Ref], width: int, *, production: bool) -> list[Piece]:
    """Return what is done to what, where, and whether that is production."""
    line = "line.production" if production else "line"
    places = list(dict.fromkeys(f"{short_provider(r.provider)} {r.scope}" for r in refs))
    place = clean(places[0], 60) if len(places) == 1 else f"{len(places)} places"
    left: list[Piece] = [("┌ ", line), (clean(title, 300), "title"), (" ", line)]
    right: list[Piece] = [(f" {place} ", "muted")]
    if production:
        right += [("─ ", line), ("PRODUCTION", "production"), (" ", line)]
    return spread(left, [*right, ("┐", line)], width, ("─", line))


def foot_pieces(
    note: str, hints: Iterable[tuple[str, str]], hidden: tuple[int, int], width: int, line: str
) -> list[Piece]:
    """Return what a person should read, else the keys; and how many lines are not in sight."""
    above, below = hidden
    more = [f"↑ {above}"] * bool(above) + [f"↓ {below}"] * bool(below)
    right: list[Piece] = [(f" {' '.join(more)} more ", "accent")] if more else []
    left: list[Piece] = [("└ ", line)]
    if note:
        left += [(note, "warn"), (" ", line)]
    else:
        for key, word in hints:
            left += [(key, "key"), (f" {word}  ", "muted")]
    return spread(left, [*right, ("┘", line)], width, ("─", line))


def waiting(refs: Iterable[Ref], seconds: float) -> str:
    """Say who is asked for a plan, and for how long by now."""
    names = dict.fromkeys(short_provider(ref.provider) for ref in refs)
    age = f"  {seconds:.0f}s" if seconds >= 1 else ""
    return f"asking {clean(', '.join(names), 80)} what it would do …{age}"


def fields_of(shown: Proposal | None, *, asked: bool) -> list[str]:
    """Return what must be typed for a plan, in order: its value, why, and what confirms it."""
    fields = [VALUE] if asked else []
    if shown is None or not shown.plans or not shown.verdict.allowed or nothing(shown):
        return fields
    return fields + [REASON] * shown.verdict.needs_reason + [WORD] * bool(shown.verdict.word)


def hints(
    proposal: Proposal | None, fields: Sequence[str], field: str, *, steps: bool
) -> Iterator[tuple[str, str]]:
    """Yield the keys that do something now: `fields` must be typed, `field` has the letters."""
    ready = proposal is not None and bool(proposal.plans) and proposal.verdict.allowed
    if ready and proposal is not None and not nothing(proposal):
        last = not fields or field == fields[-1]
        yield "Enter", "go ahead" if last else "next"
    if proposal is not None and proposal.ignores_gate:
        yield "^G", "heed the gate"
    elif proposal is not None and proposal.stopped_by_gate:
        yield "^G", "ignore the gate"
    if proposal is not None and any(plan.steps for plan in proposal.plans):
        yield "Tab", "hide the steps" if steps else "steps"
    if proposal is not None and not ready and not fields:
        yield "F5", "plan again"
    first = not fields or field == fields[0]
    yield "Esc", "leave it" if first else "back"
