"""Start, stop, restart, pause, unpause and kill: one request each, read back from the state."""

from __future__ import annotations

import re
from dataclasses import replace

from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import Invalid, NotFound
from fleetui.core.secrets import redact
from fleetui.providers.docker.capabilities import of_container
from fleetui.providers.docker.writer import looking, surroundings
from fleetui.providers.docker.writer.deed import ALLOWED, Deed, Job, Raw, memo_of, not_done
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.docker.writer.values import seconds
from fleetui.providers.documents import dig
from fleetui.providers.seen import compare, seen_text

_SIGNAL = re.compile(r"(?:SIG)?([A-Z][A-Z0-9+-]{1,9}|\d{1,2})", re.IGNORECASE)
_STOP_S = 10.0


class Lifecycle(Deed):
    """What all of them share; each says what it sends and what comes of it."""

    verb: Verb
    after: str
    """The engine's word for the state that it leads to; empty: the same as before."""
    back: Verb | None = None

    def plan(self, link: SendingLink, ask: Ask) -> Plan:
        """Look at the container and say what would become of it."""
        raw = looking.container(link, ask.ref)
        ask = self.worked_out(ask, raw)
        sharing = surroundings.sharing_of(raw, looking.listed(link))
        word = looking.status_of(raw)
        after = self.after or word
        return Plan(
            ask=ask,
            differences=(Difference("state", word, after),) if after != word else (),
            facts=surroundings.facts_of(raw, link.server_now(), sharing),
            cautions=tuple(self.cautions(raw, ask, sharing)),
            steps=(self.step(ask),),
            undo=self.undo(raw, ask),
            permission=ALLOWED,
            refused=refusal(raw, self.verb),
            seen=seen_text(looking.condition(raw)),
            memo=(("started", looking.started_of(raw)),),
        )

    def worked_out(self, ask: Ask, raw: Raw) -> Ask:  # noqa: ARG002
        """Return the ask with every value known. Raises Invalid."""
        return ask

    def step(self, ask: Ask) -> str:  # noqa: ARG002
        """Return what is sent, in words."""
        return f"{self.verb} it"

    def cautions(self, raw: Raw, ask: Ask, sharing: list[str]) -> list[Caution]:  # noqa: ARG002
        """Return what to know before."""
        return []

    def undo(self, raw: Raw, ask: Ask) -> Undo:
        """Return how to take it back."""
        if self.back is None:
            return Undo("cannot be undone: it only began anew")
        if surroundings.vanishes(raw) and self.back is Verb.START:
            return Undo("cannot be undone: it is gone once it has stopped")
        return Undo(f"{self.back} it again", Ask(self.back, ask.ref))

    def check(self, link: SendingLink, plan: Plan) -> None:
        """Raise where it is not what it was."""
        compare(plan.ref, plan.seen, looking.condition(looking.container(link, plan.ref)))

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:  # noqa: ARG002
        """Send it, and look at what came of it."""
        params, wait_s = self.request(plan.ask)
        link.send("POST", f"/containers/{plan.ref.uid}/{self.verb}", params, timeout_s=wait_s)
        return self.settled(self.progress(link, plan))

    def settled(self, now: Progress) -> Progress:
        """Return what a state means once the engine has said yes."""
        if now.phase is Phase.ROLLING:
            return replace(now, phase=Phase.DONE, reason="")
        return now

    def request(self, ask: Ask) -> tuple[dict[str, str], float]:  # noqa: ARG002
        """Return the parameters, and how much longer than others it may take, in seconds."""
        return {}, 0.0

    def progress(self, link: SendingLink, plan: Plan) -> Progress:
        """Read it back from the state."""
        try:
            raw = looking.container(link, plan.ref)
        except NotFound as error:
            return self.vanished(error)
        return self.found(link, plan, raw)

    def vanished(self, error: NotFound) -> Progress:
        """Return what it means that the container is gone."""
        return Progress(Phase.FAILED, error.what)

    def found(self, link: SendingLink, plan: Plan, raw: Raw) -> Progress:
        """Return what a state means."""
        word = looking.status_of(raw)
        if word == self.after:
            return Progress(Phase.DONE)
        return not_done(link, plan, f"it is {word}")


