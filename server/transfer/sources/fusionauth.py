"""FusionAuth: the users of its import API, as its exports have them."""

from __future__ import annotations

from typing import Any, Final

from server.transfer.records import Unusable
from server.transfer.sources.source import (
    Fields,
    Theirs,
    boolean,
    hashed,
    identified,
    milliseconds,
    plain_base64,
    text,
    user_of,
)

FIELDS: Final[Fields] = {
    "email": ("email", text),
    "verified": ("email_verified", boolean),
    "username": ("login_ids", lambda name: [text(name)]),
    "firstName": ("given_name", text),
    "middleName": ("middle_name", text),
    "lastName": ("family_name", text),
    "fullName": ("display_name", text),
    "mobilePhone": ("phone_number", text),
    "imageUrl": ("picture", text),
    "timezone": ("zoneinfo", text),
    "preferredLanguages": ("locale", lambda languages: text(languages[0]).replace("_", "-")),
    "insertInstant": ("create_time", milliseconds),
    "lastLoginInstant": ("last_login_time", milliseconds),
    "expiry": ("expire_time", milliseconds),
    "data": ("metadata", dict),
}
COMMON: Final = ("encryptionScheme", "factor")
"""What an import can tell of all its users at once."""
# Their schemes, with the hash functions, as FusionAuth's reference of password hashes describes them.
_PBKDF2: Final = {
    "salted-pbkdf2-hmac-sha256": "DIGEST_ALGORITHM_SHA256",
    "salted-pbkdf2-hmac-sha256-512": "DIGEST_ALGORITHM_SHA256",
    "salted-pbkdf2-hmac-sha512-512": "DIGEST_ALGORITHM_SHA512",
}
_DIGESTS: Final = {"salted-md5": "DIGEST_ALGORITHM_MD5", "salted-sha256": "DIGEST_ALGORITHM_SHA256"}
_HMAC: Final = "salted-hmac-sha256"


def convert(theirs: Theirs) -> dict[str, Any]:
    """A user; of the registrations the roles, which must be there by their names."""
    user = user_of(theirs, FIELDS)
    registrations = theirs.get("registrations") or ()
    names = {name for registration in registrations for name in registration.get("roles") or ()}
    user["roles"] = [{"name": name} for name in sorted(names)]
    user["status"] = "USER_STATUS_ACTIVE" if theirs.get("active", True) else "USER_STATUS_INACTIVE"
    their_id = text(theirs["id"]) if theirs.get("id") else None
    item: dict[str, Any] = {"user": identified(user, their_id, "fusionauth")}
    if theirs.get("password"):
        item["password"] = _password(theirs)
        item["password"]["temporary"] = bool(theirs.get("passwordChangeRequired"))
    return item


def _password(theirs: Theirs) -> dict[str, Any]:
    scheme = theirs.get("encryptionScheme")
    if scheme is None and theirs.get("salt"):
        raise Unusable(
            "the password is a hash, of which neither the user nor what stands before tells the scheme"
        )
    if scheme is None:
        return {"plain": text(theirs["password"])}
    if scheme in _PBKDF2:
        return hashed("pbkdf2", algorithm=_PBKDF2[scheme], iterations=int(theirs["factor"]), **_parts(theirs))
    if scheme in _DIGESTS:
        return hashed(
            "salted_digest",
            algorithm=_DIGESTS[scheme],
            salt_position="SALT_POSITION_AFTER",
            iterations=int(theirs["factor"]),
            **_parts(theirs),
        )
    if scheme == _HMAC:
        # The salt is the key, and the password alone the message.
        parts = _parts(theirs)
        return hashed(
            "salted_hmac", algorithm="DIGEST_ALGORITHM_SHA256", key=parts["salt"], digest=parts["digest"]
        )
    if scheme == "bcrypt":
        cost, salt = int(theirs["factor"]), text(theirs["salt"])
        return hashed("bcrypt", encoded=f"$2a${cost:02}${salt}{text(theirs['password'])}")
    raise Unusable(f"hashes of {scheme} cannot be imported")


def _parts(theirs: Theirs) -> dict[str, bytes]:
    return {"salt": plain_base64(theirs["salt"]), "digest": plain_base64(theirs["password"])}
