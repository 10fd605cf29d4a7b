"""What a worker process has resident under load, and whether that grows with the calls it has served."""

from __future__ import annotations

from itertools import cycle
from typing import Final

from scripts.benchmark.load import Drive, Loader
from scripts.benchmark.messages import Messenger, method
from scripts.benchmark.meters import resident_megabytes
from scripts.benchmark.options import Options
from scripts.benchmark.processes import Contestant
from scripts.benchmark.report import Figure, heading, print_table
from scripts.benchmark.seeding import sample, seed
from scripts.benchmark.stage import stage
from server.worker import work

_CONNECTIONS: Final = 32
_NAMED_USERS: Final = 50_000
_PAGES: Final = 200
_FASTEST: Final = 10_000
_ROWS: Final = 10


def run(options: Options) -> list[Figure]:
    """Print how memory goes with the calls and return the figures."""
    with stage() as where:
        loader = Loader(where.directory, compiled=options.compiled)
        installation = where.install("memory")
        with installation.connect() as connection:
            seed(connection, installation.credentials.project_id, options.users)
            named = sample(connection, _NAMED_USERS)
        service = where.start("service", work, installation)
        heading(f"Memory: one worker process, {_CONNECTIONS} connections, all kinds of calls, {loader.name}")
        course = _watched(options, loader, service, Messenger(service, named))
    print_table(("calls", "resident MB"), [(f"{served:,}", size) for served, size in course], left=())
    sizes = [size for _, size in course]
    settled = next(size for served, size in course if served >= options.calls / 10)
    growth = sizes[-1] / settled
    return [Figure("memory", max(sizes)), Figure("memory_growth", growth, f"{course[-1][0]:,} calls")]


def _watched(
    options: Options, loader: Loader, service: Contestant, messenger: Messenger
) -> list[tuple[int, float]]:
    """Pairs of calls served and megabytes resident, until there have been as many calls as wanted."""
    created = int(_FASTEST * options.seconds) + 1
    pages = messenger.lists(_PAGES)
    kinds = {
        "GetUser": lambda: messenger.gets(_NAMED_USERS),
        "CreateUser": lambda: messenger.creates(created),
        "ListUsers": lambda: pages,
        "ModifyUserRoles": messenger.role_changes,
    }
    drive = Drive(_CONNECTIONS, options.seconds, warm_up=0.0)
    served = 0
    course = [(0, resident_megabytes(service.pid))]
    for name in cycle(kinds):
        if served >= options.calls:
            return course
        served += loader.drive(service, method(name), kinds[name](), drive).calls
        course.append((served, resident_megabytes(service.pid)))
    raise AssertionError("a cycle has no end")
