"""The program's own log: a rotating file that holds no secrets, and nothing on the screen."""

from __future__ import annotations

import logging
import os
import sys
import threading
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from fleetui.config.specs import LogSettings
from fleetui.core.clean import clean
from fleetui.core.secrets import redact

_CHATTY = (
    "asyncio", "boto3", "botocore", "docker", "httpcore", "httpx", "kubernetes", "paramiko",
    "urllib3",
)  # fmt: skip
_FORM = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class SafeFormatter(logging.Formatter):
    """Writes records, tracebacks too, without secrets and without control characters."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as lines, the later ones indented by two blanks."""
        lines = redact(super().format(record)).splitlines() or [""]
        return "\n  ".join(clean(line) for line in lines)


class PrivateFile(RotatingFileHandler):
    """A rotating file that only its owner may read."""

    def _open(self) -> TextIOWrapper:
        def opener(path: str, flags: int) -> int:
            return os.open(path, flags, 0o600)

        return open(self.baseFilename, "a", encoding=self.encoding, errors="replace", opener=opener)

    def handleError(self, _record: logging.LogRecord) -> None:  # noqa: N802  logging's own name
        """Drop what cannot be written: a full disk must not draw a traceback on the screen."""


def set_up(settings: LogSettings, path: Path) -> str:
    """Send everything that is logged to `path`, and every stray warning and traceback with it.

    Returns what is wrong when it cannot be written; logging then goes nowhere.
    """
    root = logging.getLogger()
    for old in list(root.handlers):
        if isinstance(old, PrivateFile | logging.NullHandler):
            root.removeHandler(old)
            old.close()
    problem = _unwritable(path)
    # Without any handler Python would print warnings to stderr.
    handler: logging.Handler = logging.NullHandler()
    if not problem:
        handler = PrivateFile(
            path, maxBytes=settings.max_size, backupCount=settings.keep, encoding="utf-8",
            delay=True,
        )  # fmt: skip
        handler.setFormatter(SafeFormatter(_FORM))
    root.addHandler(handler)
    root.setLevel(settings.level.upper())
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    logging.raiseExceptions = False
    threading.excepthook = _thread_failed
    sys.unraisablehook = _unraisable
    return problem


def in_use() -> Path | None:
    """Return the file that the log goes to; None before `set_up`, or where it goes nowhere."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, PrivateFile):
            return Path(handler.baseFilename)
    return None


def _unwritable(path: Path) -> str:
    """Make the folder and try the file, without creating it; return what is wrong."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        return f"no log: {path.parent}: {error.strerror}"
    if path.is_dir():
        return f"no log: {path} is a folder"
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        return f"no log: {path} cannot be written"
    return ""


def _thread_failed(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is None or issubclass(args.exc_type, SystemExit):
        return
    name = args.thread.name if args.thread else "?"
    told = (args.exc_type, args.exc_value, args.exc_traceback)
    logging.getLogger("fleetui.threads").error("thread %s failed", name, exc_info=told)


def _unraisable(args: sys.UnraisableHookArgs) -> None:
    told = (args.exc_type, args.exc_value, args.exc_traceback) if args.exc_value else None
    text = args.err_msg or "exception ignored"
    logging.getLogger("fleetui.python").error("%s in %.200r", text, args.object, exc_info=told)
