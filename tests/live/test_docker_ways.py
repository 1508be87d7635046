"""The ways to an engine: TCP with TLS, SSH, contexts, and what each says when it fails."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import json
import os
import shutil
import signal
import socket
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fleetui.core.errors import AuthExpired, Denied, ProviderError, Unreachable
from fleetui.core.logs.line import NOTE, LogQuery, RawLine
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.engine.logs import Condition, LogSession
from fleetui.providers.docker.provider import Docker
from fleetui.providers.docker.settings import DockerSettings

from .servers.docker import DockerEngine
from .servers.waiting import PATIENCE_S, becomes, free_port, until

LIST = SourceKey("docker", "far", "containers")


class Authority:
    """A CA of our own, and what it signs."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._write("ca", self._name, self._key, ca=True)

    def path(self, name: str) -> str:
        return str(self.folder / f"{name}.pem")

    def sign(self, name: str) -> None:
        """Write `NAME.pem` and `NAME-key.pem`, for 127.0.0.1."""
        key = ec.generate_private_key(ec.SECP256R1())
        self._write(name, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key)
        Path(self.path(f"{name}-key")).write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )

    def _write(self, file: str, name: x509.Name, key: Any, *, ca: bool = False) -> None:
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )
        Path(self.path(file)).write_bytes(made.public_bytes(serialization.Encoding.PEM))


@dataclass(frozen=True)
class Tls:
    """An engine with a TLS port, who signed for it, and a stranger."""

    engine: DockerEngine
    port: int
    authority: Authority
    stranger: Authority

    @property
    def host(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tls]:
    folder, port = tmp_path_factory.mktemp("tls"), free_port()
    authority, stranger = Authority(folder / "ours", "ours"), Authority(folder / "theirs", "theirs")
    for one in (authority, stranger):
        one.sign("server")
        one.sign("client")
    engine = DockerEngine(
        "10.233.41.1/24", "-H", f"tcp://127.0.0.1:{port}", "--tlsverify",
        "--tlscacert", authority.path("ca"), "--tlscert", authority.path("server"),
        "--tlskey", authority.path("server-key"),
    )  # fmt: skip
    try:
        engine.start()
        engine.import_image()
        engine.run("web")
        yield Tls(engine, port, authority, stranger)
    finally:
        engine.stop()


async def listed(settings: DockerSettings) -> set[str]:
    """Return the names of the containers, or raise why there are none."""
    provider = Docker("far", settings)
    try:
        return {row.name for row in (await provider.fetch(LIST)).rows}
    finally:
        await provider.close()


def of(authority: Authority, host: str, **more: Any) -> DockerSettings:
    files = {
        "tls_ca": authority.path("ca"),
        "tls_cert": authority.path("client"),
        "tls_key": authority.path("client-key"),
    }
    return DockerSettings(host=host, timeout=60, **{**files, **more})


async def test_tls(tls: Tls) -> None:
    assert await listed(of(tls.authority, tls.host)) == {"web"}


async def test_tls_with_another_ca(tls: Tls) -> None:
    with pytest.raises(Unreachable, match="certificate is not trusted") as caught:
        await listed(of(tls.authority, tls.host, tls_ca=tls.stranger.path("ca")))
    assert "tls_ca" in caught.value.hint


async def test_tls_with_a_certificate_that_it_does_not_know(tls: Tls) -> None:
    with pytest.raises(ProviderError, match=r"certificate|broke off"):
        await listed(of(tls.stranger, tls.host, tls_ca="", tls_verify=False))


async def test_plain_http_to_a_tls_port(tls: Tls) -> None:
    with pytest.raises(ProviderError) as caught:
        await listed(DockerSettings(host=tls.host, timeout=60))
    assert "TLS" in caught.value.fault().line or "HTTPS" in caught.value.fault().line


async def test_events_over_tls_end_when_nobody_watches(tls: Tls) -> None:
    provider = Docker("far", of(tls.authority, tls.host))
    stream = provider.watch(LIST)
    assert stream is not None
    await asyncio.wait_for(anext(stream), PATIENCE_S)
    listeners = tls.engine.client.info()["NEventsListener"]
    await stream.aclose()  # type: ignore[attr-defined]
    until(lambda: tls.engine.client.info()["NEventsListener"] < listeners, "the stream ends")
    await provider.close()


