"""RoleService.ListPermissions. What it has in common with other lists: test_pages."""

from __future__ import annotations

from roster.v1 import role_pb2 as pb
from roster.v1 import role_service_pb2 as rpc

from tests.calling import Client, refused


def create(client: Client, name: str, *permissions: str) -> None:
    """A role that holds these permissions."""
    client.roles.CreateRole(rpc.CreateRoleRequest(role=pb.Role(name=name, permissions=permissions)))


def listed(client: Client) -> dict[str, int]:
    """Every permission and how many roles hold it, in the order of the list."""
    answer = client.roles.ListPermissions(rpc.ListPermissionsRequest(page_size=1000))
    return {item.permission: item.role_count for item in answer.permissions}


def test_permissions_are_listed_once_with_the_number_of_their_roles(client: Client) -> None:
    """In alphabetical order, by code points."""
    create(client, "Reader", "books:read", "äpfel:read")
    create(client, "Writer", "books:write", "books:read", "Books:read")
    create(client, "Nobody")

    assert list(listed(client).items()) == [
        ("Books:read", 1),
        ("books:read", 2),
        ("books:write", 1),
        ("äpfel:read", 1),
    ]


def test_permission_that_no_role_holds_any_more_is_gone(client: Client) -> None:
    """The list follows the roles."""
    create(client, "Reader", "books:read")
    create(client, "Writer", "books:read", "books:write")
    client.roles.UpdateRole(
        rpc.UpdateRoleRequest(by=pb.RoleRef(name="Writer"), role=pb.Role(permissions=["books:sell"]))
    )
    assert listed(client) == {"books:read": 1, "books:sell": 1}

    client.roles.DeleteRole(rpc.DeleteRoleRequest(by=pb.RoleRef(name="Reader")))

    assert listed(client) == {"books:sell": 1}


def test_permissions_of_another_project_are_not_seen(client: Client, other_project: Client) -> None:
    """Neither the strings nor the count of their roles."""
    create(client, "Reader", "books:read")
    create(other_project, "Reader", "books:read", "secret:read")

    assert listed(client) == {"books:read": 1}


def test_role_cannot_hold_what_is_no_permission(client: Client) -> None:
    """White space, nothing, too long, the same twice: each is named."""
    bad = ["books read", "", "x" * 201, "x\t", "x\n"]

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        create(client, "Reader", "fine", *bad)
    assert error.value.fields == [f"role.permissions[{n}]" for n in (1, 2, 3, 4, 5)]

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        create(client, "Reader", "same", "same")
    assert error.value.fields == ["role.permissions"]


def test_role_holds_five_hundred_permissions_at_most(client: Client) -> None:
    """Each of up to 200 characters, in any script."""
    most = [f"{n:03}{'ß' * 197}" for n in range(500)]
    create(client, "Everything", *most)
    assert list(listed(client)) == most

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        create(client, "Too much", *most, "one:more")
    assert error.value.fields == ["role.permissions"]
