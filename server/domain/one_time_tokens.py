"""Tokens that are good for one thing, once: of links in emails, of challenges, of options for passkeys.

Only a hash of a token is stored, and what goes with it is sealed.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from server.domain.caller import Caller
from server.domain.sealing import Sealer
from server.domain.text import fold
from server.store import one_time_tokens as rows
from server.store.database import Database

_BYTES: Final = 32


class Purpose(StrEnum):
    """What a token is good for."""

    VERIFY_EMAIL = "VERIFY_EMAIL"
    SIGN_UP = "SIGN_UP"
    RESET_PASSWORD = "RESET_PASSWORD"
    INVITATION = "INVITATION"
    MFA = "MFA"
    MFA_ENROLMENT = "MFA_ENROLMENT"
    PASSWORD_CHANGE = "PASSWORD_CHANGE"
    PASSKEY_REGISTRATION = "PASSKEY_REGISTRATION"
    PASSKEY_SIGN_IN = "PASSKEY_SIGN_IN"
    EMAIL = "EMAIL"
    """Of no use to anybody: what an email is to tell, under the id of the email, until it is sent."""


class Taken(NamedTuple):
    """What a token stood for."""

    purpose: Purpose
    user_id: str | None
    """None: nobody in particular."""
    payload: dict[str, Any]


class OneTimeTokens:
    """The tokens of all projects; every method acts in the caller's."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    def give(
        self,
        caller: Caller,
        purpose: Purpose,
        seconds: float,
        *,
        user_id: str | None = None,
        address: str = "",
        payload: Mapping[str, Any] | None = None,
    ) -> tuple[str, datetime]:
        """A new token, and when it expires. `payload`, JSON values, comes back when it is taken; `address` is
        the email address of one that is no user's yet."""
        token = secrets.token_urlsafe(_BYTES)
        return token, self.keep(
            caller, purpose, token, seconds, user_id=user_id, address=address, payload=payload
        )

    def keep(
        self,
        caller: Caller,
        purpose: Purpose,
        token: str,
        seconds: float,
        *,
        user_id: str | None = None,
        address: str = "",
        payload: Mapping[str, Any] | None = None,
    ) -> datetime:
        """The same with a token that is there already; returns when it expires."""
        sealed = None
        if payload:
            sealed = self._sealer.seal(json.dumps(payload).encode(), _place(caller, purpose))
        (expire_time,) = rows.put(
            self._database,
            {
                "project_id": caller.project_id,
                "token_hash": _hash(token),
                "purpose": purpose.value,
                "user_id": user_id,
                "address_key": _hash(fold(address)) if address else None,
                "payload": sealed,
                "seconds": seconds,
            },
        )
        kept: datetime = expire_time
        return kept

    def look(self, caller: Caller, token: str, *purposes: Purpose) -> Taken | None:
        """What a token stands for, which stays good; None if it is good for none of these purposes."""
        return self._taken(caller, rows.look(self._database, caller.project_id, _hash(token), purposes))

    def take(self, caller: Caller, token: str, *purposes: Purpose) -> Taken | None:
        """The same, and the token is used up. Of many callers at the same time one gets it."""
        return self._taken(caller, rows.take(self._database, caller.project_id, _hash(token), purposes))

    def withdraw(self, caller: Caller, user_id: str, *purposes: Purpose) -> None:
        """Makes all tokens of these purposes of a user worthless."""
        rows.withdraw(self._database, caller.project_id, user_id, purposes)

    def withdraw_of_address(self, caller: Caller, address: str) -> None:
        """Makes all tokens worthless that are for an address and no user's yet."""
        rows.withdraw_of_address(self._database, caller.project_id, _hash(fold(address)))

    def _taken(self, caller: Caller, row: Any) -> Taken | None:
        if row is None:
            return None
        purpose, user_id, sealed = Purpose(row[0]), row[1], row[2]
        payload = {}
        if sealed is not None:
            payload = json.loads(self._sealer.open(bytes(sealed), _place(caller, purpose)))
        return Taken(purpose, user_id, payload)


def _place(caller: Caller, purpose: Purpose) -> str:
    return f"one-time token {caller.project_id} {purpose}"


def _hash(token: str) -> bytes:
    """Of so much chance one round tells nothing."""
    return hashlib.sha256(token.encode()).digest()
