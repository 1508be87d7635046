"""What the program's exit codes mean, and the one exception that carries them out."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes; scripts stand on them. Those of a shell's making are 128 + the signal."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    UNREACHABLE = 4
    INTERRUPTED = 130
    BROKEN_PIPE = 141
    TERMINATED = 143


MEANINGS: dict[Exit, str] = {
    Exit.DONE: "done",
    Exit.FAILED: "it failed, timed out or was rolled back, or something is degraded",
    Exit.USAGE: "wrong usage, or an error in the config",
    Exit.REFUSED: "refused: read-only, policy, or not confirmed",
    Exit.UNREACHABLE: "nothing could be reached, or nobody knows whether it was done",
    Exit.INTERRUPTED: "ended by Ctrl-C",
    Exit.BROKEN_PIPE: "the reader of the pipe went away",
    Exit.TERMINATED: "ended by SIGTERM",
}


class Stop(Exception):
    """Ends the run with `code` and these lines on stderr, the first after the program's name."""

    def __init__(self, code: Exit, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.code = code
        self.lines = lines


class Interrupted(BaseException):
    """A signal ended the run; `code` is 128 + its number.

    Like KeyboardInterrupt it is no Exception, so that nothing on the way swallows it.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number
