"""Reaches an engine through SSH: one channel for each request under way.

Calls share one connection, or a few where sshd allows little on one. Followed logs have others,
as many as they need within a bound: however many they are, none takes a place from a call.

paramiko rather than the ssh program: that one writes to our terminal, may ask there for a
password, and its pipes know no time-out.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from fleetui.core.clean import clean
from fleetui.core.errors import Invalid, Throttled, Unreachable
from fleetui.providers.docker.endpoint import Endpoint
from fleetui.providers.docker.wire import KEEP_ALIVE_S

if TYPE_CHECKING:
    from paramiko import Channel, PKey, SSHClient, SSHConfig, Transport

COMMAND = "docker system dial-stdio"
SESSIONS = 10
"""Channels that sshd allows on one connection, unless its MaxSessions says otherwise."""
CALLS_CONNECTIONS, LOGS_CONNECTIONS = 4, 6
_SYSTEM_HOSTS = Path("/etc/ssh/ssh_known_hosts")


class HostKeyUnknownError(Exception):
    """A host shows a key that no known_hosts file has for it."""

    def __init__(self, host: str, key_type: str, fingerprint: str) -> None:
        super().__init__(f"{host} shows an unknown {key_type} key {fingerprint}")
        self.host = host
        self.key_type = key_type
        self.fingerprint = fingerprint


def fingerprint(key: PKey) -> str:
    """Return a key's fingerprint as `ssh-keygen -l` prints it."""
    digest = hashlib.sha256(key.asbytes()).digest()
    return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


class SshDialler:
    """Opens channels to `docker system dial-stdio` over one SSH connection, made when needed."""

    def __init__(self, endpoint: Endpoint, config: Path | None = None) -> None:
        self._endpoint = endpoint
        self._config = config or Path.home() / ".ssh" / "config"
        self._lock = threading.Lock()
        self._clients: list[SSHClient] = []
        self._last: Channel | None = None

    def __call__(self, timeout_s: float) -> Channel:
        """Return a channel that carries HTTP. Raises paramiko's errors and OSError."""
        with self._lock:
            transport = self._transport(timeout_s)
        channel = transport.open_session(timeout=timeout_s)
        channel.settimeout(timeout_s)
        channel.exec_command(COMMAND)
        self._last = channel
        return channel

    def last_words(self) -> str:
        """Return what the far side wrote when it ended the newest channel, on one line."""
        channel = self._last
        if channel is None or not channel.recv_stderr_ready():
            return ""
        return clean(channel.recv_stderr(500).decode("utf-8", "replace"), 200).strip()

    def close(self) -> None:
        """End the connection; may write to the network, so not for the event loop."""
        clients, self._clients = self._clients, []
        for client in reversed(clients):
            with contextlib.suppress(OSError, EOFError):
                client.close()

    def _transport(self, timeout_s: float) -> Transport:
        there = self._clients[-1].get_transport() if self._clients else None
        if there is not None and there.is_active():
            return there
        self.close()
        return self._connect(timeout_s)

    def _connect(self, timeout_s: float) -> Transport:
        config = self._read_config()
        endpoint = self._endpoint
        wanted = config.lookup(endpoint.host)
        if wanted.get("proxycommand", "none") != "none":
            raise Invalid("ProxyCommand in the SSH config is not used here", hint="use ProxyJump")
        through: Any = None
        jumps = wanted.get("proxyjump", "none")
        for jump in jumps.split(",") if jumps != "none" else ():
            user, _, rest = jump.strip().rpartition("@")
            name, _, hop_port = rest.partition(":")
            through = self._hop(config, name, user, int(hop_port or 0), through, timeout_s)
        port = endpoint.port if endpoint.explicit_port else 0
        self._hop(config, endpoint.host, endpoint.user, port, through, timeout_s)
        transport = self._clients[-1].get_transport()
        if transport is None:
            raise Unreachable("the SSH connection ended at once")
        return transport

    def _hop(
        self, config: SSHConfig, name: str, user: str, port: int, through: Any, timeout_s: float
    ) -> Any:
        """Log in to one host; the next one is reached through what this returns."""
        import paramiko

        wanted = config.lookup(name)
        host = wanted.get("hostname", name)
        port = port or int(wanted.get("port", 22))
        sock = None
        if through is not None:
            sock = through.open_channel("direct-tcpip", (host, port), ("", 0), timeout=timeout_s)
        client = paramiko.SSHClient()
        for known in _known_hosts(wanted):
            with contextlib.suppress(OSError):
                client.load_system_host_keys(str(known))
        client.set_missing_host_key_policy(_refusal())
        self._clients.append(client)
        client.connect(
            host,
            port,
            user or wanted.get("user"),
            key_filename=wanted.get("identityfile"),
            sock=sock,
            timeout=timeout_s,
            banner_timeout=timeout_s,
            auth_timeout=timeout_s,
            channel_timeout=timeout_s,
        )
        transport = client.get_transport()
        if transport is not None:
            transport.set_keepalive(KEEP_ALIVE_S)
        return transport

    def _read_config(self) -> SSHConfig:
        import paramiko

        config = paramiko.SSHConfig()
        if self._config.is_file():
            config.parse(self._config.read_text("utf-8", "replace").splitlines())
        return config


