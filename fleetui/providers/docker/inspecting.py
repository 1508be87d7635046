"""Asks an engine for all that it knows of one thing. Blocking calls, for a thread."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fleetui.core.clean import clean
from fleetui.core.description import Description
from fleetui.core.errors import Invalid, NotFound, ProviderError
from fleetui.core.ref import Ref
from fleetui.providers.docker import describing, history
from fleetui.providers.docker.containers import PROJECT, SERVICE
from fleetui.providers.docker.link import Link

if TYPE_CHECKING:
    from docker import APIClient

_MEMBERS = 30


def describe(link: Link, ref: Ref, members: tuple[str, ...]) -> Description:
    """Return one thing; `members` are the ids behind a compose service, where they are known.

    Raises a ProviderError: NotFound where it is gone.
    """
    try:
        return _describe(link, ref, members)
    except NotFound as error:
        raise NotFound(
            f"{ref.short} is not there any more", where=error.where, hint="Esc goes back"
        ) from None
    except RecursionError:
        raise Invalid("its document is nested too deep to read", where=str(ref)) from None


def _describe(link: Link, ref: Ref, members: tuple[str, ...]) -> Description:
    told, names = _told(link, ref, members)
    # What the engine remembers is worth a look, and no reason to tell nothing.
    with suppress(ProviderError):
        return replace(told, events=history.about(link, ref, time.time(), names))
    return told


def _told(link: Link, ref: Ref, members: tuple[str, ...]) -> tuple[Description, dict[str, str]]:
    """Return a thing, and the names of the containers that it was asked of by their id."""
    now = link.server_now
    if ref.kind == "container":
        raw = link.call(lambda client: client.inspect_container(ref.uid))
        return describing.container(raw, now()), {}
    if ref.kind == "image":
        raw = link.call(lambda client: client.inspect_image(ref.uid))  # type: ignore[no-untyped-call]
        past = link.call(lambda client: client.history(ref.uid))  # type: ignore[no-untyped-call]
        users, names = _users(link, "ancestor", ref.uid)
        return describing.image(raw, past, users, now()), names
    if ref.kind == "volume":
        raw = link.call(lambda client: client.inspect_volume(ref.uid))
        users, names = _users(link, "volume", ref.uid)
        return describing.volume(raw, users, now()), names
    if ref.kind == "network":
        raw = link.call(lambda client: client.inspect_network(ref.uid))
        _, names = _users(link, "network", ref.uid)
        return describing.network(raw, now()), names
    if ref.kind == "compose":
        return _unit(link, ref, members), {}
    raise Invalid(
        f"an engine has no {clean(ref.kind, 40)} to describe", where=f"docker/{link.scope}"
    )


def _unit(link: Link, ref: Ref, members: tuple[str, ...]) -> Description:
    project, _, service = ref.uid.partition("/")
    uids = members or tuple(
        str(one.get("Id", ""))
        for one in _listed(link, "label", [f"{PROJECT}={project}", f"{SERVICE}={service}"])
    )
    if not uids:
        raise NotFound("no containers")
    found = []
    for uid in uids[:_MEMBERS]:
        # One that went away meanwhile is no member any more.
        with suppress(NotFound):
            found.append(link.call(lambda client, uid=uid: client.inspect_container(uid)))  # type: ignore[misc]
    return describing.unit(found, len(uids) - min(len(uids), _MEMBERS), link.server_now())


def _users(link: Link, word: str, uid: str) -> tuple[list[str], dict[str, str]]:
    """Return the containers that use something, as they are written, and their names by id."""
    names, written = {}, []
    for one in _listed(link, word, [uid]):
        own = [n for n in one.get("Names") or () if isinstance(n, str)]
        name = clean(own[0].removeprefix("/") if own else str(one.get("Id", ""))[:12], 200)
        names[str(one.get("Id", ""))] = name
        written.append(f"{name}, {clean(str(one.get('State', '')), 40)}")
    return sorted(written), names


def _listed(link: Link, word: str, values: list[str]) -> list[dict[str, Any]]:
    def ask(client: APIClient) -> Any:
        return client.containers(all=True, filters={word: values})

    raw = link.call(ask)
    return [one for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []
