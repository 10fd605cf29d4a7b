"""What the handlers of our own forms share: a form is a pattern, and its groups are the parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, Self

import passlib.utils.handlers as uh
from passlib.utils.binary import b64s_decode, b64s_encode

BASE64: Final = "[A-Za-z0-9+/]"
"""One character of base64."""

COUNT: Final = "[1-9][0-9]{0,9}"
"""A positive number."""


class PatternedHandler(uh.HasRawSalt, uh.HasRawChecksum, uh.GenericHandler):  # type: ignore[misc] # no types
    """A handler whose `_hash_regex` names the arguments of its constructor.

    Groups are base64 without padding unless `readers` says otherwise.
    """

    readers: ClassVar[Mapping[str, Callable[[str], Any]]] = {}

    @classmethod
    def from_string(cls, hash: str) -> Self:  # noqa: A002 # passlib's name
        """The parts of a stored form. Raises ValueError."""
        match = cls._hash_regex.fullmatch(hash)
        if match is None:
            raise uh.exc.InvalidHashError(cls)
        parts = match.groupdict()
        return cls(**{name: cls.readers.get(name, b64s_decode)(value) for name, value in parts.items()})


def base64_of(*values: bytes) -> str:
    """The values in base64 without padding, with `$` between them."""
    return "$".join(b64s_encode(value).decode() for value in values)
