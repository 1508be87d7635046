"""Where the files are."""

from __future__ import annotations

from pathlib import Path

from fleetui.config import paths


def test_what_is_named_wins_then_the_variable_then_the_platform(tmp_path: Path) -> None:
    environ = {"FLEETUI_CONFIG": str(tmp_path / "env.toml")}
    given = tmp_path / "given.toml"
    assert paths.config_file(given, environ) == given
    assert paths.config_file(None, environ) == tmp_path / "env.toml"
    assert paths.config_file(None, {}).parts[-2:] == ("fleetui", "config.toml")
    assert paths.config_dir(given, environ) == tmp_path


def test_the_log_is_in_the_state_folder_unless_it_is_named(tmp_path: Path) -> None:
    environ = {"FLEETUI_STATE_DIR": str(tmp_path)}
    assert paths.log_file("", environ) == tmp_path / "fleetui.log"
    assert paths.log_file("~/x.log", environ) == Path.home() / "x.log"
