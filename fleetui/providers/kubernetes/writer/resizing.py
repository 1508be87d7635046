"""Other requests and limits for the containers of a workload: all its pods are replaced."""

from __future__ import annotations

import re
from typing import Any

from fleetui.core.change import Ask, Caution, Plan, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import Invalid
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.amounts import quantity
from fleetui.providers.kubernetes.writer import surroundings
from fleetui.providers.kubernetes.writer.api import Raw
from fleetui.providers.kubernetes.writer.revisions import Revision
from fleetui.providers.kubernetes.writer.rolling import Change, Found, Rolling, merged
from fleetui.providers.kubernetes.writer.target import Target

NONE = "none"
_LEAST = 256 * 1024
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_CPU = re.compile(r"\d+(?:\.\d+)?m?")
_NAMES = ("requests.memory", "requests.cpu", "limits.memory", "limits.cpu")
Resources = dict[str, dict[str, Any]]


class Resize(Rolling):
    """`memory` and `cpu` are limits; `requests.memory` and `requests.cpu` what is asked for."""

    verb = Verb.RESIZE

    def prepared(self, found: Found) -> tuple[Ask, dict[str, str]]:
        """Return the ask with its container and every amount as the API writes it."""
        ask = found.ask
        name = container_of(found.target, ask.value("container"))
        wanted = wanted_of(ask, now_of(found.target, name))
        return Ask(Verb.RESIZE, ask.ref, (("container", name), *amounts_of(wanted))), {}

    def change(self, found: Target, ask: Ask, memo: dict[str, str], kept: list[Revision]) -> Change:
        """Return the amounts of one container."""
        del memo, kept
        name = container_of(found, ask.value("container"))
        one: Raw = {"name": name, "resources": wanted_of(ask, now_of(found, name))}
        return merged(found, {"template": {"spec": {"containers": [one]}}})

    def step(self, ask: Ask, found: Found) -> str:
        """Return what is sent."""
        del found
        amounts = ", ".join(f"{n} {v}" for n, v in ask.values if n != "container")
        return f"set {amounts} of its container {ask.value('container')}"

    def always(self, target: Target, after: Raw | None) -> bool:
        """Leave it to be told that there is nothing to do."""
        del target, after
        return True

    def taken(self, target: Target, plan: Plan) -> bool:
        """Say whether its containers have these amounts."""
        return has_all(now_of(target, plan.ask.value("container")), plan.ask)

    def cautions(self, found: Found) -> list[Caution]:
        """Say what follows from it."""
        told = []
        name = container_of(found.target, found.ask.value("container"))
        wanted = wanted_of(found.ask, now_of(found.target, name))
        if found.near.scalers and "cpu" in wanted.get("requests", {}):
            text = "its autoscaler counts in percent of what is asked for: it may scale it anew"
            told.append(Caution(text))
        given = found.ask.value("requests.memory") or found.ask.value("requests.cpu")
        if wanted.get("requests") and not given:
            text = "what is asked for comes down with the limit: it may not be above it"
            told.append(Caution(text))
        return told


def has_all(now: Resources, ask: Ask) -> bool:
    """Say whether a container has the amounts of an ask that is worked out."""
    for name, text in ask.values:
        if name == "container":
            continue
        kind, _, what = name.partition(".")
        amount = now.get(kind, {}).get(what)
        if quantity(None if text == NONE else text) != quantity(amount):
            return False
    return True


def amounts_of(wanted: Resources) -> tuple[tuple[str, str], ...]:
    """Return amounts as the values of an ask: `limits.memory`, `512Mi`."""
    return tuple(
        (f"{kind}.{what}", NONE if amount is None else str(amount))
        for kind, amounts in wanted.items()
        for what, amount in amounts.items()
    )


def container_of(target: Target, name: str) -> str:
    """Return the container that is meant. Raises Invalid."""
    names = [str(dig(one, "name")) for one in surroundings.containers(target.template)]
    if not name and len(names) != 1:
        raise Invalid(f"which container? it has {', '.join(names)}",
                      hint=f"write container={names[0] if names else 'NAME'}")  # fmt: skip
    if name and name not in names:
        raise Invalid(f"it has no container {clean(name, 80)}: {', '.join(names)}")
    return name or names[0]


def wanted_of(ask: Ask, now: Resources) -> Resources:
    """Return the amounts that are asked for, None for those that go. Raises Invalid."""
    given = {
        "limits.memory": ask.value("limits.memory") or ask.value("memory"),
        "limits.cpu": ask.value("limits.cpu") or ask.value("cpu"),
        "requests.memory": ask.value("requests.memory"), "requests.cpu": ask.value("requests.cpu"),
    }  # fmt: skip
    if not any(given.values()):
        raise Invalid(
            "no amount is given", hint="write 512MiB, cpu=1.5, requests.memory= or requests.cpu="
        )
    found: Resources = {}
    for name in _NAMES:
        if given[name]:
            kind, _, what = name.partition(".")
            read = memory if what == "memory" else cpu
            found.setdefault(kind, {})[what] = read(given[name])
    for what, limit in list(found.get("limits", {}).items()):
        asked = found.get("requests", {}).get(what, now.get("requests", {}).get(what))
        if limit is None or asked is None:
            continue
        if (quantity(asked) or 0) > (quantity(limit) or 0):
            if given[f"requests.{what}"]:
                raise Invalid(f"requests.{what} {asked} would be above limits.{what} {limit}")
            # Without a word about it the API would refuse the lower limit.
            found.setdefault("requests", {})[what] = limit
    return found


def memory(text: str) -> str | None:
    """Return `512MiB` as the API writes it: `512Mi`; None for none. Raises Invalid."""
    if text.strip().lower() == NONE:
        return None
    match = _MEMORY.fullmatch(text.strip())
    if match is None or not float(match[1]):
        raise Invalid(f"{clean(text, 40)!r} is no size", hint="write 512MiB, 2GiB or none")
    unit = match[2].upper()
    made = f"{match[1]}{unit}i" if match[3] else f"{match[1]}{'k' if unit == 'K' else unit}"
    if (quantity(made) or 0.0) < _LEAST:
        raise Invalid(f"{clean(text, 40)} is too little memory", hint="write 512MiB, 2GiB or none")
    return made


def cpu(text: str) -> str | None:
    """Return `1.5` or `500m` as the API writes it; None for none. Raises Invalid."""
    if text.strip().lower() == NONE:
        return None
    if _CPU.fullmatch(text.strip()) is None or not quantity(text.strip()):
        raise Invalid(f"{clean(text, 40)!r} is no number of cores", hint="write 0.5, 500m or none")
    return text.strip()


def now_of(target: Target, name: str) -> Resources:
    """Return what a container asks for and may use."""
    for one in surroundings.containers(target.template):
        if dig(one, "name") == name:
            found = dig(one, "resources")
            return found if isinstance(found, dict) else {}
    return {}
