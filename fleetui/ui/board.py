"""The one generic screen: it draws any screen file, whatever its panes show."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.layout import Layout
from textual.widget import Widget

from fleetui.config.specs import ScreenSpec
from fleetui.core.objects import Forward, Rollout
from fleetui.core.snapshot import SourceKey
from fleetui.ui import finding
from fleetui.ui.asking import Asking
from fleetui.ui.context import Context
from fleetui.ui.footer import hint_pieces, note_pieces
from fleetui.ui.frame import LEAST_HEIGHT, LEAST_WIDTH, Form, Frame, frame_for
from fleetui.ui.geometry import Area, plan
from fleetui.ui.keys import bindings, label, way_out
from fleetui.ui.line import Line
from fleetui.ui.looking import look
from fleetui.ui.pane import Pane
from fleetui.ui.panes import pane_of
from fleetui.ui.placed import Placed
from fleetui.ui.small import Bar, Sentence
from fleetui.ui.table.told import Activated, Refused
from fleetui.ui.table_pane import TablePane
from fleetui.ui.titles import tab_pieces
from fleetui.ui.topline import top_pieces

# Rows that only grew older are painted again so often, in seconds.
_AGES_EVERY = 5


class Board(Asking):
    """Panes in a frame, a line above and one below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(),
        *(
            Binding(str(n), f"app.show_screen('{n}')", f"screen {n}", show=False)
            for n in range(1, 10)
        ),
    ]
    AUTO_FOCUS = ""
    # Textual scrolls a screen that is too small for its widgets; ours are always placed within.
    DEFAULT_CSS = "Board { overflow: hidden; background: $f-ground; }"

    def __init__(self, spec: ScreenSpec, context: Context) -> None:
        super().__init__(context.styles)
        self.spec = spec
        self.context = context
        styles = context.styles
        self.panes: dict[str, Pane] = {}
        for name in dict.fromkeys(name for row in spec.grid for name in row):
            self.panes[name] = pane_of(spec.panes[name], context)
        self.current = next(iter(self.panes))
        self.zoomed = False
        self.news = asyncio.Event()  # set where what is shown may be another
        self.top = Line(styles, id="top")
        self.tabs = Line(styles, id="tabs")
        self.foot = Line(styles, id="foot")
        rules = plan(spec.grid, 200, 50, spec.widths, spec.heights).rules
        self._bars = [Bar(styles) for _rule in rules]
        self._sentence = Sentence(styles, f"fleetui needs {LEAST_WIDTH}×{LEAST_HEIGHT} and more")
        notes = context.options.notes
        self._note: tuple[str, str] | None = (" · ".join(notes), "accent") if notes else None
        self._frame = Frame(Form.SMALL, 0, 0)
        self._placed = Placed(self.places)
        self._seconds = 0

    # How it is put together.

    def compose(self) -> ComposeResult:
        """Return all widgets; the layout shows those that fit."""
        yield self.top
        yield self.tabs
        for pane in self.panes.values():
            yield pane.title
            yield from pane.bodies
        yield from self._bars
        yield self.prompt
        yield self.foot
        yield self._sentence

    @property
    def layout(self) -> Layout:
        """The layout by frame, whatever a style sheet says."""
        return self._placed

    def places(self, size: Size) -> Iterator[tuple[Widget, Area]]:
        """Yield each widget that is shown at this size, and where."""
        self._frame = frame = self._frame_at(size)
        if frame.form is Form.SMALL:
            yield self._sentence, Area(0, 0, size.width, size.height)
            return
        yield self.top, Area(0, 0, size.width, 1)
        if frame.tabs:
            yield self.tabs, frame.tabs
        for name, area in frame.titles.items():
            yield self.panes[name].title, area
        for name, area in frame.bodies.items():
            yield self.panes[name].body, area
        for bar, rule in zip(self._bars, frame.rules, strict=False):
            bar.show(rule.chars)
            yield bar, Area(rule.x, rule.y, 1, len(rule.chars))
        if frame.prompt:
            yield self.prompt, frame.prompt
        yield self.foot, Area(0, size.height - 1, size.width, 1)

    def _frame_at(self, size: Size) -> Frame:
        return frame_for(
            self.spec,
            size.width,
            size.height,
            self.current,
            zoomed=self.zoomed,
            prompt=self.question is not None,
            noted=self.pane.noted,
        )

    def lay_out(self) -> None:
        """Place everything anew, with lines that suit the new widths."""
        self._frame = self._frame_at(self.app.size)
        self.draw_lines()
        # Textual keeps an arrangement for as long as size and children are the same.
        self._clear_arrangement_cache()
        self.refresh(layout=True, repaint=False)

    @property
    def pane(self) -> Pane:
        """The pane that keys act on."""
        return self.panes[self.current]

    @property
    def tabbed(self) -> bool:
        """Whether only one pane has room."""
        return self._frame.form is Form.TABS

    @property
    def shown(self) -> list[Pane]:
        """The panes whose bodies are on screen."""
        return [self.panes[name] for name in self._frame.bodies]

    @property
    def filling(self) -> bool:
        """Whether the rows that keys act on are still to come."""
        return isinstance(self.pane, TablePane) and self.pane.filling

    # What it reads.

    @property
    def needed(self) -> frozenset[SourceKey]:
        """The sources that are to be read for what is shown now."""
        panes = [self.pane] if self.zoomed else list(self.panes.values())
        alerts = self.context.engine.keys("alerts")
        return frozenset((*alerts, *(key for pane in panes for key in pane.keys)))

    def read_needed(self) -> None:
        """Have what is shown read from now on, unless another board is shown by now."""
        if self._in_front:
            self.context.feed.watch(self.needed)
            self._look_at()

    @property
    def _in_front(self) -> bool:
        """Whether this is the board on screen; the help may lie over it."""
        return getattr(self.app, "board", self) is self

    def _look_at(self) -> None:
        if self._in_front:
            self.context.feed.look_at(ref for pane in self.shown for ref in pane.visible_refs)

    def on_mount(self) -> None:
        """Stand on the first pane."""
        self.focus_pane(self.current)

    def on_screen_resume(self) -> None:
        """Draw what is known at once, and begin to read after the first paint."""
        self.draw()
        self.call_after_refresh(self.read_needed)

    def on_resize(self) -> None:
        """Make all lines anew; a chart may want other points."""
        self.draw()
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        changed = [pane for pane in self.panes.values() if pane.fit()]
        if changed:
            self.read_needed()
            self.draw()

    # How it is drawn.

    def draw(self, changed: frozenset[SourceKey] | None = None) -> None:
        """Draw the panes that show what changed, all of them when None, and all lines."""
        now = self.context.engine.now()
        noted = self.pane.noted
        for pane in self.panes.values():
            if changed is None or not changed.isdisjoint(pane.keys):
                pane.draw(now)
        if self._frame.form is Form.TABS and noted != self.pane.noted:
            self.lay_out()
        else:
            self.draw_lines()
        self._look_at()
        self.news.set()

    def draw_pane(self) -> None:
        """Draw the pane that keys act on, and all lines."""
        self.draw(frozenset(self.pane.keys))

    def draw_second(self) -> None:
        """Bring ages and the clock up to date."""
        self._seconds += 1
        if self._seconds % _AGES_EVERY == 0:
            now = self.context.engine.now()
            for pane in self.shown:
                pane.draw(now)
        self.draw_lines()

    def draw_lines(self) -> None:
        """Draw the top line, the titles and the footer."""
        frame, now = self._frame, self.context.engine.now()
        if frame.form is Form.SMALL or not self.is_attached:
            return
        marks = self.context.marks(self.spec if frame.form is Form.TABS else None)
        self.top.show(top_pieces(self.context.summary(now), marks, now, frame.width))
        if frame.tabs:
            titles = [p.title_of(focused=p is self.pane) for p in self.panes.values()]
            current = list(self.panes).index(self.current)
            self.tabs.show(tab_pieces(titles, current, now, frame.width))
        for name, area in frame.titles.items():
            joints = frame.joints.get(name, {})
            focused = name == self.current and self.has_keys
            self.panes[name].draw_title(now, area.width, joints, focused=focused)
        self.draw_foot()

    @property
    def has_keys(self) -> bool:
        """Whether a person steers it."""
        return True

    def draw_foot(self) -> None:
        """Draw the footer: what the prompt says, else what a person should read, else keys."""
        width = self._frame.width
        if self.question is not None:
            hint = self.said
            at = None if hint.at is None else self.prompt.text_x + hint.at
            self.foot.show(hint_pieces(at, hint.length, hint.text, width))
        elif self._note is not None:
            self.foot.show(note_pieces(*self._note, width))
        else:
            tabled = isinstance(self.pane, TablePane)
            row = self.pane.table.selected if isinstance(self.pane, TablePane) else None
            self.foot.show(self.context.foot_pieces(width, tabled=tabled, row=row))

    def note(self, text: str, meaning: str = "accent") -> None:
        """Say something in the footer until the next key."""
        self._note = (text, meaning)
        self.context.messages.add(text, meaning, self.context.engine.now())
        self.draw_foot()

    # Where the keys go.

    def focus_pane(self, name: str) -> None:
        """Let the keys act on this pane."""
        moved, self.current = name != self.current, name
        self.set_focus(self.pane.body, scroll_visible=False)
        if moved:
            self.lay_out()
            if self.zoomed:
                self.read_needed()

    def on_descendant_focus(self) -> None:
        """Follow a click of the mouse into another pane.

        What has focus now counts: the event may tell of a pane that was left again since.
        """
        for name, pane in self.panes.items():
            if self.focused in pane.bodies and name != self.current:
                self.current = name
                self.draw_lines()

    def on_key(self) -> None:
        """Take a note off the footer: it has been read."""
        if self._note is not None:
            self._note = None
            self.context.messages.answered(self._frame.width)
            self.draw_foot()

    def on_resource_table_viewport_moved(self) -> None:
        """Have the rows measured that came on screen."""
        self._look_at()

    def on_resource_table_cursor_moved(self) -> None:
        """Name the keys that can act on the row under the cursor."""
        if self.context.options.door is not None:
            self.draw_foot()

    def on_resource_table_arranged(self) -> None:
        """Count the rows of a long table anew."""
        self.news.set()
        self.draw_lines()

    def on_resource_table_activated(self, event: Activated) -> None:
        """Open what the row links to."""
        pane = self.pane
        if isinstance(event.resource, Rollout | Forward):
            self.action_look("describe" if isinstance(event.resource, Rollout) else "ref")
        elif isinstance(pane, TablePane):
            if pane.open(event.resource):
                self.changed_view()
            else:
                self.note(f"{event.resource.ref.short} links to nothing that is known")

    # What the keys do.

    def action_next_pane(self, by: int) -> None:
        """Go on to the next pane, or back."""
        names = list(self.panes)
        self.focus_pane(names[(names.index(self.current) + by) % len(names)])

    def action_zoom(self) -> None:
        """Show the pane alone, or all again."""
        if self._frame.form is Form.TABS and not self.zoomed:
            key = label(self.context.keys, "next_pane")
            self.note(f"the pane has the whole screen already: {key} shows the next")
            return
        self.zoomed = not self.zoomed
        self.lay_out()
        self.read_needed()

    def action_back(self) -> None:
        """Go back one step: the marks, the filter, what was opened, and so on."""
        finding.back(self)

    def action_look(self, what: str) -> None:
        """Look into the row under the cursor, or copy it."""
        if look(self, what):
            self.changed_view()

    def action_wrong_only(self) -> None:
        """Show only what is wrong in every pane, or all."""
        finding.wrong_only(self)

    def action_next_wrong(self, by: int) -> None:
        """Go to the next thing that is wrong, or the one before."""
        finding.go_to_wrong(self, by)

    def action_mark(self, range_: bool = False) -> None:
        """Mark the row, or all from the last mark to it."""
        finding.mark(self, range_=range_)

    def on_resource_table_refused(self, event: Refused) -> None:
        """Say that a filter gave up over the rows."""
        finding.refused(self, event)

    def changed_view(self) -> None:
        """Show what another table or another filter makes of the pane."""
        self.set_focus(self.pane.body, scroll_visible=False)
        self.draw()
        self.lay_out()
        self.read_needed()
        if isinstance(self.pane, TablePane) and self.pane.dropped:
            self.note(self.pane.dropped, "warn")
            self.pane.dropped = ""

    def action_refresh_now(self) -> None:
        """Read all that is shown again, whatever the interval."""
        self.context.engine.refresh(self.needed)
        self.note("reading again")

    def action_help(self) -> None:
        """Lay the help over the board."""
        from fleetui.ui.help import Help

        self.app.push_screen(Help(self.context))

    def action_leave(self) -> None:
        """Quit from the top, or say how to get there."""
        if self.zoomed or (isinstance(self.pane, TablePane) and self.pane.trail):
            self.note(way_out(self.context.keys))
        else:
            self.app.call_later(self.app.action_quit)

    def action_filter(self) -> None:
        """Ask which rows to show."""
        finding.ask_filter(self)

    def action_sort(self) -> None:
        """Let a column be picked to sort by."""
        finding.pick_sort(self)
