"""The steps from an old container to a new one, and the way back from each of them.

Every step is known by what is there: under which name each of the two is, and whether it runs.
So a way that was broken off can be told, and gone back, by whoever comes after.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote

from fleetui.core.change import Phase, Plan, Progress
from fleetui.core.clean import clean
from fleetui.core.errors import Conflict, NotFound, ProviderError, Unreachable
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.secrets import redact
from fleetui.providers.docker.containers import short_id
from fleetui.providers.docker.times import time_of
from fleetui.providers.docker.writer import copying, looking, pulling
from fleetui.providers.docker.writer.deed import Job, Raw, late, memo_of
from fleetui.providers.docker.writer.removing import rename
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.docker.writer.values import seconds
from fleetui.providers.documents import dig

STEADY_S = 10.0
"""How long one without a check must run to be well."""
PATIENCE_S = 120.0
"""How long an engine that went away is waited for, to bring the old one back."""
AGAIN_S = 1.0
HOW = "redeploy finishes it, rollback puts it back"
"""What can be done about what was left half-way."""
_LOOK_S = 0.5
_STOP_S = 10.0
_MADE_S = 60.0


@dataclass(frozen=True, slots=True)
class Names:
    """Who is called what on the way."""

    own: str
    new: str
    old: str

    @staticmethod
    def of(plan: Plan) -> Names:
        """Return the names of a plan."""
        # What goes on with another plan, or takes it back, knows the two by that plan's mark.
        own, mark = memo_of(plan, "name"), memo_of(plan, "of") or memo_of(plan, "mark")
        return Names(own, f"{own}.new-{mark}", f"{own}.old-{mark}")


@dataclass(frozen=True, slots=True)
class Place:
    """What is there now."""

    old: Raw | None
    new: Raw | None

    @staticmethod
    def look(link: SendingLink, plan: Plan) -> Place:
        """Look for both; whoever has the name and is not the old one is the new one."""
        names = Names.of(plan)
        old = looking.by_id(link, plan.ref.uid)
        new = looking.by_name(link, names.new)
        if new is None:
            new = looking.by_name(link, names.own)
            if new is not None and new["Id"] == plan.ref.uid:
                new = None
        return Place(old, new)


def swap(link: SendingLink, plan: Plan, job: Job) -> Progress:
    """Make the new one, put it in the place of the old one, and see that it is well.

    What another process has done of it already is left as it is.
    """
    names, place = Names.of(plan), Place.look(link, plan)
    raw, new = looking.container(link, plan.ref), place.new
    if new is not None and not is_ours(link, place, names):
        raise Conflict(f"{names.own} is the name of another container now")
    if new is None:
        job.tell(Progress(Phase.ROLLING, "making the new one"))
    uid = _make(link, plan, raw, names) if new is None else str(new["Id"])
    try:
        job.tell(Progress(Phase.ROLLING, "stopping the old one"))
        if job.stop.is_set():
            return bring_back(link, plan, job.why, uid)
        if looking.is_up(raw):
            stop(link, raw)
        if looking.name_of(raw) == names.own:
            rename(link, plan.ref.uid, names.old)
        if new is None or looking.name_of(new) == names.new:
            rename(link, uid, names.own)
        if new is None or not looking.is_up(new):
            job.tell(Progress(Phase.ROLLING, "starting the new one"))
            _start(link, uid)
        bad = _wait(link, plan, uid, job)
    except ProviderError as error:
        bad = error.what
    if bad:
        return _back_in_time(link, plan, bad, uid, job)
    try:
        link.send("DELETE", f"/containers/{plan.ref.uid}", {"v": "0", "force": "0"}, timeout_s=20)
    except ProviderError as error:
        return Progress(Phase.DONE, f"the old one is left as {names.old}: {error.what}")
    return Progress(Phase.DONE, f"{names.own} is {short_id(uid)} now", 1, 1, 1)


def _make(link: SendingLink, plan: Plan, raw: Raw, names: Names) -> str:
    """Create the new one beside the old one and return its id; nothing is left of a failure."""
    old = looking.image(link, str(raw.get("Image")))
    image = plan.ask.value("image")
    found = looking.image(link, image)
    made = copying.copy_of(raw, dig(old, "Config"), memo_of(plan, "call") or image)
    # An id is what is run; the name is what it is called by afterwards, where that is the same.
    named = looking.image(link, made.body["Image"])
    if found is None or named is None or named["Id"] != found["Id"]:
        made.body["Image"] = pulling.by_digest(found, made.body["Image"]) or image
    try:
        said = link.send("POST", "/containers/create", {"name": names.new}, made.body, _MADE_S)
        uid = str(said["Id"])
        for name in made.disconnects:
            link.send("POST", f"/networks/{quote(name)}/disconnect", body={"Container": uid})
        for name, place in made.connects:
            body = {"Container": uid, "EndpointConfig": place}
            link.send("POST", f"/networks/{quote(name)}/connect", body=body)
    except Unreachable:
        raise
    except ProviderError:
        with suppress(NotFound):
            link.send("DELETE", f"/containers/{names.new}", {"v": "1", "force": "0"})
        raise
    return uid


def stop(link: SendingLink, raw: Raw) -> None:
    """Stop a container, with its own time-out."""
    own = dig(raw, "Config", "StopTimeout")
    wait_s = float(own) if isinstance(own, int) else _STOP_S
    with suppress(NotFound):
        link.send("POST", f"/containers/{raw['Id']}/stop", timeout_s=wait_s + 10)


def _wait(link: SendingLink, plan: Plan, uid: str, job: Job) -> str:
    """Wait until the new one is well; return what is wrong with it, nothing if it is."""
    end = time.monotonic() + seconds(plan.ask.value("timeout"), 60.0)
    begun = time.monotonic()
    while True:
        if job.stop.is_set():
            return job.why
        raw = looking.by_id(link, uid)
        if raw is None:
            return "the new one is gone"
        if bad := ailing(raw):
            return bad
        health = dig(raw, "State", "Health", "Status")
        if health == "healthy":
            return ""
        if health is None and time.monotonic() - begun >= STEADY_S:
            return ""
        if health is not None and time.monotonic() >= end:
            return f"its check did not pass in {plan.ask.value('timeout')}{_last_check(raw)}"
        text = f"its check: {clean(str(health), 40)}" if health else "it runs; watched for a while"
        job.tell(Progress(Phase.ROLLING, f"the new one: {text}", 1, 0, 1))
        job.stop.wait(_LOOK_S)


def ailing(raw: Raw) -> str:
    """Return what is wrong with a new container, nothing as long as there is hope."""
    if dig(raw, "State", "Health", "Status") == "unhealthy":
        return f"its check fails{_last_check(raw)}"
    if looking.status_of(raw) != "running" or raw.get("RestartCount"):
        return f"it ended: {looking.ending(raw)}"
    return ""


def _last_check(raw: Raw) -> str:
    runs = dig(raw, "State", "Health", "Log")
    output = str(dig(runs[-1], "Output") or "") if isinstance(runs, list) and runs else ""
    lines = output.strip().splitlines()
    return f": {redact(clean(lines[-1], 200))}" if lines else ""


def _back_in_time(link: SendingLink, plan: Plan, why: str, uid: str, job: Job) -> Progress:
    """Bring the old one back, also where the engine has to come back first.

    Each try looks anew at what is there, so that nothing is sent twice.
    """
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return bring_back(link, plan, why, uid)
        except Unreachable:
            if time.monotonic() >= end:
                raise
            job.tell(Progress(Phase.ROLLING, f"{why}; waiting for the engine, to go back"))
            time.sleep(AGAIN_S)


def bring_back(link: SendingLink, plan: Plan, why: str, uid: str = "") -> Progress:
    """From whatever step, make it so that the old one runs under its name again.

    `uid` is the new one, where it is known; where it is not, only one under a name of ours.
    """
    names, place = Names.of(plan), Place.look(link, plan)
    if place.old is None:
        return Progress(Phase.FAILED, f"{why}; the old one is gone: {_of_new(place, names)}")
    new = place.new if place.new is not None and is_ours(link, place, names, uid) else None
    if new is None and place.new is not None:
        text = f"{names.own} is the name of another container now"
        return Progress(Phase.FAILED, f"{why}; {text}; the old one is {looking.name_of(place.old)}")
    steps: list[tuple[str, Callable[[], None]]] = []
    if new is not None:
        steps.append(("remove the new one", lambda: _remove(link, str(new["Id"]))))
    if looking.name_of(place.old) != names.own:
        steps.append(("rename the old one", lambda: rename(link, plan.ref.uid, names.own)))
    if not looking.is_up(place.old):
        steps.append(("start the old one", lambda: _start(link, plan.ref.uid)))
    for text, step in steps:
        try:
            step()
        except ProviderError as error:
            now = read_back(link, plan)
            reason = f"{why}; could not {text}: {error.what}; {now.reason}"
            return replace(now, phase=Phase.FAILED, reason=reason)
    return Progress(Phase.ROLLED_BACK, f"{why}; the old one is back", 0, 1, 1)


def is_ours(link: SendingLink, place: Place, names: Names, uid: str = "") -> bool:
    """Whether the one in the old one's place was made by us, and not by somebody since."""
    old, new = place.old, place.new
    if old is None or new is None:
        return False
    if uid:
        return bool(new["Id"] == uid)
    if looking.name_of(new) == names.new:
        return True
    prints = [
        copying.same_print(one, dig(looking.image(link, str(one.get("Image"))), "Config"))
        for one in (old, new)
    ]
    return prints[0] == prints[1]


