"""One provider's way to its engine: the SDK's client, made when first used and made again."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from fleetui.core.errors import Invalid, ProviderError, Unreachable
from fleetui.core.skew import Skew
from fleetui.providers.docker import faults
from fleetui.providers.docker.endpoint import Endpoint, resolve
from fleetui.providers.docker.settings import DockerSettings
from fleetui.providers.docker.ssh import CALLS_CONNECTIONS, LOGS_CONNECTIONS, SshFleet
from fleetui.providers.docker.wire import Dial, Wire, adapter, dial_tcp, dial_unix

if TYPE_CHECKING:
    from docker import APIClient

T = TypeVar("T")
BASE = "http://localhost:80"
# Any version that all engines know will do to ask for the real one.
_FIRST_VERSION = "1.24"
CONNECTIONS = 24
_CHUNK = 64 * 1024
# sshd allows ten sessions a connection by default; events and slow calls take two more, logs
# none: they have connections of their own.
SSH_CONNECTIONS = 5
SLOW_TIMEOUT_S = 120.0


class Link:
    """Blocking calls to one engine, for threads. Safe to use from several of them."""

    def __init__(self, scope: str, settings: DockerSettings) -> None:
        self.scope = scope
        self.endpoint: Endpoint | None = None
        self.api_version = ""
        self.skew = Skew()
        """How far the engine's clock is ahead of ours, at least; None before it answered."""
        self._settings = settings
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._client: APIClient | None = None
        self._ssh: SshFleet | None = None
        self._logs: SshFleet | None = None
        self._dial: Dial | None = None
        self._wires: list[Wire] = []
        self._calls: Wire | None = None
        self._places = threading.BoundedSemaphore(CONNECTIONS)
        self._failed: tuple[float, ProviderError] | None = None
        self._closed = False

    def call(self, work: Callable[[APIClient], T]) -> T:
        """Run `work` with the client. Raises a ProviderError, whatever goes wrong.

        A kept connection that broke meanwhile is no fault: asked once more on a new one.
        """
        with self._gate():
            return self._call(work)

    def _call(self, work: Callable[[APIClient], T]) -> T:
        client, fresh = self._ready()
        try:
            return work(client)
        except Exception as error:
            fault = self._fault(error)
            if isinstance(fault, Unreachable):
                self._forget(client, hangs=faults.is_late(error))
            if fresh or not _broke_off(error):
                raise fault from error
        client, _ = self._ready()
        try:
            return work(client)
        except Exception as error:
            raise self._fault(error) from error

    def events(self, since: str | None, hold: Callable[[Wire], None]) -> Iterator[Any]:
        """Follow events until the connection ends; `hold` gets what to cut it with.

        The first thing it yields is None: the stream is open, nothing will be missed now.
        """
        try:
            self._ready()
            wire = self.wire()
            hold(wire)
            try:
                # Typed for whole seconds, but passed on as it is: the engine takes a fraction.
                stream = self._build(wire, 1).events(since=since, decode=True)  # type: ignore[call-overload]
                yield None
                yield from stream
            finally:
                self.drop(wire)
        except Exception as error:
            raise self._fault(error) from error

    def log(self, uid: str, asked: dict[str, Any], hold: Callable[[Wire], None]) -> Iterator[bytes]:
        """Yield the bytes of a container's log as they come; `hold` gets what to cut it with."""
        try:
            self._ready()
            wire = self.wire(dial=self._logs)
            hold(wire)
            try:
                client = self._build(wire, 1)
                url = f"{BASE}/v{self.api_version}/containers/{uid}/logs"
                # The SDK's own way reads single bytes, and asks for the container once more.
                answer = client.get(
                    url, params=asked, stream=True, timeout=(self._settings.timeout, None)
                )
                answer.raise_for_status()
                yield from answer.raw.stream(_CHUNK, decode_content=False)
            finally:
                self.drop(wire)
        except Exception as error:
            raise self._fault(error) from error

    def slowly(self, work: Callable[[APIClient], T], timeout_s: float = SLOW_TIMEOUT_S) -> T:
        """Run one call that may take minutes, on a connection of its own."""
        self._ready()
        wire = self.wire(timeout_s)
        try:
            return work(self._build(wire, 1, timeout_s))
        except Exception as error:
            raise self._fault(error) from error
        finally:
            self.drop(wire)

    def wire(self, timeout_s: float | None = None, dial: Dial | None = None) -> Wire:
        """Return a new set of connections, ended with the others at the latest."""
        with self._lock:
            if self._closed or self._dial is None:
                raise Unreachable("closed" if self._closed else "not connected yet")
            made = Wire(dial or self._dial, timeout_s or self._settings.timeout)
            self._wires.append(made)
        return made

    def drop(self, wire: Wire) -> None:
        """End a set of connections."""
        with self._lock:
            if wire in self._wires:
                self._wires.remove(wire)
        wire.cut()

    def give_up(self) -> None:
        """End the calls under way, so that none holds a thread, and begin anew with the next.

        An engine that sends a byte now and then would never run into a time-out.
        """
        with self._lock:
            wire, self._calls, self._client = self._calls, None, None
        if wire is not None:
            self.drop(wire)
        self._end_ssh()

    def close(self) -> None:
        """End all connections; whoever waits on one gets an error."""
        with self._lock:
            self._closed = True
            wires, self._wires = self._wires, []
            self._client = None
        for wire in wires:
            wire.cut()
        self._end_ssh()

    @contextlib.contextmanager
    def _gate(self) -> Iterator[None]:
        """Let no more calls through at once than the connection has room for."""
        if not self._places.acquire(timeout=self._settings.timeout):
            raise faults.timed_out(self.endpoint or Endpoint("unix"))
        try:
            yield
        finally:
            self._places.release()

    def server_now(self) -> float:
        """Return the engine's time: ours until it has answered. Never ahead of its own."""
        return time.time() + (self.skew.ahead_s or 0.0)

    def _ready(self) -> tuple[APIClient, bool]:
        """Return the client, and whether it was made just now."""
        asked = time.monotonic()
        with self._making:
            if self._closed:
                raise Unreachable("closed", where=f"docker/{self.scope}")
            if self._client is not None:
                return self._client, False
            # Whoever waited here while another failed need not wait as long again.
            if self._failed and self._failed[0] >= asked:
                raise self._failed[1]
            try:
                return self._make(), True
            except Exception as error:
                fault = self._fault(error)
                if faults.is_late(error):
                    self._end_ssh()
                self._failed = (time.monotonic(), fault)
                raise fault from error

    def _make(self) -> APIClient:
        if self._dial is None:
            self.endpoint = resolve(self._settings)
            self._dial = self._dialler(self.endpoint)
        calls = self._calls or self.wire()
        self._calls = calls
        asked = self._build(calls, 1, version=_FIRST_VERSION)
        said: Any = asked.version(api_version=False)
        asked.close()
        version = said.get("ApiVersion") if isinstance(said, dict) else None
        if not isinstance(version, str):
            hint = f"is {self.endpoint} an engine?"
            raise Invalid("answered something that no engine answers", hint=hint)
        self.api_version = version
        made = self._client = self._build(calls, CONNECTIONS)
        return made

    def _dialler(self, endpoint: Endpoint) -> Dial:
        if endpoint.scheme == "unix":
            return dial_unix(endpoint.path)
        if endpoint.scheme == "tcp":
            return dial_tcp(endpoint)
        for _ in range(CONNECTIONS - SSH_CONNECTIONS):
            self._places.acquire(blocking=False)
        self._ssh = SshFleet(endpoint, CALLS_CONNECTIONS, "calls")
        self._logs = SshFleet(endpoint, LOGS_CONNECTIONS, "logs")
        return self._ssh

    def _build(
        self, wire: Wire, connections: int, timeout_s: float | None = None, version: str = ""
    ) -> APIClient:
        from docker import APIClient

        timeout = timeout_s or self._settings.timeout
        made = APIClient(BASE, version or self.api_version, timeout=timeout)  # type: ignore[arg-type]
        # Proxies, .netrc and the like are for the web, not for an engine's socket.
        made.trust_env = False
        made.mount("http://", adapter(wire, connections))
        made.hooks["response"].append(self._note_time)
        return made

    def _note_time(self, response: Any, **_options: Any) -> None:
        """Learn the engine's clock from its Date."""
        self.skew.note(response.headers.get("Date"), time.time())

    def _fault(self, error: Exception) -> ProviderError:
        endpoint = self.endpoint or Endpoint("unix")
        said = self._ssh.last_words() if self._ssh else ""
        return faults.of(error, endpoint, self.scope, said)

    def _end_ssh(self) -> None:
        """Give up all connections through SSH, those of logs too: they lead to the same host."""
        for one in (self._ssh, self._logs):
            if one:
                one.close()

    def _forget(self, client: APIClient, *, hangs: bool) -> None:
        """Make the next call begin anew: the engine may come back as another version.

        A network that dropped us leaves an SSH connection that looks well for a quarter of an
        hour, so one without an answer is given up.
        """
        if hangs:
            self._end_ssh()
        with self._lock:
            if self._client is not client:
                return
            self._client = None
        client.close()


def _broke_off(error: BaseException) -> bool:
    """Say whether an answer did not come because a kept connection had ended."""
    names, one = set(), error
    seen = 0
    while one is not None and seen < 10:
        names |= {type(one).__name__, *(type(arg).__name__ for arg in one.args)}
        one = one.__cause__ or one.__context__  # type: ignore[assignment]
        seen += 1
    return bool(names & {"RemoteDisconnected", "ConnectionResetError", "BrokenPipeError"})
