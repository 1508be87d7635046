"""`fleetui check`: of each provider, whether it can be read, by whom, and until when."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from fleetui.cli import compose, output, write
from fleetui.cli.exits import Exit
from fleetui.cli.runner import run
from fleetui.cli.write import Field
from fleetui.config import paths
from fleetui.config.problems import ConfigErrors, Problem
from fleetui.core import humanise
from fleetui.core.clean import clean
from fleetui.core.errors import Fault, Unreachable
from fleetui.core.json_form import plain
from fleetui.providers.base import Provider, Report

_AT_ONCE = 8
_BOUND_S = 20.0
_SOON_S = 3600.0
log = logging.getLogger(__name__)


def check(args: argparse.Namespace) -> int:
    """Check the files, then ask every provider."""
    from fleetui.config.screens import load_screens
    from fleetui.config.themes import load_themes

    folder = paths.config_dir(args.config)
    problems: tuple[Problem, ...] = ()
    screens = None
    try:
        screens = load_screens(folder)
    except ConfigErrors as errors:
        problems = errors.problems
    themes, warnings = load_themes(folder)
    config = compose.configure(args, screens=screens, themes=themes, problems=problems)
    output.tell(*warnings)
    fleet = compose.gather(args, config)
    if not fleet.providers:
        raise compose.nothing(fleet)
    reports = run(ask(fleet.providers))
    now = time.time()
    if args.output == "json":
        form = {
            "config": str(config.path) if config.path else None,
            "notes": list(fleet.notes),
            "providers": [_form(report) for report in reports],
        }
        output.emit([write.json_text(form)])
    else:
        for note in fleet.notes:
            output.tell(note)
        colours = output.coloured(sys.stdout)
        output.emit(write.table(rows(reports, now), colours=colours))
        output.emit(_more(reports))
    return verdict(reports, now)


async def ask(providers: Sequence[Provider], bound_s: float = _BOUND_S) -> list[Report]:
    """Ask all of them, a few at once, none of them longer than the bound."""
    free = asyncio.Semaphore(_AT_ONCE)

    async def one(provider: Provider) -> Report:
        async with free:
            where = f"{provider.name}/{provider.scope}"
            try:
                async with asyncio.timeout(bound_s):
                    return await provider.check()
            except TimeoutError:
                fault = Fault(Unreachable.code, f"no answer within {bound_s:.0f}s", where)
            except Exception as error:
                # One that is broken must not hide what the others say.
                log.exception("checking %s failed", where)
                fault = Fault("failed", f"{type(error).__name__}: {clean(str(error), 200)}", where)
            return Report(provider.name, provider.scope, reachable=False, fault=fault)

    try:
        return list(await asyncio.gather(*(one(provider) for provider in providers)))
    finally:
        closing = [asyncio.ensure_future(provider.close()) for provider in providers]
        await asyncio.wait(closing, timeout=0.4)


def verdict(reports: Sequence[Report], now: float) -> Exit:
    """Return what the exit code says of them all."""
    if not any(report.reachable for report in reports):
        return Exit.UNREACHABLE
    return Exit.FAILED if any(degraded(report, now) for report in reports) else Exit.DONE


def degraded(report: Report, now: float) -> bool:
    """Say whether something a person should mend was found."""
    expired = report.expires_at is not None and report.expires_at <= now
    denied = not all(allowed for _, allowed in report.permissions)
    return not report.reachable or report.fault is not None or expired or denied


def rows(reports: Sequence[Report], now: float) -> Iterator[list[Field]]:
    """Yield the titles and one row a provider."""
    names = ("PROVIDER", "STATE", "WHO", "VERSION", "LATENCY", "EXPIRES", "MAY")
    yield write.titles((name, name == "LATENCY") for name in names)
    for report in reports:
        # Where nobody answers, nobody has refused anything either.
        told = report.permissions if report.reachable else ()
        may = [name for name, allowed in told if allowed]
        not_may = [f"not {name}" for name, allowed in told if not allowed]
        latency = "" if report.latency_s is None else f"{report.latency_s * 1000:.0f} ms"
        expires, tone = _expiry(report, now)
        yield [
            Field(f"{report.provider}/{report.scope}"),
            _state(report, now),
            Field(report.identity if report.reachable else ""),
            Field(report.version),
            Field(latency, right=True),
            Field(expires, tone),
            Field(", ".join([*not_may, *may]), "warn" if not_may else "normal"),
        ]


def _state(report: Report, now: float) -> Field:
    if not report.reachable:
        code = report.fault.code.replace("_", " ") if report.fault else "unreachable"
        return Field(f"✖ {code}", "critical")
    if degraded(report, now):
        return Field("▲ degraded", "warn")
    return Field("● ok", "ok")


def _expiry(report: Report, now: float) -> tuple[str, str]:
    if report.expires_at is None:
        return "", "normal"
    left = report.expires_at - now
    if left <= 0:
        return "expired", "critical"
    return f"in {humanise.duration(left)}", "warn" if left < _SOON_S else "normal"


def _more(reports: Sequence[Report]) -> Iterator[str]:
    """Yield what does not fit a row: failures with how to mend them, and notes."""
    for report in reports:
        name = f"{report.provider}/{report.scope}"
        if report.fault:
            fault = replace(report.fault, where=report.fault.where or name)
            yield clean(fault.line)
        for note in report.notes:
            yield clean(f"{name}: {note}")


def _form(report: Report) -> dict[str, Any]:
    return {
        "provider": report.provider,
        "scope": report.scope,
        "reachable": report.reachable,
        "identity": report.identity,
        "version": report.version,
        "permissions": dict(report.permissions),
        "expires_at": humanise.iso(report.expires_at),
        "latency_s": report.latency_s,
        "error": None if report.fault is None else plain(report.fault),
        "notes": list(report.notes),
    }
