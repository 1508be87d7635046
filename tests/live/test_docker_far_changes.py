"""Changes and commands over the ways that are no plain socket: SSH and TLS."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

from fleetui.core.change import Ask, Phase, Verb
from fleetui.core.ref import Ref
from fleetui.providers.docker.settings import DockerSettings
from fleetui.providers.docker.writer.writer import DockerWriter

from .servers.waiting import PATIENCE_S
from .test_docker_ways import Sshd, Tls, of, sshd, tls

__all__ = ["sshd", "tls"]


async def test_changes_and_commands_through_ssh(sshd: Sshd, tls: Tls, tmp_path: Path) -> None:
    sshd.trust()
    uid = tls.engine.client.inspect_container("web")["Id"]
    writer = DockerWriter("far", DockerSettings(host=sshd.host, timeout=60))
    target = Ref("docker", "far", "container", uid, "web")
    data = os.urandom(1_000_000)
    (tmp_path / "in").write_bytes(data)
    with (tmp_path / "in").open("rb") as stdin, (tmp_path / "out").open("wb") as out:
        session = writer.command(target, ["sh", "-c", "cat; exit 5"], tty=False)
        fds = (stdin.fileno(), out.fileno(), out.fileno())
        assert await asyncio.wait_for(asyncio.to_thread(session.run, *fds), PATIENCE_S) == 5
    assert (tmp_path / "out").read_bytes() == data
    for verb, state in ((Verb.PAUSE, "paused"), (Verb.UNPAUSE, "running")):
        plan = await writer.plan(Ask(verb, target))
        assert (await writer.carry_out(plan, lambda _: None)).phase is Phase.DONE
        assert tls.engine.client.inspect_container(uid)["State"]["Status"] == state
    await writer.close()


async def test_commands_through_tls(tls: Tls, tmp_path: Path) -> None:
    uid = tls.engine.client.inspect_container("web")["Id"]
    writer = DockerWriter("far", of(tls.authority, tls.host))
    target = Ref("docker", "far", "container", uid, "web")
    session = writer.command(target, ["sh", "-c", "cat /bin/busybox; exit 6"], tty=False)
    with (tmp_path / "out").open("wb") as out, Path("/dev/null").open("rb") as nothing:
        fds = (nothing.fileno(), out.fileno(), out.fileno())
        assert await asyncio.wait_for(asyncio.to_thread(session.run, *fds), PATIENCE_S) == 6
    assert (tmp_path / "out").stat().st_size == Path(shutil.which("busybox") or "").stat().st_size
    await writer.close()
