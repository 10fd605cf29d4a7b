"""What requests are recognised by when they are repeated, and what of a message may be stored."""

from __future__ import annotations

import hashlib
from enum import IntEnum
from functools import cache
from typing import Any, Final, NamedTuple

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

_SCRYPT_COST: Final = 2**14
_SECRET_BYTES: Final = 2
_TOKEN: Final = "access_token"


def fingerprint_of(method: str, request: Message) -> bytes:
    """Tells requests, and those of one method from those of others, apart.

    It is kept, and must be no way to try passwords: of what is secret in the request it has so few bits, made
    at such a cost, that a guess is tried sooner against the password's hash.
    """
    shown, secrecy = without_secrets(request)
    name = method.encode() + b"\0"
    fingerprint = hashlib.sha256(name + shown.SerializeToString(deterministic=True)).digest()
    if secrecy is Secrecy.NONE:
        return fingerprint
    body = request.SerializeToString(deterministic=True)
    if secrecy is Secrecy.OPAQUE:
        return fingerprint + hashlib.sha256(name + body).digest()[:_SECRET_BYTES]
    return fingerprint + hashlib.scrypt(body, salt=name, n=_SCRYPT_COST, r=8, p=1, dklen=_SECRET_BYTES)


class Secrecy(IntEnum):
    """What secrets a message holds."""

    NONE = 0
    OPAQUE = 1
    """Hashes, keys and tokens, which nobody guesses."""
    THOUGHT_UP = 2
    """Texts, as people think them up."""


class _Secret(NamedTuple):
    """A field that the contract marks `debug_redact`."""

    name: str
    has_presence: bool
    secrecy: Secrecy


class _Holder(NamedTuple):
    """A field of messages that hold secrets."""

    name: str
    repeated: bool
    places: _Places


class _Places(NamedTuple):
    """Where messages of a type hold secrets, at any depth."""

    own: tuple[_Secret, ...]
    within: tuple[_Holder, ...]


@cache
def _places(descriptor: Descriptor, above: frozenset[Descriptor] = frozenset()) -> _Places | None:
    """None for none. `above` are the types that led here: what lies in itself is looked at once."""
    above |= {descriptor}
    own, within = [], []
    for field in descriptor.fields:
        if field.GetOptions().debug_redact:
            told = field.type == FieldDescriptor.TYPE_STRING and field.name != _TOKEN
            secrecy = Secrecy.THOUGHT_UP if told else Secrecy.OPAQUE
            own.append(_Secret(field.name, field.has_presence, secrecy))
        elif field.message_type is not None and field.message_type not in above:
            places = _places(field.message_type, above)
            if places is not None:
                within.append(_Holder(field.name, field.is_repeated, places))
    return _Places(tuple(own), tuple(within)) if own or within else None


def without_secrets(message: Any) -> tuple[Any, Secrecy]:
    """The message as it may be stored, without its secrets, and what they were. The message itself if it has
    none."""
    places = _places(message.DESCRIPTOR)
    if places is None:
        return message, Secrecy.NONE
    kept = type(message)()
    kept.CopyFrom(message)
    secrecy = _cleared(kept, places)
    return (kept, secrecy) if secrecy else (message, secrecy)


def _cleared(message: Any, places: _Places) -> Secrecy:
    """Clears the secrets of a message, and returns what they were."""
    found = {Secrecy.NONE}
    for name, has_presence, secrecy in places.own:
        if message.HasField(name) if has_presence else getattr(message, name):
            message.ClearField(name)
            found.add(secrecy)
    for name, repeated, inner in places.within:
        if repeated:
            found.update([_cleared(item, inner) for item in getattr(message, name)])
        elif message.HasField(name):
            found.add(_cleared(getattr(message, name), inner))
    return max(found)
