"""The app: a mode for each screen file, and good manners toward the terminal."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from rich.console import RenderableType
from textual import events
from textual._compositor import ChopsUpdate
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from fleetui.config.specs import ScreenSpec, ThemeSpec
from fleetui.core.collector import seldom
from fleetui.engine.engine import Engine
from fleetui.ui import later
from fleetui.ui.board import Board
from fleetui.ui.context import Context, Feed
from fleetui.ui.keys import keymap
from fleetui.ui.logs.opening import NO_ROW
from fleetui.ui.options import BoardOptions
from fleetui.ui.rotation import INCIDENT_KINDS, Rotation, in_turn, incidents
from fleetui.ui.table_pane import TablePane
from fleetui.ui.terminal import Clean, PatientDriver, Trimmed, has_terminal
from fleetui.ui.theme import css_variables, styles_of
from fleetui.ui.turns import quick_turns
from fleetui.ui.words import Words

_SETTLE_S = 0.06


class FleetApp(Words, inherit_bindings=False):
    """Holds the boards, the feed between engine and boards, and the clock."""

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    ESCAPE_TO_MINIMIZE = False
    AUTO_FOCUS = ""
    CLOSE_TIMEOUT = 0.3
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "leave", "quit at once", show=False, priority=True, id="board.quit_now")
    ]

    def __init__(
        self,
        engine: Engine,
        screens: dict[str, ScreenSpec],
        theme: ThemeSpec,
        options: BoardOptions,
        themes: dict[str, ThemeSpec] | None = None,
    ) -> None:
        self.theme_spec = theme
        self.theme_specs = themes or {theme.name: theme}
        super().__init__(driver_class=PatientDriver)
        self.animation_level = "none"
        self.specs = [screens[name] for name in options.wallboard or screens]
        if options.wallboard == ():
            self.specs = in_turn(self.specs, engine)
        feed = Feed(engine)
        feed.wake = lambda: self.call_later(self._draw_changed)
        listed = [(spec.key, spec.title) for spec in self.specs if spec.key]
        self.context = Context(engine, styles_of(theme), options, feed, screens=listed)
        self.options = options
        self._rotation = (
            Rotation(self.specs, options.rotate_s, engine.now())
            if options.wallboard is not None
            else None
        )
        start = options.start_screen
        first = next((spec for spec in self.specs if spec.name == start), self.specs[0])
        if self._rotation is not None:
            first = self.specs[0]
        for spec in self.specs:
            self.add_mode(spec.name, partial(self._make_board, spec))
        # Textual begins with an empty screen of its own; this app begins with a board.
        self._current_mode = first.name
        self._screen_stacks = {first.name: []}
        self._clean = Clean()
        self._behind = False
        self._had_terminal = has_terminal()
        self._new_size: events.Resize | None = None

    # How it begins and ends.

    def get_css_variables(self) -> dict[str, str]:
        """Return Textual's variables and ours."""
        return super().get_css_variables() | css_variables(self.theme_spec)

    def _make_board(self, spec: ScreenSpec) -> Board:
        if self._rotation is None:
            return Board(spec, self.context)
        from fleetui.ui.wallboard import WallBoard

        return WallBoard(spec, self.context)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return Textual's filters with ours last: whatever comes out is clean."""
        return [*super().get_line_filters(), self._clean]

    def on_mount(self) -> None:
        """Start the clock, and listen to what ends or wakes a program."""
        self.set_interval(1.0, self._second)
        self.set_keymap(keymap(self.options.keys))
        if self._rotation is None:
            self.run_worker(self.load_history(), group="history", description="read old commands")
            self.set_timer(later.AFTER_S, self._load_rest)
        self.app_resume_signal.subscribe(self, self._come_back)
        if self._had_terminal:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self.exit)

    def _load_rest(self) -> None:
        self.run_worker(later.load(), group="later", description="load what keys may open")

    def on_unmount(self) -> None:
        """Leave nothing behind in the engine or the loop."""
        self.context.feed.close()
        if self._had_terminal:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.remove_signal_handler(number)

    # What it draws.

    @property
    def board(self) -> Board | None:
        """The board on screen, under whatever lies over it."""
        stack = reversed(self._screen_stacks.get(self._current_mode, []))
        return next((one for one in stack if isinstance(one, Board) and one.is_mounted), None)

    def show(self, name: str) -> None:
        """Show the board of this screen, without what was laid over it by a command."""
        self.leave_asides()
        self.switch_mode(name)

    def action_show_screen(self, key: str) -> None:
        """Show the screen with this key."""
        name = next((spec.name for spec in self.specs if spec.key == key), None)
        if name is not None:
            self.show(name)
        elif self.board is not None:
            self.board.note(f"no screen has the key {key}")

    def action_open_log(self) -> None:
        """Open the log of the row under the cursor."""
        pane = self.board.pane if self.board is not None else None
        row = pane.table.selected if isinstance(pane, TablePane) else None
        if row is None:
            self.say(NO_ROW)
        else:
            self.look_into("logs", row)

    def key_came(self) -> None:
        """Let long work rest until the key is answered."""
        self.context.pace.key()

    async def filled(self) -> None:
        """Wait until the pane that has the keys shows its first rows, in their order."""
        while isinstance(board := self.screen, Board) and board.filling:
            board.news.clear()
            await board.news.wait()

    def _draw_changed(self) -> None:
        changed = self.context.feed.take()
        if self.board is not None and changed:
            self.board.draw(changed)

    def _second(self) -> None:
        if self._had_terminal and not has_terminal():
            self.exit()
            return
        if self._rotation is not None:
            self._rotate(self._rotation)
        self.follow()
        if self.board is not None:
            self.board.draw_second()

    def _rotate(self, rotation: Rotation) -> None:
        engine = self.context.engine
        keys = (key for kind in INCIDENT_KINDS for key in engine.keys(kind))
        before = rotation.current
        name = rotation.step(engine.now(), incidents(engine.store.snapshots(keys)))
        self.context.pinned = rotation.pinned
        if name != before:
            self.show(name)

    def _come_back(self, _app: object) -> None:
        """Paint all of it: after fg the terminal shows nothing of ours."""
        self.screen.refresh(layout=True)

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew a moment later, once for a whole storm of sizes."""
        if self._size is None:
            return
        event.prevent_default()
        if self._new_size is None:
            self.set_timer(_SETTLE_S, self._resized)
        self._new_size = event

    def _resized(self) -> None:
        event, self._new_size = self._new_size, None
        if event is not None and event.size != self._size:
            self._size = event.size
            # Another event: the one whose default was prevented would do nothing in the board.
            self._resize_event = events.Resize(
                event.size, event.virtual_size, event.container_size, event.pixel_size
            )
            self._check_resize()

    def on_app_blur(self, event: events.AppBlur) -> None:
        """Keep the cursor where it is while another window has the person's attention."""
        event.prevent_default()

    # How it speaks to the terminal.

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Leave frames out while the terminal is lent, or has not read those before."""
        if self.lent:
            return
        driver = self._driver
        if isinstance(driver, PatientDriver) and driver.behind:
            if not self._behind:
                self._behind = True
                self.set_timer(0.1, self._catch_up)
            return
        if isinstance(renderable, ChopsUpdate):
            renderable = Trimmed(renderable.chops, renderable.spans, renderable.chop_ends)
        super()._display(screen, renderable)

    def _catch_up(self) -> None:
        """Paint all of it once the terminal reads again."""
        self._behind = False
        self.screen.refresh()

    def _handle_exception(self, error: Exception) -> None:
        """Keep the exception for the caller, who reports it; print nothing, least of all locals."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        """Close; Textual would render a traceback with locals here."""
        self._close_messages_no_wait()

    def panic(self, *renderables: RenderableType) -> None:  # noqa: ARG002
        """Close: the thread that reads keys has lost its terminal."""
        self.exit()

    def _print_error_renderables(self) -> None:
        """Print nothing over the person's shell."""
        self._exit_renderables.clear()

    @property
    def failure(self) -> Exception | None:
        """What ended the app, if it did not end by itself."""
        return self._exception


async def run_board(
    engine: Engine,
    screens: dict[str, ScreenSpec],
    themes: dict[str, ThemeSpec],
    theme: str,
    options: BoardOptions,
) -> None:
    """Show the board until it is quit; an exception inside comes out as it is."""
    app = FleetApp(engine, screens, themes[theme], options, themes)
    with seldom(), quick_turns():
        await app.run_async(mouse=options.mouse)
    if app.failure is not None:
        raise app.failure
