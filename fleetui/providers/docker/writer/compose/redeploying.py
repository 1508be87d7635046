"""Makes the members of a service anew, from its file as it is now, and on a newer image."""

from __future__ import annotations

from fleetui.core.change import Ask, Caution, Difference, Plan, Progress, Undo, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import Invalid, NotFound, ProviderError
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.state import State
from fleetui.providers.docker.compose import Member
from fleetui.providers.docker.containers import short_id
from fleetui.providers.docker.writer import looking, pulling, redeploying, surroundings
from fleetui.providers.docker.writer.compose import rolling
from fleetui.providers.docker.writer.compose import unit as units
from fleetui.providers.docker.writer.compose.command import Compose
from fleetui.providers.docker.writer.compose.halfway import Rolling
from fleetui.providers.docker.writer.compose.rolling import ANEW, BESIDE, INSTEAD, Roll
from fleetui.providers.docker.writer.compose.service import Service, named
from fleetui.providers.docker.writer.compose.unit import Drift, Unit, Wanted
from fleetui.providers.docker.writer.deed import ALLOWED, Job, Raw, memo_of
from fleetui.providers.docker.writer.past_images import before_of
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.docker.writer.values import seconds, yes
from fleetui.providers.documents import dig
from fleetui.providers.seen import seen_text

_LEAST_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Target:
    """The image that is to run."""

    name: str
    text: str = ""
    digest: str = ""
    """What the registry has now, where it is pulled."""
    uid: str = ""
    """The image on this engine, where it is known."""
    pull: bool = False
    build: bool = False
    refused: str = ""
    cautions: tuple[Caution, ...] = ()

    @property
    def known(self) -> bool:
        """Whether it is known before it is here."""
        return bool(self.uid or self.digest)


@dataclass(frozen=True, slots=True)
class Known:
    """What a plan is made from."""

    unit: Unit
    wanted: Wanted
    drift: Drift
    raws: list[Raw]
    """The inspections of the members that are to be made anew."""
    old: tuple[Member, ...]
    target: Target
    way: str
    sharing: tuple[str, ...]

    @property
    def service(self) -> Service:
        """What the file says."""
        return self.wanted.service


class Redeploy(Rolling):
    """Member by member, and back where one never gets well."""

    verb = Verb.REDEPLOY

    def plan(self, link: SendingLink, ask: Ask) -> Plan:
        """Say which image and which configuration would run, and how it gets there."""
        known = self.known(link, ask)
        unit, target, before = known.unit, known.target, image_before(link, known)
        wait_s = seconds(ask.value("timeout"), _patience(known.raws))
        return Plan(
            ask=Ask(self.verb, ask.ref, (*self.values(target), ("timeout", f"{wait_s:.0f}s"))),
            differences=tuple(_differences(known, before)),
            facts=(
                *units.facts_of(unit, known.wanted, known.drift),
                *((("image now", before), ("image then", target.text)) if not target.known else ()),
            ),
            cautions=tuple(_cautions(known)),
            steps=_steps(known, wait_s),
            undo=_undo(ask, known),
            permission=ALLOWED,
            refused=target.refused or _refused(known),
            members=len(known.old),
            seen=seen_text({**unit.seen(), "image": short_id(known.drift.image_id)}),
            memo=(
                ("old", ",".join(m.summary.id for m in known.old)),
                ("others", ",".join(m.summary.id for m in unit.members if m not in known.old)),
                ("hash", known.wanted.hash),
                ("way", known.way),
                ("image_name", known.drift.image_name),
                ("named_before", known.drift.image_id),
                ("before", _one_image(known)),
                ("digest", target.digest),
            ),
        )

    def known(self, link: SendingLink, ask: Ask) -> Known:
        """Look at all that a plan is made from."""
        unit = units.look(link, ask.ref)
        wanted = Wanted.read(Compose(link, unit.project, unit.files), unit)
        drift = units.drift_of(link, unit, wanted)
        old = tuple(m for m in unit.wanted if m.summary.state != "created")
        raws = units.inspected(link, old)
        entries = looking.listed(link)
        sharing = {name for raw in raws for name in surroundings.sharing_of(raw, entries)}
        target = self.target(link, ask, wanted.service, drift)
        return Known(
            unit, wanted, drift, raws, old, target,
            way_of(wanted.service, raws), tuple(sorted(sharing)),
        )  # fmt: skip

    def values(self, target: Target) -> tuple[tuple[str, str], ...]:
        """Return the ask's values, worked out."""
        return (
            ("pull", "yes" if target.pull else "no"),
            ("build", "yes" if target.build else "no"),
        )

    def target(self, link: SendingLink, ask: Ask, service: Service, drift: Drift) -> Target:
        """Return which image is to run: the registry's, one that is built now, or the engine's."""
        name = drift.image_name
        if ask.value("image") and ask.value("image") != name:
            raise Invalid(f"the file says which image it runs: {name}",
                          hint="change the file; to go back to an image: rollback")  # fmt: skip
        if yes(ask.value("build")):
            refused = "" if service.builds else "the file does not say how to build it"
            return Target(name, f"{name}, built now", build=True, refused=refused)
        word = ask.value("pull")
        pull = yes(word) if word else service.pulls and not service.builds
        if pull and not pulling.is_id(name):
            return _of_registry(link, name)
        here = looking.image(link, name)
        if here is None:
            text = f"the engine has no image {name}: build=yes or pull=yes gets it"
            return Target(name, name, refused=text)
        return Target(name, pulling.label(here, name), uid=str(here["Id"]))

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:
        """Get the image, then go from member to member."""
        unit = units.look(link, plan.ref)
        compose = Compose(link, unit.project, unit.files)
        if compose.hash(unit.service) != memo_of(plan, "hash"):
            raise Invalid("the file has changed since this was planned", hint="plan it anew")
        self.get(link, plan, job, compose)
        return Roll(link, plan, job, compose).go()

    def get(self, link: SendingLink, plan: Plan, job: Job, compose: Compose) -> None:
        """Have the image here under the file's name. Raises a ProviderError."""
        name = memo_of(plan, "image_name")
        if plan.ask.value("build") == "yes":
            compose.build(job, plan.ref.name.partition("/")[2])
        if plan.ask.value("pull") == "yes":
            pulling.pull_first(link, name, job)
            digest = memo_of(plan, "digest")
            known = [str(one) for one in dig(looking.image(link, name), "RepoDigests") or ()]
            if digest and not any(one.endswith(digest) for one in known):
                rolling.name_again(link, plan)
                raise Invalid(f"{clean(name, 200)} is another image now than the plan says",
                              hint="plan anew to run it")  # fmt: skip


