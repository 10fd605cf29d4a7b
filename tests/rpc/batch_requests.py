"""Messages of batches, a line each, and what tests say of their results."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from roster.v1 import batch_pb2, user_pb2
from roster.v1 import user_batch_pb2 as rpc

from tests.calling import Client, Failure, Refused
from tests.conftest import sql
from tests.process.conftest import eventually
from tests.rpc.user_requests import By, _ref, person

ACTIONS = {value: name.removeprefix("BATCH_ACTION_") for name, value in batch_pb2.BatchAction.items()}

POLICIES = ("FAIL", "SKIP", "UPDATE")


def options(on_conflict: str = "", **flags: bool) -> batch_pb2.BatchOptions | None:
    """How a stream is treated; `on_conflict` is written short, as in `SKIP`. None if nothing is said."""
    if not (on_conflict or any(flags.values())):
        return None
    policy = f"CONFLICT_POLICY_{on_conflict or 'UNSPECIFIED'}"
    return batch_pb2.BatchOptions(on_conflict=policy, **flags)


# -- users -----------------------------------------------------------------------------------------


def item(*, password: Any = None, blocked: bool = False, **fields: Any) -> rpc.CreateUsersItem:
    """A user to create."""
    return rpc.CreateUsersItem(user=person(**fields), password=password, blocked=blocked)


def creation(*items: rpc.CreateUsersItem, request_id: str = "", **chosen: Any) -> rpc.BatchCreateUsersRequest:
    """A message; `chosen` are options."""
    return rpc.BatchCreateUsersRequest(items=items, request_id=request_id, options=options(**chosen))


def update(who: By, *paths: str, **fields: Any) -> rpc.UpdateUsersItem:
    """A user to update. Without paths there is no mask."""
    mask = FieldMask(paths=paths) if paths else None
    return rpc.UpdateUsersItem(by=_ref(who), user=person(**fields), update_mask=mask)


def updates(*items: rpc.UpdateUsersItem, request_id: str = "", **chosen: Any) -> rpc.BatchUpdateUsersRequest:
    return rpc.BatchUpdateUsersRequest(items=items, request_id=request_id, options=options(**chosen))


def deletions(*who: By, request_id: str = "", **chosen: Any) -> rpc.BatchDeleteUsersRequest:
    items = [rpc.DeleteUsersItem(by=_ref(one)) for one in who]
    return rpc.BatchDeleteUsersRequest(items=items, request_id=request_id, options=options(**chosen))


def users(count: int, first: int = 0) -> rpc.BatchCreateUsersRequest:
    """A message that creates some: the first is `user-0`."""
    return creation(*(item(login_ids=[f"user-{n}"]) for n in range(first, first + count)))


# -- what becomes of them --------------------------------------------------------------------------


def method_of(client: Client, message: Any) -> Any:
    """The RPC that takes messages of this type."""
    name = type(message).__name__.removesuffix("Request")
    return getattr(client.users if name.endswith("Users") else client.actions, name)


def answers(client: Client, *messages: Any) -> list[Any]:
    """The responses to messages that are sent by one stream. Raises `Refused`."""
    return list(method_of(client, messages[0])(messages, timeout=60.0))


def told(result: Any) -> str:
    """What was done with an item, or the reason why it was not."""
    if result.HasField("status"):
        return Failure(result.status).reason
    return ACTIONS[result.action]


def reasons(answer: Any) -> list[str]:
    """The same of all results."""
    return [told(result) for result in answer.results]


def tidings(client: Client, *messages: Any) -> list[str]:
    """What was done with every item of the messages, in their order."""
    found = []
    for message, answer in zip(messages, answers(client, *messages), strict=True):
        assert answer.request_id == message.request_id
        assert [result.index for result in answer.results] == list(range(len(message.items)))
        found += [told(result) for result in answer.results]
    return found


def made(client: Client, *items: rpc.CreateUsersItem, **chosen: Any) -> list[user_pb2.User]:
    """The users that one message creates or updates, with nothing in them but their ids."""
    (answer,) = answers(client, creation(*items, **chosen))
    assert not any(result.HasField("status") for result in answer.results), answer
    return [user_pb2.User(user_id=result.user_id) for result in answer.results]


class Talk:
    """A stream whose messages are sent one by one."""

    def __init__(self, client: Client, first: Any, timeout: float) -> None:
        self._messages: queue.Queue[Any] = queue.Queue()
        self.say(first)
        self.stream = method_of(client, first)(iter(self._messages.get, None), timeout=timeout)

    def say(self, message: Any) -> None:
        """Sends a message."""
        self._messages.put(message)

    def hear(self) -> Any:
        """The next response. Raises `Refused`, StopIteration."""
        return next(self.stream)

    def ask(self, message: Any) -> Any:
        """The response to a message."""
        self.say(message)
        return self.hear()

    def end(self) -> None:
        """Sends nothing more."""
        self._messages.put(None)


@contextmanager
def talking(client: Client, first: Any, timeout: float = 60.0) -> Iterator[Talk]:
    """A stream that begins with this message, and is left with the block."""
    talk = Talk(client, first, timeout)
    try:
        yield talk
    finally:
        talk.stream.cancel()
        talk.end()


def end_of(talk: Talk) -> Refused:
    """How a stream ends that is not to go on."""
    with pytest.raises(Refused) as caught:
        for _ in talk.stream:
            pass
    return caught.value


# -- time ------------------------------------------------------------------------------------------

AT_WORK = """
SELECT count(*) FROM pg_stat_activity
WHERE application_name = 'roster' AND datname = current_database() AND state <> 'idle'
"""
"""Connections of the server on which something is done, or left undone."""


@contextmanager
def lock_on_users(url: str) -> Iterator[Callable[[], None]]:
    """Nobody gets at users until the block ends, or what it is given is called."""
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        yield connection.commit


def waiting_for_the_lock(url: str) -> None:
    """Returns when somebody waits for it."""
    eventually(lambda: sql(url, f"{AT_WORK} AND wait_event_type = 'Lock'") == [(1,)])
