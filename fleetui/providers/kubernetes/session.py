"""Being connected to one cluster and logged in there, and becoming so again."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from fleetui.core.errors import AuthExpired, Unreachable
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.kubernetes import access, login, transport
from fleetui.providers.kubernetes.access import Access
from fleetui.providers.kubernetes.login import Credential, Login
from fleetui.providers.kubernetes.settings import KubernetesSettings
from fleetui.providers.threads import DaemonPool

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
_THREADS = 2
_CLOSING_S = 0.3
# A pod's token file is replaced on the spot while it is in use.
_TOKEN_FILE_S = 30.0


@dataclass(frozen=True, slots=True)
class Ready:
    """What a request is sent with."""

    client: httpx.AsyncClient
    access: Access
    credential: Credential


class Session:
    """Finds out how a context is reached when that is first wanted, and keeps it true."""

    def __init__(
        self,
        scope: str,
        settings: KubernetesSettings,
        env: Mapping[str, str] | None = None,
        home: Path | None = None,
    ) -> None:
        self._scope = scope
        self._settings = settings
        self._env = os.environ if env is None else env
        self._home = home
        self._access: Access | None = None
        self._login: Login | None = None
        self._client: httpx.AsyncClient | None = None
        self._shown: str | None = None
        """The certificate of a plugin that the client was opened with."""
        self._file_token: tuple[float, str] = (0.0, "")
        self._lock = asyncio.Lock()
        self._pool: DaemonPool | None = None
        self._doubted = False
        self._closed = False

    @property
    def access(self) -> Access | None:
        """How the cluster is reached; None before the first use."""
        return self._access

    @property
    def expires_at(self) -> float | None:
        """When a plugin's credential ends, in Unix seconds; None where nobody says."""
        return self._login.expires_at if self._login else None

    async def ready(self) -> Ready:
        """Return what to send a request with. Raises a ProviderError."""
        async with self._lock:
            found = self._access
            if found is None or self._doubted:
                found = await self._find()
            return await self._opened(found, await self._credential(found, None))

    async def renewed(self, used: Ready) -> Ready | None:
        """Log in anew, as the server did not take what was used; None where nothing is new.

        Somebody may have logged in meanwhile, so the kubeconfig is read again, too.
        """
        async with self._lock:
            found = self._access
            if found is None or found is used.access:
                found = await self._find()
            same = found is used.access
            credential = await self._credential(found, used.credential if same else None)
            if same and credential == used.credential:
                return None
            return await self._opened(found, credential)

    def doubt(self) -> None:
        """Read the kubeconfig again before the next request: it may be mended meanwhile."""
        self._doubted = True

    async def run(self, work: Callable[..., T], *args: object) -> T:
        """Run a blocking call in one of the session's threads."""
        if self._closed:
            raise Unreachable("closed")
        if self._pool is None:
            self._pool = DaemonPool(_THREADS, f"kubernetes-{self._scope}")
        return await self._pool.run(work, *args)

    async def close(self) -> None:
        """Let all connections go."""
        self._closed = True
        client, self._client = self._client, None
        if self._pool is not None:
            self._pool.shutdown()
        if client is not None:
            await _let_go(client)

    async def _find(self) -> Access:
        """Read the kubeconfig. A context once chosen stays, whatever becomes the current one."""
        before, settings = self._access, self._settings
        if before is not None and before.context:
            settings = replace(settings, context=before.context)
        home = Path.home() if self._home is None else self._home
        found = await self.run(access.find, settings, self._scope, self._env, home)
        self._doubted = False
        if before is not None and found == before:
            return before
        self._access = found
        # As kubectl does it: a token that stands there is used, and no plugin is run.
        given = found.token or found.token_file
        self._login = login.shared(found.plugin) if found.plugin and not given else None
        self._file_token = (0.0, "")
        # A client shows the former certificate, and may know another server.
        self._shown = None
        return found

    async def _credential(self, found: Access, rejected: Credential | None) -> Credential:
        if self._login is not None:
            limit = self._settings.login_timeout
            return await self._login.credential(time.time(), limit, rejected)
        if found.token_file is not None:
            return Credential(await self._token_of(found.token_file, fresh=rejected is not None))
        return Credential(found.token)

    async def _token_of(self, path: Path, *, fresh: bool) -> str:
        now = asyncio.get_running_loop().time()
        read_at, token = self._file_token
        if not token or fresh or now - read_at > _TOKEN_FILE_S:
            try:
                token = (await self.run(path.read_text, "utf-8")).strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "not text"
                raise AuthExpired(f"the token file cannot be read: {reason}") from None
            self._file_token = (now, token)
        return token

    async def _opened(self, found: Access, credential: Credential) -> Ready:
        if self._closed:
            raise Unreachable("closed")
        if self._client is None or self._shown != credential.cert:
            context = await self.run(_prepare, found, credential)
            former = self._client
            self._client = transport.open_client(found, context, self._settings.timeout)
            self._shown = credential.cert
            if former is not None:
                await _let_go(former)
        return Ready(self._client, found, credential)


def _prepare(found: Access, credential: Credential) -> ssl.SSLContext:
    transport.load()
    return access.tls(found, credential.cert, credential.key)


async def _let_go(client: httpx.AsyncClient) -> None:
    """Close a client's connections, without waiting for what the other side says to that."""
    with suppress(Exception):
        async with asyncio.timeout(_CLOSING_S):
            await client.aclose()
