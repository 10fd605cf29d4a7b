"""RoleService."""

from roster.v1 import role_pb2 as pb
from roster.v1 import role_service_pb2 as rpc

from tests.calling import Client, refused


def test_created_role_can_be_read_by_id_and_by_name(client: Client) -> None:
    """What CreateRole answers, GetRole answers too."""
    created = client.roles.CreateRole(
        rpc.CreateRoleRequest(role=pb.Role(name="Admin", permissions=["b:write", "a:read"]))
    ).role

    for by in (pb.RoleRef(role_id=created.role_id), pb.RoleRef(name="ADMIN")):
        assert created == client.roles.GetRole(rpc.GetRoleRequest(by=by)).role
    assert ["a:read", "b:write"] == list(created.permissions)


def test_name_is_unique_whatever_its_spelling(client: Client) -> None:
    """Names are compared case-insensitively after NFKC."""
    client.roles.CreateRole(rpc.CreateRoleRequest(role=pb.Role(name="Admin")))

    with refused("ALREADY_EXISTS", "ROLE_NAME_TAKEN"):
        client.roles.CreateRole(rpc.CreateRoleRequest(role=pb.Role(name="ＡＤＭＩＮ")))
