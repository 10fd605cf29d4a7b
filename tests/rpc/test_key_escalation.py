"""A management key cannot give more than it holds: neither a scope, nor a project, nor all projects."""

from __future__ import annotations

from uuid import uuid4

import pytest
from roster.v1 import management_key_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents
from tests.rpc.key_requests import create, holder, revoke, rotate, update


@pytest.mark.parametrize(
    ("held", "given", "lacking"),
    [
        (["users:read"], ["users:write"], "users:write"),
        (["users:read", "users:write"], ["users:*"], "users:*"),
        (["users:*", "roles:*", "projects:*"], ["*"], "*"),
        (["users:*"], ["users:read", "roles:read"], "roles:read"),
        (["users:*"], ["users:read", "users:*"], ""),
        (["*"], ["*", "users:*"], ""),
    ],
)
def test_key_gives_no_scope_that_it_does_not_hold(
    server: Running, client: Client, held: list[str], given: list[str], lacking: str
) -> None:
    """Neither to a new key, nor to one there is, nor by rotating one that holds more."""
    giver = holder(client, "keys:write", *held)
    weak, _ = create(client, "users:read")
    strong, _ = create(client, *given)
    if not lacking:
        create(giver, *given)
        update(giver, weak.key_id, scopes=given)
        rotate(giver, strong.key_id)
        return
    before = contents(server.url)

    for give in (
        lambda: create(giver, *given),
        lambda: update(giver, weak.key_id, scopes=given),
        lambda: update(giver, strong.key_id, display_name="Mine now"),
        lambda: rotate(giver, strong.key_id),
    ):
        with refused("PERMISSION_DENIED", "SCOPE_ESCALATION") as error:
            give()
        assert error.value.metadata == {"grant": lacking}
    assert contents(server.url) == before


def test_key_gives_no_project_that_it_may_not_act_in(client: Client, other_project: Client) -> None:
    """Nor all of them; one that does not exist is refused in the same way."""
    giver = holder(client, "*")
    two = holder(client, "*", project_ids=[other_project.project_id])
    wide, _ = create(client, "*", project_ids=[other_project.project_id])

    for project_id in (other_project.project_id, str(uuid4())):
        with refused("PERMISSION_DENIED", "SCOPE_ESCALATION") as error:
            create(giver, "users:read", project_ids=[client.project_id, project_id])
        assert error.value.metadata == {"grant": project_id}
    for caller in (giver, two):
        with refused("PERMISSION_DENIED", "SCOPE_ESCALATION") as error:
            create(caller, "users:read", all_projects=True)
        assert error.value.metadata == {"grant": "all_projects"}
    with refused("PERMISSION_DENIED", "SCOPE_ESCALATION"):
        rotate(giver, wide.key_id)
    rotate(two, wide.key_id)
    create(two, "users:read", project_ids=[other_project.project_id, client.project_id])


def test_key_of_all_projects_gives_no_project_that_does_not_exist(client: Client) -> None:
    """The error names it."""
    nowhere = str(uuid4())

    with refused("NOT_FOUND", "PROJECT_NOT_FOUND") as error:
        create(client, "users:read", project_ids=[client.project_id, nowhere])

    assert error.value.metadata == {"project_id": nowhere}


def test_key_may_take_away_from_itself(client: Client) -> None:
    """And end itself; but not take back what it gave up."""
    key, secret = create(client, "*")
    caller = client.with_key(client.project_id, secret)

    update(caller, key.key_id, scopes=["keys:write"])
    with refused("PERMISSION_DENIED", "SCOPE_ESCALATION"):
        update(caller, key.key_id, scopes=["*"])
    revoke(caller, key.key_id)

    with refused("UNAUTHENTICATED", "KEY_REVOKED"):
        caller.keys.ListManagementKeys(rpc.ListManagementKeysRequest())
