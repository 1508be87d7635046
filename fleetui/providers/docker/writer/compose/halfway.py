"""What a rolling redeploy that was broken off has left of a service: finished, or put back."""

from __future__ import annotations

from dataclasses import replace

from fleetui.core.change import Ask, Caution, Phase, Plan, Progress, Undo, Verb
from fleetui.core.errors import Invalid
from fleetui.providers.docker.compose import Member
from fleetui.providers.docker.containers import short_id
from fleetui.providers.docker.writer import looking, swapping
from fleetui.providers.docker.writer.compose import rolling
from fleetui.providers.docker.writer.compose import unit as units
from fleetui.providers.docker.writer.compose.command import Compose
from fleetui.providers.docker.writer.compose.rolling import ANEW, Place, Roll, is_up
from fleetui.providers.docker.writer.compose.service import named
from fleetui.providers.docker.writer.deed import ALLOWED, Deed, Job, late, memo_of
from fleetui.providers.docker.writer.halfway import (
    BACK,
    FINISH,
    is_back,
    rest_memo,
    reversed_of,
)
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.documents import dig
from fleetui.providers.seen import compare, seen_text

QUIET_S = 60.0
"""For so long another process may be at one member, beside what its check may take."""


class Rolling(Deed):
    """What a redeploy of a service, the rest of one and its way back have in common."""

    long = True

    def check(self, link: SendingLink, plan: Plan) -> None:
        """Raise where its members, or what is meant by its image, are others now."""
        unit = units.look(link, plan.ref)
        here = looking.image(link, memo_of(plan, "image_name"))
        compare(plan.ref, plan.seen, {**unit.seen(), "image": short_id(str(dig(here, "Id") or ""))})

    def progress(self, link: SendingLink, plan: Plan) -> Progress:
        """Say how many are new. Another process began it."""
        place = Place.look(link, plan)
        if found := self.left(link, plan):
            quiet = late(link, plan, rolling.patience(plan) + QUIET_S)
            return found if found.phase is Phase.DONE or quiet else _under_way(place)
        if place.updated >= place.meant:
            return place.progress(f"{place.updated} of {place.meant} are new", Phase.DONE)
        if late(link, plan, rolling.patience(plan) + QUIET_S):
            return place.progress("not done: the members are as they were", Phase.FAILED)
        return _under_way(place)

    def halt(self, link: SendingLink, plan: Plan) -> Progress:
        """Bring the old members back, where another process left them."""
        return rolling.bring_back(link, plan, "stopped")

    def left(self, link: SendingLink, plan: Plan) -> Progress | None:
        """Say how many are new and well, and how the old ones are."""
        place = Place.look(link, plan)
        anew = memo_of(plan, "way") == ANEW
        if (not place.new and not place.down) or not (place.old or anew):
            return None
        well = place.updated >= place.meant
        if well and not place.old:
            return None
        if well and not any(map(is_up, place.old)):
            text = f"all are new; of the old ones {_names(place.old)} left, stopped"
            return _half_way(place, text, Phase.DONE)
        text = f"broken off: {place.updated} of {place.meant} are new and well"
        if place.down:
            text += f"; of the old ones {_names(place.down)} stopped, and kept"
        if waiting := [m for m in place.new if not m.ready]:
            text += f"; of the new ones {_names(waiting)} not well"
        return _half_way(place, text)

    def rest(self, link: SendingLink, plan: Plan, ask: Ask) -> Plan:
        """Plan the rest of it, or its way back."""
        now = self.left(link, plan)
        if now is None:
            raise Invalid("nothing of it is half-way any more")
        back = is_back(plan, ask)
        place = Place.look(link, plan)
        here = looking.image(link, memo_of(plan, "image_name"))
        image = str(dig(here, "Id") or "")
        verb = Verb.ROLLBACK if back else Verb.REDEPLOY
        again = Ask(plan.ask.verb, plan.ref, plan.ask.values)
        return Plan(
            ask=Ask(verb, plan.ref, () if back else (("timeout", plan.ask.value("timeout")),)),
            differences=reversed_of(plan) if back else plan.differences,
            facts=(
                ("half-way", now.reason.removesuffix(f": {swapping.HOW}")),
                *(("old", _states(place.old)) for _ in place.old[:1]),
                *(("new", _states(place.new)) for _ in place.new[:1]),
            ),
            cautions=tuple(_cautions(place, back=back)),
            steps=_back_steps(place) if back else _steps(place),
            undo=Undo("redeploy it again", again) if back else plan.undo,
            permission=ALLOWED,
            refused=_no_back(place) if back else _no_finish(link, plan, place, image),
            members=place.meant,
            seen=seen_text({**place.unit.seen(), "image": short_id(image)}),
            memo=rest_memo(plan, BACK if back else FINISH),
        )


