"""A user as the domain sees it, and the rules that a single user has to keep."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

from server.config import MAX_LOGIN_IDS_PER_USER, MAX_METADATA_BYTES
from server.domain import text
from server.domain.custom_attributes import values_in
from server.domain.identity import etag, instant
from server.errors import Error, Reason, Violation, not_found
from server.store.database import Row
from server.store.user_search import edged

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

MAX_FOLDED_BYTES: Final = 1_000
"""Folding can make a text longer; beyond this an index could not hold it."""


class HeldRole(NamedTuple):
    """A role that a user holds."""

    role_id: str
    name: str
    permissions: tuple[str, ...]
    expire_time: datetime | None
    """None: held for good."""


class HeldTenant(NamedTuple):
    """A tenant that a user belongs to."""

    tenant_id: str
    name: str
    roles: tuple[HeldRole, ...]
    """Roles held in the tenant, in alphabetical order."""


class HeldApplication(NamedTuple):
    """An application that a user has access to."""

    application_id: str
    name: str


class User(NamedTuple):
    """A user. The fields are the columns of `store.users`, in their order; a text that is absent is ''.

    A named tuple, because a page of users is made of rows, and tuples are made of them at no cost.
    """

    user_id: str
    login_ids: Sequence[str]
    email: str
    email_verified: bool
    phone_number: str
    phone_number_verified: bool
    given_name: str
    family_name: str
    middle_name: str
    display_name: str
    picture: str
    locale: str
    zoneinfo: str
    status: str
    test: bool
    expire_time: datetime | None
    create_time: datetime
    update_time: datetime
    revision: int
    last_login_time: datetime | None
    mfa_enabled: bool
    """Whether a sign-in by password asks for a second factor."""
    mfa_reset_required: bool
    """Whether the next sign-in demands that a second factor is set up anew."""
    has_passkeys: bool
    password_change_required: bool | None
    """Whether the next sign-in demands a new password; None: there is no password."""
    metadata: dict[str, Any] | None
    roles: tuple[HeldRole, ...]
    """In alphabetical order, as the tenants and applications are."""
    tenants: tuple[HeldTenant, ...]
    applications: tuple[HeldApplication, ...]
    custom_attributes: dict[str, Any]
    """JSON values by the name of the attribute."""

    @property
    def etag(self) -> str:
        """The fingerprint of this state."""
        return etag(self.revision, self.create_time)

    @property
    def permissions(self) -> list[str]:
        """All permissions of the roles held, once each, in alphabetical order."""
        return permissions_of(self.roles)


# What a caller can set, by name; with the value it has when nobody set it.
SETTABLE: Final[dict[str, Any]] = {
    "login_ids": (),
    "email": "",
    "email_verified": False,
    "phone_number": "",
    "phone_number_verified": False,
    "given_name": "",
    "family_name": "",
    "middle_name": "",
    "display_name": "",
    "picture": "",
    "locale": "",
    "zoneinfo": "",
    "metadata": None,
    "test": False,
    "expire_time": None,
}

# The mark that says of an identifier that it is known to be the user's.
MARKS: Final = {"email": "email_verified", "phone_number": "phone_number_verified"}


def permissions_of(*held: tuple[HeldRole, ...]) -> list[str]:
    """All permissions of these roles, once each, in alphabetical order."""
    return sorted({permission for roles in held for role in roles for permission in role.permissions})


_FIRST_JSON: Final = User._fields.index("metadata")


def user_of(row: Row) -> User:
    """The user in a row of `store.users`; what stands behind the user's columns is left alone."""
    metadata, roles, tenants, applications, attributes = row[_FIRST_JSON : len(User._fields)]
    held = (
        orjson.loads(metadata) if metadata else None,
        held_roles(roles) if roles else (),
        held_tenants(tenants) if tenants else (),
        held_applications(applications) if applications else (),
        values_in(attributes) if attributes else {},
    )
    return User._make(row[:_FIRST_JSON] + held)


# Many users hold the same things: what was read once need not be read for each of them.
@lru_cache(maxsize=2_048)
def held_roles(grants: str | None) -> tuple[HeldRole, ...]:
    """The roles in the JSON text that `store.users` makes of them."""
    return _roles_in(orjson.loads(grants)) if grants else ()


@lru_cache(maxsize=2_048)
def held_tenants(memberships: str | None) -> tuple[HeldTenant, ...]:
    """The tenants in the JSON text that `store.users` makes of them."""
    return tuple(
        HeldTenant(tenant_id, name, _roles_in(roles or ()))
        for tenant_id, name, roles in orjson.loads(memberships or "[]")
    )


