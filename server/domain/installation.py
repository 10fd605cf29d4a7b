"""What holds for the installation as a whole, on however many machines it runs."""

from __future__ import annotations

import hmac

from server.domain.sealing import Sealer, UnusableSecretKey
from server.store import installation as rows
from server.store.database import Database


def hold_to_secret_key(database: Database, sealer: Sealer) -> None:
    """The first key that is used with a database is its key for good, for it has sealed what is stored there.

    Raises UnusableSecretKey for another one.
    """
    check = sealer.derived_key("check")
    if not hmac.compare_digest(rows.keep_secret_key_check(database, check), check):
        raise UnusableSecretKey(
            "ROSTER_SECRET_KEY is not the key that this database's secrets are sealed with"
        )
