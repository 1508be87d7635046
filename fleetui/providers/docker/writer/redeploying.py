"""Makes a container anew on another image, and keeps the old one until the new one is well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fleetui.core.change import Ask, Caution, Difference, Plan, Progress, Undo, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import Invalid, NotFound, ProviderError
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.ref import Ref
from fleetui.providers.docker.containers import short_id
from fleetui.providers.docker.writer import copying, looking, pulling, surroundings, swapping
from fleetui.providers.docker.writer.deed import ALLOWED, Job, Raw
from fleetui.providers.docker.writer.halfway import Swapping
from fleetui.providers.docker.writer.past_images import before_of
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.docker.writer.values import seconds
from fleetui.providers.documents import dig
from fleetui.providers.seen import compare, seen_text

_LEAST_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The image that is to be run."""

    name: str
    digest: str = ""
    """What the registry has for it now; empty where it is not asked."""
    text: str = ""
    refused: str = ""
    pull: bool = False
    doubt: tuple[Caution, ...] = ()

    @property
    def known(self) -> bool:
        """Whether it is known before it is here."""
        return bool(self.digest) or not self.pull


class Redeploy(Swapping):
    """Recreate on a newer image with the same configuration."""

    def plan(self, link: SendingLink, ask: Ask) -> Plan:
        """Say which image it would run, and what is kept until then."""
        raw, ref = _target(link, ask)
        old = looking.image(link, str(raw.get("Image")))
        wanted = _wanted(link, ask, raw)
        name = str(dig(raw, "Config", "Image") or "")
        before = pulling.label(old, name) if old else short_id(str(raw.get("Image")))
        entries = looking.listed(link)
        sharing = surroundings.sharing_of(raw, entries)
        fingerprint = copying.same_print(raw, dig(old, "Config"))
        wait_s = seconds(ask.value("timeout"), patience_of(raw))
        values = {"image": wanted.name, "pull": "yes" if wanted.pull else "no",
                  "timeout": f"{wait_s:.0f}s"}  # fmt: skip
        back = {"image": str(raw.get("Image")), "name": name, "pull": "no", "heir": fingerprint}
        return Plan(
            ask=Ask(Verb.REDEPLOY, ref, tuple(values.items())),
            # What nobody knows before it is here would, in an undo, be held against what came.
            differences=(Difference("image", before, wanted.text),)
            if before != wanted.text and wanted.known else (),
            facts=(
                *surroundings.facts_of(raw, link.server_now(), sharing),
                *(() if wanted.known else (("image now", before), ("image then", wanted.text))),
            ),
            cautions=(
                *wanted.doubt, *_cautions(raw, old, sharing, same=before == wanted.text),
            ),
            steps=_steps(raw, wanted, wait_s),
            undo=Undo(f"make it anew on {before}, which is kept", Ask(ask.verb, ref,
                      tuple(back.items()))) if old else Undo("cannot: its old image is gone"),
            permission=ALLOWED,
            refused=_refused(raw) or wanted.refused,
            seen=seen_text(_condition(raw, fingerprint)),
            memo=(
                ("name", looking.name_of(raw)),
                ("started", looking.started_of(raw)),
                ("digest", wanted.digest),
                ("call", ask.value("name") or wanted.name),
                ("before", str(raw.get("Image"))),
            ),
        )  # fmt: skip

    def check(self, link: SendingLink, plan: Plan) -> None:
        """Raise where it runs another way now."""
        raw = looking.container(link, plan.ref)
        old = looking.image(link, str(raw.get("Image")))
        now = _condition(raw, copying.same_print(raw, dig(old, "Config")))
        compare(plan.ref, plan.seen, now)

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:
        """Pull, then swap the two."""
        ask = plan.ask
        if ask.value("pull") == "yes":
            pulling.pull_first(link, ask.value("image"), job, _platform(link, plan.ref))
            self._is_what_was_shown(link, plan)
        return swapping.swap(link, plan, job)

    def _is_what_was_shown(self, link: SendingLink, plan: Plan) -> None:
        """A tag may have moved on while a person read the plan."""
        digest, name = dict(plan.memo)["digest"], plan.ask.value("image")
        found = looking.image(link, name)
        known = [str(one) for one in dig(found, "RepoDigests") or ()]
        if digest and not any(one.endswith(digest) for one in known):
            raise Invalid(f"{clean(name, 200)} is another image now than the plan says",
                          hint="it is pulled; plan anew to run it")  # fmt: skip


class Rollback(Redeploy):
    """Make it anew on an image from before that the engine has yet."""

    def plan(self, link: SendingLink, ask: Ask) -> Plan:
        """Take the image that is named, or the newest before the one that it was made from."""
        raw, ref = _target(link, ask)
        name = str(dig(raw, "Config", "Image") or "")
        asked = ask.value("image") or ask.value("revision")
        found = (looking.image(link, asked) if asked
                 else before_of(link, name, str(raw.get("Image"))))  # fmt: skip
        uid = str(dig(found, "Id") or asked or raw.get("Image"))
        values = {"image": uid, "name": name, "pull": "no", "timeout": ask.value("timeout")}
        back = Ask(Verb.REDEPLOY, ref, tuple((k, v) for k, v in values.items() if v))
        plan = super().plan(link, back)
        none = "no image from before is known here: give image=ID of one that is"
        return replace(
            plan,
            ask=replace(plan.ask, verb=Verb.ROLLBACK),
            refused=plan.refused if found is not None or asked else none,
        )


