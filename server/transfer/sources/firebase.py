"""Firebase Authentication: what `firebase auth:export FILE --format=json` writes.

Its hashes can be verified with the parameters of the project only, which its console shows as `hash_config`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
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
    "emailVerified": ("email_verified", boolean),
    "phoneNumber": ("phone_number", text),
    "displayName": ("display_name", text),
    "photoUrl": ("picture", text),
    "createdAt": ("create_time", milliseconds),
    "lastSignedInAt": ("last_login_time", milliseconds),
}
_PARAMETERS: Final[Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "base64_signer_key": ("signer_key", plain_base64),
    "base64_salt_separator": ("salt_separator", plain_base64),
    "rounds": ("rounds", int),
    "mem_cost": ("memory_cost", int),
}
_SETTING: Final = re.compile(r"\"?(\w+)\"?\s*:\s*\"?([\w+/=-]+)\"?")


def parameters_of(config: str) -> dict[str, Any]:
    """Those of `hash_config`, as the console shows it or in JSON. Raises ValueError."""
    found = dict(_SETTING.findall(config))
    if missing := [name for name in _PARAMETERS if name not in found]:
        raise ValueError(f"has no {', '.join(missing)}")
    return {ours: parse(found[name]) for name, (ours, parse) in _PARAMETERS.items()}


def converter(parameters: Mapping[str, Any] | None) -> Callable[[Theirs], dict[str, Any]]:
    """Makes of a user one of ours. Without parameters one who has a password is unusable."""

    def convert(theirs: Theirs) -> dict[str, Any]:
        user = user_of(theirs, FIELDS)
        claims = theirs.get("customAttributes")
        if claims:
            user["metadata"] = {"custom_claims": json.loads(claims)}
        # Who signs in by a phone number has proven it.
        if user.get("phone_number"):
            user["phone_number_verified"] = True
        user["status"] = "USER_STATUS_INACTIVE" if theirs.get("disabled") else "USER_STATUS_ACTIVE"
        item: dict[str, Any] = {"user": identified(user, text(theirs["localId"]), "firebase")}
        if digest := theirs.get("passwordHash"):
            if parameters is None:
                raise Unusable("the password cannot be imported without --hash-config")
            item["password"] = hashed(
                "firebase_scrypt",
                digest=plain_base64(digest),
                salt=plain_base64(theirs.get("salt", "")),
                **parameters,
            )
        return item

    return convert
