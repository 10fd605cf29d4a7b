"""Plain digests and HMACs over salt and password, as handlers of passlib."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any, ClassVar

import passlib.utils.handlers as uh

from server.domain.passwords.imported import Digest, SaltPosition
from server.domain.passwords.patterned import BASE64, COUNT, PatternedHandler, base64_of


class _Salted(PatternedHandler):
    """What is hashed, and where the salt stands in it."""

    readers: ClassVar = {"algorithm": Digest, "salt_position": SaltPosition, "rounds": int}

    def __init__(self, algorithm: Digest, salt_position: SaltPosition, **settings: Any) -> None:
        self.algorithm = algorithm
        self.salt_position = salt_position
        super().__init__(**settings)

    def _message(self, secret: str) -> bytes:
        parts = (self.salt, secret.encode())
        return b"".join(parts if self.salt_position is SaltPosition.BEFORE else reversed(parts))


class SaltedDigestHandler(uh.HasRounds, _Salted):  # type: ignore[misc] # passlib has no types
    """`$salted-<algorithm>$i=<iterations>,s=<salt position>$<salt>$<digest>`."""

    name = "salted_digest"
    setting_kwds = ("algorithm", "salt_position", "salt", "rounds")
    min_rounds = 1
    _hash_regex = re.compile(
        rf"\$salted-(?P<algorithm>md5|sha1|sha256|sha512)"
        rf"\$i=(?P<rounds>{COUNT}),s=(?P<salt_position>before|after)"
        rf"\$(?P<salt>{BASE64}*)\$(?P<checksum>{BASE64}+)"
    )

    def to_string(self) -> str:
        """The stored form."""
        settings = f"i={self.rounds},s={self.salt_position}"
        return f"$salted-{self.algorithm}${settings}${base64_of(self.salt, self.checksum)}"

    def _calc_checksum(self, secret: str) -> bytes:
        function = getattr(hashlib, self.algorithm)
        digest: bytes = function(self._message(secret)).digest()
        for _ in range(self.rounds - 1):
            digest = function(digest).digest()
        return digest


class SaltedHmacHandler(_Salted):
    """`$hmac-<algorithm>$s=<salt position>$<key>$<salt>$<digest>`."""

    name = "salted_hmac"
    setting_kwds = ("algorithm", "salt_position", "key", "salt")
    _hash_regex = re.compile(
        rf"\$hmac-(?P<algorithm>md5|sha1|sha256|sha512)\$s=(?P<salt_position>before|after)"
        rf"\$(?P<key>{BASE64}+)\$(?P<salt>{BASE64}*)\$(?P<checksum>{BASE64}+)"
    )

    def __init__(self, key: bytes, **settings: Any) -> None:
        self.key = key
        super().__init__(**settings)

    def to_string(self) -> str:
        """The stored form."""
        values = base64_of(self.key, self.salt, self.checksum)
        return f"$hmac-{self.algorithm}$s={self.salt_position}${values}"

    def _calc_checksum(self, secret: str) -> bytes:
        return hmac.digest(self.key, self._message(secret), self.algorithm.value)
