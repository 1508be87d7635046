"""Pulls and removes images."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from fleetui.core import humanise
from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo
from fleetui.core.clean import clean
from fleetui.core.errors import ProviderError
from fleetui.providers.docker.containers import short_id
from fleetui.providers.docker.writer import looking, pulling, surroundings
from fleetui.providers.docker.writer.deed import ALLOWED, Deed, Job, Raw, memo_of, not_done
from fleetui.providers.docker.writer.lifecycle import with_value
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.documents import dig
from fleetui.providers.seen import compare, seen_text

_ABSENT = "not here"


class PullImage(Deed):
    """Fetch what a registry has for a name now."""

    long = True

    def plan(self, link: SendingLink, ask: Ask) -> Plan:
        """Ask the registry what it has, without fetching it."""
        name = ask.value("image") or ask.ref.name
        here = looking.image(link, name)
        before = pulling.label(here, name) if here else _ABSENT
        refused, digest, after, cautions = "", "", "what the registry has", []
        if pulling.is_id(name):
            refused = "it has no name that a registry could know: give one with image="
        else:
            try:
                digest = pulling.distributed(link, name)
                after = pulling.labelled(name, digest)
            except pulling.REFUSALS as error:
                refused = f"the registry: {error.fault().line}"
            except ProviderError as error:
                cautions.append(pulling.doubt(error))
        users = looking.users_of_image(link, str(here["Id"])) if here else []
        if here and users and after != before:
            text = f"{surroundings.some(users)} go on with the old one until they are redeployed"
            cautions.append(Caution(text))
        if here and after != before:
            cautions.append(Caution("the old one stays, without this name, until it is pruned"))
        moved = (Difference("image", before, after),) if after != before else ()
        return Plan(
            ask=with_value(ask, "image", name),
            differences=moved,
            facts=(("registry", "has what is here already"),) if here and not moved else (),
            cautions=tuple(cautions),
            steps=(f"pull {clean(name, 200)}",),
            undo=Undo("cannot be undone: the name moves on; the old image stays under its id"),
            permission=ALLOWED,
            refused=refused,
            seen=seen_text({"id": short_id(str(here["Id"])) if here else ""}),
            memo=(("digest", digest), ("image", str(here["Id"]) if here else "")),
        )

    def check(self, link: SendingLink, plan: Plan) -> None:
        """Raise where the name is another image's now."""
        here = looking.image(link, plan.ask.value("image"))
        compare(plan.ref, plan.seen, {"id": short_id(str(here["Id"])) if here else ""})

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:
        """Pull it, and look what came."""
        pulling.pull(link, plan.ask.value("image"), job)
        now = self.progress(link, plan)
        return replace(now, phase=Phase.DONE) if now.phase is Phase.ROLLING else now

    def progress(self, link: SendingLink, plan: Plan) -> Progress:
        """Look what has the name now."""
        name, before = plan.ask.value("image"), memo_of(plan, "image")
        here = looking.image(link, name)
        if here is None:
            return not_done(link, plan, "it is not here")
        came = any(str(one).endswith(memo_of(plan, "digest") or "none")
                   for one in dig(here, "RepoDigests") or ())  # fmt: skip
        text = f"{pulling.label(here, name)}, {humanise.size(dig(here, 'Size'))}"
        if came or str(here["Id"]) != before:
            return Progress(Phase.DONE, text)
        return not_done(link, plan, f"it is the one from before: {text}")


class RemoveImage(Deed):
    """Take a name from an image, or all of them, and with the last one the image."""

    def plan(self, link: SendingLink, ask: Ask) -> Plan:
        """Say whether it is only untagged or deleted, and who uses it."""
        raw = _there(link, ask)
        tags, one = tags_of(raw), ask.value("image")
        users = looking.users_of_image(link, str(raw["Id"]))
        doomed = [one] if one else tags
        left = [tag for tag in tags if tag not in doomed]
        refused = ""
        if one and one not in tags:
            refused = f"it is not called {clean(one, 100)}"
        elif users and not left:
            refused = f"used by {surroundings.some(users)}: remove those first"
        text = f"untag {surroundings.some(doomed)}" if doomed else "delete it by its id"
        end = "; the image stays as " + surroundings.some(left) if left else ", and delete it"
        return Plan(
            ask=ask,
            differences=(
                Difference("tags", surroundings.some(tags) or "none",
                           surroundings.some(left) if left else "deleted"),
            ),
            facts=tuple(pair for pair in (
                ("size", humanise.size(dig(raw, "Size"))),
                ("used by", surroundings.some(users)),
            ) if pair[1]),
            cautions=(() if left else (_lost(raw),)),
            steps=(text + (end if doomed else ""),),
            undo=Undo("cannot be undone here: pull or build it again"),
            permission=ALLOWED,
            refused=refused,
            seen=seen_text(_condition(link, raw)),
            memo=(("tags", "\n".join(doomed)), ("left", str(len(left)))),
        )  # fmt: skip

    def check(self, link: SendingLink, plan: Plan) -> None:
        """Raise where it has other names or users now."""
        compare(plan.ref, plan.seen, _condition(link, _there(link, plan.ask)))

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:  # noqa: ARG002
        """Take one name after the other; without force, the engine keeps what is used."""
        names = memo_of(plan, "tags").split("\n") if memo_of(plan, "tags") else [plan.ref.uid]
        gone: list[str] = []
        for name in names:
            try:
                remove_image(link, name)
            except ProviderError as error:
                if not gone:
                    raise
                text = f"{surroundings.some(gone)} are gone; {name} is not: {error.fault().line}"
                return Progress(Phase.FAILED, text)
            gone.append(name)
        return self.progress(link, plan)

    def progress(self, link: SendingLink, plan: Plan) -> Progress:
        """Look whether its names, or all of it, are gone."""
        raw = looking.image(link, plan.ref.uid)
        if raw is None:
            return Progress(Phase.DONE, "deleted")
        names = memo_of(plan, "tags").split("\n")
        there = [tag for tag in tags_of(raw) if tag in names]
        if there or not memo_of(plan, "tags"):
            return not_done(link, plan, f"it is there: {surroundings.some(there) or 'by its id'}")
        if memo_of(plan, "left") == "0":
            return Progress(Phase.DONE, "untagged; other images are built on it, so it stays")
        return Progress(Phase.DONE, f"untagged; it stays as {surroundings.some(tags_of(raw))}")


def _there(link: SendingLink, ask: Ask) -> Raw:
    found = looking.image(link, ask.ref.uid or ask.ref.name)
    if found is not None:
        return found
    other = looking.image(link, ask.ref.name)
    raise looking.gone(ask.ref, "image", str(dig(other, "Id") or ""))


def _condition(link: SendingLink, raw: Raw) -> dict[str, Any]:
    return {
        "id": short_id(str(raw["Id"])),
        "tags": ", ".join(tags_of(raw)),
        "users": ", ".join(looking.users_of_image(link, str(raw["Id"]))),
    }


def _lost(raw: Raw) -> Caution:
    if dig(raw, "RepoDigests"):
        return Caution("it must be pulled again to be used")
    return Caution("it came from no registry: it must be built again to be used", grave=True)


def tags_of(raw: Raw) -> list[str]:
    """Return an image's names."""
    return sorted(clean(str(tag), 300) for tag in dig(raw, "RepoTags") or ())


def remove_image(link: SendingLink, name: str) -> None:
    """Send the removal of a name, or of an image by its id where it has none."""
    link.send("DELETE", f"/images/{quote(name, safe=':/@')}", {"force": "0"}, timeout_s=60)
