"""What is proposed to a person: plans, judged and not begun; and that nothing was done."""

from __future__ import annotations

from fleetui.actions.action import GateSpec
from fleetui.actions.policy import Refusal, Verdict
from fleetui.actions.ports import Reading
from fleetui.actions.warning import GATES
from fleetui.core.change import Plan
from fleetui.core.errors import Fault
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.ref import Ref


class Refused(Exception):
    """Nothing was done; each refusal says which rule and where it stands."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__("; ".join(refusal.line for refusal in refusals))
        self.refusals = refusals


@dataclass(frozen=True, slots=True)
class Proposal:
    """Plans for one request, judged, and not begun."""

    plans: tuple[Plan, ...]
    verdict: Verdict
    failed: tuple[tuple[Ref, Fault], ...] = ()
    """Targets for which no plan could be made, and why."""
    gates: tuple[GateSpec | None, ...] = ()
    """The gate of each plan."""
    readings: tuple[tuple[GateSpec, Reading], ...] = ()
    """What each gate says before anything is done."""
    undoes: str = ""
    ignores_gate: bool = False
    """Whether gates are only shown, and decide nothing."""

    @property
    def stopped_by_gate(self) -> bool:
        """Whether a gate is among what is against it, and could be ignored."""
        return any(refusal.rule in GATES for refusal in self.verdict.refusals)

    @property
    def gate(self) -> GateSpec | None:
        """The gate to be shown: the first that is not well, or else the first."""
        return self._shown[0]

    @property
    def reading(self) -> Reading | None:
        """What that gate says before anything is done."""
        return self._shown[1]

    @property
    def _shown(self) -> tuple[GateSpec, Reading] | tuple[None, None]:
        bad = (pair for pair in self.readings if not pair[1].holds)
        return next(bad, next(iter(self.readings), (None, None)))
