"""Keycloak: the export of a realm with its users, or the files of users beside it."""

from __future__ import annotations

import json
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
    unpadded,
    user_of,
)

FIELDS: Final[Fields] = {
    "username": ("login_ids", lambda name: [text(name)]),
    "email": ("email", text),
    "emailVerified": ("email_verified", boolean),
    "firstName": ("given_name", text),
    "lastName": ("family_name", text),
    "createdTimestamp": ("create_time", milliseconds),
}
# Roles that mean something to Keycloak itself.
_OWN_ROLES: Final = ("offline_access", "uma_authorization")
_PBKDF2: Final = {"pbkdf2": "SHA1", "pbkdf2-sha256": "SHA256", "pbkdf2-sha512": "SHA512"}
_ARGON2_VERSIONS: Final = {"1.0": 16, "1.3": 19}


def convert(theirs: Theirs) -> dict[str, Any]:
    """A user, with the roles of the realm, which must be there by their names."""
    if "realm" in theirs and "username" not in theirs:
        raise Unusable("this is a realm, and no user: export one realm, with its users")
    user = user_of(theirs, FIELDS)
    if attributes := theirs.get("attributes"):
        user["metadata"] = {"attributes": attributes}
    user["roles"] = [
        {"name": name}
        for name in theirs.get("realmRoles", ())
        if name not in _OWN_ROLES and not name.startswith("default-roles-")
    ]
    user["status"] = "USER_STATUS_ACTIVE" if theirs.get("enabled", True) else "USER_STATUS_INACTIVE"
    their_id = text(theirs["id"]) if theirs.get("id") else None
    item: dict[str, Any] = {"user": identified(user, their_id, "keycloak")}
    for credential in theirs.get("credentials", ()):
        if credential["type"] == "password":
            item["password"] = _password(credential)
            item["password"]["temporary"] = bool(
                credential.get("temporary") or "UPDATE_PASSWORD" in theirs.get("requiredActions", ())
            )
    return item


def _password(credential: Theirs) -> dict[str, Any]:
    held, made = json.loads(credential["secretData"]), json.loads(credential["credentialData"])
    algorithm, iterations = made["algorithm"], int(made["hashIterations"])
    digest, salt = plain_base64(held["value"]), plain_base64(held["salt"])
    if algorithm in _PBKDF2:
        function = f"DIGEST_ALGORITHM_{_PBKDF2[algorithm]}"
        return hashed("pbkdf2", algorithm=function, iterations=iterations, salt=salt, digest=digest)
    if algorithm == "argon2":
        return hashed("argon2", encoded=_argon2(made["additionalParameters"], iterations, salt, digest))
    raise Unusable(f"hashes of {algorithm} cannot be imported")


def _argon2(parameters: Theirs, iterations: int, salt: bytes, digest: bytes) -> str:
    (kind,), (version,) = parameters["type"], parameters["version"]
    (memory,), (lanes,) = parameters["memory"], parameters["parallelism"]
    settings = f"v={_ARGON2_VERSIONS[version]}$m={int(memory)},t={iterations},p={int(lanes)}"
    return f"$argon2{kind}${settings}${unpadded(salt)}${unpadded(digest)}"
