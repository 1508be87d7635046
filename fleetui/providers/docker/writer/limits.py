"""Memory, cores and restart policy, changed while it runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import Invalid, NotFound, ProviderError
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.docker.writer import looking, surroundings, values
from fleetui.providers.docker.writer.deed import ALLOWED, Deed, Job, Raw, not_done
from fleetui.providers.docker.writer.lifecycle import refusal
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.documents import dig
from fleetui.providers.seen import compare, seen_text

_PERIOD = 100_000
_NAMES = ("memory", "swap", "cpu", "restart_policy")


@dataclass(frozen=True, slots=True)
class Limits:
    """What can be changed of a container, 0 for no limit. `swap` is memory and swap together."""

    memory: int
    swap: int
    """-1: no limit of its own, 0: the engine decides."""
    nano: int
    by_quota: bool
    """Whether cores are limited by a quota, which alone can be taken off again."""
    policy: tuple[str, int]

    def texts(self) -> dict[str, str]:
        """Return each as a person writes it."""
        return {
            "memory": values.memory_text(self.memory),
            "swap": "any" if self.swap < 0 else values.memory_text(self.swap),
            "cpu": values.cpu_text(self.nano),
            "restart_policy": values.policy_text(*self.policy),
        }


def limits_of(raw: Raw) -> Limits:
    """Return the limits in an inspection."""
    host = dig(raw, "HostConfig")
    nano, quota = _int(host, "NanoCpus"), _int(host, "CpuQuota")
    by_quota = nano <= 0
    if by_quota and quota > 0:
        nano = round(quota / (_int(host, "CpuPeriod") or _PERIOD) * 1e9)
    policy = dig(host, "RestartPolicy")
    memory = max(0, _int(host, "Memory"))
    return Limits(
        memory=memory,
        swap=_int(host, "MemorySwap") if memory else 0,
        nano=max(0, nano),
        by_quota=by_quota,
        policy=(clean(str(dig(policy, "Name") or "no"), 40), _int(policy, "MaximumRetryCount")),
    )


def _int(raw: Any, name: str) -> int:
    found = dig(raw, name)
    return found if isinstance(found, int) else 0


def wanted_of(now: Limits, ask: Ask, whole: int) -> Limits:
    """Return the limits that an ask leads to. Raises Invalid.

    A limit of memory cannot be taken off while a container lives: none means all of its
    host's, `whole`.
    """
    if not any(ask.value(name) for name in _NAMES):
        raise Invalid("no limit is given", hint="give memory, cpu or restart_policy")
    made = now
    if text := ask.value("memory"):
        memory = values.memory(text)
        if memory or not now.memory:
            made = replace(made, memory=memory, swap=_swap(now, memory))
        else:
            made = replace(made, memory=whole, swap=2 * whole)
    if text := ask.value("swap"):
        made = replace(made, swap=-1 if text == "any" else values.memory(text))
        if 0 <= made.swap < made.memory:
            raise Invalid("memory and swap together cannot be less than the memory",
                          hint=f"swap={values.memory_text(made.memory)} means no swap")  # fmt: skip
    if text := ask.value("cpu"):
        made = replace(made, nano=values.cpu(text))
    if text := ask.value("restart_policy"):
        made = replace(made, policy=values.policy(text))
    return made


def _swap(now: Limits, memory: int) -> int:
    """Return the limit of memory and swap together: as much swap as there was.

    The engine refuses a memory limit above it, so the two must be set at once.
    """
    if not memory:
        return 0
    if not now.memory:
        return 2 * memory
    return now.swap if now.swap < 0 else memory + max(0, now.swap - now.memory)


def body_of(now: Limits, wanted: Limits) -> dict[str, Any]:
    """Return what is sent; 0 would mean to leave it, so that no limit is -1."""
    body: dict[str, Any] = {}
    if (now.memory, now.swap) != (wanted.memory, wanted.swap):
        body["Memory"] = wanted.memory
        body["MemorySwap"] = wanted.swap or -1
    if now.nano != wanted.nano:
        if now.by_quota:
            body["CpuPeriod"] = _PERIOD
            body["CpuQuota"] = round(wanted.nano / 1e9 * _PERIOD) or -1
        else:
            body["NanoCpus"] = wanted.nano
    if now.policy != wanted.policy:
        name, most = wanted.policy
        body["RestartPolicy"] = {"Name": name, "MaximumRetryCount": most}
    return body


class Resize(Deed):
    """Change limits live."""

    def plan(self, link: SendingLink, ask: Ask) -> Plan:
        """Say which limits would become what."""
        raw = looking.container(link, ask.ref)
        now = limits_of(raw)
        whole = _whole(link)
        wanted = wanted_of(now, ask, whole)
        before, after = now.texts(), wanted.texts()
        moved = tuple(
            Difference(n, before[n], after[n]) for n in _NAMES if before[n] != after[n]
        )  # fmt: skip
        back = Ask(Verb.RESIZE, ask.ref, tuple((d.name, d.before) for d in moved))
        if now.memory == 0:
            # Without a limit of memory there is none of swap to set.
            back = replace(back, values=tuple(v for v in back.values if v[0] != "swap"))
        words = ", ".join(f"{d.name} back to {d.before}" for d in moved)
        if "memory" in dict(back.values) and not now.memory:
            words += f": as good as that, {values.memory_text(whole)}, all of its host's"
        return Plan(
            ask=replace(ask, values=tuple((d.name, d.after) for d in moved)),
            differences=moved,
            facts=(*surroundings.facts_of(raw, link.server_now()), *_use(link, raw, now, wanted)),
            cautions=tuple(_cautions(link, raw, now, wanted, whole)),
            steps=("set the limits of the running container; it is not restarted",),
            undo=Undo(words, back) if moved else Undo("there is nothing to undo"),
            permission=ALLOWED,
            refused=refusal(raw, Verb.RESIZE) or _refused(raw, now, wanted),
            seen=seen_text(_condition(raw)),
        )

    def check(self, link: SendingLink, plan: Plan) -> None:
        """Raise where its limits are others now."""
        compare(plan.ref, plan.seen, _condition(looking.container(link, plan.ref)))

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:  # noqa: ARG002
        """Send the limits that change, all at once."""
        now = limits_of(looking.container(link, plan.ref))
        body = body_of(now, wanted_of(now, plan.ask, _whole(link)))
        said = link.send("POST", f"/containers/{plan.ref.uid}/update", body=body)
        done = self.progress(link, plan)
        if done.phase is Phase.ROLLING:
            return Progress(Phase.FAILED, f"the engine said yes, and {done.reason}")
        warnings = "; ".join(clean(str(w), 200) for w in dig(said, "Warnings") or ())
        return replace(done, reason=warnings or done.reason)

    def progress(self, link: SendingLink, plan: Plan) -> Progress:
        """Compare what it has with what was asked for."""
        try:
            now = limits_of(looking.container(link, plan.ref)).texts()
        except NotFound as error:
            return Progress(Phase.FAILED, error.what)
        other = [d for d in plan.differences if now[d.name] != d.after]
        # Where swap is not accounted for, the engine leaves its limit as it likes.
        if not other or all(d.name == "swap" for d in other):
            return Progress(Phase.DONE)
        return not_done(link, plan, ", ".join(f"{d.name} is {now[d.name]}" for d in other))


def _condition(raw: Raw) -> dict[str, Any]:
    found = looking.condition(raw)
    return {"id": found["id"], "name": found["name"], **limits_of(raw).texts()}


def _refused(raw: Raw, now: Limits, wanted: Limits) -> str:
    if wanted.policy != now.policy and surroundings.vanishes(raw) and wanted.policy[0] != "no":
        return "it vanishes when it stops (auto-remove): it cannot have a restart policy"
    if not now.by_quota and now.nano and not wanted.nano:
        return "its limit of cores cannot be taken off while it lives: set one as high as you like"
    return ""


def _whole(link: SendingLink) -> int:
    """Return the memory of the engine's host, in bytes."""
    return _int(link.call(lambda client: client.info()), "MemTotal")


