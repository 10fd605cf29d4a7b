"""Which texts are passwords, and the form in which they are compared: OpaqueString of RFC 8265.

What a keyboard or an input method makes of one and the same password differs between devices: `é` is
one code point here and two there. Hence passwords are hashed in Unicode's form NFC, with every kind
of space as U+0020. Case and width are kept. Of the characters that the profile forbids only NUL is
refused, because hash functions of other systems end at it; the others stand in passwords that people have.
"""

from __future__ import annotations

import unicodedata
from typing import Final

MAX_PASSWORD_BYTES: Final = 1_000
"""Of a password in UTF-8. Hashing costs more the longer a text is; nobody types this much."""

PLAIN: Final = "password.plain"
"""The field that a password comes in, as violations name it."""


def enforced(password: str) -> str:
    """The form in which a password is hashed, compared and measured."""
    if password.isascii():
        return password
    spaced = "".join(" " if unicodedata.category(char) == "Zs" else char for char in password)
    return unicodedata.normalize("NFC", spaced)


def problem(password: str) -> str | None:
    """Why this is no password at all, in words that do not tell it; None if it is one."""
    if not password:
        return "must not be empty"
    # Before anything looks at all of it: a code point has at least one byte.
    if len(password) > MAX_PASSWORD_BYTES:
        return _TOO_LONG
    if "\0" in password:
        return "must not contain the character NUL"
    try:
        size = len(enforced(password).encode())
    except UnicodeEncodeError:
        return "must be text in Unicode, without lone surrogates"
    return _TOO_LONG if size > MAX_PASSWORD_BYTES else None


_TOO_LONG: Final = f"must have at most {MAX_PASSWORD_BYTES:,} bytes in UTF-8"
