"""Looks at what is to be changed, by its id: a namesake is another thing."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from fleetui.core.clean import clean
from fleetui.core.errors import Invalid, NotFound
from fleetui.core.ref import Ref
from fleetui.providers.docker.containers import short_id
from fleetui.providers.docker.writer.deed import Raw
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.documents import dig

ZERO_TIME = "0001-01-01T00:00:00Z"


def container(link: SendingLink, ref: Ref) -> Raw:
    """Return a container's inspection. Raises NotFound where it is gone or has a namesake."""
    found = by_id(link, ref.uid)
    if found is not None:
        return found
    other = by_name(link, ref.name)
    raise gone(ref, "container", str(dig(other, "Id") or ""))


def by_id(link: SendingLink, uid: str) -> Raw | None:
    """Return the container with an id, None where there is none."""
    try:
        raw = link.call(lambda client: client.inspect_container(uid))
    except NotFound:
        return None
    if not isinstance(raw, dict) or not isinstance(raw.get("Id"), str):
        raise Invalid("the answer is no container of an engine's")
    return raw


def by_name(link: SendingLink, name: str) -> Raw | None:
    """Return the container that is called so; the engine takes the beginning of an id, too."""
    found = by_id(link, name) if name else None
    return found if found is not None and name_of(found) == name else None


def gone(ref: Ref, word: str, other: str) -> NotFound:
    """Return what to say of a thing whose id is no more; `other` is who has its name."""
    if other:
        return NotFound(
            f"another {word} has its name now: {ref.name} is {short_id(clean(other, 80))}, "
            f"not {short_id(ref.uid)}",
            hint="look at the list again, and choose that one if you mean it",
        )
    return NotFound(f"{ref.short} is not there any more", hint="look at the list again")


def image(link: SendingLink, name: str) -> Raw | None:
    """Return an image's inspection by id or name, None where there is none."""
    try:
        raw = link.call(lambda client: client.inspect_image(name))  # type: ignore[no-untyped-call]
    except NotFound:
        return None
    return raw if isinstance(raw, dict) else None


def listed(link: SendingLink, **filters: list[str]) -> list[Raw]:
    """Return the list's entries of all containers that fit."""
    raw = link.call(lambda client: client.containers(all=True, filters=filters or None))
    return [one for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []


def users(link: SendingLink, **filters: list[str]) -> list[str]:
    """Return the names of the containers that fit, each with its state."""
    found = (f"{name_in(one)} ({clean(str(one.get('State', '')), 40)})"
             for one in listed(link, **filters))  # fmt: skip
    return sorted(found)


def users_of_image(link: SendingLink, uid: str) -> list[str]:
    """Return the containers that were made from an image itself, not from one built on it."""
    found = (one for one in listed(link) if one.get("ImageID") == uid)
    return sorted(f"{name_in(one)} ({clean(str(one.get('State', '')), 40)})" for one in found)


def name_in(entry: Raw) -> str:
    """Return the name of a list's entry."""
    own = [str(n).removeprefix("/") for n in entry.get("Names") or () if "/" not in str(n)[1:]]
    return clean(own[0], 200) if own else short_id(str(entry.get("Id", "")))


def name_of(raw: Raw) -> str:
    """Return the name in an inspection."""
    return clean(str(raw.get("Name", "")).removeprefix("/"), 200)


def status_of(raw: Raw) -> str:
    """Return the engine's word for a container's state."""
    return clean(str(dig(raw, "State", "Status") or "unknown"), 40)


def started_of(raw: Raw) -> str:
    """Return when it was started last, as the engine writes it; empty where it never was."""
    found = str(dig(raw, "State", "StartedAt") or "")
    return "" if found == ZERO_TIME else found


def is_up(raw: Raw) -> bool:
    """Whether it runs, is paused, or is between two restarts."""
    return status_of(raw) in {"running", "paused", "restarting"}


def condition(raw: Raw) -> dict[str, Any]:
    """Return what must not change between looking and doing.

    One that crashes and restarts does so all the time: that must not keep it from being
    stopped.
    """
    word = status_of(raw)
    flaps = word == "restarting" or (word == "running" and raw.get("RestartCount"))
    return {
        "id": short_id(raw["Id"]),
        "name": name_of(raw),
        "state": "up" if flaps else word,
        "started": "" if flaps else started_of(raw),
    }


def ending(raw: Raw) -> str:
    """Return how a container ended, in the engine's words."""
    error = ""
    with suppress(TypeError):
        error = clean(str(dig(raw, "State", "Error") or ""), 300)
    if error:
        return error
    memory = "out of memory, " if dig(raw, "State", "OOMKilled") is True else ""
    return f"{memory}exit code {clean(str(dig(raw, 'State', 'ExitCode')), 20)}"
