"""The plan, over whatever was looked at: one dialog for every change.

Nothing in it acts by a key that was pressed before the plan stood on the screen for a moment,
nor by one that is held down.
"""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from rich.style import Style
from textual import events
from textual._time import get_time
from textual.binding import BindingType
from textual.message import Message

from fleetui.actions.door import Door
from fleetui.actions.policy import Verdict
from fleetui.actions.proposal import Proposal, Refused
from fleetui.actions.request import Order, Request
from fleetui.core.clean import clean
from fleetui.ui.change.box import WIDEST, Box
from fleetui.ui.change.edges import (
    REASON,
    VALUE,
    WORD,
    fields_of,
    foot_pieces,
    head_pieces,
    hints,
    waiting,
)  # fmt: skip
from fleetui.ui.change.frame import Field
from fleetui.ui.change.text import (
    Lines,
    Told,
    nothing,
    pinned_lines,
    plan_lines,
    refusal_lines,
)
from fleetui.ui.change.wanted import Confirmed, Wanted
from fleetui.ui.line import cut
from fleetui.ui.prompt import Prompt

_MOVES = {"down": 1, "up": -1, "pagedown": 8, "pageup": -8}


class PlanDialog(Box[Request | Confirmed | None]):
    """Shows what would be done, and ends with what was begun, or with nothing."""

    BINDINGS: ClassVar[list[BindingType]] = []
    AUTO_FOCUS = ""
    DEFAULT_CSS = "PlanDialog { background: $f-ground 60%; overflow: hidden; }"

    MOMENT_S = 0.5
    """How long a plan must have been on the screen before Enter means it."""
    QUIET_S = 0.35
    """How long Enter must have been left alone: a key that is held down repeats faster."""
    PAUSE_S = 0.25
    """How long nothing is typed before a plan is asked for."""

    class Planned(Message):
        """A plan is there, or why there is none."""

        def __init__(self, generation: int, proposal: Proposal) -> None:
            super().__init__()
            self.generation, self.proposal = generation, proposal

    def __init__(
        self, wanted: Wanted, door: Door, order: Order, styles: dict[str, Style], text: str = ""
    ) -> None:
        """`text` is the value that came with the command."""
        super().__init__(styles)
        self.wanted = wanted
        self._door, self._order = door, order
        self._first = text
        self._asked = wanted.asked
        self._field = VALUE if self._asked is not None else ""
        self.proposal: Proposal | None = None
        """What is on the screen and meant by Enter; None while another is worked out."""
        self._shown: Proposal | None = None
        self._generation = 0
        self._since = 0.0
        self._painted_at = float("inf")
        self._entered_at = float("-inf")
        self._reason = ""
        self._refused: Lines = []
        self._steps = False
        self._ignores_gate = False
        self._note = ""
        self._begun: Request | Confirmed | None = None
        self._leaves = 0

    # What is in it.

    @property
    def asks(self) -> bool:
        """Whether a value is typed on top."""
        return self._asked is not None

    def lines(self, width: int) -> tuple[Lines, Lines]:
        """Return what scrolls, and what is pinned below it."""
        shown = self._shown
        if shown is None:
            return [[(waiting(self.wanted.refs, get_time() - self._since), "muted")]], []
        told = Told(self._door.policy, self._order, self.wanted.left_out, self._steps)
        pinned = self._refused or pinned_lines(shown, width)
        if nothing(shown) and (self._asked is None or self.value.text.strip()):
            pinned = [[("it is so already: nothing would change", "accent")], *pinned]
        return plan_lines(shown, told, width) or [[]], pinned

    # How it begins.

    def on_mount(self) -> None:
        """Ask for the value where one is needed, and for the plan."""
        if self._asked is not None:
            self.value.ask(clean(self._asked.label, 200), self._first)
        self._focus()
        self._ask_for(self.value.text if self._asked is not None else self._first)
        self.set_interval(1.0, self._second)
        self.lay_out()

    def on_resize(self) -> None:
        """Break all lines anew."""
        self.lay_out()

    def _second(self) -> None:
        if self._shown is None:
            self.draw()

    def _focus(self) -> None:
        fields = {VALUE: self.value, REASON: self.confirm, WORD: self.confirm}
        self.set_focus(fields.get(self._field), scroll_visible=False)

    # How a plan is asked for.

    def _ask_for(self, text: str) -> None:
        """Ask for another plan at once; one that is still on its way is for nothing."""
        self._generation += 1
        self._begin_waiting()
        work = self._work_out(self._generation, text)
        self.run_worker(work, group="plan", exclusive=True, description="work a plan out")

    def _begin_waiting(self) -> None:
        self.proposal, self._painted_at = None, float("inf")
        self._refused, self._note = [], ""
        self._since = get_time()

    async def _work_out(self, generation: int, text: str) -> None:
        proposal = await self.wanted.propose(self._door, text, ignore_gate=self._ignores_gate)
        self.post_message(self.Planned(generation, proposal))

    def on_plan_dialog_planned(self, event: Planned) -> None:
        """Show it, unless another was asked for since."""
        if event.generation != self._generation:
            return
        self.proposal = self._shown = event.proposal
        if not self._field or (self._field != VALUE and self._field not in self._fields):
            self._go_to(next(iter(self._fields), ""))
        if self._field in {"", VALUE}:
            self._label()
        self.lay_out()
        self.call_after_refresh(self._painted, event.generation)

    def _painted(self, generation: int) -> None:
        if generation == self._generation:
            self._painted_at = get_time()

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        """Work the plan out for another value, once nothing is typed for a moment."""
        self._note = ""
        if self._field == VALUE:
            self._generation += 1
            self._begin_waiting()
            self.set_timer(self.PAUSE_S, partial(self._paused, self._generation, event.text))
        else:
            self.confirm.mark(wrong=False)
        self.draw()

    def _paused(self, generation: int, text: str) -> None:
        if generation == self._generation and self.is_attached:
            self._ask_for(text)

    # What is asked of the person.

    @property
    def _verdict(self) -> Verdict | None:
        shown = self._shown
        return shown.verdict if shown is not None and shown.plans else None

    @property
    def _fields(self) -> list[str]:
        """What must be typed for the plan on screen, in order."""
        return fields_of(self._shown, asked=self._asked is not None)

    @property
    def confirms(self) -> bool:
        """Whether something is typed at the foot."""
        return self._field in {REASON, WORD} or any(f != VALUE for f in self._fields)

    def _go_to(self, field: str) -> None:
        if self._field == REASON:
            self._reason = self.confirm.text
        self._note = ""
        self._field = field
        self._label()
        self._focus()

    def _label(self) -> None:
        """Ask for what the line at the foot is for; it waits there while the value is typed."""
        field = self._field
        if field in {"", VALUE}:
            field = next((one for one in self._fields if one != VALUE), "")
        if field == REASON:
            self.confirm.ask("why:", self._reason)
        elif field == WORD and self._verdict is not None:
            self.confirm.ask(f"type {clean(self._verdict.word, 200)} to go ahead:", "")

    # What keys do.

    def on_key(self, event: events.Key) -> None:
        """Scroll, show the steps, plan again, go ahead or leave."""
        event.stop()
        event.prevent_default()
        key = event.key
        moves = _MOVES | ({} if self._field else {"j": 1, "k": -1})
        if key == "enter":
            self._enter(event.time)
        elif key == "escape":
            self._escape()
        elif key in moves:
            self.text.scroll(moves[key])
            self.draw()
        elif key == "tab":
            self._toggle_steps()
        elif key == "shift+tab":
            self._back()
        elif key in {"f5", "ctrl+r"}:
            self._again()
        elif key == "ctrl+g":
            self._toggle_gate()

    def on_field_entered(self, event: Field.Entered) -> None:
        """Enter where something is typed."""
        self._enter(event.at)

    def on_prompt_completed(self) -> None:
        """Tab in a line that is typed into."""
        self._toggle_steps()

    def on_prompt_cancelled(self) -> None:
        """Esc in a line that is typed into."""
        self._escape()

    def _toggle_steps(self) -> None:
        self._steps = not self._steps
        self.lay_out()

    def _again(self) -> None:
        self._ask_for(self.value.text if self._asked is not None else self._first)
        self.draw()

    def _toggle_gate(self) -> None:
        """Plan it in spite of a gate that refuses, or heed the gate again."""
        stopped = self.proposal is not None and self.proposal.stopped_by_gate
        if self._begun is None and (stopped or self._ignores_gate):
            self._ignores_gate = not self._ignores_gate
            self._again()
        else:
            self._say("no gate is in the way")

    def _back(self) -> bool:
        fields = self._fields
        at = fields.index(self._field) if self._field in fields else 0
        if at > 0:
            self._go_to(fields[at - 1])
            self.lay_out()
        return at > 0

    def _escape(self) -> None:
        if self._begun is not None or not self._back():
            self.dismiss(self._begun)

    def _enter(self, at: float) -> None:
        """Go to what must be typed next, or go ahead."""
        held = at - self._entered_at < self.QUIET_S
        self._entered_at = max(at, self._entered_at)
        proposal = self.proposal
        if self._begun is not None:
            self._leave()
        elif proposal is None:
            self._say("the plan comes first: it is being worked out")
        elif not proposal.plans or not proposal.verdict.allowed or nothing(proposal):
            self._say("there is nothing to go ahead with" if not self._asked else "")
        elif not self._next_field():
            if held or at - self._painted_at < self.MOMENT_S:
                self._say("read it first, then Enter goes ahead")
            else:
                self._begin(proposal)

    def _next_field(self) -> bool:
        """Go to the next thing to be typed, or say what is wrong with this one."""
        fields, text = self._fields, self.confirm.text
        if self._field == REASON and not text.strip():
            self._say("a reason must be given: it is kept in the audit")
            return True
        if self._field == WORD and self._verdict is not None and text != self._verdict.word:
            self.confirm.mark(wrong=True)
            self._say("that is not its name" if text else "")
            return True
        later = fields[fields.index(self._field) + 1 :] if self._field in fields else []
        if later:
            self._go_to(later[0])
            self.lay_out()
        return bool(later)

    def _begin(self, proposal: Proposal) -> None:
        """Carry it out, once."""
        typed = self.confirm.text if self._field == WORD else ""
        reason = self.confirm.text if self._field == REASON else self._reason
        if self.wanted.inside:
            self._begun = Confirmed(proposal, typed, reason)
            self._leave()
            return
        try:
            self._begun = self._door.begin(proposal, typed=typed, reason=reason, order=self._order)
        except Refused as refused:
            # Time went by: a freeze has begun, say.
            self._refused = refusal_lines(refused.refusals, min(WIDEST, self.size.width) - 4)
            self.lay_out()
            return
        self._leave()

    def _leave(self) -> None:
        """Close once Enter is left alone: a second one is not meant for what lies below."""
        self._say("begun")
        self._leaves += 1
        self.set_timer(max(0.001, self.QUIET_S), partial(self._left_alone, self._leaves))

    def _left_alone(self, number: int) -> None:
        if number == self._leaves and self.is_current:
            self.dismiss(self._begun)

    # How it is drawn.

    def _say(self, text: str) -> None:
        self._note = text
        self.draw()

    def draw(self) -> None:
        """Draw all of it as it is now."""
        if not self.is_attached or not self.app.size.width:
            return
        width = min(WIDEST, self.app.size.width)
        lines, pinned = self.lines(width - 4)
        self.text.show(lines, dimmed=self.proposal is None)
        self.pinned.show(pinned, dimmed=self.proposal is None)
        production = any(self._door.policy.is_production(ref) for ref in self.wanted.refs)
        line = "line.production" if production else "line"
        self.show_edges(line)
        self.head.show(
            head_pieces(self.wanted.title, self.wanted.refs, width, production=production)
        )
        hidden = self.text.hidden(self.text.size.height or 1)
        self.foot.show(
            foot_pieces(
                self._note,
                hints(self.proposal, self._fields, self._field, steps=self._steps),
                hidden,
                width,
                line,
            )
        )
        hint = self._asked.hint if self._asked is not None else ""
        if self.proposal is None and self.value.text.strip():
            hint = "working it out …"
        self.said.show(cut([(" " * max(1, self.value.text_x) + hint, "muted")], width - 2))
