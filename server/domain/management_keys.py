"""The use cases of management keys, and what a key looks like."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any, Final, NamedTuple

from server.domain import events
from server.domain.caller import SCOPES, Caller
from server.domain.identity import etag, new_id, require_etag
from server.domain.paging import Page, PageRequest, page_of
from server.errors import Error, Reason, Violation, refuse_invalid
from server.store import management_keys as rows
from server.store import projects as project_rows
from server.store.database import Database, Row


class ManagementKey(NamedTuple):
    """A key. The fields are the columns of `store.management_keys`, in their order."""

    key_id: str
    display_name: str
    scopes: tuple[str, ...]
    project_ids: tuple[str, ...]
    all_projects: bool
    allowed_cidrs: tuple[str, ...]
    expire_time: datetime | None
    create_time: datetime
    update_time: datetime
    last_use_time: datetime | None
    revoke_time: datetime | None
    previous_secret_expire_time: datetime | None
    revision: int

    @property
    def etag(self) -> str:
        """The fingerprint of this state."""
        return etag(self.revision, self.create_time)

    @property
    def usable(self) -> bool:
        """Whether it is neither revoked nor expired."""
        expired = self.expire_time is not None and self.expire_time <= datetime.now(UTC)
        return self.revoke_time is None and not expired


# What a caller can set, by name; with the value it has when nobody set it.
SETTABLE: Final[dict[str, Any]] = {
    "display_name": "",
    "scopes": (),
    "project_ids": (),
    "all_projects": False,
    "allowed_cidrs": (),
    "expire_time": None,
}


def make_secret(key_id: str) -> str:
    """A new secret of a key: `rk_<key id>_<256 random bits>`."""
    return f"rk_{key_id.replace('-', '')}_{secrets.token_urlsafe(32)}"


def key_id_in(secret: str) -> str | None:
    """The key id that a presented secret names, or None if it has not the form of one."""
    prefix, _, rest = secret.partition("_")
    digits, _, random = rest.partition("_")
    well_formed = prefix == "rk" and len(digits) == 32 and digits.isalnum() and digits.isascii() and random
    if not well_formed or not set(digits) <= set("0123456789abcdef"):
        return None
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def hash_of(secret: str) -> bytes:
    """What is stored of a secret. It is long and random, so a plain SHA-256 keeps it."""
    return hashlib.sha256(secret.encode()).digest()


class ManagementKeys:
    """The keys of all projects; every method acts on the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, caller: Caller, key_id: str) -> ManagementKey:
        """The key. Raises MANAGEMENT_KEY_NOT_FOUND."""
        return _found(key_id, rows.get(self._database, caller.project_id, key_id))

    def list(self, caller: Caller, page: PageRequest) -> Page[ManagementKey]:
        """A page of the keys, oldest first."""
        parameters = {**page.parameters("after_key", "after_id"), "project_id": caller.project_id}
        found, total = rows.list_keys(self._database, parameters, count=page.count)
        return page_of(page, found, key_of, total)

    def create(self, caller: Caller, values: Mapping[str, Any]) -> tuple[ManagementKey, str]:
        """Creates a key and returns it with its secret. Raises SCOPE_ESCALATION, PROJECT_NOT_FOUND."""
        values = {**SETTABLE, **values}
        self._require_grantable(caller, values, named=values["project_ids"])
        key_id = new_id()
        secret = make_secret(key_id)
        (create_time,) = rows.create(
            self._database,
            {**_columns(caller, key_id, values), "secret_hash": hash_of(secret)},
        )
        events.record(self._database, caller, "management_key.created", key_id, {"after": values})
        key = ManagementKey(
            key_id=key_id,
            create_time=create_time,
            update_time=create_time,
            last_use_time=None,
            revoke_time=None,
            previous_secret_expire_time=None,
            revision=1,
            **values,
        )
        return key, secret

    def update(self, caller: Caller, key_id: str, values: Mapping[str, Any], etag: str) -> ManagementKey:
        """Sets these values. Raises MANAGEMENT_KEY_NOT_FOUND, KEY_NOT_USABLE, SCOPE_ESCALATION,
        PROJECT_NOT_FOUND, ETAG_MISMATCH."""
        key = self._locked(caller, key_id)
        require_etag(etag, key.etag)
        _require_usable(key)
        before = {name: getattr(key, name) for name in SETTABLE}
        after = {**before, **values}
        changes = events.changes(before, after)
        if not changes:
            return key
        # A project that was deleted since may stay named: it opens nothing.
        named = set(after["project_ids"]) - set(before["project_ids"])
        self._require_grantable(caller, after, named=named)
        update_time, revision = rows.update(self._database, _columns(caller, key_id, after))
        events.record(self._database, caller, "management_key.updated", key_id, changes)
        return key._replace(update_time=update_time, revision=revision, **after)

    def rotate(self, caller: Caller, key_id: str, overlap: timedelta) -> tuple[ManagementKey, str]:
        """Gives the key a new secret and returns both; the old secret works for `overlap`.
        Raises MANAGEMENT_KEY_NOT_FOUND, KEY_NOT_USABLE, SCOPE_ESCALATION."""
        key = self._locked(caller, key_id)
        _require_usable(key)
        _require_held(caller, {name: getattr(key, name) for name in SETTABLE})
        secret = make_secret(key_id)
        update_time, revision, previous = rows.rotate(
            self._database,
            {
                "project_id": caller.project_id,
                "key_id": key_id,
                "secret_hash": hash_of(secret),
                "overlap": overlap or None,
            },
        )
        events.record(self._database, caller, "management_key.rotated", key_id, {})
        rotated = key._replace(
            update_time=update_time, revision=revision, previous_secret_expire_time=previous
        )
        return rotated, secret

    def revoke(self, caller: Caller, key_id: str) -> ManagementKey:
        """Ends the key. Raises MANAGEMENT_KEY_NOT_FOUND."""
        key = self._locked(caller, key_id)
        if key.revoke_time is not None:
            return key
        update_time, revision = rows.revoke(self._database, caller.project_id, key_id)
        events.record(self._database, caller, "management_key.revoked", key_id, {})
        return key._replace(update_time=update_time, revision=revision, revoke_time=update_time)

    def _locked(self, caller: Caller, key_id: str) -> ManagementKey:
        return _found(key_id, rows.lock(self._database, caller.project_id, key_id))

    def _require_grantable(
        self, caller: Caller, values: Mapping[str, Any], *, named: Collection[str]
    ) -> None:
        refuse_invalid(_violations(values))
        _require_held(caller, values)
        if missing := project_rows.missing(self._database, list(named)):
            raise Error(Reason.PROJECT_NOT_FOUND, project_id=missing)


