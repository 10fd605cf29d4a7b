"""Exports of users, and the way back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from roster.v1 import user_batch_pb2 as batch
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, Stream

HASHES = {"include_password_hashes": True}
EVERYBODY = rpc.UserFilter(test_users=rpc.TEST_USERS_INCLUDE)


def begun(client: Client, *, timeout: float = 60.0, **fields: Any) -> Stream:
    """An export, message by message."""
    stream: Stream = client.users.ExportUsers(rpc.ExportUsersRequest(**fields), timeout=timeout)
    return stream


def exported(client: Client, **fields: Any) -> list[batch.ExportedUser]:
    """All that an export tells."""
    return [item for message in begun(client, **fields) for item in message.items]


def emails(items: Iterable[batch.ExportedUser]) -> list[str]:
    """Whom it tells."""
    return [item.user.email for item in items]


def imported(
    client: Client, items: Sequence[batch.CreateUsersItem], *, size: int = 500
) -> Iterator[batch.BatchUserResult]:
    """What becomes of users that are created in a batch, all of which must succeed."""
    messages = [
        batch.BatchCreateUsersRequest(items=items[start : start + size])
        for start in range(0, len(items), size)
    ]
    for response in client.users.BatchCreateUsers(iter(messages)):
        assert [result.status.message for result in response.results if result.HasField("status")] == []
        yield from response.results


def importable(items: Iterable[batch.ExportedUser]) -> list[batch.CreateUsersItem]:
    """The same bytes, read as what a batch takes."""
    return [batch.CreateUsersItem.FromString(item.SerializeToString()) for item in items]


def crowd(client: Client, count: int, **fields: Any) -> list[str]:
    """So many users, created a message at a time; their emails in the order in which they are exported."""
    items = [
        batch.CreateUsersItem(user=user_pb2.User(email=f"user-{n:05}@example.com", **fields))
        for n in range(count)
    ]
    list(imported(client, items))
    return emails(exported(client))