def _cautions(
    link: SendingLink, raw: Raw, now: Limits, wanted: Limits, whole: int
) -> list[Caution]:
    found = surroundings.of_owner(
        raw, "its file does not know of this, and `up` may make the container anew without it"
    )
    if now.memory and now.swap != wanted.swap and now.memory != wanted.memory:
        text = "memory and swap together move along: an engine refuses memory above that limit"
        found.append(Caution(text))
    used = _used(link, raw, now, wanted)
    if used is not None and wanted.memory and used > wanted.memory:
        text = f"it uses {values.memory_text(used)} now, more than that: the kernel may end it"
        found.append(Caution(text, grave=True))
    if now.memory and wanted.memory == whole:
        text = "a limit cannot be taken off while it lives: it may take all of its host's memory"
        found.append(Caution(text))
    if whole and wanted.memory > whole:
        found.append(Caution(f"its host has only {values.memory_text(whole)}"))
    return found


def _use(link: SendingLink, raw: Raw, now: Limits, wanted: Limits) -> tuple[tuple[str, str], ...]:
    used = _used(link, raw, now, wanted)
    return () if used is None else (("memory in use", values.memory_text(used)),)


def _used(link: SendingLink, raw: Raw, now: Limits, wanted: Limits) -> int | None:
    """Return the memory that it holds, where the limit comes closer. An engine takes its time."""
    lower = wanted.memory and (not now.memory or wanted.memory < now.memory)
    if not lower or looking.status_of(raw) != "running":
        return None
    try:
        raw = link.call(lambda c: c.stats(raw["Id"], stream=False, one_shot=True))
    except ProviderError:
        return None
    stats = dig(raw, "memory_stats", "stats")
    cache = _int(stats, "inactive_file") or _int(stats, "total_inactive_file")
    found = _int(dig(raw, "memory_stats"), "usage") - cache
    return found if found > 0 else None
