"""How costly an imported hash may be.

Whoever imports a hash decides what its verification costs us. Beyond these limits a single sign-in would
take more than about a second of one core, or more than 256 MiB, and a few of them the whole service. All
are well above what the schemes' authors recommend today.
"""

from __future__ import annotations

from typing import Final

MIN_BCRYPT_COST: Final = 4
MAX_BCRYPT_COST: Final = 14
"""Logarithm of bcrypt's rounds to the base 2."""

MAX_ARGON2_MEMORY: Final = 262_144
"""KiB, of one Argon2 hash: 256 MiB."""

MAX_ARGON2_WORK: Final = 1_048_576
"""KiB that one Argon2 hash may pass over: its memory times its passes, 1 GiB."""

MAX_ARGON2_LANES: Final = 16
"""Lanes of one Argon2 hash; each is a thread."""

MAX_SCRYPT_WORK: Final = 2_097_152
"""N * r * p of one scrypt hash, Firebase's included; N * r below it keeps the memory below 256 MiB."""

MAX_PBKDF2_WORK: Final = 2_500_000
"""Iterations of PBKDF2, times the digests of its hash function that the derived key is made of."""

MIN_PHPASS_ROUNDS: Final = 7
MAX_PHPASS_ROUNDS: Final = 19
"""Logarithm of phpass's rounds to the base 2. They run in Python, so fewer are affordable."""

MAX_DIGEST_ITERATIONS: Final = 500_000
"""Iterations of a salted digest. They run in Python, so fewer are affordable."""

MAX_SALT_BYTES: Final = 1_024
"""Of salts, and of the keys that some schemes have beside them."""

MIN_DERIVED_BYTES: Final = 16
MAX_DERIVED_BYTES: Final = 128
"""Of keys that Argon2, scrypt or PBKDF2 derived. Shorter ones would match other passwords too."""
