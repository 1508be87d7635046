"""Any failure of a provider as a Fault, told in words that a person can read."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from fleetui.core.clean import clean
from fleetui.core.errors import Fault, ProviderError, Unreachable
from fleetui.core.snapshot import SourceKey


def place(key: SourceKey) -> str:
    """`docker/bastion`: where a fault is, when the provider does not say."""
    return f"{key.provider}/{key.scope}"


def fault_of(error: BaseException, key: SourceKey) -> Fault:
    """Return what went wrong as data, with the place filled in.

    An exception that is no ProviderError is a mistake in the provider: it gets the code
    `failed`, its type's name and its message.
    """
    if isinstance(error, ProviderError):
        fault = error.fault()
        return fault if fault.where else replace(fault, where=place(key))
    if isinstance(error, asyncio.CancelledError):
        return Fault(Unreachable.code, "the call was cancelled", place(key))
    message = clean(str(error), limit=200)
    name = type(error).__name__
    return Fault(ProviderError.code, f"{name}: {message}" if message else name, place(key))


def no_answer(key: SourceKey, seconds: float) -> Fault:
    """Return the fault of a call that took too long."""
    return Fault(Unreachable.code, f"no answer in {seconds:g}s", place(key))


def is_mistake(error: BaseException) -> bool:
    """Say whether a traceback is worth logging: nobody foresaw this failure."""
    return not isinstance(error, ProviderError | asyncio.CancelledError)