class Rollback(Redeploy):
    """To an image from before, by giving it the file's name again on this engine."""

    verb = Verb.ROLLBACK

    def target(self, link: SendingLink, ask: Ask, service: Service, drift: Drift) -> Target:  # noqa: ARG002
        """Return the image that is named, or the newest before the one that runs."""
        name = drift.image_name
        if "@" in name or pulling.is_id(name):
            return Target(name, name, refused="the file names one very image: change the file")
        asked = ask.value("image") or ask.value("revision")
        found = looking.image(link, asked) if asked else before_of(link, name, drift.image_id)
        if found is None:
            text = (f"the engine has no image {clean(asked, 200)}" if asked else
                    "no image from before is known here: give image=ID of one that is")  # fmt: skip
            return Target(name, name, refused=text)
        uid = str(found["Id"])
        caution = Caution(
            f"{name} means {short_id(uid)} on this engine then, until it is pulled or built anew"
        )
        # As the members that run it are told, so that an undo knows it again.
        return Target(name, pulling.label(found, name), uid=uid, cautions=(caution,))

    def values(self, target: Target) -> tuple[tuple[str, str], ...]:
        """Return the ask with the image by its id."""
        return (("image", target.uid),)

    def get(self, link: SendingLink, plan: Plan, job: Job, compose: Compose) -> None:  # noqa: ARG002
        """Give the image from before the file's name."""
        if not rolling.tag(link, plan.ask.value("image"), memo_of(plan, "image_name")):
            raise NotFound("the image from before is gone from this engine")


def _of_registry(link: SendingLink, name: str) -> Target:
    try:
        digest = pulling.distributed(link, name)
    except ProviderError as error:
        if isinstance(error, pulling.REFUSALS):
            no = f"the registry: {error.fault().line} (pull=no takes what the engine has)"
            return Target(name, "what the registry has", pull=True, refused=no)
        return Target(name, "what the registry has", pull=True, cautions=(pulling.doubt(error),))
    return Target(name, pulling.labelled(name, digest), digest, pull=True)


def way_of(service: Service, raws: list[Raw]) -> str:
    """Return how one member follows another: beside it, instead of it, or anew in its place."""
    anonymous = any(unnamed for raw in raws for _name, unnamed in surroundings.volumes_of(raw))
    if service.container_name or service.by_compose or (anonymous and len(raws) == 1):
        return ANEW
    if service.room is not None and service.room <= len(raws):
        return INSTEAD
    return BESIDE


def image_before(link: SendingLink, known: Known) -> str:
    """Return the image of the oldest member as a plan writes it."""
    if not known.raws:
        return ""
    uid = str(known.raws[0].get("Image"))
    found = looking.image(link, uid)
    name = str(dig(known.raws[0], "Config", "Image") or "")
    return pulling.label(found, name) if found else short_id(uid)


