"""Asks the API over HTTP: bounded in time and size, and every failure in words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from fleetui.core.errors import AuthExpired, Invalid, ProviderError, Unreachable
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.skew import Skew
from fleetui.providers.prometheus import faults
from fleetui.providers.prometheus.answers import Envelope
from fleetui.providers.prometheus.credential import Credential
from fleetui.providers.prometheus.settings import PrometheusSettings
from fleetui.providers.prometheus.transport import endpoint, open_client, prepare
from fleetui.providers.threads import DaemonPool

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
MAX_BODY = 64 * 1024 * 1024
# Of an answer that is an error anyway, this much is enough for its words.
_MAX_ERROR_BODY = 64 * 1024
# Larger answers are read in a thread, piece by piece, so that keys stay quick.
_LARGE = 128 * 1024
_THREADS = 3
_CLOSE_S = 0.2
_UNREADABLE = (msgspec.DecodeError, ValueError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """One server's API. Belongs to whichever event loop asks; makes itself anew for another."""

    def __init__(
        self, scope: str, settings: PrometheusSettings, *, max_body: int = MAX_BODY
    ) -> None:
        """Do no I/O and import no HTTP client yet."""
        self._settings = settings
        self._scheme = urlsplit(settings.url).scheme
        self._where = f"prometheus/{scope}"
        self._place = f"[prometheus.{scope}]"
        self._max_body = max_body
        self._pool = DaemonPool(_THREADS, f"prometheus-{scope}")
        self.credential = Credential(settings, self._pool, self._place)
        self.skew = Skew()
        self._http: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    async def get(self, path: str, **params: str) -> Answer:
        """Ask with GET and return a good answer, or raise a ProviderError."""
        return await self._bounded("GET", path, params)

    async def post(self, path: str, **form: str) -> Answer:
        """Ask with a form, which has room for any expression; with GET where that is refused."""
        try:
            return await self._bounded("POST", path, form)
        except _MethodRefused:
            return await self._bounded("GET", path, form)

    async def read(self, answer: Answer, reader: Callable[[Envelope], T]) -> T:
        """Return what `reader` makes of an answer, or raise Invalid where it makes no sense."""
        try:
            if len(answer.body) > _LARGE:
                return await self._pool.run(self._read, answer, reader)
            return self._read(answer, reader)
        except ProviderError as error:
            raise self._located(error) from None

    def _read(self, answer: Answer, reader: Callable[[Envelope], T]) -> T:
        try:
            envelope = msgspec.json.decode(answer.body, type=Envelope)
            if envelope.status == "success":
                return reader(envelope)
        except _UNREADABLE as error:
            raise faults.undecodable(answer.headers, answer.body, error) from None
        raise faults.of_status(answer.status, answer.headers, answer.body, self._place)

    async def close(self) -> None:
        """Give back sockets and threads, and wait for nobody."""
        self._closed = True
        self._pool.shutdown()
        http, self._http = self._http, None
        if http is not None and self._loop is asyncio.get_running_loop():
            with suppress(TimeoutError, OSError, RuntimeError):
                async with asyncio.timeout(_CLOSE_S):
                    await http.aclose()

    async def _bounded(self, method: str, path: str, fields: Mapping[str, str]) -> Answer:
        """Bound the whole of it: a server that drips a byte now and then is as good as hung."""
        if self._closed:
            raise self._gone()
        try:
            async with asyncio.timeout(self._settings.timeout):
                return await self._authorised(method, path, fields)
        except TimeoutError as error:
            if self.credential.reading:
                what = f"its {self.credential.word} could not be had in time"
                raise self._located(AuthExpired(what, hint=f"see {self._place}")) from None
            raise self._located(faults.of_transport(error, self._scheme)) from None
        except ProviderError as error:
            raise self._located(error) from None

    async def _authorised(self, method: str, path: str, fields: Mapping[str, str]) -> Answer:
        credential = await self.credential.header()
        answer = await self._send(method, path, fields, credential)
        if answer.status == 401 and credential:
            # The secret may have been changed at its source since it was read.
            fresh = await self.credential.header(refused=credential)
            if fresh != credential:
                answer = await self._send(method, path, fields, fresh)
            if answer.status == 401:
                hint = f"it has expired or is wrong: see {self._place}"
                raise AuthExpired(f"our {self.credential.word} was refused", hint=hint)
        if answer.status == 405 and method == "POST":
            raise _MethodRefused("only GET is allowed")
        if 300 <= answer.status < 400:
            raise faults.of_redirect(answer.headers.get("location", ""))
        if not 200 <= answer.status < 300:
            raise faults.of_status(answer.status, answer.headers, answer.body, self._place)
        return answer

    async def _send(
        self, method: str, path: str, fields: Mapping[str, str], credential: str
    ) -> Answer:
        http = await self._open()
        import httpx  # loaded by now, in a thread

        where: dict[str, Any] = {"params" if method == "GET" else "data": fields}
        headers = {"authorization": credential} if credential else {}
        url = endpoint(self._settings.url, path)
        request = http.build_request(method, url, headers=headers, **where)
        try:
            try:
                response = await http.send(request, stream=True)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                # A kept connection may have died with the server's last life. Nothing that we
                # ask changes anything there, so ask once more.
                response = await http.send(request, stream=True)
            self.skew.note(response.headers.get("date"), time.time())
            try:
                return Answer(response.status_code, response.headers, await self._body(response))
            finally:
                await response.aclose()
        except httpx.DecodingError:
            raise Invalid("the answer's compression is broken", hint="is the url right?") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise faults.of_transport(error, self._scheme) from None
        except RuntimeError:
            if self._closed:
                raise self._gone() from None
            raise

    async def _body(self, response: httpx.Response) -> bytes:
        good = response.status_code < 300
        most = self._max_body if good else min(_MAX_ERROR_BODY, self._max_body)
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > most:
                if not good:
                    break
                size = f"{self._max_body // 2**20} MiB" if most >= 2**20 else f"{most} bytes"
                hint = "ask for fewer series or a shorter range"
                raise Invalid(f"the answer is larger than {size}", hint=hint)
        return bytes(body)

    async def _open(self) -> httpx.AsyncClient:
        """Return the client of the running loop; a socket works in no other."""
        loop = asyncio.get_running_loop()
        if self._http is not None and self._loop is loop:
            return self._http
        if self._closed:
            raise self._gone()
        context = await self._pool.run(prepare, self._settings)
        if self._closed:
            raise self._gone()
        # Another request may have opened it meanwhile.
        if self._http is None or self._loop is not loop:
            self._http, self._loop = open_client(self._settings, context), loop
        return self._http

    def _gone(self) -> Unreachable:
        return Unreachable("closed already", where=self._where)

    def _located(self, error: ProviderError) -> ProviderError:
        error.where = error.where or self._where
        return error


class _MethodRefused(Invalid):
    """The server or a proxy before it takes no POST."""
