"""The credential in use: read in a thread, kept in memory, read anew when it is refused."""

from __future__ import annotations

import asyncio
from base64 import b64encode, urlsafe_b64decode
from binascii import Error as NotBase64
from contextlib import suppress

import msgspec

from fleetui.core.errors import AuthExpired
from fleetui.core.settings import Secret, SecretError
from fleetui.providers.prometheus.settings import PrometheusSettings
from fleetui.providers.threads import DaemonPool


class Credential:
    """What goes into the Authorization header, from wherever the config says it comes."""

    def __init__(self, settings: PrometheusSettings, pool: DaemonPool, place: str) -> None:
        """Read nothing yet. `place` is the config table to mend."""
        self._username = settings.username
        self._secret: Secret | None = settings.token or settings.password
        self._pool = pool
        self._place = place
        self._value = ""
        self._reading: asyncio.Future[str] | None = None
        self.expires_at: float | None = None
        """When the token in use ends, where it says so itself."""

    @property
    def word(self) -> str:
        """What it is called in a sentence; empty where none is configured."""
        if self._secret is None:
            return ""
        return "password" if self._username else "token"

    @property
    def identity(self) -> str:
        """Who we are there, as far as it is known on this side."""
        return self._username or ("bearer token" if self._secret else "anonymous")

    @property
    def reading(self) -> bool:
        """Whether the secret's source has not answered yet."""
        return self._reading is not None and not self._reading.done()

    async def header(self, refused: str = "") -> str:
        """Return the header's value, empty where there is no credential.

        It is read anew where `refused` is the one we have; several who ask at once share one
        reading. Raises AuthExpired.
        """
        if self._secret is None or (self._value and self._value != refused):
            return self._value
        loop = asyncio.get_running_loop()
        if self._reading is None or not self.reading or self._reading.get_loop() is not loop:
            self._reading = asyncio.ensure_future(self._pool.run(self._read, self._secret))
            # A reading that fails after its waiters have left is nobody's loss.
            self._reading.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._value = await asyncio.shield(self._reading)
        return self._value

    def _read(self, secret: Secret) -> str:
        """Blocks: a secret may come from a command."""
        try:
            text = secret.read().strip()
        except SecretError as error:
            raise AuthExpired(str(error), hint=f"see {self._place}") from None
        if not text:
            raise AuthExpired(f"its {self.word} is empty", hint=f"see {self._place}")
        if self._username:
            return "Basic " + b64encode(f"{self._username}:{text}".encode()).decode()
        if not text.isascii() or not text.isprintable() or " " in text:
            hint = f"it must be one line of plain text: see {self._place}"
            raise AuthExpired("its token holds what no token can", hint=hint)
        self.expires_at = expiry(text)
        return f"Bearer {text}"


def expiry(token: str) -> float | None:
    """Return when a JSON web token says that it ends; None for other tokens."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    with suppress(NotBase64, ValueError, msgspec.DecodeError):
        claims = urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        return msgspec.json.decode(claims, type=_Claims).exp
    return None


class _Claims(msgspec.Struct):
    exp: float | None = None
