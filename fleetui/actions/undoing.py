"""What can be taken back, and whether the world is still as it was left. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from fleetui.actions.ports import Entry
from fleetui.core.change import Difference, Phase, Plan


def last_of(entries: Sequence[Entry]) -> Entry | None:
    """Return the newest action that has changed something, can be undone, and has not been.

    What took a change back by itself, because its gate went bad, is none: to undo it would
    bring back what was bad. The change before is.
    """
    # One that failed or was not sent took nothing back; one that is unknown may have.
    vain = {Phase.FAILED, Phase.CANCELLED, Phase.TIMED_OUT}
    undone = {e.action.undoes for e in entries if e.progress.phase not in vain}
    # A person undoes what has ended: what took back one on its way was no person.
    by_itself = {e.action.id for e in entries if _went_back(e) or not e.progress.phase.ended}
    good = (
        e for e in reversed(entries)
        if (e.progress.phase is Phase.DONE or _partly(e))
        and (e.action.plan.undo.ask is not None or e.progress.half_way)
        and e.whole
        and e.action.id not in undone
        and e.action.undoes not in by_itself
    )  # fmt: skip
    return next(good, None)


def passed_over(entries: Sequence[Entry], last: Entry | None) -> str:
    """Say which change after the last one needs no undo, as it went back by itself; or nothing."""
    for entry in reversed(entries):
        if last is not None and entry.action.id == last.action.id:
            return ""
        if _went_back(entry):
            plan = entry.action.plan
            return f"the {plan.ask.verb} of {plan.ref.short} was rolled back already"
    return ""


def _went_back(entry: Entry) -> bool:
    return entry.progress.phase is Phase.ROLLED_BACK


def _partly(entry: Entry) -> bool:
    """Say whether an action that came to a bad end may have left something to take back.

    Where nothing was changed, its words begin so. What was to take another back and did not is
    no action to be undone: the other one still is.
    """
    untouched = entry.progress.reason.startswith(("not sent", "was not sent", "not done:"))
    bad = entry.progress.phase in {Phase.FAILED, Phase.TIMED_OUT, Phase.CANCELLED}
    return bad and not untouched and not entry.action.undoes


def moved(done: Plan, undo: Plan, *, partly: bool = False) -> list[str]:
    """Say what is not as the action left it; one that came only part of the way may be between."""
    now = {d.name: d.before for d in undo.differences}
    wanted = {d.name: d.after for d in undo.differences}
    found = []
    for one in done.differences:
        if one.name not in now:
            found.append(f"{one.name} is {one.before} again already")
        elif now[one.name] != one.after and not (partly and _between(one, now[one.name])):
            found.append(f"{one.name} was made {one.after} and is {now[one.name]}"
                         f" (undo would make it {wanted[one.name]})")  # fmt: skip
    return found


def is_back(done: Plan, undo: Plan) -> bool:
    """Say whether nothing that an action changed is left to be taken back."""
    names = {one.name for one in done.differences}
    return bool(names) and not names & {one.name for one in undo.differences}


def _between(one: Difference, now: str) -> bool:
    try:
        before, after, value = float(one.before), float(one.after), float(now)
    except ValueError:
        return False
    return min(before, after) <= value <= max(before, after)
