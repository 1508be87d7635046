"""Removes and renames containers."""

from __future__ import annotations

import re
from dataclasses import replace

from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import Invalid, NotFound
from fleetui.core.ref import Ref
from fleetui.providers.docker.containers import short_id
from fleetui.providers.docker.writer import looking, surroundings
from fleetui.providers.docker.writer.deed import ALLOWED, Deed, Job, Raw, not_done
from fleetui.providers.docker.writer.lifecycle import refusal
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.docker.writer.values import yes
from fleetui.providers.seen import compare, seen_text

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")


class RemoveContainer(Deed):
    """Remove a container, and its anonymous volumes where that is asked for."""

    def plan(self, link: SendingLink, ask: Ask) -> Plan:
        """Say what goes with it, and what stays."""
        raw = looking.container(link, ask.ref)
        force, too = yes(ask.value("force")), yes(ask.value("volumes"))
        up = looking.is_up(raw)
        anonymous = [name for name, unnamed in surroundings.volumes_of(raw) if unnamed]
        sharing = surroundings.sharing_of(raw, looking.listed(link))
        refused = refusal(raw, Verb.REMOVE)
        if up and not force:
            refused = f"it is {looking.status_of(raw)}: stop it first, or remove it with force=yes"
        elif up:
            refused = ""
        return Plan(
            ask=ask,
            differences=(Difference("container", looking.status_of(raw), "removed"),),
            facts=surroundings.facts_of(raw, link.server_now(), sharing),
            cautions=tuple(_cautions(raw, anonymous, sharing, up=up, too=too)),
            steps=(("kill it, and remove it" if up else "remove it")
                   + (" with its anonymous volumes" if too and anonymous else ""),),
            undo=Undo("cannot be undone: what it wrote outside of volumes, and its log, are gone"),
            permission=ALLOWED,
            refused=refused,
            seen=seen_text(looking.condition(raw)),
        )  # fmt: skip

    def check(self, link: SendingLink, plan: Plan) -> None:
        """Raise where it is not what it was."""
        compare(plan.ref, plan.seen, looking.condition(looking.container(link, plan.ref)))

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:  # noqa: ARG002
        """Send it."""
        ask = plan.ask
        params = {
            "v": "1" if yes(ask.value("volumes")) else "0",
            "force": "1" if yes(ask.value("force")) else "0",
        }
        link.send("DELETE", f"/containers/{plan.ref.uid}", params, timeout_s=20)
        return Progress(Phase.DONE)

    def progress(self, link: SendingLink, plan: Plan) -> Progress:
        """Look whether it is gone."""
        found = looking.by_id(link, plan.ref.uid)
        if found is None:
            return Progress(Phase.DONE)
        return not_done(link, plan, f"it is there: {looking.status_of(found)}", 20)


def _cautions(
    raw: Raw, anonymous: list[str], sharing: list[str], *, up: bool, too: bool
) -> list[Caution]:
    found = [Caution("what it wrote outside of volumes, and its log, are lost", grave=True)]
    if up:
        found.append(Caution("it is running: it is killed, without a chance to finish", grave=True))
    if up and sharing:
        text = f"{surroundings.some(sharing)} lose their network with it"
        found.append(Caution(text, grave=True))
    names = surroundings.some([short_id(name) for name in anonymous])
    if anonymous and too:
        found.append(Caution(f"its anonymous volumes go too, with their data: {names}", grave=True))
    elif anonymous:
        found.append(
            Caution(f"its anonymous volumes stay, unused: {names} (volumes=yes takes them)")
        )
    named = [name for name, unnamed in surroundings.volumes_of(raw) if not unnamed]
    if named:
        found.append(Caution(f"named volumes stay: {surroundings.some(named)}"))
    return [*found, *surroundings.of_owner(raw, "the next `up` makes it anew")]


class Rename(Deed):
    """Give a container another name."""

    def plan(self, link: SendingLink, ask: Ask) -> Plan:
        """Say who would have which name."""
        name = ask.value("name").strip()
        if _NAME.fullmatch(name) is None:
            hint = "letters, digits, _ . and -, at least two, beginning with a letter or a digit"
            raise Invalid(f"{clean(name, 80)!r} is no name for a container", hint=hint)
        raw = looking.container(link, ask.ref)
        before = looking.name_of(raw)
        taken = name != before and looking.by_name(link, name) is not None
        cautions = surroundings.of_owner(raw, "it looks for its containers by their names")
        networks = dict(surroundings.facts_of(raw, 0.0)).get("networks", "")
        if networks and networks != "bridge":
            text = "who reaches it by its name in its networks must use the new one"
            cautions.append(Caution(text))
        back = Ask(Verb.RENAME, replace(ask.ref, name=name), (("name", before),))
        return Plan(
            ask=ask,
            differences=(Difference("name", before, name),) if name != before else (),
            facts=surroundings.facts_of(raw, link.server_now()),
            cautions=tuple(cautions),
            steps=(f"rename it to {name}",),
            undo=Undo(f"rename it back to {before}", back),
            permission=ALLOWED,
            refused=f"{name} is the name of another container" if taken
            else refusal(raw, Verb.RENAME),
            seen=seen_text(_who(raw)),
        )  # fmt: skip

    def check(self, link: SendingLink, plan: Plan) -> None:
        """Raise where it has another name already."""
        compare(plan.ref, plan.seen, _who(looking.container(link, plan.ref)))

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:  # noqa: ARG002
        """Send it."""
        rename(link, plan.ref.uid, plan.ask.value("name"))
        return Progress(Phase.DONE)

    def progress(self, link: SendingLink, plan: Plan) -> Progress:
        """Look what it is called."""
        try:
            name = looking.name_of(looking.container(link, plan.ref))
        except NotFound as error:
            return Progress(Phase.FAILED, error.what)
        if name == plan.ask.value("name"):
            return Progress(Phase.DONE)
        return not_done(link, plan, f"it is called {name}")


def _who(raw: Raw) -> dict[str, str]:
    return {"id": short_id(raw["Id"]), "name": looking.name_of(raw)}


def rename(link: SendingLink, uid: str, name: str) -> None:
    """Send a rename."""
    link.send("POST", f"/containers/{uid}/rename", {"name": name})


def engine_ref(link: SendingLink, kind: str) -> Ref:
    """Return what stands for all things of a kind on an engine."""
    return Ref("docker", link.scope, kind, link.scope, link.scope)
