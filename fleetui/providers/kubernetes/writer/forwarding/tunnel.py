"""The way to a port of a pod, a service or a workload: another pod where one is gone."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

from fleetui.core.errors import Conflict, NotFound, ProviderError
from fleetui.core.ref import Ref
from fleetui.providers.forwarding import There
from fleetui.providers.kubernetes.faults import Failing
from fleetui.providers.kubernetes.resources import RESOURCES
from fleetui.providers.kubernetes.writer.api import Api
from fleetui.providers.kubernetes.writer.forwarding.choosing import (
    Answering,
    Candidate,
    answering,
    kept_by,
)
from fleetui.providers.kubernetes.writer.forwarding.stream import PodStream, connect
from fleetui.providers.kubernetes.writer.target import look

_FRESH_S = 5.0
"""So long it is taken for granted that who answered still does."""
_AVOID_S = 15.0
"""So long one that has failed is asked only where nobody else is."""


class PodTunnel:
    """Chooses a pod, and connects to it. Has connections of its own, apart from the writer's."""

    def __init__(self, api: Api, ref: Ref, port: There, member: str = "") -> None:
        """`member` is the pod that was planned."""
        self._api = api
        self._ref = ref
        self._port = port
        self._keeper: Ref | None = None
        """What makes another pod in the place of the one that was meant."""
        self._chosen: Candidate | None = None
        self._planned = member
        self._looked_at = float("-inf")
        self._failed_at: dict[str, float] = {}
        self._streams: set[PodStream] = set()
        self._looking = asyncio.Lock()

    @property
    def member(self) -> str:
        """The pod that answers now."""
        return self._chosen.name if self._chosen is not None else self._planned

    async def look(self) -> None:
        """Choose who answers: who did, as long as it can. Raises a ProviderError."""
        async with self._looking:
            await self._look()

    async def open(self) -> PodStream:
        """Connect; where the pod is gone since it was looked at, to another."""
        loop = asyncio.get_running_loop()
        async with self._looking:
            chosen = self._chosen
            if chosen is None or loop.time() - self._looked_at > _FRESH_S:
                chosen = await self._look()
        try:
            return await self._connect(chosen)
        except (NotFound, Conflict, Failing) as error:
            self._fail(chosen, error)
        async with self._looking:
            again = self._chosen
            if again is None or again == chosen:
                again = await self._look()
        return await self._connect(again)

    async def close(self) -> None:
        """Let all streams go; the connections are the writer's."""
        for one in tuple(self._streams):
            await one.close()

    async def _look(self) -> Candidate:
        found = await self._answering()
        loop = asyncio.get_running_loop()
        for stream in tuple(self._streams):
            if stream.member not in found.known:
                # Its node may be gone with it, and never say a word.
                await stream.lose("the pod is gone")
        if not found.ready:
            self._chosen, self._planned = None, ""
            raise found.nobody
        now = loop.time()
        self._failed_at = {
            uid: at for uid, at in self._failed_at.items() if now - at <= _AVOID_S
        }  # fmt: skip
        well = [one for one in found.ready if one.uid not in self._failed_at]
        well = well or list(found.ready)
        chosen = next((one for one in well if one == self._chosen), None)
        chosen = chosen or next((one for one in well if one.name == self._planned), well[0])
        self._chosen, self._looked_at = chosen, now
        return chosen

    async def _answering(self) -> Answering:
        """Return who would answer; a pod that is gone is replaced by others of its workload."""
        ref = self._ref
        if ref.kind == "pod":
            with suppress(NotFound):
                target = await look(self._api, _whichever(ref))
                if self._keeper is None:
                    self._keeper = await kept_by(self._api, target)
                found = await answering(self._api, target, self._port)
                if found.ready or self._keeper is None:
                    return found
            if self._keeper is None:
                raise NotFound("it is gone, and nothing makes another one in its place")
            ref = self._keeper
        target = await look(self._api, _whichever(ref))
        return await answering(self._api, target, self._port)

    async def _connect(self, one: Candidate) -> PodStream:
        path = RESOURCES["pods"].one(one.name, self._ref.scope.partition("/")[2])
        stream = await connect(
            self._api.link, path, one.name, one.port, lambda error: self._fail(one, error)
        )
        self._streams = {one for one in self._streams if not one.closed} | {stream}
        return stream

    def _fail(self, one: Candidate, error: ProviderError) -> None:
        """Look again next time; at another one first where this one is to blame."""
        if isinstance(error, Conflict | NotFound | Failing):
            self._failed_at[one.uid] = asyncio.get_running_loop().time()
        self._looked_at = float("-inf")


def _whichever(ref: Ref) -> Ref:
    """Return a ref that also means what was made anew under the same name."""
    return replace(ref, uid=ref.name)
