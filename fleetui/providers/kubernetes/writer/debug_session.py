"""The terminal in a debug container: added where it has to be, waited for, attached to."""

from __future__ import annotations

import asyncio
import concurrent.futures
import select
import time
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from fleetui.core.change import Phase, Plan
from fleetui.core.clean import clean
from fleetui.core.errors import Left, ProviderError, Unreachable
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.writer import debugging
from fleetui.providers.kubernetes.writer.api import Api, Raw
from fleetui.providers.kubernetes.writer.deed import memo_of
from fleetui.providers.kubernetes.writer.shell import PodSession
from fleetui.providers.kubernetes.writer.target import Target, look
from fleetui.providers.lent import (
    PIPE_CLOSED,
    TICK_S,
    OutputClosed,
    raw_mode,
    typed,
    write_all,
)

T = TypeVar("T")
EVERY_S = 0.5
"""How often it is asked how the container is."""
PATIENCE_S = 5.0
"""How long its node may take to tell how it ended."""
_SLOW_S = 5.0
_CTRL_C, _LEAVE = b"\x03", b"\x1d"
_CALM = {"", "ContainerCreating", "PodInitializing", "ErrImagePull"}


class DebugSession(PodSession):
    """One debug container. Blocking, from the thread that owns the terminal."""

    def __init__(
        self,
        api: Api,
        loop: asyncio.AbstractEventLoop,
        plan: Plan,
        argv: Sequence[str],
        *,
        tty: bool,
    ) -> None:
        super().__init__(api, loop, plan.ref, argv, tty=tty)
        self._plan = plan
        self._name = memo_of(plan, "name")
        self._adds = memo_of(plan, "adds") == "yes"
        self._begun = not self._adds
        self._held = b""
        """What was typed before it ran."""
        self._stdin = 0
        self._stderr = 2

    def run(self, stdin: int, stdout: int, stderr: int) -> int:
        """Add it, wait until it runs, and lead the terminal to it; return its exit code.

        Raises a ProviderError; Left where it is there, and not entered or left as it runs.
        """
        self._stdin, self._stderr = stdin, stderr
        try:
            with raw_mode(stdin, wanted=self._tty):
                if self._adds:
                    self._await(debugging.add(self._api, self._plan, self._argv, tty=self._tty))
                    self._begun = True
                    self._say(f"{self._name} is added, {self._image}{self._way_out}")
                pod = self._started()
                if debugging.state_of(self._status(pod))[0] == "terminated":
                    self._print_log(stdout)
                    return self._ended(pod)
                return self._attached(pod, (stdin, stdout, stderr))
        except OutputClosed:
            return PIPE_CLOSED
        except Left:
            raise
        except ProviderError as error:
            error.where = error.where or str(self._ref)
            if self._begun and self._adds and not isinstance(error, Unreachable):
                raise Left(f"{self._name} is added, and: {error.fault().line}") from error
            raise

    @property
    def _image(self) -> str:
        return self._plan.ask.value("image")

    @property
    def _way_out(self) -> str:
        return " · Ctrl-C leaves it" if self._tty else ""

    def _started(self) -> Raw:
        """Wait until it runs, or has run; say why it does not. Raises Left."""
        said, began = "", time.monotonic()
        while True:
            pod = self._await(look(self._api, self._ref)).raw
            state, why = debugging.state_of(self._status(pod))
            if state != "waiting":
                return pod
            if not self._adds and not said:
                said = "it waits"
                self._say(f"{self._name} waits there, {self._image}{self._way_out}")
            calm = why.partition(":")[0] in _CALM
            if not calm and not self._tty:
                # Nobody is there who could wait, or leave.
                raise Left(f"{self._name} is added and does not run: {why}")
            if calm and time.monotonic() - began > _SLOW_S:
                why = why or "its node has not begun it yet"
            elif calm:
                why = ""
            if why and why != said:
                said = why
                self._say(f"{self._name}: {why}")
            self._rest(EVERY_S)

    def _attached(self, pod: Raw, streams: tuple[int, int, int]) -> int:
        """Lead the streams to it until it ends; return its exit code."""
        one = next(o for o in debugging.added(Target(self._ref, pod, ""))
                   if dig(o, "name") == self._name)  # fmt: skip
        # One that runs there has a terminal of its own, whatever ours is.
        tty = dig(one, "tty") is True
        if self._tty:
            self._say("Enter shows a prompt · exit ends it · Ctrl-] leaves it running")
        target, ready = self._await(self._ready())
        asked = {
            "container": self._name, "stdin": "true", "stdout": "true",
            "stderr": "false" if tty else "true", "tty": "true" if tty else "false",
        }  # fmt: skip
        said = self._carried(ready, f"{target.path}/attach?{urlencode(asked)}", streams)
        if not said:
            raise Unreachable(f"the connection broke off; {self._name} may run on")
        until = time.monotonic() + PATIENCE_S
        while True:
            pod = self._await(look(self._api, self._ref)).raw
            state, _ = debugging.state_of(self._status(pod))
            if state == "terminated":
                return self._ended(pod)
            if time.monotonic() > until:
                raise Left(f"the connection is at its end; {self._name} runs on")
            self._rest(EVERY_S)

    def _ended(self, pod: Raw) -> int:
        """Return its exit code, and say what its runtime says where it could not begin."""
        status = self._status(pod)
        code = dig(status, "state", "terminated", "exitCode")
        reason = str(dig(status, "state", "terminated", "reason") or "")
        if reason not in {"", "Completed", "Error"}:
            self._say(f"{self._name} ended: {debugging.state_of(status)[1]}")
        return code if isinstance(code, int) else 1

    def _print_log(self, stdout: int) -> None:
        """Write what it said before anybody could attach."""
        path = f"/api/v1/namespaces/{self._ref.scope.partition('/')[2]}/pods/{self._ref.name}/log"
        params = {"container": self._name}
        try:
            said = self._await(self._api.link.request("GET", path, params=params))
        except ProviderError as error:
            self._say(f"its log cannot be read: {clean(error.what, 200)}")
            return
        write_all(stdout, said.replace(b"\n", b"\r\n") if self._tty else said)

    def _status(self, pod: Raw) -> Raw:
        return debugging.status_of(pod, self._name)

    def _early(self) -> bytes:
        """Return what was typed while it was waited for."""
        early, self._held = self._held, b""
        return early

    def _typed(self, stdin: int) -> bytes:
        """Return what was typed. Raises Left where it is to be left as it runs."""
        read = typed(stdin)
        if self._tty and _LEAVE in read:
            raise Left(f"{self._name} runs on: D attaches to it again", Phase.DONE)
        return read

    # Waiting, with an ear for Ctrl-C: in a raw terminal it is a key like all others.

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        while True:
            try:
                return future.result(TICK_S)
            except (TimeoutError, concurrent.futures.TimeoutError):
                if future.done():
                    raise
                self._listen(0.0)

    def _rest(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._listen(min(left, TICK_S))

    def _listen(self, seconds: float) -> None:
        if not self._tty:
            time.sleep(seconds)
            return
        if not select.select([self._stdin], [], [], seconds)[0]:
            return
        read = typed(self._stdin)
        if not read:
            raise Left(f"its terminal was closed; {self._name} stays in the pod", Phase.CANCELLED)
        self._held += read
        if _CTRL_C in self._held:
            raise Left(
                f"{self._name} stays in the pod: D attaches to it once it runs" if self._begun
                else "left before it was certain that it was added", Phase.CANCELLED,
            )  # fmt: skip

    def _say(self, text: str) -> None:
        end = "\r\n" if self._tty else "\n"
        write_all(self._stderr, f"{clean(text, 400)}{end}".encode())
