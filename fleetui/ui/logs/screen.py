"""The screen of one log, over the board."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Size
from textual.layout import Layout
from textual.widget import Widget
from textual.worker import Worker

from fleetui.core.logs.line import LogQuery, RawLine
from fleetui.core.logs.match import Wanted
from fleetui.core.objects import Container, Resource
from fleetui.core.snapshot import SourceKey
from fleetui.engine.logs import LogSession, sources_of
from fleetui.ui.clipboard import copy
from fleetui.ui.context import Context
from fleetui.ui.footer import hint_pieces, note_pieces
from fleetui.ui.geometry import Area
from fleetui.ui.help import Help, change_lines
from fleetui.ui.keys import LOG, bindings, in_force, way_out
from fleetui.ui.line import Line
from fleetui.ui.logs import asking
from fleetui.ui.logs.body import LogBody
from fleetui.ui.logs.keys import LEVELS, filter_lines
from fleetui.ui.logs.moving import Moving
from fleetui.ui.logs.paint import Look
from fleetui.ui.logs.questions import Questions
from fleetui.ui.logs.status import title
from fleetui.ui.logs.view import LogView
from fleetui.ui.placed import Placed
from fleetui.ui.prompt import Prompt

FRAME_S = 0.1
"""How often what came is drawn; keys are drawn at once."""
_MEMBERS_S = 1.0


class LogScreen(Moving, Questions):
    """Follows one thing, or all members of a unit."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(LOG)]
    AUTO_FOCUS = ""
    DEFAULT_CSS = "LogScreen { overflow: hidden; background: $f-ground; }"

    def __init__(self, thing: Resource, context: Context, board_keys: frozenset[SourceKey]) -> None:
        super().__init__()
        self.thing = thing
        self.context = context
        self.keys = in_force(context.options.keys, LOG)
        self.view = LogView()
        self.query_of_log = LogQuery(tail=asking.DEFAULT_TAIL, follow=True)
        self.session = self._new_session()
        self.look = Look(context.styles)
        self.top = Line(context.styles, id="log-top")
        self.body = LogBody(self.view, self.look)
        self.prompt = Prompt(context.styles)
        self.foot = Line(context.styles, id="log-foot")
        self._note: tuple[str, str] | None = None
        self._news = True
        self._board_keys = board_keys
        self._placed = Placed(self._places)

    # How it is put together.

    def compose(self) -> ComposeResult:
        """Return all widgets."""
        yield self.top
        yield self.body
        yield self.prompt
        yield self.foot

    @property
    def layout(self) -> Layout:
        """The layout, whatever a style sheet says."""
        return self._placed

    def _places(self, size: Size) -> Iterator[tuple[Widget, Area]]:
        asked = int(self._asked is not None)
        yield self.top, Area(0, 0, size.width, 1)
        yield self.body, Area(0, 1, size.width, max(1, size.height - 2 - asked))
        if asked:
            yield self.prompt, Area(0, size.height - 2, size.width, 1)
        yield self.foot, Area(0, size.height - 1, size.width, 1)

    def _lay_out(self) -> None:
        self._clear_arrangement_cache()
        self.refresh(layout=True)
        self.draw()

    def on_mount(self) -> None:
        """Open the logs, and draw what comes a few times a second."""
        self.set_focus(self.body, scroll_visible=False)
        if not isinstance(self.thing, Container):
            ref, engine = self.thing.ref, self.context.engine
            keys = (
                *engine.keys("capacity", ref.provider),
                *engine.keys("containers", ref.provider),
            )
            inside = {key for key in keys if f"{ref.scope}/".startswith(f"{key.scope}/")}
            self.context.feed.watch(self._board_keys | inside)
        self._members()
        self.set_interval(FRAME_S, self._draw_news)
        self.set_interval(_MEMBERS_S, self._members)

    def on_unmount(self) -> None:
        """Leave no log open."""
        self.session.close()

    def on_resize(self) -> None:
        """Draw the lines anew."""
        self.draw()

    @property
    def writer(self) -> Resource:
        """What wrote the line under the cursor; the thing itself where there is no line."""
        source = self.view.cursor.source if self.view.cursor is not None else self.thing.ref
        return self.context.engine.store.find(source) or self.thing

    # What comes.

    def _new_session(self) -> LogSession:
        return LogSession(
            self.context.engine.providers, self.query_of_log, self._came,
            hide=self.context.options.hide_secrets, changed=self._changed,
            rest=self.context.pace.rest,
        )  # fmt: skip

    def _came(self, lines: Sequence[RawLine]) -> None:
        """Take in lines; called between two messages, so nothing is drawn here."""
        self.view.take(lines)
        for name in {line.container for line in lines if line.container}:
            self.look.containers.setdefault(name, len(self.look.containers))
        if self.view.paused and self.view.store.full:
            # What the store has no room for waits where it is kept.
            self.session.hold(on=True)
        self._news = True

    def _changed(self) -> None:
        self._news = True

    def _members(self) -> None:
        """Open the logs of members that have joined."""
        find = self.context.engine.store.find
        thing = find(self.thing.ref) or self.thing
        refs = sources_of(thing, find)
        self.session.want(refs)
        if not refs and not self.session.conditions:
            why = next((c.reason for c in thing.capabilities if c.name == "logs" and c.reason), "")
            self.body.message = why or "it has no members that keep logs now"
        many = len(self.session.conditions) > 1
        self.look.names = {ref: ref.name for ref in self.session.conditions} if many else {}
        self._news = True

    def _draw_news(self) -> None:
        if self._news:
            self._news = False
            self.draw()

    # How it is drawn.

    def draw(self) -> None:
        """Draw the lines above and below, and the rows that changed."""
        if not self.is_attached:
            return
        width = self.app.size.width
        self.top.show(title(self.thing, self.view, self.session, width))
        self.body.repaint()
        self._draw_foot(width)

    def _draw_foot(self, width: int) -> None:
        if self._asked is not None:
            at = self.prompt.text_x if self._problem else None
            self.foot.show(
                hint_pieces(at, len(self.prompt.text), self._problem or self._asked.hint, width)
            )
        elif self._note is not None:
            self.foot.show(note_pieces(*self._note, width))
        else:
            now = self.context.over_pieces(self.keys, self.thing, width, screens=False)
            self.foot.show(now)

    def note(self, text: str, meaning: str = "accent") -> None:
        """Say something in the footer until the next key."""
        self._note = (text, meaning)
        self._draw_foot(self.app.size.width)

    def on_key(self) -> None:
        """Take a note off the footer: it has been read."""
        if self._note is not None:
            self._note = None
            self._draw_foot(self.app.size.width)

    # What the keys do.

    def action_fold(self) -> None:
        """Show all of an entry, or only its line."""
        if not self.view.toggle():
            self.note("nothing more belongs to this line")
        self.body.repaint()

    def action_pause(self) -> None:
        """Let lines wait, or show those that did."""
        self.view.pause(on=not self.view.paused)
        if not self.view.paused:
            self.session.hold(on=False)
        self.draw()

    def action_level(self) -> None:
        """Leave less grave entries out, step by step."""
        now = LEVELS.index(self.view.wanted.level) if self.view.wanted.level in LEVELS else 0
        self._want(replace(self.view.wanted, level=LEVELS[(now + 1) % len(LEVELS)]))

    def action_trace(self) -> None:
        """Show only what belongs to the trace of this line, or all again."""
        wanted = self.view.wanted
        if wanted.trace:
            self._want(replace(wanted, trace=""))
        elif self.view.cursor is None or not self.view.cursor.trace:
            self.note("this line names no trace or request")
        else:
            self._want(replace(wanted, trace=self.view.cursor.trace))

    def action_wrap(self) -> None:
        """Break long lines, or cut them."""
        self.body.rebuild(self.look.turn_wrap)

    def action_timestamps(self) -> None:
        """Show times, or not."""
        self.look.timestamps = not self.look.timestamps
        self.body.repaint()

    def action_copy(self) -> None:
        """Copy the entry under the cursor."""
        line = self.view.cursor
        if line is not None:
            self.note(copy(self.app, (line.text, *(line.more or ())), "the entry"))

    def action_previous(self) -> None:
        """Show the run before this one, or this one again."""
        previous = not self.query_of_log.previous
        self._reopen(replace(self.query_of_log, previous=previous, follow=not previous))

    def action_back(self) -> None:
        """Go back one step: trace, filter, level, search, then the board."""
        if self.view.needle:
            self.view.needle = self.look.needle = ""
            self.draw()
        elif (wanted := self.view.leave_out_less()) is not None:
            self._want(wanted)
        else:
            self.dismiss()

    def action_leave(self) -> None:
        """Say how to get to where q quits."""
        self.note(way_out(self.keys))

    def action_help(self) -> None:
        """Lay the help over the log."""
        more = [*change_lines(self.keys), *filter_lines()]
        self.app.push_screen(Help(self.context, self.keys, more, screens=False))

    def _want(self, wanted: Wanted) -> None:
        """Show other entries; raises ValueError where it cannot be read."""
        slices = self.view.want(wanted)
        # Not the coroutine itself: on a screen that closes nobody would await it.
        worker: Worker[None] = self.run_worker(
            partial(self._narrow, slices), group="narrow", exclusive=True,
            description="filter a log",
        )  # fmt: skip
        self._narrowing = worker

    async def _narrow(self, slices: Iterator[None]) -> None:
        """Work through all entries, giving way to keys between two slices."""
        for _slice in slices:
            await asyncio.sleep(0)
        self._news = True
        self.call_next(self._draw_news)

    def _reopen(self, query: LogQuery) -> None:
        """Read another part of the log."""
        self.session.close()
        self.query_of_log = query
        view = LogView()
        view.wanted, view.needle = self.view.wanted, self.view.needle
        self.view = self.body.view = view
        self.session = self._new_session()
        self._want(view.wanted)
        self._members()
        self.draw()
