"""What holds when many change a project's directory and its users at once."""

from __future__ import annotations

from collections import Counter
from functools import partial
from uuid import uuid4

import pytest
from roster.v1 import user_service_pb2 as rpc

from server.config import MAX_CUSTOM_ATTRIBUTES
from tests.calling import Client, Refused
from tests.conftest import Running, sql
from tests.rpc.directory_requests import (
    APPLICATIONS,
    ATTRIBUTES,
    SINGLE_SELECT,
    TENANTS,
    Kind,
    attribute,
    membership,
    modify_roles_in,
    tenant,
    values,
)
from tests.rpc.test_concurrency import at_once, outcomes
from tests.rpc.user_requests import ADD, REMOVE, ask, created, read, role, update

ORPHANS = {
    "user_tenants": "tenant_id NOT IN (SELECT tenant_id FROM tenants)",
    "user_applications": "application_id NOT IN (SELECT application_id FROM applications)",
    "user_attributes": "custom_attribute_id NOT IN (SELECT custom_attribute_id FROM custom_attributes)",
}

each_kind = pytest.mark.parametrize("kind", [TENANTS, APPLICATIONS], ids=lambda kind: kind.word)


def orphans(server: Running) -> int:
    """How many rows of users point at what is no more."""
    return sum(
        sql(server.url, f"SELECT count(*) FROM {table} WHERE {condition}")[0][0]
        for table, condition in ORPHANS.items()
    )


@each_kind
def test_one_of_many_creates_of_one_name_wins(server: Running, client: Client, kind: Kind) -> None:
    """In any spelling."""
    results = at_once([partial(kind.create, client, name=name) for name in ("Acme", "ＡＣＭＥ") * 6])

    assert outcomes(results) == Counter({"OK": 1, kind.reason("NAME_TAKEN"): 11})
    assert len(kind.listed(client)) == 1


def test_one_of_many_creates_of_one_attribute_wins(client: Client) -> None:
    """As with every other name."""
    results = at_once([partial(attribute, client, "level")] * 10)

    assert outcomes(results) == Counter(OK=1, CUSTOM_ATTRIBUTE_NAME_TAKEN=9)


def test_last_place_for_an_attribute_is_given_once(server: Running, client: Client) -> None:
    """Many creations at once never make more than a project can have."""
    sql(
        server.url,
        "INSERT INTO custom_attributes (project_id, custom_attribute_id, name, display_name, type,"
        " options, default_value, required)"
        " SELECT %s, gen_random_uuid(), 'a' || n, '', 'STRING', '{}', NULL, false"
        " FROM generate_series(1, %s) AS n",
        client.project_id,
        MAX_CUSTOM_ATTRIBUTES - 1,
    )

    results = at_once([partial(attribute, client, f"last_{n}") for n in range(8)])

    assert outcomes(results) == Counter(OK=1, CUSTOM_ATTRIBUTE_LIMIT=7)
    assert sql(server.url, "SELECT count(*) FROM custom_attributes") == [(MAX_CUSTOM_ATTRIBUTES,)]


@each_kind
def test_what_is_added_in_parallel_is_all_there(client: Client, kind: Kind) -> None:
    """None is lost, and removing others meanwhile takes only those."""
    ann = created(client, login_ids=["ann"])
    old = [kind.create(client, name=f"old {n}") for n in range(6)]
    new = [kind.create(client, name=f"new {n}") for n in range(6)]
    kind.modify(client, ann, ADD, *old)

    changes = [(ADD, item) for item in new] + [(REMOVE, item) for item in old]

    results = at_once([partial(kind.modify, client, ann, mode, item) for mode, item in changes])

    assert outcomes(results) == Counter(OK=12)
    assert kind.held(read(client, ann)) == [item.name for item in new]


def test_roles_granted_in_one_tenant_in_parallel_are_all_held(client: Client) -> None:
    """As in the whole project."""
    acme = tenant(client, "Acme")
    ann = created(client, login_ids=["ann"], tenants=[membership(acme)])
    names = [role(client, f"role {n}").name for n in range(8)]

    results = at_once([partial(ask, client, modify_roles_in(ann, acme, ADD, name)) for name in names])

    assert outcomes(results) == Counter(OK=8)
    assert [held.name for held in read(client, ann).tenants[0].roles] == names


