"""Writes a config file that shows every key, from the declarations of the settings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from fleetui.config import filters, gates
from fleetui.config.actions import ACTIONS, LOG, PAGE
from fleetui.config.key_names import written as key_written
from fleetui.config.keys import DOC as KEYS_DOC
from fleetui.config.load import SECTIONS
from fleetui.config.policy import GateSettings
from fleetui.config.schema import Setting, settings_of
from fleetui.config.specs import PROVIDERS, CommonSettings, ProviderConfig, TopSettings
from fleetui.core.settings import Seconds, Secret

_WIDTH = 98
_UNITS = ((3600, "h"), (60, "m"), (1, "s"))
# What a secret's three keys take.
_SOURCES = {"env": "VARIABLE", "file": "/path/to/file", "command": "a command that prints it"}


def example(settings_for: Callable[[str], type[Any]], known: Iterable[str]) -> str:
    """Return the example: every key of every section and back end, commented, at its default."""
    head = [
        "# Every key there is, each with its default. Take the # away before a line to set it.",
        "# A table [docker.NAME] may stand there several times: NAME is what the screen calls it.",
        "# A secret never stands here: name a variable, a file or a command that has it.",
    ]
    return _document(head, settings_for, known, ())


def written(
    settings_for: Callable[[str], type[Any]],
    known: Iterable[str],
    found: Sequence[tuple[ProviderConfig, str]],
    unread: Iterable[str] = (),
) -> str:
    """Return a first config: what was found, with how, and every other key commented."""
    head = ["# Written by `fleetui init` from what it found on this machine."]
    head += [f"# Not read by this version: {line}" for line in unread]
    head += ["# Take the # away before a line to set it."]
    return _document(head, settings_for, known, found)


def _document(
    head: Iterable[str],
    settings_for: Callable[[str], type[Any]],
    known: Iterable[str],
    found: Sequence[tuple[ProviderConfig, str]],
) -> str:
    lines = [*head, "", *_fields(TopSettings, None, {"version"})]
    for name, cls in SECTIONS.items():
        lines += ["", *_doc((cls.__doc__ or "").partition(": ")[2].rstrip(".")), f"[{name}]"]
        lines += _fields(cls)
    lines += ["", *_doc(gates.DOC), f"#[{gates.SECTION}.NAME]", *_fields(GateSettings)]
    lines += ["", *_doc(filters.DOC), f"[{filters.SECTION}]", f"#{filters.EXAMPLE}"]
    lines += ["", *_doc(KEYS_DOC.partition(": ")[2]), "[keys]", *_keys()]
    for name in known:
        cls = settings_for(name)
        mine = [(config, how) for config, how in found if config.provider == name]
        for config, how in mine:
            lines += ["", *_doc(how), f"[{name}.{config.scope}]"]
            lines += _fields(CommonSettings)
            lines += _fields(cls, config.settings)
        if not mine:
            lines += ["", *_doc(PROVIDERS.get(name, name)), f"#[{name}.NAME]"]
            lines += [*_fields(CommonSettings), *_fields(cls)]
    return "\n".join(lines) + "\n"


def _fields(cls: type[Any], values: Any = None, always: Iterable[str] = ()) -> Iterator[str]:
    """Yield each key under its line of documentation; commented where it has its default."""
    for name, one in settings_of(cls).items():
        yield from _doc(one.doc + _bounds(one))
        if one.type is Secret:
            yield from _secret(one)
            continue
        value = one.default if values is None else getattr(values, name)
        mark = "" if value != one.default or name in always else "#"
        if mark and one.example is not None:
            value = one.example
        yield f"{mark}{name} = {literal(value, one.type)}"


def _keys() -> Iterator[str]:
    """Yield every action with the keys that it has by itself."""
    told = {action.name for action in ACTIONS}
    views = {"page": "on a page", "log": "in a log"}
    more = [key for key in (*PAGE, *LOG) if key.name not in told]
    once = {key.name: key for key in reversed(more)}
    for action in (*ACTIONS, *reversed(once.values())):
        where = views.get(action.place)
        yield from _doc(f"{where}: {action.does}" if where else action.does)
        keys = [key_written(key) for key in action.keys]
        yield f"#{action.name} = {literal(keys[0] if len(keys) == 1 else keys)}"


def _secret(one: Setting) -> Iterator[str]:
    """Yield the three ways to name a secret, of which one is to be chosen."""
    yield "#   one of:"
    for key, source in zip(one.keys, _SOURCES, strict=True):
        yield f"#   {key} = {json.dumps(_SOURCES[source])}"


def _bounds(one: Setting) -> str:
    choices = [choice for choice in one.choices if choice]
    return f"; one of {', '.join(choices)}" if choices else ""


def _doc(text: str) -> Iterator[str]:
    """Yield a comment, broken between words."""
    line = "#"
    for word in text.split():
        if len(line) + len(word) >= _WIDTH:
            yield line
            line = "#"
        line += f" {word}"
    yield line


def literal(value: Any, kind: Any = None) -> str:
    """Return a value as TOML writes it."""
    if kind is Seconds:
        return f'"{_seconds(value)}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        if '"' in value and "'" not in value and value.isprintable():
            return f"'{value}'"
        # What JSON escapes, TOML escapes alike, but for DEL.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, tuple | list):
        return f"[{', '.join(literal(item) for item in value)}]"
    if isinstance(value, dict):
        pairs = ", ".join(f"{json.dumps(k)} = {literal(v)}" for k, v in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    return str(value)


def _seconds(value: float) -> str:
    for size, unit in _UNITS:
        if value and value % size == 0:
            return f"{value // size:.0f}{unit}"
    return f"{value:g}s"
