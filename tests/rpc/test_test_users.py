"""DeleteTestUsers: all of them at once, and nobody else."""

from __future__ import annotations

from uuid import uuid4

import pytest
from roster.v1 import user_pb2 as pb
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.requests import PASSWORD
from tests.rows import contents, tables
from tests.rpc.directory_requests import (
    APPLICATIONS,
    ATTRIBUTES,
    TENANTS,
    access,
    application,
    attribute,
    membership,
    tenant,
    values,
)
from tests.rpc.user_requests import (
    ask,
    by,
    create,
    created,
    events_of,
    get,
    let_user_expire,
    listing,
    read,
    role,
)


@pytest.fixture
def ann(client: Client) -> pb.User:
    """A real person, in a project with everything."""
    role(client, "Reader", default=True)
    attribute(client, "level")
    acme, shop = tenant(client, "Acme"), application(client, "Shop")
    return created(
        client,
        email="ann@example.com",
        tenants=[membership(acme, "Reader")],
        applications=[access(shop)],
        custom_attributes=values(level="high"),
    )


@pytest.fixture
def bots(client: Client, ann: pb.User) -> list[pb.User]:
    """Three test users who have all that a user can have."""
    made = []
    for n in range(3):
        user = pb.User(
            email=f"bot-{n}@example.com",
            phone_number=f"+4930123456{n}",
            login_ids=[f"bot-{n}"],
            test=True,
            roles=[pb.RoleGrant(name="Reader")],
            tenants=ann.tenants,
            applications=ann.applications,
            custom_attributes=ann.custom_attributes,
        )
        made.append(ask(client, rpc.CreateUserRequest(user=user, password=PASSWORD)).user)
    return made


def delete_all(client: Client, request_id: str = "") -> int:
    count: int = ask(client, rpc.DeleteTestUsersRequest(request_id=request_id)).deleted_count
    return count


def test_all_test_users_go_and_nobody_else(server: Running, client: Client, ann: pb.User) -> None:
    """The answer says how many they were; one that has expired is one of them."""
    let_user_expire(server.url, created(client, login_ids=["old"], test=True))
    created(client, login_ids=["new"], test=True)

    assert delete_all(client) == 2

    assert list(ask(client, listing(test_users=rpc.TEST_USERS_INCLUDE)).users) == [ann]
    assert delete_all(client) == 0


def test_nothing_of_them_is_left(server: Running, client: Client, ann: pb.User, bots: list[pb.User]) -> None:
    """Neither what they held nor who they were; their identifiers are free again."""
    assert delete_all(client) == 3

    everything = contents(server.url)
    for table in tables(server.url):
        for bot in bots:
            rows = [row for row in everything[table] if bot.user_id in row]
            assert (rows == []) == (table != "events"), table
    assert "bot-" not in "".join(row for rows in everything.values() for row in rows)
    assert read(client, ann) == ann
    for bot in bots:
        with refused("NOT_FOUND", "USER_NOT_FOUND"):
            ask(client, get(bot))
        created(client, user_id=bot.user_id, email=bot.email, phone_number=bot.phone_number)


def test_what_only_they_had_is_in_use_no_more(client: Client) -> None:
    """Tenants, applications and options can be deleted without force."""
    acme, shop = tenant(client, "Acme"), application(client, "Shop")
    size = attribute(client, "size", "ATTRIBUTE_TYPE_SINGLE_SELECT", options=["small", "large"])
    created(
        client,
        login_ids=["bot"],
        test=True,
        tenants=[membership(acme)],
        applications=[access(shop)],
        custom_attributes=values(size="large"),
    )

    delete_all(client)

    TENANTS.delete(client, acme)
    APPLICATIONS.delete(client, shop)
    assert list(ATTRIBUTES.update(client, size, options=["small"]).options) == ["small"]


def test_every_deletion_is_recorded_without_personal_data(
    server: Running, client: Client, bots: list[pb.User]
) -> None:
    """As DeleteUser does it; when there is nobody, nothing is."""
    delete_all(client)

    for bot in bots:
        creation, deletion = events_of(server.url, client, bot)
        assert (creation.type, creation.data) == ("user.created", None)
        assert (deletion.type, deletion.data) == ("user.deleted", {})
        assert deletion.key_id is not None
    before = contents(server.url)
    assert delete_all(client) == 0
    assert contents(server.url) == before


def test_repeat_gets_the_first_answer(client: Client, bots: list[pb.User]) -> None:
    """Test users who came meanwhile stay."""
    request_id = str(uuid4())
    assert delete_all(client, request_id) == 3
    created(client, login_ids=["new"], test=True)

    assert delete_all(client, request_id) == 3

    assert read(client, by(login_id="new")).test


def test_repeated_creation_of_a_deleted_one_answers_nothing(server: Running, client: Client) -> None:
    """The record of the request keeps no personal data either."""
    request = create(login_ids=["bot"], test=True, request_id=str(uuid4()))
    ask(client, request)

    delete_all(client)

    assert ask(client, request) == rpc.CreateUserResponse()
    assert sql(server.url, "SELECT count(*) FROM users") == [(0,)]


def test_other_projects_keep_theirs(server: Running, client: Client, other_project: Client) -> None:
    """Even one with the same id."""
    bot = created(client, login_ids=["bot"], test=True)
    created(other_project, user_id=bot.user_id, login_ids=["bot"], test=True)
    before = contents(server.url, other_project.project_id)

    assert delete_all(client) == 1

    assert contents(server.url, other_project.project_id) == before
