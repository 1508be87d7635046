"""From old members to new ones, one after another, and the way back from each step.

Compose makes each new member and does not start it; the engine starts and stops. The old ones
are kept, stopped, until all new ones are well. So what there is tells how far it is, also to
another process, and the way back needs nothing but the old ones' ids.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote

from fleetui.core.change import Phase, Plan, Progress
from fleetui.core.clean import clean
from fleetui.core.errors import Invalid, NotFound, ProviderError, Unreachable
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.docker.compose import Member
from fleetui.providers.docker.times import time_of
from fleetui.providers.docker.writer import looking, pulling, swapping
from fleetui.providers.docker.writer.compose import unit as units
from fleetui.providers.docker.writer.compose.command import Compose
from fleetui.providers.docker.writer.compose.unit import Unit
from fleetui.providers.docker.writer.deed import Job, Raw, memo_of
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.docker.writer.values import seconds
from fleetui.providers.documents import dig

BESIDE = "beside"
"""A new member runs beside the old ones, then one of these stops."""
INSTEAD = "instead"
"""One old member stops before a new one starts: both would not have room."""
ANEW = "anew"
"""Compose makes the only member anew in its place: the old one is not kept."""
LOOK_S = 0.3


@dataclass(frozen=True, slots=True)
class Place:
    """What is there of the old members and of the new ones."""

    unit: Unit
    old: tuple[Member, ...]
    new: tuple[Member, ...]
    meant: int
    """How many there were, and will be."""

    @staticmethod
    def look(link: SendingLink, plan: Plan) -> Place:
        """Tell old from new by the ids that the plan has kept."""
        unit = units.look(link, plan.ref)
        old, others = ids(plan, "old"), ids(plan, "others")
        return Place(
            unit,
            tuple(m for m in unit.members if m.summary.id in old),
            tuple(m for m in unit.members if m.summary.id not in old | others),
            len(old),
        )

    @property
    def down(self) -> tuple[Member, ...]:
        """The old ones that are stopped."""
        return tuple(m for m in self.old if not is_up(m))

    @property
    def updated(self) -> int:
        """How many new ones are well."""
        return sum(m.ready for m in self.new)

    def progress(self, reason: str, phase: Phase = Phase.ROLLING) -> Progress:
        """Return how far it is."""
        ready = sum(m.ready for m in (*self.old, *self.new))
        return Progress(phase, reason, self.updated, min(ready, self.meant), self.meant)


def ids(plan: Plan, name: str) -> frozenset[str]:
    """Return the ids that a plan keeps under a name."""
    return frozenset(one for one in memo_of(plan, name).split(",") if one)


def is_up(member: Member) -> bool:
    """Whether it runs, is paused, or is between two restarts."""
    return (member.summary.state or "") in {"running", "paused", "restarting"}


class Roll:
    """One redeploy on its way."""

    def __init__(self, link: SendingLink, plan: Plan, job: Job, compose: Compose) -> None:
        self._link, self._plan, self._job, self._compose = link, plan, job, compose
        self._way = memo_of(plan, "way")
        self._service = plan.ref.name.partition("/")[2]

    def go(self) -> Progress:
        """Replace every member. Goes back where one never gets well, or where it is to stop."""
        try:
            bad = self._all()
        except ProviderError as error:
            bad = error.what
        if bad:
            return self._back_in_time(bad)
        return self._finish()

    def _all(self) -> str:
        """Return what is wrong, nothing where all is well."""
        if self._way == ANEW:
            return self._anew()
        olds = [one for one in memo_of(self._plan, "old").split(",") if one]
        # What another process has made already is left as it is, in the order it was made.
        made = [m.summary.id for m in Place.look(self._link, self._plan).new]
        for number, old in enumerate(olds, 1):
            if self._job.stop.is_set():
                return self._job.why or "stopped"
            new = made[number - 1] if number <= len(made) else ""
            if bad := self._one(old, f"member {number} of {len(olds)}", new):
                return bad
        return ""

    def _one(self, old: str, which: str, new: str) -> str:
        if not new:
            self._tell(f"{which}: making the new one")
            new = self._make()
        if self._way == INSTEAD:
            self._tell(f"{which}: stopping the old one, since both have no room")
            stop(self._link, old)
        raw = looking.by_id(self._link, new)
        if raw is None or not looking.is_up(raw):
            self._tell(f"{which}: starting the new one")
            start(self._link, new)
        if bad := self._wait(new, which):
            return bad
        if self._way == BESIDE:
            self._tell(f"{which}: stopping the old one")
            stop(self._link, old)
        return ""

    def _make(self) -> str:
        """Let compose make one more member, not started, and return its id."""
        before = self._ids()
        self._compose.up(
            self._job, self._service, len(before) + 1,
            "--no-start", "--no-recreate", "--pull=never",
        )  # fmt: skip
        made = self._ids() - before
        if len(made) != 1:
            raise Invalid(f"compose made {len(made)} members where one was asked for")
        return next(iter(made))

    def _ids(self) -> frozenset[str]:
        return frozenset(m.summary.id for m in units.look(self._link, self._plan.ref).members)

    def _anew(self) -> str:
        self._tell("compose makes it anew in its place")
        self._recreate()
        new = Place.look(self._link, self._plan).new
        if len(new) != 1:
            return f"compose made {len(new)} members where one was asked for"
        return self._wait(new[0].summary.id, "the new one")

    def _recreate(self) -> None:
        self._compose.up(
            self._job, self._service, 1, "--detach", "--force-recreate", "--pull=never"
        )

    def _wait(self, uid: str, which: str) -> str:
        def tell(text: str) -> None:
            self._tell(f"{which}: {text}")

        return wait_well(self._link, uid, patience(self._plan), self._job, tell)

    def _tell(self, text: str) -> None:
        self._job.tell(replace(self._job.progress, phase=Phase.ROLLING, reason=text))
        with suppress(ProviderError):
            self._job.tell(Place.look(self._link, self._plan).progress(text))

    def _finish(self) -> Progress:
        left = []
        place = Place.look(self._link, self._plan)
        for member in place.old:
            try:
                remove(self._link, member.summary.id)
            except ProviderError as error:
                left.append(f"{member.row.name} is left, stopped: {error.what}")
        now = Place.look(self._link, self._plan)
        text = "; ".join(left) or f"{now.updated} of {now.meant} are new and well"
        return now.progress(text, Phase.DONE)

    def _back_in_time(self, why: str) -> Progress:
        """Go back, also where the engine has to come back first; each try looks anew."""
        end = time.monotonic() + swapping.PATIENCE_S
        while True:
            try:
                if self._way == ANEW:
                    return self._anew_back(why)
                return bring_back(self._link, self._plan, why)
            except Unreachable:
                if time.monotonic() >= end:
                    raise
                self._job.tell(
                    Progress(Phase.ROLLING, f"{why}; waiting for the engine, to go back")
                )
                time.sleep(swapping.AGAIN_S)

    def back(self, why: str) -> Progress:
        """Go back to the old members, from wherever it is."""
        return self._back_in_time(why)

    def _anew_back(self, why: str) -> Progress:
        """Make it anew once more on the image before, where the image is what has changed."""
        place = Place.look(self._link, self._plan)
        if place.old and not place.new:
            return bring_back(self._link, self._plan, why)
        if not name_again(self._link, self._plan):
            return place.progress(f"{why}; the old one is not kept, and there is no other image "
                                  "to go back to", Phase.FAILED)  # fmt: skip
        # Its stop has been heard: what goes back is not stopped by it.
        job = Job(lambda _progress: None)
        self._compose.up(job, self._service, 1, "--detach", "--force-recreate", "--pull=never")
        found = units.look(self._link, self._plan.ref).members
        bad = wait_well(
            self._link, found[-1].summary.id, patience(self._plan), job, lambda _t: None
        )
        if bad:
            return place.progress(f"{why}; on the image before: {bad}", Phase.FAILED)
        return Progress(Phase.ROLLED_BACK, f"{why}; it is made anew on the image before", 0, 1, 1)


def patience(plan: Plan) -> float:
    """Return for how long one member may take until it is well, in seconds."""
    return seconds(plan.ask.value("timeout"), 60.0)


def wait_well(
    link: SendingLink, uid: str, wait_s: float, job: Job, tell: Callable[[str], None]
) -> str:
    """Wait until a container is well; return what is wrong with it, nothing if it is."""
    begun, told = time.monotonic(), ""
    while True:
        if job.stop.is_set():
            return job.why or "stopped"
        raw = looking.by_id(link, uid)
        if raw is None:
            return "it is gone"
        if bad := swapping.ailing(raw):
            return f"{looking.name_of(raw)}: {bad}"
        health = dig(raw, "State", "Health", "Status")
        if health == "healthy":
            return ""
        waited = time.monotonic() - begun
        if health is None and max(waited, _up_s(link, raw)) >= swapping.STEADY_S:
            return ""
        if health is not None and waited >= wait_s:
            return f"{looking.name_of(raw)}: its check did not pass in {wait_s:.0f} s"
        text = f"its check: {clean(str(health), 40)}" if health else "it runs; watched for a while"
        if text != told:
            told = text
            tell(text)
        job.stop.wait(LOOK_S)


def _up_s(link: SendingLink, raw: Raw) -> float:
    """Return for how long a container has been up, by its engine's clock, in seconds."""
    started = time_of(looking.started_of(raw))
    return 0.0 if started is None else link.server_now() - started


