"""How far another machine's clock is ahead of ours, told by the Date of its answers."""

from __future__ import annotations

LEAST_S = 5.0
"""A smaller difference is left alone: answers take time, and a Date is cut to the second."""
_JUMP_S = 2.5


class Skew:
    """What is known of one other clock. A thread may note while another reads."""

    def __init__(self) -> None:
        self.ahead_s: float | None = None
        """The best guess in seconds, negative where it is behind; None before an answer."""
        self._told = 0.0

    def note(self, date: str | None, now: float) -> None:
        """Learn from the Date of an answer that came just `now`, in Unix seconds."""
        from email.utils import parsedate_to_datetime

        try:
            sent = parsedate_to_datetime(date or "").timestamp()
        except (TypeError, ValueError, OverflowError):
            return
        ahead, known = sent - now, self.ahead_s
        # Each answer is a lower bound; one far below means that a clock was set.
        low = known is None or ahead < known - _JUMP_S
        self.ahead_s = ahead if low or known is None else max(ahead, known)

    @property
    def correction(self) -> float:
        """What to take off the other's times to have ours; zero where the clocks agree.

        It stays the same until the guess is better by seconds, so that rows stay as they are.
        """
        ahead = self.ahead_s or 0.0
        if abs(ahead) < LEAST_S:
            self._told = 0.0
        elif abs(ahead - self._told) > _JUMP_S:
            self._told = ahead
        return self._told
