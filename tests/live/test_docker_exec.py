"""Commands in a container, on terminals and pipes, with their exit codes."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import select
import struct
import termios
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from fleetui.core.errors import Conflict, NotFound, ProviderError
from fleetui.providers.docker.settings import DockerSettings
from fleetui.providers.docker.writer.writer import DockerWriter

from .changing import SCOPE, box
from .servers.docker import DockerEngine
from .servers.waiting import PATIENCE_S, becomes


@pytest.fixture(scope="module")
def uid(docker_engine: DockerEngine) -> str:
    return docker_engine.run("web")


@pytest.fixture
async def writer(docker_engine: DockerEngine) -> AsyncIterator[DockerWriter]:
    made = DockerWriter(SCOPE, DockerSettings(host=docker_engine.host))
    yield made
    await made.close()


async def ran(
    writer: DockerWriter, uid: str, tmp_path: Path, *argv: str, given: bytes = b""
) -> tuple[int, bytes, bytes]:
    """Run a command on files and return its code and both outputs."""
    (tmp_path / "in").write_bytes(given)
    with (
        (tmp_path / "in").open("rb") as stdin,
        (tmp_path / "out").open("wb") as out,
        (tmp_path / "err").open("wb") as err,
    ):
        session = writer.command(box(uid, "web"), argv, tty=False)
        fds = (stdin.fileno(), out.fileno(), err.fileno())
        code = await asyncio.wait_for(asyncio.to_thread(session.run, *fds), PATIENCE_S)
    return code, (tmp_path / "out").read_bytes(), (tmp_path / "err").read_bytes()


@pytest.mark.parametrize("code", [0, 1, 3, 42, 255])
async def test_its_exit_code(writer: DockerWriter, uid: str, tmp_path: Path, code: int) -> None:
    command = f"echo out; echo err >&2; exit {code}"
    assert await ran(writer, uid, tmp_path, "sh", "-c", command) == (code, b"out\n", b"err\n")


async def test_what_goes_in_comes_out(writer: DockerWriter, uid: str, tmp_path: Path) -> None:
    # More than any buffer between holds, both ways at once.
    data = os.urandom(3_000_000)
    code, out, err = await ran(writer, uid, tmp_path, "cat", given=data)
    assert (code, out == data, err) == (0, True, b"")


async def test_a_reader_that_has_seen_enough(writer: DockerWriter, uid: str) -> None:
    reads, writes = os.pipe()
    session = writer.command(box(uid, "web"), ["sh", "-c", "while :; do echo y; done"], tty=False)
    nothing = os.open("/dev/null", os.O_RDONLY)
    running = asyncio.create_task(asyncio.to_thread(session.run, nothing, writes, writes))
    assert (await asyncio.to_thread(os.read, reads, 2)) == b"y\n"
    os.close(reads)
    assert await asyncio.wait_for(running, PATIENCE_S) == 141
    for fd in (writes, nothing):
        os.close(fd)


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        (("nothing-of-that-name",), 127, b"there is no nothing-of-that-name in it; try sh"),
        (("/changes",), 126, b"/changes may not be run in it: permission denied"),
    ],
)
async def test_a_command_that_cannot_be_run(
    writer: DockerWriter, uid: str, tmp_path: Path, argv: tuple[str, ...], code: int, words: bytes
) -> None:
    found, out, err = await ran(writer, uid, tmp_path, *argv)
    assert (found, out) == (code, b"")
    assert words in err
    assert b"OCI" not in err


async def test_where_no_command_can_run(
    writer: DockerWriter, docker_engine: DockerEngine, uid: str, tmp_path: Path
) -> None:
    docker_engine.client.pause(uid)
    try:
        with pytest.raises(Conflict, match="paused"):
            await ran(writer, uid, tmp_path, "true")
    finally:
        docker_engine.client.unpause(uid)
    down = docker_engine.create("down")
    with pytest.raises(Conflict, match="created"):
        await ran(writer, down, tmp_path, "true")
    docker_engine.client.remove_container(down)
    with pytest.raises(NotFound):
        await ran(writer, down, tmp_path, "true")


class Terminal:
    """A person's terminal: what is typed, what is seen, and how large it is."""

    def __init__(self, rows: int, columns: int) -> None:
        self.ours, self.theirs = pty.openpty()
        self.seen = b""
        self.resize(rows, columns)
        self._over = False
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: str) -> None:
        os.write(self.ours, text.encode())

    async def sees(self, text: bytes) -> None:
        await becomes(lambda: text in self.seen, lambda: f"{text!r} is seen: {self.seen!r}")

    async def types_until(self, text: str, seen: bytes) -> None:
        """Type it, and again now and then, until something is seen."""

        async def typed() -> bool:
            self.type(text)
            await asyncio.sleep(0.2)
            return seen in self.seen

        await becomes(typed, lambda: f"{seen!r} is seen: {self.seen!r}")

    def _read(self) -> None:
        while not self._over:
            # A read that waits would keep it open in spite of all.
            if select.select([self.ours], [], [], 0.05)[0]:
                self.seen += os.read(self.ours, 4096)

    def hang_up(self) -> None:
        """Close it, as a window that is closed."""
        self._over = True
        self._reading.join()
        os.close(self.ours)

    def close(self) -> None:
        if not self._over:
            self.hang_up()
        with suppress(OSError):
            os.close(self.theirs)


