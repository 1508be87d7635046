"""What the line above a log says."""

from __future__ import annotations

from collections import Counter

from fleetui.core.humanise import size
from fleetui.core.logs.line import LogQuery
from fleetui.core.objects import Resource
from fleetui.engine.logs import Condition, LogSession
from fleetui.ui.line import Piece, spread
from fleetui.ui.logs.view import LogView


def title(thing: Resource, view: LogView, session: LogSession, width: int) -> list[Piece]:
    """Return the title: what it is, how its sources are, and what is kept and dropped."""
    left: list[Piece] = [(" log ", "muted"), (thing.ref.short, "title")]
    count = len(session.conditions)
    if count != 1:
        left.append((f"  {count} sources", "text"))
    how = Counter(session.conditions.values())
    for condition, tone in (
        (Condition.OPENING, "muted"), (Condition.LOST, "warn"),
        (Condition.FAILED, "critical"), (Condition.ENDED, "muted"), (Condition.GONE, "muted"),
    ):  # fmt: skip
        if how[condition]:
            number = f"{how[condition]} " if count > 1 else ""
            left.append((f" · {number}{condition}", tone))
    if session.left_out:
        left.append((f" · {len(session.left_out)} more not followed", "warn"))
    left += _narrowed(view, session.query)
    return spread(left, _counts(view, session.query), width, (" ", "text"))


def _narrowed(view: LogView, query: LogQuery) -> list[Piece]:
    said: list[Piece] = []
    wanted = view.wanted
    if query.container:
        said.append((f" · container {query.container}", "accent"))
    if query.previous:
        said.append((" · the run before", "accent"))
    if wanted.level:
        said.append((f" · {wanted.level.word} and worse", "accent"))
    if wanted.text:
        said.append((f" · &{wanted.text}", "accent"))
    if wanted.trace:
        said.append((f" · trace {wanted.trace[:16]}", "accent"))
    if view.needle:
        said.append((f" · /{view.needle}", "accent"))
    return said


def _counts(view: LogView, query: LogQuery) -> list[Piece]:
    store = view.store
    said: list[Piece] = []
    if store.dropped:
        said.append((f"{store.dropped:,} dropped · ", "warn"))
    shown = f"{len(view.shown):,} of " if not view.wanted.everything else ""
    said.append((f"{shown}{len(store.lines):,} · {size(store.bytes)} ", "muted"))
    if view.paused:
        at_source = ", more wait at the source" if store.full else ""
        said.append((f" ‖ paused, {view.waiting:,} wait{at_source} ", "warn"))
    elif view.follow and query.follow:
        said.append((" ▼ following ", "ok"))
    elif query.follow:
        said.append((" G follows ", "muted"))
    return said
