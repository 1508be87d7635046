"""The part of the app that changes things: every key and command goes through the one dialog."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fleetui.actions.door import Door
from fleetui.actions.ports import JournalError
from fleetui.actions.request import Request
from fleetui.actions.run import Run
from fleetui.config.specs import PaneSpec
from fleetui.core.change import Phase, Verb
from fleetui.core.kinds import ROLLOUTS
from fleetui.core.objects import Forward, Resource, Rollout
from fleetui.core.ref import Ref
from fleetui.ui.change.following import short_of, subject_of
from fleetui.ui.change.forwarding import Forwards
from fleetui.ui.change.targets import REST, choose
from fleetui.ui.change.values import offered_port
from fleetui.ui.change.wanted import Confirmed, Deed, Resting, Undoing, Wanted

_READ_EVERY = 2
"""The sources of what is being changed are read again after so many seconds."""


class Changing(Forwards):
    """What the app does with keys that change something."""

    _looks = 0
    _asked_to_quit = False
    _asked_about: frozenset[str] = frozenset()
    """The ids of the actions that it was said of what becomes of them."""

    # What keys and commands ask for.

    def action_change(self, what: str) -> None:
        """Change what is marked, else the row under the cursor."""
        self.change(what)

    def change(self, what: str, text: str = "", things: Sequence[Resource] = ()) -> None:
        """Plan a verb in the dialog, or say in the footer why it cannot be meant.

        `text` is the value that came with a command; `things`, what the command names.
        """
        things = things or self.meant
        choice = choose(self.context.options, things, what)
        if isinstance(things[0] if things else None, Rollout) and self.door is not None:
            self._change_rollout(self.door, things, what)
        elif isinstance(choice, str):
            self.say(choice, "warn")
        elif choice.verb is Verb.EDIT:
            self._edit(choice.rows[0], text.strip())
        else:
            if choice.verb is Verb.FORWARD and not text:
                text = offered_port(choice.rows[0])
            self._plan(Deed(choice), text)

    def _change_rollout(self, door: Door, things: Sequence[Resource], what: str) -> None:
        """Plan the rest of a change that was left half-way, or its way back."""
        (row, *more) = things
        action = door.book.action(row.ref.uid)
        if more:
            self.say(f"one change at a time: {len(things)} are marked", "warn")
        elif what not in REST or action is None:
            self.say(f"there is no {what} of a change: U goes up to what it is about", "warn")
        elif not isinstance(row, Rollout) or not row.half_way:
            self.say("nothing of this change is half-way", "warn")
        else:
            self._plan(Resting(action, back=what == REST[1]))

    def action_undo(self) -> None:
        """Plan to take the last change back, or the one under the cursor."""
        door = self.door
        things = self.meant
        row = things[0] if len(things) == 1 else None
        if door is None:
            self._refuse()
        elif isinstance(row, Rollout):
            self._undo_row(door, row)
        else:
            self.run_worker(
                self._find_last(door), group="undo", exclusive=True, description="find the last"
            )

    def _undo_row(self, door: Door, row: Rollout) -> None:
        action = door.book.action(row.ref.uid)
        if row.ended is None:
            self.say("it is under way: X lets it go no further", "warn")
        elif action is None:
            self.say("it is not kept here: fleetui audit has all of it", "warn")
        else:
            self._plan(Undoing(action))

    async def _find_last(self, door: Door) -> None:
        try:
            entry = await door.last_reversible()
            passed = await door.passed_over(entry)
        except JournalError as error:
            self.say(f"no undo: {error}", "warn")
            return
        if entry is None:
            text = "nothing that was changed of late can be taken back"
            self.say(f"{text}: {passed}" if passed else text, "warn")
        elif self._may_open:
            self._plan(Undoing(entry.action, passed))

    @property
    def _may_open(self) -> bool:
        """Whether nobody has gone on to something else meanwhile."""
        return self.screen is self.board or self.screen is self.over

    def _refuse(self) -> None:
        shut = self.context.options.shut
        self.say(shut.line if shut is not None else "nothing is changed from here", "warn")

    def _plan(
        self,
        wanted: Wanted,
        text: str = "",
        then: Callable[[Request | Confirmed | None], None] | None = None,
    ) -> None:
        door = self.door
        if door is not None:
            from fleetui.ui.change.dialog import PlanDialog

            options = self.context.options
            dialog = PlanDialog(wanted, door, options.order, self.context.styles, text)
            self.push_screen(dialog, then or self._began)

    def _edit(self, row: Resource, begun: str) -> None:
        door = self.door
        if door is not None:
            from fleetui.ui.change.editing import edit

            self.say(f"reading {row.ref.short} …")
            self.run_worker(
                edit(self, door, row.ref, self._open_plan, begun), group="edit", exclusive=True,
                description="edit a document",
            )  # fmt: skip

    def _open_plan(
        self, wanted: Wanted, then: Callable[[Request | Confirmed | None], None]
    ) -> None:
        """Show what would come of an edit, and call back with what was begun."""

        def began(begun: Request | Confirmed | None) -> None:
            self._began(begun)
            then(begun)

        self._plan(wanted, then=began)

    def action_cancel(self) -> None:
        """Let a change under way go no further; asked whether to quit: all that are."""
        if self.door is None:
            self._refuse()
            return
        asked, self._asked_to_quit = self._asked_to_quit, False
        if asked and (requests := self.context.following.requests):
            for request in requests.values():
                request.cancel()
            self.say("cancelling what is under way: q quits when it has ended")
            return
        rows: list[Rollout | Forward] = [
            row for thing in self.meant for row in self._changes_of(thing)
        ]
        rows += [thing for thing in self.meant if isinstance(thing, Forward)]
        if not rows:
            self.say("no change is under way there", "warn")
            return
        self.run_worker(self._cancel(self.door, rows), group="cancel", description="cancel")

    def _changes_of(self, thing: Resource) -> list[Rollout]:
        """Return the change that a row is, or those under way that are about it."""
        assert self.door is not None  # noqa: S101  the callers looked
        under_way = [row for row in self.door.book.rows() if row.ended is None]
        if isinstance(thing, Rollout):
            return [row for row in under_way if row.ref == thing.ref]
        # What changes it: a forward to it goes on.
        return [
            row for row in under_way
            if subject_of(row) == thing.ref and row.action != Verb.FORWARD
        ]  # fmt: skip

    async def _cancel(self, door: Door, rows: Sequence[Rollout | Forward]) -> None:
        for row in rows:
            if isinstance(row, Forward):
                # Its change says what came of it.
                await door.cancel(row.ref.uid)
            elif await door.cancel(row.ref.uid):
                self.say(f"cancelling: {row.action} of {short_of(row)}")
            else:
                self.say(f"{row.action} of {short_of(row)} is followed by {row.who}, not here",
                         "warn")  # fmt: skip

    def action_rollouts(self) -> None:
        """Show every change, under way and of late."""
        if self.board is not None:
            self.lay_over(PaneSpec("get", ROLLOUTS, title="changes"), "", "")

    # What comes of it.

    def _began(self, request: Request | Confirmed | None) -> None:
        if isinstance(request, Confirmed):
            self._asked_to_quit = False
            self.carry_on(request)
            return
        if request is None:
            if self.board is not None:
                self.board.draw_foot()
            return
        self.context.following.begin(request)
        if not self._asked_about.issuperset(run.action.id for run in request.runs):
            self._asked_to_quit = False
        first = request.runs[0].action.plan
        what = first.ref.short if len(request.runs) == 1 else f"{len(request.runs)} targets"
        change = ", ".join(f"{d.name} {d.before} → {d.after}" for d in first.differences)
        if len(request.runs) > 1:
            change = ""
        self.say(f"begun: {first.ask.verb} of {what}{f', {change}' if change else ''}")
        self.follow()

    def follow(self) -> None:
        """Look how far everything is: once a second, and when something was begun."""
        door, following = self.door, self.context.following
        if door is None:
            return
        self._looks += 1
        before = following.under_way
        told, moved = following.look(door.book)
        for text, meaning in told:
            self.tell(text, meaning)
        if moved and (told or self._looks % _READ_EVERY == 0):
            self._read_again(moved)
        if following.under_way != before and self.board is not None:
            self.board.draw()

    def _read_again(self, moved: set[Ref]) -> None:
        places = {ref.place for ref in moved}
        keys = [key for key in self.context.feed.keys if (key.provider, key.scope) in places]
        self.context.engine.refresh(keys)

    # How it ends.

    def _becomes(self, left: Sequence[Run]) -> str:
        """Say what becomes of what is under way when nobody is here."""
        door = self.door
        plans = [run.action.plan for run in left]
        held = [p.ask.verb for p in plans if door is not None and door.tethered(p)]
        if held:
            text = "it stops half-way, to be finished or put back later"
            # Pods that have left a node do not come back.
            return text if set(held) == {Verb.DRAIN} else f"{text} · X puts it back now"
        if any(run.progress.phase is Phase.WAITING for run in left):
            return "those that wait are not sent"
        return "the next start follows it"

    def _asks_first(self, key: str, *, half_way: bool = False) -> bool:
        """Say once what becomes of what is under way; `half_way`: only of what would stop so."""
        door = self.door
        # Also what was begun a moment ago, while its dialog has not closed yet.
        left = list(door.under_way) if door is not None else []
        if half_way:
            left = [run for run in left if door is not None and door.tethered(run.action.plan)]
        forwarded = "" if half_way else self.forwarded
        if not (left or forwarded) or self._asked_to_quit:
            return False
        self._asked_to_quit = True
        self._asked_about = frozenset(run.action.id for run in left)
        what = "1 change is" if len(left) == 1 else f"{len(left)} changes are"
        words = [f"{what} under way: {self._becomes(left)}"] if left else []
        words += [forwarded] * bool(forwarded)
        self.say(f"{' · '.join(words)} · {key} again quits", "warn")
        return True

    async def action_quit(self) -> None:
        """Quit, or ask once while something is under way."""
        if not self._asks_first("q"):
            self.exit()

    def action_leave(self) -> None:
        """Quit at once, or ask once where that would leave a change half-way."""
        if not self._asks_first("^C", half_way=True):
            self.exit()
