"""A document as text: YAML as people read it, or JSON, safe for a terminal; and YAML read back."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

# Both forms may hold these as they are; a terminal acts on them, or turns text round.
_UNSAFE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


_LARGEST = 3_000_000
"""No server takes a document of more characters."""


class Mistake(ValueError):
    """A text is no document: where, and why."""

    def __init__(self, what: str, line: int = 0, column: int = 0) -> None:
        """`line` and `column` are counted from 1; 0: of the whole."""
        super().__init__(f"line {line}, column {column}: {what}" if line else what)
        self.what, self.line, self.column = what, line, column


def as_yaml(document: Any) -> str:
    """Return a document of plain data as YAML, text of several lines as a block."""
    return _UNSAFE.sub("", editable(document)).rstrip("\n")


def editable(document: Any) -> str:
    """Return a document as YAML in which nothing is left out: `parse` gives the same again.

    What could act on a terminal may be in it: it is for an editor's file.
    """
    import yaml

    base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    class Dumper(base):  # type: ignore[misc]
        """Writes everything out where it stands: no anchors, lines kept as lines."""

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
            """Write a part that occurs twice twice."""
            return True

    def text(dumper: Any, value: str) -> Any:
        style = "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    dumped: str = yaml.dump(
        document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=2**30
    )
    return dumped.removesuffix("...\n")


def parse(text: str) -> dict[str, Any]:
    """Return the one object that a YAML text, or a JSON text, holds. Raises Mistake.

    Unlike YAML itself, a name may not stand twice, and a moment stays the text that it is.
    """
    import yaml

    if len(text) > _LARGEST:
        raise Mistake(f"it is longer than {_LARGEST:,} characters")
    try:
        found = yaml.load(text, Loader=_loader())  # noqa: S506  a safe loader of our own
        json.dumps(found, allow_nan=False)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = str(error.problem or error.context or "this is no YAML")
        if what.startswith("but "):
            what = f"{error.context}, {what}"
        at = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
        raise Mistake(what, *at) from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        column = len(before) - before.rfind("\n")
        raise Mistake("a control character", before.count("\n") + 1, column) from None
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        raise Mistake(str(error).partition("\n")[0] or "this is no YAML") from None
    if not isinstance(found, dict):
        raise Mistake("this is no object: it has no names with values", 1, 1)
    return found


@cache
def _loader() -> Any:
    """Return a loader that knows words, numbers, lists and maps, and no more."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]
        """Reads plain data as a server of JSON means it."""

    def mapping(loader: Any, node: Any) -> dict[str, Any]:
        names: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, "a name must be a word", key.start_mark
                )
            if key.value in names:
                raise yaml.constructor.ConstructorError(
                    None, None, f'"{key.value}" stands twice', key.start_mark
                )
            names.add(key.value)
        loader.flatten_mapping(node)
        return {key.value: loader.construct_object(value, deep=True) for key, value in node.value}

    def number(loader: Any, node: Any) -> Any:
        # 8080:80 is a word to everybody but YAML, which takes it for a number to the base of 60.
        if ":" in node.value:
            return node.value
        made = "construct_yaml_int" if node.tag.endswith(":int") else "construct_yaml_float"
        return getattr(loader, made)(node)

    Loader.add_constructor("tag:yaml.org,2002:map", mapping)
    Loader.add_constructor("tag:yaml.org,2002:int", number)
    Loader.add_constructor("tag:yaml.org,2002:float", number)
    Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda _loader, node: node.value)
    return Loader


def as_json(document: Any) -> str:
    """Return a document of plain data as indented JSON."""
    text = json.dumps(document, indent=2, ensure_ascii=False, default=str)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
