"""DeleteUser."""

from __future__ import annotations

import pytest
from roster.v1 import user_pb2 as pb

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents, events
from tests.rpc.user_requests import (
    ADD,
    ask,
    batch_get,
    by,
    created,
    delete,
    events_of,
    grant,
    in_days,
    invalid_fields,
    listing,
    modify_roles,
    read,
    role,
    search,
    update,
    update_login_id,
)

TRACES = ["ann@example", "+49301", "annlogin", "secondlogin", "anneliese", "secretive", "picture.png"]
"""Texts that nothing but the person's data holds."""


@pytest.fixture
def ann(client: Client) -> pb.User:
    """Somebody with a past: every kind of event but the last."""
    role(client, "Reader")
    user = created(
        client,
        email="Ann@example.com",
        phone_number="+4930123456",
        login_ids=["AnnLogin"],
        given_name="Anneliese",
        picture="https://example.com/picture.png",
        metadata={"diary": "Secretive"},
    )
    ask(client, update(user, given_name="Anneliese II", metadata={"diary": "More Secretive"}))
    ask(client, update_login_id(user, "", "SecondLogin"))
    ask(client, modify_roles(user, ADD, grant("Reader", in_days(1))))
    return user


def test_deleted_user_is_nowhere(client: Client, ann: pb.User) -> None:
    """Not in reads, lists and searches, and not to be deleted again."""
    ask(client, delete(ann))

    for reference in (
        by(user_id=ann.user_id),
        by(email="ann@example.com"),
        by(phone_number="+4930123456"),
        by(login_id="annlogin"),
        by(login_id="secondlogin"),
    ):
        for request in (delete(reference), update(reference, given_name="Ghost")):
            with refused("NOT_FOUND", "USER_NOT_FOUND"):
                ask(client, request)
        assert list(ask(client, batch_get(reference)).not_found) == [reference]
    assert not ask(client, listing(include_total_size=True)).total_size
    assert not ask(client, search("ann")).users


def test_no_personal_data_is_left(server: Running, client: Client, ann: pb.User) -> None:
    """Events stay, as what happened and when; whatever the person was called is in no row of any table."""
    recorded = events_of(server.url, client, ann)
    rows = [row.lower() for table in contents(server.url).values() for row in table]
    assert all(any(trace in row for row in rows) for trace in TRACES)

    ask(client, delete(ann))

    after = events_of(server.url, client, ann)
    assert [event.type for event in after] == [*(event.type for event in recorded), "user.deleted"]
    assert [event.data for event in after] == [*(None for _ in recorded), {}]
    assert [event.key_id for event in after[:-1]] == [event.key_id for event in recorded]
    rows = [row.lower() for table in contents(server.url).values() for row in table]
    assert [trace for trace in TRACES if any(trace in row for row in rows)] == []


def test_only_the_user_goes(server: Running, client: Client, other_project: Client, ann: pb.User) -> None:
    """Others keep their data, their roles and their events, in this project and in the other."""
    bob = created(client, email="bob@example.com", roles=["Reader"])
    twin = created(other_project, user_id=ann.user_id, email="ann@example.com")
    elsewhere = contents(server.url, other_project.project_id)

    ask(client, delete(ann))

    assert read(client, bob) == bob
    assert [event.data is None for event in events_of(server.url, client, bob)] == [False]
    assert [event.type for event in events(server.url, client.project_id, "role.")] == ["role.created"]
    assert read(other_project, twin) == twin
    assert contents(server.url, other_project.project_id) == elsewhere


def test_identifiers_and_id_are_free_again(client: Client, ann: pb.User) -> None:
    """A new user of the same id is another user: an old etag does not fit."""
    ask(client, delete(ann))

    again = created(
        client,
        user_id=ann.user_id,
        email="ann@example.com",
        phone_number="+4930123456",
        login_ids=["annlogin", "secondlogin"],
    )

    assert not again.roles
    with refused("ABORTED", "ETAG_MISMATCH"):
        ask(client, delete(again, etag=ann.etag))


def test_etag_guards_against_deleting_what_changed(server: Running, client: Client, ann: pb.User) -> None:
    """The error tells the present one."""
    present = read(client, ann)
    before = contents(server.url)

    with refused("ABORTED", "ETAG_MISMATCH") as error:
        ask(client, delete(ann, etag=ann.etag))
    assert error.value.metadata == {"etag": present.etag}
    assert contents(server.url) == before

    assert invalid_fields(client, delete(ann, etag="x" * 65)) == ["etag"]
    ask(client, delete(ann, etag=present.etag))
