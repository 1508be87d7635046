"""Starting, stopping, renaming, resizing, removing single things of the demo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fleetui.core import humanise
from fleetui.core.change import (
    INSIDE,
    Ask,
    Caution,
    Difference,
    Phase,
    Plan,
    Progress,
    Undo,
    Verb,
)
from fleetui.core.clean import clean
from fleetui.core.errors import Invalid
from fleetui.core.filter import size
from fleetui.core.objects import Container, Instance, Resource
from fleetui.core.secrets import redact
from fleetui.core.state import State
from fleetui.providers.demo import happenings
from fleetui.providers.demo.happenings import Phrase
from fleetui.providers.demo.images import size_of
from fleetui.providers.demo.provider import DemoProvider
from fleetui.providers.demo.touched import STARTS_AFTER_S, STOPS_AFTER_S, Touch
from fleetui.providers.demo.world import MIB, World
from fleetui.providers.writing import Tell

_LAYERS, _PULL_STEP_S = 5, 0.8
_BECOMES: dict[Verb, State] = {
    Verb.START: State.RUNNING, Verb.RESTART: State.RUNNING, Verb.UNPAUSE: State.RUNNING,
    Verb.STOP: State.STOPPED, Verb.KILL: State.STOPPED, Verb.PAUSE: State.PAUSED,
}  # fmt: skip
_BACK: dict[Verb, tuple[Verb, str]] = {
    Verb.START: (Verb.STOP, "stop it again"), Verb.STOP: (Verb.START, "start it again"),
    Verb.PAUSE: (Verb.UNPAUSE, "unpause it"), Verb.UNPAUSE: (Verb.PAUSE, "pause it again"),
    Verb.KILL: (Verb.START, "start it again"),
}  # fmt: skip


def seen(row: Resource) -> str:
    """Return what a plan stands on."""
    return f"{row.state} and called {row.name}"


def plan(provider: DemoProvider, row: Resource, ask: Ask, time: float) -> Plan:
    """Return what an ask would do to one thing. Raises Invalid."""
    made = _made(provider, row, ask, time)
    off = next((c.reason for c in row.capabilities if c.name == ask.verb and not c.allowed), "")
    if ask.value("force") == "yes":
        off = ""
    return replace(
        made, refused=made.refused or off, facts=(*made.facts, *_around(row)), seen=seen(row),
        memo=(("at", str(time)), *made.memo),
    )  # fmt: skip


def _made(provider: DemoProvider, row: Resource, ask: Ask, time: float) -> Plan:
    verb = ask.verb
    if verb in _BECOMES:
        return _turned(row, ask)
    if verb is Verb.RENAME:
        return _renamed(provider, row, ask, time)
    if verb is Verb.RESIZE:
        return _resized(row, ask)
    if verb is Verb.REMOVE:
        return Plan(
            ask=ask, differences=(Difference("state", str(row.state), "removed"),),
            cautions=tuple(_lost(row)), steps=(f"remove {row.ref.short}",),
            undo=Undo("cannot be undone: what is removed is gone"),
        )  # fmt: skip
    if verb is Verb.PULL:
        return Plan(ask=ask, steps=(f"pull {row.name}",), undo=Undo("the old image stays"))
    if verb is Verb.EXEC:
        command = redact(clean(ask.value("command"), 400))
        return Plan(
            ask=replace(ask, values=(("command", command),)),
            steps=(f"run in it: {command}",),
            undo=Undo("cannot be undone: what it did is not known here"),
        )
    if verb is Verb.DEBUG:
        return _debugged(ask)
    return _pruned(provider, row, ask, time)


def _debugged(ask: Ask) -> Plan:
    """Return a plan as a real cluster's, with a name that is always the same."""
    image, name = ask.value("image") or "busybox:1.37", "debugger-d3m0x"
    return Plan(
        ask=ask,
        differences=(Difference("debug container", "none", name),),
        facts=(("image", clean(image, 200)),),
        cautions=(Caution("it cannot be taken away again: it stays as long as the pod"),),
        steps=(f"add {name} to the pod", "wait until it runs", "lead this terminal into it"),
        undo=Undo("cannot be undone: it stays as long as the pod"),
    )