def _start(link: SendingLink, uid: str) -> None:
    link.send("POST", f"/containers/{uid}/start", timeout_s=30)


def _remove(link: SendingLink, uid: str) -> None:
    with suppress(NotFound):
        link.send("DELETE", f"/containers/{uid}", {"v": "0", "force": "1"}, timeout_s=20)


def read_back(link: SendingLink, plan: Plan) -> Progress:
    """Say what is there now, under which name, and what to do. Another process began it."""
    names, place = Names.of(plan), Place.look(link, plan)
    old, new = place.old, place.new
    if old is None:
        return _without_old(place, names)
    own, up = looking.name_of(old) == names.own, looking.is_up(old)
    if not own:
        return _set_aside(link, old, new, names)
    beside = f"; the new one is {looking.name_of(new)}, not in use" if new else ""
    if up and new is None:
        if looking.started_of(old) != memo_of(plan, "started"):
            return Progress(Phase.ROLLED_BACK, "the old one is back")
        if not late(link, plan, _MADE_S):
            return Progress(Phase.ROLLING, "the old one runs as it did")
        return Progress(Phase.FAILED, "not done: the old one runs as it did")
    if up:
        return _broken(f"not done: the old one runs as it did{beside}")
    if new is None and looking.started_of(old) != memo_of(plan, "started"):
        return Progress(Phase.ROLLED_BACK, "the old one is back, and was stopped since")
    return _broken(
        f"broken off: nothing runs. The old one has its name {names.own} and is stopped{beside}"
    )


