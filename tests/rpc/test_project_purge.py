"""Deleting a project that is too large to be deleted within the call."""

from __future__ import annotations

from roster.v1 import project_service_pb2 as rpc
from roster.v1 import user_service_pb2

from server.jobs.worker import JobWorker
from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.process.conftest import eventually

USERS = """
INSERT INTO users (project_id, user_id, login_ids, email, email_key, email_verified, phone_number,
    phone_number_verified, given_name, family_name, family_name_key, middle_name, display_name, picture,
    locale, zoneinfo, status, test, search_text)
SELECT %s, gen_random_uuid(), '{}', n || '@x.org', n || '@x.org', false, '', false, '', '', '', '', '', '',
    '', '', 'ACTIVE', false, ''
FROM generate_series(1, 5000) AS n
"""


def test_large_project_is_gone_at_once_and_empty_soon(
    client: Client, other_project: Client, server: Running, jobs: JobWorker
) -> None:
    """Nobody finds it or its keys from then on; its rows are removed in the background."""
    project_id = other_project.project_id
    sql(server.url, USERS, project_id)

    client.projects.DeleteProject(rpc.DeleteProjectRequest(project_id=project_id, force=True))

    with refused("NOT_FOUND", "PROJECT_NOT_FOUND"):
        client.projects.GetProject(rpc.GetProjectRequest(project_id=project_id))
    with refused("UNAUTHENTICATED", "CREDENTIALS_INVALID"):
        other_project.users.ListUsers(user_service_pb2.ListUsersRequest())
    listed = client.projects.ListProjects(rpc.ListProjectsRequest()).projects
    assert [client.project_id] == [project.project_id for project in listed]
    left = "SELECT count(*) FROM users WHERE project_id = %s"
    eventually(lambda: sql(server.url, left, project_id) == [(0,)])
    gone = "SELECT count(*) FROM projects WHERE project_id = %s"
    eventually(lambda: sql(server.url, gone, project_id) == [(0,)])
    assert [] == sql(server.url, "SELECT 1 FROM management_keys WHERE project_id = %s", project_id)
