"""How fast users come and go in streams, beside the fastest way that PostgreSQL has for the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from scripts.benchmark import copying, people
from scripts.benchmark.beside import BESIDE, calls_beside, p99
from scripts.benchmark.messages import create_user, stub
from scripts.benchmark.meters import resident_megabytes
from scripts.benchmark.options import Options
from scripts.benchmark.processes import Contestant
from scripts.benchmark.report import Figure, heading, print_table
from scripts.benchmark.stage import Stage, stage
from scripts.benchmark.streaming import HEADINGS, Clock, Cost, Streamed, exported, streamed
from server.worker import work

_PROCESSES: Final = 2
"""Server processes that a client's streams are spread over, where there are several."""


def run(options: Options) -> list[Figure]:
    """Print the rates and return the figures."""
    count = options.batch_users
    heading(f"Batches: {count:,} users in messages of {people.MESSAGE}, one client")
    with stage() as where:
        limit = _copied(where, count)
        spread, spread_beside, spread_services, _ = _created(where, "spread", count, _PROCESSES)
        spread_deleted = _deleted(where, spread_services, spread, count)
        created, beside, services, grown = _created(where, "batch", count, 1)
        reading = exported(where, services[0], count)
        deleted = _deleted(where, services, created, count)
    over = f"same over {_PROCESSES} streams and processes"
    rows = (
        ("limit: COPY by psycopg, without gRPC", *limit.cells, "", ""),
        ("BatchCreateUsers", *created.cost.cells, created.p99, p99(beside)),
        (over, *spread.cost.cells, spread.p99, p99(spread_beside)),
        ("ExportUsers", *reading.cells, "", ""),
        ("BatchDeleteUsers", *deleted.cost.cells, deleted.p99, ""),
        (over, *spread_deleted.cost.cells, spread_deleted.p99, ""),
    )
    print_table(("way", *HEADINGS, "p99 of a message, ms", "of GetUser beside it"), rows)
    streams = f"{_PROCESSES} streams"
    return [
        Figure("batch_limit", created.cost.each / limit.each),
        Figure("batch_limit", spread.cost.each / limit.each, streams),
        Figure("batch_create", spread.cost.each, streams),
        Figure("batch_message", created.p99),
        Figure("batch_message", spread.p99, streams),
        Figure("batch_beside", p99(beside), f"{BESIDE} calls/s"),
        Figure("batch_beside", p99(spread_beside), f"{BESIDE} calls/s, {streams}"),
        Figure("batch_delete", spread_deleted.cost.each, streams),
        Figure("batch_export", reading.each),
        Figure("batch_memory", grown, f"{count:,} users"),
    ]


def _copied(where: Stage, count: int) -> Cost:
    """What it takes to copy the rows of so many users, made before, into the tables."""
    with (bare := where.install("copied")).connect() as connection:
        tables = copying.prepared(connection, bare, count)
        clock = Clock(where)
        copying.copy(connection, tables, count)
        return clock.cost(count)


def _created(
    where: Stage, name: str, count: int, processes: int
) -> tuple[Streamed, list[float], list[Contestant], float]:
    """Creates so many users; returns also the milliseconds of each GetUser beside it, the services, and the
    megabytes by which the first of them has grown."""
    installation = where.install(name)
    services = [where.start(f"{name}-{number}", work, installation) for number in range(processes)]
    service = services[0]
    people.declare(service)
    messages = people.creations(count)
    before = resident_megabytes(service.pid)
    with stub(service) as users:
        known = users.CreateUser(create_user(0)).user.user_id
    with calls_beside(service, known) as beside:
        created = streamed(where, services, "BatchCreateUsers", messages, count)
    people.ids_in(created.responses, count)
    return created, beside, services, resident_megabytes(service.pid) - before


def _deleted(where: Stage, services: Sequence[Contestant], created: Streamed, count: int) -> Streamed:
    """Deletes those who were created."""
    deletions = people.deletions(people.ids_in(created.responses, count))
    return streamed(where, services, "BatchDeleteUsers", deletions, count)
