"""`fleetui` and `fleetui wallboard`: the screen."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fleetui import __version__
from fleetui.cli import compose, logging_setup, terminal
from fleetui.cli.compose import Fleet
from fleetui.cli.exits import Exit, Stop
from fleetui.cli.runner import run
from fleetui.config import paths
from fleetui.config.problems import ConfigErrors, Problem, choice
from fleetui.config.screens import load_screens
from fleetui.config.specs import Config, ScreenSpec, ThemeSpec
from fleetui.config.themes import DEFAULT, load_themes
from fleetui.providers.registry import BACKENDS
from fleetui.ui.options import BoardOptions
from fleetui.ui.skeleton import skeleton
from fleetui.ui.unused import without_palette

if TYPE_CHECKING:
    from fleetui.actions.audit.journal import AuditJournal
    from fleetui.cli.door import Entrance

_BEGIN_S = 1.0
"""How long the board waits to hear what an ended process left; it goes on without."""


def board(args: argparse.Namespace) -> int:
    """Show the board until the person quits it."""
    return _show(args, None, None)


def wallboard(args: argparse.Namespace) -> int:
    """Rotate through screens without any key but the one that quits."""
    return _show(args, args.screens or (), args.rotate)


def _show(
    args: argparse.Namespace, rotation: tuple[str, ...] | None, rotate_s: float | None
) -> int:
    terminal.require(demo=args.demo)
    folder = paths.config_dir(args.config)
    screens, problems = _screens(folder)
    themes, warnings = load_themes(folder)
    config = compose.configure(
        args, screens=screens if not problems else None, themes=themes, problems=problems
    )
    for what, name, known in (("--screen", args.screen, screens), ("--theme", args.theme, themes)):
        if name is not None and name not in known:
            raise Stop(Exit.USAGE, f"{what}: {choice(name, known)}")
    for name in rotation or ():
        if name not in screens:
            raise Stop(Exit.USAGE, f"--screens: {choice(name, screens)}")
    shown = rotation
    if shown is not None:
        shown = shown or ((args.screen,) if args.screen else config.wallboard.screens)
    start = args.screen or (config.ui.screen if config.ui.screen in screens else "")
    theme = args.theme or (config.ui.theme if config.ui.theme in themes else DEFAULT)
    first = screens[(shown or (start or next(iter(screens)),))[0]]
    with ExitStack() as stack:
        frame = partial(_draw_frame, stack, first, themes[theme], _name(args, config))
        # What may turn out to be nothing at all is looked for before the screen is taken.
        sure = args.demo or bool(config.providers)
        if sure:
            frame()
        fleet = compose.gather(args, config)
        if not fleet.providers:
            raise compose.nothing(fleet)
        if not sure:
            frame()
        # The first paint does not wait for what changes things.
        from fleetui.actions.who import who
        from fleetui.cli.door import open_door
        from fleetui.cli.keeping import journal

        audit = journal(args)
        entrance = open_door(args, fleet, audit, who(), wallboard=shown is not None)
        options = BoardOptions(
            start_screen=start,
            mouse=config.ui.mouse,
            read_only=entrance.door is None,
            door=entrance.door,
            shut=entrance.rule,
            order=entrance.order,
            production=fleet.production,
            wallboard=shown,
            rotate_s=rotate_s or config.wallboard.rotate,
            fleet=fleet.name,
            notes=(*fleet.notes, *warnings),
            reads=frozenset(BACKENDS),
            version=__version__,
            log_path=logging_setup.in_use(),
            language=compose.language(config),
            keys=config.keys,
            hide_secrets=config.logs.hide_secrets,
            history=paths.state_dir() / "commands",
        )
        _run(fleet, entrance, audit, screens, themes, theme, options)
    return Exit.DONE


def _name(args: argparse.Namespace, config: Config) -> str:
    return config.ui.name or ("DEMO" if args.demo else "")


def _draw_frame(stack: ExitStack, spec: ScreenSpec, theme: ThemeSpec, name: str) -> None:
    """Take the terminal, give it back when the stack ends, and show where things will be."""
    stack.enter_context(terminal.stderr_to_log())
    stack.enter_context(terminal.given_back())
    width, height = shutil.get_terminal_size()
    true_colour = os.environ.get("COLORTERM", "") in {"truecolor", "24bit"}
    sys.stdout.write(skeleton(spec, theme, width, height, name, true_colour=true_colour))
    sys.stdout.flush()


def _screens(folder: Path) -> tuple[dict[str, ScreenSpec], tuple[Problem, ...]]:
    try:
        return load_screens(folder), ()
    except ConfigErrors as errors:
        return {}, errors.problems


def _run(
    fleet: Fleet,
    entrance: Entrance,
    audit: AuditJournal,
    screens: dict[str, ScreenSpec],
    themes: dict[str, ThemeSpec],
    theme: str,
    options: BoardOptions,
) -> None:
    with without_palette():
        from fleetui.engine.engine import Engine
        from fleetui.ui.app import run_board

    async def show() -> None:
        own = (entrance.book, *((entrance.door.forwards,) if entrance.door is not None else ()))
        engine = Engine((*fleet.providers, *own), now=time.time)
        beginning = asyncio.ensure_future(entrance.begin())
        try:
            done, _ = await asyncio.wait({beginning}, timeout=_BEGIN_S)
            notes = (*options.notes, *(beginning.result() if done else ()))
            await run_board(engine, screens, themes, theme, replace(options, notes=notes))
        finally:
            beginning.cancel()
            await entrance.close()
            await audit.close()
            await engine.close()

    run(show())
