"""Chance without a memory: every number is a pure function of the seed and some words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar
from zlib import crc32

T = TypeVar("T")
_WORD = 0xFFFFFFFF
_DAY = 86_400.0


def share(seed: int, *parts: object) -> float:
    """Return a number from 0 up to 1 that always belongs to these words."""
    mixed = crc32(f"{seed}|{'|'.join(map(str, parts))}".encode())
    # CRC is linear: near words give near values until they are mixed.
    mixed = ((mixed >> 16) ^ mixed) * 0x45D9F3B & _WORD
    mixed = ((mixed >> 16) ^ mixed) * 0x45D9F3B & _WORD
    return ((mixed >> 16) ^ mixed) / (_WORD + 1)


def pick(seed: int, options: Sequence[T], *parts: object) -> T:
    """Return one of the options."""
    return options[int(share(seed, *parts) * len(options))]


def identity(seed: int, length: int, *parts: object) -> str:
    """Return hexadecimal digits, as the ids of back ends are."""
    text = f"{seed}|{'|'.join(map(str, parts))}".encode()
    return blake2b(text, digest_size=(length + 1) // 2).hexdigest()[:length]


_CONSONANTS = "bcdfghjklmnpqrstvwxz2456789"


def suffix(seed: int, length: int, *parts: object) -> str:
    """Return letters and digits as Kubernetes ends a pod's name: no vowels, no words."""
    number = int(identity(seed, 15, *parts), 16)
    letters = []
    for _ in range(length):
        number, rest = divmod(number, len(_CONSONANTS))
        letters.append(_CONSONANTS[rest])
    return "".join(letters)


def wave(seed: int, time: float, period_s: float, *parts: object) -> float:
    """Return smooth noise from 0 to 1 that turns about once a period."""
    step = math.floor(time / period_s)
    part = time / period_s - step
    before, after = share(seed, step, *parts), share(seed, step + 1, *parts)
    smooth = part * part * (3 - 2 * part)
    return before + (after - before) * smooth


def daily(time: float) -> float:
    """Return how busy the day is, 0.4 in the small hours to 1 in the early evening (UTC)."""
    angle = 2 * math.pi * (time % _DAY) / _DAY
    return 0.7 - 0.25 * math.cos(angle - 0.9) - 0.08 * math.cos(2 * angle - 0.4)
