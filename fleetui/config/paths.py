"""Where the config, the state and the log are on this platform."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs

_APP = "fleetui"


def config_file(given: Path | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """Return the config file: `given` (`--config`), else FLEETUI_CONFIG, else the platform's.

    It need not exist.
    """
    environ = os.environ if environ is None else environ
    if given is not None:
        return given.expanduser()
    if named := environ.get("FLEETUI_CONFIG"):
        return Path(named).expanduser()
    return Path(platformdirs.user_config_dir(_APP)) / "config.toml"


def config_dir(given: Path | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder of the config file: `screens/` and `themes/` in it are the person's."""
    return config_file(given, environ).parent


def state_dir(environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder for what the program keeps by itself, FLEETUI_STATE_DIR first."""
    environ = os.environ if environ is None else environ
    if named := environ.get("FLEETUI_STATE_DIR"):
        return Path(named).expanduser()
    return Path(platformdirs.user_state_dir(_APP))


def log_file(configured: str = "", environ: Mapping[str, str] | None = None) -> Path:
    """Return where the log is written: `[log] file`, else in the state folder."""
    return Path(configured).expanduser() if configured else state_dir(environ) / "fleetui.log"


def audit_file(environ: Mapping[str, str] | None = None) -> Path:
    """Return where every change is written down; it need not exist."""
    return state_dir(environ) / "audit.db"
