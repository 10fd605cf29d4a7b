"""BatchDeleteUsers: every item is what DeleteUser does."""

from __future__ import annotations

from roster.v1 import user_batch_pb2 as rpc

from tests.calling import Client, Failure, refused
from tests.conftest import Running
from tests.requests import PASSWORD, ground
from tests.rows import contents
from tests.rpc.batch_requests import answers, creation, deletions, item, made, tidings, told
from tests.rpc.user_requests import NOBODY, by, created, delete, emails, events_of, get, listing, walk


def test_deleted_users_leave_nothing_but_bare_events(server: Running, client: Client) -> None:
    """As those whom DeleteUser deletes: all else of them is gone, and their identifiers are free."""
    on = ground(client)
    fields = {"email": "ann@example.com", "login_ids": ["ann", "Anna"], "phone_number": "+4930123456"}
    before = contents(server.url)
    (ann,) = made(client, item(password=PASSWORD, **fields, **on.belongings))

    assert tidings(client, deletions(by(email="ANN@example.com"))) == ["DELETED"]

    with refused("NOT_FOUND", "USER_NOT_FOUND"):
        client.users.GetUser(get(ann))
    after = contents(server.url)
    assert {name for name in before if before[name] != after[name]} <= {"events", "webhook_deliveries"}
    assert [(event.type, event.data) for event in events_of(server.url, client, ann)] == [
        ("user.created", None),
        ("user.deleted", {}),
    ]
    assert tidings(client, creation(item(**fields))) == ["CREATED"]


def test_users_are_found_by_every_reference(client: Client) -> None:
    """In any spelling; who is named twice is deleted once, and who is nobody is not found."""
    users = [
        created(
            client, email=f"user-{n}@example.com", login_ids=[f"login-{n}"], phone_number=f"+4930123456{n}"
        )
        for n in range(5)
    ]
    refs = [
        by(login_id="LOGIN-3"),
        by(user_id=users[0].user_id.upper()),
        by(phone_number="+49 (30) 123-4562"),
        by(email="User-1@EXAMPLE.com"),
        by(email="user-3@example.com"),
        by(user_id=NOBODY),
        by(email="nobody@example.com"),
        by(phone_number="+999 1234567"),
        by(login_id="login-0"),
    ]

    (answer,) = answers(client, deletions(*refs))

    assert [told(result) for result in answer.results] == ["DELETED"] * 4 + ["USER_NOT_FOUND"] * 5
    order = [users[3], users[0], users[2], users[1]]
    assert [result.user_id for result in answer.results[:4]] == [user.user_id for user in order]
    assert emails(walk(client, listing())[0]) == ["user-4"]


def test_item_fails_as_alone(client: Client) -> None:
    """The same status that DeleteUser has; one that breaks the contract leaves the others alone."""
    ann = created(client, email="ann@example.com")
    nobody = by(login_id="nobody")
    with refused("NOT_FOUND", "USER_NOT_FOUND") as refusal:
        client.users.DeleteUser(delete(nobody))
    message = deletions(nobody, ann)
    message.items.append(rpc.DeleteUsersItem())

    (answer,) = answers(client, message)

    failure, _, invalid = answer.results
    assert Failure(failure.status).message == refusal.value.message
    assert Failure(failure.status).details == refusal.value.details
    assert [told(result) for result in answer.results] == ["USER_NOT_FOUND", "DELETED", "FIELDS_INVALID"]
    assert Failure(invalid.status).fields == ["by"]


def test_stored_answers_about_deleted_users_are_emptied(server: Running, client: Client) -> None:
    """Those of other requests, as DeleteUser does."""
    from tests.rpc.user_requests import create

    request = create(email="ann@example.com", request_id="9c1fbc1a-3c5c-4c9b-9a66-30e4b7e7d4a1")
    ann = client.users.CreateUser(request).user
    assert "616e6e406578616d706c65" in str(contents(server.url)["request_records"])

    tidings(client, deletions(ann))

    assert "616e6e406578616d706c65" not in str(contents(server.url)["request_records"])


def test_a_thousand_users(client: Client) -> None:
    """As many as a message may have."""
    users = made(client, *(item(login_ids=[f"user-{n}"]) for n in range(1_000)))

    assert tidings(client, deletions(*users)) == ["DELETED"] * 1_000
    assert walk(client, listing()) == [[]]
