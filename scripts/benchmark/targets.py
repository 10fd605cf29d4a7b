"""What the figures have to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Target:
    """The most that a figure may be."""

    name: str
    most: float
    unit: str


TARGETS: Final = {
    "get": Target("GetUser: CPU of the server, in the floor's reads", 1.5, "x"),
    "create": Target("CreateUser: CPU of the server, in the floor's inserts", 2.0, "x"),
    "list": Target("ListUsers, 50 users with 2 roles: CPU of the server per call", 1.2, "ms"),
    # An absolute figure is one of a machine. Where it was set, the floor's page took 0.5 ms.
    "list_floor": Target("ListUsers: CPU of the server, in the floor's pages, without roles", 2.4, "x"),
    "get_all": Target("GetUser with 5 roles, 3 tenants, 10 attributes: CPU in the floor's reads", 2.0, "x"),
    "check": Target("CheckPermissions: CPU of the server, in the floor's reads", 1.4, "x"),
    "apply": Target("ApplyUserAction: CPU of the server, in the floor's inserts", 3.0, "x"),
    "list_statements": Target("ListUsers: SQL statements", 1, ""),
    "depth_list": Target("ListUsers far down: CPU of server and database, in first pages", 1.2, "x"),
    "depth_get": Target("GetUser among all: CPU of server and database, in GetUsers among few", 1.2, "x"),
    "search": Target("SearchUsers: p50", 30, "ms"),
    "ends": Target("10,000 actions that are due: until all have ended", 60, "s"),
    "webhook": Target(
        "Webhook: from the answer of the call to the request at the receiver, median", 1_000, "ms"
    ),
    "watch": Target("WatchEvents, from the oldest: time", 50, "us/event"),
    "idle_watchers": Target("Idle watchers: CPU of the server beyond that for one", 4, "ms/s"),
    "beside_watchers": Target("GetUser beside many idle watchers: CPU, in that beside one", 1.2, "x"),
    "batch_limit": Target("BatchCreateUsers: time of a user, in that of the fastest COPY", 2.0, "x"),
    "batch_create": Target("BatchCreateUsers: time", 100, "us/user"),
    "batch_message": Target("BatchCreateUsers: p99 of a message of 500 users", 400, "ms"),
    "batch_beside": Target("GetUser beside BatchCreateUsers: p99", 50, "ms"),
    "batch_delete": Target("BatchDeleteUsers: time", 100, "us/user"),
    "batch_export": Target("ExportUsers: time", 40, "us/user"),
    "batch_memory": Target("Worker: resident after BatchCreateUsers, more than before", 60, "MB"),
    "refresh": Target("RefreshSession: CPU of the server, in the floor's inserts", 4.0, "x"),
    "verify": Target("Verifying an access token: CPU", 0.2, "ms"),
    "signin_beside": Target("GetUser beside 16 parallel sign-ins: p99", 100, "ms"),
    "memory": Target("Worker: resident, at most", 120, "MB"),
    "memory_growth": Target("Worker: resident at the end, in that after a tenth of the calls", 1.05, "x"),
    "start": Target("roster serve on an existing data directory: to SERVING, at most", 3, "s"),
}