def bring_back(link: SendingLink, plan: Plan, why: str) -> Progress:
    """From whatever step, make it so that the old ones run again, and no new one does."""
    place = Place.look(link, plan)
    lost = place.meant - len(place.old)
    if lost and place.updated >= place.meant:
        return place.progress(f"{why}; but all members are new already", Phase.DONE)
    try:
        if memo_of(plan, "way") == INSTEAD:
            # What is new is in the way of the old ones.
            _remove_all(link, place.new)
            _start_all(link, place.down)
        else:
            _start_all(link, place.down)
            _remove_all(link, place.new)
    except Unreachable:
        raise
    except ProviderError as error:
        now = Place.look(link, plan)
        return replace(
            now.progress(f"{why}; could not go back: {error.what}: {swapping.HOW}", Phase.FAILED),
            half_way=True,
        )
    name_again(link, plan)
    now = Place.look(link, plan)
    if lost:
        gone = f"{lost} of {place.meant} old members are gone: scale it to {place.meant}"
        return now.progress(f"{why}; {gone}", Phase.FAILED)
    return now.progress(f"{why}; the old members run again", Phase.ROLLED_BACK)


def _start_all(link: SendingLink, members: tuple[Member, ...]) -> None:
    job = Job(lambda _progress: None)
    for member in members:
        start(link, member.summary.id)
    for member in members:
        raw = looking.by_id(link, member.summary.id)
        if dig(raw, "State", "Health", "Status"):
            # Best effort: one that is not well now was not made so by us.
            wait_well(link, member.summary.id, 30.0, job, lambda _text: None)


