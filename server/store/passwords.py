"""Password hashes of users, the present one and former ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from server.store.database import Database

# The hash that is replaced becomes a former one; of those only as many are kept as the policy asks for.
_SET: Final = """
WITH replaced AS (
    INSERT INTO former_passwords (project_id, user_id, set_time, hash)
    SELECT project_id, user_id, set_time, hash FROM passwords
    WHERE project_id = %(project_id)s AND user_id = %(user_id)s AND %(history)s > 1
    ON CONFLICT ON CONSTRAINT former_passwords_pkey DO NOTHING
), forgotten AS (
    DELETE FROM former_passwords
    WHERE project_id = %(project_id)s AND user_id = %(user_id)s AND set_time NOT IN (
        SELECT set_time FROM former_passwords
        WHERE project_id = %(project_id)s AND user_id = %(user_id)s
        ORDER BY set_time DESC LIMIT greatest(%(history)s - 2, 0))
), withdrawn AS (
    DELETE FROM one_time_tokens
    WHERE project_id = %(project_id)s AND user_id = %(user_id)s AND purpose = ANY(%(withdrawn)s)
)
INSERT INTO passwords (project_id, user_id, hash, temporary)
VALUES (%(project_id)s, %(user_id)s, %(hash)s, %(temporary)s)
ON CONFLICT ON CONSTRAINT passwords_pkey DO UPDATE
SET hash = excluded.hash, temporary = excluded.temporary, set_time = clock_timestamp()
"""
_LATEST: Final = """
(SELECT hash FROM passwords WHERE project_id = %(project_id)s AND user_id = %(user_id)s)
UNION ALL
(SELECT hash FROM former_passwords WHERE project_id = %(project_id)s AND user_id = %(user_id)s
    ORDER BY set_time DESC)
LIMIT %(limit)s
"""
_EXPIRE: Final = """
UPDATE passwords SET temporary = true
WHERE project_id = %(project_id)s AND user_id = %(user_id)s AND NOT temporary
"""
_UPGRADE: Final = """
UPDATE passwords SET hash = %(upgraded)s
WHERE project_id = %(project_id)s AND user_id = %(user_id)s AND hash = %(hash)s
"""


def put(
    database: Database,
    project_id: str,
    user_id: str,
    stored_hash: str,
    *,
    temporary: bool,
    history: int,
    withdrawn: Sequence[str],
) -> None:
    """Sets the password of a locked user; `history` is how many, this one included, are remembered. One-time
    tokens of the purposes `withdrawn` are worthless from now on."""
    database.execute(
        _SET,
        {
            "project_id": project_id,
            "user_id": user_id,
            "hash": stored_hash,
            "temporary": temporary,
            "history": history,
            "withdrawn": list(withdrawn),
        },
    )


def latest(database: Database, project_id: str, user_id: str, limit: int) -> list[str]:
    """The hashes of the user's last passwords, the present one first."""
    values = {"project_id": project_id, "user_id": user_id, "limit": limit}
    return [row[0] for row in database.all(_LATEST, values)]


def expire(database: Database, project_id: str, user_id: str) -> bool:
    """Makes a locked user replace the password; returns whether that is new."""
    return database.execute(_EXPIRE, {"project_id": project_id, "user_id": user_id}) == 1


def upgrade(database: Database, project_id: str, user_id: str, stored_hash: str, upgraded: str) -> None:
    """Puts another hash of the same password in the place of one, if that is the present one still. The
    password is as old as before."""
    values = {"project_id": project_id, "user_id": user_id, "hash": stored_hash, "upgraded": upgraded}
    database.execute(_UPGRADE, values)
