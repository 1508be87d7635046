"""Hides what looks like a secret: in a line of text, and in a whole document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fleetui.core.clean import clean
from fleetui.core.commands import HIDDEN, PROGRAMS, VALUE, Flags, after_first, in_commands
from fleetui.core.lazy_pattern import lazy_pattern

_DEPTH = 60
_LINES, _LINE = 2_000, 4_096
_WORDS = (
    r"token|secret|passw(?:or)?d|passphrase|passwd|pwd|api[-_]?key|signature|credential"
    r"|access[-_]?key|private[-_]?key|auth[-_]?key|account[-_]?key|shared[-_]?key|conn(?:ection)?[-_]?str(?:ing)?"
)
# What is told about a secret is none itself: token_count, password-policy, passwordless.
_ABOUT = (
    r"(?!(?:less|[-_.]?(?:count|limit|ttl|len|length|type|policy|rate|size|max|min"
    r"|expir(?:y|es|ation)|expires[-_](?:in|at|on)))\b)"
)
# Headers and settings that carry a secret, flags of programs, passwords and tokens in
# addresses, and the forms of keys that are known by sight.
_SECRETS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (
        lazy_pattern(
            r"(?s)-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}-----|\Z)"
        ),
        HIDDEN,
    ),
    (
        lazy_pattern(
            r"(?i)\b((?:proxy-)?authorization|cookie|x-[a-z-]{0,40}(?:token|key))"
            r"(['\"]?\s*[:=]\s*['\"]?)(?:(?:bearer|basic|token)\s+)?[^\s'\",;]+"
        ),
        lambda m: f"{m[1]}{m[2]}{HIDDEN}",
    ),
    (lazy_pattern(r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}"), lambda m: f"{m[1]} {HIDDEN}"),
    (
        lazy_pattern(rf"(?i)((?:{_WORDS}){_ABOUT}[\w.-]{{0,40}}(?:\\?['\"])?\s*[:=]\s*){VALUE}"),
        after_first,
    ),
    (
        lazy_pattern(rf"(?i)(--?[\w-]{{0,40}}(?:{_WORDS}){_ABOUT}[\w-]{{0,40}}\s+){VALUE}"),
        after_first,
    ),
    (lazy_pattern(r"(?i)((?<!\S)(?:-u|--user)[\s=]+[^\s:]{1,64}:)\S+"), after_first),
    (
        lazy_pattern(r"(?i)([?&](?:key|auth|sig|sas|code|pass|access)[\w-]{0,20}=)[^&\s\"']+"),
        after_first,
    ),
    (lazy_pattern(r"://[^/@\s:]{0,200}:[^@\s\"']{1,400}@"), f"://{HIDDEN}@"),
    # Without a scheme only before what cannot be a mail address or an image's digest.
    (
        lazy_pattern(
            r"(?<![\w/:@.-])[\w.-]{1,64}:[^\s@/:'\"]{1,200}@"
            r"(?!sha\d{3}:)(?=[\w.-]{1,253}(?::\d|/)|(?:tcp|unix)\()"
        ),
        f"{HIDDEN}@",
    ),
    (lazy_pattern(r"(?i)\b(https?)://[^/@\s:?#\"']{1,400}@"), lambda m: f"{m[1]}://{HIDDEN}@"),
    (
        lazy_pattern(
            r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bdop_v1_[0-9a-f]{16,}|\bgh[pousr]_\w{20,}"
            r"|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bxox[abeoprs]-[\w-]{10,}"
            r"|\b[sr]k_(?:live|test)_\w{10,}|\bAIza[\w-]{30,}|\bnpm_\w{30,}|\bhvs\.[\w-]{20,}"
            r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
        ),
        HIDDEN,
    ),
)
# One of these stands in everything that a pattern above, or one of a program's own, can find.
_HINTS = (
    *("pass", "pwd", "token", "secret", "key", "sig", "cred", "auth", "cookie", "bearer", "basic"),
    *("conn", "git", "-u", "?", "&", "://", "@", "akia", "asia", "dop_v1_", "gh", "glpat-", "xox"),
    *("k_live_", "k_test_", "aiza", "npm_", "hvs.", "eyj", *PROGRAMS),
)
_SECRET_NAME = lazy_pattern(
    rf"(?i)(?:(?:{_WORDS}){_ABOUT}|^_?auth$|authorization|cookie|\bdsn\b|_dsn$|_pass$|\bpass\b)"
)
# Where documents keep variables whose names may be seen and whose values may not.
_ENVIRONMENTS = frozenset({"env", "environment", "envvars", "buildargs", "environ"})
# Where documents keep a command, whose program may stand apart from its arguments.
_COMMANDS = frozenset({"path", "args", "cmd", "command", "entrypoint"})
_FLAG = lazy_pattern(
    rf"(?i)^(?:--?[\w-]*(?:{_WORDS}){_ABOUT}[\w-]*|--(?:[\w-]+-)?pass|-pass(?:in|out)"
    r"|-{0,2}requirepass|-{0,2}masterauth"
    r"|bearer|(?:proxy-)?authorization:)$"
)
# In an image's history: what ENV and ARG set, and what was given to a RUN before its command.
_DOCKERFILE = lazy_pattern(r"\b(ENV|ARG)(\s+[\w.-]{1,200})(?:=|\s+)(.+)")
_BUILD_ARGS = lazy_pattern(r"^((?:RUN )?\|\d+ )(.*?)(?= /bin/| # buildkit|$)")
_SETTING = lazy_pattern(rf"([\w.-]{{1,200}}=){VALUE}")


def redact(text: str) -> str:
    """Return `text` without what looks like a secret."""
    # Most text has none, and these few tests take a twentieth of the time.
    low = text.casefold()
    if not any(hint in low for hint in _HINTS):
        return text
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return in_commands(text)


def is_secret_name(name: str) -> bool:
    """Say whether what has this name holds a secret, as far as names tell."""
    return _SECRET_NAME.search(name) is not None


def shown(name: str, value: str) -> str:
    """Return the value of a named thing as it may be shown, on one line."""
    return HIDDEN if value and is_secret_name(name) else redact(clean(value))


def instruction(text: str) -> str:
    """Return one step of an image's history without the values that it sets."""
    text = _BUILD_ARGS.sub(lambda m: m[1] + _SETTING.sub(rf"\1{HIDDEN}", m[2]), clean(text))
    found = _DOCKERFILE.search(text)
    if found:
        rest = _SETTING.sub(rf"\1{HIDDEN}", f"{found[2].strip()}={found[3]}")
        # What follows the first value and is no setting of its own is still part of a value.
        names = re.findall(r"([\w.-]{1,200})=\*\*\*", rest)
        text = f"{text[: found.start()]}{found[1]} {' '.join(f'{n}={HIDDEN}' for n in names)}"
    return redact(text)


