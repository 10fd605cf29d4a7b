"""The sessions of the access tokens that a request names users by."""

from __future__ import annotations

from server.domain.access_tokens import AccessTokens
from server.interceptors.call import Call
from server.store.database import Database
from server.store.readers import Readers


class CurrentSessions:
    """Verifies access tokens for a call, which may take a look at the database for the project's keys."""

    def __init__(self, database: Database, readers: Readers, access_tokens: AccessTokens) -> None:
        self._database = database
        self._readers = readers
        self._access_tokens = access_tokens

    def of(self, call: Call, token: str) -> str:
        """The id of the session of a token; it may have ended. Raises ACCESS_TOKEN_INVALID."""

        def verified() -> str:
            return self._access_tokens.verify(call.caller, token).session_id

        if call.readmit is not None:
            # The messages of a stream are read by a thread that has no connection.
            return self._readers.run(verified)
        # A call's transaction begins with what the call is about.
        with self._database.aside():
            return verified()
