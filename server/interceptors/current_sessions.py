"""The sessions of the access tokens that a request names users by."""

from __future__ import annotations

from server.domain.access_tokens import AccessTokens
from server.domain.caller import Caller
from server.store.database import Database
from server.store.readers import Readers


class CurrentSessions:
    """Verifies access tokens for a call, which may take a look at the database for the project's keys."""

    def __init__(self, database: Database, readers: Readers, access_tokens: AccessTokens) -> None:
        self._database = database
        self._readers = readers
        self._access_tokens = access_tokens

    def of_call(self, caller: Caller, token: str) -> str:
        """The id of the session of a token; it may have ended. Raises ACCESS_TOKEN_INVALID."""
        # A call's transaction begins with what the call is about.
        with self._database.aside():
            return self._session_id(caller, token)

    def of_message(self, caller: Caller, token: str) -> str:
        """The same for the messages of a stream, which are read by a thread that has no connection."""
        return self._readers.run(lambda: self._session_id(caller, token))

    def _session_id(self, caller: Caller, token: str) -> str:
        return self._access_tokens.verify(caller, token).session_id
