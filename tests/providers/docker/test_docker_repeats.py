"""Lines that an engine sends twice, and streams that it forgets: nothing else is dropped."""

from __future__ import annotations

from fleetui.core.logs.bookmark import Bookmark
from fleetui.core.logs.line import RawLine
from fleetui.core.ref import Ref
from fleetui.providers.docker import repeats
from fleetui.providers.docker.following import Pulse
from fleetui.providers.docker.repeats import Repeats

A = Ref("docker", "x", "container", "a", "a")


def lines(*ats: int, stream: str = "stdout") -> list[RawLine]:
    return [RawLine(at, A, f"line {at}", stream) for at in ats]


def ats(found: list[RawLine]) -> list[int]:
    return [line.at for line in found]


def test_what_is_sent_again_is_dropped_wherever_it_begins() -> None:
    known = Repeats()
    assert ats(known.fresh(lines(11, 12, 13))) == [11, 12, 13]
    assert ats(known.fresh(lines(13, 14, 12, 13, 14, 15))) == [14, 15]
    assert known.dropped == 4


def test_what_was_left_out_the_first_time_is_kept() -> None:
    known = Repeats()
    known.fresh(lines(11, 15))
    assert ats(known.fresh(lines(11, 12, 13, 15, 12, 16))) == [12, 13, 16]


def test_a_clock_that_is_set_back_loses_nothing() -> None:
    known = Repeats()
    known.fresh(lines(1001, 1003))
    assert ats(known.fresh(lines(501, 502, 1002, 1004))) == [501, 502, 1002, 1004]


def test_streams_and_lines_without_a_time_do_not_touch_one_another() -> None:
    known = Repeats()
    known.fresh(lines(11, 12))
    assert len(known.fresh(lines(11, 12, stream="stderr"))) == 2
    assert len(known.fresh(lines(0, 0, 0))) == 3


def test_two_lines_in_one_microsecond_are_two() -> None:
    assert len(Repeats().fresh(lines(5000, 5000, 6000))) == 3


def test_it_remembers_no_more_than_its_bound() -> None:
    known = Repeats()
    known.fresh(lines(*range(1, repeats.REMEMBERED * 2, 2)))
    assert sum(map(len, known._times.values())) <= repeats.REMEMBERED


async def test_a_stream_is_stuck_where_the_engine_has_had_more_for_a_while() -> None:
    newest, mark = [10], Bookmark()

    async def ask() -> int:
        return newest[0]

    pulse = Pulse(ask, mark)
    mark.see(lines(10))
    assert not await pulse.is_stuck()
    assert not await pulse.is_stuck()
    newest[0] = 20
    assert not await pulse.is_stuck()  # it may be under way
    assert await pulse.is_stuck()
    mark.see(lines(20))
    assert not await pulse.is_stuck()
    assert not await pulse.is_stuck()
