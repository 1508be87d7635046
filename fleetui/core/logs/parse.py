"""What one line of a log means: JSON of any logger, logfmt, or plain text."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.logs.scrub import scrub_value
from fleetui.core.logs.words import ERROR, FATAL, LEVELS, level_of, time_of

_TIMES = ("time", "timestamp", "ts", "@timestamp", "t", "@t", "asctime", "datetime", "date")
_LEVELS = ("level", "lvl", "severity", "levelname", "log.level", "loglevel", "@l", "l")
_MESSAGES = ("msg", "message", "event", "@m", "@mt", "short_message", "log", "text", "M")
_TRACES = (
    "trace_id", "traceid", "trace.id", "trace-id", "trace", "otel.trace_id", "dd.trace_id",
    "traceparent", "request_id", "requestid", "request.id", "req.id", "reqid", "correlation_id",
    "correlationid", "x-request-id",
)  # fmt: skip
_DEEPEST, _MOST_FIELDS = 4, 200
_PAIR = lazy_pattern(r'([A-Za-z_@][\w.@/-]*)=("(?:[^"\\]|\\.)*"|[^\s"]*)')
_STAMP = lazy_pattern(
    r"\s*\[?(?P<time>\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?"
    r"(?:Z|[+-]\d\d:?\d\d| UTC)?)\]?[\s:|-]*"
)
_KLOG = lazy_pattern(r"(?P<level>[IWEF])\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ (?P<where>[^\]]+)\] ")
_NAMES = "|".join(sorted((w for w in LEVELS if w not in {"log", "default"}), key=len, reverse=True))
# A level is a word in capitals near the beginning, or any word in brackets or before a colon.
_WORD = lazy_pattern(
    rf"(?:^|(?<=[\s:|\[(<-]))(?:(?P<caps>{_NAMES.upper()})(?=[\s:\]|)>-]|$)"
    rf"|(?<=[\[<(])(?P<low>(?i:{_NAMES}))(?=[\]>)])|(?P<first>(?i:{_NAMES}))(?=:))"
)
_NEAR = 72
_EXCEPTION = lazy_pattern(
    r"(?:[A-Za-z_][\w.$]*\.)?[A-Z]\w*(?:Error|Exception|Interrupt|Exit)\b(?::|$)"
)
_TRACE_TEXT = lazy_pattern(
    r"(?:trace|request|correlation)[_-]?id[\"']?\s*[=:]\s*[\"']?([0-9A-Za-z][\w-]{5,63})",
    re.IGNORECASE,
)
_KLOG_LEVELS = {"I": 30, "W": 40, "E": ERROR, "F": FATAL}


class Parsed(NamedTuple):
    """What a line means."""

    level: int
    message: str
    fields: dict[str, str]
    time: float | None = None
    trace: str = ""


def parse(text: str) -> Parsed:
    """Return what a cleaned line means. Never raises."""
    bare = text.lstrip()
    if bare[:1] == "{":
        # Some put a name or a time before it; most do not.
        if (found := _json(bare)) is not None:
            return found
    elif "=" in bare and (found := _logfmt(bare)) is not None:
        return found
    elif bare[-1:] == "}" and (at := bare.find('{"')) > 0 and at < _NEAR:
        rest = _json(bare[at:])
        if rest is not None:
            head = _plain(bare[:at])
            message = rest.message or head.message.strip(" -:|")
            return rest._replace(
                message=message, level=rest.level or head.level, time=rest.time or head.time
            )
    return _plain(text)


def _json(text: str) -> Parsed | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    fields: dict[str, str] = {}
    time = level = message = None
    for name in _TIMES:
        if name in found and (time := time_of(found[name])) is not None:
            del found[name]
            break
    for name in _LEVELS:
        if name in found and (level := level_of(found[name])):
            del found[name]
            break
    for name in _MESSAGES:
        if isinstance(found.get(name), str):
            message = scrub_value(found.pop(name))
            break
    _flatten(found, "", fields, 0)
    return _made(level or 0, message, fields, time)


def _made(level: int, message: str | None, fields: dict[str, str], time: float | None) -> Parsed:
    trace = ""
    if fields:
        low = {name.lower(): name for name in fields}
        for name in _TRACES:
            if name in low and (value := fields[low[name]]):
                trace = (
                    value.split("-")[1]
                    if name == "traceparent" and value.count("-") == 3
                    else value
                )
                break
    if message is None:
        message = " ".join(f"{name}={value}" for name, value in fields.items())
    return Parsed(level, message.replace("\n", " "), fields, time, trace)


def _flatten(found: dict[str, Any], before: str, into: dict[str, str], depth: int) -> None:
    for name, value in found.items():
        if len(into) >= _MOST_FIELDS:
            return
        key = scrub_value(f"{before}{name}").replace("\n", " ")
        if isinstance(value, dict) and value and depth < _DEEPEST:
            _flatten(value, f"{key}.", into, depth + 1)
        elif isinstance(value, str):
            into[key] = scrub_value(value)
        else:
            # What json took in it gives out again: only its escapes could be unclean, and stay.
            into[key] = json.dumps(value, ensure_ascii=True)


def _logfmt(text: str) -> Parsed | None:
    first = _PAIR.match(text)
    if first is None:
        return None
    fields: dict[str, str] = {}
    for name, value in _PAIR.findall(text):
        fields[name] = _unquoted(value) if value[:1] == '"' else value
        if len(fields) >= _MOST_FIELDS:
            break
    if len(fields) < 2:
        return None
    time = level = message = None
    for name in _TIMES:
        if name in fields and (time := time_of(fields[name])) is not None:
            del fields[name]
            break
    for name in _LEVELS:
        if name in fields and (level := level_of(fields[name])):
            del fields[name]
            break
    for name in _MESSAGES:
        if name in fields:
            message = fields.pop(name)
            break
    return _made(level or 0, message, fields, time)


def _unquoted(value: str) -> str:
    return scrub_value(value[1:-1].replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\"))


def _plain(text: str) -> Parsed:
    time, level, message = None, 0, text
    if klog := _KLOG.match(text):
        level, message = _KLOG_LEVELS[klog["level"]], text[klog.end() :]
    else:
        if stamp := _STAMP.match(text):
            time = time_of(stamp["time"].removesuffix(" UTC"))
            if time is not None:
                message = text[stamp.end() :]
        head = message[:_NEAR]
        if word := _WORD.search(head):
            level = LEVELS[word[0].lower()]
            # `Error: …` is the name of an exception, which belongs to the message.
            if word[0] != "Error" and not message[: word.start()].strip(" [<("):
                message = message[word.end() :].lstrip(" ]>):|-") or message
        elif head.startswith(("Traceback (most recent call last)", "Exception in thread")):
            level = ERROR
        elif head.startswith(("panic: ", "fatal error: ")):
            level = FATAL
        elif _EXCEPTION.match(head):
            level = ERROR
    trace = ""
    if "id" in text or "ID" in text or "Id" in text:
        found = _TRACE_TEXT.search(text)
        trace = found[1] if found else ""
    return Parsed(level, message, {}, time, trace)
