"""passlib's handlers of known schemes, where other systems' hashes go beyond what they take."""

from __future__ import annotations

from typing import Any, Final

from passlib.hash import (
    bcrypt,
    django_pbkdf2_sha1,
    django_pbkdf2_sha256,
    pbkdf2_sha1,
    pbkdf2_sha256,
    pbkdf2_sha512,
    scrypt,
)

_BCRYPT_BYTES: Final = 72


class TruncatingBcrypt(bcrypt):  # type: ignore[misc] # passlib has no types
    """bcrypt as it was everywhere when the hashes were made: what follows 72 bytes is ignored.

    The library refuses longer passwords by now, and the handler hands them through.
    """

    def _calc_checksum(self, secret: str) -> str:
        truncated: str = super()._calc_checksum(secret.encode()[:_BCRYPT_BYTES])
        return truncated


class _AnyDigestSize:
    """Takes a derived key of any length; passlib knows one length for each hash function."""

    def __init__(self, checksum: bytes | None = None, **settings: Any) -> None:
        if checksum is not None:
            self.checksum_size = len(checksum)
        super().__init__(checksum=checksum, **settings)  # type: ignore[call-arg]


class AnyScrypt(_AnyDigestSize, scrypt):  # type: ignore[misc]
    """scrypt with any derived key."""


class AnyPbkdf2Sha1(_AnyDigestSize, pbkdf2_sha1):  # type: ignore[misc]
    """PBKDF2 over HMAC-SHA-1 with any derived key."""


class AnyPbkdf2Sha256(_AnyDigestSize, pbkdf2_sha256):  # type: ignore[misc]
    """PBKDF2 over HMAC-SHA-256 with any derived key."""


class AnyPbkdf2Sha512(_AnyDigestSize, pbkdf2_sha512):  # type: ignore[misc]
    """PBKDF2 over HMAC-SHA-512 with any derived key."""


class AnySaltDjangoSha256(django_pbkdf2_sha256):  # type: ignore[misc]
    """Django's PBKDF2 with any salt: Django demands nothing but the absence of `$`."""

    salt_chars = None


class AnySaltDjangoSha1(django_pbkdf2_sha1):  # type: ignore[misc]
    """Django's PBKDF2 over HMAC-SHA-1 with any salt."""

    salt_chars = None
