"""The use case that tells all users there are, however many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from server.config import MAX_PAGE_SIZE, Config
from server.domain.caller import Caller
from server.domain.paging import PageToken
from server.domain.streams import PATIENCE, Line, Stream, Streams
from server.domain.user import User, user_of
from server.domain.user_lists import UserFilter, UserLists
from server.errors import Error, Reason
from server.store import user_exports as rows
from server.store.database import Database, Row
from server.store.readers import Readers

SECRETS: Final = "users:export_secrets"
"""The scope that password hashes take."""

MESSAGE_USERS: Final = 500
"""Users of a message, unless the reader asks for others."""


class ExportedUser(NamedTuple):
    """A user with all that it takes to create the same one elsewhere."""

    user: User
    """With the status that it has beside being blocked or expired."""
    blocked: bool
    temporary: bool
    """Whether the password must be replaced."""
    stored_hash: str
    """'' if there is none, or none was asked for."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is to be exported."""

    wanted: UserFilter
    bound: bytes
    """Stands for all that a resume token is bound to."""
    hashes: bool = False
    size: int = 0
    """Users of a message at most; 0 for the usual number."""
    resume_token: str = ""


class UserExports:
    """The exports of one process; each tells of users of the caller's project."""

    def __init__(
        self, database: Database, lists: UserLists, config: Config, *, patience: float = PATIENCE
    ) -> None:
        self._database = database
        self._lists = lists
        # Of their own, for what exports read takes longer than what other streams wait for.
        self._readers = Readers(database, config)
        self._patience = patience
        self.streams: Streams[Export] = Streams(self._readers, config.exports, Reason.EXPORTS_EXHAUSTED)

    def start(self) -> None:
        """Waits for readers."""
        self.streams.start()

    def stop(self) -> None:
        """Ends every export, and takes no more."""
        self.streams.stop()

    def close(self) -> None:
        """Returns when no export is left."""
        self.streams.join()
        self._readers.close()

    def begin(self, caller: Caller, asked: ExportRequest, line: Line) -> Export:
        """An export, yet to be `sent`. Raises SCOPE_MISSING, RESUME_TOKEN_INVALID."""
        if asked.hashes and not caller.grant.holds(SECRETS):
            raise Error(Reason.SCOPE_MISSING, scope=SECRETS)
        return Export(caller, asked, line, self._patience)

    def messages(self, export: Export) -> Iterator[tuple[list[ExportedUser], str]]:
        """Users, each time with the token to go on with; the last message has none to go on with.
        Raises EXPORTS_EXHAUSTED, EXPORT_TOO_SLOW, SERVER_STOPPING, what a key is refused with, what lists raise."""
        with self.streams.admitted(export):
            filters, parameters = self._readers.run(
                lambda: self._lists.conditions(export.caller, export.asked.wanted)
            )
            while export.goes_on and not export.finished:
                page = export.page(parameters)
                hashes = export.asked.hashes

                def read(page: dict[str, Any] = page, hashes: bool = hashes) -> list[Row]:
                    return rows.page(self._database, filters, page, hashes=hashes)

                found = export.taken(self._readers.run(read), page["limit"])
                with export.sending():
                    yield found


_EXPORTED: Final = len(User._fields)
