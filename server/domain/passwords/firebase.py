"""Firebase's variant of scrypt, as a handler of passlib."""

from __future__ import annotations

import hashlib
import re
from typing import Any, ClassVar, Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from server.domain.passwords.limits import MAX_SCRYPT_WORK
from server.domain.passwords.patterned import BASE64, COUNT, PatternedHandler, base64_of

_AES_KEY_BYTES: Final = 32
_COUNTER_FROM_ZERO: Final = bytes(16)
# OpenSSL counts some buffers beside the 128 * N * r bytes of the algorithm.
_MEMORY_BYTES: Final = 2 * 128 * MAX_SCRYPT_WORK


class FirebaseScryptHandler(PatternedHandler):
    """`$firebase-scrypt$ln=<memory cost>,r=<rounds>$<salt>$<salt separator>$<signer key>$<digest>`.

    The password makes a key by scrypt, the key encrypts the project's signer key by AES-256 in counter
    mode, and the ciphertext is the digest: https://github.com/firebase/scrypt.
    """

    name = "firebase_scrypt"
    setting_kwds = ("memory_cost", "rounds", "salt", "salt_separator", "signer_key")
    readers: ClassVar = {"memory_cost": int, "rounds": int}
    _hash_regex = re.compile(
        rf"\$firebase-scrypt\$ln=(?P<memory_cost>{COUNT}),r=(?P<rounds>{COUNT})"
        rf"\$(?P<salt>{BASE64}*)\$(?P<salt_separator>{BASE64}*)"
        rf"\$(?P<signer_key>{BASE64}+)\$(?P<checksum>{BASE64}+)"
    )

    def __init__(
        self, memory_cost: int, rounds: int, salt_separator: bytes, signer_key: bytes, **settings: Any
    ) -> None:
        self.memory_cost = memory_cost
        self.rounds = rounds
        self.salt_separator = salt_separator
        self.signer_key = signer_key
        super().__init__(**settings)

    def to_string(self) -> str:
        """The stored form."""
        values = base64_of(self.salt, self.salt_separator, self.signer_key, self.checksum)
        return f"$firebase-scrypt$ln={self.memory_cost},r={self.rounds}${values}"

    def _calc_checksum(self, secret: str) -> bytes:
        key = hashlib.scrypt(
            secret.encode(),
            salt=self.salt + self.salt_separator,
            n=1 << self.memory_cost,
            r=self.rounds,
            p=1,
            maxmem=_MEMORY_BYTES,
            dklen=_AES_KEY_BYTES,
        )
        encryptor = Cipher(AES(key), CTR(_COUNTER_FROM_ZERO)).encryptor()
        return encryptor.update(self.signer_key) + encryptor.finalize()
