"""How long the commands that bring users in and out wait for the next message of a stream."""

from __future__ import annotations

from queue import SimpleQueue
from typing import Any

import grpc
import pytest
from roster.v1 import user_batch_pb2 as batch
from roster.v1 import user_pb2, user_service_pb2_grpc

from server.transfer.connection import Broken, Failed
from server.transfer.persistence import answering
from tests.calling import Client

ADA = batch.CreateUsersItem(user=user_pb2.User(email="ada@example.com"))


@pytest.fixture
def messages() -> SimpleQueue[Any]:
    """What a stream sends; None ends it."""
    return SimpleQueue()


def begun(client: Client, messages: SimpleQueue[Any]) -> Any:
    """A stream as the commands have it."""
    users = client.stub(user_service_pb2_grpc.UserServiceStub)
    return users.BatchCreateUsers(iter(messages.get, None), metadata=client.metadata)


def test_stream_from_which_nothing_comes_is_given_up(client: Client, messages: SimpleQueue[Any]) -> None:
    """Though it is open, as it is when the other side went without a word; what comes in time is taken."""
    stream = begun(client, messages)
    messages.put(batch.BatchCreateUsersRequest(items=[ADA]))

    with answering(stream, 30.0):
        assert len(next(stream).results) == 1
    with pytest.raises(Failed, match=r"nothing has come for 0\.5 s"), answering(stream, 0.5):
        next(stream)

    assert stream.code() is grpc.StatusCode.CANCELLED
    messages.put(None)


def test_stream_that_ends_in_an_error_is_broken(client: Client, messages: SimpleQueue[Any]) -> None:
    """With what the service said."""
    stream = begun(client, messages)
    messages.put(batch.BatchCreateUsersRequest())

    with pytest.raises(Broken, match="FIELDS_INVALID"), answering(stream, 30.0):
        next(stream)
    messages.put(None)
