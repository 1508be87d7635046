"""Loads the config file: every table checked, all problems told at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from fleetui.config import document, filters, gates, schema
from fleetui.config.document import Document
from fleetui.config.keys import read_keys
from fleetui.config.policy import PolicySettings
from fleetui.config.problems import choice, nearest
from fleetui.config.specs import (
    PROVIDERS,
    SCOPE,
    CommonSettings,
    Config,
    LogSettings,
    LogsSettings,
    ProviderConfig,
    TopSettings,
    UiSettings,
    WallboardSettings,
)

SECTIONS: dict[str, type[Any]] = {
    "ui": UiSettings,
    "wallboard": WallboardSettings,
    "logs": LogsSettings,
    "log": LogSettings,
    "policy": PolicySettings,
}


def load(
    path: Path,
    settings_for: Callable[[str], type[Any]],
    known: Iterable[str],
    *,
    screens: Collection[str] | None = None,
    themes: Collection[str] | None = None,
) -> Config:
    """Read and check a config file.

    `settings_for` gives the settings dataclass of a back end named in `known`. Names of
    screens and themes are checked where the sets of them are given. Raises ConfigErrors.
    """
    doc = document.read(path)
    known = tuple(known)
    tops = schema.keys_of(TopSettings)
    top = schema.read(TopSettings, doc.data, (), doc, beside=doc.data)
    sections = {name: _section(name, cls, doc) for name, cls in SECTIONS.items()}
    providers = tuple(_providers(doc, settings_for, known))
    _check_tables(doc, providers)
    watched = gates.read(doc)
    gates.check_sources(doc, watched, known)
    named = filters.read(doc)
    keys = read_keys(doc)
    words = (*tops, *SECTIONS, gates.SECTION, filters.SECTION, "keys", *known)
    for word in doc.data:
        if word not in words:
            doc.add((word,), _unknown(word, words))
    _check_names(doc, sections, screens, themes)
    doc.finish()
    top = top or TopSettings()
    return Config(
        path=path,
        providers=providers,
        read_only=top.read_only,
        filters=named,
        keys=keys,
        gates=watched,
        lines=gates.lines(doc, known),
        **sections,
    )


def _unknown(word: str, known: tuple[str, ...]) -> str:
    if word in PROVIDERS:
        return "not in this version: take the table out, or put # before its lines"
    return f"unknown key{nearest(word, known)}"


def _section(name: str, cls: type[Any], doc: Document) -> Any:
    table = doc.data.get(name, {})
    if not isinstance(table, dict):
        doc.add((name,), f"must be a table: [{name}]")
        return cls()
    return schema.read(cls, table, (name,), doc) or cls()


def _providers(
    doc: Document, settings_for: Callable[[str], type[Any]], known: tuple[str, ...]
) -> Iterator[ProviderConfig]:
    """Yield every `[provider.scope]` that is right, in the order of the file."""
    for provider in doc.data:
        if provider not in known:
            continue
        tables = doc.data[provider]
        if not isinstance(tables, dict) or not tables:
            doc.add((provider,), f"must be tables with a name: [{provider}.NAME]")
            continue
        for scope, table in tables.items():
            made = _provider(doc, provider, scope, table, settings_for)
            if made is not None:
                yield made


def _provider(
    doc: Document,
    provider: str,
    scope: str,
    table: Any,
    settings_for: Callable[[str], type[Any]],
) -> ProviderConfig | None:
    at = (provider, scope)
    if not isinstance(table, dict):
        doc.add(at, f"belongs in a table with a name: [{provider}.NAME]")
        return None
    if not SCOPE.fullmatch(scope):
        doc.add(at, "a name may have letters, digits, _, . and - in it")
        return None
    cls = settings_for(provider)
    # What is unknown is told once, by the second reader, which knows the keys of both.
    common = schema.read(CommonSettings, table, at, doc, beside=table)
    settings = schema.read(cls, table, at, doc, beside=schema.keys_of(CommonSettings))
    if common is None or settings is None:
        return None
    return ProviderConfig(
        provider, scope, settings, common.production, common.enabled, doc.line(*at),
        common.read_only,
    )  # fmt: skip


def _check_tables(doc: Document, providers: Iterable[ProviderConfig]) -> None:
    """Note each table that another one names and that is not there, or is not enabled."""
    for one in providers:
        tables = getattr(one.settings, "tables", tuple)
        for key, provider, scope in tables():
            there = doc.data.get(provider)
            there = there if isinstance(there, dict) else {}
            if scope not in there:
                doc.add((one.provider, one.scope, key), choice(scope, there))
            elif isinstance(there[scope], dict) and there[scope].get("enabled", True) is False:
                text = f"[{provider}.{scope}] is not enabled"
                doc.add((one.provider, one.scope, key), text)


def _check_names(
    doc: Document,
    sections: dict[str, Any],
    screens: Collection[str] | None,
    themes: Collection[str] | None,
) -> None:
    """Note the screens and themes that are named and are not there."""
    ui, wallboard = sections["ui"], sections["wallboard"]
    # A section with anything wrong in it stands here at its defaults: its own words count.
    theme, screen = (_written(doc, "ui", name, getattr(ui, name)) for name in ("theme", "screen"))
    if themes is not None and theme not in themes:
        doc.add(("ui", "theme"), choice(theme, themes))
    if screens is None:
        return
    if screen not in screens:
        doc.add(("ui", "screen"), choice(screen, screens))
    for index, name in enumerate(_written(doc, "wallboard", "screens", wallboard.screens)):
        if isinstance(name, str) and name not in screens:
            doc.add(("wallboard", "screens", index), choice(name, screens))


def _written(doc: Document, section: str, key: str, read: Any) -> Any:
    """Return what the file says where that has the form of what was read of it."""
    table = doc.data.get(section)
    raw = table.get(key, read) if isinstance(table, dict) else read
    return raw if isinstance(raw, list if isinstance(read, tuple) else type(read)) else read