def _violations(values: Mapping[str, Any]) -> list[Violation]:
    found = []
    if not values["scopes"]:
        found.append(Violation("management_key.scopes", "at least one scope is required"))
    for position, scope in enumerate(values["scopes"]):
        if scope not in SCOPES:
            found.append(Violation(f"management_key.scopes[{position}]", "is not a scope"))
    for position, cidr in enumerate(values["allowed_cidrs"]):
        try:
            ip_network(cidr)
        except ValueError as error:
            found.append(Violation(f"management_key.allowed_cidrs[{position}]", str(error)))
    expiry = values["expire_time"]
    if expiry is not None and expiry <= datetime.now(UTC):
        found.append(Violation("management_key.expire_time", "must lie in the future"))
    return found


def _require_held(caller: Caller, values: Mapping[str, Any]) -> None:
    caller.grant.require_at_least(
        frozenset(values["scopes"]), frozenset(values["project_ids"]), values["all_projects"]
    )


def _require_usable(key: ManagementKey) -> None:
    if not key.usable:
        raise Error(Reason.KEY_NOT_USABLE)


def key_of(row: Row) -> ManagementKey:
    """The key in a row of `store.management_keys`; what stands behind its columns is left alone."""
    key_id, display_name, scopes, project_ids, all_projects, cidrs, *rest = row[: len(rows.KEY_COLUMNS)]
    return ManagementKey(
        key_id, display_name, tuple(scopes), tuple(project_ids), all_projects, tuple(cidrs), *rest
    )


def _found(key_id: str, row: Row | None) -> ManagementKey:
    if row is None:
        raise Error(Reason.MANAGEMENT_KEY_NOT_FOUND, key_id=key_id)
    return key_of(row)


def _columns(caller: Caller, key_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    lists = {name: list(values[name]) for name in ("scopes", "project_ids", "allowed_cidrs")}
    return {**values, **lists, "project_id": caller.project_id, "key_id": key_id}
