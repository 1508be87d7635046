"""A pane that lists a kind of thing, and what its rows link to when one is opened."""

from __future__ import annotations

import operator
from dataclasses import replace

from textual.widget import Widget

from fleetui.config.specs import PaneSpec
from fleetui.core.columns import Column
from fleetui.core.filter import Filter, FilterError, Language, parse, together
from fleetui.core.objects import Resource, is_wrong
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.core.tables import STATE, TABLES, UNIT
from fleetui.ui.context import Context
from fleetui.ui.drill import names_for
from fleetui.ui.empty import message
from fleetui.ui.pane import Pane
from fleetui.ui.picture import EMPTY
from fleetui.ui.table.paint import PICKED
from fleetui.ui.table.table import ResourceTable
from fleetui.ui.tally import Tally, tally
from fleetui.ui.timeline import TIMELINE_COLUMNS, nothing_happened, subject_of, timeline_keys
from fleetui.ui.titles import Title
from fleetui.ui.trail import Shows, Step, View, keys_around

_WRONG = Filter(lambda thing, _now, _texts: is_wrong(thing))


class TablePane(Pane):
    """A table over all sources of one kind."""

    def __init__(self, spec: PaneSpec, context: Context) -> None:
        super().__init__(spec, context)
        table = TABLES[spec.show]
        self._columns: tuple[Column, ...] = tuple(
            table.columns[name] for name in spec.columns or table.shown
        )
        self._by_name = table.columns
        self.left_out = ""
        """Why the pane's own filter is not in force; empty where it is."""
        self.dropped = ""
        """Why a filter that was typed is not in force any more; whoever tells it empties it."""
        self._own_sort = spec.sort or table.sort
        self._own_filter = self._parse_own()
        self._wrong_only = context.wrong_only
        self._marked: tuple[object, int, tuple[Resource, ...]] | None = None
        self.view = View()
        self.trail: list[Step] = []
        self._own_table = ResourceTable(
            self._columns, context.styles, pace=context.pace, id=f"pane-{spec.name}"
        )
        # What rows link to has a table of its own, so that the first keeps its place meanwhile.
        self._link_table = ResourceTable(
            (STATE, UNIT), context.styles, pace=context.pace, id=f"links-{spec.name}"
        )
        self._link_columns: tuple[Column, ...] = (STATE, UNIT)
        self._relations: dict[Ref, str] = {}
        self._linked: tuple[Resource, ...] = ()
        self._own_keys = self._engine.keys(spec.show, spec.provider, spec.scope)
        self._apply()

    @property
    def table(self) -> ResourceTable:
        """The table that is shown now."""
        return self._link_table if self.trail else self._own_table

    @property
    def body(self) -> Widget:
        """The table that is shown now."""
        return self.table

    @property
    def bodies(self) -> tuple[Widget, ...]:
        """Both tables."""
        return self._own_table, self._link_table

    @property
    def keys(self) -> tuple[SourceKey, ...]:
        """The sources of its kind; once drilled, those that may hold what the row links to."""
        if self.trail:
            return self.trail[-1].keys
        return self._own_keys

    @property
    def visible_refs(self) -> tuple[Ref, ...]:
        """The things on screen."""
        return self.table.visible_refs

    @property
    def noted(self) -> bool:
        """Whether its title says more than a tab can."""
        return super().noted or bool(self.trail or self._marks())

    @property
    def filling(self) -> bool:
        """Whether it shows no row yet that may be on its way, or puts rows in order."""
        undrawn = self.picture is EMPTY or bool(self.picture.waiting)
        return (undrawn and self.table.selected is None) or self.table.arranging

    # What is shown.

    def draw(self, now: float) -> None:
        """Show what the store knows."""
        if self._wrong_only is not self._context.wrong_only:
            self._apply()
        self.picture = self.gather(self.keys)
        if self.trail:
            step = self.trail[-1]
            drilled = step.shown(self._engine)
            rows = drilled.rows
            if len(rows) == len(self._linked) and all(map(operator.is_, rows, self._linked)):
                rows = self._linked
            self._linked, self._relations = rows, drilled.relations
            self.picture = replace(self.picture, rows=rows)
            columns = step.columns(drilled, self._relation)
            if [c.name for c in columns] != [c.name for c in self._link_columns]:
                self._link_table.show_columns(columns)
            self._link_columns = columns
        self.table.set_message(self._message())
        self.table.show(self.picture.rows, self.look(now), stale=self.picture.stale_predicate)

    def _relation(self, row: Resource) -> str:
        return self._relations.get(row.ref, "")

    def _message(self) -> list[str]:
        spec = self.spec
        if self._tells and not self.picture.rows:
            step = self.trail[-1]
            thing = step.row if step.shows is Shows.ABOUT else None
            return [nothing_happened(thing, waiting=bool(self.picture.waiting))]
        if self.trail and not self.picture.rows and not self.picture.faults:
            name = self.trail[-1].label
            waiting = self.picture.waiting
            return [
                f"looking for what {name} links to …" if waiting else f"{name} links to nothing"
            ]
        return message(
            spec.show,
            self.keys,
            self.picture,
            reads=self._context.options.reads,
            filtered=self.view.text or (spec.filter if self._own_filter else ""),
            wrong_only=self._wrong_only,
            provider=spec.provider,
            scope=spec.scope,
        )

    def title_of(self, *, focused: bool) -> Title:
        """Return the trail, the counts, what narrows the rows, and their age."""
        rows = self.picture.rows
        counted = self._tally()
        configured = bool(self.keys)
        return Title(
            self.spec.name,
            (self.name, *(step.label for step in self.trail)),
            total=len(rows) if configured else None,
            matching=self.table.matching if self.table.total == len(rows) else len(rows),
            degraded=counted.degraded,
            failed=counted.failed,
            marks=self._marks(),
            picture=self.picture,
            focused=focused,
        )

    def _tally(self) -> Tally:
        """Count how the rows are; what has happened is neither well nor wrong."""
        if self.spec.show == "events" or self._tells:
            return Tally()
        if self.trail:
            return tally(self.picture.rows)
        return self._context.tallies.of(map(self._engine.store.snapshot, self.keys))

    def _marks(self) -> tuple[str, ...]:
        view = self.view
        marks = ["its own filter is left out"] * bool(self.left_out and not self.trail)
        marks += [f"/{view.text}"] * bool(view.text) + ["! wrong only"] * self._wrong_only
        if number := len(self.marked):
            marks.insert(0, f"{PICKED} {number} marked")
        if view.sort is not None:
            marks.append(f"{'↓' if view.descending else '↑'} {view.sort.name}")
        return tuple(marks)

    # How it is narrowed and ordered.

    @property
    def columns(self) -> dict[str, Column]:
        """Every column that can be filtered and sorted by now, by name."""
        if not self.trail:
            return self._by_name
        return names_for(self.picture.rows, self._link_columns)

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """The columns of the table, from the left."""
        return self._link_columns if self.trail else self._columns

    def filter(self, text: str) -> None:
        """Show only what matches; raises FilterError and keeps what was shown."""
        if text:
            parse(text, self.columns, self.language)
        if text != self.view.text:
            self.view = replace(self.view, text=text, names=self.columns)
            self._apply()

    def refused(self, settled: object) -> None:
        """Go back to the filter that is in force, after one gave up over the rows.

        The pane's own filter is left out where it is that one.
        """
        text = settled.source if isinstance(settled, Filter) else ""
        self.view = replace(self.view, text=text)
        self._apply()

    def _parse_own(self) -> Filter | None:
        """Return the filter of the screen file; none where it cannot be used here."""
        if not self.spec.filter:
            return None
        try:
            own = parse(self.spec.filter, self._by_name, self.language)
        except FilterError as error:
            # It was checked when the file was read: only a name can be missing, in the demo.
            self.left_out = f"this pane's filter is left out: {error}"
            return None

        def judge(thing: Resource, now: float, texts: str) -> bool:
            try:
                return own.judge(thing, now, texts)
            except FilterError as error:
                self._own_filter = None
                self.left_out = f"this pane's filter is left out: {error}"
                raise FilterError(self.left_out, error.place) from None

        return Filter(judge, own.reads, own.timed)

    @property
    def language(self) -> Language:
        """What a filter may say."""
        return self._context.options.language

    @property
    def marked(self) -> tuple[Resource, ...]:
        """The marked things that are still there, in the order of marking."""
        marking = self.table.marking
        if not marking:
            return ()
        known = self._marked
        if known is None or known[0] is not self.picture.rows or known[1] != marking.version:
            found = (self._engine.store.find(ref) for ref in marking)
            rows = tuple(row for row in found if row is not None)
            known = self._marked = (self.picture.rows, marking.version, rows)
        return known[2]

    def sort(self, column: Column | None, *, descending: bool = False) -> None:
        """Sort by a column; as the pane is sorted by itself where it is None."""
        self.view = replace(self.view, sort=column, descending=descending)
        self._apply()

    def _apply(self) -> None:
        view = self.view
        parts: list[Filter] = []
        self._wrong_only = self._context.wrong_only
        if self._wrong_only:
            parts.append(_WRONG)
        if self._own_filter is not None and not self.trail:
            parts.append(self._own_filter)
        if view.text:
            try:
                # What was opened may be of other kinds by now: a term on a column that these
                # do not have still means what it did when it was typed.
                names = {**view.names, **self.columns}
                parts.append(parse(view.text, names, self.language))
            except FilterError as error:
                self.dropped = f"the filter {view.text} is taken off: {error}"
                self.view = view = replace(view, text="")
        self.table.filter_by(together(parts, view.text) if parts else None)
        name, descending = self.sorted_by
        told = TIMELINE_COLUMNS[0] if self._tells else self._by_name.get(name)
        self.table.sort_by(view.sort or told, descending=descending)

    @property
    def _tells(self) -> bool:
        """Whether it shows what happened to a thing."""
        return bool(self.trail and self.trail[-1].tells)

    @property
    def sorted_by(self) -> tuple[str, bool]:
        """The name of the column that sorts the rows, and whether its largest come first."""
        if self.view.sort is not None:
            return self.view.sort.name, self.view.descending
        if self._tells:
            return TIMELINE_COLUMNS[0].name, True
        if self.trail:
            return "state", False
        return self._own_sort.removeprefix("-"), self._own_sort.startswith("-")

    # The trail.

    def open(self, row: Resource) -> bool:
        """Show what a row links to; False where it links to nothing."""
        step = Step(row, self.view, keys_around(self._engine, row))
        if not row.links and not step.shown(self._engine).rows:
            return False
        self._opened(step)
        return True

    def open_owner(self, row: Resource) -> bool:
        """Show what a row belongs to; False where it belongs to nothing that is known.

        From a row that was opened from its owner, that is the way back.
        """
        step = Step(row, self.view, keys_around(self._engine, row), Shows.OWNER)
        drilled = step.shown(self._engine)
        last = self.trail[-1] if self.trail else None
        if last and last.shows is Shows.LINKS and last.row and last.row.ref in drilled.relations:
            self.table.move_to(self.back() or last.row.ref)
            return True
        if not drilled.relations:
            return False
        self._opened(step)
        return True

    def _opened(self, step: Step) -> None:
        self.trail.append(step)
        self.view, self.picture = View(), EMPTY
        self.table.clear_marks()
        self.table.drop_rows()
        self._apply()

    def open_timeline(self, row: Resource | None) -> bool:
        """Show what happened to a thing and to what belongs to it, or everywhere where None."""
        if row is None and self.trail and self.trail[-1].shows is Shows.EVERYWHERE:
            return False
        if row is not None:
            row = subject_of(row, self._engine.store)
        shows = Shows.EVERYWHERE if row is None else Shows.ABOUT
        keys = timeline_keys(self._engine, row)
        self._opened(Step(row or self.table.selected, self.view, keys, shows))
        return True

    def step_back(self) -> bool:
        """Take off the filter, else leave what was opened last; False where there is neither."""
        if self.view.text:
            self.filter("")
            return True
        if not self.trail:
            return False
        ref = self.back()
        if ref is not None:
            self.table.move_to(ref)
        return True

    def back(self) -> Ref | None:
        """Leave what was opened last; return the row to stand on again."""
        if not self.trail:
            return None
        self.table.clear_marks()
        step = self.trail.pop()
        self.view = step.view
        self.picture = EMPTY
        self.table.drop_rows()
        self._apply()
        return step.row.ref if step.row is not None else None
