"""RoleService: updating and deleting roles, and what their holders notice of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import role_pb2 as pb
from roster.v1 import role_service_pb2 as rpc
from roster.v1 import user_pb2, user_service_pb2

from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rows import contents, events

EDITOR = pb.Role(name="Editor", description="Edits", permissions=["books:read", "books:write"], default=True)


@pytest.fixture
def editor(client: Client) -> pb.Role:
    """A role with a value in every field."""
    created: pb.Role = client.roles.CreateRole(rpc.CreateRoleRequest(role=EDITOR)).role
    return created


def update(client: Client, by: pb.RoleRef, *mask: str, **values: Any) -> pb.Role:
    """The role as the update answers it."""
    updated: pb.Role = client.roles.UpdateRole(
        rpc.UpdateRoleRequest(
            by=by, role=pb.Role(**values), update_mask=FieldMask(paths=mask) if mask else None
        )
    ).role
    return updated


def by_id(role: pb.Role) -> pb.RoleRef:
    """A reference to the role."""
    return pb.RoleRef(role_id=role.role_id)


def holder(client: Client, role: pb.Role, **grant: Any) -> user_pb2.User:
    """A user who holds the role."""
    user = user_pb2.User(login_ids=[str(uuid4())], roles=[user_pb2.RoleGrant(role_id=role.role_id, **grant)])
    created: user_pb2.User = client.users.CreateUser(user_service_pb2.CreateUserRequest(user=user)).user
    return created


def settable(role: pb.Role) -> pb.Role:
    """The part of a role that callers set."""
    return pb.Role(
        name=role.name, description=role.description, permissions=role.permissions, default=role.default
    )


def test_update_without_mask_sets_what_is_populated(client: Client, editor: pb.Role) -> None:
    """What is not sent stays."""
    updated = update(client, by_id(editor), description="Edits books")

    expected = settable(EDITOR)
    expected.description = "Edits books"
    assert settable(updated) == expected
    assert updated.etag != editor.etag
    assert updated.create_time == editor.create_time
    assert updated.update_time.ToNanoseconds() > editor.update_time.ToNanoseconds()
    assert client.roles.GetRole(rpc.GetRoleRequest(by=by_id(editor))).role == updated


def test_update_can_name_the_role_by_its_name(client: Client, editor: pb.Role) -> None:
    """In any spelling; the id stays."""
    updated = update(client, pb.RoleRef(name="EDITOR"), name="Chief Editor")

    assert (updated.role_id, updated.name) == (editor.role_id, "Chief Editor")


def test_masked_field_that_is_unset_is_cleared(client: Client, editor: pb.Role) -> None:
    """The mask says what to change, and nothing else is looked at."""
    updated = update(client, by_id(editor), "description", "permissions", "default", name="Not in the mask")

    assert settable(updated) == pb.Role(name="Editor")


def test_star_replaces_everything(client: Client, editor: pb.Role) -> None:
    """What is not sent is gone."""
    assert settable(update(client, by_id(editor), "*", name="Author")) == pb.Role(name="Author")


@pytest.mark.parametrize(("mask", "name"), [("name", ""), ("*", ""), ("name", " \t"), ("name", "　")])
def test_name_cannot_be_cleared(client: Client, editor: pb.Role, mask: str, name: str) -> None:
    """A role always has one."""
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        update(client, by_id(editor), mask, name=name, description="Changed")

    assert error.value.fields == ["role.name"]
    assert client.roles.GetRole(rpc.GetRoleRequest(by=by_id(editor))).role == editor


def test_every_bad_path_of_a_mask_is_listed(server: Running, client: Client, editor: pb.Role) -> None:
    """Unknown fields, and those that never change; nothing is updated."""
    before = contents(server.url)

    with refused("INVALID_ARGUMENT", "UPDATE_MASK_INVALID") as error:
        update(client, by_id(editor), "description", "colour", "role_id", "*", "name.first", name="New")

    assert error.value.fields == [f"update_mask.paths[{n}]" for n in (1, 2, 3, 4)]
    assert contents(server.url) == before


def test_output_only_fields_of_a_mask_are_ignored(client: Client, editor: pb.Role) -> None:
    """So that a whole resource can be sent back with the mask of all its fields."""
    updated = update(
        client,
        by_id(editor),
        "create_time",
        "update_time",
        "etag",
        "description",
        description="New",
        create_time=Timestamp(seconds=1),
    )

    assert updated.description == "New"
    assert updated.create_time == editor.create_time


def test_update_that_changes_nothing_leaves_everything(
    server: Running, client: Client, editor: pb.Role
) -> None:
    """No new etag, no event."""
    before = contents(server.url)

    assert update(client, by_id(editor), "*", **{f.name: v for f, v in EDITOR.ListFields()}) == editor
    assert contents(server.url) == before


def test_etag_guards_an_update(client: Client, editor: pb.Role) -> None:
    """The one who read first and writes last is told the present etag."""
    present = update(client, by_id(editor), description="First", etag=editor.etag)

    with refused("ABORTED", "ETAG_MISMATCH") as error:
        update(client, by_id(editor), description="Second", etag=editor.etag)

    assert error.value.metadata == {"etag": present.etag}
    assert update(client, by_id(editor), description="Third", etag=present.etag).description == "Third"


def test_role_cannot_take_the_name_of_another(client: Client, editor: pb.Role) -> None:
    """But its own in another spelling."""
    client.roles.CreateRole(rpc.CreateRoleRequest(role=pb.Role(name="Author")))

    with refused("ALREADY_EXISTS", "ROLE_NAME_TAKEN"):
        update(client, by_id(editor), name="AUTHOR")

    assert update(client, by_id(editor), name="EDITOR").name == "EDITOR"


def test_update_of_a_role_that_does_not_exist(client: Client) -> None:
    """It is not made by the way."""
    with refused("NOT_FOUND", "ROLE_NOT_FOUND") as error:
        update(client, pb.RoleRef(name="Nobody"), description="New")

    assert error.value.metadata == {"name": "Nobody"}


def test_holders_have_the_new_permissions_with_the_next_read(client: Client, editor: pb.Role) -> None:
    """Their own etags stay."""
    user = holder(client, editor)

    update(client, by_id(editor), permissions=["books:burn"], name="Firefighter")

    by = user_pb2.UserRef(user_id=user.user_id)
    read = client.users.GetUser(user_service_pb2.GetUserRequest(by=by)).user
    assert (list(read.permissions), read.roles[0].name) == (["books:burn"], "Firefighter")
    assert read.etag == user.etag


def test_update_is_recorded_with_what_it_changed(server: Running, client: Client, editor: pb.Role) -> None:
    """Before and after of the changed fields, and no others."""
    update(client, by_id(editor), description="New", name="Editor", permissions=["books:read"])

    event = events(server.url, client.project_id, "role.")[-1]

    assert (event.type, event.subject_id) == ("role.updated", editor.role_id)
    assert event.changes == (
        {"description": "Edits", "permissions": ["books:read", "books:write"]},
        {"description": "New", "permissions": ["books:read"]},
    )


# -- deletion --------------------------------------------------------------------------------------


def delete(client: Client, by: pb.RoleRef, **options: Any) -> None:
    """Deletes the role."""
    client.roles.DeleteRole(rpc.DeleteRoleRequest(by=by, **options))


def test_deleted_role_is_gone_and_its_name_is_free(server: Running, client: Client, editor: pb.Role) -> None:
    """The event keeps what it was; a new role of the same id is another one."""
    delete(client, pb.RoleRef(name="editor"))

    with refused("NOT_FOUND", "ROLE_NOT_FOUND"):
        delete(client, by_id(editor))
    event = events(server.url, client.project_id, "role.")[-1]
    assert (event.type, event.subject_id) == ("role.deleted", editor.role_id)
    assert event.changes[0]["permissions"] == ["books:read", "books:write"]
    again = client.roles.CreateRole(
        rpc.CreateRoleRequest(role=pb.Role(role_id=editor.role_id, name="Editor"))
    ).role
    with refused("ABORTED", "ETAG_MISMATCH"):
        delete(client, by_id(again), etag=editor.etag)


def test_role_in_use_is_deleted_only_by_force(server: Running, client: Client, editor: pb.Role) -> None:
    """Force takes it from its holders, and the event says from how many."""
    users = [holder(client, editor) for _ in range(3)]
    with refused("FAILED_PRECONDITION", "ROLE_IN_USE"):
        delete(client, by_id(editor))
    with refused("FAILED_PRECONDITION", "ROLE_IN_USE"):
        delete(client, by_id(editor), etag=editor.etag)

    delete(client, by_id(editor), force=True)

    for user in users:
        by = user_pb2.UserRef(user_id=user.user_id)
        read = client.users.GetUser(user_service_pb2.GetUserRequest(by=by)).user
        assert (list(read.roles), list(read.permissions)) == ([], [])
    event = events(server.url, client.project_id, "role.deleted")[-1]
    assert event.data is not None
    assert event.data["grants_removed"] == 3


def test_grant_that_has_expired_does_not_keep_a_role(
    server: Running, client: Client, editor: pb.Role
) -> None:
    """Whose time is over does not hold the role."""
    soon = Timestamp()
    soon.FromDatetime(datetime.now(UTC) + timedelta(hours=1))
    holder(client, editor, expire_time=soon)
    with refused("FAILED_PRECONDITION", "ROLE_IN_USE"):
        delete(client, by_id(editor))
    sql(server.url, "UPDATE user_roles SET expire_time = now() - interval '1 second'")

    delete(client, by_id(editor))

    assert sql(server.url, "SELECT count(*) FROM user_roles") == [(0,)]


def test_etag_guards_a_deletion(client: Client, editor: pb.Role) -> None:
    """Force does not override it."""
    present = update(client, by_id(editor), description="New")

    with refused("ABORTED", "ETAG_MISMATCH") as error:
        delete(client, by_id(editor), etag=editor.etag, force=True)

    assert error.value.metadata == {"etag": present.etag}
    delete(client, by_id(editor), etag=present.etag)
