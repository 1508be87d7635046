"""Tells which lines belong to the one before: the stack traces of Python, Java, Node and Go."""

from __future__ import annotations

from fleetui.core.lazy_pattern import lazy_pattern

_TRACEBACK = "Traceback (most recent call last)"
# Lines that never begin an entry of their own, whatever was before them.
_CONTINUES = lazy_pattern(
    r"\s+\S|Caused by: |Suppressed: |\.\.\. \d+ (?:more|common frames omitted)"
    r"|goroutine \d+ \[|During handling of the above exception|The above exception was the direct"
    r"|created by \S+ in goroutine|[}\])]+[,;]?$"
)
_GO_PARTS = lazy_pattern(
    r"[\w./*()\[\]{}…-]+\(.*\)$|goroutine |created by |exit status |\[signal |\s|$"
)
_JAVA_HEAD = lazy_pattern(
    r"(?:Exception in thread \"|(?:[a-z_][\w$]*\.)+[A-Z]\w*(?:Exception|Error)\b)"
)
LONGEST = 500
"""Lines of one entry; what follows begins another."""


class Folder:
    """Judges the lines of one source in their order."""

    __slots__ = ("_count", "_state", "_trouble")

    def __init__(self) -> None:
        self._state = ""
        """`python` and `go` while one of their traces goes on."""
        self._count = 0
        self._trouble = False
        """Whether the entry before may have a trace of its own after it."""

    def continues(self, text: str) -> bool:
        """Say whether this line belongs to the entry before it."""
        first = text[:1]
        if first == "{" or (first.isdigit() and text[4:5] in "-/"):
            # By far the most lines of most logs.
            self._begin("")
            self._trouble = '"error"' in text or "ERROR" in text or ":50," in text
            return False
        if self._count < LONGEST and self._belongs(text, first):
            self._count += 1
            return True
        self._begin(
            "go"
            if text.startswith(("panic: ", "fatal error: "))
            else "python"
            if text.startswith(_TRACEBACK)
            else ""
        )
        self._trouble = "ERROR" in text or "CRITICAL" in text or "level=error" in text
        return False

    def _belongs(self, text: str, first: str) -> bool:
        if self._state == "python":
            if (
                first
                and first != " "
                and not text.startswith(("During handling", "The above exc", _TRACEBACK))
            ):
                # The exception itself: the last line, unless another trace follows.
                self._state = "python-end"
            return True
        if self._state == "python-end" and (
            not first or text.startswith(("During handling", "The above exc"))
        ):
            self._state = "python"
            return True
        if self._state == "go" and _GO_PARTS.match(text):
            return True
        if text.startswith(_TRACEBACK) and self._trouble:
            self._state = "python"
            return True
        if self._trouble and _JAVA_HEAD.match(text):
            self._trouble = False
            return True
        return bool(first) and _CONTINUES.match(text) is not None and self._count >= 0

    def _begin(self, state: str) -> None:
        self._state, self._count = state, 0