def _broken(text: str) -> Progress:
    return Progress(Phase.FAILED, f"{text}: {HOW}", 0, 0, 1, half_way=True)


def _set_aside(link: SendingLink, old: Raw, new: Raw | None, names: Names) -> Progress:
    """Return what it means that the old one has the name under which it is kept."""
    kept = f"the old one is kept as {looking.name_of(old)}"
    if new is None:
        return _broken(f"broken off: nothing runs, {kept}")
    called = looking.name_of(new)
    if called != names.own:
        return _broken(f"broken off: nothing runs. {kept}, the new one is {called}, not started")
    if looking.status_of(new) in {"created", "exited"} or ailing(new):
        why = ailing(new) if looking.status_of(new) != "created" else "it was not started"
        return _broken(f"broken off: the new one has the name {called}, and {why}. {kept}")
    health = dig(new, "State", "Health", "Status")
    started = time_of(looking.started_of(new))
    steady = started is not None and link.server_now() - started >= STEADY_S
    if health == "healthy" or (health is None and steady):
        text = f"the new one runs as {called}; {kept}: {HOW}"
        return Progress(Phase.DONE, text, 1, 1, 1, half_way=True)
    return Progress(Phase.ROLLING, f"the new one runs, its check is not through; {kept}", 1, 0, 1)


def _without_old(place: Place, names: Names) -> Progress:
    new = place.new
    if (
        new is not None
        and looking.name_of(new) == names.own
        and looking.status_of(new) == "running"
    ):
        return Progress(Phase.DONE, f"{names.own} is {short_id(new['Id'])} now", 1, 1, 1)
    return Progress(Phase.FAILED, f"the old one is gone: {_of_new(place, names)}")


def _of_new(place: Place, names: Names) -> str:
    if place.new is None:
        return f"and nothing is called {names.own}"
    return f"the new one is {looking.name_of(place.new)}, {looking.status_of(place.new)}"
