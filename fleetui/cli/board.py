"""`fleetui` and `fleetui wallboard`: the screen."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from fleetui import __version__
from fleetui.cli import compose, logging_setup, terminal
from fleetui.cli.compose import Fleet
from fleetui.cli.exits import Exit, Stop
from fleetui.cli.runner import run
from fleetui.config import paths
from fleetui.config.problems import ConfigErrors, Problem, choice
from fleetui.config.screens import load_screens
from fleetui.config.specs import ScreenSpec, ThemeSpec
from fleetui.config.themes import DEFAULT, load_themes
from fleetui.ui.options import BoardOptions


def board(args: argparse.Namespace) -> int:
    """Show the board until the person quits it."""
    return _show(args, None, None)


def wallboard(args: argparse.Namespace) -> int:
    """Rotate through screens without any key but the one that quits."""
    return _show(args, args.screens or (), args.rotate)


def _show(
    args: argparse.Namespace, rotation: tuple[str, ...] | None, rotate_s: float | None
) -> int:
    terminal.require()
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
    fleet = compose.gather(args, config)
    if not fleet.providers:
        raise compose.nothing(fleet)
    shown = rotation
    if shown is not None:
        shown = shown or ((args.screen,) if args.screen else config.wallboard.screens)
    options = BoardOptions(
        start_screen=args.screen or (config.ui.screen if config.ui.screen in screens else ""),
        mouse=config.ui.mouse,
        read_only=config.read_only or shown is not None,
        production=fleet.production,
        wallboard=shown,
        rotate_s=rotate_s or config.wallboard.rotate,
        fleet=fleet.name,
        notes=(*fleet.notes, *warnings),
        version=__version__,
        log_path=logging_setup.in_use(),
    )
    theme = args.theme or (config.ui.theme if config.ui.theme in themes else DEFAULT)
    return _open(fleet, screens, themes, theme, options)


def _screens(folder: Path) -> tuple[dict[str, ScreenSpec], tuple[Problem, ...]]:
    try:
        return load_screens(folder), ()
    except ConfigErrors as errors:
        return {}, errors.problems


def _open(
    fleet: Fleet,
    screens: dict[str, ScreenSpec],
    themes: dict[str, ThemeSpec],
    theme: str,
    options: BoardOptions,
) -> int:
    from fleetui.engine.engine import Engine
    from fleetui.ui.app import run_board

    async def show() -> None:
        engine = Engine(fleet.providers, now=time.time)
        try:
            await run_board(engine, screens, themes, theme, options)
        finally:
            await engine.close()

    with terminal.stderr_to_log(), terminal.given_back():
        run(show())
    return Exit.DONE
