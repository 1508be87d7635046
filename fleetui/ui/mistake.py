"""What is wrong with a command, and where."""

from __future__ import annotations


class Mistake(ValueError):
    """The words cannot be understood; `start` and `length` say which."""

    def __init__(self, message: str, start: int, length: int) -> None:
        super().__init__(message)
        self.start, self.length = start, length
