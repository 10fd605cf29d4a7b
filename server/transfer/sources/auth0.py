"""Auth0: its exports of users, with or without the password hashes that its support adds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from server.transfer.records import Unusable
from server.transfer.sources.source import (
    Fields,
    Theirs,
    boolean,
    hashed,
    identified,
    plain_base64,
    text,
    user_of,
)


def _time(value: Any) -> str:
    return text(value["$date"] if isinstance(value, dict) else value)


FIELDS: Final[Fields] = {
    "email": ("email", text),
    "email_verified": ("email_verified", boolean),
    "phone_number": ("phone_number", text),
    "phone_verified": ("phone_number_verified", boolean),
    "username": ("login_ids", lambda name: [text(name)]),
    "given_name": ("given_name", text),
    "family_name": ("family_name", text),
    "name": ("display_name", text),
    "picture": ("picture", text),
    "created_at": ("create_time", _time),
    "last_login": ("last_login_time", _time),
}
_METADATA: Final = ("user_metadata", "app_metadata", "nickname")


def convert(theirs: Theirs) -> dict[str, Any]:
    """A user; `passwordHash` is bcrypt, `custom_password_hash` what was once imported there."""
    user = user_of(theirs, FIELDS)
    if kept := {name: theirs[name] for name in _METADATA if theirs.get(name)}:
        user["metadata"] = kept
    user["status"] = "USER_STATUS_ACTIVE"
    item: dict[str, Any] = {"user": identified(user, _their_id(theirs), "auth0")}
    if theirs.get("blocked"):
        item["blocked"] = True
    if encoded := theirs.get("passwordHash") or theirs.get("password_hash"):
        item["password"] = hashed("bcrypt", encoded=encoded)
    elif custom := theirs.get("custom_password_hash"):
        item["password"] = _custom(custom)
    return item


def _their_id(theirs: Theirs) -> str | None:
    """None where the fields that were exported are without it."""
    if theirs.get("user_id"):
        return text(theirs["user_id"])
    return f"auth0|{theirs['_id']['$oid']}" if "_id" in theirs else None


def _decoded(part: Theirs, usual: str) -> bytes:
    encoding = part.get("encoding", usual)
    readers: dict[str, Callable[[str], bytes]] = {
        "hex": bytes.fromhex,
        "base64": plain_base64,
        "utf8": str.encode,
    }
    if encoding not in readers:
        raise Unusable(f"hashes in the encoding {encoding!r} are not known")
    return readers[encoding](part["value"])


def _salt(custom: Theirs) -> dict[str, Any]:
    salt = custom.get("salt")
    if not salt:
        return {}
    position = "AFTER" if salt.get("position") == "suffix" else "BEFORE"
    return {"salt": _decoded(salt, "utf8"), "salt_position": f"SALT_POSITION_{position}"}


def _digest(custom: Theirs) -> dict[str, Any]:
    algorithm = f"DIGEST_ALGORITHM_{custom['algorithm'].upper()}"
    return hashed(
        "salted_digest", algorithm=algorithm, digest=_decoded(custom["hash"], "hex"), **_salt(custom)
    )


def _hmac(custom: Theirs) -> dict[str, Any]:
    held = custom["hash"]
    return hashed(
        "salted_hmac",
        algorithm=f"DIGEST_ALGORITHM_{held['digest'].upper()}",
        digest=_decoded(held, "hex"),
        key=_decoded(held["key"], "utf8"),
        **_salt(custom),
    )


def _pbkdf2(custom: Theirs) -> dict[str, Any]:
    """`$pbkdf2-sha512$i=100000,l=64$<salt>$<digest>`."""
    _, name, settings, salt, digest = custom["hash"]["value"].split("$")
    rounds = dict(setting.split("=") for setting in settings.split(","))["i"]
    return hashed(
        "pbkdf2",
        algorithm=f"DIGEST_ALGORITHM_{name.removeprefix('pbkdf2-').upper()}",
        iterations=int(rounds),
        salt=plain_base64(salt),
        digest=plain_base64(digest),
    )


def _scrypt(custom: Theirs) -> dict[str, Any]:
    return hashed(
        "scrypt",
        n=custom.get("cost", 16_384),
        r=custom.get("blockSize", 8),
        p=custom.get("parallelization", 1),
        salt=_decoded(custom["salt"], "utf8"),
        digest=_decoded(custom["hash"], "hex"),
    )


_ALGORITHMS: Final[dict[str, Callable[[Theirs], dict[str, Any]]]] = {
    "bcrypt": lambda custom: hashed("bcrypt", encoded=custom["hash"]["value"]),
    "argon2": lambda custom: hashed("argon2", encoded=custom["hash"]["value"]),
    "pbkdf2": _pbkdf2,
    "scrypt": _scrypt,
    "hmac": _hmac,
    **dict.fromkeys(("md5", "sha1", "sha256", "sha512"), _digest),
}


def _custom(custom: Theirs) -> dict[str, Any]:
    encoding = custom.get("password", {}).get("encoding", "utf8")
    if encoding not in ("utf8", "ascii"):
        raise Unusable(f"hashes of passwords in the encoding {encoding!r} cannot be verified")
    read = _ALGORITHMS.get(custom["algorithm"])
    if read is None:
        raise Unusable(f"hashes of {custom['algorithm']} cannot be imported")
    return read(custom)
