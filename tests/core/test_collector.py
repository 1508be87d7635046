"""The collector of cycles: paused while modules load, seldom while a board is up."""

from __future__ import annotations

import gc

import pytest

from fleetui.core.collector import paused, seldom


def test_the_collector_is_as_it_was_afterwards() -> None:
    before = gc.get_threshold()
    with seldom():
        assert gc.get_threshold() != before
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_a_board_ends_the_pause_in_which_it_was_loaded() -> None:
    with paused():
        assert not gc.isenabled()
        with seldom():
            assert gc.isenabled()
            assert gc.get_freeze_count() > 0
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_fails_while_it_loads_leaves_no_pause() -> None:
    with pytest.raises(ImportError), paused():
        raise ImportError
    assert gc.isenabled()