def _turned(row: Resource, ask: Ask) -> Plan:
    after = _BECOMES[ask.verb]
    back = _BACK.get(ask.verb)
    timeout = ask.value("timeout") or "10s"
    words = {Verb.STOP: f"stop {row.name}, and kill it after {timeout}"}
    return Plan(
        ask=ask,
        differences=(Difference("state", str(row.state), str(after)),)
        if row.state is not after else (),
        cautions=(Caution("what it was doing is lost"),) if ask.verb is Verb.KILL else (),
        steps=(words.get(ask.verb, f"{ask.verb} {row.name}"),),
        undo=Undo(back[1], Ask(back[0], row.ref)) if back
        else Undo("cannot be undone, and changes nothing but the process"),
    )  # fmt: skip


def _renamed(provider: DemoProvider, row: Resource, ask: Ask, time: float) -> Plan:
    name = ask.value("name").strip()
    if not name or not all(c.isalnum() or c in "_.-" for c in name):
        raise Invalid(f'"{name}" is no name: letters, digits, _, . and - may be in one')
    rows = provider.readers["containers"](time)
    there = any(one.name == name and one.ref != row.ref for one in rows)
    back = Ask(Verb.RENAME, row.ref, (("name", row.name),))
    return Plan(
        ask=ask,
        differences=(Difference("name", row.name, name),) if name != row.name else (),
        steps=(f"rename {row.name} to {name}",),
        undo=Undo(f"call it {row.name} again", back),
        refused=f"another container is called {name}" if there else "",
    )


def _resized(row: Resource, ask: Ask) -> Plan:
    if isinstance(row, Instance):
        wanted = ask.value("size").strip()
        if not wanted:
            raise Invalid("which size?", hint="write the machine type, as s-4vcpu-8gb")
        back = Ask(Verb.RESIZE, row.ref, (("size", row.size),))
        return Plan(
            ask=ask, differences=(Difference("size", row.size, wanted),),
            steps=(f"resize {row.name} to {wanted}",), undo=Undo(f"back to {row.size}", back),
        )  # fmt: skip
    text = ask.value("memory")
    limit = size(text) if text else None
    if limit is None or limit < 6 * MIB:
        raise Invalid(f'"{text}" is no memory limit', hint="write 512MiB or 2GiB, at least 6MiB")
    assert isinstance(row, Container)  # noqa: S101  only those are left
    before = humanise.size(row.memory_limit) if row.memory_limit else "no limit"
    back_to = f"{row.memory_limit // MIB}MiB" if row.memory_limit else "1048576MiB"
    low = row.memory is not None and limit < row.memory
    return Plan(
        ask=ask,
        differences=(Difference("memory", before, humanise.size(limit)),),
        cautions=(
            Caution(f"it uses {humanise.size(row.memory)} now: it would be killed", grave=True),
        ) if low else (),
        steps=(f"set the memory limit of {row.name} to {humanise.size(limit)}, while it runs",),
        undo=Undo(f"back to {before}", Ask(Verb.RESIZE, row.ref, (("memory", back_to),))),
    )  # fmt: skip


def _pruned(provider: DemoProvider, row: Resource, ask: Ask, time: float) -> Plan:
    gone = _unused(provider, row, time)
    freed = sum(getattr(one, "size", None) or 0 for one in gone)
    names = ", ".join(one.name for one in gone[:5]) + (", …" if len(gone) > 5 else "")
    what = f"{row.ref.kind}s that nothing uses"
    return Plan(
        ask=ask,
        differences=(Difference(what, str(len(gone)), "0"),) if gone else (),
        facts=(("would go", names or "none"), ("frees", humanise.size(freed))),
        cautions=tuple(_lost(gone[0])) if gone else (),
        steps=(f"remove {len(gone)} {what}",),
        undo=Undo("cannot be undone: what is removed is gone"),
        refused="" if gone else f"there are no {what}",
        members=len(gone),
        memo=(("gone", " ".join(one.ref.uid for one in gone)),),
    )


def _unused(provider: DemoProvider, row: Resource, time: float) -> list[Resource]:
    rows = provider.readers[f"{row.ref.kind}s"](time)
    return [one for one in rows if one.ref.kind == row.ref.kind and not _used(one)]


