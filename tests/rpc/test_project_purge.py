"""Deleting a project that is too large to be deleted within the call."""

from __future__ import annotations

import pytest
from roster.v1 import project_service_pb2 as rpc
from roster.v1 import user_service_pb2

from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.process.conftest import eventually
from tests.rows import contents

USERS = """
INSERT INTO users (project_id, user_id, login_ids, email, email_key, email_verified, phone_number,
    phone_number_verified, given_name, family_name, family_name_key, middle_name, display_name, picture,
    locale, zoneinfo, status, test, search_text)
SELECT %s, gen_random_uuid(), '{}', n || '@x.org', n || '@x.org', false, '', false, '', '', '', '', '', '',
    '', '', 'ACTIVE', false, ''
FROM generate_series(1, 6000) AS n
"""
# Far more than users, in the course of time.
EVENTS = """
INSERT INTO events (project_id, event_id, type, subject_id, request_id, data)
SELECT %s, gen_random_uuid(), 'role.updated', gen_random_uuid(), '', '{}' FROM generate_series(1, 6000)
"""


@pytest.mark.parametrize("holdings", [USERS, EVENTS], ids=["users", "events"])
def test_large_project_is_gone_at_once_and_empty_soon(
    client: Client, other_project: Client, server: Running, holdings: str, request: pytest.FixtureRequest
) -> None:
    """Nobody finds it or its keys from then on; its rows are removed in the background."""
    project_id = other_project.project_id
    sql(server.url, holdings, project_id)

    client.projects.DeleteProject(rpc.DeleteProjectRequest(project_id=project_id, force=True))

    with refused("NOT_FOUND", "PROJECT_NOT_FOUND"):
        client.projects.GetProject(rpc.GetProjectRequest(project_id=project_id))
    with refused("UNAUTHENTICATED", "CREDENTIALS_INVALID"):
        other_project.users.ListUsers(user_service_pb2.ListUsersRequest())
    listed = client.projects.ListProjects(rpc.ListProjectsRequest()).projects
    assert [client.project_id] == [project.project_id for project in listed]
    emptied = "SELECT count(*) = 0 FROM projects WHERE project_id = %s"
    assert sql(server.url, emptied, project_id) == [(False,)]
    request.getfixturevalue("jobs")
    eventually(lambda: sql(server.url, emptied, project_id) == [(True,)])
    assert not any(contents(server.url, project_id).values())
