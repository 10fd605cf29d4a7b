"""What a user may do, and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from server.domain.caller import Caller
from server.domain.identity import instant
from server.domain.signing_in import Standing, standing_of
from server.domain.user import UserRef, user_not_found
from server.errors import Error, Reason
from server.store import permissions as rows
from server.store.database import Database


class Source(NamedTuple):
    """A role that gives a permission."""

    role_id: str
    role_name: str
    tenant_id: str
    """'' for a role held in the whole project."""
    expire_time: datetime | None


@dataclass(frozen=True, slots=True)
class Check:
    """The answer to what a user may do."""

    standing: Standing
    permissions: list[str]
    """Those asked for, in order."""
    sources: dict[str, list[Source]]
    """For each permission asked for the roles that give it."""

    @property
    def asked(self) -> list[tuple[str, list[Source]]]:
        """The permissions asked for, in order, each with the roles that give it."""
        return [(permission, self.sources[permission]) for permission in self.permissions]

    def allowed(self, permission: str) -> bool:
        """Whether the user has it now."""
        return self.standing.may_sign_in and bool(self.sources[permission])


class Permissions:
    """What the users of all projects may do; every method acts in the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def check(self, caller: Caller, by: UserRef, permissions: Sequence[str], tenant_id: str) -> Check:
        """What gives the user these permissions in a tenant; '' is the whole project.
        Raises USER_NOT_FOUND, TENANT_NOT_FOUND."""
        row = rows.sources(self._database, caller.project_id, by.kind, by.key, permissions, tenant_id or None)
        if row is None:
            raise user_not_found(by)
        status, preventions, tenant_exists, grants = row
        if not tenant_exists:
            raise Error(Reason.TENANT_NOT_FOUND, tenant_id=tenant_id)
        sources: dict[str, list[Source]] = {permission: [] for permission in permissions}
        for source, given in _grants_in(grants) if grants else ():
            for permission in given:
                if permission in sources:
                    sources[permission].append(source)
        return Check(standing_of(status, preventions), list(permissions), sources)


# Many users hold the same roles: what was read once need not be read for each of them.
@lru_cache(maxsize=2_048)
def _grants_in(text: str) -> tuple[tuple[Source, tuple[str, ...]], ...]:
    """The grants in the JSON text that `store.permissions` makes of them, each with what its role permits."""
    return tuple(
        (
            Source(role_id, name, tenant_id or "", None if expiry is None else instant(expiry)),
            tuple(permissions),
        )
        for role_id, name, tenant_id, expiry, permissions in json.loads(text)
    )
