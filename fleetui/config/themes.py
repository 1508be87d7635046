"""Loads theme files: a bad one costs its colours and a warning, never the program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fleetui.assets import bundled
from fleetui.config import document
from fleetui.config.document import Document
from fleetui.config.problems import ConfigErrors, Problem, nearest
from fleetui.config.screens import toml_files
from fleetui.config.specs import MEANINGS, ThemeSpec, version_problems
from fleetui.config.values import word
from fleetui.core.lazy_pattern import lazy_pattern

DEFAULT = "night"
LIGHT = "day"
_COLOUR = lazy_pattern(r"#[0-9a-fA-F]{6}")
_KEYS = ("version", "dark", "colours")


def load_themes(user_dir: Path | None) -> tuple[dict[str, ThemeSpec], list[str]]:
    """Return all themes by name, the default first, and a warning for each thing wrong.

    `user_dir` is the config folder: files in its `themes` folder add to the bundled ones or
    replace them by name. A colour that a file leaves out, or gets wrong, is the one of
    `night`, or of `day` where the theme is light.
    """
    warnings: list[Problem] = []
    themes: dict[str, ThemeSpec] = {}
    files = toml_files(bundled("themes"))
    for path in sorted(files, key=lambda p: (p.stem != DEFAULT, p.stem != LIGHT, p.stem)):
        themes[path.stem] = read_theme(path, themes, warnings)
    if user_dir is not None:
        base = dict(themes)
        for path in toml_files(user_dir / "themes"):
            themes[path.stem] = read_theme(path, base, warnings)
    return themes, [str(problem) for problem in sorted(warnings)]


def read_theme(path: Path, base: dict[str, ThemeSpec], warnings: list[Problem]) -> ThemeSpec:
    """Read one theme file, with the colours of `base` where its own are no use."""
    try:
        doc = document.read(path)
    except ConfigErrors as errors:
        warnings.extend(errors.problems)
        doc = Document(path, {}, "")
    dark = doc.data.get("dark", True)
    if not isinstance(dark, bool):
        doc.add(("dark",), f"must be true or false, not {word(dark)}")
        dark = True
    version = doc.data.get("version", 1)
    if isinstance(version, int):
        for key, message in version_problems(version):
            doc.add((key,), message)
    for key in doc.data:
        if key not in _KEYS:
            doc.add((key,), f"unknown key{nearest(key, _KEYS)}")
    fallback = base.get(DEFAULT if dark else LIGHT)
    colours = dict(fallback.colours) if fallback else {}
    colours |= _colours(doc.data.get("colours", {}), doc)
    warnings.extend(doc.problems)
    return ThemeSpec(path.stem, dark, colours, path)


def _colours(table: Any, doc: Document) -> dict[str, str]:
    """Return the colours that are right, noting the others."""
    if not isinstance(table, dict):
        doc.add(("colours",), f"must be a table, not {word(table)}")
        return {}
    good: dict[str, str] = {}
    for meaning, colour in table.items():
        if meaning not in MEANINGS:
            doc.add(("colours", meaning), f"unknown meaning{nearest(meaning, MEANINGS)}")
        elif not isinstance(colour, str) or not _COLOUR.fullmatch(colour):
            doc.add(("colours", meaning), 'must be a colour such as "#7aa7d9"')
        else:
            good[meaning] = colour.lower()
    return good
