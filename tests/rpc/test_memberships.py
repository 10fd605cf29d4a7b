"""ModifyUserTenants and ModifyUserApplications. Roles in tenants: test_tenant_roles."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from roster.v1 import user_pb2 as pb
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents
from tests.rpc.directory_requests import APPLICATIONS, TENANTS, Kind
from tests.rpc.user_requests import (
    ADD,
    NOBODY,
    REMOVE,
    SET,
    ask,
    by,
    created,
    events_of,
    invalid_fields,
    read,
)

MODES = (ADD, SET, REMOVE)


@pytest.fixture(params=[TENANTS, APPLICATIONS], ids=lambda kind: kind.word)
def kind(request: pytest.FixtureRequest) -> Kind:
    """What a user can belong to."""
    chosen: Kind = request.param
    return chosen


@pytest.fixture
def things(client: Client, kind: Kind) -> list[Any]:
    """Three of them; none is created in alphabetical order."""
    return [kind.create(client, name=name) for name in ("beta", "Gamma", "ａlpha")]


@pytest.fixture
def ann(client: Client) -> pb.User:
    """A user with nothing."""
    return created(client, login_ids=["ann"])


def test_things_are_added_set_and_removed(
    client: Client, kind: Kind, things: list[Any], ann: pb.User
) -> None:
    """They are shown in alphabetical order; every answer is what a read shows."""
    beta, gamma, alpha = things
    steps: list[tuple[Any, list[Any], list[str]]] = [
        (ADD, [gamma], ["Gamma"]),
        (ADD, [alpha, gamma], ["ａlpha", "Gamma"]),
        (SET, [beta, alpha], ["ａlpha", "beta"]),
        (REMOVE, [alpha, gamma], ["beta"]),
        (ADD, [kind.id_of(gamma).upper()], ["beta", "Gamma"]),
        (SET, [], []),
    ]
    for mode, named, expected in steps:
        user = kind.modify(client, ann, mode, *named)
        assert kind.held(user) == expected
        assert read(client, ann) == user


def test_user_is_named_by_any_reference(client: Client, kind: Kind, things: list[Any]) -> None:
    """As in every RPC."""
    user = created(client, login_ids=["bob"], email="bob@example.com", phone_number="+4930123456")
    references = {"email": "BOB@example.com", "phone_number": "+49 30 123456", "login_id": "BOB"}

    for thing, (name, spelling) in zip(things, references.items(), strict=True):
        request = getattr(rpc, f"ModifyUser{kind.title}sRequest")(
            by=by(**{name: spelling}), mode=ADD, **{f"{kind.word}_ids": [kind.id_of(thing)]}
        )
        assert ask(client, request).user.user_id == user.user_id
    assert len(kind.held(read(client, user))) == 3


def test_repeating_a_change_changes_nothing(
    server: Running, client: Client, kind: Kind, things: list[Any], ann: pb.User
) -> None:
    """No new etag, no event."""
    user = kind.modify(client, ann, ADD, *things[:2])
    before = contents(server.url)

    for mode, named in ((ADD, things[:1]), (SET, things[:2]), (REMOVE, things[2:]), (ADD, [])):
        assert kind.modify(client, ann, mode, *named) == user
    assert contents(server.url) == before


def test_what_is_unknown_applies_nothing(
    server: Running, client: Client, other_project: Client, kind: Kind, things: list[Any], ann: pb.User
) -> None:
    """In every mode, also if another project has it."""
    kind.modify(client, ann, ADD, things[0])
    elsewhere = kind.id_of(kind.create(other_project, name="Elsewhere"))
    before = contents(server.url)

    for mode in MODES:
        for unknown in (NOBODY, elsewhere):
            with refused("NOT_FOUND", kind.reason("NOT_FOUND")) as error:
                kind.modify(client, ann, mode, *things, unknown)
            assert error.value.metadata == {f"{kind.word}_id": unknown}
        with refused("NOT_FOUND", "USER_NOT_FOUND") as error:
            kind.modify(client, pb.User(user_id=NOBODY), mode, *things)
        assert error.value.metadata == {"user_id": NOBODY}
    assert contents(server.url) == before


def test_invalid_requests_are_refused(
    server: Running, client: Client, kind: Kind, things: list[Any], ann: pb.User
) -> None:
    """Every field that is wrong is named."""
    field, first = f"{kind.word}_ids", kind.id_of(things[0])
    request = getattr(rpc, f"ModifyUser{kind.title}sRequest")
    before = contents(server.url)

    for arguments, wrong in (
        ({}, ["by", "mode"]),
        ({"by": by(login_id="ann"), "mode": 9}, ["mode"]),
        ({"by": by(login_id="ann"), "mode": ADD, field: ["acme"]}, [f"{field}[0]"]),
        ({"by": by(login_id="ann"), "mode": ADD, field: [first, first]}, [field]),
        ({"by": by(login_id="ann"), "mode": ADD, field: [str(uuid4()) for _ in range(101)]}, [field]),
        ({"by": by(login_id="ann"), "mode": ADD, "request_id": "7"}, ["request_id"]),
    ):
        assert invalid_fields(client, request(**arguments)) == wrong
    assert contents(server.url) == before


def test_change_is_recorded(
    server: Running, client: Client, kind: Kind, things: list[Any], ann: pb.User
) -> None:
    """Before and after; the user's etag is a new one."""
    user = kind.modify(client, ann, ADD, things[0])

    event = events_of(server.url, client, ann)[-1]

    item_id = kind.id_of(things[0])
    after: Any = {item_id: {"roles": [], "role_expire_times": {}}} if kind is TENANTS else [item_id]
    before: Any = {} if kind is TENANTS else []
    assert event.type == f"user.{kind.word}s.modified"
    assert event.changes == ({f"{kind.word}s": before}, {f"{kind.word}s": after})
    assert user.etag != ann.etag
