"""The use case that tells all users there are, however many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, TypeVar

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
"""Users of a message at most, unless the reader asks for others."""
ROOM: Final = 1024**2
"""Bytes of a message's users; one that is larger goes alone."""
_FIRST: Final = 50
"""Users of the first page, whose size nobody knows yet."""

M = TypeVar("M")


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

    def require_scope(self, caller: Caller) -> None:
        """Raises SCOPE_MISSING unless the caller may have what is asked for."""
        if self.hashes and not caller.grant.holds(SECRETS):
            raise Error(Reason.SCOPE_MISSING, scope=SECRETS)


class Export(Stream):
    """One export, and how far it is."""

    def __init__(self, caller: Caller, asked: ExportRequest, line: Line, patience: float) -> None:
        """Raises SCOPE_MISSING, RESUME_TOKEN_INVALID."""
        super().__init__(line, patience, Reason.EXPORT_TOO_SLOW)
        asked.require_scope(caller)
        self.caller = caller
        self.asked = asked
        bound = b"export " + caller.project_id.encode() + asked.bound
        self._token = PageToken(caller.page_token_key, bound, Reason.RESUME_TOKEN_INVALID)
        self._most = min(asked.size or MESSAGE_USERS, MAX_PAGE_SIZE)
        self.limit = min(self._most, _FIRST)
        """Users of the next page."""
        self._position: list[Any] = self._token.read(asked.resume_token) if asked.resume_token else []

    def parameters(self) -> dict[str, Any]:
        """Those of the next page's statement."""
        paging = {"project_id": self.caller.project_id, "limit": self.limit, "skip": 0}
        return paging | dict(zip(("after_key", "after_id"), self._position, strict=False))

    def passed(self, row: Row) -> None:
        """Everything up to this row has been read."""
        self._position = [row[-1], row[0]]

    def token_behind(self, row: Row) -> str:
        """What leads on behind this row."""
        return self._token.write([row[-1], row[0]])

    def weigh(self, count: int, size: int) -> None:
        """Makes the next page as long as a message is, if its users are as large as these."""
        self.limit = max(1, min(self._most, ROOM * count // max(1, size)))


class UserExports(Generic[M]):
    """The exports of one process; each tells of users of its caller's project.

    `render` makes of a user what the reader is told, and says how many bytes that has.
    """

    def __init__(
        self,
        database: Database,
        render: Callable[[ExportedUser], tuple[M, int]],
        config: Config,
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._database = database
        self._lists = UserLists(database)
        self._render = render
        # Of their own: what exports read takes longer than what other streams wait for.
        self._readers = Readers(database, config)
        self._patience = patience
        self.streams: Streams[Export] = Streams(self._readers, config.exports, Reason.EXPORTS_EXHAUSTED)

    def start(self) -> None:
        """Waits for readers."""
        self.streams.start()

    def stop(self) -> None:
        """Ends every export, and takes no more."""
        self.streams.stop()

    def join(self) -> None:
        """Returns when no export is left."""
        self.streams.join()
        self._readers.close()

    def begin(self, caller: Caller, asked: ExportRequest, line: Line) -> Export:
        """An export, for `messages`. Raises SCOPE_MISSING, RESUME_TOKEN_INVALID."""
        return Export(caller, asked, line, self._patience)

    def messages(self, export: Export) -> Iterator[tuple[list[M], str]]:
        """Users in the order of their creation, each time with the token to go on with.
        Raises EXPORTS_EXHAUSTED, EXPORT_TOO_SLOW, SERVER_STOPPING, what a key is refused with, what lists
        raise."""
        with self.streams.admitted(export):
            for page in self._pages(export):
                size = 0
                for users, last, weight in self._messages_of(page):
                    size += weight
                    if not export.goes_on:
                        return
                    with export.sending():
                        yield users, export.token_behind(last)
                export.weigh(len(page), size)

    def _pages(self, export: Export) -> Iterator[list[Row]]:
        wanted, hashes = export.asked.wanted, export.asked.hashes
        filters, values = self._readers.run(lambda: self._lists.conditions(export.caller, wanted))

        def begin() -> tuple[int, Callable[[], list[Row]]]:
            parameters = values | export.parameters()

            def read() -> list[Row]:
                return rows.page(self._database, filters, parameters, hashes=hashes)

            return export.limit, self._readers.begin(read)

        asked, following = begin()
        while export.goes_on:
            page = following()
            last = len(page) < asked
            if page:
                export.passed(page[-1])
            if not last:
                asked, following = begin()  # the database is at work while this page is told
            if page:
                yield page
            if last:
                return

    def _messages_of(self, page: list[Row]) -> Iterator[tuple[list[M], Row, int]]:
        """The users of a page, as many at a time as a message has room for; the row of the last, and their
        bytes."""
        users: list[M] = []
        weight = 0
        for position, row in enumerate(page):
            user, size = self._render(_exported(row))
            if users and weight + size > ROOM:
                yield users, page[position - 1], weight
                users, weight = [], 0
            users.append(user)
            weight += size
        yield users, page[-1], weight


_FIELDS: Final = len(User._fields)


def _exported(row: Row) -> ExportedUser:
    blocked, temporary, *hashes = row[_FIELDS:-1]
    return ExportedUser(user_of(row), blocked, bool(temporary), hashes[0] or "" if hashes else "")
