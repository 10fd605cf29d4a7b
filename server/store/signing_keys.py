"""The keys that sign access tokens. A row of a key is the tuple of `KEY_COLUMNS`, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from server.store.database import Database, Row

KEY_COLUMNS: Final = ("key_id", "public_key", "private_key", "create_time", "sign_time", "expire_time")

# Behind the columns: whether the present transaction has made it, so that it may never be there for others.
_KEYS: Final = f"""
SELECT {", ".join(KEY_COLUMNS)}, coalesce(xmin = pg_current_xact_id_if_assigned()::xid, false)
FROM signing_keys
WHERE project_id = %(project_id)s AND (expire_time IS NULL OR expire_time > now())
ORDER BY generation DESC
"""
_MAKE_FIRST: Final = """
INSERT INTO signing_keys (project_id, key_id, generation, public_key, private_key, sign_time)
VALUES (%(project_id)s, %(key_id)s, 1, %(public_key)s, %(private_key)s, now())
ON CONFLICT ON CONSTRAINT signing_keys_generation_key DO NOTHING
"""


def all_of(database: Database, project_id: str) -> list[Row]:
    """The project's keys that have not expired, the newest first; behind the columns whether the present
    transaction has made it."""
    return database.all(_KEYS, {"project_id": project_id})


def make_first(database: Database, values: Mapping[str, Any]) -> None:
    """Inserts a project's first key, unless somebody else has. `values`: project_id, key_id, public_key,
    private_key."""
    database.execute(_MAKE_FIRST, values)


# The latest key of a project is the one that does not expire.
_DUE: Final = """
SELECT k.project_id, k.generation FROM signing_keys AS k JOIN projects AS p USING (project_id)
WHERE k.expire_time IS NULL AND p.delete_time IS NULL
    AND k.sign_time < now() + %(ahead)s
        - make_interval(days => coalesce((p.settings->'token_policy'->>'key_rotation_days')::int, %(days)s))
ORDER BY k.sign_time LIMIT %(limit)s FOR UPDATE OF k SKIP LOCKED
"""
_MAKE_NEXT: Final = """
WITH made AS (
    INSERT INTO signing_keys (project_id, key_id, generation, public_key, private_key, sign_time)
    VALUES (%(project_id)s, %(key_id)s, %(generation)s + 1, %(public_key)s, %(private_key)s,
        now() + %(ahead)s)
    RETURNING project_id, sign_time
)
UPDATE signing_keys AS k SET expire_time = made.sign_time + %(outlive)s
FROM made WHERE k.project_id = made.project_id AND k.generation = %(generation)s
"""


def due(database: Database, values: Mapping[str, Any]) -> list[Row]:
    """(project_id, generation) of up to `limit` latest keys, of all projects, that are going to have signed
    for long enough `ahead` of now; `days` where the project says nothing. Locked until the transaction ends;
    what others have locked is left to them."""
    return database.all(_DUE, values)


def make_next(database: Database, values: Mapping[str, Any]) -> None:
    """Inserts the key behind a locked latest one, which expires when the new one has signed for `outlive`.
    `values`: project_id, key_id, generation, public_key, private_key, ahead, outlive."""
    database.execute(_MAKE_NEXT, values)
