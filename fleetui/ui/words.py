"""What the palette and the command line do to the app."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.widget import Widget

from fleetui.config.actions import Key
from fleetui.config.specs import PaneSpec, ScreenSpec, ThemeSpec
from fleetui.core.columns import Column
from fleetui.core.filter import Language
from fleetui.core.objects import Event, Resource
from fleetui.core.query import Query
from fleetui.core.tables import TABLES
from fleetui.ui import history
from fleetui.ui.about import AboutLog
from fleetui.ui.board import Board
from fleetui.ui.change.changing import Changing
from fleetui.ui.drill import kind_of
from fleetui.ui.finding import wrong_only
from fleetui.ui.layers import Passing
from fleetui.ui.table.table import ResourceTable
from fleetui.ui.table_pane import TablePane
from fleetui.ui.theme import styles_of

if TYPE_CHECKING:
    from fleetui.ui.aside import Aside
    from fleetui.ui.commands import Act
    from fleetui.ui.finder import Entry


class Words(Changing):
    """The half of the app that finds things and takes commands."""

    specs: list[ScreenSpec]
    theme_spec: ThemeSpec
    theme_specs: dict[str, ThemeSpec]
    _history: Sequence[str] = ()

    def show(self, name: str) -> None:
        """Show the board of a screen."""
        raise NotImplementedError

    # What lies over the board.

    def action_palette(self) -> None:
        """Find anything by name."""
        from fleetui.ui.palette import Palette

        self.push_screen(Palette(self.context.styles, self._entries()), self._chosen)

    async def load_history(self) -> None:
        """Read what was typed in earlier runs; a slow disk keeps nobody waiting."""
        found = await asyncio.to_thread(history.load, self.context.options.history)
        self._history = [*found, *self._history]

    def action_command(self) -> None:
        """Ask for a command."""
        from fleetui.ui.command_line import CommandLine
        from fleetui.ui.commands import Commands

        commands = Commands(_Doer(self), self.context.keys)
        self.push_screen(CommandLine(self.context.styles, commands, self._history), self._typed)

    def action_messages(self) -> None:
        """Show what the footer has said."""
        from fleetui.ui.messages_page import MessagesPage

        through = {
            key: entry.action.removeprefix("app.")
            for entry in self.context.keys
            if entry.name in {"palette", "command"}
            for key in entry.keys
        }
        page = MessagesPage(self.context.styles, self.context.messages, through)
        self.push_screen(page, self._read)

    def _read(self, _result: object) -> None:
        if self.board is not None:
            self.board.draw_foot()

    def _typed(self, typed: tuple[str, Act] | None) -> None:
        if typed is None:
            return
        text, act = typed
        self._history = history.with_line(list(self._history), text)
        path = self.context.options.history
        self.run_worker(
            asyncio.to_thread(history.save, path, text), group="history", description="keep a line"
        )
        act()

    # The palette.

    def _entries(self) -> Iterator[Entry]:
        from fleetui.ui.finder import Entry, entries_of

        for spec in self.specs:
            yield Entry("screen", spec.title, spec.name, spec.key, spec.name, rank=0)
        for key in self.context.keys:
            yield Entry("action", key.does, key.name, key.label, key.name, rank=1)
        for name in self.theme_specs:
            yield Entry("theme", f"theme {name}", "", "", name, rank=2)
        yield from entries_of(self.context.engine.store.snapshots())
        for name, text in self.cells().items():
            yield Entry("cell", f"copy {name}", text, "", name, rank=5)

    def _chosen(self, entry: Entry | None) -> None:
        if entry is None:
            return
        if entry.row is not None:
            self.go_to(entry.row)
        elif entry.kind == "screen":
            self.show(entry.target)
        elif entry.kind == "theme":
            self.use_theme(entry.target)
        elif entry.kind == "cell":
            self.copy_cells(entry.target)
        else:
            self.act(next(key for key in self.context.keys if key.name == entry.target))

    # What is done.

    def go_to(self, row: Resource) -> None:
        """Put the cursor on a thing, in the nearest pane that lists it, or in one of its own."""
        board = self.board
        if board is None:
            return
        from fleetui.ui.goto import place_of

        self.leave_over(board)
        now = self.context.engine.now()
        here, pane = board.spec.name, board.current
        specs = [board.spec, *(spec for spec in self.specs if spec is not board.spec)]
        spoken = self.context.options.language
        place = place_of(row, specs, now, here=here, pane=pane, language=spoken)
        if place is None:
            kind = kind_of(row)
            if kind:
                board = self._aside(PaneSpec("get", kind, title=kind))
                stand_on(board, "get", row)
                self.push_screen(board)
            else:
                board.note(f"{row.ref.short} is in no list")
            return
        if place.screen != board.spec.name:
            self.show(place.screen)
            # Its board may be new, and stand on the thing from its first paint on.
            stack = self._screen_stacks[place.screen]
            board = next(one for one in stack if isinstance(one, Board))
            self.leave_over(board)
        stand_on(board, place.pane, row)

    def act(self, key: Key) -> None:
        """Do what a key does, on the page in front, the board or the table with focus.

        What only the board can do is seen there: the page is left for it.
        """
        board, over = self.board, self.over
        if board is None or (over is not None and self.act_over(key, over)):
            return
        if not key.action.startswith("app."):
            self.leave_over(board)
        action = key.action
        node: Board | Words | ResourceTable = self if action.startswith("app.") else board
        if not action:
            pane = board.pane
            if not isinstance(pane, TablePane):
                board.note("this pane has no rows")
                return
            bound = (b for b in ResourceTable.BINDINGS if getattr(b, "id", "") == key.binding)
            action, node = getattr(next(bound), "action", ""), pane.table
        self.call_later(self.run_action, action.removeprefix("app."), node)

    def use_theme(self, name: str) -> None:
        """Take another theme's colours, on every board of this run."""
        self.theme_spec = spec = self.theme_specs[name]
        styles = self.context.styles
        styles.clear()
        styles.update(styles_of(spec))
        self.refresh_css(animate=False)
        for stack in self._screen_stacks.values():
            for screen in stack:
                self.stylesheet.update(screen)
                for widget in _widgets(screen):
                    take = getattr(widget, "set_styles_by_meaning", None)
                    if callable(take):
                        take(styles)
                    widget.refresh()
        if self.board is not None:
            self.board.note(f'{name}: for this run; theme = "{name}" under [ui] keeps it')

    def lay_over(self, pane: PaneSpec, text: str, sort: str) -> None:
        """Open one pane over the board, in place of one that lies there already."""
        self.leave_asides()
        self.push_screen(self._aside(pane, text, sort))

    def _aside(self, pane: PaneSpec, text: str = "", sort: str = "") -> Aside:
        from fleetui.ui.aside import Aside

        column, down = _order_of(sort, TABLES[pane.show].columns if sort else {})
        return Aside(pane, self.context, text=text, sort=column, descending=down)

    def leave_asides(self) -> None:
        """Take away what a command laid over the board."""
        while isinstance(self.screen, Passing):
            self.pop_screen()


