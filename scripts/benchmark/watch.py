"""How fast events are told to one who watches from the oldest, and what many cost who hear nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import grpc
import psycopg
from roster.v1 import event_service_pb2 as rpc
from roster.v1 import event_service_pb2_grpc as stubs

from scripts.benchmark.cost import Side, compare
from scripts.benchmark.load import Drive, Loader
from scripts.benchmark.messages import Messenger, method
from scripts.benchmark.meters import cpu_seconds, family_cpu_seconds
from scripts.benchmark.options import Options
from scripts.benchmark.processes import Contestant
from scripts.benchmark.report import Figure, heading, print_table
from scripts.benchmark.seeding import sample, seed
from scripts.benchmark.stage import Stage, stage
from server.worker import work

_UNTYPED: Any = stubs
_USERS: Final = 10_000
_BATCH: Final = 1_000
"""Events of one transaction."""
_CONNECTIONS: Final = 8
_IDLE_DRIVES: Final = 15
"""Idleness costs little: it is measured for so many lengths of a drive, as a rule from one heartbeat to the
next."""
_FROM_OLDEST: Final = rpc.WatchEventsRequest(start=rpc.WATCH_START_OLDEST)
_FROM_NOW: Final = rpc.WatchEventsRequest()

# In turn, a user who comes with all that people usually have, and a name that changes.
_EVENTS: Final = """
INSERT INTO events (project_id, event_id, type, subject_id, key_id, request_id, data)
SELECT project_id, gen_random_uuid(), CASE n %% 2 WHEN 0 THEN 'user.created' ELSE 'user.updated' END, user_id,
    gen_random_uuid(), gen_random_uuid(),
    CASE n %% 2
        WHEN 0 THEN jsonb_build_object('after', jsonb_build_object(
            'email', email, 'email_verified', email_verified, 'phone_number', phone_number,
            'phone_number_verified', phone_number_verified, 'login_ids', login_ids, 'given_name', given_name,
            'family_name', family_name, 'middle_name', '', 'display_name', display_name, 'picture', picture,
            'locale', locale, 'zoneinfo', zoneinfo, 'status', status, 'metadata', metadata, 'test', test,
            'expire_time', expire_time, 'roles', '["Viewer", "Editor"]'::jsonb))
        ELSE jsonb_build_object(
            'before', jsonb_build_object('family_name', ''),
            'after', jsonb_build_object('family_name', family_name))
    END
FROM (SELECT *, row_number() OVER () AS n FROM users LIMIT %(events)s) AS u
"""


def run(options: Options) -> list[Figure]:
    """Print the times and the costs and return the figures."""
    with stage() as where:
        loader = Loader(where.directory, compiled=options.compiled)
        installation = where.install("watch")
        with installation.connect() as connection:
            seed(connection, installation.credentials.project_id, _USERS)
            _record(connection, options.events)
            named = sample(connection, _USERS)
        service = where.start("service", work, installation)
        heading(
            f"Watch: {options.events:,} events from the oldest, {options.watchers} watchers who hear nothing"
        )
        told = _from_oldest(options, where, service)
        return [told, *_idle(options, where, loader, service, Messenger(service, named))]


def _record(connection: psycopg.Connection[Any], events: int) -> None:
    for written in range(0, events, _BATCH):
        connection.execute(_EVENTS.encode(), {"events": min(_BATCH, events - written)})
    connection.execute("VACUUM (ANALYZE) events")


def _from_oldest(options: Options, where: Stage, service: Contestant) -> Figure:
    rows = []
    for _ in range(options.rounds):
        server, database = cpu_seconds(service.pid), family_cpu_seconds(where.postmaster_pid)
        begun = time.perf_counter()
        received = 0
        with _watching(service, _FROM_OLDEST, 1) as (watcher,):
            while received < options.events:
                received += len(next(watcher).events)
        spent = (
            time.perf_counter() - begun,
            cpu_seconds(service.pid) - server,
            family_cpu_seconds(where.postmaster_pid) - database,
        )
        rows.append((received / spent[0], *(1e6 * seconds / received for seconds in spent)))
    print_table(("events/s", "us/event", "server CPU us/event", "database CPU us/event"), rows, left=())
    return Figure("watch", min(row[1] for row in rows), f"{options.events:,} events, fastest of {len(rows)}")


def _idle(
    options: Options, where: Stage, loader: Loader, service: Contestant, messenger: Messenger
) -> list[Figure]:
    get = Side(service, method("GetUser"), lambda: messenger.gets(_USERS))
    drive = Drive(_CONNECTIONS, options.seconds, options.warm_up)
    rows = []
    for watchers in (1, options.watchers):
        with _watching(service, _FROM_NOW, watchers) as calls:
            for call in calls:
                next(call)
            server, database = cpu_seconds(service.pid), family_cpu_seconds(where.postmaster_pid)
            seconds = _IDLE_DRIVES * options.seconds
            time.sleep(seconds)
            idle = 1_000 * (cpu_seconds(service.pid) - server) / seconds
            idle_database = 1_000 * (family_cpu_seconds(where.postmaster_pid) - database) / seconds
            (cost,) = compare(where, loader, [get], drive, rounds=options.rounds)
        rows.append((watchers, idle, idle_database, cost.rate, cost.p50, cost.server))
    headings = ("watchers", "server CPU ms/s", "database CPU ms/s", "GetUser/s", "p50 ms", "CPU s/1,000")
    print_table(headings, rows, left=())
    one, many = rows
    return [
        Figure("idle_watchers", many[1] - one[1], f"{options.watchers} watchers"),
        Figure("beside_watchers", many[5] / one[5], f"{options.watchers} watchers"),
    ]


@contextmanager
def _watching(service: Contestant, request: rpc.WatchEventsRequest, watchers: int) -> Iterator[list[Any]]:
    """So many watches, each on a connection of its own."""
    with ExitStack() as held:
        calls = []
        for number in range(watchers):
            # Channels with the same arguments would share a connection.
            options = [("roster.number", number), ("grpc.use_local_subchannel_pool", 1)]
            channel = held.enter_context(grpc.insecure_channel(f"127.0.0.1:{service.port}", options))
            calls.append(_UNTYPED.EventServiceStub(channel).WatchEvents(request, metadata=service.headers))
            held.callback(calls[-1].cancel)
        yield calls
