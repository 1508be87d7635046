"""What can go wrong with a back end: what happened, where, and what the person can do."""

from __future__ import annotations

from typing import ClassVar

from fleetui.core.change import Phase
from fleetui.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure as data: it is kept in snapshots, shown in titles, and recorded."""

    code: str
    """One of the codes of the classes below."""
    what: str
    where: str
    hint: str = ""
    retry_after: float | None = None
    """Seconds that the back end asked us to wait."""

    @property
    def line(self) -> str:
        """One line for a title or for stderr."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} · {self.hint}" if self.hint else text


class ProviderError(Exception):
    """A back end could not be read; `hint` is what the person can do now."""

    code: ClassVar[str] = "failed"

    def __init__(
        self, what: str, *, where: str = "", hint: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint
        self.retry_after = retry_after

    def fault(self) -> Fault:
        """Return the failure as data."""
        return Fault(self.code, self.what, self.where, self.hint, self.retry_after)


class Unreachable(ProviderError):
    """No answer: refused, timed out, no such host, TLS failed."""

    code = "unreachable"


class AuthExpired(ProviderError):
    """The credential was good once, or was never given; only a person can mend it."""

    code = "auth_expired"


class Denied(ProviderError):
    """We are known, and this is not allowed."""

    code = "denied"


class Throttled(ProviderError):
    """Too many requests; `retry_after` says how long to wait where the back end does."""

    code = "throttled"


class NotFound(ProviderError):
    """The thing is not there."""

    code = "not_found"


class Conflict(ProviderError):
    """The thing is busy or has changed meanwhile."""

    code = "conflict"


class Invalid(ProviderError):
    """The back end rejects what we asked, or we cannot read what it answered."""

    code = "invalid"


class Left(ProviderError):
    """A session ended before its command did; what it had begun stays, as `what` says."""

    code = "left"

    def __init__(self, what: str, phase: Phase = Phase.FAILED, *, where: str = "") -> None:
        """`phase`: DONE where it was meant, CANCELLED where the person would not wait."""
        super().__init__(what, where=where)
        self.phase = phase
