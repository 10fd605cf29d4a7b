"""Tells everybody who watches events of what happens: one look at the log serves all of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Generic

import structlog

from server.config import Config
from server.domain import event_types
from server.domain.caller import Caller
from server.domain.event_log import BEGINNING, Event, Position
from server.domain.event_watch import Watch, WatchRequest
from server.domain.event_window import M, Stretch, Told, Window, told
from server.domain.streams import PATIENCE, Line, Streams
from server.errors import Error, Reason
from server.store import event_log as rows
from server.store.database import Database, Row
from server.store.errors import Unavailable
from server.store.readers import Readers

log = structlog.get_logger("roster.feed")

INTERVAL: Final = 0.1
"""Seconds between two looks at the log."""
_AWAY: Final = 0.5
"""Seconds until the log is looked at again when that did not go well."""
ROOM: Final = 8 * 1024**2
"""Characters of events that are kept for all watchers together. For who is further behind the log is read."""
_LOOK: Final = 2_000
"""Events that one look brings, but at least `_LOOK_EACH` of each project."""
_LOOK_EACH: Final = 20
_STOP_SECONDS: Final = 10.0


class _Audience(Generic[M]):
    """Those who watch the same project."""

    def __init__(self, at: Position) -> None:
        self.window: Window[M] = Window(at)
        self.watches: set[Watch[M]] = set()


class Feed(Generic[M]):
    """The watchers of one process, and a thread that looks at the log for them while there are any.

    `render` makes of an event what they are told, once for all of them.
    """

    def __init__(
        self,
        database: Database,
        readers: Readers,
        render: Callable[[Event], M],
        config: Config,
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._database = database
        self._readers = readers
        self._render = render
        self._look_seconds = config.call_timeout
        self._patience = patience
        self._lock = threading.Lock()
        self.watches: Streams[Watch[M]] = Streams(readers, config.watchers, Reason.WATCHERS_EXHAUSTED)
        self._audiences: dict[str, _Audience[M]] = {}
        self._stopping = False
        self._needed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="event-feed", daemon=True)
        self.current = True
        """Whether the last look at the log went well."""

    def start(self) -> None:
        """Waits for watchers."""
        self.watches.start()
        self._thread.start()

    def stop(self) -> None:
        """Ends every watch, and takes no more."""
        self.watches.stop()
        with self._lock:
            self._stopping = True
            self._needed.set()

    def join(self) -> None:
        """Returns when no watch is left."""
        self.watches.join()
        self._thread.join(_STOP_SECONDS)

    # -- for watchers --------------------------------------------------------------------------

    @contextmanager
    def watch(self, caller: Caller, asked: WatchRequest, line: Line) -> Iterator[Watch[M]]:
        """A watch of the caller's project, for as long as the block lasts. Raises FIELDS_INVALID,
        RESUME_TOKEN_INVALID, EVENTS_COLLECTED, WATCHERS_EXHAUSTED, SERVER_STOPPING."""
        watch = Watch(self, caller, asked, line, self._patience)
        with self.watches.admitted(watch):
            end = watch.begin()
            with self._lock:
                self._audiences.setdefault(watch.project_id, _Audience(end)).watches.add(watch)
                self._needed.set()
            try:
                yield watch
            finally:
                self._leave(watch)

    def _leave(self, watch: Watch[M]) -> None:
        with self._lock:
            audience = self._audiences[watch.project_id]
            audience.watches.discard(watch)
            if not audience.watches:
                del self._audiences[watch.project_id]
            if not self._audiences and not self._stopping:
                self._needed.clear()

    def place(self, project_id: str) -> rows.Place:
        """As `Source` has it."""
        return self._readers.run(lambda: rows.place(self._database, project_id))

    def after(self, project_id: str, position: Position, types: Sequence[str], limit: int) -> Stretch[M]:
        """As `Source` has it: from memory if it reaches back so far, otherwise from the log."""
        with self._lock:
            kept = self._audiences[project_id].window.after(position, limit)
        if kept is not None:
            return kept
        patterns = event_types.patterns(types)
        found = self._readers.run(lambda: rows.after(self._database, project_id, position, patterns, limit))
        if position < (found.collected or BEGINNING):
            raise Error(Reason.EVENTS_COLLECTED)
        reached = found.looked_at or max(position, (found.horizon, 0))
        more = found.looked_at is not None
        return Stretch(self._told(found.rows), Position(*reached), more)

    def _told(self, found: Sequence[Row]) -> list[Told[M]]:
        return [told(Event(*row), self._render) for row in found]

    # -- the thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            if not self._needed.is_set():
                self._database.release()
                self._needed.wait()
            if self._stopping:
                return
            if pause := self._pause_after_look():
                time.sleep(pause)

    def _pause_after_look(self) -> float:
        """Looks at the log, and returns the seconds until it should again."""
        self._database.limit(self._look_seconds)
        try:
            more = self._look()
        except Exception as error:
            self.current = False
            if not isinstance(error, Unavailable | Error):
                log.exception("events could not be told")
            return _AWAY
        finally:
            self._database.limit(None)
        self.current = True
        return 0.0 if more else INTERVAL

    def _look(self) -> bool:
        """Takes in what has happened since the last look, and returns whether that was not all."""
        with self._lock:
            ends = {project_id: audience.window.end for project_id, audience in self._audiences.items()}
        limit = max(_LOOK_EACH, _LOOK // max(1, len(ends)))
        horizon, found = rows.after_all(self._database, ends, limit)
        events = {project_id: self._told(of_project) for project_id, of_project in found.items()}
        for project_id, end in ends.items():
            latest = events.get(project_id, [])
            all_of_them = len(latest) < limit
            reached = max(end, Position(horizon, 0)) if all_of_them else latest[-1].position
            self._extend(project_id, end, latest, reached)
        self._make_room()
        return any(len(latest) == limit for latest in events.values())

    def _extend(self, project_id: str, end: Position, latest: list[Told[M]], reached: Position) -> None:
        with self._lock:
            audience = self._audiences.get(project_id)
            # All may have left meanwhile, and others have come.
            if audience is None or audience.window.end != end:
                return
            stripped = {each.event.subject_id for each in latest if each.event.type == event_types.STRIPS}
            if stripped:
                audience.window.strip(stripped, self._render)
            audience.window.extend(latest, reached)
            watches = list(audience.watches) if latest else []
        for watch in watches:
            watch.wake()

    def _make_room(self) -> None:
        """Whoever takes the most has to give."""
        with self._lock:
            windows = [audience.window for audience in self._audiences.values()]
            while (excess := sum(window.size for window in windows) - ROOM) > 0:
                max(windows, key=lambda window: window.size).drop(excess)
