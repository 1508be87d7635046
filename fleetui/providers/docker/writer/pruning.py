"""Removes what nobody uses: exactly what was shown, one by one, never what became unused since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fleetui.core import humanise
from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo
from fleetui.core.clean import clean
from fleetui.core.errors import NotFound, ProviderError, Unreachable
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.docker.containers import short_id
from fleetui.providers.docker.things import BUILT_IN
from fleetui.providers.docker.writer import looking, surroundings
from fleetui.providers.docker.writer.deed import ALLOWED, Deed, Job, Raw, memo_of, not_done
from fleetui.providers.docker.writer.images import remove_image
from fleetui.providers.docker.writer.removing import engine_ref
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.docker.writer.stores import remove_store
from fleetui.providers.docker.writer.values import yes
from fleetui.providers.documents import dig
from fleetui.providers.seen import compare, seen_text

_LISTED = 40


@dataclass(frozen=True, slots=True)
class Doomed:
    """One thing that nobody uses."""

    uid: str
    name: str
    size: int | None = None
    """Bytes that it frees; None where the engine does not tell."""


class _Prune(Deed):
    """What all of them share."""

    long = True
    kind: str
    word: str

    def doomed(self, link: SendingLink, ask: Ask, disk: Any) -> list[Doomed]:
        """Return what nobody uses now. `disk` is what the engine says of its sizes."""
        raise NotImplementedError

    def remove(self, link: SendingLink, uid: str) -> None:
        """Remove one. The engine refuses where somebody uses it now."""
        raise NotImplementedError

    def there(self, link: SendingLink) -> set[str]:
        """Return the ids of all of its kind."""
        raise NotImplementedError

    def cautions(self, found: list[Doomed], ask: Ask) -> list[Caution]:  # noqa: ARG002
        """Return what to know before."""
        return []

    def plan(self, link: SendingLink, ask: Ask) -> Plan:
        """List what would go, and what that frees."""
        found = self.doomed(link, ask, _disk(link) if self.kind != "networks" else None)
        known = [one.size for one in found if one.size is not None]
        frees = f"{humanise.size(sum(known))}" if known else ""
        if frees and self.kind == "images":
            # Layers that only these share are nobody's part, and go too.
            frees = f"at least {frees}"
        listed = tuple(
            (f"{self.word} {number}", f"{one.name}"
             + (f", {humanise.size(one.size)}" if one.size is not None else ""))
            for number, one in enumerate(found[:_LISTED], 1)
        )  # fmt: skip
        more = (("and", f"{len(found) - _LISTED} more"),) if len(found) > _LISTED else ()
        return Plan(
            ask=replace(ask, ref=engine_ref(link, self.kind)),
            differences=(Difference(f"unused {self.kind}", str(len(found)), "0"),) if found else (),
            facts=(*((("frees", frees),) if frees else ()), *listed, *more),
            cautions=tuple(self.cautions(found, ask)),
            steps=(f"remove {self._count(len(found))}, one by one, and no other",),
            undo=Undo("cannot be undone"),
            permission=ALLOWED,
            refused="" if found else f"there are no unused {self.kind}",
            members=len(found),
            seen=seen_text({"unused": ", ".join(sorted(one.uid for one in found))}),
            memo=(("uids", "\n".join(one.uid for one in found)),),
        )

    def _count(self, number: int) -> str:
        return f"{number} {self.word if number == 1 else self.kind}"

    def check(self, link: SendingLink, plan: Plan) -> None:
        """Raise where one of those listed is used or gone; that there are more is no matter."""
        now = {one.uid for one in self.doomed(link, plan.ask, None)}
        planned = memo_of(plan, "uids").split("\n")
        left = ", ".join(sorted(uid for uid in planned if uid in now))
        compare(plan.ref, plan.seen, {"unused": left})

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:
        """Remove each; one that is used meanwhile stays, and is told."""
        uids = memo_of(plan, "uids").split("\n")
        kept: list[str] = []
        for number, uid in enumerate(uids):
            if job.stop.is_set():
                text = f"{number - len(kept)} of {len(uids)} are removed, the rest stays"
                return Progress(Phase.CANCELLED, text, number, number, len(uids))
            job.tell(Progress(Phase.ROLLING, "removing", number, number, len(uids)))
            try:
                self.remove(link, uid)
            except NotFound:
                continue
            except Unreachable:
                raise
            except ProviderError as error:
                kept.append(f"{short_id(uid)}: {error.what}")
        gone = len(uids) - len(kept)
        if kept:
            text = f"{gone} of {len(uids)} are removed; {surroundings.some(kept, 3)}"
            return Progress(Phase.FAILED, text, gone, gone, len(uids))
        return Progress(Phase.DONE, f"{gone} removed", gone, gone, gone)

    def progress(self, link: SendingLink, plan: Plan) -> Progress:
        """Look which of them are left."""
        uids = memo_of(plan, "uids").split("\n")
        left = len(set(uids) & self.there(link))
        gone = len(uids) - left
        if not left:
            return Progress(Phase.DONE, f"{gone} removed", gone, gone, gone)
        now = not_done(link, plan, f"{gone} of {len(uids)} are removed", 2.0 * len(uids))
        return replace(now, updated=gone, ready=gone, total=len(uids))


def _disk(link: SendingLink) -> Any:
    """Return what the engine says of its disk; nothing where that takes too long."""
    try:
        return link.slowly(lambda client: client.df(), 30)
    except ProviderError:
        return None


def _each(raw: Any) -> list[Raw]:
    return [one for one in raw or () if isinstance(one, dict)] if isinstance(raw, list) else []


class PruneImages(_Prune):
    """Remove images without a name that no container uses."""

    kind, word = "images", "image"

    def doomed(self, link: SendingLink, ask: Ask, disk: Any) -> list[Doomed]:  # noqa: ARG002
        """Return those without a name; one that a container uses stays."""
        found = _each(link.call(lambda c: c.images(filters={"dangling": True})))
        used = {str(one.get("ImageID")) for one in looking.listed(link)}
        alone = {str(i.get("Id")): _alone(i) for i in _each(dig(disk, "Images"))}
        return [
            Doomed(uid, short_id(clean(uid, 80)), alone.get(uid))
            for one in found
            if (uid := str(one.get("Id"))) not in used
        ]

    def remove(self, link: SendingLink, uid: str) -> None:
        """Remove one by its id."""
        remove_image(link, uid)

    def there(self, link: SendingLink) -> set[str]:
        """Return the ids of all images."""
        return {str(one.get("Id")) for one in _each(link.call(lambda c: c.images()))}


def _alone(entry: Raw) -> int | None:
    size, shared = entry.get("Size"), entry.get("SharedSize")
    if not isinstance(size, int):
        return None
    return size - shared if isinstance(shared, int) and shared > 0 else size


class PruneVolumes(_Prune):
    """Remove volumes that no container mounts: anonymous ones, or all."""

    kind, word = "volumes", "volume"

    def doomed(self, link: SendingLink, ask: Ask, disk: Any) -> list[Doomed]:
        """Return the anonymous ones that nobody mounts; those with a name too for `all`."""
        raw = link.call(lambda c: c.volumes(filters={"dangling": True}))
        sizes = {
            str(v.get("Name")): dig(v, "UsageData", "Size") for v in _each(dig(disk, "Volumes"))
        }
        found = []
        for one in _each(dig(raw, "Volumes")):
            name = str(one.get("Name"))
            if yes(ask.value("all")) or surroundings.is_anonymous(name):
                size = sizes.get(name)
                known = size if isinstance(size, int) and size >= 0 else None
                text = short_id(name) if surroundings.is_anonymous(name) else clean(name, 200)
                found.append(Doomed(name, text, known))
        return found

    def cautions(self, found: list[Doomed], ask: Ask) -> list[Caution]:
        """Return that data is lost."""
        if not found:
            return []
        text = f"all data in {self._count(len(found))} is lost for good"
        first = Caution(text, grave=True)
        named = [one.name for one in found if not surroundings.is_anonymous(one.uid)]
        if yes(ask.value("all")) and named:
            text = f"those with a name too: {surroundings.some(named)}"
            return [first, Caution(text, grave=True)]
        return [first]

    def remove(self, link: SendingLink, uid: str) -> None:
        """Remove one."""
        remove_store(link, "volume", uid)

    def there(self, link: SendingLink) -> set[str]:
        """Return the names of all volumes."""
        raw = link.call(lambda c: c.volumes())
        return {str(one.get("Name")) for one in _each(dig(raw, "Volumes"))}


class PruneNetworks(_Prune):
    """Remove networks that no container is attached to."""

    kind, word = "networks", "network"

    def doomed(self, link: SendingLink, ask: Ask, disk: Any) -> list[Doomed]:  # noqa: ARG002
        """Return those without a container, running or not; the engine's own stay."""
        used: set[str] = set()
        for one in looking.listed(link):
            places = dig(one, "NetworkSettings", "Networks")
            for name, place in places.items() if isinstance(places, dict) else ():
                used |= {str(name), str(dig(place, "NetworkID") or "")}
        return [
            Doomed(str(one.get("Id")), clean(str(one.get("Name")), 200))
            for one in self._all(link)
            if one.get("Name") not in BUILT_IN
            and not one.get("Ingress")
            and not used & {str(one.get("Id")), str(one.get("Name"))}
        ]

    def _all(self, link: SendingLink) -> list[Raw]:
        call: Callable[[Any], Any] = lambda c: c.networks()  # noqa: E731
        return _each(link.call(call))

    def cautions(self, found: list[Doomed], ask: Ask) -> list[Caution]:  # noqa: ARG002
        """Return who may miss them."""
        text = "compose projects that are down make theirs anew with the next `up`"
        return [Caution(text)] if found else []

    def remove(self, link: SendingLink, uid: str) -> None:
        """Remove one."""
        remove_store(link, "network", uid)

    def there(self, link: SendingLink) -> set[str]:
        """Return the ids of all networks."""
        return {str(one.get("Id")) for one in self._all(link)}
