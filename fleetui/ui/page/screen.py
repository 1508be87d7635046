"""A page about one thing over the board: what is known at once, filled in by its back end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.layout import Layout
from textual.message import Message
from textual.widget import Widget

from fleetui.core.clean import clean
from fleetui.core.describe import known
from fleetui.core.description import Description, merged
from fleetui.core.errors import Fault
from fleetui.core.objects import Resource
from fleetui.core.ref import Ref
from fleetui.engine.looking import describer, look_into, story
from fleetui.ui.about import AboutPage
from fleetui.ui.clipboard import safe, told
from fleetui.ui.context import Context
from fleetui.ui.footer import note_pieces
from fleetui.ui.geometry import Area
from fleetui.ui.help import Help
from fleetui.ui.keys import PAGE, bindings, in_force, way_out
from fleetui.ui.line import Line, Piece, cut, spread
from fleetui.ui.page.content import is_large, of_raw, of_sections, written
from fleetui.ui.page.links import linked_from, with_linked
from fleetui.ui.page.text import TextPage
from fleetui.ui.placed import Placed
from fleetui.ui.prompt import Prompt
from fleetui.ui.topline import top_pieces

_AGES_EVERY = 5
_AGAIN_S = 5.0
"""A thing that changes is asked about again after so many seconds at the least."""


class Page(AboutPage):
    """Describes one thing; what its links lead to is opened over it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(PAGE),
        *(
            Binding(str(n), f"app.show_screen('{n}')", f"screen {n}", show=False)
            for n in range(1, 10)
        ),
    ]
    AUTO_FOCUS = ""
    DEFAULT_CSS = "Page { overflow: hidden; background: $f-ground; }"

    class Described(Message):
        """The back end has answered, or has not."""

        def __init__(self, answer: Description | Fault | None) -> None:
            super().__init__()
            self.answer = answer

    class Written(Message):
        """A long document was written out."""

        def __init__(self, document: Any, form: str, text: str) -> None:
            super().__init__()
            self.document, self.form, self.text = document, form, text

    def __init__(self, thing: Resource, context: Context, view: str = "describe") -> None:
        super().__init__()
        self.thing = thing
        self.context = context
        self.keys = in_force(context.options.keys, PAGE)
        self.view = view
        self.form = "yaml"
        styles = context.styles
        self.top = Line(styles, id="page-top")
        self.title_line = Line(styles, id="page-title")
        self.text = TextPage(styles)
        self.prompt = Prompt(styles)
        self.foot = Line(styles, id="page-foot")
        self._asked = False
        self._note: tuple[str, str] | None = None
        self._told: Description | None = None
        self._fault: Fault | None = None
        self._waiting = False
        self._asked_at = 0.0
        self._seconds = 0
        self._gone = False
        self._linked: tuple[tuple[str, Ref], ...] = ()
        self._was_listed = context.engine.store.find(thing.ref) is not None
        self._raw: tuple[Any, str, str] | None = None
        self._placed = Placed(self.places)

    # How it is put together.

    def compose(self) -> ComposeResult:
        """Return all widgets."""
        yield from (self.top, self.title_line, self.text, self.prompt, self.foot)

    @property
    def layout(self) -> Layout:
        """The layout by rows, whatever a style sheet says."""
        return self._placed

    def places(self, size: Size) -> Iterator[tuple[Widget, Area]]:
        """Yield each widget and where it stands."""
        width, height = size
        below = 2 if self._asked else 1
        yield self.top, Area(0, 0, width, 1)
        yield self.title_line, Area(0, 1, width, 1)
        yield self.text, Area(0, 2, width, max(1, height - 2 - below))
        if self._asked:
            yield self.prompt, Area(0, height - 2, width, 1)
        yield self.foot, Area(0, height - 1, width, 1)

    def on_mount(self) -> None:
        """Show what is known, then ask."""
        self.set_interval(1.0, self._second)
        self.set_focus(self.text, scroll_visible=False)
        self._ask()
        self.draw()

    def on_screen_resume(self) -> None:
        """Draw what has changed since a page that was opened from here came over this one."""
        self.draw()

    def on_resize(self) -> None:
        """Make the lines anew."""
        self.draw_lines()

    # What it knows.

    def _ask(self) -> None:
        engine = self.context.engine
        self._waiting = describer(engine.providers, self.thing.ref) is not None
        self._asked_at = engine.now()
        self._linked = linked_from(self.thing, engine.store.snapshots())
        if self._waiting:
            self.run_worker(
                self._look(), group="describe", exclusive=True, description="describe a thing"
            )
        self.draw_lines()

    async def _look(self) -> None:
        answer = await look_into(self.context.engine.providers, self.thing.ref)
        self.post_message(self.Described(answer))

    def on_page_described(self, event: Described) -> None:
        """Fill the page in; what is known stays where nothing came."""
        self._waiting = False
        if isinstance(event.answer, Fault):
            self._fault = event.answer
        else:
            self._fault, self._told = None, event.answer or self._told
        self.draw()

    def _description(self) -> Description:
        engine = self.context.engine
        remembered = self._told.events if self._told else ()
        happened = story(self.thing, engine.store, engine.timeline, remembered)
        found = known(self.thing, engine.now(), happened.events, happened.past)
        return with_linked(merged(found, self._told) if self._told else found, self._linked)

    @property
    def _refs(self) -> list[Ref]:
        """What the thing links to, and what links to it."""
        return [*(link.ref for link in self.thing.links), *(ref for _word, ref in self._linked)]

    @property
    def link(self) -> Ref | None:
        """What the link under the cursor leads to."""
        found = self.text.link
        return found.ref if found is not None else None

    def _notes(self) -> list[Piece]:
        if self._fault is not None:
            word = "what it told before" if self._told else "what was known already"
            return [(f"◌ this is {word}: {clean(self._fault.line, 600)}", "warn"), ("", "text")]
        if self._gone:
            return [
                ("◌ no source lists it any more: this is how it was last", "warn"),
                ("", "text"),
            ]
        return []

    # How it is drawn.

    def draw(self) -> None:
        """Draw the page and all lines."""
        told = self._description()
        if self.view == "describe":
            content = of_sections(told, self._notes(), self._refs)
            self.text.show(content.texts, content.paint, content.indents, content.links)
        else:
            self._draw_raw(told.raw)
        self.draw_lines()

    def _draw_raw(self, document: Any) -> None:
        if document is None:
            document = {}
        if self._raw is None or self._raw[1] != self.form or self._raw[0] != document:
            if is_large(document):
                self.run_worker(
                    self._write(document, self.form), group="raw", exclusive=True,
                    description="write a document out",
                )  # fmt: skip
                if self._raw is None:
                    self.text.show(
                        ["writing it out …"], lambda _at: [("writing it out …", "muted")]
                    )
                return
            self._raw = (document, self.form, written(document, self.form))
        self._show_raw(self._raw[2])

    def _show_raw(self, text: str) -> None:
        content = of_raw(text, self._notes())
        self.text.show(content.texts, content.paint, content.indents)

    async def _write(self, document: Any, form: str) -> None:
        text = await asyncio.to_thread(written, document, form)
        self.post_message(self.Written(document, form, text))

    def on_page_written(self, event: Written) -> None:
        """Show the long document."""
        self._raw = (event.document, event.form, event.text)
        if self.view == "raw":
            self._show_raw(event.text)
            self.draw_lines()

    def _second(self) -> None:
        """Bring what is known, the ages and the clock up to date, unless another page is seen."""
        self._seconds += 1
        if not self.is_current:
            return
        current = self.context.engine.store.find(self.thing.ref)
        changed = False
        if current is not None and current is not self.thing:
            self.thing, changed = current, True
            if self.context.engine.now() - self._asked_at >= _AGAIN_S and not self._waiting:
                self._ask()
        gone = current is None and self._was_listed
        if gone is not self._gone:
            self._gone, changed = gone, True
        self._was_listed = self._was_listed or current is not None
        if changed or (self.view == "describe" and self._seconds % _AGES_EVERY == 0):
            self.draw()
        else:
            self.draw_lines()

    def draw_lines(self) -> None:
        """Draw the top line, the title and the footer."""
        if not self.is_attached:
            return
        width, now = self.app.size.width, self.context.engine.now()
        context = self.context
        self.top.show(top_pieces(context.summary(now), context.marks(None), now, width))
        at, count = self.text.place
        what = self.view if self.view == "describe" else f"raw {self.form.upper()}"
        left: list[Piece] = [("─ ", "line"), (self._trail(width // 3), "muted"),
                             (clean(str(self.thing.ref), 400), "title"),
                             (f"  {what} ", "muted")]  # fmt: skip
        if self.text.sought:
            left.append((f"/{self.text.sought} ", "accent"))
        state = f"asking {clean(self.thing.ref.provider, 40)} … " if self._waiting else ""
        right: list[Piece] = [(f" {state}{at}/{count} ", "muted"), ("─", "line")]
        self.title_line.show(spread(left, right, width, ("─", "line")))
        self.draw_foot()

    def _trail(self, most: int) -> str:
        """Return from which pages this one was opened: as many of the last as `most` cells take."""
        trail = ""
        stack = self.app.screen_stack
        below = stack[: stack.index(self)] if self in stack else []
        for page in reversed([one for one in below if isinstance(one, Page)]):
            longer = f"{clean(page.thing.ref.short, 400)} › {trail}"
            if cell_len(longer) > most:
                return f"… › {trail}"
            trail = longer
        return trail

    def draw_foot(self) -> None:
        """Draw what a person should read, else the keys."""
        width = self.app.size.width
        if self._note is not None:
            self.foot.show(note_pieces(*self._note, width))
        elif self._asked:
            self.foot.show(
                cut([(" Enter keeps it: n and N go on · Esc takes it back", "muted")], width)
            )
        else:
            self.foot.show(self.context.over_pieces(self.keys, self.thing, width))

    def note(self, text: str, meaning: str = "accent") -> None:
        """Say something in the footer until the next key."""
        self._note = (text, meaning)
        self.draw_foot()

    def on_key(self) -> None:
        """Take a note off the footer, and count the lines anew once the key has acted."""
        self._note = None
        self.call_later(self.draw_lines)

    # What the keys do.

    def action_back(self) -> None:
        """Seek no more, else go back to the board."""
        if self.text.sought:
            self.text.seek("")
            self.draw_lines()
        else:
            self.dismiss()

    def action_view(self, view: str) -> None:
        """Show the sections or the raw document; the latter again in its other form."""
        if view == "raw" and self.view == "raw":
            self.form = "json" if self.form == "yaml" else "yaml"
        elif view != self.view:
            self.text.start()
        self.view = view
        self.draw()

    def action_next_link(self, by: int) -> None:
        """Go to the next link, or the one before."""
        note = self.text.next_link(by)
        if note:
            self.note(note)

    def action_ask_again(self) -> None:
        """Ask the back end again, whatever came before."""
        self._ask()
        self.note("asking again" if self._waiting else "its back end has no more to tell")

    def action_copy_line(self) -> None:
        """Copy the line under the cursor."""
        text, was_cut = safe([self.text.line.strip()])
        self._copy(text, told(text, cut=was_cut))

    def action_copy_page(self) -> None:
        """Copy the page."""
        count = len(self.text.texts)
        text, was_cut = safe(self.text.texts)
        self._copy(text, told(text, cut=was_cut, what=f"the page, {count} lines"))

    def _copy(self, text: str, note: str) -> None:
        if text:
            self.app.copy_to_clipboard(text)
        self.note(note)

    def action_help(self) -> None:
        """Lay the help over the page."""
        self.app.push_screen(Help(self.context, self.keys))

    def action_leave(self) -> None:
        """Say how to get to where q quits."""
        self.note(way_out(self.keys))

    # Searching.

    def action_search(self) -> None:
        """Ask what to look for on this page."""
        self._asked = True
        self.prompt.ask("search:", self.text.sought)
        self._lay_out()
        self.set_focus(self.prompt, scroll_visible=False)

    def action_next_hit(self, by: int) -> None:
        """Go to the next line that holds what is sought, or the one before."""
        self.note(self.text.next_hit(by))

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        """Search while typing."""
        found = self.text.seek(event.text)
        self.prompt.mark(wrong=bool(event.text) and not found)
        self.draw_lines()

    def on_prompt_submitted(self) -> None:
        """Keep what is sought."""
        found = self.text.sought
        self._answered()
        if found and not self.text.seek(found):
            self.note(f"nothing here holds {found}")

    def on_prompt_cancelled(self) -> None:
        """Seek nothing."""
        self.text.seek("")
        self._answered()

    def _answered(self) -> None:
        self._asked = False
        self.set_focus(self.text, scroll_visible=False)
        self._lay_out()

    def _lay_out(self) -> None:
        # Textual keeps an arrangement for as long as size and children are the same.
        self._clear_arrangement_cache()
        self.refresh(layout=True)
        self.draw_lines()
