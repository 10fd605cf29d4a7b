"""Sessions, and what comes of a sign-in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from server.domain.user import User


class LoginMethod(StrEnum):
    """How a user proves who they are. The names are the contract's, and what is stored."""

    PASSWORD = "PASSWORD"
    PASSKEY = "PASSKEY"
    TOTP = "TOTP"
    RECOVERY_CODE = "RECOVERY_CODE"


class LoginOutcome(StrEnum):
    """What came of an attempt to sign in."""

    SUCCEEDED = "SUCCEEDED"
    WRONG_CREDENTIALS = "WRONG_CREDENTIALS"
    CHALLENGED = "CHALLENGED"
    REFUSED = "REFUSED"
    LOCKED = "LOCKED"


class Session(NamedTuple):
    """A session that lasts. The fields are the columns of `store.sessions`, in their order."""

    session_id: str
    user_id: str
    methods: list[str]
    ip_address: str
    user_agent: str
    custom_claims: dict[str, Any]
    create_time: datetime
    refresh_time: datetime
    expire_time: datetime


class Tokens(NamedTuple):
    """What a user holds of a session."""

    session_id: str
    access_token: str
    refresh_token: str
    expire_time: datetime
    """Of the access token."""
    user: User


class Challenge(NamedTuple):
    """What a user has to do before a session begins."""

    type: str
    """MFA, MFA_ENROLMENT or PASSWORD_CHANGE: as the purpose of its token."""
    token: str
    expire_time: datetime
    mfa_methods: tuple[LoginMethod, ...] = ()


Outcome = Tokens | Challenge
"""What comes of a sign-in that is not refused."""
