"""CSV of exported users: what `csv_rows` reads, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from roster.v1 import user_batch_pb2 as batch

from server.transfer.csv_rows import FLAGS, TEXTS, line_of
from server.transfer.json_lines import json_of, text_of

Write = Callable[[Any], str]


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _status(value: str) -> str:
    return value.removeprefix("USER_STATUS_").lower()


def _roles(grants: list[dict[str, Any]]) -> str:
    return text_of([_role(grant) for grant in grants])


def _role(grant: dict[str, Any]) -> dict[str, Any]:
    """What it takes to give a role: ids differ elsewhere, permissions are the role's own."""
    return {name: value for name, value in grant.items() if name in ("name", "expire_time")}


def _tenants(memberships: list[dict[str, Any]]) -> str:
    return text_of(
        [
            {
                "tenant_id": membership["tenant_id"],
                "roles": [_role(grant) for grant in membership.get("roles", ())],
            }
            for membership in memberships
        ]
    )


def _applications(accesses: list[dict[str, Any]]) -> str:
    return ";".join(access["application_id"] for access in accesses)


# The columns, with the fields of a user that they hold and how these are written. What CSV has no way to tell
# is JSON.
_COLUMNS: Final[dict[str, tuple[str, Write]]] = {
    **{name: (name, str) for name in TEXTS},
    **{name: (name, _boolean) for name in FLAGS},
    "status": ("status", _status),
    "login_ids:json": ("login_ids", text_of),
    "roles:json": ("roles", _roles),
    "tenants:json": ("tenants", _tenants),
    "applications": ("applications", _applications),
    "custom_attributes:json": ("custom_attributes", text_of),
    "metadata:json": ("metadata", text_of),
}
HEADING: Final = line_of([*_COLUMNS, "blocked", "password:json"])


def row_of(item: batch.ExportedUser) -> str:
    """The row of a user under the heading."""
    value = json_of(item)
    user = value["user"]
    cells = [write(user[field]) if field in user else "" for field, write in _COLUMNS.values()]
    password = value.get("password")
    return line_of([*cells, _boolean(item.blocked), text_of(password) if password else ""])
