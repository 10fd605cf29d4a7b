"""RoleService: creating, reading and listing roles. Pages: test_pages; changes: test_role_changes."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import role_pb2 as pb
from roster.v1 import role_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import events


def create(client: Client, role: pb.Role) -> pb.Role:
    """The role as it was created."""
    created: pb.Role = client.roles.CreateRole(rpc.CreateRoleRequest(role=role)).role
    return created


def get(client: Client, by: pb.RoleRef) -> pb.Role:
    """The role as it is read."""
    found: pb.Role = client.roles.GetRole(rpc.GetRoleRequest(by=by)).role
    return found


def names(client: Client) -> list[str]:
    """What the list of roles shows."""
    return [role.name for role in client.roles.ListRoles(rpc.ListRolesRequest()).roles]


def test_created_role_can_be_read_by_id_and_by_name(client: Client) -> None:
    """What CreateRole answers, GetRole answers too."""
    created = create(client, pb.Role(name="Admin", permissions=["b:write", "a:read"]))

    for by in (pb.RoleRef(role_id=created.role_id), pb.RoleRef(name="ADMIN")):
        assert get(client, by) == created
    assert list(created.permissions) == ["a:read", "b:write"]


def test_role_keeps_all_that_it_is_given(client: Client) -> None:
    """The server adds an id in the order of time, the times and the etag."""
    created = create(client, pb.Role(name="Admin", description="Does all", permissions=["x"], default=True))

    assert created == pb.Role(
        role_id=created.role_id,
        name="Admin",
        description="Does all",
        permissions=["x"],
        default=True,
        create_time=created.create_time,
        update_time=created.create_time,
        etag=created.etag,
    )
    assert UUID(created.role_id).version == 7
    assert created.etag
    assert created.create_time.seconds


def test_caller_may_bring_the_id(client: Client) -> None:
    """Any UUID, in either case; it is kept in lower case."""
    role_id = str(uuid4())

    assert create(client, pb.Role(role_id=role_id.upper(), name="Admin")).role_id == role_id
    assert get(client, pb.RoleRef(role_id=role_id.upper())).name == "Admin"


def test_output_only_fields_are_ignored(client: Client) -> None:
    """What only the server can know is not taken from a caller."""
    past = Timestamp(seconds=1)

    created = create(client, pb.Role(name="Admin", create_time=past, update_time=past, etag="1-1"))

    assert past not in (created.create_time, created.update_time)
    assert created.etag != "1-1"


def test_white_space_around_a_name_is_dropped(client: Client) -> None:
    """White space of any script, but not the one between words."""
    created = create(client, pb.Role(name="\t　 Chief Editor \n"))

    assert created.name == "Chief Editor"
    assert get(client, pb.RoleRef(name=" chief editor ")) == created


@pytest.mark.parametrize("name", ["", " ", "\t\n", "　 "])
def test_role_needs_a_name(server: Running, client: Client, name: str) -> None:
    """White space is no name."""
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        create(client, pb.Role(name=name))

    assert error.value.fields == ["role.name"]
    assert events(server.url, client.project_id, "role.") == []


@pytest.mark.parametrize("spelling", ["Straße", "STRASSE", "ｓｔｒａｓｓｅ", " straße "])
def test_name_is_unique_whatever_its_spelling(client: Client, spelling: str) -> None:
    """Names are compared case-insensitively after NFKC."""
    create(client, pb.Role(name="Straße"))

    with refused("ALREADY_EXISTS", "ROLE_NAME_TAKEN"):
        create(client, pb.Role(name=spelling))


def test_id_is_unique_in_a_project(client: Client, other_project: Client) -> None:
    """Another project may have the same id and the same name."""
    created = create(client, pb.Role(name="Admin"))
    same_id = pb.Role(role_id=created.role_id, name="Admin")

    with refused("ALREADY_EXISTS", "ROLE_ID_TAKEN"):
        create(client, pb.Role(role_id=created.role_id, name="Other"))

    assert create(other_project, same_id).role_id == created.role_id
    assert get(client, pb.RoleRef(name="Admin")) == created


@pytest.mark.parametrize("kind", ["role_id", "name"])
def test_role_that_does_not_exist_is_not_found(client: Client, kind: str) -> None:
    """The error repeats how the role was named."""
    reference = {kind: str(uuid4())}

    with refused("NOT_FOUND", "ROLE_NOT_FOUND") as error:
        get(client, pb.RoleRef(**reference))

    assert error.value.metadata == reference
    resource = error.value.details["ResourceInfo"]
    assert (resource.resource_type, resource.resource_name) == ("roster.v1.Role", reference[kind])


def test_roles_are_listed_in_alphabetical_order(client: Client) -> None:
    """Capitals and widths of letters do not matter."""
    for name in ("beta", "Alpha", "ｇamma", "Delta", "alpha 2"):
        create(client, pb.Role(name=name))

    assert names(client) == ["Alpha", "alpha 2", "beta", "Delta", "ｇamma"]


def test_list_shows_what_a_read_shows(client: Client) -> None:
    """A listed role is whole, with its permissions and etag."""
    created = create(client, pb.Role(name="Admin", description="All", permissions=["x", "y"]))

    assert list(client.roles.ListRoles(rpc.ListRolesRequest()).roles) == [created]


def test_creation_is_recorded(server: Running, client: Client) -> None:
    """The event tells what was created, by which key and in which call."""
    created = client.roles.CreateRole(
        rpc.CreateRoleRequest(role=pb.Role(name="Admin", permissions=["x"])),
        metadata=(("x-request-id", "call-7"),),
    ).role

    (event,) = events(server.url, client.project_id, "role.")

    assert (event.type, event.subject_id, event.request_id) == ("role.created", created.role_id, "call-7")
    assert event.key_id is not None
    assert event.key_id.replace("-", "") in client.key
    assert event.changes == (
        None,
        {"name": "Admin", "description": "", "permissions": ["x"], "default": False},
    )


def test_refused_creation_is_not_recorded(server: Running, client: Client) -> None:
    """An event stands for a change that happened."""
    create(client, pb.Role(name="Admin"))

    with refused("ALREADY_EXISTS", "ROLE_NAME_TAKEN"):
        create(client, pb.Role(name="Admin"))

    assert len(events(server.url, client.project_id, "role.")) == 1
