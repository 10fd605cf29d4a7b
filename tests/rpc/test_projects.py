"""ProjectService: who sees which project, and how projects come, change and go. Pages: test_pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from roster.v1 import project_pb2 as pb
from roster.v1 import project_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import MakeKey, Running, sql
from tests.requests import ground
from tests.rows import contents, events


def create(client: Client, **values: Any) -> pb.Project:
    """A new project."""
    request = rpc.CreateProjectRequest(project=pb.Project(**values))
    created: pb.Project = client.projects.CreateProject(request).project
    return created


def get(client: Client, project_id: str = "") -> pb.Project:
    """A project as it is read."""
    found: pb.Project = client.projects.GetProject(rpc.GetProjectRequest(project_id=project_id)).project
    return found


def update(client: Client, *mask: str, **values: Any) -> pb.Project:
    """A project as the update answers it."""
    updated: pb.Project = client.projects.UpdateProject(
        rpc.UpdateProjectRequest(
            project=pb.Project(**values), update_mask=FieldMask(paths=mask) if mask else None
        )
    ).project
    return updated


def delete(client: Client, project_id: str, **options: Any) -> None:
    """Deletes a project."""
    client.projects.DeleteProject(rpc.DeleteProjectRequest(project_id=project_id, **options))


def seen(client: Client) -> list[str]:
    """The ids that the list of projects shows."""
    answer = client.projects.ListProjects(rpc.ListProjectsRequest())
    return [project.project_id for project in answer.projects]


# -- creating and reading --------------------------------------------------------------------------


def test_created_project_can_be_read_listed_and_worked_in(client: Client) -> None:
    """A key of all projects may act in the new one at once."""
    created = create(client, display_name="Second")

    assert UUID(created.project_id).version == 7
    assert created.display_name == "Second"
    assert created.update_time == created.create_time
    assert get(client, created.project_id) == created
    assert seen(client) == [client.project_id, created.project_id]
    inside = client.with_key(created.project_id, client.key)
    assert get(inside) == created
    ground(inside)


def test_caller_may_bring_the_id(client: Client) -> None:
    """Any UUID that no project has; it is kept in lower case."""
    project_id = str(uuid4())

    assert create(client, project_id=project_id.upper()).project_id == project_id
    with refused("ALREADY_EXISTS", "PROJECT_ID_TAKEN"):
        create(client, project_id=project_id)


def test_only_a_key_of_all_projects_creates_projects(client: Client, make_key: MakeKey) -> None:
    """No other key could ever reach the new one."""
    confined = client.with_key(client.project_id, make_key("*"))

    with refused("PERMISSION_DENIED", "ALL_PROJECTS_REQUIRED"):
        create(confined, display_name="Second")

    assert seen(client) == [client.project_id]


def test_project_is_by_default_the_one_of_the_call(client: Client, other_project: Client) -> None:
    """It is the one that the credentials name."""
    for caller in (client, other_project):
        assert get(caller).project_id == caller.project_id


def test_project_that_the_key_may_not_act_in_does_not_exist(
    client: Client, other_project: Client, make_key: MakeKey
) -> None:
    """It is refused as one that was never there."""
    confined = client.with_key(client.project_id, make_key("*"))
    errors = []
    for project_id in (other_project.project_id, str(uuid4())):
        for call in (
            lambda there: get(confined, there),
            lambda there: update(confined, project_id=there, display_name="Mine"),
            lambda there: delete(confined, there, force=True),
        ):
            with refused("NOT_FOUND", "PROJECT_NOT_FOUND") as error:
                call(project_id)
            assert error.value.metadata == {"project_id": project_id}
            errors.append(error.value.message.replace(project_id, ""))

    assert len(set(errors)) == 1
    assert get(other_project).display_name == "Other"


def test_key_sees_the_projects_that_it_may_act_in(
    client: Client, other_project: Client, make_key: MakeKey
) -> None:
    """Its own, those it names, or all; oldest first."""
    third = create(client, display_name="Third").project_id
    own = client.with_key(client.project_id, make_key("*"))
    two = client.with_key(client.project_id, make_key("*", project_ids=(third,)))

    assert seen(own) == [client.project_id]
    assert seen(two) == [client.project_id, third]
    assert seen(two.with_key(third, two.key)) == [client.project_id, third]
    assert seen(client) == [client.project_id, other_project.project_id, third]
    answer = two.projects.ListProjects(rpc.ListProjectsRequest(include_total_size=True))
    assert answer.total_size == 2


# -- changing --------------------------------------------------------------------------------------


def test_update_changes_the_name(client: Client) -> None:
    """With and without a mask, by default of the call's own project."""
    before = get(client)

    renamed = update(client, display_name="Renamed")
    assert (renamed.display_name, renamed.project_id) == ("Renamed", client.project_id)
    assert renamed.etag != before.etag
    assert get(client) == renamed
    assert update(client, "display_name", "create_time", "etag").display_name == ""
    assert update(client, "*", display_name="Again").display_name == "Again"
    assert update(client, "*").display_name == ""


