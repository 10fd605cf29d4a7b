"""UpdateUser. Which values it refuses stands in test_users_invalid.py."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import role_pb2
from roster.v1 import user_pb2 as pb
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents
from tests.rpc.user_requests import (
    ACTIVE,
    EXPIRED,
    INACTIVE,
    NOBODY,
    ask,
    by,
    created,
    events_of,
    grant,
    in_days,
    invalid_fields,
    let_grant_expire,
    person,
    role,
    role_names,
    update,
    updated,
)

FULL: dict[str, Any] = {
    "login_ids": ["ann", "second"],
    "email": "ann@example.com",
    "email_verified": True,
    "phone_number": "+4930123456",
    "phone_number_verified": True,
    "given_name": "Ann",
    "family_name": "Smith",
    "middle_name": "Beth",
    "display_name": "Annie",
    "picture": "https://example.com/ann.png",
    "locale": "de",
    "zoneinfo": "Europe/Berlin",
    "metadata": {"a": 1, "b": {"c": 2}},
    "test": True,
    "expire_time": Timestamp(seconds=4_000_000_000),
}


@pytest.fixture
def ann(client: Client) -> pb.User:
    """A user of whom everything is set."""
    role(client, "Reader", "books:read")
    role(client, "Writer", "books:write")
    return created(client, **FULL, status=ACTIVE, roles=["Reader"])


def with_changes(before: pb.User, after: pb.User, **fields: Any) -> pb.User:
    """The user before, with these fields and what every change brings."""
    expected = pb.User()
    expected.CopyFrom(before)
    for name in fields:
        expected.ClearField(name)
    expected.MergeFrom(person(**fields))
    expected.update_time.CopyFrom(after.update_time)
    expected.etag = after.etag
    return expected


def test_without_mask_the_populated_fields_are_changed(client: Client, ann: pb.User) -> None:
    """All others stay; etag and update time show that something changed."""
    after = updated(client, ann, given_name="Beth", email_verified=False)

    assert after == with_changes(ann, after, given_name="Beth", email_verified=False)
    assert after.etag != ann.etag
    assert after.update_time.ToNanoseconds() > ann.update_time.ToNanoseconds()


def test_mask_chooses_among_the_fields_sent(client: Client, ann: pb.User) -> None:
    """What is sent beside it does not matter."""
    after = updated(client, ann, "given_name", given_name="Beth", family_name="Ignored", roles=["Writer"])

    assert after == with_changes(ann, after, given_name="Beth")


def test_masked_field_left_unset_is_cleared(client: Client, ann: pb.User) -> None:
    """Every field that can be set can be cleared: identifiers with their mark, roles with permissions."""
    for path in (*FULL, "roles"):
        before = updated(client, ann, "*", **FULL, roles=["Reader"])

        after = updated(client, ann, path)

        cleared: dict[str, Any] = {"permissions": []} if path == "roles" else {}
        for identifier in ("email", "phone_number"):
            if path.startswith(identifier):
                cleared[f"{identifier}_verified"] = False
        expected = with_changes(before, after, **cleared)
        if path not in cleared:
            expected.ClearField(path)
        assert after == expected, path


def test_star_replaces_everything(client: Client, ann: pb.User) -> None:
    """What is not sent is removed; status, id and creation time are no part of it."""
    after = updated(client, ann, "*", email="new@example.com", roles=["Writer"])

    expected = pb.User(
        user_id=ann.user_id,
        email="new@example.com",
        email_verified=False,
        phone_number_verified=False,
        status=ACTIVE,
        roles=after.roles,
        permissions=["books:write"],
        create_time=ann.create_time,
        update_time=after.update_time,
        etag=after.etag,
    )
    assert after == expected
    assert role_names(after) == ["Writer"]


def test_metadata_tells_truth_from_one(server: Running, client: Client) -> None:
    """Which Python takes for equal; JSON does not."""
    ann = created(client, email="ann@example.com", metadata={"a": 1, "b": [{"c": True}], "d": {"e": 0}})
    metadata = {"a": True, "b": [{"c": 1}], "d": {"e": False}}

    after = updated(client, ann, metadata=metadata)

    assert after == with_changes(ann, after, metadata=metadata)
    assert after.etag != ann.etag
    assert events_of(server.url, client, ann)[-1].data["after"] == {"metadata": metadata}


def test_user_read_can_be_sent_back_whole(server: Running, client: Client, ann: pb.User) -> None:
    """Output-only fields are ignored, and nothing is changed, with and without `*`."""
    before = contents(server.url)
    for request in (
        rpc.UpdateUserRequest(by=by(user_id=ann.user_id), user=ann),
        rpc.UpdateUserRequest(by=by(user_id=ann.user_id), user=ann, update_mask={"paths": ["*"]}),
    ):
        assert ask(client, request).user == ann

    assert contents(server.url) == before


def test_output_only_fields_are_ignored(server: Running, client: Client, ann: pb.User) -> None:
    """Sent or masked. Without a mask so are status and user id."""
    before = contents(server.url)
    sent: dict[str, Any] = {
        "permissions": ["root"],
        "create_time": Timestamp(seconds=1),
        "update_time": Timestamp(seconds=1),
    }
    assert updated(client, ann, **sent, status=INACTIVE, user_id=NOBODY) == ann
    assert updated(client, ann, *sent, "etag", **sent) == ann

    assert contents(server.url) == before


def test_invalid_paths_are_all_named(server: Running, client: Client, ann: pb.User) -> None:
    """Unknown ones, parts of fields, the id, and the status, which has an RPC of its own."""
    before = contents(server.url)
    paths = ["given_name", "nickname", "user_id", "status", "metadata.a", "roles.name", "*", "", "GIVEN_NAME"]

    with refused("INVALID_ARGUMENT", "UPDATE_MASK_INVALID") as error:
        ask(client, update(ann, *paths, given_name="Beth"))

    assert error.value.fields == [f"update_mask.paths[{place}]" for place in range(1, len(paths))]
    assert contents(server.url) == before


def test_metadata_is_replaced_and_never_merged(client: Client, ann: pb.User) -> None:
    """An empty object replaces it too."""
    assert dict(updated(client, ann, metadata={"b": 3}).metadata) == {"b": 3}
    emptied = updated(client, ann, metadata={})
    assert (emptied.HasField("metadata"), dict(emptied.metadata)) == (True, {})


def test_etag_guards_against_lost_updates(server: Running, client: Client, ann: pb.User) -> None:
    """The error tells the present one; without one the last writer wins."""
    changed = updated(client, ann, given_name="Beth", etag=ann.etag)
    before = contents(server.url)

    for old in (ann.etag, "made up"):
        with refused("ABORTED", "ETAG_MISMATCH") as error:
            ask(client, update(ann, given_name="Lost", etag=old))
        assert error.value.metadata == {"etag": changed.etag}

    assert contents(server.url) == before
    assert updated(client, ann, given_name="Anna", etag=changed.etag).etag != changed.etag


def test_roles_are_replaced_as_a_whole(server: Running, client: Client, ann: pb.User) -> None:
    """Default roles are for new users only; ends of grants are set with them."""
    role(client, "Default", default=True)
    soon = in_days(1)

    after = updated(client, ann, roles=["writer", grant("READER", soon)])
    assert [(held.name, held.HasField("expire_time")) for held in after.roles] == [
        ("Reader", True),
        ("Writer", False),
    ]
    assert after.roles[0].expire_time == soon
    assert list(after.permissions) == ["books:read", "books:write"]

    let_grant_expire(server.url, ann, role_pb2.Role(role_id=after.roles[0].role_id))
    assert role_names(updated(client, ann, roles=["Reader"])) == ["Reader"]


def test_unknown_role_changes_nothing(
    server: Running, client: Client, other_project: Client, ann: pb.User
) -> None:
    """Roles of another project are unknown."""
    foreign = role(other_project, "Foreign")
    before = contents(server.url)

    for unknown, reference in (("Nothing", {"name": "Nothing"}), (foreign, {"role_id": foreign.role_id})):
        with refused("NOT_FOUND", "ROLE_NOT_FOUND") as error:
            ask(client, update(ann, given_name="Changed", roles=["Writer", unknown]))
        assert error.value.metadata == reference

    assert contents(server.url) == before


def test_end_of_a_user_can_be_moved(client: Client, ann: pb.User) -> None:
    """Into the past, which expires the user at once, and away."""
    assert updated(client, ann, expire_time=in_days(-1)).status == EXPIRED
    assert updated(client, ann, expire_time=in_days(1)).status == ACTIVE
    assert updated(client, ann, expire_time=in_days(-1)).status == EXPIRED
    assert updated(client, ann, "expire_time").status == ACTIVE


def test_request_needs_a_user_to_set(client: Client, ann: pb.User) -> None:
    """Both the reference and the values are required."""
    request = rpc.UpdateUserRequest(by=by(user_id=ann.user_id))
    assert invalid_fields(client, request) == ["user"]


def test_update_is_recorded_with_what_changed(server: Running, client: Client, ann: pb.User) -> None:
    """Before and after, of the changed fields only; an update that changes nothing records nothing."""
    soon = in_days(1)
    changed = {"email": "beth@example.com", "roles": [grant("Writer", soon)]}
    updated(client, ann, "email", "metadata", "roles", **changed)
    updated(client, ann, email="beth@example.com")

    _, event = events_of(server.url, client, ann)

    assert event.type == "user.updated"
    before, after = event.changes
    assert before == {
        "email": "ann@example.com",
        "email_verified": True,
        "metadata": {"a": 1, "b": {"c": 2}},
        "roles": ["Reader"],
        "role_expire_times": {},
    }
    assert after == {
        "email": "beth@example.com",
        "email_verified": False,
        "metadata": None,
        "roles": ["Writer"],
        "role_expire_times": {"Writer": soon.ToDatetime(UTC).isoformat()},
    }
