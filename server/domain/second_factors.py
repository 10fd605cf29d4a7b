"""Codes that users show beside a password: those of an authenticator app (RFC 6238), and recovery codes."""

from __future__ import annotations

import hashlib
import secrets
import time
from base64 import b32encode
from typing import Final

import pyotp

from server.domain.caller import Caller
from server.domain.sealing import Sealer
from server.errors import Error, Reason
from server.store import second_factors as rows
from server.store.database import Database

RECOVERY_CODES: Final = 10
_CODE_BYTES: Final = 10
"""Of chance: so much that a hash of one round does not tell the code."""
_GROUP: Final = 4
_STEPS: Final = (0, -1, 1)
"""Time steps of 30 seconds by which the clock of an app may differ."""


class SecondFactors:
    """The codes of all projects' users; every method acts in the caller's."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    # -- one-time codes ------------------------------------------------------------------------

    def propose(self, caller: Caller, user_id: str) -> str:
        """A new secret in Base32, which waits to be confirmed."""
        secret = pyotp.random_base32()
        sealed = self._sealer.seal(secret.encode(), _place(caller, user_id))
        rows.propose(self._database, caller.project_id, user_id, sealed)
        return secret

    def confirm(self, caller: Caller, user_id: str, code: str) -> bool:
        """Makes the secret that waits the one that counts, if this is a code of it. Raises
        TOTP_NOT_ENROLLED."""
        found = rows.totp(self._database, caller.project_id, user_id)
        if found is None or found[1] is None:
            raise Error(Reason.TOTP_NOT_ENROLLED)
        sealed = bytes(found[1])
        step = self._step(caller, user_id, sealed, code)
        return step is not None and rows.confirm(self._database, caller.project_id, user_id, sealed, step)

    def use_totp(self, caller: Caller, user_id: str, code: str) -> bool:
        """Takes a one-time code, once; returns whether it is one."""
        found = rows.totp(self._database, caller.project_id, user_id)
        if found is None or found[0] is None:
            return False
        sealed = bytes(found[0])
        step = self._step(caller, user_id, sealed, code)
        return step is not None and rows.use_step(self._database, caller.project_id, user_id, sealed, step)

    def _step(self, caller: Caller, user_id: str, sealed: bytes, code: str) -> int | None:
        """The time step that a code belongs to."""
        totp = pyotp.TOTP(self._sealer.open(sealed, _place(caller, user_id)).decode())
        present = int(time.time()) // totp.interval
        matching = [
            present + offset
            for offset in _STEPS
            if secrets.compare_digest(totp.generate_otp(present + offset), code)
        ]
        return matching[0] if matching else None

    # -- recovery codes ------------------------------------------------------------------------

    def replace_recovery_codes(self, caller: Caller, user_id: str) -> list[str]:
        """New recovery codes of a locked user in the place of former ones; only their hashes are kept."""
        codes = [_new_code() for _ in range(RECOVERY_CODES)]
        hashes = [_hash(caller, user_id, code) for code in codes]
        rows.replace_codes(self._database, caller.project_id, user_id, hashes)
        return codes

    def use_recovery_code(self, caller: Caller, user_id: str, code: str) -> bool:
        """Takes a recovery code away; returns whether the user had it."""
        return rows.use_code(self._database, caller.project_id, user_id, _hash(caller, user_id, code))

    def forget(self, caller: Caller, user_id: str) -> None:
        """Takes secrets and recovery codes of a locked user away."""
        rows.forget(self._database, caller.project_id, user_id)


def _place(caller: Caller, user_id: str) -> str:
    return f"totp secret {caller.project_id} {user_id}"


def _new_code() -> str:
    """Such as `k3ja-q7mz-2xvb-c5td`."""
    text = b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def _hash(caller: Caller, user_id: str, code: str) -> bytes:
    """The hash of a recovery code in any spelling."""
    plain = "".join(code.split()).replace("-", "").lower()
    return hashlib.sha256(f"{caller.project_id} {user_id} {plain}".encode()).digest()
