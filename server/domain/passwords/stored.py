"""Makes, of another system's hash, the one string that is stored and verified."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from server.domain.passwords import encoded, parameters
from server.domain.passwords.findings import Findings
from server.domain.passwords.imported import (
    Argon2,
    Bcrypt,
    DjangoPbkdf2,
    FirebaseScrypt,
    ImportedHash,
    Pbkdf2,
    Phpass,
    SaltedDigest,
    SaltedHmac,
    Scrypt,
    ScryptEncoded,
)

HASHED: Final = "password.hashed"
"""The field that imported hashes come in, as violations name it."""

# For each type the name of its field in the contract, and what makes its stored form.
_FORMS: Final[dict[type, tuple[str, Callable[[Any, Findings], str]]]] = {
    Bcrypt: ("bcrypt", encoded.bcrypt_form),
    Argon2: ("argon2", encoded.argon2_form),
    Scrypt: ("scrypt", parameters.scrypt_form),
    ScryptEncoded: ("scrypt_encoded", encoded.scrypt_form),
    FirebaseScrypt: ("firebase_scrypt", parameters.firebase_scrypt_form),
    Pbkdf2: ("pbkdf2", parameters.pbkdf2_form),
    DjangoPbkdf2: ("django_pbkdf2", encoded.django_pbkdf2_form),
    Phpass: ("phpass", encoded.phpass_form),
    SaltedDigest: ("salted_digest", parameters.salted_digest_form),
    SaltedHmac: ("salted_hmac", parameters.salted_hmac_form),
}


def stored_form(imported: ImportedHash, path: str = HASHED) -> str:
    """The string to store for an imported hash; `Hasher.verify` takes it.

    Raises FIELDS_INVALID with every field that no such hash can have, or that would make the verification
    costlier than `limits` allows; the fields are named from `path` on, as in
    `password.hashed.pbkdf2.iterations`.
    """
    scheme, form = _FORMS[type(imported)]
    return form(imported, Findings(f"{path}.{scheme}"))
