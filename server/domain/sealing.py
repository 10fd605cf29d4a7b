"""Secrets that have to be stored, because they are used and not only compared, and so are sealed."""

from __future__ import annotations

import secrets
from base64 import b64decode
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.config import Config
from server.startup import StartError

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class UnusableSecretKey(StartError):
    """`ROSTER_SECRET_KEY` is no key, or not the one that something was sealed with."""


def sealer_of(config: Config) -> Sealer:
    """The installation's sealer. Raises UnusableSecretKey."""
    return Sealer(config.secret_key if config.secret_key else "")


class Sealer:
    """Seals by AES-256-GCM. What was sealed for one purpose does not open for another, nor elsewhere."""

    def __init__(self, secret_key: str) -> None:
        try:
            key = b64decode(secret_key, validate=True)
        except ValueError:
            key = b""
        if len(key) != _KEY_BYTES:
            raise UnusableSecretKey(f"ROSTER_SECRET_KEY must be {_KEY_BYTES} bytes in Base64")
        self._key = key
        self._cipher = AESGCM(key)

    def derived_key(self, purpose: str) -> bytes:
        """A key of the installation's for one purpose, always the same."""
        return HKDF(SHA256(), _KEY_BYTES, salt=None, info=purpose.encode()).derive(self._key)

    def seal(self, secret: bytes, purpose: str) -> bytes:
        """The secret, readable by nobody without the key. `purpose` names the place that it is kept in."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """What was sealed for this purpose. Raises UnusableSecretKey."""
        nonce, text = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, text, purpose.encode())
        except InvalidTag:
            raise UnusableSecretKey("a secret was sealed with another ROSTER_SECRET_KEY") from None
