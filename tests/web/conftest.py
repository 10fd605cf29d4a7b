"""What the tests of the web process share: one that serves, links as they stand in emails, and forms."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import unescape
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as rpc

from server.address import Address
from server.config import Config
from server.domain.caller import system
from server.domain.one_time_tokens import OneTimeTokens, Purpose
from server.domain.sealing import sealer_of
from server.store.database import Database
from server.web.server import WebServer, listening
from tests import secrecy
from tests.calling import Client

StartWeb = Callable[..., httpx.Client]


@pytest.fixture
def start_web(database_url: str, config: Config) -> Iterator[StartWeb]:
    """Starts web processes' servers on this test's database and returns visitors of each; settings other than
    the usual ones are arguments."""
    ends: list[Callable[[], None]] = []

    def start(**settings: Any) -> httpx.Client:
        listener = listening(Address("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        chosen = replace(config, **{"public_url": address, **settings})
        server = WebServer(chosen, Database(database_url, chosen))
        until, end = socket.socketpair()
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(listener, [until])))
        thread.start()
        visitor = httpx.Client(base_url=address, timeout=20)

        def stop() -> None:
            visitor.close()
            end.send(b"!")
            thread.join()
            until.close()
            end.close()

        ends.append(stop)
        return visitor

    yield start
    for stop in ends:
        stop()


@pytest.fixture
def web(start_web: StartWeb) -> httpx.Client:
    """A visitor of a web process on this test's database, who keeps cookies as a browser does."""
    return start_web()


@dataclass(frozen=True)
class Link:
    """A link as it stands in an email, without the address that it begins with."""

    path: str
    project_id: str
    token: str

    def __str__(self) -> str:
        return f"/{self.path}?{urlencode({'project': self.project_id, 'token': self.token})}"


PATHS = {
    Purpose.VERIFY_EMAIL: "verify-email",
    Purpose.RESET_PASSWORD: "reset-password",
    Purpose.INVITATION: "invitation",
}

MakeLink = Callable[..., Link]


@pytest.fixture
def make_link(database: Database, config: Config, client: Client) -> MakeLink:
    """Makes links as emails to Ada have them: `make_link(Purpose.INVITATION, user_id)`."""
    tokens = OneTimeTokens(database, sealer_of(config))

    def make(purpose: Purpose, user_id: str, email: str = "ada@example.com") -> Link:
        caller = system(client.project_id)
        with database.transaction():
            token, _ = tokens.give(caller, purpose, 3_600, user_id=user_id, payload={"email": email})
        secrecy.note_text(token)
        return Link(PATHS[purpose], client.project_id, token)

    return make


def user_id(client: Client, **fields: str) -> str:
    """The id of a new user."""
    user = user_pb2.User(**{"email": "ada@example.com", **fields})
    return str(client.users.CreateUser(rpc.CreateUserRequest(user=user)).user.user_id)


def fields_of(page: httpx.Response) -> dict[str, str]:
    """The fields of the form on a page, as a browser would send them."""
    inputs = re.findall(r"<input\b([^>]*)>", page.text)
    attributes = [dict(re.findall(r'([\w-]+)="([^"]*)"', each)) for each in inputs]
    return {each["name"]: unescape(each.get("value", "")) for each in attributes}


def send(
    web: httpx.Client, page: httpx.Response, headers: dict[str, str] | None = None, **fields: str
) -> httpx.Response:
    """Sends the form on a page, with these fields filled in."""
    path = page.url.path
    return web.post(path, data={**fields_of(page), **fields}, headers=headers)
