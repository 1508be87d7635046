"""A command in a pod, over a websocket of the tests' own that speaks both protocols."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from kube_writable import ref

from fleetui.core.errors import Conflict, Denied, NotFound, Unreachable
from fleetui.providers.kubernetes.settings import KubernetesSettings
from fleetui.providers.kubernetes.writer import shell
from fleetui.providers.kubernetes.writer.writer import KubernetesWriter

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Server:
    """Answers GETs of one pod, and an exec with what the test has told it."""

    def __init__(self) -> None:
        self.protocol = "v5.channel.k8s.io"
        self.refuse: tuple[int, str] | None = None
        self.status: dict[str, Any] | None = {"status": "Success"}
        self.echo = False
        """Whether all that is typed is written back, until its end."""
        self.hold = threading.Event()
        """Until it is set, a command goes on."""
        self.hold.set()
        self.heard: list[tuple[int, bytes]] = []
        self.head = ""
        self.pod: dict[str, Any] = {
            "metadata": {"name": "web", "uid": "uid-web"},
            "spec": {"containers": [{"name": "main"}]},
        }
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection, suppress(OSError, EOFError):
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(4096) or b"\r\n\r\n"
            text = head.decode()
            if "/exec?" not in text:
                _answer(connection, 200, self.pod)
                return
            self.head = text
            if self.refuse is not None:
                code, said = self.refuse
                _answer(connection, code, {"kind": "Status", "code": code, "message": said})
                return
            key = text.split("Sec-WebSocket-Key: ")[1].split("\r\n")[0]
            accept = base64.b64encode(hashlib.sha1((key + _GUID).encode()).digest()).decode()  # noqa: S324
            connection.sendall(
                f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: {self.protocol}\r\n\r\n"
                .encode()
            )  # fmt: skip
            self._run(connection)

    def _run(self, connection: socket.socket) -> None:
        _send(connection, b"\x01out\n")
        _send(connection, b"\x02err\n")
        _send(connection, b"ping", opcode=9)
        while self.echo:
            data = _receive(connection)
            self.heard.append((data[0], data[1:]))
            if data[0] == 255:
                break
            if data[0] == 0:
                _send(connection, b"\x01" + data[1:])
        self.hold.wait(30)
        if self.status is not None:
            _send(connection, b"\x03" + json.dumps(self.status).encode())
        _send(connection, struct.pack("!H", 1000), opcode=8)
        # What is closed with something left to read is reset: its last words would be lost.
        while self.status is not None and connection.recv(4096):
            pass


def _answer(connection: socket.socket, code: int, body: Any) -> None:
    data = json.dumps(body).encode()
    connection.sendall(
        f"HTTP/1.1 {code} X\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n"
        f"Connection: close\r\n\r\n".encode()
        + data
    )


def _send(connection: socket.socket, data: bytes, opcode: int = 2) -> None:
    size = bytes([len(data)]) if len(data) < 126 else b"\x7e" + struct.pack("!H", len(data)) \
        if len(data) < 65_536 else b"\x7f" + struct.pack("!Q", len(data))  # fmt: skip
    connection.sendall(bytes([0x80 | opcode]) + size + data)


def _receive(connection: socket.socket) -> bytes:
    """Return the next message of binary data."""
    while True:
        first, second = _exactly(connection, 2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack("!H", _exactly(connection, 2))
        elif size == 127:
            (size,) = struct.unpack("!Q", _exactly(connection, 8))
        mask = _exactly(connection, 4)
        data = _exactly(connection, size)
        plain = bytes(b ^ mask[i % 4] for i, b in enumerate(data))
        if first & 0x0F == 2:
            return plain


def _exactly(connection: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = connection.recv(size - len(found))
        if not more:
            raise EOFError
        found += more
    return found


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


async def inside(
    server: Server, folder: Path, typed: bytes = b"", argv: tuple[str, ...] = ("ls", "-l")
) -> tuple[int, bytes, bytes]:
    """Run a command, and return its code and both outputs."""
    path = folder / "kubeconfig"
    path.write_text(json.dumps({
        "current-context": "prod", "users": [{"name": "u", "user": {"token": "secret-token"}}],
        "clusters": [{"name": "c", "cluster": {"server": server.url}}],
        "contexts": [{"name": "prod", "context": {"cluster": "c", "user": "u"}}],
    }))  # fmt: skip
    own = KubernetesWriter("prod", KubernetesSettings(kubeconfig=str(path), timeout=60))
    files = [(folder / name).open("w+b") for name in ("in", "out", "err")]
    files[0].write(typed)
    files[0].seek(0)
    session = own.command(ref("pod"), argv, tty=False)
    try:
        code = await asyncio.to_thread(session.run, *(one.fileno() for one in files))
    finally:
        await own.close()
    found = [(folder / name).read_bytes() for name in ("out", "err")]
    for one in files:
        one.close()
    return code, found[0], found[1]


async def test_both_outputs_and_the_code_come_back(server: Server, tmp_path: Path) -> None:
    cause = {"reason": "ExitCode", "message": "7"}
    server.status = {"status": "Failure", "reason": "NonZeroExitCode",
                     "details": {"causes": [cause]}}  # fmt: skip
    assert await inside(server, tmp_path) == (7, b"out\n", b"err\n")
    line = server.head.splitlines()[0]
    assert "command=ls&command=-l&container=main&stdin=true" in line
    assert "authorization: Bearer secret-token" in server.head


async def test_what_is_typed_goes_in_to_its_end(server: Server, tmp_path: Path) -> None:
    server.echo = True
    typed = os.urandom(600_000)
    code, out, _ = await inside(server, tmp_path, typed)
    assert code == 0
    assert out == b"out\n" + typed
    assert server.heard[-1] == (255, b"\x00")


async def test_an_old_server_cannot_be_told_of_the_end_and_that_is_said(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell, "_UNHEARD_S", 0.05)
    server.protocol = "v4.channel.k8s.io"
    server.hold.clear()
    (err := tmp_path / "err").touch()
    work = asyncio.create_task(inside(server, tmp_path))
    async with asyncio.timeout(20):
        while b"at its end" not in err.read_bytes():
            await asyncio.sleep(0.02)
    server.hold.set()
    code, _, said = await work
    assert (code, said.count(b"waits for ever, Ctrl-C leaves it")) == (0, 1)
    # A newer one is told, and nothing has to be said.
    server.protocol = "v5.channel.k8s.io"
    assert (await inside(server, tmp_path))[2] == b"err\n"


async def test_the_main_container_is_the_one_that_is_meant(server: Server, tmp_path: Path) -> None:
    server.pod["metadata"]["annotations"] = {"kubectl.kubernetes.io/default-container": "web"}
    server.pod["spec"]["containers"].append({"name": "web"})
    server.protocol = "v4.channel.k8s.io"
    assert (await inside(server, tmp_path))[0] == 0
    assert "container=web" in server.head


@pytest.mark.parametrize(
    ("refuse", "error"),
    [((403, "pods is forbidden"), Denied), ((404, "pods not found"), NotFound)],
)
async def test_a_refusal_is_told_as_what_it_is(
    server: Server, tmp_path: Path, refuse: tuple[int, str], error: type[Exception]
) -> None:
    server.refuse = refuse
    with pytest.raises(error, match=refuse[1]):
        await inside(server, tmp_path)


async def test_a_command_that_is_not_there_is_told_in_plain_words(
    server: Server, tmp_path: Path
) -> None:
    server.status = {"status": "Failure", "message": 'exec: "nope": executable file not found'}
    code, _, said = await inside(server, tmp_path, argv=("nope",))
    assert code == 127
    assert b"pod/web: there is no nope in it" in said


async def test_a_connection_that_breaks_off_leaves_it_open(server: Server, tmp_path: Path) -> None:
    server.status = None
    with pytest.raises(Unreachable, match="the command may run on"):
        await inside(server, tmp_path)
    server.pod["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    with pytest.raises(Conflict, match="being deleted"):
        await inside(server, tmp_path)