def _used(one: Resource) -> bool:
    return bool(getattr(one, "used_by", 0)) or one.name == "bridge"


def _lost(row: Resource) -> Iterator[Caution]:
    if row.ref.kind == "volume":
        yield Caution("the data in it is lost for good", grave=True)
    elif isinstance(row, Container) and row.state is not State.STOPPED:
        yield Caution("it is stopped first")


def _around(row: Resource) -> Iterator[tuple[str, str]]:
    owner = next((link.ref for link in row.links if link.relation == "part_of"), None)
    if owner is not None:
        yield "belongs to", f"{owner.short}, which may bring another one"
    if isinstance(row, Container) and row.ports:
        yield "ports", ", ".join(str(port.public or port.private) for port in row.ports)


def carry_out(provider: DemoProvider, row: Resource, plan: Plan, time: float) -> None:
    """Do it."""
    verb, touches = plan.ask.verb, provider.world.clock.touches
    if verb in INSIDE or verb is Verb.FORWARD:
        raise Invalid("it is not sent: a session or a tunnel does it")
    if verb is Verb.PRUNE:
        for uid in dict(plan.memo)["gone"].split():
            touches.note(replace(row.ref, uid=uid), Touch(time, removed=True))
    elif verb is Verb.REMOVE:
        touches.note(row.ref, Touch(time, removed=True))
    elif verb is Verb.RENAME:
        touches.note(row.ref, Touch(time, name=plan.ask.value("name")))
    elif verb is Verb.RESIZE:
        limit = size(plan.ask.value("memory"))
        own = None if limit is None else int(limit)
        touches.note(row.ref, Touch(time, memory_limit=own, size=plan.ask.value("size")))
    else:
        code = {Verb.STOP: 143, Verb.KILL: 137}.get(verb)
        fresh = verb in {Verb.START, Verb.RESTART}
        touches.note(row.ref, Touch(time, _BECOMES[verb], exit_code=code, fresh=fresh))
    phrase = Phrase(verb.value, f"{row.ref.kind} {verb.value}: {row.name}")
    touches.events.append(
        happenings.event(provider.world, row.ref.scope, phrase, time, row.ref, {})
    )


def progress(world: World, row: Resource | None, plan: Plan, time: float) -> Progress:
    """Say how far it is: what is asked of one thing is done within moments."""
    verb, began = plan.ask.verb, float(dict(plan.memo)["at"])
    touch = world.clock.touches.things.get(plan.ref.uid)
    if verb is Verb.PRUNE:
        left = [
            uid for uid in dict(plan.memo)["gone"].split()
            if uid not in world.clock.touches.things
        ]  # fmt: skip
        return Progress(Phase.FAILED, f"{len(left)} are left") if left else Progress(Phase.DONE)
    if verb in INSIDE:
        return Progress(Phase.UNKNOWN, "what ran in it leaves no trace that could be read back")
    if verb is Verb.PULL:
        return Progress(Phase.UNKNOWN, "an engine does not tell of pulls that others began")
    if touch is None or touch.at < began:
        return Progress(Phase.FAILED, "not done: nothing has changed")
    if verb is Verb.REMOVE:
        return Progress(Phase.DONE if row is None else Phase.ROLLING)
    if row is None:
        return Progress(Phase.FAILED, f"{plan.ref.short} is gone")
    wait = STARTS_AFTER_S if touch.fresh else STOPS_AFTER_S if touch.exit_code else 0.0
    return Progress(Phase.DONE if time >= touch.at + wait else Phase.ROLLING)


async def pull(world: World, plan: Plan, tell: Tell) -> Progress:
    """Fetch the layers of an image, one after another."""
    whole = size_of(plan.ref.name) * MIB
    for layer in range(1, _LAYERS + 1):
        await world.sleep(_PULL_STEP_S)
        had = humanise.size(whole * layer / _LAYERS)
        tell(Progress(Phase.ROLLING, f"{had} of {humanise.size(whole)}", layer, None, _LAYERS))
    return Progress(Phase.DONE, "it is up to date", _LAYERS, None, _LAYERS)