def test_update_of_another_project_of_the_key_is_recorded_there(
    server: Running, client: Client, other_project: Client
) -> None:
    """An event belongs to the project that it is about."""
    renamed = update(client, project_id=other_project.project_id.upper(), display_name="Renamed")

    assert get(other_project) == renamed
    event = events(server.url, other_project.project_id, "project.")[-1]
    assert (event.type, event.subject_id) == ("project.updated", other_project.project_id)
    assert event.changes == ({"display_name": "Other"}, {"display_name": "Renamed"})
    assert events(server.url, client.project_id, "project.updated") == []


def test_update_that_changes_nothing_leaves_everything(server: Running, client: Client) -> None:
    """No new etag, no event."""
    before, project = contents(server.url), get(client)

    assert update(client, "*", display_name=project.display_name, etag=project.etag) == project
    assert update(client) == project
    assert contents(server.url) == before


def test_every_bad_path_of_a_mask_is_listed(client: Client) -> None:
    """The id never changes."""
    with refused("INVALID_ARGUMENT", "UPDATE_MASK_INVALID") as error:
        update(client, "project_id", "display_name", "owner", display_name="New")

    assert error.value.fields == ["update_mask.paths[0]", "update_mask.paths[2]"]


def test_etag_guards_an_update(client: Client) -> None:
    """The one who read first and writes last is told the present etag."""
    old = get(client).etag
    present = update(client, display_name="First", etag=old).etag

    with refused("ABORTED", "ETAG_MISMATCH") as error:
        update(client, display_name="Second", etag=old)

    assert error.value.metadata == {"etag": present}


def test_creation_is_recorded_in_the_new_project(server: Running, client: Client) -> None:
    """By the key that did it."""
    created = create(client, display_name="Second")

    (event,) = events(server.url, created.project_id)

    assert (event.type, event.subject_id) == ("project.created", created.project_id)
    assert event.changes == (None, {"display_name": "Second", "settings": {}})
    assert event.key_id is not None
    assert event.key_id.replace("-", "") in client.key


# -- deleting --------------------------------------------------------------------------------------


def test_project_with_users_is_deleted_only_by_force(
    server: Running, client: Client, other_project: Client
) -> None:
    """Then all it held is gone from every table, its keys do not work, and its neighbours are whole."""
    ground(other_project)
    ground(client)
    neighbour = contents(server.url, client.project_id)
    with refused("FAILED_PRECONDITION", "PROJECT_NOT_EMPTY"):
        delete(client, other_project.project_id)
    get(other_project)

    delete(client, other_project.project_id, force=True)

    assert not any(contents(server.url, other_project.project_id).values())
    with refused("UNAUTHENTICATED", "CREDENTIALS_INVALID"):
        get(other_project)
    event = events(server.url, client.project_id)[-1]
    assert (event.type, event.subject_id) == ("project.deleted", other_project.project_id)
    neighbour["events"] = contents(server.url, client.project_id)["events"]
    assert contents(server.url, client.project_id) == neighbour


def test_project_without_users_is_deleted_with_its_roles_and_keys(
    server: Running, client: Client, other_project: Client
) -> None:
    """Only users make a project worth asking twice."""
    ground(other_project)
    sql(server.url, "DELETE FROM users WHERE project_id = %s", other_project.project_id)

    delete(client, other_project.project_id.upper())

    assert seen(client) == [client.project_id]
    assert not any(contents(server.url, other_project.project_id).values())


def test_key_can_delete_the_project_it_lives_in(server: Running, other_project: Client) -> None:
    """Nothing of it stays, not even the event."""
    delete(other_project, other_project.project_id)

    assert not any(contents(server.url, other_project.project_id).values())


def test_etag_guards_a_deletion(client: Client, other_project: Client) -> None:
    """Force does not override it."""
    old = get(other_project).etag
    present = update(other_project, display_name="Renamed").etag

    with refused("ABORTED", "ETAG_MISMATCH") as error:
        delete(client, other_project.project_id, etag=old, force=True)
    assert error.value.metadata == {"etag": present}

    delete(client, other_project.project_id, etag=present)


@pytest.mark.parametrize("project_id", ["", "own", "0" * 36])
def test_project_to_delete_must_be_named(client: Client, project_id: str) -> None:
    """Nobody deletes their own by leaving it out."""
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        delete(client, project_id, force=True)

    assert error.value.fields == ["project_id"]