def _target(link: SendingLink, ask: Ask) -> tuple[Raw, Ref]:
    """Return the container, or for an undo the heir that was made in its place."""
    try:
        return looking.container(link, ask.ref), ask.ref
    except NotFound:
        heir = ask.value("heir")
        raw = looking.by_name(link, ask.ref.name) if heir else None
        if raw is None:
            raise
        old = looking.image(link, str(raw.get("Image")))
        if copying.same_print(raw, dig(old, "Config")) != heir:
            raise
        return raw, replace(ask.ref, uid=str(raw["Id"]))


def _wanted(link: SendingLink, ask: Ask, raw: Raw) -> _Wanted:
    """Return the image that is to run, as its registry or the engine has it now."""
    name = ask.value("image") or str(dig(raw, "Config", "Image") or "")
    pull = ask.value("pull").lower()
    if pull not in {"", "yes", "no"}:
        raise Invalid(f"pull is yes or no, not {clean(pull, 40)!r}")
    here = looking.image(link, name)
    # What was built here cannot be pulled, unless somebody says that it can.
    built = here is not None and not dig(here, "RepoDigests") and pull != "yes"
    if pull != "no" and not built and not pulling.is_id(name):
        try:
            digest = pulling.distributed(link, name)
        except ProviderError as error:
            no = f"the registry: {error.fault().line} (pull=no takes what the engine has)"
            sure = isinstance(error, pulling.REFUSALS)
            return _Wanted(
                name,
                "",
                "what the registry has",
                no if sure else "",
                True,
                () if sure else (pulling.doubt(error),),
            )
        return _Wanted(name, digest, pulling.labelled(name, digest), pull=True)
    if here is None:
        return _Wanted(name, "", clean(name, 200), f"the engine has no image {clean(name, 200)}")
    return _Wanted(name, "", pulling.label(here, ask.value("name") or name))


def _condition(raw: Raw, fingerprint: str) -> dict[str, Any]:
    return {
        **looking.condition(raw),
        "image": short_id(str(raw.get("Image"))),
        "configuration": fingerprint,
    }


def _refused(raw: Raw) -> str:
    word = looking.status_of(raw)
    if surroundings.vanishes(raw):
        return "it vanishes when it stops (auto-remove): there would be nothing to come back to"
    if word == "paused":
        return "it is paused: unpause it first"
    if word not in {"running", "restarting"}:
        return f"it is {word}: start it first, so that the new one can be proved"
    return ""


def _cautions(
    raw: Raw, old: Mapping[str, Any] | None, sharing: list[str], *, same: bool
) -> list[Caution]:
    found = []
    if same:
        found.append(Caution("the image is the same: it is only made anew"))
    name = str(dig(raw, "Config", "Image") or "")
    if same and ("@" in name or pulling.is_id(name)):
        text = "it names this very image, not a tag: give image=NAME:TAG to move it on"
        found.append(Caution(text))
    if ports := surroundings.ports_of(raw):
        text = f"nobody answers on {surroundings.some(ports)} between the old one and the new"
        found.append(Caution(text))
    if old is None:
        text = "its old image is gone: what came from that stays pinned, and it cannot come back"
        found.append(Caution(text, grave=True))
    if sharing:
        text = f"{surroundings.some(sharing)} lose their network with it, until they are made anew"
        found.append(Caution(text, grave=True))
    found.append(Caution("what it wrote outside of volumes, and its log, are lost"))
    if any(unnamed for _, unnamed in surroundings.volumes_of(raw)):
        found.append(Caution("the new one takes over its anonymous volumes, with their data"))
    return [*found, *surroundings.of_owner(
        raw, "redeploy the unit instead, or `up` may make it anew once more")]  # fmt: skip


def _steps(raw: Raw, wanted: _Wanted, wait_s: float) -> tuple[str, ...]:
    name = looking.name_of(raw)
    proof = (f"wait until its check passes, {wait_s:.0f} s at most" if has_check(raw)
             else f"see that it runs for {swapping.STEADY_S:.0f} s")  # fmt: skip
    first = (f"pull {clean(wanted.name, 200)}",) if wanted.pull else ()
    return (
        *first,
        "make a new one with the same configuration, beside the old one",
        f"stop the old one, keep it under another name, give the new one the name {name}",
        f"start the new one; {proof}",
        "if it is well, remove the old one; if not, remove the new one and start the old one",
    )


def has_check(raw: Raw) -> bool:
    """Whether a container is checked by its engine."""
    test = dig(raw, "Config", "Healthcheck", "Test")
    return bool(test) and test[0] != "NONE"


def patience_of(raw: Raw) -> float:
    """Return for how long a check may take until it passes, in seconds."""
    check = dig(raw, "Config", "Healthcheck")

    def part(name: str, other: float) -> float:
        found = dig(check, name)
        return found / 1e9 if isinstance(found, int) and found > 0 else other

    tries = dig(check, "Retries") or 3
    each = part("Interval", 30.0) + part("Timeout", 30.0)
    return max(_LEAST_WAIT_S, part("StartPeriod", 0.0) + (tries + 1) * each)


def _platform(link: SendingLink, ref: Ref) -> str:
    """Return the platform to pull for where it is not the engine's own."""
    raw = looking.container(link, ref)
    old = looking.image(link, str(raw.get("Image")))
    made = str(dig(old, "Architecture") or "")
    host: Any = link.call(lambda client: client.version(api_version=False))
    own = str(dig(host, "Arch") or "")
    return f"{dig(old, 'Os') or 'linux'}/{made}" if made and own and made != own else ""