async def test_a_shell_that_follows_the_size(writer: DockerWriter, uid: str) -> None:
    terminal = Terminal(40, 100)
    before = termios.tcgetattr(terminal.theirs)
    session = writer.command(box(uid, "web"), ["sh"], tty=True)
    fds = (terminal.theirs,) * 3
    running = asyncio.create_task(asyncio.to_thread(session.run, *fds))
    await terminal.sees(b"# ")
    await terminal.types_until("stty size\r", b"40 100")
    terminal.resize(24, 80)
    await terminal.types_until("stty size\r", b"24 80")
    # Ctrl-C ends what runs in it, not the session. One that comes before is the shell's own.
    terminal.type("echo soon $((50 + 3)); sleep 1000\r")
    await terminal.sees(b"soon 53")
    await terminal.types_until("\x03echo still $((40 + 2))\r", b"still 42")
    terminal.type("exit 7\r")
    assert await asyncio.wait_for(running, PATIENCE_S) == 7
    assert termios.tcgetattr(terminal.theirs) == before
    terminal.close()


async def test_a_terminal_without_the_program(writer: DockerWriter, uid: str) -> None:
    terminal = Terminal(24, 80)
    session = writer.command(box(uid, "web"), ["bash"], tty=True)
    fds = (terminal.theirs,) * 3
    code = await asyncio.wait_for(asyncio.to_thread(session.run, *fds), PATIENCE_S)
    assert code == 127
    await terminal.sees(b"there is no bash in it; try sh")
    assert b"OCI" not in terminal.seen
    terminal.close()


async def test_the_terminal_is_closed_in_the_middle(
    writer: DockerWriter, docker_engine: DockerEngine, uid: str
) -> None:
    terminal = Terminal(24, 80)
    session = writer.command(box(uid, "web"), ["sh"], tty=True)
    fds = (terminal.theirs, os.dup(terminal.theirs), os.dup(terminal.theirs))
    running = asyncio.create_task(asyncio.to_thread(session.run, *fds))
    await terminal.sees(b"# ")
    terminal.type("echo $((40 + 2))\r")
    await terminal.sees(b"42")
    terminal.hang_up()
    await becomes(running.done, "the session ends with its terminal")
    with suppress(ProviderError, OSError):
        running.result()
    terminal.close()


async def test_the_engine_dies_while_it_runs(
    docker_engine: DockerEngine, writer: DockerWriter, tmp_path: Path
) -> None:
    uid = docker_engine.run("brief")
    running = asyncio.create_task(ran(writer, uid, tmp_path, "sh", "-c", "echo up; sleep 1000"))
    out = tmp_path / "out"
    await becomes(lambda: out.exists() and out.read_bytes(), "it says something")
    docker_engine.kill()
    try:
        with pytest.raises(ProviderError) as caught:
            await asyncio.wait_for(running, PATIENCE_S)
        assert caught.value.code == "unreachable"
    finally:
        docker_engine.start()