async def test_a_context_with_tls(
    tls: Tls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meta = tmp_path / "contexts" / "meta" / "any"
    meta.mkdir(parents=True)
    endpoint = {"Host": tls.host, "SkipTLSVerify": False}
    (meta / "meta.json").write_text(json.dumps({"Name": "blue", "Endpoints": {"docker": endpoint}}))
    files = tmp_path / "contexts" / "tls" / sha256(b"blue").hexdigest() / "docker"
    files.mkdir(parents=True)
    for name, file in (("ca", "ca"), ("cert", "client"), ("key", "client-key")):
        shutil.copy(tls.authority.path(file), files / f"{name}.pem")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert await listed(DockerSettings(context="blue", timeout=60)) == {"web"}
    monkeypatch.setenv("DOCKER_CONTEXT", "blue")
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    assert await listed(DockerSettings(timeout=60)) == {"web"}


@dataclass(frozen=True)
class Sshd:
    """An SSH server whose `docker` reaches the engine; `home` is its user's."""

    port: int
    home: Path
    host_key: Path
    pid: int

    def sessions(self) -> list[int]:
        """Return the process of each connection."""
        stats = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):  # it has ended meanwhile
                stats.append(path.read_text("ascii", "replace"))
        parents = {int(s.split()[0]): int(s.rpartition(")")[2].split()[1]) for s in stats}
        return [pid for pid, parent in parents.items() if parent == self.pid]

    @property
    def host(self) -> str:
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}"

    def trust(self) -> None:
        key = self.host_key.with_suffix(".pub").read_text("ascii").split()
        known = f"[127.0.0.1]:{self.port} {key[0]} {key[1]}\n"
        (self.home / ".ssh" / "known_hosts").write_text(known)


@pytest.fixture
def sshd(
    tls: Tls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Sshd]:
    """An SSH server; a parameter is one more line of its config."""
    program = shutil.which("sshd") or "/usr/sbin/sshd"
    assert Path(program).exists(), "sshd is not installed: apt-get install openssh-server"
    home, port = tmp_path / "home", free_port()
    (home / ".ssh").mkdir(parents=True, mode=0o700)
    keygen: Callable[[Path], Any] = lambda path: subprocess.run(  # noqa: E731
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True
    )
    keygen(home / ".ssh" / "id_ed25519")
    keygen(tmp_path / "host")
    config = tmp_path / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {tmp_path}/host\nUsePAM no\n"
        f"PidFile none\nStrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\n"
        f"AuthorizedKeysFile {home}/.ssh/id_ed25519.pub\nSetEnv DOCKER_HOST={tls.engine.host}\n"
        f"{getattr(request, 'param', '')}\n"
    )
    Path("/run/sshd").mkdir(exist_ok=True)
    with (tmp_path / "sshd.log").open("wb") as log:
        process = subprocess.Popen([program, "-f", str(config), "-D", "-e"], stderr=log)

    def answers() -> bool:
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", port)) == 0

    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    try:
        until(answers, "sshd listens")
        yield Sshd(port, home, tmp_path / "host", process.pid)
    finally:
        process.kill()
        process.wait()


async def test_ssh_refuses_a_host_that_is_not_known(sshd: Sshd) -> None:
    with pytest.raises(Denied, match="SHA256:") as caught:
        await listed(DockerSettings(host=sshd.host, timeout=60))
    printed = subprocess.run(
        ["ssh-keygen", "-l", "-f", str(sshd.host_key)], check=True, capture_output=True, text=True
    ).stdout.split()[1]
    assert printed in caught.value.what


async def test_ssh(sshd: Sshd, tls: Tls) -> None:
    sshd.trust()
    provider = Docker("far", DockerSettings(host=sshd.host, timeout=60))
    assert {row.name for row in (await provider.fetch(LIST)).rows} == {"web"}
    kinds = [spec.key for spec in provider.sources()]
    # More at once than one connection has sessions for.
    batches = await asyncio.gather(*(provider.fetch(key) for key in kinds * 3))
    assert not any(batch.failed for batch in batches)
    stream = provider.watch(LIST)
    assert stream is not None
    await asyncio.wait_for(anext(stream), PATIENCE_S)
    tls.engine.client.pause("web")
    await asyncio.wait_for(anext(stream), PATIENCE_S)
    tls.engine.client.unpause("web")
    listeners = tls.engine.client.info()["NEventsListener"]
    await stream.aclose()  # type: ignore[attr-defined]
    until(lambda: tls.engine.client.info()["NEventsListener"] < listeners, "the stream ends")
    assert (await provider.check()).identity.startswith(f"{getpass.getuser()}@")
    await provider.close()


