"""Composes the door through which things are changed, or says which rule keeps it shut."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field

from fleetui.actions.action import GateSpec, Who
from fleetui.actions.book import Book
from fleetui.actions.door import Door
from fleetui.actions.gatekeeper import QueryGatekeeper
from fleetui.actions.policy import Freeze, Policy, Refusal
from fleetui.actions.ports import Journal, JournalError
from fleetui.actions.request import Order
from fleetui.cli.compose import Fleet
from fleetui.config.specs import Config, ProviderConfig
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.windows import window
from fleetui.providers import registry
from fleetui.providers.writing import Writer

VARIABLE = "FLEETUI_READ_ONLY"
_NO = frozenset({"", "0", "false", "no", "off"})
RULE = "read-only"


@dataclass(frozen=True, slots=True)
class Entrance:
    """How this run may change things; without a door no writer exists in this process."""

    book: Book
    """What has been changed of late, for the engine: a provider of `rollouts`."""
    door: Door | None
    rule: Refusal | None = None
    """Why there is no door: the rule, and where it stands."""
    order: Order = field(default_factory=Order)
    """How many targets go together, as the config has it."""

    async def begin(self) -> tuple[str, ...]:
        """Follow what an ended process left, and return what a person should know of it."""
        if self.door is None:
            return ()
        try:
            left = await self.door.pick_up()
        except JournalError as error:
            return (f"nothing can be changed: {error}",)
        return tuple(
            f"picked up again: {entry.action.plan.ask.verb} of {entry.action.plan.ref.short}, "
            f"{entry.progress.phase} when the program ended"
            for entry in left
        )

    async def close(self) -> None:
        """Leave what is under way to the next start, and let go of the writers."""
        if self.door is not None:
            await self.door.close()


def read_only(
    args: argparse.Namespace,
    config: Config,
    *,
    wallboard: bool = False,
    environ: Mapping[str, str] | None = None,
) -> Refusal | None:
    """Return the rule by which this whole process changes nothing; None where it may."""
    environ = os.environ if environ is None else environ
    text = "nothing is changed from here: this run is read-only"
    if wallboard:
        return Refusal(RULE, "a wallboard changes nothing", "fleetui wallboard")
    if args.read_only:
        return Refusal(RULE, text, "--read-only")
    if environ.get(VARIABLE, "").strip().lower() not in _NO:
        return Refusal(RULE, text, f"{VARIABLE} in the environment")
    if config.read_only:
        return Refusal(RULE, text, config.place("read_only"))
    return None


def open_door(
    args: argparse.Namespace,
    fleet: Fleet,
    journal: Journal,
    who: Who,
    *,
    wallboard: bool = False,
    now: Callable[[], float] = time.time,
    timeout_s: float | None = None,
) -> Entrance:
    """Make the writers and the door, or neither. No I/O, no SDK.

    `timeout_s` is how long a change may take before it counts as timed out.
    """
    rule = read_only(args, fleet.config, wallboard=wallboard)
    order = Order(fleet.config.policy.together, fleet.config.policy.go_on)
    if rule is not None:
        return Entrance(Book.of(journal, now), None, rule, order)
    door = Door(
        writers(args, fleet),
        policy(fleet),
        journal,
        who,
        closed=closed(fleet.config),
        gatekeeper=QueryGatekeeper(fleet.providers, now=now),
        now=now,
        timeout_s=timeout_s,
    )
    return Entrance(door.book, door, None, order)


def writers(args: argparse.Namespace, fleet: Fleet) -> tuple[Writer, ...]:
    """Make a writer for each back end that can be changed and is not read-only."""
    if args.demo:
        shut = {place for place, _ in closed(fleet.config)}
        return tuple(
            one for one in registry.demo_writers(fleet.providers)
            if (one.name, one.scope) not in shut
        )  # fmt: skip
    return tuple(_made(fleet.tables))


def _made(tables: Iterable[ProviderConfig]) -> Iterator[Writer]:
    for one in tables:
        if one.read_only or not one.enabled:
            continue
        half = registry.writer(one.provider)
        if half is not None:
            yield half.create(one.scope, one.settings)


def closed(config: Config) -> tuple[tuple[tuple[str, str], Refusal], ...]:
    """Return every (provider, scope) that its own table makes read-only, with the rule."""
    return tuple(
        (
            (one.provider, one.scope),
            Refusal(
                RULE,
                f"{one.provider}/{one.scope} is read-only",
                config.place(f"{one.provider}.{one.scope}.read_only"),
            ),
        )
        for one in config.providers
        if one.read_only
    )


def policy(fleet: Fleet) -> Policy:
    """Return the rules of the config, each with the line where it stands."""
    config = fleet.config
    rules = config.policy
    return Policy(
        production=fleet.production,
        protect=tuple(
            (glob, config.place(f"policy.protect[{index}]"))
            for index, glob in enumerate(rules.protect)
        ),
        max_step=rules.max_step,
        max_targets=rules.max_targets,
        reason=rules.reason,
        freezes=tuple(
            Freeze.of(window(text), config.place(f"policy.freeze[{index}]"))
            for index, text in enumerate(rules.freeze)
        ),
        gates=tuple(gates(config)),
        places={
            name: config.place(f"policy.{name}") for name in ("max_step", "max_targets", "reason")
        },
    )


def gates(config: Config) -> Iterator[tuple[str, GateSpec]]:
    """Yield the gates of the config, by each pattern that they match."""
    for one in config.gates:
        said = one.settings
        spec = GateSpec(
            said.expr.strip(), said.max, said.min, said.hold, said.roll_back,
            config.place(f"gate.{one.name}"), said.prometheus,
        )  # fmt: skip
        for glob in said.match:
            yield glob, spec