class Finish(Rolling):
    """Go on from member to member; those that are new and well stay as they are."""

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:
        """Make the others new, or bring all old ones back where one never gets well."""
        unit = units.look(link, plan.ref)
        compose = Compose(link, unit.project, unit.files)
        if compose.hash(unit.service) != memo_of(plan, "hash"):
            raise Invalid("the file has changed since this was planned", hint="plan it anew")
        return Roll(link, plan, job, compose).go()


class PutBack(Rolling):
    """Start the old members that are kept, and remove the new ones."""

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:
        """Bring the old ones back, in the order that leaves most of them up."""
        unit = units.look(link, plan.ref)
        done = Roll(link, plan, job, Compose(link, unit.project, unit.files)).back("put back")
        if done.phase is not Phase.ROLLED_BACK:
            return done
        return replace(done, phase=Phase.DONE, updated=done.total)

    def progress(self, link: SendingLink, plan: Plan) -> Progress:
        """Say whether the old members run again. Another process began it."""
        place = Place.look(link, plan)
        if not place.new and not place.down:
            return place.progress("the old members run again", Phase.DONE)
        found = self.left(link, plan)
        if found is not None and late(link, plan, QUIET_S):
            return replace(found, phase=Phase.FAILED)
        return _under_way(place)

    def halt(self, link: SendingLink, plan: Plan) -> Progress:
        """It goes back already: there is nothing to stop."""
        return Deed.halt(self, link, plan)


def _under_way(place: Place) -> Progress:
    return place.progress(f"{place.updated} of {place.meant} are new and well")


def _half_way(place: Place, text: str, phase: Phase = Phase.FAILED) -> Progress:
    return replace(place.progress(f"{text}: {swapping.HOW}", phase), half_way=True)


def _names(members: tuple[Member, ...] | list[Member]) -> str:
    names = named(m.row.name for m in members)
    return f"{names} {'is' if len(members) == 1 else 'are'}"


def _states(members: tuple[Member, ...]) -> str:
    return ", ".join(f"{m.row.name} ({m.row.state})" for m in members[:8])


def _no_back(place: Place) -> str:
    """Return why there is no way back."""
    lost = place.meant - len(place.old)
    if lost and place.updated >= place.meant:
        return (f"{lost} of the {place.meant} old members are gone, and all new ones are well: "
                "redeploy finishes it")  # fmt: skip
    return ""


def _no_finish(link: SendingLink, plan: Plan, place: Place, image: str) -> str:
    """Return why it cannot go on as it began."""
    unit = place.unit
    if Compose(link, unit.project, unit.files).hash(unit.service) != memo_of(plan, "hash"):
        return "the file has changed since: put it back, then redeploy"
    if any((m.summary.image_id or "") != image for m in place.new):
        return "its image means another one here than the new members run: put it back"
    return ""


def _cautions(place: Place, *, back: bool) -> list[Caution]:
    gone = place.new if back else place.old
    names = named(m.row.name for m in gone)
    text = f"what {names} wrote outside of volumes, and the logs, are lost"
    found = [Caution(text)] if gone else []
    lost = place.meant - len(place.old)
    if back and lost:
        text = f"{lost} of {place.meant} old members are gone: scale it to {place.meant} after"
        found.append(Caution(text, grave=True))
    return found


def _steps(place: Place) -> tuple[str, ...]:
    more = max(0, place.meant - len(place.new))
    kept = [m.row.name for m in place.new if m.ready]
    return (
        *((f"leave {named(kept)}, new and well, alone",) if kept else ()),
        *((f"{more} times: compose makes a new member; start it, and wait until it is well",)
          if more else ()),
        "when all are well, remove the old ones",
        "if one is not, remove the new ones and start the old ones",
    )  # fmt: skip


def _back_steps(place: Place) -> tuple[str, ...]:
    start, remove = named(m.row.name for m in place.down), named(m.row.name for m in place.new)
    return (
        *((f"start {start}",) if start else ()),
        *((f"remove {remove}",) if remove else ()),
        "give the image from before its name again, where it has lost it",
    )