def _remove_all(link: SendingLink, members: tuple[Member, ...]) -> None:
    for member in members:
        stop(link, member.summary.id)
        remove(link, member.summary.id)


def name_again(link: SendingLink, plan: Plan) -> bool:
    """Give the image from before its name again, where that names another one now."""
    name, before = memo_of(plan, "image_name"), memo_of(plan, "named_before")
    here = looking.image(link, name)
    if not before or not name or dig(here, "Id") == before:
        return False
    return tag(link, before, name)


def tag(link: SendingLink, uid: str, name: str) -> bool:
    """Give an image a name. False where there is no such image, or the name is a digest."""
    if "@" in name or pulling.is_id(name) or looking.image(link, uid) is None:
        return False
    repository, word = pulling.split(name)
    link.send("POST", f"/images/{quote(uid)}/tag", {"repo": repository, "tag": word})
    return True


def start(link: SendingLink, uid: str) -> None:
    """Start a container."""
    link.send("POST", f"/containers/{uid}/start", timeout_s=30)


def stop(link: SendingLink, uid: str) -> None:
    """Stop a container with its own time-out; one that is gone is stopped."""
    raw = looking.by_id(link, uid)
    if raw is not None and looking.is_up(raw):
        swapping.stop(link, raw)


def remove(link: SendingLink, uid: str) -> None:
    """Remove a stopped container; its volumes stay."""
    with suppress(NotFound):
        link.send("DELETE", f"/containers/{uid}", {"v": "0", "force": "0"}, timeout_s=20)
