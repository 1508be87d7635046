"""One cluster's API server: requests, and answers that go on such as watches and logs."""

from __future__ import annotations

import asyncio
import time
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from fleetui.core.errors import AuthExpired, Invalid, ProviderError, Throttled, Unreachable
from fleetui.core.skew import Skew
from fleetui.providers.kubernetes import faults
from fleetui.providers.kubernetes.access import Access
from fleetui.providers.kubernetes.limiter import Limiter
from fleetui.providers.kubernetes.session import Ready, Session
from fleetui.providers.kubernetes.settings import KubernetesSettings

if TYPE_CHECKING:
    import httpx

Params = Mapping[str, str] | Sequence[tuple[str, str]]
JSON = "application/json"
_ERROR_BYTES = 65_536
_LONGEST = 6
"""A whole answer may take so many times the time-out, as long as it keeps coming."""


class Link:
    """The way to one API server. It connects when it is first used, and again when need be."""

    def __init__(
        self,
        scope: str,
        settings: KubernetesSettings,
        env: Mapping[str, str] | None = None,
        home: Path | None = None,
    ) -> None:
        self.scope = scope
        self.settings = settings
        self.where = f"kubernetes/{scope}"
        self.skew = Skew()
        self.session = Session(scope, settings, env, home)
        self.heard_at = 0.0
        """When the server last said anything, by the loop's clock."""
        self.sent = 0
        """How many requests were sent so far."""
        self._limiter = Limiter(settings.qps, settings.burst)

    @property
    def access(self) -> Access | None:
        """How the cluster is reached; None before the first use."""
        return self.session.access

    @property
    def now(self) -> float:
        """The time by the server's clock, as far as it differs from ours."""
        return time.time() + self.skew.correction

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: bytes | None = None,
        content_type: str = JSON,
        timeout: float | None = None,  # noqa: ASYNC109  of one read; the whole has its own
        warned: list[str] | None = None,
    ) -> bytes:
        """Send one request and return the body of its answer. Raises a ProviderError.

        Nothing is sent twice but what the server did not look at for want of a login. What the
        server warns of is added to `warned`.
        """
        limit = timeout or self.settings.timeout
        try:
            async with (
                asyncio.timeout(limit * _LONGEST),
                self._answer(method, path, params, limit, body, content_type) as answer,
            ):
                if warned is not None:
                    warned += faults.warnings(answer.headers.get_list("warning"))
                return await answer.aread()
        except TimeoutError:
            raise Unreachable("no whole answer in time", where=self.where) from None

    async def stream(
        self,
        path: str,
        params: Params | None = None,
        *,
        silence_s: float | None = None,
        opened: Callable[[], None] | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """Yield the lines of an answer that goes on. Raises a ProviderError.

        A line that the end cuts off is dropped, and told of as Unreachable. `silence_s` is how
        long the server may say nothing at all; `opened` is called when it has begun to answer.
        """
        rest: list[bytes] = []
        begins_s = self.settings.timeout
        pieces = self.pieces(path, params, silence_s=silence_s, begins_s=begins_s, opened=opened)
        async with aclosing(pieces) as opened_pieces:
            async for piece in opened_pieces:
                *lines, last = piece.split(b"\n")
                if lines:
                    lines[0] = b"".join((*rest, lines[0]))
                    rest.clear()
                for line in lines:
                    if line:
                        yield line
                if last:
                    rest.append(last)
        if rest:
            what = "the answer was cut off in the middle of an object"
            raise Unreachable(what, where=self.where)

    async def pieces(
        self,
        path: str,
        params: Params | None = None,
        *,
        silence_s: float | None = None,
        begins_s: float | None = None,
        opened: Callable[[], None] | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """Yield an answer's bytes as they come. Raises a ProviderError.

        `begins_s` is how long it may take until it begins; a quiet log begins with its first line.
        """
        loop = asyncio.get_running_loop()
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(begins_s):
                    answer = await stack.enter_async_context(
                        self._answer("GET", path, params, silence_s)
                    )
            except TimeoutError:
                self.session.doubt()
                raise Unreachable("no answer in time", where=self.where) from None
            if opened is not None:
                opened()
            async for piece in answer.aiter_bytes():
                self.heard_at = loop.time()
                yield piece

    @asynccontextmanager
    async def upgraded(
        self, path: str, params: Params, headers: Mapping[str, str]
    ) -> AsyncIterator[httpx.Response]:
        """Open an answer by which the connection becomes another protocol's.

        Its `network_stream` is that connection. Raises a ProviderError where the server does
        not agree.
        """
        async with AsyncExitStack() as stack:
            asked = self._answer("GET", path, params, None, more=headers)
            try:
                async with asyncio.timeout(self.settings.timeout):
                    answer = await stack.enter_async_context(asked)
            except TimeoutError:
                self.session.doubt()
                raise Unreachable("no answer in time", where=self.where) from None
            if answer.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
                raise Invalid(
                    "the server opens no websocket", where=self.where,
                    hint="is there a proxy before it that lets none through?",
                )  # fmt: skip
            yield answer

    async def close(self) -> None:
        """Let all connections go."""
        await self.session.close()

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        path: str,
        params: Params | None,
        read_s: float | None,
        body: bytes | None = None,
        content_type: str = JSON,
        more: Mapping[str, str] | None = None,
    ) -> AsyncIterator[httpx.Response]:
        """Open an answer with a good status; log in anew once where the server wants that."""
        answer: httpx.Response | None = None
        try:
            ready = await self.session.ready()
            asked = method, path, params, read_s, body, content_type, more
            answer, error = await self._send(ready, *asked)
            if isinstance(error, AuthExpired) and (again := await self.session.renewed(ready)):
                answer, error = await self._send(again, *asked)
            if answer is None:
                raise error or Unreachable("no answer")
            yield answer
        except TimeoutError:
            raise
        except Exception as problem:  # noqa: BLE001  what is no failure to connect is raised again
            found = problem if isinstance(problem, ProviderError) else _explained(problem)
            if isinstance(found, Unreachable | AuthExpired):
                self.session.doubt()
            found.where = found.where or self.where
            raise found from None
        finally:
            if answer is not None:
                await answer.aclose()

    async def _send(
        self,
        ready: Ready,
        method: str,
        path: str,
        params: Params | None,
        read_s: float | None,
        body: bytes | None,
        content_type: str,
        more: Mapping[str, str] | None,
    ) -> tuple[httpx.Response | None, ProviderError | None]:
        """Return an answer to be read, or why there is none."""
        import httpx

        await self._limiter.wait()
        base, name = self.settings.timeout, ready.access.server_name
        request = ready.client.build_request(
            method,
            ready.access.server + path,
            params=list(params.items() if isinstance(params, Mapping) else params or ()),
            content=body,
            headers={**bearing(ready, content_type if body is not None else ""), **(more or {})},
            timeout=httpx.Timeout(base, connect=base * 0.8, read=read_s),
            extensions={"sni_hostname": name} if name else None,
        )
        self.sent += 1
        answer = await ready.client.send(request, stream=True)
        self.heard_at = asyncio.get_running_loop().time()
        self.skew.note(answer.headers.get("date"), time.time())
        if answer.status_code < HTTPStatus.MULTIPLE_CHOICES:
            return answer, None
        try:
            return None, await self._refusal(answer, ready.access.user)
        finally:
            await answer.aclose()

    async def _refusal(self, answer: httpx.Response, who: str) -> ProviderError:
        body = bytearray()
        async for piece in answer.aiter_bytes():
            body += piece
            if len(body) > _ERROR_BYTES:
                break
        if answer.is_redirect:
            return Invalid("redirects: does a login stand before it?", hint="check the server")
        error = faults.of_answer(answer.status_code, answer.headers, bytes(body), who)
        if isinstance(error, Throttled) and error.retry_after:
            self._limiter.hold(error.retry_after)
        return error


def bearing(ready: Ready, content_type: str = "") -> dict[str, str]:
    """Return the headers that a request bears: who we are, and the form of what it sends."""
    headers = {"content-type": content_type} if content_type else {}
    if ready.credential.token:
        headers["authorization"] = f"Bearer {ready.credential.token}"
    elif ready.access.basic and not ready.credential.cert:
        pair = b64encode(":".join(ready.access.basic).encode()).decode()
        headers["authorization"] = f"Basic {pair}"
    return headers


def _explained(error: Exception) -> ProviderError:
    """Return what an error of the client or the system means; raise what is neither again."""
    import httpx

    if isinstance(error, OSError | httpx.HTTPError | httpx.StreamError | httpx.InvalidURL):
        return faults.of_transport(error)
    if isinstance(error, RuntimeError):
        # The client was closed under us: another login has brought another one.
        return Unreachable("the connection was closed")
    raise error
