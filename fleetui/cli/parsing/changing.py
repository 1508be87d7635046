"""The words of the commands that change something, and of what tells how that went."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any

from fleetui.cli.parsing import epilogs
from fleetui.cli.parsing.words import Parser, command, length, natural, output

_REF = "provider/scope/kind/name, or an ending of it that only one thing has"
_FORMS = ("table", "json")


def split(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Take the command of `exec … -- CMD…` or `debug` off: its words are nobody's options."""
    if "--" not in argv:
        return list(argv), []
    at = list(argv).index("--")
    words = list(argv[:at])
    return (words, list(argv[at + 1 :])) if {"exec", "debug"} & {*words} else (list(argv), [])


def late(args: argparse.Namespace, rest: list[str]) -> list[str]:
    """Take in the ports of `forward REF --address A 80`; return the words that nobody takes."""
    if args.command != "forward" or any(word.startswith("-") for word in rest):
        return rest
    args.ports = [*args.ports, *rest]
    return []


def _change(commands: Any, name: str, text: str, verb: str) -> Parser:
    made = command(
        commands,
        name,
        text,
        epilog=epilogs.CHANGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.set_defaults(verb=verb)
    return made


def _one(made: Parser) -> None:
    made.add_argument("refs", nargs=1, metavar="REF", help=_REF)


def _many(made: Parser) -> None:
    made.add_argument("refs", nargs="+", metavar="REF", help=f"{_REF}; or several")


def _scale(commands: Any) -> None:
    made = _change(commands, "scale", "set how many members a unit has", "scale")
    _many(made)
    made.add_argument("count", metavar="N", help="6, +2, -1 or x2; min=2,max=9: the bounds of "
                      "the autoscaler that owns the number")  # fmt: skip
    _options(made, several=True)


def _resize(commands: Any) -> None:
    made = _change(commands, "resize", "set how much a thing may use, or its size", "resize")
    _many(made)
    made.add_argument("--memory", metavar="512MiB", help="the most memory; memory=512MiB behind "
                      "REF says the same, as cpu=, requests.cpu= and the others do")  # fmt: skip
    made.add_argument("--cpu", metavar="1.5", help="the most cores")
    made.add_argument("--request-memory", metavar="256MiB", help="of pods: what is asked for")
    made.add_argument("--request-cpu", metavar="250m", help="of pods: what is asked for")
    made.add_argument("--container", metavar="NAME", help="of pods with several: which one")
    made.add_argument("--size", metavar="TYPE", help="the type of a machine: s-4vcpu-8gb")
    made.add_argument(
        "--restart-policy", metavar="POLICY", help="of a container: no, always, unless-stopped"
    )
    _options(made, several=True)


def _redeploy(commands: Any) -> None:
    made = _change(commands, "redeploy", "replace the members, one after another", "redeploy")
    _many(made)
    made.add_argument("--image", metavar="IMAGE", help="by this image (of pods with several "
                      "containers: NAME=IMAGE); else by the newest of its")  # fmt: skip
    made.add_argument("--no-pull", dest="pull", action="store_const", const="no",
                      help="the image that is there already; ask no registry")  # fmt: skip
    _options(made, several=True)


def _rollback(commands: Any) -> None:
    made = _change(commands, "rollback", "go back to an earlier revision", "rollback")
    _one(made)
    made.add_argument("revision", nargs="?", metavar="REVISION", help="else the one before")
    _options(made)


def _restart(commands: Any) -> None:
    _simple(commands, "restart", "restart things, or the members of units", "restart", grace=True)


def _start(commands: Any) -> None:
    _simple(commands, "start", "start what is stopped", "start")


def _stop(commands: Any) -> None:
    _simple(commands, "stop", "stop what runs", "stop", grace=True)


def _pause(commands: Any) -> None:
    _simple(commands, "pause", "hold containers still, or the rollouts of Deployments", "pause")


def _unpause(commands: Any) -> None:
    _simple(commands, "unpause", "let what is paused go on", "unpause")


def _simple(commands: Any, name: str, text: str, verb: str, *, grace: bool = False) -> None:
    made = _change(commands, name, text, verb)
    _many(made)
    if grace:
        made.add_argument("--grace", type=_grace, metavar="10s", help="how long it may take to "
                          "stop by itself before it is killed")  # fmt: skip
    _options(made, several=True)


def _kill(commands: Any) -> None:
    made = _change(commands, "kill", "end containers at once, or send them a signal", "kill")
    _many(made)
    made.add_argument("--signal", metavar="SIGNAL", help="KILL without it; HUP, TERM, USR1, …")
    _options(made, several=True)


def _rename(commands: Any) -> None:
    made = _change(commands, "rename", "give a container another name", "rename")
    _one(made)
    made.add_argument("name", metavar="NAME", help="letters, digits, _, . and -")
    _options(made)


def _rm(commands: Any) -> None:
    made = _change(commands, "rm", "remove containers, images, volumes, networks; pods, workloads, "
                   "Jobs, Services, Ingresses", "remove")  # fmt: skip
    _many(made)
    made.add_argument("--force", action="store_true", help="even what runs or is used; of a pod: "
                      "do not wait for its end")  # fmt: skip
    made.add_argument("--grace", type=_grace, metavar="10s", help="how long a pod may take to end")
    made.add_argument(
        "--volumes", action="store_true", help="with a container, its volumes that have no name"
    )
    made.add_argument("--cascade", metavar="HOW", choices=CASCADES, help="of what a workload or "
                      f"Job made: {', '.join(CASCADES)}; the first without it")  # fmt: skip
    _options(made, several=True)


def _pull(commands: Any) -> None:
    made = _change(commands, "pull", "fetch an image anew from its registry", "pull")
    _many(made)
    _options(made, several=True)


def _prune(commands: Any) -> None:
    made = _change(commands, "prune", "remove what nothing uses", "prune")
    made.add_argument("kind", metavar="KIND", choices=PRUNED, help=", ".join(PRUNED))
    made.add_argument("--on", metavar="PROVIDER/SCOPE", help="where, if there are several")
    made.add_argument("--all", action="store_true", help="volumes that have a name, too")
    _options(made)


def _suspend(commands: Any) -> None:
    _simple(commands, "suspend", "let CronJobs begin no Jobs", "suspend")


def _resume(commands: Any) -> None:
    _simple(commands, "resume", "let suspended CronJobs go on", "resume")


def _trigger(commands: Any) -> None:
    _simple(commands, "trigger", "run CronJobs now", "trigger")


def _cordon(commands: Any) -> None:
    _simple(commands, "cordon", "let nodes take no new pods", "cordon")


def _uncordon(commands: Any) -> None:
    _simple(commands, "uncordon", "let cordoned nodes take pods again", "uncordon")


def _drain(commands: Any) -> None:
    made = _change(commands, "drain", "cordon nodes, and let all their pods leave", "drain")
    _many(made)
    made.add_argument("--force", action="store_true", help="even pods that nothing makes anew")
    _options(made, several=True)


def _edit(commands: Any) -> None:
    made = command(
        commands,
        "edit",
        "edit the document of a thing in your editor",
        epilog=epilogs.EDIT + epilogs.CHANGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.set_defaults(verb="edit")
    _one(made)
    made.add_argument("--file", metavar="FILE", help="take it as it is in this file, without an "
                      "editor; - for standard input")  # fmt: skip
    _options(made)


CASCADES = ("background", "foreground", "orphan")
PRUNED = ("images", "volumes", "networks")


def _undo(commands: Any) -> None:
    made = _change(commands, "undo", "take the last change back that can be taken back", "undo")
    _options(made)


def _options(made: Parser, *, several: bool = False) -> None:
    add = made.add_argument
    output(made, _FORMS)
    add("--dry-run", action="store_true", help="print the plan; nothing is sent")
    _confirming(add)
    add("--wait", action=argparse.BooleanOptionalAction, default=True,
        help="follow it to its end (the default), or come back once it is sent")  # fmt: skip
    add("--timeout", type=length, metavar="10m", help="how long it may take; 30m without it")
    gate = made.add_argument_group("gate", "what Prometheus must say before, meanwhile and after")
    gate.add_argument("--gate", metavar="EXPR", help="a PromQL expression")
    gate.add_argument("--gate-max", metavar="X", help="well is at most this: 0.01 or 1%%")
    gate.add_argument("--gate-min", metavar="X", help="well is at least this")
    gate.add_argument("--gate-for", metavar="2m", help="how long it must hold after")
    gate.add_argument(
        "--gate-rollback",
        action="store_true",
        help="take it back when it goes bad, or fails half-way",
    )
    gate.add_argument("--gate-source", metavar="NAME", help="which Prometheus, if several")
    gate.add_argument("--ignore-gate", action="store_true", help="go ahead in spite of the gate "
                      "that the config gives it; needs --reason")  # fmt: skip
    if several:
        add("--together", type=natural, metavar="N", help="so many targets at once; else one")
        add("--go-on", action=argparse.BooleanOptionalAction, default=None,
            help="go on with the others after one has failed")  # fmt: skip


def _confirming(add: Callable[..., Any]) -> None:
    add("--yes", "-y", action="store_true", help="go ahead without being asked")
    add("--confirm", metavar="NAME", help="the target's name, or how many there are")
    add("--reason", default="", metavar="TEXT", help="why; kept in the audit")


def _exec(commands: Any) -> None:
    made = command(
        commands,
        "exec",
        "run a command inside of a container",
        epilog=epilogs.EXEC,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="fleetui exec [-t] [--confirm NAME] [--reason TEXT] REF -- CMD...",
    )
    made.add_argument("-t", "--tty", action="store_true", help="give it a terminal of its own")
    _confirming(made.add_argument)
    made.add_argument("ref", metavar="REF", help=_REF)
    made.add_argument("argv", nargs="*", metavar="CMD", help="behind --, with all its options")


def _debug(commands: Any) -> None:
    made = command(
        commands,
        "debug",
        "add a debug container to a pod, and lead this terminal into it",
        epilog=epilogs.DEBUG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="fleetui debug REF [--image IMAGE] [--target CONTAINER] [--new] [-- CMD...]",
    )
    made.add_argument("--image", metavar="IMAGE", help="what it is made of: busybox:1.37")
    made.add_argument(
        "--target", metavar="CONTAINER", help="whose processes it sees; none: its own"
    )
    made.add_argument("--new", action="store_true", help="one more, though one runs there")
    made.add_argument("--dry-run", action="store_true", help="print the plan; nothing is sent")
    _confirming(made.add_argument)
    made.add_argument("ref", metavar="REF", help=_REF)
    made.add_argument("argv", nargs="*", metavar="CMD", help="behind --; else its image's own")


def _forward(commands: Any) -> None:
    made = command(
        commands,
        "forward",
        "let ports here lead to ports of a service, a pod or a workload",
        epilog=epilogs.FORWARD,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("ref", metavar="REF", help=_REF)
    made.add_argument("ports", nargs="*", metavar="[LOCAL:]PORT", help="8080:80, 80 or http")
    made.add_argument("--address", metavar="A", help="listen there, in place of 127.0.0.1")
    _confirming(made.add_argument)


def _rollouts(commands: Any) -> None:
    made = command(
        commands,
        "rollouts",
        "list the changes under way and those of late",
        epilog=epilogs.ROLLOUTS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    output(made, ("table", "wide", "json", "csv"))
    made.add_argument("--since", type=length, default=86_400.0, metavar="1d",
                      help="those begun in this time until now; 1d without it")  # fmt: skip
    made.add_argument("--watch", "-w", action="store_true", help="list again whenever it changes")
    made.add_argument("--no-header", action="store_true", help="leave out the line of titles")


def _grace(text: str) -> str:
    """Return a length of time as the back end reads it: `0s` kills at once."""
    from fleetui.core.filter import duration

    if text.isdecimal():
        return f"{text}s"
    if duration(text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a length of time: try 10s or 1m")
    return text


COMMANDS: dict[str, Callable[[Any], object]] = {
    "scale": _scale,
    "resize": _resize,
    "redeploy": _redeploy,
    "rollback": _rollback,
    "restart": _restart,
    "start": _start,
    "stop": _stop,
    "pause": _pause,
    "unpause": _unpause,
    "kill": _kill,
    "rename": _rename,
    "rm": _rm,
    "pull": _pull,
    "prune": _prune,
    "suspend": _suspend,
    "resume": _resume,
    "trigger": _trigger,
    "cordon": _cordon,
    "uncordon": _uncordon,
    "drain": _drain,
    "edit": _edit,
    "undo": _undo,
    "exec": _exec,
    "debug": _debug,
    "forward": _forward,
    "rollouts": _rollouts,
}
"""What adds each command that changes something, and `rollouts`."""
