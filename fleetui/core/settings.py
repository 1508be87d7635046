"""How a setting is declared: its default, its one line of documentation, its bounds.

Back ends and the config file share this, so that a back end's settings live in its own file.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any

from fleetui.core.lazy_dataclass import dataclass

Seconds = Annotated[float, "written as 15s, 5m, 2h or a number of seconds"]

_COMMAND_TIMEOUT_S = 20


def setting(
    default: Any,
    doc: str,
    *,
    choices: tuple[str, ...] = (),
    minimum: float | None = None,
    maximum: float | None = None,
    example: Any = None,
) -> Any:
    """Declare a dataclass field that the config file may set.

    `doc` is one line, shown in the example file and in errors. `example` stands in the example
    file where the default would say nothing, or would be no value at all.
    """
    metadata = {
        "doc": doc, "choices": choices, "minimum": minimum, "maximum": maximum, "example": example,
    }  # fmt: skip
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=metadata)
    return field(default=default, metadata=metadata)


class SecretError(Exception):
    """A secret could not be had; the message names its source, never its value."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret comes from: a variable, a file or a command. Never the secret itself.

    In the config a field `token` of this type is written `token_env`, `token_file` or
    `token_command`.
    """

    source: str
    """`env`, `file` or `command`."""
    value: str
    """The variable's name, the file's path or the command line; not the secret."""

    def read(self) -> str:
        """Return the secret. It may run a command and block: call it in a thread.

        Raises SecretError.
        """
        if self.source == "env":
            got = os.environ.get(self.value)
            if got is None:
                raise SecretError(f"the variable {self.value} is not set")
            return got
        if self.source == "file":
            try:
                return Path(self.value).expanduser().read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "not text"
                raise SecretError(f"the file {self.value} cannot be read: {reason}") from None
        return self._run()

    def _run(self) -> str:
        try:
            done = subprocess.run(  # noqa: S602  the person's own config names the command
                self.value,
                shell=True,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_COMMAND_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise SecretError(f"the command took longer than {_COMMAND_TIMEOUT_S}s") from None
        if done.returncode:
            raise SecretError(f"the command exited with {done.returncode}")
        return done.stdout.strip()
