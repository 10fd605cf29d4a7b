"""What it costs to keep a session: refreshing it, and verifying its access tokens."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import psycopg
from roster.v1 import auth_service_pb2 as auth
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as rpc

from scripts.benchmark import floor
from scripts.benchmark.calls import CONNECTIONS
from scripts.benchmark.cost import HEADINGS, Messages, Side, compare
from scripts.benchmark.load import Drive, Loader
from scripts.benchmark.messages import Messenger, method
from scripts.benchmark.options import Options
from scripts.benchmark.processes import Contestant
from scripts.benchmark.report import Figure, heading, print_table
from scripts.benchmark.seeding import sample, seed
from scripts.benchmark.stage import Installation, Stage, stage
from server.config import Config
from server.domain.access_tokens import AccessTokens, Grounds
from server.domain.caller import ANYBODY, Caller
from server.domain.identity import new_id
from server.domain.refresh_tokens import RefreshTokens
from server.domain.sealing import sealer_of
from server.domain.signing_keys import SigningKeys
from server.domain.user import UserRef
from server.domain.user_writing import UserWriter
from server.store.database import Database
from server.worker import work

_USERS: Final = 20_000
_VERIFIED: Final = 2_000
_FASTEST: Final = 8_000
"""Calls per second that no server here exceeds."""
_ENDURING: Final = timedelta(days=1)

_COLUMNS: Final = (
    "project_id, session_id, user_id, refresh_hash, methods, ip_address, user_agent, end_time, expire_time"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of call."""

    name: str
    server: Contestant
    method: str
    messages: Messages
    floor: str
    """The floor's method that comes nearest to it."""
    floor_messages: Messages
    target: str = ""
    """The key of the target, if it has one."""


def run(options: Options) -> list[Figure]:
    """Print the costs and return the figures."""
    with stage() as where:
        loader = Loader(where.directory, compiled=options.compiled)
        installation = where.install("sessions")
        with installation.connect() as connection:
            named = _users(connection, installation, options)
            floor.prepare(connection)
            service = where.start("service", work, installation)
            base = where.start("floor", floor.work, installation)
            sessions = _Sessions(connection, installation, where.config, named)
            heading(
                f"Sessions: {len(named):,} users, one process of {where.config.threads} threads each side"
            )
            kinds = _kinds(options, service, sessions, Messenger(service, named))
            figures = _measured(options, where, loader, base, kinds)
            verifying = sessions.verifying()
    print_table(("an access token of two roles", "ms of CPU"), [("verified", verifying)])
    return [*figures, Figure("verify", verifying)]


def _users(connection: psycopg.Connection[Any], installation: Installation, options: Options) -> list[str]:
    """The ids of users who may sign in: the others refresh nothing."""
    seed(connection, installation.credentials.project_id, min(options.users, _USERS))
    connection.execute("UPDATE users SET status = 'ACTIVE'")
    connection.execute("VACUUM (ANALYZE) users")
    return sample(connection, _USERS)


def _kinds(options: Options, service: Contestant, sessions: _Sessions, messenger: Messenger) -> list[Kind]:
    count = int(_FASTEST * (options.seconds + options.warm_up)) + 1
    refresh = "/roster.v1.AuthService/RefreshSession"
    refreshes, creates = partial(sessions.refreshes, count), partial(messenger.creates, count)
    gets = partial(messenger.gets, _USERS)
    return [
        Kind("RefreshSession", sessions.public(service), refresh, refreshes, "Insert", creates, "refresh"),
        Kind("GetUser by access token", service, method("GetUser"), sessions.gets, "Read", gets),
    ]


def _measured(
    options: Options, where: Stage, loader: Loader, base: Contestant, kinds: list[Kind]
) -> list[Figure]:
    rows: list[tuple[object, ...]] = []
    figures = []
    for kind in kinds:
        for connections in CONNECTIONS:
            drive = Drive(connections, options.seconds, options.warm_up)
            sides = (
                Side(base, floor.method(kind.floor), kind.floor_messages),
                Side(kind.server, kind.method, kind.messages),
            )
            lowest, cost = compare(where, loader, sides, drive, rounds=options.rounds)
            ratio = cost.server / lowest.server
            rows.append((f"floor's {kind.floor.lower()}", connections, *lowest.cells, 1.0))
            rows.append((kind.name, connections, *cost.cells, ratio))
            if kind.target:
                figures.append(Figure(kind.target, ratio, f"{connections} connections"))
    print_table(("call", "connections", *HEADINGS, "server to floor"), rows)
    return figures


class _Sessions:
    """Makes sessions, as many sign-ins would, and requests about them."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        installation: Installation,
        config: Config,
        user_ids: list[str],
    ) -> None:
        self._connection = connection
        self._project_id = installation.credentials.project_id
        self._user_ids = user_ids
        self._refresh_tokens = RefreshTokens(sealer_of(config))
        self._database = Database(installation.url, config)
        self._access_tokens = AccessTokens(SigningKeys(self._database, sealer_of(config)))
        self._caller = Caller(self._project_id, new_id(), ANYBODY, b"")

    def public(self, service: Contestant) -> Contestant:
        """The service as end users call it."""
        return replace(service, headers=(("authorization", f"Bearer {self._project_id}"),))

    def refreshes(self, count: int) -> Iterator[bytes]:
        """RefreshSession, each of a session that has not been refreshed."""
        for _, token in self._begin(count):
            yield auth.RefreshSessionRequest(refresh_token=token).SerializeToString()

    def gets(self) -> Iterator[bytes]:
        """GetUser, of the current user of a session."""
        for token in self._tokens(len(self._user_ids) // 4):
            by = user_pb2.UserRef(access_token=token)
            yield rpc.GetUserRequest(by=by).SerializeToString()

    def verifying(self) -> float:
        """Milliseconds of CPU that it takes to verify an access token."""
        tokens = self._tokens(_VERIFIED)
        self._access_tokens.verify(self._caller, tokens[0])
        begun = time.process_time()
        for token in tokens:
            self._access_tokens.verify(self._caller, token)
        return (time.process_time() - begun) * 1_000 / len(tokens)

    def _tokens(self, count: int) -> list[str]:
        """Access tokens of new sessions."""
        user = UserWriter(self._database).get(self._caller, UserRef("user_id", self._user_ids[0]))
        until = datetime.now(UTC) + _ENDURING
        return [
            self._access_tokens.issue(self._caller, user, Grounds(session_id, ["PASSWORD"], {}, until))[0]
            for session_id, _ in self._begin(count)
        ]

    def _begin(self, count: int) -> list[tuple[str, str]]:
        """The ids and refresh tokens of new sessions."""
        until = datetime.now(UTC) + _ENDURING
        begun = []
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY sessions ({_COLUMNS}) FROM STDIN".encode()) as copy,
        ):
            for number in range(count):
                token = self._refresh_tokens.first(new_id())
                user_id = self._user_ids[number % len(self._user_ids)]
                values = (self._project_id, token.session_id, user_id, token.hash, ["PASSWORD"])
                copy.write_row((*values, "", "", until, until))
                begun.append((token.session_id, self._refresh_tokens.write(self._project_id, token)))
        return begun
