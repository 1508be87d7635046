"""Which things a key may change, and in words why it may not change the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from fleetui.config.actions import Key
from fleetui.core.change import INSIDE, Verb
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Forward, Resource, Rollout
from fleetui.core.ref import Ref
from fleetui.ui.options import BoardOptions

TURN = "turn"
"""What the key that stops and starts asks for: whichever fits."""
_OF_ALL = frozenset({Verb.PRUNE})
"""Verbs that mean all of a kind, whichever of them is under the cursor."""
_OF_ONE = frozenset({Verb.RENAME, Verb.FORWARD, Verb.EDIT, *INSIDE})


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be done, to which things; some that were marked may be left out."""

    verb: Verb
    rows: tuple[Resource, ...]
    left_out: tuple[tuple[Ref, str], ...] = ()


def why_not(options: BoardOptions, row: Resource, verb: Verb) -> str:
    """Return why this cannot be done to a thing now; nothing where it can."""
    if options.door is None:
        return options.shut.line if options.shut is not None else "nothing is changed from here"
    refusal = options.door.refusal(row.ref, verb)
    if refusal is not None:
        return refusal.line
    off = next((c for c in row.capabilities if c.name == verb and not c.allowed), None)
    return "" if off is None else f"{row.ref.short}: {off.reason or f'no {verb} now'}"


def offered(options: BoardOptions, row: Resource) -> frozenset[str]:
    """Return what a thing can be asked for by a key: verbs, and `turn`."""
    found = {str(verb) for verb in Verb if not why_not(options, row, verb)}
    return frozenset({*found, *([TURN] if found & {Verb.START, Verb.STOP} else [])})


def choose(options: BoardOptions, rows: Sequence[Resource], what: str) -> Choice | str:
    """Return what a key means for these things, or why it cannot act on any of them."""
    if not rows:
        return f"there is no row to {'stop or start' if what == TURN else what}"
    if what == TURN:
        turned = _turn(options, rows)
        if not isinstance(turned, Verb):
            return turned
        verb = turned
    else:
        verb = Verb(what)
    if verb in _OF_ONE and len(rows) > 1:
        return f"{verb} is for one thing at a time: {len(rows)} are marked"
    if verb in _OF_ALL:
        rows = tuple({row.ref.place: row for row in reversed(rows)}.values())
    reasons = [(row, why_not(options, row, verb)) for row in rows]
    able = tuple(row for row, why in reasons if not why)
    if not able:
        first = reasons[0][1]
        return first if len(rows) == 1 else f"none of the {len(rows)} marked: {first}"
    left = tuple((row.ref, why.removeprefix(f"{row.ref.short}: ")) for row, why in reasons if why)
    return Choice(verb, able, left)


def _turn(options: BoardOptions, rows: Sequence[Resource]) -> str:
    """Return the verb that all which can be turned agree on, else in words that they do not."""
    stop = [row for row in rows if not why_not(options, row, Verb.STOP)]
    start = [row for row in rows if not why_not(options, row, Verb.START)]
    if stop and start:
        return f"{len(stop)} run and {len(start)} do not: :stop or :start says which are meant"
    if start:
        return Verb.START
    return Verb.STOP


REST = (str(Verb.REDEPLOY), str(Verb.ROLLBACK))
"""What finishes a change that was left half-way, and what puts it back."""
_REST_HINTS = dict(zip(REST, ("finish", "put back"), strict=True))
_FORWARD_HINTS = {"cancel": "close", "open": "copy URL"}
_VERB_OF = {"stop_start": TURN, "shell": str(Verb.EXEC)}


def on_row(
    options: BoardOptions, keys: Iterable[Key], row: Resource | None, *, undo: bool
) -> Iterator[Key]:
    """Yield the keys without those that change things and cannot act on this row now.

    `undo`: whether there may be something to take back.
    """
    able = offered(options, row) if row is not None and options.door is not None else frozenset()
    change = row if isinstance(row, Rollout) and options.door is not None else None
    if change is not None:
        able, undo = frozenset(REST if change.half_way else ()), change.ended is not None
    forward = isinstance(row, Forward) and options.door is not None
    for key in keys:
        if key.action == "app.undo":
            shown = undo
        elif key.action == "app.cancel":
            shown = forward or (change is not None and change.ended is None)
        elif key.action.startswith("app.change("):
            shown = _VERB_OF.get(key.name, key.name) in able
        else:
            shown = True
        if not shown:
            continue
        starts = key.name == "stop_start" and str(Verb.STOP) not in able
        other = "start" if starts else _REST_HINTS.get(key.name, "") if change else ""
        if forward:
            other = _FORWARD_HINTS.get(key.name, "")
        yield replace(key, hint=other) if other else key
