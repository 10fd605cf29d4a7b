"""One watcher of events: where it stands, and what it is told next."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol

from server.domain import event_types
from server.domain.caller import Caller
from server.domain.event_log import BEGINNING, MESSAGE_CHARACTERS, Position
from server.domain.event_window import M, Stretch, Told
from server.domain.paging import PageToken
from server.domain.streams import PATIENCE, Line, Stream
from server.errors import Error, Reason, refuse_invalid
from server.store.errors import Unavailable
from server.store.event_log import Place

MESSAGE_EVENTS: Final = 500
"""Events of one message at most."""
HEARTBEAT: Final = 30.0
"""Seconds of silence after which a message without events is sent, unless the watcher asks for others."""
_AWAY: Final = 0.5
"""Seconds until a database that does not answer is asked again."""


@dataclass(frozen=True, slots=True)
class WatchRequest:
    """What a watcher asks for."""

    resume_token: str = ""
    from_oldest: bool = False
    types: Sequence[str] = ()
    """As in `event_types.expanded`."""
    heartbeat: float = 0.0
    """Seconds; 0 for the usual ones."""


class Source(Protocol[M]):
    """Where events come from."""

    current: bool
    """Whether the log could be looked at of late."""

    def place(self, project_id: str) -> Place:
        """Where the events of a project begin and end. Raises Unavailable."""

    def after(self, project_id: str, position: Position, types: Sequence[str], limit: int) -> Stretch[M]:
        """The first events behind a position, of these types and maybe of others.
        Raises EVENTS_COLLECTED, Unavailable."""


class Watch(Stream, Generic[M]):
    """One watcher."""

    def __init__(
        self,
        source: Source[M],
        caller: Caller,
        asked: WatchRequest,
        line: Line,
        patience: float = PATIENCE,
    ) -> None:
        """Raises FIELDS_INVALID, RESUME_TOKEN_INVALID."""
        super().__init__(line, patience, Reason.WATCHER_TOO_SLOW)
        refuse_invalid(event_types.unknown_types(asked.types, "types"))
        self.project_id = caller.project_id
        self._source = source
        self._asked = asked
        self._wants = event_types.matcher(asked.types)
        self._heartbeat = asked.heartbeat or HEARTBEAT
        bound = b"watch " + caller.project_id.encode()
        self._token = PageToken(caller.page_token_key, bound, Reason.RESUME_TOKEN_INVALID)
        self._position = BEGINNING
        if asked.resume_token:
            self._position = Position(*self._token.read(asked.resume_token))
        self._sent = 0.0

    def begin(self) -> Position:
        """Finds its place, and returns where the events end now. Raises EVENTS_COLLECTED, Unavailable."""
        place = self._source.place(self.project_id)
        collected = Position(*place.collected) if place.collected else BEGINNING
        end = Position(place.horizon, 0)
        if not self._asked.resume_token:
            self._position = collected if self._asked.from_oldest else end
        # A position yet to come is one of a later state of the database, which has been set back since.
        if self._position < collected or self._position.transaction_id > place.next_transaction:
            raise Error(Reason.EVENTS_COLLECTED)
        return end

    def messages(self) -> Iterator[tuple[list[M], str]]:
        """Events, each time with the token to go on with, and after a silence the token alone; until the
        caller leaves. Raises WATCHER_TOO_SLOW, SERVER_STOPPING, EVENTS_COLLECTED, and what a key is refused
        with."""
        self._sent = time.monotonic()
        if not (self._asked.resume_token or self._asked.from_oldest):
            yield from self._tell(())
        while True:
            # Whoever wakes it has changed something before: what comes after this line is not missed.
            self._woken.clear()
            if not self.goes_on:
                return
            events, more = self._next()
            silence = time.monotonic() - self._sent
            if events or (silence >= self._heartbeat and self._source.current):
                yield from self._tell(events)
            elif not more:
                self._woken.wait(max(self._heartbeat - silence, 0.0) or _AWAY)

    def _next(self) -> tuple[Sequence[Told[M]], bool]:
        """The next events to tell, with which the position moves on, and whether to look for more at once."""
        try:
            found = self._source.after(self.project_id, self._position, self._asked.types, MESSAGE_EVENTS)
        except (Unavailable, Error) as error:
            if isinstance(error, Error) and error.reason is not Reason.CALL_TIMED_OUT:
                raise
            self._woken.wait(_AWAY)
            return (), True
        chosen: list[Told[M]] = []
        room = MESSAGE_CHARACTERS
        for event in found.events:
            if self._wants(event.event.type):
                room -= event.size
                if room < 0 and chosen:
                    return chosen, True
                chosen.append(event)
            self._position = event.position
        self._position = found.position
        return chosen, found.more

    def _tell(self, events: Sequence[Told[M]]) -> Iterator[tuple[list[M], str]]:
        with self.sending():
            yield [event.message for event in events], self._token.write(self._position)
        self._sent = time.monotonic()
