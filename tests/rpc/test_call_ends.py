"""What is left of a call when it has ended: nothing, without the garbage collector's help.

The collector of a worker comes seldom, so that what waits for it would be most of what a worker holds."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest

from server.interceptors.call import Call
from tests.calling import Client, Refused
from tests.process.conftest import eventually
from tests.requests import METHODS, ground, invoke, requests


@pytest.fixture
def no_collector() -> Iterator[None]:
    """What is in a cycle stays while the test runs."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def left() -> list[Call]:
    """The calls that the process still holds."""
    return [held for held in gc.get_objects() if isinstance(held, Call)]


def ask(client: Client, name: str, request: Any) -> None:
    """Calls an RPC that may refuse by now, for the ones before it have changed what it asks for."""
    with suppress(Refused):
        invoke(client, name, request)


@pytest.mark.usefixtures("no_collector")
def test_no_call_outlives_its_end(client: Client) -> None:
    """Of no RPC, whether it was answered or refused, repeated or not."""
    asked = requests(ground(client))
    stranger = client.with_key(client.project_id, "rk_unknown")
    # What the others stand on is deleted last, and the caller's own project after all.
    for name in sorted(METHODS, key=lambda name: ("/DeleteProject" in name, "/Delete" in name)):
        ask(stranger, name, asked[name])
        ask(client, name, asked[name])
        if hasattr(asked[name], "request_id"):
            asked[name].request_id = str(uuid4())
            ask(client, name, asked[name])
            ask(client, name, asked[name])
    with suppress(AssertionError):
        eventually(lambda: not left(), seconds=10)
    assert {call.method.name for call in left()} == set()
