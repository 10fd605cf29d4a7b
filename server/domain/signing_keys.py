"""The keys that access tokens are signed with: made, published, rotated, taken away."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from server.domain.caller import Caller
from server.domain.sealing import Sealer
from server.store.database import Database


class PublicKey(NamedTuple):
    """A key that tokens are verified with."""

    key_id: str
    jwk: dict[str, str]
    """The members of the JSON Web Key (RFC 7517), `kid`, `alg` and `use` included."""
    create_time: datetime
    expire_time: datetime | None


class SigningKeys:
    """The signing keys of all projects; every method acts in the caller's."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    def public(self, caller: Caller) -> list[PublicKey]:
        """The keys that tokens are verified with, the newest first. The first is made when asked for."""
        raise NotImplementedError
