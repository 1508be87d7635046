"""What is under way, for the rows and the footer: looked at once a second."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field

from fleetui.actions.book import Book
from fleetui.actions.request import Request
from fleetui.core.change import Phase, Progress, Verb
from fleetui.core.clean import clean
from fleetui.core.humanise import duration
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Rollout
from fleetui.core.ref import Ref

_TONES = {
    Phase.DONE: "accent", Phase.FAILED: "critical", Phase.TIMED_OUT: "critical",
    Phase.UNKNOWN: "critical", Phase.CANCELLED: "warn", Phase.ROLLED_BACK: "warn",
}  # fmt: skip
_WORST = (Phase.UNKNOWN, Phase.FAILED, Phase.TIMED_OUT, Phase.ROLLED_BACK, Phase.CANCELLED)
Doing = tuple[str, str]
"""What is done to a thing, and how far it is: (`scale`, `scale 3 → 5: 4/5`)."""


def subject_of(row: Rollout) -> Ref | None:
    """Return what a change is about."""
    return next((link.ref for link in row.links if link.relation == "about"), None)


def short_of(row: Rollout) -> str:
    """Return the target of a change as `deploy/web`."""
    ref = subject_of(row)
    return clean(ref.short if ref is not None else row.subject, 200)


def doing(row: Rollout) -> Doing:
    """Return what the row of a target says while a change is under way."""
    words = [row.action]
    if row.before and row.after:
        words.append(f"{row.before} → {row.after}")
    done = row.ready if row.updated is None else row.updated
    far = f"{done}/{row.total}" if done is not None and row.total is not None else row.phase
    text = f"{' '.join(words)}: {far}"
    return row.action, clean(f"{text}, {row.reason}" if row.reason else text, 400)


def ended_words(row: Rollout) -> tuple[str, str]:
    """Return how a change ended, and what that means."""
    phase = Phase(row.phase)
    took = f" after {duration(row.ended - row.started)}" if row.ended and row.started else ""
    why = f": {row.reason}" if row.reason else ""
    change = f" {row.before} → {row.after}" if row.before and row.after else ""
    text = f"{phase}: {row.action} of {short_of(row)}{change}{took}{why}"
    return clean(text, 800), _TONES[phase]


def request_words(request: Request) -> tuple[str, str]:
    """Return how many targets of one request ended how, and the first that did not go well."""
    phases = [run.progress.phase for run in request.runs]
    worst = next((phase for phase in _WORST if phase in phases), Phase.DONE)
    verb = request.runs[0].action.plan.ask.verb
    counts = ", ".join(
        f"{phases.count(phase)} {phase}" for phase in (Phase.DONE, *_WORST) if phase in phases
    )
    text = f"{verb} of {len(phases)}: {counts}"
    if worst is not Phase.DONE:
        run = next(run for run in request.runs if run.progress.phase is worst)
        text += f" · {run.action.plan.ref.short}: {_why(run.progress)}"
    return clean(text, 800), _TONES[worst]


def _why(progress: Progress) -> str:
    return progress.reason or str(progress.phase)


@dataclass(slots=True)
class Following:
    """Remembers what was under way when it looked last."""

    requests: dict[str, Request] = field(default_factory=dict)
    """What was begun here and has not been told to have ended, by its id."""
    under_way: dict[Ref, Doing] = field(default_factory=dict)
    """The targets that are being changed."""
    begun: int = 0
    """How many requests were begun in this run."""
    _open: dict[str, Rollout] = field(default_factory=dict)
    _mine: dict[str, str] = field(default_factory=dict)

    def begin(self, request: Request) -> None:
        """Follow what was confirmed just now."""
        self.begun += 1
        self.requests[request.id] = request
        for run in request.runs:
            self._mine[run.action.id] = request.id

    def look(self, book: Book) -> tuple[list[tuple[str, str]], set[Ref]]:
        """Return what has ended since, in words with their meaning, and whose rows have moved."""
        rows = {row.ref.uid: row for row in book.rows()}
        now = {uid: row for uid, row in rows.items() if row.ended is None}
        ended = [rows[uid] for uid in self._open if uid in rows and uid not in now]
        # What came and went between two looks is told all the same.
        ended += [
            rows[uid] for uid in self._mine
            if uid in rows and uid not in now and uid not in self._open
        ]  # fmt: skip
        # What is forwarded to stays as it is, for as long as that may be.
        moving = [row for row in (*now.values(), *ended) if row.action != Verb.FORWARD]
        moved = {ref for row in moving if (ref := subject_of(row)) is not None}
        told = list(self._told(ended))
        self._open = now
        self.under_way = {
            ref: doing(row)
            for row in moving
            if row.ended is None and (ref := subject_of(row)) is not None
        }
        return told, moved

    def _told(self, ended: Iterable[Rollout]) -> Iterator[tuple[str, str]]:
        told: set[str] = set()
        for row in ended:
            if row.ref.uid in told:
                continue
            request = self.requests.get(self._mine.get(row.ref.uid, ""))
            if request is None or len(request.runs) == 1:
                yield ended_words(row)
                self._forget(row.ref.uid)
            elif request.ended:
                yield request_words(request)
                for run in request.runs:
                    told.add(run.action.id)
                    self._forget(run.action.id)

    def _forget(self, uid: str) -> None:
        self.requests.pop(self._mine.pop(uid, ""), None)
