"""The one row of the installation as a whole."""

from __future__ import annotations

from typing import Final

from server.store.database import Database

# The row that is there is written anew as it is: so it is seen by who has waited for it to be inserted.
_KEEP: Final = """
INSERT INTO installation (secret_key_check) VALUES (%(check)s)
ON CONFLICT (one) DO UPDATE SET secret_key_check = installation.secret_key_check
RETURNING secret_key_check
"""


def keep_secret_key_check(database: Database, check: bytes) -> bytes:
    """Keeps the check if there is none yet, and returns the one that is kept."""
    return bytes(database.row(_KEEP, {"check": check})[0])