async def follow_thirty(sshd: Sshd, tls: Tls, wanted: int) -> tuple[LogSession, list[RawLine]]:
    """Follow thirty logs at once over SSH until so many of them have said something."""
    sshd.trust()
    uid = tls.engine.run("talks", "sh", "-c", "while true; do echo talk; sleep 0.2; done")
    provider = Docker("far", DockerSettings(host=sshd.host, timeout=60))
    refs = [Ref("docker", "far", "container", uid, f"web-{n}") for n in range(30)]
    got: list[RawLine] = []
    session = LogSession([provider], LogQuery(tail=5, follow=True), got.extend)
    session.want(refs)
    try:

        def open_ones() -> bool:
            how = Counter(session.conditions.values())
            return how[Condition.OPEN] == wanted and not how[Condition.OPENING]

        await becomes(
            open_ones, lambda: f"{wanted} are open: {Counter(session.conditions.values())}"
        )
        # Calls have a connection of their own, whatever logs take.
        assert (await provider.fetch(LIST)).rows
    finally:
        session.close()
        await provider.close()
        tls.engine.client.remove_container(uid, force=True)
    return session, got


async def test_thirty_logs_over_ssh_take_as_many_connections_as_they_need(
    sshd: Sshd, tls: Tls
) -> None:
    _session, got = await follow_thirty(sshd, tls, 30)
    assert not [line.text for line in got if line.stream == NOTE]
    assert len({line.source for line in got}) == 30
    until(lambda: not sshd.sessions(), "all connections end")


@pytest.mark.parametrize("sshd", ["MaxSessions 2"], indirect=True)
async def test_logs_that_ssh_has_no_room_for_are_said(sshd: Sshd, tls: Tls) -> None:
    _session, got = await follow_thirty(sshd, tls, 12)
    notes = [line for line in got if line.stream == NOTE and line.text != "followed now"]
    assert len({line.source for line in notes}) >= 18
    assert all(line.text.startswith("not followed yet: docker/far: SSH ") for line in notes), notes
    assert any("SSH has room for 12 logs at once" in line.text for line in notes)
    assert all("raise MaxSessions" in line.text for line in notes), {line.text for line in notes}


async def test_ssh_that_hangs_is_given_up_for_a_new_connection(sshd: Sshd) -> None:
    sshd.trust()
    provider = Docker("far", DockerSettings(host=sshd.host, timeout=5))

    async def answers() -> bool:
        try:
            return bool((await provider.fetch(LIST)).rows)
        except Unreachable:  # a busy machine takes longer than that over a connection
            return False

    await becomes(answers, "it answers")
    frozen = sshd.sessions()
    assert frozen
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(Unreachable):
            # The list of a moment ago would be shared.
            await provider.fetch(SourceKey("docker", "far", "networks"))
        await becomes(answers, "it answers on a new connection")
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGKILL)
        await provider.close()


async def test_ssh_through_a_host_between(sshd: Sshd) -> None:
    sshd.trust()
    me = getpass.getuser()
    (sshd.home / ".ssh" / "config").write_text(
        f"Host far\n  HostName 127.0.0.1\n  Port {sshd.port}\n  User {me}\n"
        f"  ProxyJump {me}@127.0.0.1:{sshd.port}\n"
    )
    assert await listed(DockerSettings(host="ssh://far", timeout=60)) == {"web"}


async def test_ssh_where_docker_is_not(sshd: Sshd, tls: Tls) -> None:
    sshd.trust()
    (sshd.home / ".ssh" / "id_ed25519.pub").write_text(
        'command="/bin/no-docker" ' + (sshd.home / ".ssh" / "id_ed25519.pub").read_text("ascii")
    )
    with pytest.raises(Unreachable, match="no-docker"):
        await listed(DockerSettings(host=sshd.host, timeout=60))


async def test_ssh_without_a_key_that_it_takes(sshd: Sshd) -> None:
    sshd.trust()
    (sshd.home / ".ssh" / "id_ed25519").unlink()
    with pytest.raises(AuthExpired, match=r"login to 127\.0\.0\.1 failed"):
        await listed(DockerSettings(host=sshd.host, timeout=60))


async def test_ssh_where_nobody_listens() -> None:
    with pytest.raises(Unreachable, match="nobody listens"):
        await listed(DockerSettings(host=f"ssh://root@127.0.0.1:{free_port()}", timeout=5))


async def test_no_socket(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="no Docker engine at unix://") as caught:
        await listed(DockerSettings(host=f"unix://{tmp_path}/none.sock"))
    assert caught.value.hint == "start it, or set host under [docker.far]"


async def test_a_port_where_nobody_listens() -> None:
    with pytest.raises(Unreachable, match="refused"):
        await listed(DockerSettings(host=f"tcp://127.0.0.1:{free_port()}"))


async def test_a_name_that_nobody_has() -> None:
    with pytest.raises(Unreachable, match="no such host"):
        await listed(DockerSettings(host="tcp://engine.invalid:2375"))
