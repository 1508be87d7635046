"""What the command line of the board understands: the words of `fleetui`, and every action."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from fleetui.config.actions import Key
from fleetui.config.problems import choice
from fleetui.config.specs import PaneSpec, ScreenSpec
from fleetui.core.columns import Column
from fleetui.core.filter import FilterError, Language, duration, parse
from fleetui.core.kinds import KINDS, QUERY
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Resource
from fleetui.core.tables import TABLES
from fleetui.ui import refs
from fleetui.ui.mistake import Mistake

VALUES = {
    "scale": "6, +2, -1 or x2", "rename": "NAME", "resize": "512MiB cpu=1.5",
    "rollback": "REVISION", "redeploy": "IMAGE", "stop": "10s", "restart": "10s",
    "shell": "COMMAND", "debug": "IMAGE", "edit": "FILE",
    "forward": "[LOCAL:]PORT",
}  # fmt: skip
"""The actions that take a value behind them, and how that is written."""
Act = Callable[[], object]
"""What a command does once its words have been understood."""


class Doer(Protocol):
    """What carries commands out."""

    @property
    def screens(self) -> Sequence[ScreenSpec]:
        """Every screen."""
        ...

    @property
    def themes(self) -> Iterable[str]:
        """The names of all themes."""
        ...

    @property
    def columns(self) -> dict[str, Column] | None:
        """The columns of the pane with focus; None where it shows no rows."""
        ...

    @property
    def language(self) -> Language:
        """What a filter may say."""
        ...

    @property
    def answers_queries(self) -> bool:
        """Whether a back end answers PromQL."""
        ...

    def show(self, name: str) -> None:
        """Open a screen."""
        ...

    def use_theme(self, name: str) -> None:
        """Take other colours."""
        ...

    def lay_over(self, pane: PaneSpec, text: str, sort: str) -> None:
        """Open a pane over the board, with a filter and an order."""
        ...

    def narrow(self, text: str) -> None:
        """Filter the pane with focus."""
        ...

    def order(self, sort: str) -> None:
        """Sort the pane with focus."""
        ...

    def act(self, key: Key) -> None:
        """Do what a key does."""
        ...

    @property
    def things(self) -> Iterable[Resource]:
        """Every thing that has been read so far; some may come twice."""
        ...

    def look_into(self, what: str, thing: Resource) -> None:
        """Describe a thing, or open its logs or its timeline."""
        ...

    @property
    def copied_columns(self) -> Iterable[str]:
        """The columns of which a cell can be copied now."""
        ...

    def copy_cells(self, column: str) -> None:
        """Copy the cell of a column."""
        ...

    @property
    def containers(self) -> Iterable[str] | None:
        """The containers that the log in front has read; None where there is no log."""
        ...

    def choose_container(self, name: str) -> None:
        """Have the log in front read one container only, or all."""
        ...

    def change(self, what: str, text: str = "") -> None:
        """Plan a verb for what is marked, or for the row under the cursor."""
        ...


@dataclass(frozen=True, slots=True)
class Word:
    """One command: how it is written, what it does, how it is read and completed."""

    usage: str
    does: str
    read: Callable[[str, int], Act]
    """(the text after the word, where that begins) → what to do; raises Mistake."""
    complete: Callable[[list[str]], Iterable[str]] = lambda _words: ()
    """(the words after it) → what the last of them may become."""


class Commands:
    """All words, and what they mean to one board."""

    def __init__(self, doer: Doer, actions: Sequence[Key]) -> None:
        self._do = doer
        self._things = refs.Completer(lambda: doer.things)
        self.words: dict[str, Word] = {
            "screen": Word("screen NAME or KEY", "open a screen", self._screen, self._screens),
            "get": Word("get KIND [FILTER]", "list a kind, live", self._get, self._kinds),
            "query": Word("query PROMQL [30m]", "ask Prometheus, live", self._query),
            "theme": Word("theme NAME", "other colours", self._theme, lambda _w: doer.themes),
            "filter": Word("filter [TERMS]", "narrow the pane", self._filter, self._terms),
            "sort": Word("sort [COLUMN]", "order the pane", self._sort, self._sorts),
            "container": Word(
                "container [NAME]",
                "read one container of a pod's log; without NAME all",
                self._container,
                lambda words: (doer.containers or ()) if len(words) == 1 else (),
            ),
        }
        for key in actions:
            # Rows are moved through by keys; by name they would be noise among the commands.
            if key.action and key.name not in {*self.words, "command"}:
                self.words[key.name] = Word(key.name, key.does, self._bare(key))
        for key in actions:
            name = key.name
            if name == "copy":
                does = "copy the cell of a column; without COLUMN, the ref"
                self.words[name] = Word("copy [COLUMN]", does, self._copy(key), self._cells)
            elif key.action.startswith("app.change("):
                usage = f"{name} [{VALUES[name]}]" if name in VALUES else name
                self.words[name] = Word(usage, key.does, self._change(key))
            elif name in {"describe", "raw", "logs", "timeline"}:
                does = f"{key.does.removeprefix(f'{name}: ')}; without REF, the row's"
                self.words[name] = Word(f"{name} [REF]", does, self._of(key), self._refs)

    def read(self, text: str) -> Act:
        """Return what the text asks for. Raises Mistake."""
        lead = len(text) - len(text.lstrip())
        name, _blank, rest = text.strip().partition(" ")
        if not name:
            raise Mistake("type a command, or Esc", 0, 1)
        word = self.words.get(name)
        if word is None:
            raise Mistake(f"no command{choice(name, self.words)[2:]}", lead, len(name))
        at = lead + len(name) + 1
        at += len(rest) - len(rest.lstrip())
        return word.read(rest.strip(), at)

    def hint(self, text: str) -> str:
        """Return what may be typed now."""
        name, blank, _rest = text.lstrip().partition(" ")
        if blank and name in self.words:
            word = self.words[name]
            found = self.completions(text)
            more = f": {'  '.join(found[:12])}" if found else ""
            return f"{word.usage}: {word.does}{more}"
        begun = [word for word in self.words if word.startswith(name)]
        if len(begun) == 1:
            word = self.words[begun[0]]
            return f"{word.usage}: {word.does}"
        return "  ".join(begun) or f"no command begins so: {'  '.join(self.words)}"

    def completions(self, text: str) -> list[str]:
        """Return what the last word of the text may become."""
        name, blank, rest = text.lstrip().partition(" ")
        if not blank:
            return [word for word in self.words if word.startswith(name)]
        if name not in self.words:
            return []
        words = rest.lstrip().split(" ") if rest.strip() else [""]
        found = self.words[name].complete(words)
        return [word for word in found if word.startswith(words[-1])]

    # How each is read.

    def _bare(self, key: Key) -> Callable[[str, int], Act]:
        def read(rest: str, at: int) -> Act:
            if rest:
                raise Mistake(f"{key.name} takes nothing after it", at, len(rest))
            return lambda: self._do.act(key)

        return read

    def _of(self, key: Key) -> Callable[[str, int], Act]:
        def read(rest: str, at: int) -> Act:
            if not rest:
                return lambda: self._do.act(key)
            thing = refs.meant(rest, at, self._do.things)
            return lambda: self._do.look_into(key.name, thing)

        return read

    def _change(self, key: Key) -> Callable[[str, int], Act]:
        """Read a verb with its value; what it acts on is what its key would act on."""
        what = key.action.partition("'")[2].rstrip("')")

        def read(rest: str, at: int) -> Act:
            if rest and key.name not in VALUES:
                raise Mistake(f"{key.name} takes nothing after it", at, len(rest))
            return lambda: self._do.change(what, rest)

        return read

    def _copy(self, key: Key) -> Callable[[str, int], Act]:
        def read(rest: str, at: int) -> Act:
            if not rest:
                return lambda: self._do.act(key)
            columns = list(self._do.copied_columns)
            if not columns:
                raise Mistake("there is no row to copy from", at, len(rest))
            if rest not in columns:
                raise Mistake(f"no column{choice(rest, columns)[2:]}", at, len(rest))
            return lambda: self._do.copy_cells(rest)

        return read

    def _cells(self, words: list[str]) -> Iterable[str]:
        return self._do.copied_columns if len(words) == 1 else []

    def _refs(self, words: list[str]) -> Iterable[str]:
        return self._things.completions(words[-1]) if len(words) == 1 else []

    def _screen(self, rest: str, at: int) -> Act:
        screens = self._do.screens
        for screen in screens:
            if rest and rest.lower() in {screen.key, screen.name.lower(), screen.title.lower()}:
                return lambda: self._do.show(screen.name)
        names = [screen.name for screen in screens]
        if not rest:
            raise Mistake(f"which screen: {', '.join(names)}", at, 1)
        if rest.isdecimal():
            keys = ", ".join(f"{s.key} {s.name}" for s in screens if s.key)
            raise Mistake(f"no screen has the key {rest}: there is {keys}", at, len(rest))
        raise Mistake(f"no screen{choice(rest, names)[2:]}", at, len(rest))

    def _theme(self, rest: str, at: int) -> Act:
        names = list(self._do.themes)
        if not rest:
            raise Mistake(f"which theme: {', '.join(names)}", at, 1)
        if rest not in names:
            raise Mistake(f"no theme{choice(rest, names)[2:]}", at, len(rest))
        return lambda: self._do.use_theme(rest)

    def _get(self, rest: str, at: int) -> Act:
        kind, _blank, text = rest.partition(" ")
        if not kind:
            raise Mistake(f"which kind: {', '.join(KINDS)}", at, 1)
        if kind not in KINDS:
            raise Mistake(f"no kind{choice(kind, KINDS)[2:]}", at, len(kind))
        after = at + len(kind) + 1 + len(text) - len(text.lstrip())
        text, sort = text.strip(), ""
        if "--" in text:
            given = _options(text, after, ("--filter", "--sort"))
            text, sort = given.get("--filter", given[""]), given.get("--sort", "")
        columns = TABLES[kind].columns
        _check_filter(text, columns, after, self._do.language)
        _check_sort(sort, columns, after)
        return lambda: self._do.lay_over(PaneSpec("get", kind, title=kind), text, sort)

    def _query(self, rest: str, at: int) -> Act:
        if not rest:
            raise Mistake("which query: up, or rate(http_requests_total[5m]) 30m", at, 1)
        if not self._do.answers_queries:
            raise Mistake("nothing here answers queries: [prometheus.NAME] adds it", at, len(rest))
        expr, word = rest, ""
        scope = ""
        if "--" in rest:
            given = _options(rest, at, ("--range", "--source"), shell=False)
            expr, word, scope = given[""], given.get("--range", ""), given.get("--source", "")
            if word and not duration(word):
                raise Mistake(f'"{word}" is not a length of time: 30m, 1h', at, len(rest))
        else:
            head, _blank, last = rest.rpartition(" ")
            # `offset 5m` belongs to the query itself.
            if head.strip() and duration(last) and not head.rstrip().endswith("offset"):
                expr, word = head.strip(), last
        expr = _unquoted(expr)
        if not expr:
            raise Mistake("which query: up, or rate(http_requests_total[5m])", at, len(rest))
        seconds = (duration(word) or 0.0) if word else 0.0
        pane = PaneSpec(
            "query", QUERY, title=expr if len(expr) < 60 else f"{expr[:59]}…",
            query=expr, range_s=seconds, scope=scope,
        )  # fmt: skip
        return lambda: self._do.lay_over(pane, "", "")

    def _filter(self, rest: str, at: int) -> Act:
        _check_filter(rest, self._rows(at), at, self._do.language)
        return lambda: self._do.narrow(rest)

    def _sort(self, rest: str, at: int) -> Act:
        _check_sort(rest, self._rows(at), at)
        return lambda: self._do.order(rest)

    def _container(self, rest: str, at: int) -> Act:
        if self._do.containers is None:
            raise Mistake("there is no log to choose in: l opens one", at, max(1, len(rest)))
        return lambda: self._do.choose_container(rest)

    def _rows(self, at: int) -> dict[str, Column]:
        columns = self._do.columns
        if columns is None:
            raise Mistake("this pane has no rows: go to one that has", at, 1)
        return columns

    # How each is completed.

    def _screens(self, words: list[str]) -> Iterable[str]:
        return [screen.name for screen in self._do.screens] if len(words) == 1 else []

    def _kinds(self, words: list[str]) -> Iterable[str]:
        if len(words) == 1:
            return list(KINDS)
        table = TABLES.get(words[0])
        return [f"{name}:" for name in table.columns] if table else []

    def _terms(self, _words: list[str]) -> Iterable[str]:
        return [f"{name}:" for name in self._do.columns or ()]

    def _sorts(self, words: list[str]) -> Iterable[str]:
        sign = "-" if words[-1].startswith("-") else ""
        return [sign + name for name in self._do.columns or ()] if len(words) == 1 else []


def _check_filter(text: str, columns: dict[str, Column], at: int, language: Language) -> None:
    try:
        parse(text, columns, language)
    except FilterError as error:
        start, end = error.place.start, error.place.end
        raise Mistake(str(error), at + start, end - start) from None


def _check_sort(sort: str, columns: dict[str, Column], at: int) -> None:
    name = sort.removeprefix("-")
    if name and name not in columns:
        raise Mistake(f"no column{choice(name, columns)[2:]}", at, len(sort))


def _options(text: str, at: int, known: tuple[str, ...], *, shell: bool = True) -> dict[str, str]:
    """Return the value of each option, and under "" what stands before and between them."""
    try:
        words = shlex.split(text) if shell else text.split()
    except ValueError:
        raise Mistake("a quote is not closed", at, len(text)) from None
    found: dict[str, str] = {}
    rest: list[str] = []
    coming = iter(words)
    for word in coming:
        name, equals, value = word.partition("=")
        if not word.startswith("--"):
            rest.append(word)
        elif name not in known:
            start = at + max(0, text.find(name))
            raise Mistake(f"no option{choice(name, known)[2:]}", start, len(name))
        else:
            found[name] = value if equals else next(coming, "")
            if not found[name]:
                raise Mistake(f"{name} takes a value", at + text.find(name), len(name))
    return {**found, "": " ".join(rest)}


def _unquoted(text: str) -> str:
    """Take the quotes off that a shell would have taken off: PromQL never begins with one."""
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1]
    return text
