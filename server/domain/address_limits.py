"""How often something may be asked for from one IP address, by whomever and about whomever."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from server.domain.caller import Caller
from server.errors import Error, Reason
from server.store import throttles
from server.store.database import Database


@dataclass(frozen=True, slots=True)
class AddressLimit:
    """A limit for each address in each project; none for calls of which it is not known where they come
    from."""

    what: str
    limit: int
    seconds: int
    """Within which so many may be asked for."""
    reason: Reason

    def admit(self, database: Database, caller: Caller) -> None:
        """Counts one, in the present transaction. Raises `reason`."""
        for key in self.keys(caller):
            seconds = throttles.admit(
                database, caller.project_id, key, limit=self.limit, window=self.seconds, interval=0
            )
            if seconds is not None:
                raise Error(self.reason, retry_after=seconds)

    def keys(self, caller: Caller) -> list[bytes]:
        """What it is counted for."""
        address = caller.origin().address
        return [hashlib.sha256(f"{self.what} asked for from {address}".encode()).digest()] if address else []
