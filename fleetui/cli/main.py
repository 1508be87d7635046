"""The entry: understands the words, runs the command, and turns every end into an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from fleetui.cli import output
from fleetui.cli.exits import Exit, Interrupted, Stop
from fleetui.cli.parser import parse
from fleetui.core.collector import paused

CHANGES = (
    "scale", "resize", "redeploy", "rollback", "restart", "start", "stop", "pause", "unpause",
    "kill", "rename", "rm", "pull", "suspend", "resume", "trigger", "cordon", "uncordon", "drain",
)  # fmt: skip
BOARD = "fleetui.cli.board"
# Where each command is; none is imported before it is asked for.
COMMANDS: dict[str, tuple[str, str]] = {
    "": (BOARD, "board"),
    "wallboard": (BOARD, "wallboard"),
    "get": ("fleetui.cli.get", "get"),
    "describe": ("fleetui.cli.describe", "describe"),
    "logs": ("fleetui.cli.logs", "logs"),
    "query": ("fleetui.cli.query", "query"),
    "audit": ("fleetui.cli.audit", "audit"),
    **dict.fromkeys(CHANGES, ("fleetui.cli.changing.commands", "change")),
    "prune": ("fleetui.cli.changing.commands", "prune"),
    "edit": ("fleetui.cli.changing.editing", "edit"),
    "undo": ("fleetui.cli.changing.commands", "undo"),
    "exec": ("fleetui.cli.changing.execing", "execute"),
    "debug": ("fleetui.cli.changing.execing", "debug"),
    "forward": ("fleetui.cli.changing.forwarding", "forward"),
    "rollouts": ("fleetui.cli.rollouts", "rollouts"),
    "check": ("fleetui.cli.check", "check"),
    "init": ("fleetui.cli.init", "init"),
    "screens": ("fleetui.cli.lists", "screens"),
    "themes": ("fleetui.cli.lists", "themes"),
    "kinds": ("fleetui.cli.lists", "kinds"),
    "keys": ("fleetui.cli.keys", "keys"),
    "completion": ("fleetui.cli.completion", "completion"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; nothing is raised."""
    try:
        code = _run(sys.argv[1:] if argv is None else argv)
        # What cannot be written is found out here, not by the interpreter at its end.
        if sys.stdout is not None:
            sys.stdout.flush()
    except Stop as stop:
        output.tell(*stop.lines)
        code = stop.code
    except BrokenPipeError:
        output.silence()
        code = Exit.BROKEN_PIPE
    except KeyboardInterrupt:
        code = Exit.INTERRUPTED
    except Interrupted as interrupted:
        return interrupted.code
    except output.CannotWrite as error:
        output.silence()
        output.tell(f"cannot write the output: {error}")
        code = Exit.FAILED
    except Exception as error:  # noqa: BLE001  whatever it is, the person gets a short report
        code = _crashed(error)
    return int(code)


def _run(argv: Sequence[str]) -> int:
    try:
        args = parse(argv)
    except SystemExit as done:
        # argparse ends --help and --version this way.
        return done.code if isinstance(done.code, int) else Exit.DONE
    module, name = COMMANDS[args.command or ""]
    with paused():
        command: Callable[[argparse.Namespace], int] = getattr(import_module(module), name)
        if module == BOARD:
            # It has more to load, and ends the pause itself once all is there.
            return command(args)
    return command(args)


def _crashed(error: Exception) -> Exit:
    from fleetui.cli import crash, logging_setup

    output.tell(*crash.report(error, logging_setup.in_use()))
    return Exit.FAILED