@lru_cache(maxsize=2_048)
def held_applications(memberships: str | None) -> tuple[HeldApplication, ...]:
    """The applications in the JSON text that `store.users` makes of them."""
    return tuple(HeldApplication(*membership) for membership in orjson.loads(memberships or "[]"))


def _roles_in(grants: Iterable[Any]) -> tuple[HeldRole, ...]:
    return tuple(
        HeldRole(role_id, name, tuple(permissions), None if expiry is None else instant(expiry))
        for role_id, name, permissions, expiry in grants
    )


@dataclass(frozen=True, slots=True)
class UserRef:
    """Names a user: by `kind` (user_id, email, phone_number, login_id) and the value as it was given; or by
    the session of an access token that was verified."""

    kind: str
    value: str

    @property
    def key(self) -> str:
        """The value as the store compares it."""
        return _KEYS[self.kind](self.value)


def user_not_found(by: UserRef) -> Error:
    """The error for a reference that names nobody."""
    if by.kind == "session":
        return Error(Reason.SESSION_ENDED)
    return not_found(Reason.USER_NOT_FOUND, by.kind, by.value)


def _phone_key(number: str) -> str:
    return text.phone_number_e164(number) or ""


_KEYS: Final[dict[str, Callable[[str], str]]] = {
    "user_id": str,
    "email": text.fold,
    "phone_number": _phone_key,
    "login_id": text.fold,
    "session": str,
}


def normalized(values: Mapping[str, Any]) -> dict[str, Any]:
    """Settable values in the form they are kept in: without surrounding white space, numbers in E.164."""
    kept = dict(values)
    for name in ("email", "given_name", "family_name", "middle_name", "display_name"):
        if name in kept:
            kept[name] = kept[name].strip()
    if "login_ids" in kept:
        stripped = [login_id.strip() for login_id in kept["login_ids"]]
        kept["login_ids"] = tuple({text.fold(login_id): login_id for login_id in stripped}.values())
    if kept.get("phone_number"):
        number = kept["phone_number"]
        kept["phone_number"] = text.phone_number_e164(number) or number
    return kept


def violations(values: Mapping[str, Any]) -> list[Violation]:
    """The rules, beyond those of the contract, that normalized settable values break."""
    return [
        Violation(f"user.{field}", problem) for field, problem in _problems(values) if problem is not None
    ]


def _problems(values: Mapping[str, Any]) -> Iterable[tuple[str, str | None]]:
    if email := values.get("email"):
        yield "email", text.email_problem(email) or _too_long(email)
    if number := values.get("phone_number"):
        exists = text.phone_number_e164(number) is not None
        yield "phone_number", None if exists else "is not a possible phone number"
    login_ids = values.get("login_ids", ())
    if len(login_ids) > MAX_LOGIN_IDS_PER_USER:
        yield "login_ids", f"has {len(login_ids)} items, at most {MAX_LOGIN_IDS_PER_USER} are allowed"
    for position, login_id in enumerate(login_ids):
        yield (
            f"login_ids[{position}]",
            _too_long(login_id) if login_id else "must not be blank",
        )
    if zone := values.get("zoneinfo"):
        yield "zoneinfo", None if text.is_time_zone(zone) else "is not the name of an IANA time zone"
    if metadata := values.get("metadata"):
        size = len(json.dumps(metadata, separators=(",", ":"), ensure_ascii=False).encode())
        fits = size <= MAX_METADATA_BYTES
        yield "metadata", None if fits else f"has {size} bytes, at most {MAX_METADATA_BYTES} are allowed"


def _too_long(value: str) -> str | None:
    size = len(text.fold(value).encode())
    return (
        None
        if size <= MAX_FOLDED_BYTES
        else f"has {size} bytes when folded by NFKC, at most 1,000 are allowed"
    )


def void_marks(values: Mapping[str, Any]) -> dict[str, Any]:
    """The marks of identifiers that are absent, as they must be: nothing cannot be verified."""
    return {mark: False for name, mark in MARKS.items() if not values[name]}


def folded_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that the store derives its comparisons, orders and searches from."""
    login_id_keys = [text.fold(login_id) for login_id in values["login_ids"]]
    email_key = text.fold(values["email"])
    family_name_key = text.fold(values["family_name"])
    lines = [
        email_key,
        _searchable(values["given_name"]),
        _searchable(family_name_key),
        _searchable(values["middle_name"]),
        _searchable(values["display_name"]),
        values["phone_number"],
        *map(_searchable, login_id_keys),
    ]
    return {
        "email_key": email_key,
        "family_name_key": family_name_key[:200],
        "login_id_keys": login_id_keys,
        "search_text": "\n" + "".join(f"{edged(line)}\n" for line in lines),
    }


def _searchable(value: str) -> str:
    return " ".join(text.fold(value).split())
