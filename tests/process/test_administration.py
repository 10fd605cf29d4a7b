"""The commands that manage projects and keys, as processes of their own."""

from __future__ import annotations

from pathlib import Path

import grpc
import pytest
from roster.v1 import role_service_pb2, user_service_pb2

from tests.calling import Client, refused
from tests.process.service import StartService, only, run

NOBODY = "00000000-0000-0000-0000-000000000000"


def test_projects_and_keys_are_made_for_callers(start: StartService) -> None:
    """What `keys create` prints is what a caller presents; the lists tell of both; a revoked key is told."""
    service = start(**only(), ROSTER_KEY_CACHE_SECONDS="0")
    _, project_id, _ = run("projects create Shop", service.data_dir)
    flags = f"--project {project_id.strip()} --scope users:read --scope users:read"
    code, credentials, _ = run(f"keys create {flags} --name reader", service.data_dir)
    assert code == 0

    held = service.credentials()
    named, _, secret = credentials.strip().partition(":")
    client = Client(grpc.insecure_channel(held["address"]), named, secret)
    assert not client.users.ListUsers(user_service_pb2.ListUsersRequest()).users
    with refused("PERMISSION_DENIED", "SCOPE_MISSING"):
        client.roles.ListRoles(role_service_pb2.ListRolesRequest())

    assert "Shop" in run("projects list", service.data_dir)[1]
    keys = run(f"keys list --project {project_id.strip()}", service.data_dir)[1]
    (row,) = [line for line in keys.splitlines() if "reader" in line]
    assert ("users:read " in row, "in use" in row) == (True, True)

    code, told, _ = run(f"keys revoke --project {project_id.strip()} {row.split()[0]}", service.data_dir)
    assert (code, told) == (0, f"{row.split()[0]} is revoked\n")
    with refused("UNAUTHENTICATED", "KEY_REVOKED"):
        client.users.ListUsers(user_service_pb2.ListUsersRequest())


# Command, exit code, and what is told beside the usage.
MISTAKES = (
    ("keys list --project shop", 2, "Invalid value for '--project': Input should be a valid UUID"),
    (f"keys list --project {NOBODY}", 1, f"There is no project with project_id {NOBODY}"),
    ("keys revoke first", 2, "Invalid value for 'key_id': Input should be a valid UUID"),
    (f"keys revoke {NOBODY}", 1, f"There is no management key with key_id {NOBODY}"),
    ("keys create", 2, "Missing option '--scope'"),
    ("keys create --scope users:sing", 1, "management_key.scopes[0]: is not a scope"),
    ("keys create --scope * --expire-days 0", 1, "management_key.expire_time: must lie in the future"),
    ("keys create --scope * --expire-days 1e12", 2, "Invalid value for '--expire-days'"),
    ("keys create --scope * --allow-from 10.0.0.1/8", 1, "10.0.0.1/8 has host bits set"),
    (f"keys create --scope * --name {'x' * 201}", 2, "has 201 characters, at most 200 are allowed"),
    (f"projects create {'x' * 201}", 2, "has 201 characters, at most 200 are allowed"),
)


def test_mistakes_are_told_without_a_traceback(start: StartService) -> None:
    """And change nothing."""
    service = start(**only())
    lists = [run(command, service.data_dir)[1] for command in ("projects list", "keys list")]
    for command, expected, words in MISTAKES:
        code, output, errors = run(command, service.data_dir, COLUMNS="200")
        assert (code, output, words in errors) == (expected, "", True), (command, errors)
        assert "Traceback" not in errors, command

    assert lists == [run(command, service.data_dir)[1] for command in ("projects list", "keys list")]


@pytest.mark.parametrize("command", ["migrate", "projects list", "keys list"])
def test_unreachable_database_is_told_in_one_line(command: str, data_dir: Path) -> None:
    url = "postgresql://someone:secret@127.0.0.1:1/nowhere"
    code, output, errors = run(command, data_dir, ROSTER_DATABASE_URL=url)
    assert (code, output, len(errors.splitlines())) == (1, "", 1)
    assert errors.startswith("roster: the database cannot be reached: ")
    assert "secret" not in errors