class _Way:
    """One connection and what is open on it."""

    def __init__(self, dialler: SshDialler) -> None:
        self.dialler = dialler
        self.opening = 0
        self.channels: WeakSet[Channel] = WeakSet()

    @property
    def used(self) -> int:
        return self.opening + sum(not channel.closed for channel in self.channels)


class SshFleet:
    """Opens channels over several connections, as each takes only so many."""

    def __init__(self, endpoint: Endpoint, most: int, what: str) -> None:
        """Make at most so many connections for `what`: `calls`, `logs`."""
        self._endpoint = endpoint
        self._most = most
        self._what = what
        self._lock = threading.Lock()
        self._ways: list[_Way] = []
        self._newest: SshDialler | None = None
        self._room = SESSIONS
        """Channels that a connection was seen to take at most."""

    def __call__(self, timeout_s: float) -> Channel:
        """Return a channel that carries HTTP.

        Raises paramiko's errors and OSError; Throttled where all connections are full.
        """
        while True:
            with self._lock:
                way = self._with_room()
                way.opening += 1
                self._newest = way.dialler
            try:
                made = way.dialler(timeout_s)
            except Exception as error:
                with self._lock:
                    way.opening -= 1
                    if _is_full(error) and way.used:
                        # MaxSessions is lower than is usual: keep to what it took.
                        self._room = min(self._room, way.used)
                        continue
                if isinstance(error, TimeoutError) or "Timeout" in str(error):
                    # It may look well for a quarter of an hour after its network is gone.
                    way.dialler.close()
                raise
            else:
                with self._lock:
                    way.opening -= 1
                    way.channels.add(made)
                return made

    def _with_room(self) -> _Way:
        for way in self._ways:
            if way.used < self._room:
                return way
        if len(self._ways) >= self._most:
            low = self._room < SESSIONS
            raise Throttled(
                f"SSH has room for {self._most * self._room} {self._what} at once",
                hint="raise MaxSessions in its sshd_config" if low else "",
            )
        self._ways.append(_Way(SshDialler(self._endpoint)))
        return self._ways[-1]

    def last_words(self) -> str:
        """Return what the far side wrote when it ended the newest channel, on one line."""
        return self._newest.last_words() if self._newest else ""

    def close(self) -> None:
        """End all connections; may write to the network, so not for the event loop."""
        with self._lock:
            ways, self._ways = self._ways, []
        for way in ways:
            way.dialler.close()


def _is_full(error: Exception) -> bool:
    """Say whether a connection took no more channels.

    Of several that are opened at once paramiko tells the reason to one only.
    """
    return type(error).__name__ == "ChannelException" or "Unable to open channel" in str(error)


def _known_hosts(wanted: Any) -> tuple[Path, ...]:
    own = wanted.get("userknownhostsfile", "~/.ssh/known_hosts").split()
    return (*(Path(name).expanduser() for name in own), _SYSTEM_HOSTS)


def _refusal() -> Any:
    """Return the policy that refuses unknown keys, with the fingerprint to compare."""
    import paramiko

    class Refuse(paramiko.MissingHostKeyPolicy):
        def missing_host_key(self, _client: SSHClient, hostname: str, key: PKey) -> None:
            raise HostKeyUnknownError(hostname, key.get_name(), fingerprint(key))

    return Refuse()