def stand_on(board: Board, name: str, row: Resource) -> None:
    """Put the cursor of a pane on a row, without whatever hides it."""
    pane = board.panes[name]
    if not isinstance(pane, TablePane):
        return
    while pane.trail:
        pane.back()
    if pane.view.text:
        pane.filter("")
    if board.context.wrong_only:
        wrong_only(board)
    pane.table.move_to(row.ref)
    if not board.is_mounted:
        board.current = name
        return
    board.focus_pane(name)
    board.set_focus(pane.body, scroll_visible=False)
    board.draw()
    board.lay_out()
    board.read_needed()


def _order_of(sort: str, columns: Mapping[str, Column]) -> tuple[Column | None, bool]:
    """Return the column that a command sorts by, if any, and whether the other way round."""
    if not sort:
        return None, False
    from fleetui.ui.sort_picker import largest_first

    column = columns[sort.removeprefix("-")]
    return column, sort.startswith("-") != largest_first(column)


def _widgets(screen: Screen[object]) -> Iterator[Widget]:
    yield screen
    for node in screen.walk_children():
        if isinstance(node, Widget):
            yield node


class _Doer:
    """Carries commands out on the app."""

    def __init__(self, app: Words) -> None:
        self._app = app
        self.show = app.show
        self.use_theme = app.use_theme
        self.lay_over = app.lay_over
        self.act = app.act
        self.look_into = app.look_into
        self.copy_cells = app.copy_cells
        self.change = app.change

    @property
    def copied_columns(self) -> Iterable[str]:
        return list(self._app.cells())

    @property
    def containers(self) -> Iterable[str] | None:
        over = self._app.over
        return list(over.containers) if isinstance(over, AboutLog) else None

    def choose_container(self, name: str) -> None:
        if isinstance(over := self._app.over, AboutLog):
            over.choose_container(name)

    @property
    def things(self) -> Iterator[Resource]:
        for snapshot in self._app.context.engine.store.snapshots():
            for row in snapshot.rows:
                if not isinstance(row, Event):
                    yield row

    @property
    def screens(self) -> Sequence[ScreenSpec]:
        return self._app.specs

    @property
    def themes(self) -> Iterable[str]:
        return list(self._app.theme_specs)

    @property
    def _pane(self) -> TablePane | None:
        board = self._app.board
        return board.pane if board and isinstance(board.pane, TablePane) else None

    @property
    def columns(self) -> dict[str, Column] | None:
        pane = self._pane
        return pane.columns if pane else None

    @property
    def language(self) -> Language:
        return self._app.context.options.language

    @property
    def answers_queries(self) -> bool:
        return bool(self._app.context.engine.query_keys(Query("up", 0.0, 60)))

    def narrow(self, text: str) -> None:
        if self._pane is not None:
            self._pane.filter(text)
            self._redraw()

    def order(self, sort: str) -> None:
        pane = self._pane
        if pane is not None:
            column, down = _order_of(sort, pane.columns)
            pane.sort(column, descending=down)
            self._redraw()

    def _redraw(self) -> None:
        board = self._app.board
        if board is not None:
            self._app.leave_over(board)
            board.draw()
            board.lay_out()
