"""Reads the `[gate.NAME]` tables, and where the rules stand that may refuse a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from fleetui.config import schema
from fleetui.config.document import Document, dotted
from fleetui.config.policy import GateConfig, GateSettings
from fleetui.config.problems import choice
from fleetui.config.specs import SCOPE

SECTION = "gate"
DOC = (
    "a health gate, looked at before, during and after a change; several may stand there, and the "
    "first whose match fits is the one; it needs match, expr, and max or min"
)
_PROMETHEUS = "prometheus"


def read(doc: Document) -> tuple[GateConfig, ...]:
    """Return the gates in the order of the file; what is wrong with them is noted."""
    tables = doc.data.get(SECTION, {})
    if not isinstance(tables, dict) or (SECTION in doc.data and not tables):
        doc.add((SECTION,), f"must be tables with a name: [{SECTION}.NAME]")
        return ()
    return tuple(_gates(doc, tables))


def _gates(doc: Document, tables: dict[str, Any]) -> Iterator[GateConfig]:
    for name, table in tables.items():
        at = (SECTION, name)
        if not isinstance(table, dict):
            doc.add(at, f"belongs in a table with a name: [{SECTION}.NAME]")
        elif not SCOPE.fullmatch(name):
            doc.add(at, "a name may have letters, digits, _, . and - in it")
        else:
            made = schema.read(GateSettings, table, at, doc)
            if made is not None:
                yield GateConfig(name, made)


def check_sources(doc: Document, gates: Iterable[GateConfig], known: Iterable[str]) -> None:
    """Note each gate that no Prometheus of this file could answer.

    A file without any provider goes with what is found on the machine, or with the demo.
    """
    if not any(name in doc.data for name in known):
        return
    tables = doc.data.get(_PROMETHEUS)
    tables = tables if isinstance(tables, dict) else {}
    able = [
        name
        for name, table in tables.items()
        if isinstance(table, dict) and table.get("enabled", True) is not False
    ]
    for gate in gates:
        named = gate.settings.prometheus
        if named and named not in able:
            off = named in tables
            text = f"[prometheus.{named}] is not enabled" if off else choice(named, able)
            doc.add((SECTION, gate.name, "prometheus"), text)
        elif not named and len(able) > 1:
            names = ", ".join(able)
            doc.add((SECTION, gate.name), f"prometheus must say which one is asked: {names}")
        elif not able:
            doc.add((SECTION, gate.name), "there is no [prometheus.NAME] to ask")


def lines(doc: Document, known: Iterable[str]) -> dict[str, int]:
    """Return the line of every key that a change may be refused by."""
    found: list[tuple[str | int, ...]] = [("read_only",)] if "read_only" in doc.data else []
    policy = doc.data.get("policy")
    for key, value in policy.items() if isinstance(policy, dict) else ():
        found.append(("policy", key))
        if isinstance(value, list):
            found += [("policy", key, index) for index in range(len(value))]
    gates = doc.data.get(SECTION)
    found += [(SECTION, name) for name in gates] if isinstance(gates, dict) else []
    for provider in known:
        tables = doc.data.get(provider)
        for scope, table in tables.items() if isinstance(tables, dict) else ():
            if isinstance(table, dict):
                found += [(provider, scope, key) for key in ("read_only",) if key in table]
    return {dotted(at): doc.line(*at) for at in found}