def masked(document: Any, name: str = "", depth: int = 0, program: str = "") -> Any:
    """Return a copy of plain data that is safe to show: no secrets, no control characters.

    Variables of an environment keep their names and lose their values. Text keeps its lines.
    `program` is what stands before the words of a list, where that is known.
    """
    if depth > _DEPTH:
        return "…"
    if isinstance(document, Mapping):
        return _masked_mapping(document, name, depth)
    if isinstance(document, str):
        return HIDDEN if document and is_secret_name(name) else _safe(document, name)
    if isinstance(document, Sequence) and not isinstance(document, bytes | bytearray):
        return _masked_list(document, name, depth, program)
    if isinstance(document, bool) or document is None:
        return document
    if isinstance(document, int | float):
        return HIDDEN if is_secret_name(name) and document else document
    return _safe(str(document), name)


def _masked_mapping(document: Mapping[Any, Any], name: str, depth: int) -> dict[str, Any]:
    hidden = name.lower() in _ENVIRONMENTS or is_secret_name(name)
    # {"name": "DB_PASSWORD", "value": "…"}: the name of the value stands beside it.
    beside = document.get("name", document.get("Name", document.get("key", document.get("Key"))))
    program = " ".join(_words_of(document))
    found: dict[str, Any] = {}
    for raw, value in document.items():
        key = clean(str(raw), 400)
        named = key.lower() == "value" and isinstance(beside, str) and is_secret_name(beside)
        if hidden or named:
            found[key] = _blotted(value)
        else:
            found[key] = masked(value, key, depth + 1, program if key.lower() in _COMMANDS else "")
    return found


def _words_of(document: Mapping[Any, Any]) -> Iterator[str]:
    """Yield the words of a command, which may stand apart from its arguments."""
    for key, value in document.items():
        if str(key).lower() in _COMMANDS:
            for word in value if isinstance(value, list | tuple) else (value,):
                if isinstance(word, str):
                    yield word[:_LINE]


def _masked_list(document: Sequence[Any], name: str, depth: int, program: str) -> list[Any]:
    environment = name.lower() in _ENVIRONMENTS
    found: list[Any] = []
    flags = Flags(f"{program} {' '.join(w[:_LINE] for w in document if isinstance(w, str))}")
    hidden, before = False, ""
    for value in document:
        if environment:
            found.append(_variable(value))
        elif isinstance(value, str) and (hidden or is_secret_name(name)):
            found.append(HIDDEN)
        elif isinstance(value, str) and (short := flags.attached(value)):
            found.append(f"{short}{HIDDEN}")
        elif before in {"-u", "--user"} and isinstance(value, str) and ":" in value:
            found.append(f"{clean(value.partition(':')[0], 400)}:{HIDDEN}")
        else:
            found.append(masked(value, name, depth + 1))
        before = value if isinstance(value, str) else ""
        hidden = _is_before(before, flags)
    return found


def _is_before(word: str, flags: Flags) -> bool:
    """Say whether the word after this one is a secret."""
    return _FLAG.match(word) is not None or flags.before(word)


def _variable(value: Any) -> Any:
    """Return one entry of an environment without its value."""
    if isinstance(value, Mapping):
        name = value.get("name", value.get("Name", ""))
        return {"name": clean(str(name), 400), "value": HIDDEN}
    text, sign, _ = str(value).partition("=")
    return f"{clean(text, 400)}={HIDDEN}" if sign else redact(clean(text, 400))


def _blotted(value: Any) -> Any:
    """Return data of the same form in which every leaf that says something is hidden."""
    if isinstance(value, Mapping):
        return {clean(str(k), 400): _blotted(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [HIDDEN] if value else []
    return value if value is None or isinstance(value, bool) or value == "" else HIDDEN


def _safe(text: str, name: str) -> str:
    if name in {"CreatedBy", "created_by"}:
        return instruction(text)
    if "\n" not in text:
        return redact(clean(text, _LINE))
    lines = text.split("\n", _LINES + 1)
    kept = [clean(line.rstrip("\r"), _LINE) for line in lines[:_LINES]]
    return redact("\n".join([*kept, "…"] if len(lines) > _LINES else kept))