class _Up(Lifecycle):
    after = "running"

    def found(self, link: SendingLink, plan: Plan, raw: Raw) -> Progress:
        if looking.started_of(raw) == memo_of(plan, "started"):
            # One that could not be started has the reason for it in its state.
            error = clean(str(dig(raw, "State", "Error") or ""), 300)
            if error and not looking.is_up(raw):
                return Progress(Phase.FAILED, error)
            _, wait_s = self.request(plan.ask)
            return not_done(link, plan, f"it is {looking.status_of(raw)} as before", wait_s)
        if looking.is_up(raw):
            # One between two restarts has started, and ended at once.
            if looking.status_of(raw) == "restarting":
                return Progress(Phase.FAILED, f"it started and ended: {looking.ending(raw)}")
            return Progress(Phase.DONE)
        if dig(raw, "State", "ExitCode") == 0 and not dig(raw, "State", "Error"):
            return Progress(Phase.DONE, "it ran to its end: exit code 0")
        return Progress(Phase.FAILED, f"it started and ended: {looking.ending(raw)}")


class Start(_Up):
    """Start one that is down."""

    verb, back = Verb.START, Verb.STOP


class Restart(_Up):
    """Stop it and start it again."""

    verb, after = Verb.RESTART, "running"

    def worked_out(self, ask: Ask, raw: Raw) -> Ask:
        """Return the ask with its time-out."""
        return with_timeout(ask, raw)

    def step(self, ask: Ask) -> str:
        """Return what is sent."""
        return f"stop it, killed after {ask.value('timeout')}, and start it"

    def cautions(self, raw: Raw, ask: Ask, sharing: list[str]) -> list[Caution]:  # noqa: ARG002
        """Return what to know before."""
        if not looking.is_up(raw):
            return []
        found = [c for c in surroundings.of_stopping(raw, sharing, for_good=False)
                 if "vanishes" not in c.text]  # fmt: skip
        if ports := surroundings.ports_of(raw):
            found.append(Caution(f"nobody answers on {surroundings.some(ports)} meanwhile"))
        return found

    def undo(self, raw: Raw, ask: Ask) -> Undo:
        """Return that there is nothing to take back."""
        if not looking.is_up(raw):
            return Undo("stop it again", Ask(Verb.STOP, ask.ref))
        return Undo("cannot be undone: what it held in memory is gone")

    def request(self, ask: Ask) -> tuple[dict[str, str], float]:
        """Return the time-out."""
        wait_s = seconds(ask.value("timeout"), _STOP_S)
        return {"t": f"{wait_s:.0f}"}, wait_s


class Stop(Lifecycle):
    """Ask it to end, and kill it where it does not."""

    verb, after, back = Verb.STOP, "exited", Verb.START

    def worked_out(self, ask: Ask, raw: Raw) -> Ask:
        """Return the ask with its time-out."""
        return with_timeout(ask, raw)

    def step(self, ask: Ask) -> str:
        """Return what is sent."""
        return f"ask it to stop, and kill it after {ask.value('timeout')}"

    def cautions(self, raw: Raw, ask: Ask, sharing: list[str]) -> list[Caution]:  # noqa: ARG002
        """Return what to know before."""
        found = surroundings.of_stopping(raw, sharing, for_good=True)
        if ports := surroundings.ports_of(raw):
            found.append(Caution(f"nobody answers on {surroundings.some(ports)} then"))
        return found

    def request(self, ask: Ask) -> tuple[dict[str, str], float]:
        """Return the time-out."""
        wait_s = seconds(ask.value("timeout"), _STOP_S)
        return {"t": f"{wait_s:.0f}"}, wait_s

    def vanished(self, error: NotFound) -> Progress:
        """Return that stopping an auto-removed one removes it."""
        return Progress(Phase.DONE, f"it stopped, and is gone: {error.what}")

    def found(self, link: SendingLink, plan: Plan, raw: Raw) -> Progress:
        """Return whether it is down."""
        if looking.is_up(raw):
            _, wait_s = self.request(plan.ask)
            return not_done(link, plan, f"it is {looking.status_of(raw)}", wait_s)
        return Progress(Phase.DONE, looking.ending(raw))


