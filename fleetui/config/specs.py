"""What the loaders return: plain frozen data for the config, a screen and a theme."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from pathlib import Path
from typing import Any

from fleetui.config.paths import shown
from fleetui.config.policy import GateConfig, PolicySettings
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.settings import Seconds, setting

# Every back end's word that this or a later version reads, and what it is.
PROVIDERS: dict[str, str] = {
    "aws": "an AWS account in one region",
    "digitalocean": "a DigitalOcean account",
    "docker": "a Docker engine",
    "gcp": "a Google Cloud project",
    "kubernetes": "a Kubernetes context",
    "prometheus": "a Prometheus server",
    "ssh": "a host reached over SSH",
}


SCOPE = lazy_pattern(r"[A-Za-z0-9_.-]+")
"""The name of a `[provider.NAME]` or a `[gate.NAME]`."""


def version_problems(version: int) -> Iterator[tuple[str, str]]:
    """Yield why a file of this version cannot be read, as (key, message)."""
    if version != 1:
        yield "version", f"is {version}, and this fleetui reads 1"


@dataclass(frozen=True, slots=True)
class TopSettings:
    """What stands above all tables of the config file."""

    version: int = setting(1, "version of this file's form")
    read_only: bool = setting(False, "never change anything, whatever is asked")

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what is impossible, as (key, message)."""
        yield from version_problems(self.version)


@dataclass(frozen=True, slots=True)
class CommonSettings:
    """What every `[provider.scope]` table takes beside its back end's own keys."""

    production: bool = setting(
        False, "mark it as production wherever it is shown; changing it wants its name typed"
    )
    read_only: bool = setting(False, "never change anything of it")
    enabled: bool = setting(True, "read it; false leaves it out without deleting the table")


@dataclass(frozen=True, slots=True)
class UiSettings:
    """`[ui]`: how the board looks and behaves."""

    name: str = setting("", "what the top line calls this fleet")
    theme: str = setting("night", "name of a theme: see `fleetui themes`")
    screen: str = setting("overview", "name of the screen to open first: see `fleetui screens`")
    mouse: bool = setting(False, "let the mouse click and scroll")
    fuzzy: bool = setting(False, "let a filter's free words skip letters of a name")


@dataclass(frozen=True, slots=True)
class WallboardSettings:
    """`[wallboard]`: what the read-only wall screen shows."""

    screens: tuple[str, ...] = setting((), "screens to rotate through; all of them when empty")
    rotate: Seconds = setting(15.0, "how long each screen stays", minimum=2)


@dataclass(frozen=True, slots=True)
class LogsSettings:
    """`[logs]`: the logs of containers, as they are shown, saved and printed."""

    hide_secrets: bool = setting(
        True, "hide what is unmistakably a secret in a line: keys, tokens, passwords"
    )


@dataclass(frozen=True, slots=True)
class LogSettings:
    """`[log]`: fleetui's own log file."""

    file: str = setting("", "where to write it; the state folder when empty")
    level: str = setting("info", "how much to write", choices=("debug", "info", "warning", "error"))
    max_size: int = setting(5_000_000, "bytes after which a new file is begun", minimum=10_000)
    keep: int = setting(3, "how many old files are kept", minimum=0, maximum=100)


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """One `[provider.scope]` table, checked against its back end's settings."""

    provider: str
    scope: str
    settings: Any
    """An instance of the back end's settings dataclass."""
    production: bool = False
    enabled: bool = True
    line: int = 0
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Config:
    """A whole config file, or what discovery found in place of one."""

    path: Path | None = None
    providers: tuple[ProviderConfig, ...] = ()
    ui: UiSettings = field(default_factory=UiSettings)
    wallboard: WallboardSettings = field(default_factory=WallboardSettings)
    log: LogSettings = field(default_factory=LogSettings)
    logs: LogsSettings = field(default_factory=LogsSettings)
    read_only: bool = False
    filters: dict[str, str] = field(default_factory=dict)
    """`[filters]`: filters by their names."""
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """`[keys]`: the keys of each action that is named there."""
    policy: PolicySettings = field(default_factory=PolicySettings)
    gates: tuple[GateConfig, ...] = ()
    lines: dict[str, int] = field(default_factory=dict)
    """The line of each key that a change may be refused by: `policy.protect[0]`, `read_only`."""

    def place(self, key: str) -> str:
        """Return `~/.config/fleetui/config.toml:41` for one of `lines`; empty for another."""
        if self.path is None or key not in self.lines:
            return ""
        return f"{shown(self.path)}:{self.lines[key]}"


@dataclass(frozen=True, slots=True)
class PaneSpec:
    """One pane of a screen: what it shows and how."""

    name: str
    show: str
    """A kind (`capacity`), or `query`."""
    title: str = ""
    columns: tuple[str, ...] = ()
    """Empty: the columns that its kind shows by itself."""
    sort: str = ""
    """A column's name, with `-` before it for the largest first; empty: its kind's own."""
    filter: str = ""
    provider: str = ""
    """Only this back end; empty: all."""
    scope: str = ""
    """Only this scope; empty: all."""
    query: str = ""
    range_s: float = 0.0
    legend: str = ""
    """Label whose value names a series; empty: all labels that differ."""
    unit: str = ""
    """`bytes`, `percent` (a share of one), `seconds`, or empty."""
    warn: float | None = None
    critical: float | None = None


@dataclass(frozen=True, slots=True)
class ScreenSpec:
    """A screen file: panes by name, laid out in a grid whose names form rectangles."""

    name: str
    title: str
    key: str
    grid: tuple[tuple[str, ...], ...]
    panes: dict[str, PaneSpec]
    widths: tuple[int, ...] = ()
    """Relative width of each grid column; empty: all alike."""
    heights: tuple[int, ...] = ()
    """Relative height of each grid row; empty: all alike."""
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class ThemeSpec:
    """A theme file: a colour (`#rrggbb`) for each meaning."""

    name: str
    dark: bool
    colours: dict[str, str]
    path: Path | None = None


# Every meaning that a theme gives a colour to.
MEANINGS: dict[str, str] = {
    "ground": "behind everything",
    "text": "what is read",
    "muted": "what may be overlooked",
    "line": "the frame between panes",
    "accent": "titles, keys and what is under way",
    "cursor": "behind the row under the cursor",
    "ok": "well",
    "warn": "wants a look",
    "critical": "wants a hand, now",
    "stale": "older than it should be",
    "changed": "changed in the last tick",
    "production": "production",
    "series1": "first line of a chart",
    "series2": "second line",
    "series3": "third line",
    "series4": "fourth line",
    "series5": "fifth line",
    "series6": "sixth line",
}
