"""Refresh tokens: `rt_`, then the session's id, a secret and a seal of both, in Base64url.

The seal tells without a look at the database whether a token was given out: who makes one up, for a session
whose id is known, ends nobody's session. The secret that follows one is made of that one, so that two who
replace the same token get the same in its place, whatever process and machine they ask.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final, NamedTuple
from uuid import UUID

from server.domain.sealing import Sealer
from server.errors import Error, Reason

_PREFIX: Final = "rt_"
_ID_BYTES: Final = 16
_SECRET_BYTES: Final = 32
_SEAL_BYTES: Final = 16
_PADDING: Final = "=="


class RefreshToken(NamedTuple):
    """A refresh token of a session."""

    session_id: str
    secret: bytes

    @property
    def hash(self) -> bytes:
        """What is stored of it."""
        return hashlib.sha256(self.secret).digest()


class RefreshTokens:
    """The refresh tokens of all projects."""

    def __init__(self, sealer: Sealer) -> None:
        self._seals = sealer.derived_key("seals of refresh tokens")
        self._successors = sealer.derived_key("successors of refresh tokens")

    def first(self, session_id: str) -> RefreshToken:
        """The first one of a session."""
        return RefreshToken(session_id, secrets.token_bytes(_SECRET_BYTES))

    def successor(self, project_id: str, token: RefreshToken) -> RefreshToken:
        """The one that takes the place of a token."""
        secret = _digest(self._successors, project_id, token)
        return token._replace(secret=secret)

    def write(self, project_id: str, token: RefreshToken) -> str:
        """The text that the user holds."""
        seal = _digest(self._seals, project_id, token)[:_SEAL_BYTES]
        raw = UUID(token.session_id).bytes + token.secret + seal
        return _PREFIX + urlsafe_b64encode(raw).decode().removesuffix(_PADDING)

    def read(self, project_id: str, text: str) -> RefreshToken:
        """The token that was given out in this project as this text. Raises REFRESH_TOKEN_INVALID."""
        try:
            raw = urlsafe_b64decode(text.removeprefix(_PREFIX) + _PADDING)
        except ValueError:
            raw = b""
        if len(raw) == _ID_BYTES + _SECRET_BYTES + _SEAL_BYTES:
            session_id, secret = raw[:_ID_BYTES], raw[_ID_BYTES:-_SEAL_BYTES]
            token = RefreshToken(str(UUID(bytes=session_id)), secret)
            if hmac.compare_digest(self.write(project_id, token).encode(), text.encode()):
                return token
        raise Error(Reason.REFRESH_TOKEN_INVALID)


def _digest(key: bytes, project_id: str, token: RefreshToken) -> bytes:
    told = UUID(project_id).bytes + UUID(token.session_id).bytes + token.secret
    return hmac.digest(key, told, hashlib.sha256)
