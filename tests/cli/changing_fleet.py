"""A fleet of numbers in files, for the commands that change something."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Fleet:
    """Two scopes of numbers in files, of which one is production, and a config that names them."""

    config: Path
    files: dict[str, Path]

    def read(self, scope: str = "test") -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.files[scope].read_text())
        return data

    def set(self, scope: str = "test", **more: Any) -> None:
        new = self.files[scope].with_suffix(".test")
        new.write_text(json.dumps({**self.read(scope), **more}))
        new.replace(self.files[scope])

    def sent(self, scope: str = "test") -> list[str]:
        found: list[str] = self.read(scope)["sent"]
        return found
