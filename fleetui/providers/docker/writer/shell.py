"""A command in a container, in the terminal that is lent to it."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from typing import Any

from fleetui.core.clean import clean
from fleetui.core.errors import Conflict, Invalid, NotFound, ProviderError, Unreachable
from fleetui.core.ref import Ref
from fleetui.providers.docker import faults
from fleetui.providers.docker.endpoint import Endpoint
from fleetui.providers.docker.writer import looking
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.docker.writer.terminal import Ends, Split
from fleetui.providers.documents import dig
from fleetui.providers.lent import (
    NOT_RUNNABLE,
    NOT_THERE,
    PIPE_CLOSED,
    OutputClosed,
    raw_mode,
    size_of,
    typed,
    write_all,
)

# Docker's own, ctrl-p ctrl-q, would swallow every ctrl-p of a shell.
_DETACH = "ctrl-@,ctrl-^,ctrl-@,ctrl-^"
_HELD = 4096
_END_S = 10.0
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
_MAX_HEAD = 64 * 1024


class DockerSession:
    """One command. Blocking, from the thread that owns the terminal."""

    def __init__(self, link: SendingLink, ref: Ref, argv: tuple[str, ...], *, tty: bool) -> None:
        self._link = link
        self._ref = ref
        self._argv = argv
        self._tty = tty
        self._size: tuple[int, int] | None = None

    def run(self, stdin: int, stdout: int, stderr: int) -> int:
        """Run it to its end and return its exit code. Raises a ProviderError."""
        if not self._argv:
            raise Invalid("no command is given", where=str(self._ref))
        try:
            return self._run(stdin, stdout, stderr)
        except OutputClosed:
            return PIPE_CLOSED
        except ProviderError as error:
            error.where = error.where or str(self._ref)
            raise
        except (OSError, EOFError) as error:
            endpoint = self._link.endpoint or Endpoint("unix")
            raise faults.of(error, endpoint, self._link.scope) from error

    def _run(self, stdin: int, stdout: int, stderr: int) -> int:
        self._look()
        made = self._link.send(
            "POST", f"/containers/{self._ref.uid}/exec",
            body={
                "AttachStdin": True, "AttachStdout": True, "AttachStderr": True,
                "Tty": self._tty, "Cmd": list(self._argv), "DetachKeys": _DETACH,
            },
        )  # fmt: skip
        uid = str(dig(made, "Id") or "")
        wire = self._link.wire()
        try:
            connection = wire.connect()
            first = _begin(connection, self._link.api_version, uid, tty=self._tty)
            with raw_mode(stdin, wanted=self._tty):
                said = self._bridge(Ends(connection), first, uid, (stdin, stdout, stderr))
        finally:
            self._link.drop(wire)
        return self._code(uid, said, stderr)

    def _look(self) -> None:
        """Refuse what cannot run a command, before a terminal is taken for it."""
        word = looking.status_of(looking.container(self._link, self._ref))
        if word == "paused":
            raise Conflict("it is paused", hint="unpause it first")
        if word == "restarting":
            raise Conflict("it is between two restarts", hint="its log says why it ends")
        if word != "running":
            raise Conflict(f"it is {word}", hint="start it first")

    def _bridge(self, ends: Ends, first: bytes, uid: str, fds: tuple[int, int, int]) -> bytes:
        """Carry bytes both ways until the command ends; return what was held back of it."""
        stdin, stdout, stderr = fds
        held = bytearray()
        split = Split(lambda d: write_all(stdout, d), lambda d: write_all(stderr, d))
        open_input, deciding = True, True
        data: bytes | None = first
        while data is not None:
            held += data
            if deciding and held and not _may_be_failure(bytes(held)):
                deciding = False
            if held and not deciding:
                if self._tty:
                    write_all(stdout, bytes(held))
                else:
                    split.feed(bytes(held))
                held.clear()
            self._follow_size(uid, stdout)
            ready = ends.wait([stdin] if open_input and not ends.full else [])
            if ready:
                read = typed(stdin)
                ends.queue(read)
                if not read:
                    open_input = False
                    ends.half_close()
            ends.send()
            data = ends.receive()
        return bytes(held)

    def _follow_size(self, uid: str, stdout: int) -> None:
        if not self._tty:
            return
        size = size_of(stdout)
        if size is None or size == self._size:
            return
        # Until it has begun, the engine does not know it by this number: it is tried again.
        with suppress(ProviderError):
            self._link.send("POST", f"/exec/{uid}/resize", {"h": size[0], "w": size[1]})
            self._size = size

    def _code(self, uid: str, said: bytes, stderr: int) -> int:
        """Return the exit code, and say in plain words where it could not be run at all."""
        end = time.monotonic() + _END_S
        while True:
            raw: Any = self._link.call(lambda client: client.exec_inspect(uid))
            code = dig(raw, "ExitCode")
            if dig(raw, "Running") is False and isinstance(code, int):
                break
            if time.monotonic() >= end:
                raise Unreachable("the connection broke off; the command may run on")
            time.sleep(0.05)
        if said and code in {NOT_RUNNABLE, NOT_THERE, 255}:
            text, code = _plainly(said.decode("utf-8", "replace"), self._argv[0])
            write_all(stderr, f"{self._ref.short}: {text}\n".encode())
        elif said:
            write_all(stderr, said)
        return code


def _may_be_failure(held: bytes) -> bool:
    """Whether this may be the engine's own word for a command that it could not run."""
    whole = b"OCI runtime exec failed"
    bare = held[8:] if held[:1] in {b"\x01", b"\x02"} and held[1:4] == b"\0\0\0" else held
    return len(held) <= _HELD and (bare.startswith(whole) or whole.startswith(bare))


def _plainly(said: str, program: str) -> tuple[str, int]:
    name = clean(program, 200)
    if "not found" in said or "no such file" in said:
        return f"there is no {name} in it; try sh, or look into its image", NOT_THERE
    if "permission denied" in said:
        return f"{name} may not be run in it: permission denied", NOT_RUNNABLE
    return f"{name} could not be run: {clean(said, 300)}", NOT_RUNNABLE


def _begin(connection: Any, version: str, uid: str, *, tty: bool) -> bytes:
    """Ask for the command to begin, and make the connection its own; return what came at once."""
    body = json.dumps({"Detach": False, "Tty": tty}).encode()
    head = (
        f"POST /v{version}/exec/{uid}/start HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall(head.encode() + body)
    got = b""
    while b"\r\n\r\n" not in got:
        more = connection.recv(4096)
        if not more or len(got) > _MAX_HEAD:
            raise Unreachable("the connection broke off before the command began")
        got += more
    head_bytes, _, rest = got.partition(b"\r\n\r\n")
    status = _STATUS.match(head_bytes)
    if status is None:
        raise Invalid("answered something that no engine answers")
    if int(status[1]) in {101, 200}:
        return rest
    raise _refusal(int(status[1]), rest)


def _refusal(status: int, rest: bytes) -> ProviderError:
    try:
        said = clean(str(json.loads(rest)["message"]), 300)
    except (ValueError, KeyError, TypeError):
        said = f"refused with status {status}"
    if status == 404:
        return NotFound(said)
    if status == 409:
        return Conflict(said)
    if status >= 500:
        return Unreachable(f"the engine failed: {said}")
    return Invalid(said)
