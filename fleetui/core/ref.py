"""Identity: which thing, on which back end, under which account or host."""

from __future__ import annotations

from collections.abc import Iterable

from fleetui.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """Names one thing for ever; `uid` is the back end's own id, so a namesake is another thing.

    `scope` is the account/region, context/namespace or host; `kind` is the back end's
    short word (`asg`, `deploy`, `container`), not the kind of a pane.
    """

    provider: str
    scope: str
    kind: str
    uid: str
    name: str

    def __str__(self) -> str:
        """Return `provider/scope/kind/name`, as people type it."""
        return f"{self.provider}/{self.scope}/{self.kind}/{self.name}"

    @property
    def place(self) -> tuple[str, str]:
        """The (provider, scope) that the config names: the part of a scope before its slash."""
        return self.provider, self.scope.partition("/")[0]

    @property
    def short(self) -> str:
        """`kind/name`, enough where the place is shown beside it."""
        return f"{self.kind}/{self.name}"


class RefNotFoundError(LookupError):
    """No known thing ends with the words given."""


class RefAmbiguousError(LookupError):
    """More than one thing ends with the words given; `candidates` says which."""

    def __init__(self, text: str, candidates: tuple[Ref, ...]) -> None:
        names = ", ".join(str(ref) for ref in candidates[:5])
        more = f" and {len(candidates) - 5} more" if len(candidates) > 5 else ""
        super().__init__(f"{text!r} could be {names}{more}")
        self.candidates = candidates


def resolve(text: str, refs: Iterable[Ref]) -> Ref:
    """Find the one ref that is `text` or ends with it at a slash.

    A full match wins over an ending. Raises RefNotFoundError or RefAmbiguousError.
    """
    wanted = text.strip().strip("/")
    ending = "/" + wanted
    found: list[Ref] = []
    for ref in refs:
        full = str(ref)
        if full == wanted:
            return ref
        if full.endswith(ending):
            found.append(ref)
    if not found:
        raise RefNotFoundError(f"nothing is called {text!r}")
    if len(found) > 1:
        raise RefAmbiguousError(text, tuple(sorted(found)))
    return found[0]
