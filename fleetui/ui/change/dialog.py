"""The plan, over whatever was looked at: one dialog for every change.

Nothing in it acts by a key that was pressed before the plan stood on the screen for a moment,
nor by one that is held down.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import ClassVar

from rich.style import Style
from textual import events
from textual._time import get_time
from textual.binding import BindingType
from textual.geometry import Size
from textual.layout import Layout
from textual.message import Message
from textual.widget import Widget

from fleetui.actions.door import Door, Proposal, Refused
from fleetui.actions.policy import Verdict
from fleetui.actions.request import Order, Request
from fleetui.core.cells import short_provider
from fleetui.core.clean import clean
from fleetui.ui.change.frame import Edge, Field, Text
from fleetui.ui.change.text import (
    Lines,
    Told,
    nothing,
    pinned_lines,
    plan_lines,
    refusal_lines,
)
from fleetui.ui.change.wanted import Confirmed, Wanted
from fleetui.ui.geometry import Area
from fleetui.ui.layers import Over
from fleetui.ui.line import Line, Piece, cut, spread
from fleetui.ui.placed import Placed
from fleetui.ui.prompt import Prompt

_WIDEST = 96
_VALUE, _REASON, _WORD = "value", "reason", "word"
_MOVES = {"down": 1, "up": -1, "pagedown": 8, "pageup": -8}


class PlanDialog(Over[Request | Confirmed | None]):
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
        super().__init__()
        self.wanted = wanted
        self._door, self._order = door, order
        self._head, self._foot, self._said = Line(styles), Line(styles), Line(styles)
        self._left, self._right = Edge(styles), Edge(styles)
        self._text, self._pinned = Text(styles), Text(styles)
        self.value, self.confirm = Field(styles), Field(styles)
        self._first = text
        self._asked = wanted.asked
        self._field = _VALUE if self._asked is not None else ""
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
        self._note = ""
        self._begun = False
        self._placed = Placed(self._places)

    # How it is put together.

    def compose(self) -> list[Widget]:
        """Return all widgets; the layout shows those that are needed."""
        return [
            self._head, self._left, self._right, self.value, self._said, self._text,
            self._pinned, self.confirm, self._foot,
        ]  # fmt: skip

    @property
    def layout(self) -> Layout:
        """A box in the middle, as high as what is in it needs."""
        return self._placed

    def _places(self, size: Size) -> Iterator[tuple[Widget, Area]]:
        width = min(_WIDEST, size.width)
        lines, pinned = self._lines(width - 4)
        above = 2 if self._asked is not None else 0
        below = 1 if self._confirms else 0
        room = size.height - 2 - above - below
        last = min(len(pinned), max(1, room - 1)) if pinned else 0
        body = max(1, min(len(lines), room - last))
        height = 2 + above + body + last + below
        x, y = (size.width - width) // 2, max(0, (size.height - height) // 2)
        yield self._head, Area(x, y, width, 1)
        yield self._left, Area(x, y + 1, 1, height - 2)
        yield self._right, Area(x + width - 1, y + 1, 1, height - 2)
        at = y + 1
        if above:
            yield self.value, Area(x + 1, at, width - 2, 1)
            yield self._said, Area(x + 1, at + 1, width - 2, 1)
            at += 2
        yield self._text, Area(x + 1, at, width - 2, body)
        at += body
        if last:
            yield self._pinned, Area(x + 1, at, width - 2, last)
            at += last
        if below:
            yield self.confirm, Area(x + 1, at, width - 2, 1)
        yield self._foot, Area(x, y + height - 1, width, 1)

    def _lines(self, width: int) -> tuple[Lines, Lines]:
        shown = self._shown
        if shown is None:
            return [[(self._waiting, "muted")]], []
        told = Told(self._door.policy, self._order, self.wanted.left_out, self._steps)
        pinned = self._refused or pinned_lines(shown, width)
        if nothing(shown) and (self._asked is None or self.value.text.strip()):
            pinned = [[("it is so already: nothing would change", "accent")], *pinned]
        return plan_lines(shown, told, width) or [[]], pinned

    @property
    def _waiting(self) -> str:
        seconds = int(get_time() - self._since)
        names = dict.fromkeys(short_provider(ref.provider) for ref in self.wanted.refs)
        age = f"  {seconds}s" if seconds > 0 else ""
        return f"asking {clean(', '.join(names), 80)} what it would do …{age}"

    # How it begins.

    def on_mount(self) -> None:
        """Ask for the value where one is needed, and for the plan."""
        if self._asked is not None:
            self.value.ask(clean(self._asked.label, 200), self._first)
        self._focus()
        self._ask_for(self.value.text if self._asked is not None else self._first)
        self.set_interval(1.0, self._second)
        self._lay_out()

    def on_resize(self) -> None:
        """Break all lines anew."""
        self._lay_out()

    def _second(self) -> None:
        if self._shown is None:
            self._draw()

    def _lay_out(self) -> None:
        # Textual keeps an arrangement for as long as size and children are the same.
        self._clear_arrangement_cache()
        self.refresh(layout=True)
        self._draw()
        # How much is hidden is known once it is placed.
        self.call_after_refresh(self._draw)

    def _focus(self) -> None:
        fields = {_VALUE: self.value, _REASON: self.confirm, _WORD: self.confirm}
        self.set_focus(fields.get(self._field), scroll_visible=False)

    # How a plan is asked for.

    def _ask_for(self, text: str) -> None:
        """Ask for another plan at once; one that is still on its way is for nothing."""
        self._generation += 1
        self._begin_waiting()
        self.run_worker(
            self._work_out(self._generation, text), group="plan", exclusive=True,
            description="work a plan out",
        )  # fmt: skip

    def _begin_waiting(self) -> None:
        self.proposal, self._painted_at = None, float("inf")
        self._refused, self._note = [], ""
        self._since = get_time()

    async def _work_out(self, generation: int, text: str) -> None:
        proposal = await self.wanted.propose(self._door, text)
        self.post_message(self.Planned(generation, proposal))

    def on_plan_dialog_planned(self, event: Planned) -> None:
        """Show it, unless another was asked for since."""
        if event.generation != self._generation:
            return
        self.proposal = self._shown = event.proposal
        if not self._field or (self._field != _VALUE and self._field not in self._fields):
            self._go_to(next(iter(self._fields), ""))
        if self._field in {"", _VALUE}:
            self._label()
        self._lay_out()
        self.call_after_refresh(self._painted, event.generation)

    def _painted(self, generation: int) -> None:
        if generation == self._generation:
            self._painted_at = get_time()

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        """Work the plan out for another value, once nothing is typed for a moment."""
        self._note = ""
        if self._field == _VALUE:
            self._generation += 1
            self._begin_waiting()
            self.set_timer(self.PAUSE_S, partial(self._paused, self._generation, event.text))
        else:
            self.confirm.mark(wrong=False)
        self._draw()

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
        fields = [_VALUE] if self._asked is not None else []
        verdict = self._verdict
        if verdict is None or not verdict.allowed or (self._shown and nothing(self._shown)):
            return fields
        return fields + [_REASON] * verdict.needs_reason + [_WORD] * bool(verdict.word)

    @property
    def _confirms(self) -> bool:
        return self._field in {_REASON, _WORD} or any(f != _VALUE for f in self._fields)

    def _go_to(self, field: str) -> None:
        if self._field == _REASON:
            self._reason = self.confirm.text
        self._note = ""
        self._field = field
        self._label()
        self._focus()

    def _label(self) -> None:
        """Ask for what the line at the foot is for; it waits there while the value is typed."""
        field = self._field
        if field in {"", _VALUE}:
            field = next((one for one in self._fields if one != _VALUE), "")
        if field == _REASON:
            self.confirm.ask("why:", self._reason)
        elif field == _WORD and self._verdict is not None:
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
            self._text.scroll(moves[key])
            self._draw()
        elif key == "tab":
            self._toggle_steps()
        elif key == "shift+tab":
            self._back()
        elif key in {"f5", "ctrl+r"}:
            self._ask_for(self.value.text if self._asked is not None else self._first)
            self._draw()

    def on_field_entered(self, event: Field.Entered) -> None:
        """Enter in a line that is typed into."""
        self._enter(event.at)

    def on_prompt_completed(self) -> None:
        """Tab in a line that is typed into."""
        self._toggle_steps()

    def on_prompt_cancelled(self) -> None:
        """Esc in a line that is typed into."""
        self._escape()

    def _toggle_steps(self) -> None:
        self._steps = not self._steps
        self._lay_out()

    def _back(self) -> bool:
        fields = self._fields
        at = fields.index(self._field) if self._field in fields else 0
        if at > 0:
            self._go_to(fields[at - 1])
            self._lay_out()
        return at > 0

    def _escape(self) -> None:
        if not self._back() and not self._begun:
            self.dismiss(None)

    def _enter(self, at: float) -> None:
        """Go to what must be typed next, or go ahead."""
        held = at - self._entered_at < self.QUIET_S
        self._entered_at = max(at, self._entered_at)
        proposal = self.proposal
        if proposal is None:
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
        if self._field == _REASON and not text.strip():
            self._say("a reason must be given: it is kept in the audit")
            return True
        if self._field == _WORD and self._verdict is not None and text != self._verdict.word:
            self.confirm.mark(wrong=True)
            self._say("that is not its name" if text else "")
            return True
        later = fields[fields.index(self._field) + 1 :] if self._field in fields else []
        if later:
            self._go_to(later[0])
            self._lay_out()
        return bool(later)

    def _begin(self, proposal: Proposal) -> None:
        """Carry it out, once."""
        if self._begun:
            return
        typed = self.confirm.text if self._field == _WORD else ""
        reason = self.confirm.text if self._field == _REASON else self._reason
        if self.wanted.inside:
            self._begun = True
            self.dismiss(Confirmed(proposal, typed, reason))
            return
        try:
            request = self._door.begin(proposal, typed=typed, reason=reason, order=self._order)
        except Refused as refused:
            # Time went by: a freeze has begun, say.
            self._refused = refusal_lines(refused.refusals, min(_WIDEST, self.size.width) - 4)
            self._lay_out()
            return
        self._begun = True
        self.dismiss(request)

    # How it is drawn.

    def _say(self, text: str) -> None:
        self._note = text
        self._draw()

    def _draw(self) -> None:
        if not self.is_attached or not self.app.size.width:
            return
        width = min(_WIDEST, self.app.size.width)
        lines, pinned = self._lines(width - 4)
        self._text.show(lines, dimmed=self.proposal is None)
        self._pinned.show(pinned, dimmed=self.proposal is None)
        production = any(self._door.policy.is_production(ref) for ref in self.wanted.refs)
        line = "line.production" if production else "line"
        self._left.show(line)
        self._right.show(line)
        self._head.show(self._head_pieces(width, line, production=production))
        self._foot.show(self._foot_pieces(width, line))
        self._said.show(cut(self._said_pieces(), width - 2))

    def _head_pieces(self, width: int, line: str, *, production: bool) -> list[Piece]:
        refs = self.wanted.refs
        places = list(dict.fromkeys(f"{short_provider(r.provider)} {r.scope}" for r in refs))
        place = clean(places[0], 60) if len(places) == 1 else f"{len(places)} places"
        left: list[Piece] = [("┌ ", line), (clean(self.wanted.title, 300), "title"), (" ", line)]
        right: list[Piece] = [(f" {place} ", "muted")]
        if production:
            right += [("─ ", line), ("PRODUCTION", "production"), (" ", line)]
        return spread(left, [*right, ("┐", line)], width, ("─", line))

    def _said_pieces(self) -> list[Piece]:
        lead = " " * max(1, self.value.text_x)
        if self.proposal is None and self.value.text.strip():
            return [(lead, "text"), ("working it out …", "muted")]
        return [(lead, "text"), (self._asked.hint if self._asked else "", "muted")]

    def _foot_pieces(self, width: int, line: str) -> list[Piece]:
        above, below = self._text.hidden(self._text.size.height or 1)
        more = [f"↑ {above}"] * bool(above) + [f"↓ {below}"] * bool(below)
        right: list[Piece] = [(f" {' '.join(more)} more ", "accent")] if more else []
        if self._note:
            left: list[Piece] = [("└ ", line), (self._note, "warn"), (" ", line)]
            return spread(left, [*right, ("┘", line)], width, ("─", line))
        left = [("└ ", line)]
        for key, word in self._hints():
            left += [(key, "key"), (f" {word}  ", "muted")]
        return spread(left, [*right, ("┘", line)], width, ("─", line))

    def _hints(self) -> Iterator[tuple[str, str]]:
        proposal, fields = self.proposal, self._fields
        ready = proposal is not None and proposal.plans and proposal.verdict.allowed
        if ready and proposal is not None and not nothing(proposal):
            last = not fields or self._field == fields[-1]
            yield "Enter", "go ahead" if last else "next"
        if self._shown is not None and any(plan.steps for plan in self._shown.plans):
            yield "Tab", "hide the steps" if self._steps else "steps"
        if proposal is not None and not ready and not self._asked:
            yield "F5", "plan again"
        first = not fields or self._field == fields[0]
        yield "Esc", "leave it" if first else "back"