def _differences(known: Known, before: str) -> list[Difference]:
    found = []
    # What nobody knows before it is here would, in an undo, be held against what came.
    if known.target.known and before != known.target.text:
        found.append(Difference("image", before, known.target.text))
    hashes = sorted({units.hash_of(m)[:12] for m in known.old})
    if hashes != [known.wanted.hash[:12]]:
        found.append(Difference("configuration", ", ".join(hashes), known.wanted.hash[:12]))
    return found


def _refused(known: Known) -> str:
    unit, service = known.unit, known.service
    waiting = service.waited_for or unit.waited_for
    if waiting:
        return f"it is a one-shot job, which {named(waiting)} waits for: it would run again"
    if not known.old:
        down = "its members have ended (exit code 0)" if unit.ended_well else "none of it is up"
        return f"{down}: start it first, so that the new ones can be proved"
    if any(m.row.state is State.PAUSED for m in known.old):
        return "a member is paused: unpause it first"
    if len(known.raws) != len(known.old):
        return "its members are changing just now: look again"
    if known.way == ANEW and len(known.old) > 1:
        why = service.by_compose or service.why
        return f"{why}: compose would make all {len(known.old)} anew at one time"
    return ""


def _cautions(known: Known) -> list[Caution]:
    service, count, target = known.service, len(known.old), known.target
    found = list(target.cautions)
    hashes = {units.hash_of(m) for m in known.old}
    if hashes == {known.wanted.hash} and target.uid and not known.drift.image and (
        target.uid == known.drift.image_id
    ):  # fmt: skip
        found.append(Caution("image and configuration are the same: members are only made anew"))
    if known.way == INSTEAD:
        text = f"one member is missing at a time: {service.why}"
        found.append(Caution(text if count > 1 else f"nobody answers in between: {service.why}"))
    if known.way == ANEW:
        why = service.by_compose or service.why or "its volumes without a name go with it"
        text = f"nobody answers in between, and the old one is not kept: {why}"
        found.append(Caution(text, grave=True))
    elif any(unnamed for raw in known.raws for _name, unnamed in surroundings.volumes_of(raw)):
        text = "what is in its volumes without a name does not go along to the new members"
        found.append(Caution(text, grave=True))
    if known.way != ANEW:
        found.append(Caution("the new members get the next numbers in their names"))
    if count != service.replicas:
        found.append(Caution(f"it keeps its {count} members; the file says {service.replicas}"))
    if stray := len(known.unit.members) - count:
        found.append(Caution(f"{stray} of its containers are down, and stay as they are"))
    if known.sharing:
        text = f"{named(known.sharing)} lose their network with it, until they are made anew"
        found.append(Caution(text, grave=True))
    found.append(Caution("what its members wrote outside of volumes, and their logs, are lost"))
    return found


def _undo(ask: Ask, known: Known) -> Undo:
    if {units.hash_of(m) for m in known.old} != {known.wanted.hash}:
        return Undo("cannot by itself: the file has changed; put its old text back, then redeploy")
    uid = _one_image(known)
    if not uid or "@" in known.drift.image_name:
        return Undo("cannot: its members run several images")
    back = Ask(Verb.ROLLBACK, ask.ref, (("image", uid),))
    return Undo(f"roll back to the image {short_id(uid)}, while it is on this engine", back)


def _one_image(known: Known) -> str:
    """Return the image that all members run; nothing where they run several."""
    images = {str(raw.get("Image")) for raw in known.raws}
    return images.pop() if len(images) == 1 else ""


def _steps(known: Known, wait_s: float) -> tuple[str, ...]:
    target, count = known.target, len(known.old)
    first = [f"pull {target.name}"] if target.pull else []
    first += [f"build {target.name}"] if target.build else []
    if known.way == ANEW:
        back = "if it is not, make it anew on the image before"
        return (*first, "compose makes it anew in its place",
                f"wait until it is well, {wait_s:.0f} s at most; {back}")  # fmt: skip
    checked = any(redeploying.has_check(raw) for raw in known.raws)
    well = f"its check passes, {wait_s:.0f} s at most" if checked else "it has run for a while"
    middle = (
        ("start it, and wait until " + well, "stop an old one, and keep it")
        if known.way == BESIDE
        else ("stop an old one, and keep it", "start the new one, and wait until " + well)
    )
    return (
        *first,
        f"{count} times, one after another: compose makes a new member",
        *middle,
        "when all are well, remove the old ones",
        "if one is not, remove the new ones and start the old ones",
    )


def _patience(raws: list[Raw]) -> float:
    """Return for how long a member's check may take until it passes, in seconds."""
    return max((redeploying.patience_of(raw) for raw in raws), default=_LEAST_WAIT_S)
