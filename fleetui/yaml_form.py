"""A document as text: YAML as people read it, or JSON. Both are safe for a terminal."""

from __future__ import annotations

import json
import re
from typing import Any

# Both forms may hold these as they are; a terminal acts on them, or turns text round.
_UNSAFE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


def as_yaml(document: Any) -> str:
    """Return a document of plain data as YAML, text of several lines as a block."""
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
    return _UNSAFE.sub("", dumped).removesuffix("...\n").rstrip("\n")


def as_json(document: Any) -> str:
    """Return a document of plain data as indented JSON."""
    text = json.dumps(document, indent=2, ensure_ascii=False, default=str)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
