"""ModifyUserRoles."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import role_service_pb2
from roster.v1 import user_pb2 as pb
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rows import contents
from tests.rpc.user_requests import (
    ADD,
    LAST_INSTANT,
    NOBODY,
    REMOVE,
    SET,
    Held,
    ask,
    created,
    events_of,
    grant,
    in_days,
    invalid_fields,
    let_grant_expire,
    modify_roles,
    read,
    role,
    role_names,
)


@pytest.fixture
def ann(client: Client) -> pb.User:
    """Somebody who holds the first of three roles."""
    for name in ("Author", "Binder", "Critic"):
        role(client, name, f"{name.lower()}:work", "library:enter")
    return created(client, email="ann@example.com", roles=["Author"])


def modified(client: Client, user: pb.User, mode: rpc.ModifyMode, *roles: Held) -> list[str]:
    """The names of the roles held after a change, as the answer and a read tell them."""
    answer = ask(client, modify_roles(user, mode, *roles)).user
    assert answer == read(client, user)
    return role_names(answer)


def test_roles_are_added_set_and_removed(client: Client, ann: pb.User) -> None:
    """ADD beside the others, SET in the place of all, REMOVE leaves the others; permissions follow."""
    assert modified(client, ann, ADD, "critic", "ＢＩＮＤＥＲ") == ["Author", "Binder", "Critic"]
    assert modified(client, ann, REMOVE, "AUTHOR") == ["Binder", "Critic"]
    assert modified(client, ann, SET, "Author", "Critic") == ["Author", "Critic"]
    assert list(read(client, ann).permissions) == ["author:work", "critic:work", "library:enter"]
    assert modified(client, ann, SET) == []
    assert list(read(client, ann).permissions) == []


def test_id_decides_where_a_name_stands_beside_it(client: Client, ann: pb.User) -> None:
    """A role can be named by id, in any case; one named twice is one."""
    (author,) = ann.roles

    assert modified(client, ann, ADD, pb.RoleGrant(role_id=author.role_id, name="Critic")) == ["Author"]
    assert modified(client, ann, SET, pb.RoleGrant(role_id=author.role_id.upper()), "author") == ["Author"]


@pytest.mark.parametrize(
    ("mode", "roles"),
    [(ADD, ["Author"]), (ADD, []), (SET, ["author", "AUTHOR"]), (REMOVE, ["Binder", "Critic"]), (REMOVE, [])],
)
def test_repeating_a_change_changes_nothing(
    server: Running, client: Client, ann: pb.User, mode: rpc.ModifyMode, roles: list[Held]
) -> None:
    """Not the etag, not the update time, and nothing is recorded."""
    before = contents(server.url)

    assert ask(client, modify_roles(ann, mode, *roles)).user == ann
    assert contents(server.url) == before


def test_adding_a_held_role_moves_its_end(server: Running, client: Client, ann: pb.User) -> None:
    """To where it is asked for, to the last instant there is, and away."""
    far = Timestamp(seconds=100_000_000_000, nanos=1_000)
    ends: list[Timestamp | None] = [in_days(1), far, LAST_INSTANT, None]
    for mode in (ADD, SET):
        for end in ends:
            changed = ask(client, modify_roles(ann, mode, grant("Author", end))).user
            (held,) = changed.roles
            assert (held.expire_time if held.HasField("expire_time") else None) == end
            before = contents(server.url)

            assert ask(client, modify_roles(ann, mode, grant("Author", end))).user == changed
            assert contents(server.url) == before


def test_grant_that_has_expired_counts_for_nothing(server: Running, client: Client, ann: pb.User) -> None:
    """It is gone for ADD, SET and REMOVE alike, and can be given again, for good or for a while."""
    binder = role(client, "Temporary", "temporary:work")
    for mode, again, expected in (
        (ADD, grant("Temporary"), ["Author", "Temporary"]),
        (ADD, grant("Temporary", in_days(1)), ["Author", "Temporary"]),
        (SET, grant("Temporary"), ["Temporary"]),
        (SET, grant("Author"), ["Author"]),
    ):
        modified(client, ann, SET, "Author", grant(binder, in_days(1)))
        let_grant_expire(server.url, ann, binder)
        assert role_names(read(client, ann)) == ["Author"]
        assert modified(client, ann, REMOVE, "Temporary") == ["Author"]

        assert modified(client, ann, mode, again) == expected
        assert "temporary:work" not in read(client, ann).permissions or "Temporary" in expected


def test_grant_that_has_expired_does_not_hold_its_role(server: Running, client: Client, ann: pb.User) -> None:
    """The role can be deleted without force."""
    temporary = role(client, "Temporary")
    modified(client, ann, ADD, grant(temporary, in_days(1)))
    let_grant_expire(server.url, ann, temporary)

    client.roles.DeleteRole(role_service_pb2.DeleteRoleRequest(by={"role_id": temporary.role_id}))

    assert role_names(read(client, ann)) == ["Author"]


@pytest.mark.parametrize("mode", [ADD, SET, REMOVE])
def test_unknown_role_applies_nothing(
    server: Running, client: Client, other_project: Client, ann: pb.User, mode: rpc.ModifyMode
) -> None:
    """All or nothing; the role is named as it was asked for, and those of other projects are unknown."""
    foreign = role(other_project, "Foreign")
    before = contents(server.url)

    for unknown, reference in (
        ("Nothing", {"name": "Nothing"}),
        ("Foreign", {"name": "Foreign"}),
        (foreign, {"role_id": foreign.role_id}),
        (pb.RoleGrant(role_id=NOBODY, name="Author"), {"role_id": NOBODY}),
    ):
        with refused("NOT_FOUND", "ROLE_NOT_FOUND") as error:
            ask(client, modify_roles(ann, mode, "Author", "Binder", unknown))
        assert error.value.metadata == reference

    assert contents(server.url) == before


def test_user_holds_at_most_100_roles(server: Running, client: Client) -> None:
    """Those given by default count, those that have expired do not."""
    role(client, "Default", default=True)
    roles = [role(client, f"Role {number:02}") for number in range(100)]
    user = created(client, email="ann@example.com")
    before = contents(server.url)

    with refused("FAILED_PRECONDITION", "TOO_MANY_ROLES") as error:
        ask(client, modify_roles(user, ADD, *roles))
    assert error.value.metadata == {"limit": "100"}
    assert contents(server.url) == before

    assert len(modified(client, user, SET, *roles)) == 100
    with refused("FAILED_PRECONDITION", "TOO_MANY_ROLES"):
        ask(client, modify_roles(user, ADD, "Default"))
    let_grant_expire(server.url, user, roles[0])
    assert len(modified(client, user, ADD, "Default")) == 100


def test_invalid_requests_are_refused(server: Running, client: Client, ann: pb.User) -> None:
    """Every field that is out of bounds is named. REMOVE does not look at ends."""
    before = contents(server.url)
    past = grant("Author", in_days(-1))
    expected: list[tuple[Any, list[str]]] = [
        (modify_roles(ann, rpc.MODIFY_MODE_UNSPECIFIED, "Author"), ["mode"]),
        (modify_roles(ann, 9, pb.RoleGrant()), ["mode", "roles[0]"]),
        (modify_roles(ann, ADD, pb.RoleGrant(role_id="1")), ["roles[0].role_id"]),
        (modify_roles(ann, ADD, "x" * 101), ["roles[0].name"]),
        (modify_roles(ann, ADD, "Binder", past), ["roles[1].expire_time"]),
        (modify_roles(ann, SET, past, past), ["roles[0].expire_time", "roles[1].expire_time"]),
        (modify_roles(ann, ADD, grant("Author", Timestamp(nanos=-1))), ["roles[0].expire_time"]),
        (modify_roles(ann, ADD, *["Author"] * 101), ["roles"]),
    ]
    for request, fields in expected:
        assert invalid_fields(client, request) == fields
    assert contents(server.url) == before

    assert modified(client, ann, REMOVE, past) == []


def test_change_of_roles_is_recorded(server: Running, client: Client, ann: pb.User) -> None:
    """By the names of the roles, with the ends of those that have one."""
    end = Timestamp(seconds=4_000_000_000)
    modified(client, ann, ADD, grant("Binder", end))
    modified(client, ann, REMOVE, "Author", "Binder")

    added, removed = events_of(server.url, client, ann)[1:]

    assert {added.type, removed.type} == {"user.roles.modified"}
    ends = {"Binder": "2096-10-02T07:06:40+00:00"}
    assert added.changes == (
        {"roles": ["Author"], "role_expire_times": {}},
        {"roles": ["Author", "Binder"], "role_expire_times": ends},
    )
    assert removed.changes == (
        {"roles": ["Author", "Binder"], "role_expire_times": ends},
        {"roles": [], "role_expire_times": {}},
    )


def test_change_of_a_role_reaches_its_holders_and_leaves_their_etag(client: Client, ann: pb.User) -> None:
    """Permissions are those that the role has now."""
    request = role_service_pb2.UpdateRoleRequest(
        by={"name": "author"}, role={"name": "Writer", "permissions": ["books:write"]}
    )
    client.roles.UpdateRole(request)

    after = read(client, ann)
    assert (role_names(after), list(after.permissions)) == (["Writer"], ["books:write"])
    assert after.etag == ann.etag


def test_expired_grant_is_replaced_and_not_kept(server: Running, client: Client, ann: pb.User) -> None:
    """A user has one grant of a role, whatever became of it."""
    temporary = role(client, "Temporary")
    for _ in range(2):
        modified(client, ann, ADD, grant(temporary, in_days(1)))
        let_grant_expire(server.url, ann, temporary)

    grants = sql(server.url, "SELECT count(*) FROM user_roles WHERE user_id = %s", ann.user_id)
    assert grants == [(2,)]