@each_kind
@pytest.mark.parametrize("force", [False, True])
def test_deletion_while_a_user_joins_leaves_no_trace(
    server: Running, client: Client, kind: Kind, force: bool
) -> None:
    """Either it is had or it is gone, never both."""
    ann = created(client, login_ids=["ann"])
    for round_number in range(10):
        item = kind.create(client, name=f"Number {round_number}")

        joined, deleted = at_once(
            [partial(kind.modify, client, ann, ADD, item), partial(kind.delete, client, item, force=force)]
        )

        expected = [Counter({"OK": 1, kind.reason("NOT_FOUND"): 1})]
        expected.append(Counter(OK=2) if force else Counter({"OK": 1, kind.reason("IN_USE"): 1}))
        assert outcomes([joined, deleted]) in expected
        assert kind.held(read(client, ann)).count(item.name) == isinstance(deleted, Refused)
    assert orphans(server) == 0


def test_who_leaves_a_tenant_while_given_a_role_in_it(server: Running, client: Client) -> None:
    """Holds no role there, or was refused it."""
    acme = tenant(client, "Acme")
    role(client, "Reader")
    ann = created(client, login_ids=["ann"])
    for _ in range(10):
        TENANTS.modify(client, ann, ADD, acme)

        granted, left = at_once(
            [
                partial(ask, client, modify_roles_in(ann, acme, ADD, "Reader")),
                partial(TENANTS.modify, client, ann, REMOVE, acme),
            ]
        )

        assert outcomes([left]) == Counter(OK=1)
        assert outcomes([granted]) in (Counter(OK=1), Counter(NOT_IN_TENANT=1))
        assert sql(server.url, "SELECT count(*) FROM user_tenant_roles") == [(0,)]


def test_attribute_deleted_while_it_is_given_leaves_no_value(server: Running, client: Client) -> None:
    """A user gets it or is refused for its name; taking it away succeeds in any case."""
    ann = created(client, login_ids=["ann"])
    for round_number in range(10):
        made = attribute(client, f"level_{round_number}")
        given = values(**{made.name: "high"})
        ask(client, update(ann, custom_attributes=given))

        cleared, deleted, *given_to = at_once(
            [
                partial(ask, client, update(ann, "custom_attributes")),
                partial(ATTRIBUTES.delete, client, made),
                partial(created, client, login_ids=[f"user-{round_number}"], custom_attributes=given),
                partial(ask, client, update(ann, f"custom_attributes.{made.name}", custom_attributes=given)),
            ]
        )

        assert outcomes([cleared, deleted]) == Counter(OK=2)
        assert set(outcomes(given_to)) <= {"OK", "CUSTOM_ATTRIBUTE_NOT_FOUND"}
    assert sql(server.url, "SELECT count(*) FROM user_attributes") == [(0,)]


def test_option_removed_while_it_is_chosen_is_nobodys(server: Running, client: Client) -> None:
    """A user never has an option that the attribute does not have."""
    size = attribute(client, "size", SINGLE_SELECT, options=["small", "large"])
    ann = created(client, login_ids=["ann"])
    choose = update(ann, "custom_attributes.size", custom_attributes=values(size="large"))
    for _ in range(15):
        ask(client, update(ann, "custom_attributes.size"))
        ATTRIBUTES.update(client, size, options=["small", "large"])

        chosen, removed = at_once(
            [partial(ask, client, choose), partial(ATTRIBUTES.update, client, size, options=["small"])]
        )

        assert outcomes([chosen, removed]) in (
            Counter(OK=1, FIELDS_INVALID=1),
            Counter(OK=1, ATTRIBUTE_OPTION_IN_USE=1),
        )


def test_test_users_created_while_all_are_deleted_are_whole_or_gone(server: Running, client: Client) -> None:
    """Every deletion counts its own; together they count all that went."""
    acme = tenant(client, "Acme")

    def create_five(batch: int) -> None:
        for n in range(5):
            created(client, login_ids=[f"bot-{batch}-{n}"], test=True, tenants=[membership(acme)])

    def delete_all() -> int:
        count: int = ask(client, rpc.DeleteTestUsersRequest(request_id=str(uuid4()))).deleted_count
        return count

    results = at_once([partial(create_five, batch) for batch in range(4)] + [delete_all] * 4)

    assert outcomes(results) == Counter(OK=8)
    assert sum(results[4:]) + delete_all() == 20
    assert sql(server.url, "SELECT count(*) FROM users") == [(0,)]
    TENANTS.delete(client, acme)
