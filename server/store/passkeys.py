"""Passkeys. A row of a passkey is the tuple of `PASSKEY_COLUMNS`, in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from server.store.database import Database, Row
from server.store.models import Passkey
from server.store.pages import Order, page_statement
from server.store.statements import P, compiled
from server.store.user_pages import FOUND, fetch_user_page, of_user

K: Final = Passkey.alias("k")

PASSKEY_COLUMNS: Final[dict[str, Any]] = {
    "passkey_id": K.passkey_id,
    "display_name": K.display_name,
    "aaguid": K.aaguid,
    "transports": K.transports,
    "backed_up": K.backed_up,
    "create_time": K.create_time,
    "last_use_time": K.last_use_time,
}

_HELD: Final = compiled(
    K.select(K.credential_id, K.transports)
    .where(K.project_id == P.project_id, K.user_id == P.user_id)
    .order_by(K.create_time, K.passkey_id)
)
_BY_CREDENTIAL: Final = compiled(
    K.select(K.passkey_id, K.user_id, K.public_key, K.sign_count).where(
        K.project_id == P.project_id, K.credential_id == P.credential_id
    )
)


def held(database: Database, project_id: str, user_id: str) -> list[Row]:
    """(credential_id, transports) of the user's passkeys, oldest first."""
    return database.all(_HELD, {"project_id": project_id, "user_id": user_id})


def by_credential(database: Database, project_id: str, credential_id: bytes) -> Row | None:
    """(passkey_id, user_id, public_key, sign_count) of the passkey with this credential."""
    return database.one(_BY_CREDENTIAL, {"project_id": project_id, "credential_id": credential_id})


@cache
def _list_statement(reference: str, after: bool) -> str:
    page = page_statement(
        K,
        list(PASSKEY_COLUMNS.values()),
        [K.project_id == P.project_id, K.user_id == FOUND],
        Order(K.create_time, "timestamptz", K.passkey_id, descending=True),
        after=after,
        count=False,
    )
    return of_user(page, reference)


def list_passkeys(database: Database, reference: str, parameters: Mapping[str, Any]) -> list[Row] | None:
    """A page of the passkeys of the user whom `reference` with the folded `key` names, newest first; see
    `store.pages`. None if there is no such user."""
    return fetch_user_page(database, _list_statement(reference, "after_id" in parameters), parameters)


_CREATE: Final = """
WITH marked AS (
    UPDATE users SET has_passkeys = true WHERE project_id = %(project_id)s AND user_id = %(user_id)s
)
INSERT INTO passkeys (project_id, passkey_id, user_id, credential_id, public_key, sign_count, transports,
    aaguid, backed_up, display_name)
VALUES (%(project_id)s, %(passkey_id)s, %(user_id)s, %(credential_id)s, %(public_key)s, %(sign_count)s,
    %(transports)s, %(aaguid)s, %(backed_up)s, %(display_name)s)
RETURNING create_time,
    (SELECT count(*) FROM passkeys WHERE project_id = %(project_id)s AND user_id = %(user_id)s)
"""
# The user is locked before the passkey, as by whoever deletes either.
_USED: Final = """
WITH owner AS MATERIALIZED (
    SELECT user_id FROM users WHERE project_id = %(project_id)s AND user_id = %(user_id)s FOR UPDATE
)
UPDATE passkeys AS k SET sign_count = %(sign_count)s, backed_up = %(backed_up)s, last_use_time = now()
FROM owner
WHERE k.project_id = %(project_id)s AND k.passkey_id = %(passkey_id)s AND k.user_id = owner.user_id
    AND (k.sign_count < %(sign_count)s OR k.sign_count = 0 AND %(sign_count)s = 0)
"""
_DELETE: Final = """
WITH gone AS (
    DELETE FROM passkeys
    WHERE project_id = %(project_id)s AND user_id = %(user_id)s
        AND (%(passkey_ids)s::uuid[] = '{}' OR passkey_id = ANY(%(passkey_ids)s::uuid[]))
    RETURNING passkey_id
), marked AS (
    UPDATE users SET has_passkeys = (
        SELECT count(*) FROM passkeys WHERE project_id = %(project_id)s AND user_id = %(user_id)s
    ) > (SELECT count(*) FROM gone)
    WHERE project_id = %(project_id)s AND user_id = %(user_id)s
    RETURNING has_passkeys
)
SELECT has_passkeys, ARRAY(SELECT passkey_id::text FROM gone ORDER BY passkey_id) FROM marked
"""


def create(database: Database, values: Mapping[str, Any]) -> Row:
    """Inserts a passkey of a locked user; returns (create_time, how many others the user has)."""
    return database.row(_CREATE, values)


def used(database: Database, values: Mapping[str, Any]) -> bool:
    """Notes a use, with the `sign_count` and whether it is `backed_up` by now, and locks the user; False if
    the passkey is gone or the count is not above the last one. Who does not count always says zero."""
    return database.execute(_USED, values) == 1


def delete(database: Database, project_id: str, user_id: str, passkey_ids: Sequence[str]) -> Row:
    """Deletes these passkeys of a locked user, or for none all; returns (whether any are left, the ids of
    those that are gone)."""
    values = {"project_id": project_id, "user_id": user_id, "passkey_ids": list(passkey_ids)}
    return database.row(_DELETE, values)
