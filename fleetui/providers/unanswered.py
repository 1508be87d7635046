"""Why a request got no answer: what led to an error, in words that a person can act on."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator

from fleetui.core.clean import clean
from fleetui.core.errors import ProviderError, Unreachable
from fleetui.core.lazy_dataclass import dataclass

# What a handshake was waiting for when its time was over: no failure of TLS.
_NOT_YET = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
_BROKEN = frozenset({"RemoteProtocolError", "ReadError"})


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and all that led to it: groups, and those carried as an argument, too."""
    todo, seen = [error], set[int]()
    while todo:
        one = todo.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inside = [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            inside += one.exceptions
        todo.extend(cause for cause in inside if isinstance(cause, BaseException))


@dataclass(frozen=True, slots=True)
class Hints:
    """What can be done about each way to get no answer, at one back end."""

    no_host: str
    refused: str
    proxy: str
    late: str
    broken: str = ""
    broken_words: str = "the answer broke off"


def unanswered(
    error: BaseException, hints: Hints, of_tls: Callable[[ssl.SSLError], ProviderError]
) -> ProviderError:
    """Return why no answer came, from an error of the HTTP client.

    Only kinds and system messages are repeated, never an address with what is in it.
    """
    name = type(error).__name__
    for cause in causes(error):
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, _NOT_YET):
            return of_tls(cause)
        if isinstance(cause, socket.gaierror):
            return Unreachable("no such host", hint=hints.no_host)
        if isinstance(cause, ConnectionRefusedError):
            return Unreachable("connection refused", hint=hints.refused)
        if isinstance(cause, ConnectionResetError | BrokenPipeError):
            return Unreachable("connection reset")
    if "Proxy" in name:
        return Unreachable("the proxy did not let us through", hint=hints.proxy)
    if "Timeout" in name:
        what = "no connection in time" if "Connect" in name else "no answer in time"
        return Unreachable(what, hint=hints.late)
    if name in _BROKEN:
        return Unreachable(hints.broken_words, hint=hints.broken)
    system = next((c for c in causes(error) if isinstance(c, OSError) and c.strerror), None)
    return Unreachable(clean(str(getattr(system, "strerror", ""))).lower() or "connection failed")
