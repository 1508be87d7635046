"""What the log view asks in its prompt: search, filter, from when on, where to save."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Collection
from dataclasses import replace

from fleetui.core.logs.line import LogQuery
from fleetui.core.logs.match import Wanted
from fleetui.ui.about import AboutLog
from fleetui.ui.context import Context
from fleetui.ui.logs import asking, saving
from fleetui.ui.logs.asking import Asked
from fleetui.ui.logs.body import LogBody
from fleetui.ui.logs.paint import Look
from fleetui.ui.logs.view import LogView
from fleetui.ui.prompt import Prompt


class Questions(AboutLog):
    """A screen with a log that can be asked about; what it shows is up to whoever is one."""

    context: Context
    view: LogView
    query_of_log: LogQuery
    look: Look
    body: LogBody
    prompt: Prompt
    _asked: Asked | None = None
    _problem = ""
    _over = ""
    """The file that Enter writes over: it was said that it is there."""

    @abstractmethod
    def draw(self) -> None:
        """Draw what has changed."""

    @abstractmethod
    def _lay_out(self) -> None:
        """Make room for the prompt, or take it back."""

    @abstractmethod
    def _want(self, wanted: Wanted) -> None:
        """Show other entries. Raises ValueError."""

    @abstractmethod
    def _reopen(self, query: LogQuery) -> None:
        """Read another part of the log."""

    def action_search(self) -> None:
        """Ask what to search for."""
        self._ask(asking.SEARCH, self.view.needle)

    def action_filter(self) -> None:
        """Ask what to show."""
        self._ask(asking.FILTER, self.view.wanted.text)

    def action_open(self) -> None:
        """Ask from when on to read."""
        self._ask(asking.OPEN, "")

    def action_container(self) -> None:
        """Ask which of a pod's containers to read."""
        asked, known = asking.CONTAINER, "  ".join(self.look.containers)
        if known:
            asked = replace(asked, hint=f"{known} · {asked.hint}")
        self._ask(asked, self.query_of_log.container)

    @property
    def containers(self) -> Collection[str]:
        """The containers of pods that have written, by their names."""
        return self.look.containers

    def choose_container(self, name: str) -> None:
        """Read one container of each pod only; with an empty name all of them again."""
        self.look.chosen = name
        if name != self.query_of_log.container:
            self._reopen(replace(self.query_of_log, container=name))

    def action_save(self) -> None:
        """Ask where to save."""
        self._ask(asking.SAVE, saving.file_name(self.thing.ref.name))

    def _ask(self, asked: Asked, text: str) -> None:
        self._asked, self._problem, self._over = asked, "", ""
        self.prompt.ask(asked.label, text)
        self._lay_out()
        self.set_focus(self.prompt, scroll_visible=False)

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        """Search and filter while typing."""
        self._problem = self._over = ""
        if self._asked is asking.SEARCH:
            self.view.needle = self.look.needle = event.text
            if event.text and not self.view.find(1, here=True):
                self._problem = "nowhere in what is shown"
            elif event.text:
                self.body.show_text(event.text)
        elif self._asked is asking.FILTER:
            self._filter(event.text)
        self.prompt.mark(wrong=bool(self._problem))
        self.draw()

    def _filter(self, text: str) -> None:
        try:
            self._want(replace(self.view.wanted, text=text))
        except ValueError as error:
            self._problem = str(error)

    def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        """Do what was asked for, unless it cannot be read."""
        asked, text = self._asked, event.text
        if asked is asking.OPEN:
            try:
                query = asking.query_of(text, self.query_of_log, self.context.engine.now())
            except ValueError as error:
                self._problem = str(error)
                self.prompt.mark(wrong=True)
                self.draw()
                return
            self._answered()
            self._reopen(query)
        elif asked is not None and asked.name == asking.CONTAINER.name:
            self._answered()
            self.choose_container(text.strip())
        elif asked is asking.SAVE:
            over = bool(text) and text == self._over
            self.run_worker(
                self._save(text, over=over), group="save", exclusive=True, description="save a log"
            )
        elif not self._problem or asked is asking.SEARCH:
            self._answered()

    async def _save(self, path: str, *, over: bool) -> None:
        entries = list(self.view.shown.tail())
        try:
            target, count = await asyncio.to_thread(
                saving.write, path, entries, names=bool(self.look.names), over=over
            )
        except FileExistsError:
            self.call_next(self._not_saved, "it is there already: Enter again writes over it", path)
        except OSError as error:
            self.call_next(self._not_saved, saving.failed(error), "")
        else:
            self.call_next(self._saved, f"{count:,} lines are in {target}")

    def _not_saved(self, why: str, over: str) -> None:
        """Leave the name in the prompt, to be mended or meant."""
        if self._asked is asking.SAVE:
            self._problem, self._over = why, over
            self.prompt.mark(wrong=True)
            self.draw()

    def _saved(self, said: str) -> None:
        if self._asked is asking.SAVE:
            self._answered()
        self.note(said)

    async def on_prompt_completed(self, event: Prompt.Completed) -> None:
        """Complete the name of a container, or of a file as far as it is certain."""
        if self._asked is not None and self._asked.name == asking.CONTAINER.name:
            begun = [name for name in self.look.containers if name.startswith(event.text)]
            if begun:
                self.prompt.replace(begun[0], len(begun[0]))
        if self._asked is not asking.SAVE:
            return
        text, names = await asyncio.to_thread(saving.complete, event.text[: event.at])
        if self._asked is not asking.SAVE or self.prompt.text != event.text:
            return
        whole = text + event.text[event.at :]
        if whole != event.text:
            self.prompt.replace(whole, len(text))
        elif len(names) != 1:
            self._problem = "  ".join(names) or "no file of that name"
            self.draw()

    def on_prompt_cancelled(self) -> None:
        """Take back what was typed."""
        if self._asked is asking.SEARCH:
            self.view.needle = self.look.needle = ""
        elif self._asked is asking.FILTER:
            self._filter("")
        self._answered()

    def _answered(self) -> None:
        self._asked, self._problem = None, ""
        self.set_focus(self.body, scroll_visible=False)
        self._lay_out()
