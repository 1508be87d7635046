"""A link that sends what changes something: no reader has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from fleetui.core.errors import Invalid, Unreachable
from fleetui.providers.docker.link import BASE, SLOW_TIMEOUT_S, Link
from fleetui.providers.docker.wire import Wire

if TYPE_CHECKING:
    from docker import APIClient


class SendingLink(Link):
    """Sends single requests, each on a connection of its own."""

    def send(
        self,
        method: str,
        path: str,
        params: dict[str, Any] | None = None,
        body: Any = None,
        timeout_s: float = 0.0,
    ) -> Any:
        """Send one request, once: on a new connection, which cannot have ended before.

        `timeout_s` is what the engine may take longer than others do. Returns the JSON of the
        answer, None where it has none.
        """

        def ask(client: APIClient) -> Any:
            url = f"{BASE}/v{self.api_version}{path}"
            answer = client.request(method, url, params=params, json=body, timeout=wait_s)
            answer.raise_for_status()
            return answer.json() if answer.content else None

        wait_s = self._settings.timeout + timeout_s
        self._ready()
        try:
            return self.slowly(ask, wait_s)
        except Invalid as error:
            if getattr(error.__cause__, "response", None) is not None:
                raise
            # No refusal, but an answer that cannot be read: it may have been done.
            raise Unreachable(f"its answer is lost: {error.what}", where=error.where) from error

    def lines(
        self,
        path: str,
        params: dict[str, Any],
        headers: dict[str, str],
        hold: Callable[[Wire], None],
    ) -> Iterator[bytes]:
        """Send one POST, once, and yield the lines of its answer; `hold` gets what cuts it."""
        try:
            self._ready()
            wire = self.wire()
            hold(wire)
            try:
                client = self._build(wire, 1)
                url = f"{BASE}/v{self.api_version}{path}"
                answer = client.post(
                    url, params=params, headers=headers, stream=True, timeout=SLOW_TIMEOUT_S
                )
                answer.raise_for_status()
                yield from answer.iter_lines()
            finally:
                self.drop(wire)
        except Exception as error:
            raise self._fault(error) from error
