"""What the footer said is kept, counted while unread, and shown on a page."""

from __future__ import annotations

from board_fleet import NARROW, WIDE, Fleet, sees, text_of, until
from board_fleet import START as _START

from fleetui.ui.messages import LIMIT, Messages
from fleetui.ui.messages_page import message_lines


def foot(app: object) -> str:
    return text_of(app).splitlines()[-1]  # type: ignore[arg-type]


def test_they_are_bounded_and_the_same_one_is_counted() -> None:
    messages = Messages()
    for number in range(LIMIT + 10):
        messages.add(f"note {number}", "accent", float(number))
    assert len(messages) == LIMIT
    for _ in range(3):
        messages.add("reading again", "accent", 1.0)
    newest = next(iter(messages))
    assert (newest.text, newest.times) == ("reading again", 3)
    assert len(messages) == LIMIT


def test_a_note_is_read_when_a_key_followed_and_it_stood_there_whole() -> None:
    messages = Messages()
    messages.add("short", "accent", 1.0)
    messages.answered(80)
    assert messages.unread == 0
    messages.add("replaced before anybody pressed a key", "accent", 2.0)
    messages.add("the one in its place", "accent", 3.0)
    messages.answered(80)
    assert messages.unread == 1
    messages.add("x" * 100, "accent", 4.0)
    messages.answered(80)
    assert messages.unread == 2
    messages.seen()
    assert messages.unread == 0


def test_hostile_text_is_plain_there_and_long_text_is_broken() -> None:
    messages = Messages()
    messages.add("evil\x1b]52;c;x\x07[red]\u202e " + "word " * 40, "warn", _START)
    lines = message_lines(messages, 60)
    text = "".join(piece for line in lines for piece, _meaning in line)
    assert text.isprintable()
    assert "[red]" in text
    assert len(lines) > 3


async def test_notes_of_the_start_are_on_the_page_with_their_time(fleet: Fleet) -> None:
    notes = ("found a Docker engine at unix:///var/run/docker.sock", "no Prometheus " + "x" * 90)
    app = fleet.app(notes=notes)
    async with app.run_test(size=NARROW) as pilot:
        await sees(pilot, "found a Docker engine")
        await pilot.press("j")
        await until(pilot, lambda: "2 unread: :messages" in foot(app), "they did not fit")
        await pilot.press("colon", *"messages", "enter")
        await sees(pilot, "any key closes it")
        page = text_of(app)
        assert "•08:56:40 no Prometheus" in page
        assert "•08:56:40 found a Docker engine at unix:///var/run/docker.sock" in page
        await pilot.press("escape")
        await until(pilot, lambda: "unread" not in foot(app), "all are read")
        await until(pilot, lambda: "? help" in foot(app), "the keys again")


async def test_a_note_that_was_read_leaves_no_count(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("f5")
        await sees(pilot, "reading again")
        await pilot.press("j")
        await until(pilot, lambda: "? help" in foot(app), "the keys again")
        assert "unread" not in foot(app)
        await pilot.press("ctrl+p", *("space" if c == " " else c for c in "footer has said"))
        await sees(pilot, "what the footer has said so far")
