"""Makes the next keys that access tokens are signed with, a while before they sign."""

from __future__ import annotations

from typing import Final

from server.config import Config
from server.domain.sealing import sealer_of
from server.domain.signing_keys import rotate
from server.store.database import Database

BATCH: Final = 100
"""Keys that one transaction makes."""


def rotate_signing_keys(database: Database, config: Config) -> None:
    """Makes the next key of every project where it is time."""
    sealer = sealer_of(config)
    more = True
    while more:
        with database.transaction():
            more = rotate(database, sealer, BATCH) == BATCH