class Kill(Stop):
    """Send it a signal: the one that cannot be ignored, or another."""

    verb = Verb.KILL

    def worked_out(self, ask: Ask, raw: Raw) -> Ask:  # noqa: ARG002
        """Return the ask with its signal."""
        return with_value(ask, "signal", signal_of(ask.value("signal")))

    def step(self, ask: Ask) -> str:
        """Return what is sent."""
        return f"send it {ask.value('signal')}"

    def plan(self, link: SendingLink, ask: Ask) -> Plan:
        """Say what a signal does: only one of them is sure to end it."""
        plan = super().plan(link, ask)
        if plan.ask.value("signal") == "SIGKILL":
            return plan
        return replace(plan, differences=(), undo=Undo("cannot be undone: a signal is a message"))

    def cautions(self, raw: Raw, ask: Ask, sharing: list[str]) -> list[Caution]:
        """Return what to know before."""
        if ask.value("signal") != "SIGKILL":
            return [Caution(f"what {ask.value('signal')} does is up to the program in it")]
        text = "it gets no chance to finish or to save what it does"
        return [*super().cautions(raw, ask, sharing), Caution(text, grave=True)]

    def request(self, ask: Ask) -> tuple[dict[str, str], float]:
        """Return the signal."""
        return {"signal": ask.value("signal")}, 0.0

    def found(self, link: SendingLink, plan: Plan, raw: Raw) -> Progress:
        """Return whether it is down; of other signals nothing can be seen."""
        if plan.ask.value("signal") != "SIGKILL" and looking.is_up(raw):
            return Progress(Phase.UNKNOWN, "a signal leaves no trace that could be read back")
        return super().found(link, plan, raw)

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:
        """Send it; the engine's yes is all that is known of a signal that ends nothing."""
        now = super().carry_out(link, plan, job)
        if now.phase is Phase.UNKNOWN:
            return Progress(Phase.DONE, f"{plan.ask.value('signal')} is sent; it runs on")
        return now


class Pause(Lifecycle):
    """Freeze it where it is."""

    verb, after, back = Verb.PAUSE, "paused", Verb.UNPAUSE

    def cautions(self, raw: Raw, ask: Ask, sharing: list[str]) -> list[Caution]:  # noqa: ARG002
        """Return what to know before."""
        found = [Caution("who talks to it waits, until it runs on")]
        if dig(raw, "Config", "Healthcheck", "Test"):
            found.append(Caution("its health check fails meanwhile"))
        return found


class Unpause(Lifecycle):
    """Let it run on."""

    verb, after, back = Verb.UNPAUSE, "running", Verb.PAUSE


class RunCommand(Lifecycle):
    """A command in a container: planned and written down here, run by its session."""

    verb, after = Verb.EXEC, ""

    def worked_out(self, ask: Ask, raw: Raw) -> Ask:  # noqa: ARG002
        """Return the ask without what looks like a secret in its command."""
        return with_value(ask, "command", redact(clean(ask.value("command"), 400)))

    def step(self, ask: Ask) -> str:
        """Return what is run."""
        return f"run in it: {ask.value('command') or 'a shell'}"

    def undo(self, raw: Raw, ask: Ask) -> Undo:  # noqa: ARG002
        """Return that nobody knows what a command did."""
        return Undo("cannot be undone: what it did is not known here")

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:  # noqa: ARG002
        """It needs a terminal or pipes: its session runs it."""
        raise Invalid("a command is run by its session")

    def progress(self, link: SendingLink, plan: Plan) -> Progress:  # noqa: ARG002
        """Return that it leaves no trace."""
        return Progress(Phase.UNKNOWN, "what ran in it leaves no trace that could be read back")


def refusal(raw: Raw, verb: Verb) -> str:
    """Return why the engine would not do it now, as the capabilities of the row have it."""
    return next((c.reason for c in of_container(looking.status_of(raw), "")
                 if c.name == verb and not c.allowed), "")  # fmt: skip


def with_value(ask: Ask, name: str, value: str) -> Ask:
    """Return the ask with one value as it is meant."""
    return replace(ask, values=tuple({**dict(ask.values), name: value}.items()))


def with_timeout(ask: Ask, raw: Raw) -> Ask:
    """Return the ask with the time-out that is given, or the container's own."""
    own = dig(raw, "Config", "StopTimeout")
    wait_s = seconds(ask.value("timeout"), own if isinstance(own, int) else _STOP_S)
    return with_value(ask, "timeout", f"{wait_s:.0f}s")


def signal_of(text: str) -> str:
    """Return a signal as the engine takes it. Raises Invalid."""
    found = _SIGNAL.fullmatch(text.strip() or "KILL")
    if found is None:
        raise Invalid(f"{clean(text, 40)!r} is no signal", hint="write KILL, TERM, HUP or USR1")
    if found[1] == "9":
        return "SIGKILL"
    return found[1] if found[1].isdigit() else f"SIG{found[1].upper()}"
