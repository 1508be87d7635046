"""A pod's log: those of its containers in one, through their restarts and to the pod's end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

from fleetui.core.clean import clean
from fleetui.core.errors import Invalid, NotFound, ProviderError, Unreachable
from fleetui.core.logs.bookmark import GAP, Bookmark
from fleetui.core.logs.line import NOTE, LogQuery, RawLine
from fleetui.core.ref import Ref
from fleetui.providers.kubernetes import containers
from fleetui.providers.kubernetes.lines import Lines
from fleetui.providers.kubernetes.link import Link

_BATCH = 1000
# How long until a container that has ended is looked at again.
_AGAIN_S = (0.5, 10.0)
_WAITING = 4
"""Batches of all containers that were read and not yet taken; then the server has to wait."""
Batches = AsyncGenerator[tuple[RawLine, ...], None]


async def follow(link: Link, ref: Ref, query: LogQuery) -> Batches:
    """Yield a pod's lines until it is over. Raises a ProviderError."""
    pod = await containers.pod_of(link, ref)
    names, every = containers.names_of(pod), containers.all_of(pod)
    if query.container:
        if query.container not in every:
            what = f"it has no container {clean(query.container, 60)}"
            raise Invalid(f"{what}: there is {clean(', '.join(every), 300)}", where=str(ref))
        names = (query.container,)
    if not names:
        raise Invalid("it has no containers", where=str(ref))
    if len(names) == 1:
        inside = names[0] if len(every) > 1 else ""
        async with aclosing(_container(link, ref, names[0], query, inside)) as batches:
            async for batch in batches:
                yield batch
        return
    async with aclosing(_together(link, ref, names, query)) as batches:
        async for batch in batches:
            yield batch


async def _together(link: Link, ref: Ref, names: tuple[str, ...], query: LogQuery) -> Batches:
    """Yield the lines of several containers as they come; each line tells whose it is."""
    waiting: asyncio.Queue[tuple[RawLine, ...] | None] = asyncio.Queue(_WAITING)
    failed: list[ProviderError] = []

    async def pump(name: str) -> None:
        try:
            async with aclosing(_steadily(link, ref, name, query)) as batches:
                async for batch in batches:
                    await waiting.put(batch)
        except ProviderError as error:
            failed.append(error)
        finally:
            await waiting.put(None)

    tasks = [asyncio.ensure_future(pump(name)) for name in names]
    left = len(tasks)
    try:
        while left:
            batch = await waiting.get()
            if batch is None:
                left -= 1
            else:
                yield batch
        # One of several may have no log: the others are no worse for it.
        gone = [error for error in failed if isinstance(error, NotFound)]
        if gone or len(failed) == len(names):
            raise (gone or failed)[0]
    finally:
        for task in tasks:
            task.cancel()


async def _steadily(link: Link, ref: Ref, name: str, query: LogQuery) -> Batches:
    """Yield one of several containers' lines, through lost connections too.

    A mark of its own is needed for that: the lines of the others are newer and older.
    """
    mark, lost, wait = Bookmark(), "", _AGAIN_S[0]
    while True:
        try:
            async with aclosing(_container(link, ref, name, query, name, mark)) as batches:
                async for batch in batches:
                    if lost:
                        yield (_note(ref, f"{name}: connected again", mark.at),)
                    lost, wait = "", _AGAIN_S[0]
                    yield batch
            return
        except Unreachable as error:
            if not query.follow:
                raise
            if not lost:
                lost = error.what
                yield (_note(ref, f"{name}: lost: {lost}", mark.at),)
            await asyncio.sleep(wait)
            wait = min(wait * 2, _AGAIN_S[1])


async def _container(
    link: Link,
    ref: Ref,
    name: str,
    query: LogQuery,
    inside: str = "",
    mark: Bookmark | None = None,
) -> Batches:
    """Yield one container's lines until it is over. Raises a ProviderError.

    `inside` is its name where the pod has others, too.
    """
    mark = Bookmark() if mark is None else mark
    before = f"{inside}: " if inside else ""
    said, wait = "", _AGAIN_S[0]
    runs: int | None = None
    while True:
        mark.reopened()
        asked = replace(query, since_ns=mark.at, since=None, tail=None) if mark.at else query
        try:
            async with aclosing(_once(link, ref, name, asked, inside)) as batches:
                async for batch in batches:
                    fresh, gap = mark.fresh(batch)
                    if gap:
                        yield (_note(ref, before + GAP, mark.at),)
                    mark.see(fresh)
                    if fresh:
                        wait = _AGAIN_S[0]
                        yield tuple(fresh)
        except Invalid as error:
            # It has not begun, or there is no run before this one.
            if not query.follow or query.previous:
                raise
            if error.what != said:
                said = error.what
                yield (_note(ref, before + said, mark.at),)
        if not query.follow or query.previous:
            return
        pod = await containers.pod_of(link, ref)
        if words := containers.ending(pod, name):
            yield (_note(ref, before + words, mark.at),)
            return
        restarts, words = containers.run_of(pod, name)
        if runs is not None and restarts > runs:
            yield (_note(ref, f"{before}started again, {words or 'ended'}", mark.at),)
        runs = restarts
        await asyncio.sleep(wait)
        wait = min(wait * 1.5, _AGAIN_S[1])


async def _once(link: Link, ref: Ref, name: str, query: LogQuery, inside: str) -> Batches:
    """Yield the lines of one answer."""
    path, lines = f"{containers.path_of(ref)}/log", Lines(ref, inside)
    follows = query.follow and not query.previous
    silence = None if follows else link.settings.timeout
    async with aclosing(link.pieces(path, parameters(query, name), silence_s=silence)) as pieces:
        async for piece in pieces:
            found = lines.feed(piece)
            for start in range(0, len(found), _BATCH):
                yield tuple(found[start : start + _BATCH])
    if rest := lines.end():
        yield tuple(rest)


def parameters(query: LogQuery, name: str) -> dict[str, str]:
    """Return what a kubelet is asked for."""
    asked = {"container": name, "timestamps": "true"}
    if query.follow and not query.previous:
        asked["follow"] = "true"
    if query.previous:
        asked["previous"] = "true"
    if query.tail is not None:
        asked["tailLines"] = str(query.tail)
    since = query.since_ns / 1e9 if query.since_ns else query.since
    if since:
        # It knows whole seconds only: what comes too early is left out by whoever has a mark.
        moment = datetime.fromtimestamp(int(since), UTC)
        asked["sinceTime"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return asked


def _note(ref: Ref, text: str, at: int) -> RawLine:
    return RawLine(at, ref, text, NOTE)
