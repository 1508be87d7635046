"""The composition root: from the words and the config to the back ends that are read."""

from __future__ import annotations

import argparse
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from fleetui.cli import logging_setup
from fleetui.cli.exits import Exit, Stop
from fleetui.config import filters, paths
from fleetui.config.problems import ConfigErrors, Problem
from fleetui.config.specs import Config, ProviderConfig, ScreenSpec
from fleetui.core.filter import Language
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers import registry
from fleetui.providers.base import MeasuredBy, Provider, Queryable

TRY_THE_DEMO = "try it without any account: fleetui --demo"


@dataclass(frozen=True, slots=True)
class Fleet:
    """What one run reads, and as whom it speaks."""

    config: Config
    providers: tuple[Provider, ...]
    production: frozenset[tuple[str, str]] = frozenset()
    name: str = ""
    notes: tuple[str, ...] = ()
    """What was found and what is left out, for a person."""
    tables: tuple[ProviderConfig, ...] = ()
    """Of which tables the providers were made: those of the config, or what was found."""


def configure(
    args: argparse.Namespace,
    *,
    screens: Mapping[str, ScreenSpec] | None = None,
    themes: Collection[str] | None = None,
    problems: Iterable[Problem] = (),
) -> Config:
    """Read the config where there is one, and begin to log. Raises Stop.

    The demo reads no config but one that is named by `--config`. `problems` are those that
    other files had, to be told together with the config's own.
    """
    found = list(problems)
    config = Config()
    path = paths.config_file(args.config)
    named = args.config is not None or bool(os.environ.get("FLEETUI_CONFIG"))
    if args.config is not None or (not args.demo and (named or _is_there(path))):
        from fleetui.config.load import load

        try:
            config = load(path, settings_of, registry.BACKENDS, screens=screens, themes=themes)
        except ConfigErrors as errors:
            found += errors.problems
        else:
            found += filters.check_panes((screens or {}).values(), language(config))
    elif args.demo:
        from fleetui.providers.demo import FILTERS

        config = replace(config, filters=FILTERS)
    if found:
        raise wrong(found)
    _log(args, config)
    return config


def language(config: Config) -> Language:
    """Return what a filter may say in this run."""
    return filters.language(config.filters, fuzzy=config.ui.fuzzy)


def _is_there(path: Path) -> bool:
    """Whether there is a file to read; one that may not be read is there, and is told."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def wrong(problems: Collection[Problem]) -> Stop:
    """Return the end of a run over files that cannot be used."""
    lines = [str(problem) for problem in sorted(set(problems))]
    if len(lines) == 1:
        return Stop(Exit.USAGE, *lines)
    return Stop(Exit.USAGE, f"{len(lines)} things are wrong", *(f"  {line}" for line in lines))


def settings_of(name: str) -> type[Any]:
    """Return the settings dataclass of a back end."""
    return registry.backend(name).settings


def gather(args: argparse.Namespace, config: Config) -> Fleet:
    """Make the back ends of the demo, of the config, or else of what is on this machine."""
    if args.demo:
        return _demo(args, config)
    if config.providers:
        return Fleet(
            config, make(config.providers), _production(config.providers), config.ui.name,
            tables=config.providers,
        )  # fmt: skip
    from fleetui.cli.discover import discover

    found = discover()
    return Fleet(
        config, make(found.providers), name=config.ui.name, notes=found.notes,
        tables=found.providers,
    )  # fmt: skip


def make(providers: Iterable[ProviderConfig]) -> tuple[Provider, ...]:
    """Make a back end for each table that is enabled. No I/O, no SDK."""
    made = tuple(
        registry.backend(one.provider).create(one.scope, one.settings)
        for one in providers
        if one.enabled
    )
    _introduce(made)
    return made


def _introduce(providers: Iterable[Provider]) -> None:
    """Tell those that others may measure who answers PromQL here: they know nobody else."""
    able = {one.scope: one for one in providers if isinstance(one, Queryable)}
    takers = [one for one in providers if isinstance(one, MeasuredBy)]
    for one in takers:
        one.measured_by(able, alone=len(takers) == 1)


def nothing(fleet: Fleet) -> Stop:
    """Return the end of a run that has nothing to read."""
    if fleet.config.providers:
        return Stop(
            Exit.USAGE, f"{fleet.config.path} has no provider that is enabled", TRY_THE_DEMO
        )
    return Stop(
        Exit.USAGE,
        "nothing to show was found on this machine: no Docker engine and no Prometheus",
        *(f"  {note}" for note in fleet.notes),
        f"  {TRY_THE_DEMO}",
        f"  or write a config for your own: fleetui init {paths.config_file()}",
    )


def _production(providers: Iterable[ProviderConfig]) -> frozenset[tuple[str, str]]:
    return frozenset((p.provider, p.scope) for p in providers if p.production)


def _demo(args: argparse.Namespace, config: Config) -> Fleet:
    from fleetui.providers.demo import PRODUCTION, demo_fleet

    given = {
        "seed": args.demo_seed,
        "size": args.demo_size,
        "fault": args.demo_fault,
        "log_rate": args.demo_log_rate,
    }
    providers = demo_fleet(**{name: value for name, value in given.items() if value is not None})
    return Fleet(config, providers, PRODUCTION, config.ui.name or "demo")


def log_path(args: argparse.Namespace, config: Config) -> Path:
    """Return where this run logs."""
    given: Path | None = args.log_file
    return given.expanduser() if given else paths.log_file(config.log.file)


def _log(args: argparse.Namespace, config: Config) -> None:
    problem = logging_setup.set_up(config.log, log_path(args, config))
    if problem and (args.log_file or config.log.file):
        raise Stop(Exit.USAGE, problem)
