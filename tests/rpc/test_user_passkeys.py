"""Looking after users' passkeys: lists and deletions."""

from __future__ import annotations

from uuid import uuid4

import pytest
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import BeginSession, MakeKey, Running
from tests.rows import contents, events
from tests.rpc.passkey_requests import delete_passkeys, deletion, passkeys_of, register, set_passkey_policy
from tests.rpc.session_requests import create_user
from tests.rpc.user_requests import NOBODY, by, read


@pytest.fixture
def ann(client: Client) -> user_pb2.User:
    """A user of a project that takes passkeys."""
    set_passkey_policy(client)
    return create_user(client, email="ann@example.com")


@pytest.fixture
def held(client: Client, ann: user_pb2.User, begin_session: BeginSession) -> list[str]:
    """The ids of her three passkeys, the newest first."""
    token = begin_session(ann.user_id).access_token
    return [register(client, token)[1].passkey_id for _ in range(3)][::-1]


def ids(client: Client, user: user_pb2.User) -> list[str]:
    return [passkey.passkey_id for passkey in passkeys_of(client, user.user_id)]


def test_list_has_the_newest_first(client: Client, ann: user_pb2.User, held: list[str]) -> None:
    """Of this user alone."""
    assert ids(client, ann) == held
    assert ids(client, create_user(client)) == []


def test_list_comes_in_pages(client: Client, ann: user_pb2.User, held: list[str]) -> None:
    """A token leads to the next one, of the same user only."""
    request = rpc.ListUserPasskeysRequest(by=by(email="Ann@example.com"), page_size=2)
    first = client.users.ListUserPasskeys(request)
    request.page_token = first.next_page_token
    second = client.users.ListUserPasskeys(request)

    pages = [[passkey.passkey_id for passkey in page.passkeys] for page in (first, second)]
    assert pages == [held[:2], held[2:]]
    assert second.next_page_token == ""
    request.by.CopyFrom(by(user_id=create_user(client).user_id))
    with refused("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID"):
        client.users.ListUserPasskeys(request)


def test_deleting_some(server: Running, client: Client, ann: user_pb2.User, held: list[str]) -> None:
    """The others stay, and with them the method to sign in by."""
    before = read(client, ann)

    assert delete_passkeys(client, ann.user_id, held[1].upper(), NOBODY) == 1

    assert ids(client, ann) == [held[0], held[2]]
    after = read(client, ann)
    assert list(after.auth_methods) == [user_pb2.AUTH_METHOD_PASSKEY]
    assert after.etag != before.etag
    event = events(server.url, client.project_id, "user.passkey.deleted")[0]
    assert (event.subject_id, event.data) == (ann.user_id, {"passkey_ids": [held[1]]})


def test_deleting_the_last(client: Client, ann: user_pb2.User, held: list[str]) -> None:
    """Takes the method to sign in away."""
    assert delete_passkeys(client, ann.user_id, *held) == 3

    assert ids(client, ann) == []
    assert list(read(client, ann).auth_methods) == []


def test_deleting_all(server: Running, client: Client, ann: user_pb2.User, held: list[str]) -> None:
    """Without naming them, with one event."""
    assert delete_passkeys(client, ann.user_id) == 3

    assert ids(client, ann) == []
    (event,) = events(server.url, client.project_id, "user.passkey.deleted")
    assert event.data == {"passkey_ids": sorted(held)}


def test_deleting_nothing_changes_nothing(
    server: Running, client: Client, ann: user_pb2.User, held: list[str]
) -> None:
    """Neither what is not there, nor what is somebody else's."""
    bob = create_user(client)
    before = contents(server.url)

    assert delete_passkeys(client, bob.user_id) == 0
    assert delete_passkeys(client, bob.user_id, *held) == 0
    assert delete_passkeys(client, ann.user_id, NOBODY) == 0

    assert contents(server.url) == before


def test_repeat_of_a_deletion_has_the_same_answer(
    client: Client, ann: user_pb2.User, held: list[str], begin_session: BeginSession
) -> None:
    """And spares what was registered since."""
    request = deletion(ann.user_id, request_id=str(uuid4()))
    first = client.users.DeleteUserPasskeys(request)
    _, since = register(client, begin_session(ann.user_id).access_token)

    assert client.users.DeleteUserPasskeys(request) == first
    assert first.deleted_count == 3
    assert ids(client, ann) == [since.passkey_id]


def test_authenticator_may_be_used_again_after_a_deletion(
    client: Client, ann: user_pb2.User, held: list[str], begin_session: BeginSession
) -> None:
    """Its credential is not taken any more."""
    token = begin_session(ann.user_id).access_token
    passkey, _ = register(client, token)
    delete_passkeys(client, ann.user_id)

    register(client, token, credential_id=passkey.credential_id)

    assert len(ids(client, ann)) == 1


def test_unknown_user(client: Client, other_project: Client, ann: user_pb2.User, held: list[str]) -> None:
    """Or one of another project."""
    for caller, user_id in ((client, NOBODY), (other_project, ann.user_id)):
        with refused("NOT_FOUND", "USER_NOT_FOUND"):
            passkeys_of(caller, user_id)
        with refused("NOT_FOUND", "USER_NOT_FOUND"):
            delete_passkeys(caller, user_id)
    assert ids(client, ann) == held


def test_scopes(client: Client, ann: user_pb2.User, make_key: MakeKey) -> None:
    """Those of reading and of changing users."""
    reader = client.with_key(client.project_id, make_key("users:read"))
    writer = client.with_key(client.project_id, make_key("users:write"))

    passkeys_of(reader, ann.user_id)
    delete_passkeys(writer, ann.user_id)
    with refused("PERMISSION_DENIED", "SCOPE_MISSING"):
        passkeys_of(writer, ann.user_id)
    with refused("PERMISSION_DENIED", "SCOPE_MISSING"):
        delete_passkeys(reader, ann.user_id)


def test_more_ids_than_a_request_takes(client: Client, ann: user_pb2.User) -> None:
    """100, each a UUID."""
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID"):
        delete_passkeys(client, ann.user_id, *(str(uuid4()) for _ in range(101)))
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        delete_passkeys(client, ann.user_id, "the first")
    assert error.value.fields == ["passkey_ids[0]"]
