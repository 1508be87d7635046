"""Loads screen files: those that come with the program, and the person's own over them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fleetui.assets import bundled
from fleetui.config import document, grid, pane, schema
from fleetui.config.document import Document
from fleetui.config.problems import ConfigErrors, Problem
from fleetui.config.specs import ScreenSpec, version_problems
from fleetui.core.clean import clean
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.settings import setting

_NAME = lazy_pattern(r"[A-Za-z0-9_-]+")
_KEYS = tuple("123456789")


@dataclass(frozen=True, slots=True)
class ScreenTable:
    """What stands above the panes of a screen file."""

    version: int = setting(1, "version of this file's form")
    title: str = setting("", "what tabs and lists call it; the file's name when empty")
    key: str = setting("", "digit that opens it", choices=("", *_KEYS))
    grid: tuple[str, ...] = setting((), "rows of pane names, from the top; a name is a rectangle")
    widths: tuple[int, ...] = setting((), "relative width of each grid column; alike when empty")
    heights: tuple[int, ...] = setting((), "relative height of each grid row; alike when empty")


def load_screens(user_dir: Path | None) -> dict[str, ScreenSpec]:
    """Return all screens by name, in order of their keys.

    `user_dir` is the config folder: a file in its `screens` folder replaces the bundled one of
    the same name, and takes its key from a bundled one of another. Raises ConfigErrors.
    """
    screens: dict[str, ScreenSpec] = {}
    problems: list[Problem] = []
    for path in toml_files(bundled("screens")):
        _load(path, screens, problems)
    if user_dir is not None:
        own: dict[str, ScreenSpec] = {}
        replaced: set[str] = set()
        for path in toml_files(user_dir / "screens"):
            replaced.add(path.stem)
            _load(path, own, problems)
        problems += _same_keys(own)
        taken = {screen.key for screen in own.values()}
        kept = {
            name: replace(screen, key="") if screen.key in taken else screen
            for name, screen in screens.items()
            if name not in replaced
        }
        screens = kept | own
    if problems:
        raise ConfigErrors(problems)
    return dict(sorted(screens.items(), key=lambda item: (item[1].key or "~", item[0])))


def toml_files(folder: Path) -> list[Path]:
    """Return the TOML files of a folder by name; none where there is no folder."""
    try:
        return sorted(p for p in folder.iterdir() if p.suffix == ".toml" and p.name[0] != ".")
    except OSError:
        return []


def _load(path: Path, into: dict[str, ScreenSpec], problems: list[Problem]) -> None:
    try:
        screen = read_screen(path)
    except ConfigErrors as errors:
        problems.extend(errors.problems)
    else:
        into[screen.name] = screen


def _same_keys(screens: dict[str, ScreenSpec]) -> list[Problem]:
    """Return a problem for each screen whose key an earlier one has."""
    holders: dict[str, ScreenSpec] = {}
    problems: list[Problem] = []
    for screen in screens.values():
        holder = holders.setdefault(screen.key, screen)
        if screen.key and holder is not screen and screen.path:
            line = document.read(screen.path).line("key")
            message = f'"{screen.key}" opens {holder.name} already'
            problems.append(Problem(screen.path, line, "key", message))
    return problems


def read_screen(path: Path) -> ScreenSpec:
    """Read and check one screen file. Raises ConfigErrors."""
    doc = document.read(path)
    if not _NAME.fullmatch(path.stem):
        doc.add((), "a screen's file name may have letters, digits, _ and - in it")
    top = schema.read(ScreenTable, doc.data, (), doc, beside=("pane",))
    tables = doc.data.get("pane", {})
    if not isinstance(tables, dict):
        doc.add(("pane",), "must be tables with a name: [pane.NAME]")
        tables = {}
    panes = {name: pane.read(name, table, doc) for name, table in tables.items()}
    if top is not None:
        _check(top, tuple(panes), doc)
    doc.finish()
    top = top or ScreenTable()
    return ScreenSpec(
        name=path.stem,
        title=clean(top.title) or path.stem,
        key=top.key,
        grid=grid.parse(top.grid),
        panes={name: spec for name, spec in panes.items() if spec is not None},
        widths=top.widths,
        heights=top.heights,
        path=path,
    )


def _check(top: ScreenTable, panes: tuple[str, ...], doc: Document) -> None:
    """Note what is wrong with the layout."""
    for key, message in version_problems(top.version):
        doc.add((key,), message)
    cells = grid.parse(top.grid)
    for at, message in grid.check(cells, panes):
        doc.add(at, message)
    columns = len(cells[0]) if cells else 0
    for name, sizes, wanted, what in (
        ("widths", top.widths, columns, "column"),
        ("heights", top.heights, len(cells), "row"),
    ):
        if sizes and cells and len(sizes) != wanted:
            doc.add((name,), f"has {len(sizes)}, must have {wanted}: one for each grid {what}")
        for index, size in enumerate(sizes):
            if not 1 <= size <= 1000:
                doc.add((name, index), f"must be from 1 to 1000, not {size}")
