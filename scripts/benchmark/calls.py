"""What one call of each kind costs, beside the floor's call of the same size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final

from scripts.benchmark import floor
from scripts.benchmark.cost import HEADINGS, Cost, Messages, Side, compare
from scripts.benchmark.endowing import endow
from scripts.benchmark.load import Drive, Loader
from scripts.benchmark.messages import Messenger, method
from scripts.benchmark.options import Options
from scripts.benchmark.processes import Contestant
from scripts.benchmark.report import Figure, heading, print_table
from scripts.benchmark.seeding import sample, seed
from scripts.benchmark.stage import Stage, stage
from scripts.benchmark.statements import statements_of
from server.worker import work

CONNECTIONS: Final = (8, 32)
_NAMED_USERS: Final = 50_000
_PAGES: Final = 200
_ENDOWED_USERS: Final = 5_000
_FASTEST: Final = 10_000
"""Calls per second that no server here exceeds."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of call."""

    name: str
    method: str
    messages: Messages
    floor: str
    """The floor's method that comes nearest to it."""
    floor_messages: Messages


def run(options: Options) -> list[Figure]:
    """Print the costs and return the figures."""
    with stage() as where:
        loader = Loader(where.directory, compiled=options.compiled)
        installation = where.install("calls")
        with installation.connect() as connection:
            seed(connection, installation.credentials.project_id, options.users)
            named = sample(connection, _NAMED_USERS)
            service = where.start("service", work, installation)
            floor.prepare(connection)
        base = where.start("floor", floor.work, installation)
        each = f"one process of {where.config.threads} threads on each side"
        heading(f"Calls: {options.users:,} users, {each}, {loader.name}")
        kinds = _kinds(options, Messenger(service, named))
        figures = _measured(options, where, loader, service, base, kinds)
        # Last, for a project that has custom attributes costs its creations more.
        with installation.connect() as connection:
            endow(connection, installation.credentials.project_id, named[:_ENDOWED_USERS])
        endowed = _endowed_kinds(Messenger(service, named[:_ENDOWED_USERS]))
        figures += _measured(options, where, loader, service, base, endowed)
        messages = {kind.method: list(islice(kind.messages(), 2)) for kind in (*kinds, *endowed)}
        counts = statements_of(installation, where.config, messages)
    print_table(("call", "SQL statements"), list(counts.items()))
    return [*figures, Figure("list_statements", counts["ListUsers"])]


def _kinds(options: Options, messenger: Messenger) -> list[Kind]:
    pages, bare_pages = messenger.lists(_PAGES), messenger.bare_pages(_PAGES)
    created = int(_FASTEST * (options.seconds + options.warm_up)) + 1
    gets = partial(messenger.gets, _NAMED_USERS)
    creates = partial(messenger.creates, created)
    applies = partial(messenger.applications, created)
    return [
        Kind("GetUser", "GetUser", gets, "Read", gets),
        Kind("CreateUser", "CreateUser", creates, "Insert", creates),
        Kind("ListUsers", "ListUsers", lambda: pages, "Page", lambda: bare_pages),
        Kind("ModifyUserRoles", "ModifyUserRoles", messenger.role_changes, "Insert", creates),
        Kind("ApplyUserAction", "ApplyUserAction", applies, "Insert", creates),
    ]


def _endowed_kinds(messenger: Messenger) -> list[Kind]:
    gets = partial(messenger.gets, _NAMED_USERS)
    checks = partial(messenger.checks, _NAMED_USERS)
    return [
        Kind("GetUser, all held", "GetUser", gets, "Read", gets),
        Kind("CheckPermissions", "CheckPermissions", checks, "Read", gets),
    ]


def _measured(
    options: Options, where: Stage, loader: Loader, service: Contestant, base: Contestant, kinds: list[Kind]
) -> list[Figure]:
    rows: list[tuple[object, ...]] = []
    figures = []
    for kind in kinds:
        for connections in CONNECTIONS:
            drive = Drive(connections, options.seconds, options.warm_up)
            sides = (
                Side(base, floor.method(kind.floor), kind.floor_messages),
                Side(service, method(kind.method), kind.messages),
            )
            lowest, cost = compare(where, loader, sides, drive, rounds=options.rounds)
            rows.append((f"floor's {kind.floor.lower()}", connections, *lowest.cells, 1.0))
            rows.append((kind.name, connections, *cost.cells, cost.server / lowest.server))
            figures += _figures(kind.name, f"{connections} connections", cost, lowest)
    print_table(("call", "connections", *HEADINGS, "server to floor"), rows)
    return figures


def _figures(name: str, note: str, cost: Cost, lowest: Cost) -> list[Figure]:
    ratio = cost.server / lowest.server
    known = {
        "GetUser": [Figure("get", ratio, note)],
        "CreateUser": [Figure("create", ratio, note)],
        "ListUsers": [Figure("list", cost.server, note), Figure("list_floor", ratio, note)],
        "GetUser, all held": [Figure("get_all", ratio, note)],
        "CheckPermissions": [Figure("check", ratio, note)],
        "ApplyUserAction": [Figure("apply", ratio, note)],
    }
    return known.get(name, [])
