"""Access tokens: JSON Web Tokens, made and verified."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import jwt
from jwt.utils import base64url_decode

from server.domain.caller import Caller
from server.domain.identity import new_id
from server.domain.signing_keys import ALGORITHM, SigningKeys
from server.domain.user import HeldRole, User, permissions_of
from server.errors import Error, Reason

_TYPE: Final = "at+jwt"
"""Tells access tokens from whatever else is signed one day (RFC 9068)."""

_REQUIRED: Final = ["iss", "sub", "aud", "exp", "sid"]
# Clocks of two machines are never the same: a token that is from the near future is no worse for it.
_OPTIONS: Final[Any] = {"require": _REQUIRED, "verify_iat": False}

RESERVED: Final = frozenset(
    ("sub", "iss", "aud", "exp", "nbf", "iat", "jti", "sid", "amr", "roles", "permissions", "tenants")
)
"""Claims that are nobody's to set."""


class Grounds(NamedTuple):
    """What an access token is given for."""

    session_id: str
    methods: Sequence[str]
    """How the user proved who they are, as `LoginMethod` names it."""
    custom_claims: Mapping[str, Any]
    until: datetime
    """When the session ends: no token of it lasts longer."""


class Claims(NamedTuple):
    """What a verified access token says. Its session may have ended since."""

    user_id: str
    session_id: str


class AccessTokens:
    """The access tokens of all projects; every method acts in the caller's."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys

    def issue(self, caller: Caller, user: User, grounds: Grounds) -> tuple[str, datetime]:
        """A token for the user as they are now, and when it expires."""
        now = int(time.time())
        expiry = min(now + caller.settings.token_policy.access_token_seconds, int(grounds.until.timestamp()))
        claims = {
            **grounds.custom_claims,
            "iss": _issuer(caller),
            "sub": user.user_id,
            "aud": caller.project_id,
            "exp": expiry,
            "iat": now,
            "jti": new_id(),
            "sid": grounds.session_id,
            "amr": [method.lower() for method in grounds.methods],
            **_rights(user.roles),
            "tenants": {
                tenant.tenant_id: {
                    "roles": [role.name for role in tenant.roles],
                    "permissions": permissions_of(user.roles, tenant.roles),
                }
                for tenant in user.tenants
            },
        }
        key = self._keys.signer(caller)
        headers = {"kid": key.key_id, "typ": _TYPE}
        token = jwt.encode(claims, key.private_key, algorithm=ALGORITHM, headers=headers)
        return token, datetime.fromtimestamp(expiry, UTC)

    def verify(self, caller: Caller, token: str) -> Claims:
        """What a token of the project says, if it is genuine and has not expired.
        Raises ACCESS_TOKEN_INVALID."""
        try:
            # The key is one of the project's own, whatever else the header names, and so is the algorithm.
            key = self._keys.find(caller, _key_id(token))
            if key is None:
                raise Error(Reason.ACCESS_TOKEN_INVALID)
            claims = jwt.decode(
                token,
                key.public_key,
                algorithms=[ALGORITHM],
                audience=caller.project_id,
                issuer=_issuer(caller),
                options=_OPTIONS,
            )
        except jwt.PyJWTError:
            raise Error(Reason.ACCESS_TOKEN_INVALID) from None
        return Claims(claims["sub"], claims["sid"])


def _key_id(token: str) -> str:
    """The id of the key that the header names; '' if it is not that of an access token.

    PyJWT decodes the whole token to tell its header, and is going to do so anyway.
    """
    try:
        header = json.loads(base64url_decode(token.partition(".")[0]))
    except (ValueError, RecursionError):  # it can be nested deeper than it can be read
        return ""
    ours = isinstance(header, dict) and header.get("typ") == _TYPE
    return str(header.get("kid")) if ours else ""


def _issuer(caller: Caller) -> str:
    return caller.settings.token_policy.issuer or f"urn:uuid:{caller.project_id}"


def _rights(roles: tuple[HeldRole, ...]) -> dict[str, list[str]]:
    return {"roles": [role.name for role in roles], "permissions": permissions_of(roles)}
