"""A writer for the hand-made rows, so that pictures of a plan change with the dialog alone."""

from __future__ import annotations

from board_fleet import START
from scripted_writer import WHO, MemoryJournal
from small_fleet import SmallFleet

from fleetui.actions.door import Door
from fleetui.actions.policy import Policy
from fleetui.core.amounts import count_of
from fleetui.core.change import Ask, Caution, Difference, Plan, Progress, Undo, Verb
from fleetui.core.objects import CapacityUnit
from fleetui.providers.writing import Tell
from fleetui.ui.app import FleetApp

PRODUCTION = frozenset({("aws", "prod")})


class PictureWriter:
    """Plans scales of the units that a back end has; nothing is ever carried out."""

    def __init__(self, name: str, scope: str, fleet: SmallFleet) -> None:
        self.name, self.scope, self._fleet = name, scope, fleet

    def verbs(self, kind: str) -> frozenset[Verb]:
        return frozenset({Verb.SCALE, Verb.REDEPLOY})

    async def plan(self, ask: Ask) -> Plan:
        unit = self._fleet.still.store.find(ask.ref)
        assert isinstance(unit, CapacityUnit)
        before = unit.desired or 0
        after = count_of(ask.value("count"), before)
        cautions = []
        if after == 0:
            cautions.append(Caution("to zero: nothing answers until it is scaled out again", True))
        if unit.autoscaler:
            owner = f"the autoscaler ({unit.autoscaler}) owns this number and may set it again"
            cautions.append(Caution(owner))
        moved = (Difference("desired", str(before), str(after)),) if before != after else ()
        return Plan(
            ask=ask, differences=moved,
            facts=(("members", f"running {before}, ready {unit.ready}"), ("range", "2–12"),
                   ("behind it", "tg/checkout (443), svc/checkout in k8s blue")),
            cautions=tuple(cautions), steps=(f"set the number to {after}",),
            undo=Undo(f"scale back to {before}, any time"), permission="write: granted",
            amount=after - before, members=before,
        )  # fmt: skip

    async def carry_out(self, plan: Plan, tell: Tell) -> Progress:
        raise AssertionError("a picture changes nothing")

    progress = halt = carry_out  # type: ignore[assignment]

    async def close(self) -> None:
        """Nothing is open."""


def changing_app(*, strict: bool = False) -> FleetApp:
    """Return an app on the small fleet that plans; `strict` has rules against most of it."""
    fleet = SmallFleet()
    places = (("aws", "prod"), ("kubernetes", "blue"), ("docker", "bastion"))
    rules = Policy(
        production=PRODUCTION,
        protect=(("aws/*/checkout", "config.toml:41"),) if strict else (),
        max_step=2 if strict else 0,
        places={"max_step": "config.toml:43"},
    )
    writers = [PictureWriter(name, scope, fleet) for name, scope in places]
    door = Door(writers, rules, MemoryJournal(), WHO, now=lambda: START)
    return fleet.app(door=door, production=PRODUCTION)
