"""The earlier revisions of a workload, as its server keeps them."""

from __future__ import annotations

import copy

from fleetui.core.clean import clean
from fleetui.core.errors import Invalid
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.writer.api import Api, Raw
from fleetui.providers.kubernetes.writer.target import Target, owned, same

_HASH = "pod-template-hash"
_NUMBER = "deployment.kubernetes.io/revision"
CAUSE = "kubernetes.io/change-cause"


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision."""

    number: int
    template: Raw
    raw: Raw
    """The ReplicaSet or ControllerRevision that keeps it."""
    cause: str = ""

    @property
    def text(self) -> str:
        """`3 (web:1.2, made 2026-01-05)`."""
        images = ", ".join(
            clean(str(dig(one, "image") or ""), 80)
            for one in dig(self.template, "spec", "containers") or ()
        )
        made = clean(str(dig(self.raw, "metadata", "creationTimestamp") or "")[:10])
        return f"{self.number} ({images}{f', made {made}' if made else ''})"


async def history(api: Api, target: Target) -> list[Revision]:
    """Return what the server keeps of a workload's revisions, the newest first."""
    deployment = target.ref.kind == "deploy"
    word = "replicasets" if deployment else "revisions"
    items = await api.items(word, target.namespace, labelSelector=target.selector)
    mine = owned(items, target.uid)
    found = [_of_set(one) if deployment else _of_revision(one) for one in mine]
    return sorted((one for one in found if one.number), key=lambda r: r.number, reverse=True)


def current(target: Target, revisions: list[Revision]) -> Revision | None:
    """Return the revision that is wanted now; None where the server has not made it yet."""
    return next((one for one in revisions if same(one.template, target.template)), None)


def chosen(target: Target, revisions: list[Revision], text: str) -> Revision:
    """Return the revision that a person means; without a word the one before. Raises Invalid."""
    now = current(target, revisions)
    if text and not text.isdecimal():
        raise Invalid(f"{clean(text, 40)!r} is no revision", hint=_kept(revisions))
    if text:
        found = next((one for one in revisions if one.number == int(text)), None)
        if found is None:
            raise Invalid(f"revision {clean(text, 20)} is not kept", hint=_kept(revisions))
        return found
    older = [one for one in revisions if now is None or one.number < now.number]
    if not older:
        raise Invalid("no earlier revision of it is kept", hint=_kept(revisions))
    return older[0]


def _kept(revisions: list[Revision]) -> str:
    return f"kept: {'; '.join(one.text for one in revisions[:8]) or 'none'}"


def _of_set(raw: Raw) -> Revision:
    template = copy.deepcopy(dig(raw, "spec", "template") or {})
    labels = dig(template, "metadata", "labels")
    if isinstance(labels, dict):
        labels.pop(_HASH, None)
    notes = dig(raw, "metadata", "annotations")
    text = str(dig(notes, _NUMBER) or "")
    cause = str(dig(notes, CAUSE) or "")
    return Revision(int(text) if text.isdecimal() else 0, template, raw, cause)


def _of_revision(raw: Raw) -> Revision:
    template = copy.deepcopy(dig(raw, "data", "spec", "template") or {})
    template.pop("$patch", None)
    found = raw.get("revision")
    cause = str(dig(raw, "metadata", "annotations", CAUSE) or "")
    return Revision(found if isinstance(found, int) else 0, template, raw, cause)
