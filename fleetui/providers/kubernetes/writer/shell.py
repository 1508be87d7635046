"""A command in a pod, in the terminal that is lent to it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import select
import ssl
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from fleetui.core.change import Ask, Phase, Plan, Progress, Undo
from fleetui.core.clean import clean
from fleetui.core.errors import Conflict, Invalid, ProviderError, Unreachable
from fleetui.core.ref import Ref
from fleetui.core.secrets import redact
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes import faults
from fleetui.providers.kubernetes.access import tls
from fleetui.providers.kubernetes.link import bearing
from fleetui.providers.kubernetes.session import Ready
from fleetui.providers.kubernetes.writer.api import Api, Raw, Right
from fleetui.providers.kubernetes.writer.deed import Deed
from fleetui.providers.kubernetes.writer.removing import pod_condition
from fleetui.providers.kubernetes.writer.target import Target, look
from fleetui.providers.lent import (
    NOT_RUNNABLE,
    NOT_THERE,
    PIPE_CLOSED,
    TICK_S,
    OutputClosed,
    raw_mode,
    size_of,
    typed,
    write_all,
)
from fleetui.providers.seen import seen_text
from fleetui.providers.writing import Tell

_STDIN, _STDOUT, _STDERR, _STATUS, _SIZE, _CLOSE = 0, 1, 2, 3, 4, 255
# The newest can say that the input has come to its end; the other is what old servers speak.
_PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
# What runtimes say that have no field for it.
_EXIT = re.compile(r"exit (?:status|code) (\d{1,3})$")
_KEPT = 256 * 1024
_WAITING = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_PING_S = 20.0
_UNHEARD_S = 3.0
_UNHEARD = (
    b"fleetui: the input is at its end, and this server has no word for that (Kubernetes 1.30 has):"
    b" a command that reads to the end waits for ever, Ctrl-C leaves it\n"
)
"""Said where a command goes on so long after the end of its input."""


class RunCommand(Deed):
    """A command in a pod: planned and written down here, run by its session."""

    async def plan(self, api: Api, ask: Ask) -> Plan:
        """Say in which container it would run."""
        target = await look(api, ask.ref)
        permission, may = await may_enter(api, target, "exec")
        command = redact(clean(ask.value("command"), 400))
        name = main_container(target)
        down = "" if runs(target, name) else f"its container {name} does not run"
        return Plan(
            ask=replace(ask, values=(("command", command),)),
            facts=(("container", name),),
            steps=(f"run in it: {command or 'a shell'}",),
            undo=Undo("cannot be undone: what it did is not known here"),
            permission=permission,
            refused=down or ("" if may else permission),
            seen=seen_text(pod_condition(target)),
        )

    async def carry_out(self, api: Api, plan: Plan, tell: Tell) -> Progress:
        """It needs a terminal or pipes: its session runs it."""
        del api, plan, tell
        raise Invalid("a command is run by its session")

    async def progress(self, api: Api, plan: Plan) -> Progress:
        """Return that it leaves no trace."""
        del api, plan
        return Progress(Phase.UNKNOWN, "what ran in it leaves no trace that could be read back")


async def may_enter(api: Api, target: Target, part: str) -> tuple[str, bool]:
    """Return what opening a pod's `exec` or `attach` needs, and whether the server says we may.

    A websocket begins as a GET, so that `get` is needed; from Kubernetes 1.35 on `create`, too,
    which older servers do not ask for.
    """
    (getting, may), (creating, may_too) = await asyncio.gather(
        *(
            api.allowed(Right(verb, "", f"pods/{part}", target.namespace))
            for verb in ("get", "create")
        )
    )
    return (getting if may and may_too else f"{getting}; {creating}"), may


def main_container(target: Target) -> str:
    """Return the container that is meant by itself: the one the pod names, or its first."""
    named = target.note("kubectl.kubernetes.io/default-container")
    names = [str(dig(one, "name")) for one in dig(target.raw, "spec", "containers") or ()]
    return named if named in names else names[0] if names else ""


def runs(target: Target, name: str) -> bool:
    """Say whether a container of a pod runs."""
    statuses = dig(target.raw, "status", "containerStatuses") or ()
    return any(
        dig(one, "name") == name and dig(one, "state", "running") is not None for one in statuses
    )


class PodSession:
    """One command. Blocking, from the thread that owns the terminal."""

    def __init__(
        self, api: Api, loop: asyncio.AbstractEventLoop, ref: Ref, argv: Sequence[str], *, tty: bool
    ) -> None:
        self._api = api
        self._loop = loop
        """Where connections and logins are made."""
        self._ref = ref
        self._argv = tuple(argv)
        self._tty = tty

    def run(self, stdin: int, stdout: int, stderr: int) -> int:
        """Run it to its end and return its exit code. Raises a ProviderError."""
        if not self._argv:
            raise Invalid("no command is given", where=str(self._ref))
        try:
            target, ready = asyncio.run_coroutine_threadsafe(self._ready(), self._loop).result()
            status = self._carried(ready, self._address(target), (stdin, stdout, stderr))
            return self._code(status, stderr)
        except OutputClosed:
            return PIPE_CLOSED
        except ProviderError as error:
            error.where = error.where or str(self._ref)
            raise

    def _carried(self, ready: Ready, address: str, streams: tuple[int, int, int]) -> bytes:
        """Lead these streams to an address to its end; return what the server says of it."""
        stdin, *outputs = streams
        limit = self._api.link.settings.timeout
        with _opened(ready, address, limit) as ends, raw_mode(stdin, wanted=self._tty):
            return self._bridge(ends, stdin, (outputs[0], outputs[1]))

    def _early(self) -> bytes:
        """Return what goes in before all that is typed."""
        return b""

    def _typed(self, stdin: int) -> bytes:
        """Return what was typed, nothing at its end."""
        return typed(stdin)

    async def _ready(self) -> tuple[Target, Ready]:
        target = await look(self._api, self._ref)
        if target.leaving:
            raise Conflict(target.leaving)
        return target, await self._api.link.session.ready()

    def _address(self, target: Target) -> str:
        words = [("command", word) for word in self._argv]
        asked = [
            ("container", main_container(target)), ("stdin", "true"), ("stdout", "true"),
            ("stderr", "false" if self._tty else "true"),
            ("tty", "true" if self._tty else "false"),
        ]  # fmt: skip
        return f"{target.path}/exec?{urlencode([*words, *asked])}"

    def _bridge(self, ends: Ends, stdin: int, outputs: tuple[int, int]) -> bytes:
        """Carry bytes both ways until the command ends; return what the server says of it."""
        status, size, open_input = b"", None, True
        closed, told = 0.0, False
        if early := self._early():
            ends.queue(_STDIN, early)
        while not ends.over:
            if self._tty and (now := size_of(outputs[0])) and now != size:
                size = now
                ends.queue(_SIZE, json.dumps({"Width": now[1], "Height": now[0]}).encode())
            if ends.wait(stdin if open_input and not ends.full else None):
                read = self._typed(stdin)
                if read:
                    ends.queue(_STDIN, read)
                else:
                    open_input, closed = False, time.monotonic()
                    ends.half_close()
            if not (open_input or ends.newest or told) and time.monotonic() - closed > _UNHEARD_S:
                told = True
                write_all(outputs[1], _UNHEARD)
            ends.send()
            for channel, data in ends.receive():
                if channel in {_STDOUT, _STDERR}:
                    write_all(outputs[channel - 1], data)
                elif channel == _STATUS:
                    status += data
        return status

    def _code(self, status: bytes, stderr: int) -> int:
        """Return the exit code, and say in plain words where it could not be run at all."""
        if not status:
            raise Unreachable("the connection broke off; the command may run on")
        try:
            told = json.loads(status)
        except ValueError:
            raise Invalid("the server says nothing of its end that can be read") from None
        if dig(told, "status") == "Success":
            return 0
        for cause in dig(told, "details", "causes") or ():
            text = str(dig(cause, "message") or "")
            if dig(cause, "reason") == "ExitCode" and text.isdecimal():
                return int(text)
        if found := _EXIT.search(str(dig(told, "message") or "")):
            return int(found[1])
        said, code = _plainly(str(dig(told, "message") or "it failed"), self._argv[0])
        write_all(stderr, f"{self._ref.short}: {said}\n".encode())
        return code


def _plainly(said: str, program: str) -> tuple[str, int]:
    name = clean(program, 200)
    if "not found" in said or "no such file" in said:
        return f"there is no {name} in it; try sh, or look into its image", NOT_THERE
    if "permission denied" in said:
        return f"{name} may not be run in it: permission denied", NOT_RUNNABLE
    return f"{name} could not be run: {redact(clean(said, 300))}", NOT_RUNNABLE


class Ends:
    """A websocket that is read and written by turns, from one thread.

    Whoever only wrote would wait for ever for a command that waits for us to read.
    """

    def __init__(self, connection: Any) -> None:
        self._ws = connection
        self._socket = connection.sock
        self.newest = connection.subprotocol == _PROTOCOLS[0]
        """Whether the server can be told that the input is at its end."""
        self._socket.setblocking(False)
        self._out = bytearray()
        self._parts = bytearray()
        self._heard = time.monotonic()
        self.over = False
        """Whether the other side has closed it."""

    @property
    def full(self) -> bool:
        """Whether so much waits that no more should be read for it."""
        return len(self._out) > _KEPT

    def queue(self, channel: int, data: bytes) -> None:
        """Send bytes on a channel as soon as there is room."""
        self._frame(bytes([channel]) + data)

    def half_close(self) -> None:
        """Say that no more is typed. Old servers have no word for it."""
        if self.newest:
            self.queue(_CLOSE, bytes([_STDIN]))

    def _frame(self, data: bytes, code: int | None = None) -> None:
        import websocket

        opcode = websocket.ABNF.OPCODE_BINARY if code is None else code
        self._out += websocket.ABNF.create_frame(data, opcode).format()

    def wait(self, stdin: int | None) -> bool:
        """Wait a moment until something can be done; say whether there is something typed."""
        others = [] if stdin is None else [stdin]
        pending = isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()
        write = [self._socket] if self._out else []
        tick = 0.0 if pending else TICK_S
        readable, _, _ = select.select([self._socket, *others], write, [], tick)
        return stdin is not None and stdin in readable

    def send(self) -> None:
        """Send what there is room for; now and then a sign of life, which proxies want."""
        import websocket

        if time.monotonic() - self._heard > _PING_S:
            self._heard = time.monotonic()
            self._frame(b"", websocket.ABNF.OPCODE_PING)
        while self._out:
            try:
                sent = self._socket.send(bytes(self._out[: 64 * 1024]))
            except _WAITING:
                return
            except OSError:
                # The other side hears nothing any more; what it had to say may still be read.
                self._out.clear()
                return
            del self._out[:sent]

    def receive(self) -> Iterator[tuple[int, bytes]]:
        """Yield what has come, each with its channel."""
        import websocket

        codes = websocket.ABNF
        while not self.over:
            try:
                frame = self._ws.recv_frame()
            except _WAITING:
                return
            except (websocket.WebSocketConnectionClosedException, OSError):
                self.over = True
                return
            except websocket.WebSocketException as error:
                raise Unreachable(f"the connection broke off: {clean(str(error), 200)}") from error
            self._heard = time.monotonic()
            if frame.opcode == codes.OPCODE_CLOSE:
                self.over = True
            elif frame.opcode == codes.OPCODE_PING:
                self._frame(frame.data, codes.OPCODE_PONG)
            elif frame.opcode in {codes.OPCODE_BINARY, codes.OPCODE_TEXT, codes.OPCODE_CONT}:
                self._parts += frame.data
                if frame.fin and self._parts:
                    data, self._parts = bytes(self._parts), bytearray()
                    yield data[0], data[1:]


@contextlib.contextmanager
def _opened(ready: Ready, address: str, timeout_s: float) -> Iterator[Ends]:
    """Open a websocket by the same way and login as all requests. Raises a ProviderError."""
    import websocket

    access = ready.access
    url = access.server.replace("http", "ws", 1) + address
    more: dict[str, Any] = {}
    if access.proxy:
        proxy = urlsplit(access.proxy)
        more = {
            "http_proxy_host": proxy.hostname, "http_proxy_port": proxy.port,
            "proxy_type": proxy.scheme,
        }  # fmt: skip
    try:
        connection = websocket.create_connection(
            url,
            timeout=timeout_s,
            header=[f"{name}: {value}" for name, value in bearing(ready).items()]
            + [f"{name}: {value}" for name, value in access.impersonate],
            subprotocols=list(_PROTOCOLS),
            sslopt=_trust(ready),
            suppress_origin=True,
            enable_multithread=False,
            skip_utf8_validation=True,
            **more,
        )
    except websocket.WebSocketBadStatusException as error:
        body = error.resp_body or b""
        headers = {str(k).lower(): str(v) for k, v in (error.resp_headers or {}).items()}
        raise faults.of_answer(error.status_code, headers, bytes(body), access.user) from error
    except websocket.WebSocketException as error:
        raise Unreachable(f"no command could be begun: {clean(str(error), 200)}") from error
    except OSError as error:
        raise faults.of_transport(error) from error
    try:
        yield Ends(connection)
    finally:
        if connection.sock is not None:
            connection.sock.close()


def _trust(ready: Ready) -> Raw:
    if not ready.access.server.startswith("https"):
        return {}
    made: Raw = {"context": tls(ready.access, ready.credential.cert, ready.credential.key)}
    if ready.access.server_name:
        made["server_hostname"] = ready.access.server_name
    return made
