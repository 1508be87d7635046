"""`[keys]`: a person's own keys, and every mistake with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.keys import _character_to_key

from fleetui.cli.compose import settings_of
from fleetui.config import load as loading
from fleetui.config.actions import ACTIONS, LOG, PAGE, PLACES, Key, in_force
from fleetui.config.key_names import label_of, read_key, written
from fleetui.config.problems import ConfigErrors
from fleetui.config.specs import Config
from fleetui.providers.registry import BACKENDS


def load(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return loading.load(path, settings_of, BACKENDS)


def test_a_key_or_a_list_of_keys_takes_the_place_of_the_default(tmp_path: Path) -> None:
    config = load(tmp_path, '[keys]\nfilter = "b"\nzoom = ["z", "F11", "ctrl-o"]\nsort = []\n')
    assert config.keys == {"filter": ("b",), "zoom": ("z", "f11", "ctrl+o"), "sort": ()}
    now = {key.name: key for key in in_force(config.keys)}
    assert (now["filter"].keys, now["filter"].label) == (("b",), "b")
    assert now["zoom"].label == "z F11 ^O"
    assert now["sort"].keys == ()
    assert now["help"] in ACTIONS


def test_two_actions_can_change_places(tmp_path: Path) -> None:
    assert load(tmp_path, '[keys]\nfilter = "z"\nzoom = "/"\n').keys["zoom"] == ("slash",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[keys]\nfliter = "f"\n', ':2: keys.fliter: no such action, did you mean "filter"?'),
        ('[keys]\nxyzzy = "f"\n', ":2: keys.xyzzy: no such action: `fleetui keys` lists them"),
        ('[keys]\nfilter = "pgdown"\n',
         ':2: keys.filter: no key "pgdown", did you mean "pagedown"?'),
        ('[keys]\nfilter = "hyper-x"\n',
         ':2: keys.filter: no key "hyper-x": a key is "f", "/", "ctrl-r", "f5", "pgdn"'),
        ('[keys]\nfilter = "shift-1"\n',
         ":2: keys.filter: keyboards differ in shift and 1: write what it types"),
        ('[keys]\nfilter = "\\u0007"\n',
         ":2: keys.filter: holds a character that no key types"),
        ('[keys]\nfilter = 7\n',
         ":2: keys.filter: must be a key or a list of keys, not a whole number"),
        ('[keys]\nfilter = [\n  "f",\n  true]\n',
         ":4: keys.filter[1]: must be a key or a list of keys, not true or false"),
        ('[keys]\nfilter = ""\n', ":2: keys.filter: is empty: [] takes its key away"),
        ('[keys]\nfilter = "3"\n',
         ':2: keys.filter: "3" opens a screen: `key` in the screen\'s file says which'),
        ('[keys]\n\nfilter = "z"\n',
         ':3: keys.filter: "z" is the key of zoom: give zoom another'),
        ('[keys]\nfilter = "ctrl-i"\n',
         ':2: keys.filter: "tab" is the key of next_pane: give next_pane another'),
        ('[keys]\nfilter = "b"\nzoom = "b"\n',
         ':3: keys.zoom: "b" is the key of filter: take it from one of them'),
        ('[keys]\n\nfilter = "w"\n',
         ':3: keys.filter: "w" is the key of log_wrap in logs: give log_wrap another'),
        ('[keys]\nraw = "c"\ncopy = "b"\nlog_save = "b"\n',
         ':4: keys.log_save: "b" is the key of copy in logs: take it from one of them'),
        ('[keys]\ntimeline = "tab"\nnext_pane = "e"\n',
         ':2: keys.timeline: "tab" is the key of next_link on pages: give next_link another'),
        ('[keys]\nlog_lvel = "i"\n',
         ':2: keys.log_lvel: no such action, did you mean "log_level"?'),
        ("[keys]\nquit = []\nquit_now = []\n",
         ":2: keys.quit: quit and quit_now have no key: nothing would quit"),
        ("keys = 3\n", ":1: keys: must be a table: [keys]"),
        ('[kesy]\nfilter = "f"\n', ':1: kesy: unknown key, did you mean "keys"?'),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigErrors) as caught:
        load(tmp_path, text)
    assert [told in str(p) for p in caught.value.problems] == [True], caught.value.problems


def test_on_a_page_and_in_a_log_a_second_key_gives_way_to_an_own_one(tmp_path: Path) -> None:
    own = load(tmp_path, '[keys]\nfilter = ["f", "ctrl-f"]\nforward = "L"\nlog_level = "b"\n').keys
    page = {key.name: key for key in in_force(own, PAGE)}
    log = {key.name: key for key in in_force(own, LOG)}
    assert page["filter"].keys == log["filter"].keys == ("f", "ctrl+f")
    assert (page["page_down"].keys, page["page_down"].label) == (
        ("pagedown", "space"),
        "PgDn Space",
    )
    assert (log["log_unfold"].keys, log["log_unfold"].label) == (("enter",), "Enter")
    assert log["log_level"].keys == ("b",)
    assert {key.name: key for key in in_force(own)}["filter"].keys == ("f", "ctrl+f")


@pytest.mark.parametrize("actions", PLACES.values(), ids=PLACES)
def test_names_are_unique_and_every_default_reads_back(actions: tuple[Key, ...]) -> None:
    assert len({key.name for key in actions}) == len(actions)
    for action in actions:
        assert action.name.replace("_", "").isalpha(), action
        for key in action.keys:
            assert read_key(written(key)) == key
    keys = [key for action in actions for key in action.keys]
    assert len(set(keys)) == len(keys)


def test_characters_are_called_as_the_terminal_layer_calls_them() -> None:
    for number in range(33, 127):
        assert read_key(chr(number)) == _character_to_key(chr(number))


@pytest.mark.parametrize(
    ("text", "key", "label"),
    [
        ("ctrl-space", "ctrl+@", "Ctrl-Space"),
        ("^R", "ctrl+r", "^R"),
        ("shift-f", "F", "F"),
        ("Shift+Tab", "shift+tab", "Shift-Tab"),
        ("alt-x", "alt+x", "Alt-x"),
        ("-", "minus", "-"),
        ("slash", "slash", "/"),
        ("PgDn", "pagedown", "PgDn"),
        (" ", "space", "Space"),
    ],
)
def test_keys_are_written_as_people_do(text: str, key: str, label: str) -> None:
    assert (read_key(text), label_of(key)) == (key, label)
