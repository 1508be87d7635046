"""What a redeploy that was broken off has left of a container: finished, or put back.

Nothing of it happens by itself: it is planned, shown and confirmed like any other change.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import Invalid
from fleetui.providers.docker.containers import short_id
from fleetui.providers.docker.writer import looking, swapping
from fleetui.providers.docker.writer.deed import ALLOWED, Deed, Job, late, memo_of
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.docker.writer.swapping import Names, Place
from fleetui.providers.seen import compare, seen_text

FINISH, BACK = "finish", "back"
REST = "rest"
"""Under this name the memo of a plan says which of the two it is."""


def is_back(plan: Plan, ask: Ask) -> bool:
    """Say whether an ask means the way back: a rollback, or an undo, which knows the old image.

    Raises Invalid where it names an image that is neither of the two.
    """
    image = ask.value("image") or ask.value("revision")
    back = ask.verb is Verb.ROLLBACK or bool(ask.value("heir"))
    known = memo_of(plan, "before") if back else plan.ask.value("image")
    if image and known and image != known:
        raise Invalid(
            f"{plan.ref.short} is half-way to another image than {clean(image, 100)}",
            hint="finish that first, or put it back",
        )
    return back


def rest_memo(plan: Plan, word: str) -> tuple[tuple[str, str], ...]:
    """Return the memo of what goes on with a plan: the same, and by which mark to find it."""
    kept = {name: text for name, text in plan.memo if name not in {"mark", "at", REST}}
    return (*{**kept, "of": memo_of(plan, "of") or memo_of(plan, "mark"), REST: word}.items(),)


def reversed_of(plan: Plan) -> tuple[Difference, ...]:
    """Return what the way back of a plan changes."""
    return tuple(Difference(one.name, one.after, one.before) for one in plan.differences)


class Swapping(Deed):
    """What a container's redeploy, the rest of one and its way back have in common."""

    long = True

    def progress(self, link: SendingLink, plan: Plan) -> Progress:
        """Say what is there now, and under which name."""
        return swapping.read_back(link, plan)

    def halt(self, link: SendingLink, plan: Plan) -> Progress:
        """Bring the old one back, where another process left it aside."""
        return swapping.bring_back(link, plan, "stopped")

    def left(self, link: SendingLink, plan: Plan) -> Progress | None:
        """Say which of the two are there yet, and under which names."""
        found = swapping.read_back(link, plan)
        runs = found.phase is Phase.ROLLING and Place.look(link, plan).new is not None
        return found if found.half_way or runs else None

    def rest(self, link: SendingLink, plan: Plan, ask: Ask) -> Plan:
        """Plan the rest of it, or its way back."""
        now = self.left(link, plan)
        if now is None:
            raise Invalid("nothing of it is half-way any more")
        back = is_back(plan, ask)
        names, place = Names.of(plan), Place.look(link, plan)
        image = plan.ask.value("image")
        refused = ""
        if place.new is not None and not swapping.is_ours(link, place, names):
            refused = f"{names.own} is the name of another container now: rename or remove that"
        elif not back and place.new is None and looking.image(link, image) is None:
            refused = f"the engine has no image {clean(image, 200)} any more: put it back"
        verb = Verb.ROLLBACK if back else Verb.REDEPLOY
        values = () if back else plan.ask.values
        again = Ask(Verb.REDEPLOY, plan.ref, plan.ask.values)
        return Plan(
            ask=Ask(verb, plan.ref, values),
            differences=reversed_of(plan) if back else plan.differences,
            facts=(("half-way", now.reason.removesuffix(f": {swapping.HOW}")),),
            cautions=tuple(_cautions(place, back=back)),
            steps=tuple(_back_steps(place, names) if back else _steps(place, names)),
            undo=Undo("redeploy it again", again) if back else plan.undo,
            permission=ALLOWED,
            refused=refused,
            seen=seen_text(seen(place)),
            memo=rest_memo(plan, BACK if back else FINISH),
        )

    def check(self, link: SendingLink, plan: Plan) -> None:
        """Raise where one of the two is another way now."""
        compare(plan.ref, plan.seen, seen(Place.look(link, plan)))


class Finish(Swapping):
    """Go on from where it was broken off; what is done already stays as it is."""

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:
        """Do the steps that are left; the old one comes back where the new one is not well."""
        return swapping.swap(link, plan, job)


class PutBack(Swapping):
    """Give the old one its name again, and start it."""

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:  # noqa: ARG002
        """Do the steps of the way back that are left."""
        return _meant(swapping.bring_back(link, plan, "put back"))

    def progress(self, link: SendingLink, plan: Plan) -> Progress:
        """Say whether the old one runs under its name again. Another process began it."""
        names, place = Names.of(plan), Place.look(link, plan)
        old = place.old
        is_so = old is not None and looking.name_of(old) == names.own and looking.is_up(old)
        if is_so and place.new is None:
            return Progress(Phase.DONE, "the old one is back", 1, 1, 1)
        now = swapping.read_back(link, plan)
        if late(link, plan) or now.phase is Phase.FAILED:
            return now if now.phase is Phase.FAILED else replace(now, phase=Phase.FAILED)
        return replace(now, phase=Phase.ROLLING)

    def halt(self, link: SendingLink, plan: Plan) -> Progress:
        """It goes back already, in a moment: there is nothing to stop."""
        return Deed.halt(self, link, plan)


def _meant(progress: Progress) -> Progress:
    """Return how going back ended where that is what was asked for."""
    if progress.phase is not Phase.ROLLED_BACK:
        return progress
    return Progress(Phase.DONE, progress.reason, 1, progress.ready, progress.total)


def seen(place: Place) -> dict[str, Any]:
    """Return what must not change between looking and doing, of both."""
    return {
        f"{word} one": f"{looking.name_of(raw)} ({short_id(raw['Id'])}), {looking.status_of(raw)}"
        for word, raw in (("old", place.old), ("new", place.new))
        if raw is not None
    }


def _cautions(place: Place, *, back: bool) -> list[Caution]:
    old, new = place.old, place.new
    found = []
    if new is not None and looking.is_up(new):
        if back:
            found.append(Caution("the new one runs: it is stopped and removed"))
    elif old is not None and looking.is_up(old) and not back:
        found.append(Caution("nobody answers between the old one and the new"))
    if back and new is not None:
        found.append(Caution("what the new one wrote outside of volumes, and its log, are lost"))
    if not back:
        text = "what the old one wrote outside of volumes, and its log, are lost"
        found.append(Caution(text))
    return found


def _steps(place: Place, names: Names) -> list[str]:
    old, new = place.old, place.new
    found = [] if new is not None else ["make the new one, with the same configuration"]
    if old is not None and looking.is_up(old):
        found.append("stop the old one")
    if old is not None and looking.name_of(old) == names.own:
        found.append(f"keep the old one as {names.old}")
    if new is None or looking.name_of(new) != names.own:
        found.append(f"give the new one the name {names.own}")
    if new is None or not looking.is_up(new):
        found.append("start the new one")
    return [*found, "wait until it is well; if it is not, put the old one back",
            "remove the old one"]  # fmt: skip


def _back_steps(place: Place, names: Names) -> list[str]:
    old, new = place.old, place.new
    found = [f"remove the new one, {looking.name_of(new)}"] if new is not None else []
    if old is not None and looking.name_of(old) != names.own:
        found.append(f"rename {looking.name_of(old)} to {names.own}")
    if old is not None and not looking.is_up(old):
        found.append("start it")
    return found
