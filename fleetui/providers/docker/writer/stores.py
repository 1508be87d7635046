"""Removes volumes and networks that nobody uses."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo
from fleetui.core.clean import clean
from fleetui.core.errors import NotFound
from fleetui.providers.docker.containers import PROJECT, short_id
from fleetui.providers.docker.things import BUILT_IN
from fleetui.providers.docker.writer import looking, surroundings
from fleetui.providers.docker.writer.deed import ALLOWED, Deed, Job, Raw, not_done
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.documents import dig
from fleetui.providers.seen import compare, seen_text


class _Store(Deed):
    """What removing a volume and a network share."""

    word: str

    def look(self, link: SendingLink, uid: str) -> Raw | None:
        """Return its inspection, None where it is not there."""
        raise NotImplementedError

    def users(self, link: SendingLink, raw: Raw) -> list[str]:
        """Return who uses it, running or not."""
        raise NotImplementedError

    def there(self, link: SendingLink, plan_ask: Ask) -> Raw:
        """Return its inspection. Raises NotFound."""
        ref = plan_ask.ref
        found = self.look(link, ref.uid)
        if found is not None:
            return found
        other = self.look(link, ref.name) if ref.name != ref.uid else None
        raise looking.gone(ref, self.word, str(dig(other, "Id") or ""))

    def condition(self, link: SendingLink, raw: Raw) -> dict[str, Any]:
        """Return what must not change: a volume's time tells it from a later namesake."""
        return {
            "id": short_id(str(raw.get("Id") or raw.get("Name"))),
            "created": str(raw.get("CreatedAt") or raw.get("Created") or ""),
            "users": ", ".join(self.users(link, raw)),
        }

    def cautions(self, raw: Raw) -> list[Caution]:
        """Return what to know before."""
        project = dig(raw, "Labels", PROJECT)
        if not project:
            return []
        return [Caution(f"compose made it for {clean(str(project), 200)}: the next `up` makes "
                        f"it anew, empty")]  # fmt: skip

    def plan(self, link: SendingLink, ask: Ask) -> Plan:
        """Say who uses it, and what is lost."""
        raw = self.there(link, ask)
        users = self.users(link, raw)
        built_in = self.word == "network" and raw.get("Name") in BUILT_IN
        facts = (
            ("driver", clean(str(raw.get("Driver") or ""), 100)),
            ("used by", surroundings.some(users)),
            ("created", clean(str(raw.get("CreatedAt") or raw.get("Created") or ""), 40)),
        )
        return Plan(
            ask=ask,
            differences=(Difference(self.word, "unused" if not users else "in use", "removed"),),
            facts=tuple((name, text) for name, text in facts if text),
            cautions=tuple(self.cautions(raw)),
            steps=(f"remove the {self.word}",),
            undo=self.undo(),
            permission=ALLOWED,
            refused="it is the engine's own" if built_in
            else f"used by {surroundings.some(users)}: remove those first" if users else "",
            seen=seen_text(self.condition(link, raw)),
        )  # fmt: skip

    def undo(self) -> Undo:
        """Return why it cannot be taken back."""
        return Undo("cannot be undone: another one with its name would be a new one")

    def check(self, link: SendingLink, plan: Plan) -> None:
        """Raise where it is another one now, or somebody uses it."""
        compare(plan.ref, plan.seen, self.condition(link, self.there(link, plan.ask)))

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:  # noqa: ARG002
        """Send it. The engine refuses where somebody uses it now."""
        remove_store(link, self.word, plan.ref.uid)
        return Progress(Phase.DONE)

    def progress(self, link: SendingLink, plan: Plan) -> Progress:
        """Look whether it is gone."""
        if self.look(link, plan.ref.uid) is None:
            return Progress(Phase.DONE)
        return not_done(link, plan, "it is there")


class RemoveVolume(_Store):
    """Remove a volume, with all that is in it."""

    word = "volume"

    def look(self, link: SendingLink, uid: str) -> Raw | None:
        """Return its inspection, None where it is not there."""
        try:
            raw = link.call(lambda client: client.inspect_volume(uid))
        except NotFound:
            return None
        return raw if isinstance(raw, dict) else None

    def users(self, link: SendingLink, raw: Raw) -> list[str]:
        """Return who mounts it."""
        return looking.users(link, volume=[str(raw.get("Name"))])

    def cautions(self, raw: Raw) -> list[Caution]:
        """Return that its data is lost."""
        return [Caution("all data in it is lost for good", grave=True), *super().cautions(raw)]

    def undo(self) -> Undo:
        """Return why it cannot be taken back."""
        return Undo("cannot be undone: its data is gone")


class RemoveNetwork(_Store):
    """Remove a network."""

    word = "network"

    def look(self, link: SendingLink, uid: str) -> Raw | None:
        """Return its inspection, None where it is not there."""
        try:
            raw = link.call(lambda client: client.inspect_network(uid))
        except NotFound:
            return None
        return raw if isinstance(raw, dict) else None

    def users(self, link: SendingLink, raw: Raw) -> list[str]:
        """Return who is attached, those that are down too: they could not start any more."""
        return looking.users(link, network=[str(raw.get("Id"))])


def remove_store(link: SendingLink, word: str, uid: str) -> None:
    """Send the removal of a volume or a network."""
    link.send("DELETE", f"/{word}s/{quote(uid, safe='')}", timeout_s=20)
