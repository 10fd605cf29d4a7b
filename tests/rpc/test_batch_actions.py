"""Definitions in batches: every item is what CreateUserAction or DeleteUserAction does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from roster.v1 import user_action_batch_pb2 as batch
from roster.v1 import user_action_pb2 as pb
from roster.v1 import user_action_service_pb2 as rpc

from tests import rows
from tests.calling import Client, Failure, Refused, refused
from tests.conftest import Running
from tests.rows import contents
from tests.rpc.action_requests import (
    ALL,
    apply,
    ask,
    define,
    definition,
    definitions,
    listed,
    option,
    redefine,
    retire,
)
from tests.rpc.batch_requests import POLICIES, answers, options, reasons, tidings
from tests.rpc.email_requests import template
from tests.rpc.user_requests import NOBODY, created

OWN_ID = "7b2c7c0e-9d5f-4a53-8f3e-3c2d1f0e9a8b"


def creations(
    *actions: pb.UserAction, request_id: str = "", **chosen: Any
) -> batch.BatchCreateUserActionsRequest:
    items = [batch.CreateUserActionsItem(user_action=action) for action in actions]
    return batch.BatchCreateUserActionsRequest(items=items, request_id=request_id, options=options(**chosen))


def deletion(action: pb.UserAction, *, hard: bool = False, etag: str = "") -> batch.DeleteUserActionsItem:
    return batch.DeleteUserActionsItem(user_action_id=action.user_action_id, hard_delete=hard, etag=etag)


def deletions(*items: batch.DeleteUserActionsItem, **chosen: Any) -> batch.BatchDeleteUserActionsRequest:
    return batch.BatchDeleteUserActionsRequest(items=items, options=options(**chosen))


def action(name: str = "Suspend", **fields: Any) -> pb.UserAction:
    return pb.UserAction(name=name, **fields)


SUSPEND = {
    "name": " Suspend ",
    "localized_names": {"de": "Sperren", "pt-BR": "Suspender"},
    "temporal": True,
    "prevent_login": True,
    "send_end_event": False,
    "options": [option("Nicely", OWN_ID.upper(), de="Nett"), option("Meanly")],
    "start_email_template_id": OWN_ID,
    "user_emailing_enabled": True,
    "user_notifications_enabled": True,
}


def state(url: str, client: Client, action_id: str) -> tuple[pb.UserAction, list[Any]]:
    """The definition and what is recorded of it, without what no two definitions share."""
    shown = definition(client, action_id)
    recorded = [
        (event.type, event.data)
        for event in rows.events(url, client.project_id, "user_action.")
        if event.subject_id == action_id
    ]
    for field in ("user_action_id", "create_time", "update_time", "etag"):
        shown.ClearField(field)
    shown.options[1].ClearField("option_id")
    recorded[0][1]["after"]["options"][1].pop("option_id")
    return shown, recorded


# -- creating --------------------------------------------------------------------------------------


def test_definitions_are_those_that_create_user_action_makes(server: Running, client: Client) -> None:
    """With everything that one can have; its event as well."""
    template(client, email_template_id=OWN_ID)
    alone = define(client, **SUSPEND)
    expected = state(server.url, client, alone.user_action_id)
    retire(client, alone)

    (answer,) = answers(client, creations(pb.UserAction(user_action_id=OWN_ID, **SUSPEND), action("Praise")))

    assert reasons(answer) == ["CREATED", "CREATED"]
    assert answer.results[0].user_action_id == OWN_ID
    assert expected == state(server.url, client, OWN_ID)
    assert [one.name for one in definitions(client)] == ["Praise", "Suspend"]
    assert definitions(client)[0].user_action_id == answer.results[1].user_action_id


def test_bad_item_fails_as_alone_and_leaves_its_neighbours_alone(client: Client) -> None:
    """The same code, reason, message and details as CreateUserAction has for it."""
    define(client, "Taken", user_action_id=OWN_ID)
    bad = [
        pb.UserAction(),
        action(" "),
        action("x" * 101),
        action(user_action_id="17"),
        action(user_action_id=OWN_ID),
        action("TAKEN"),
        action(prevent_login=True),
        action(options=[option("One"), option("ONE")]),
        action(options=[option("One", OWN_ID), option("Two", OWN_ID), pb.UserActionOption()]),
        action(localized_names={"no language": "x"}),
        action("a\0b"),
    ]
    expected = []
    for wrong in bad:
        with pytest.raises(Refused) as caught:
            ask(client, rpc.CreateUserActionRequest(user_action=wrong))
        expected.append(caught.value)
    stream = creations(*(one for n, wrong in enumerate(bad) for one in (wrong, action(f"Good {n}"))))

    (answer,) = answers(client, stream)

    for wrong, refusal, result in zip(bad, expected, answer.results[::2], strict=True):
        failure = Failure(result.status)
        assert (wrong, failure.code, failure.message) == (wrong, refusal.code, refusal.message)
        assert failure.details == refusal.details
    assert reasons(answer)[1::2] == ["CREATED"] * len(bad)


@pytest.mark.parametrize("policy", POLICIES)
def test_definition_that_is_there(server: Running, client: Client, policy: str) -> None:
    """By its id or by its name in any spelling; before, or since an earlier item or message."""
    define(client, "First", user_action_id=OWN_ID, temporal=True)
    by_id, by_name = {
        "FAIL": ("USER_ACTION_ID_TAKEN", "USER_ACTION_NAME_TAKEN"),
        "SKIP": ("SKIPPED", "SKIPPED"),
        "UPDATE": ("UPDATED", "UPDATED"),
    }[policy]

    assert tidings(
        client,
        creations(
            action("Other", user_action_id=OWN_ID.upper()),
            action("Second", prevent_login=False),
            action("ＳＥＣＯＮＤ", temporal=True),
            on_conflict=policy,
        ),
        creations(action("second", localized_names={"de": "Zweites"}), action("Third")),
    ) == [by_id, "CREATED", by_name, by_name, "CREATED"]

    found = {one.name: one for one in definitions(client)}
    if policy == "UPDATE":
        assert set(found) == {"Other", "second", "Third"}
        assert (found["Other"].user_action_id, found["Other"].temporal) == (OWN_ID, True)
        assert (found["second"].temporal, dict(found["second"].localized_names)) == (True, {"de": "Zweites"})
    else:
        assert set(found) == {"First", "Second", "Third"}
        assert not found["Second"].temporal


def test_inactive_definition_is_there_by_its_id_alone(client: Client) -> None:
    """Its name is free; an update leaves it inactive."""
    gone = define(client, "Gone", user_action_id=OWN_ID)
    retire(client, gone)

    assert tidings(client, creations(action("gone"), on_conflict="UPDATE")) == ["CREATED"]
    assert tidings(
        client, creations(action("Away", user_action_id=OWN_ID, temporal=True), on_conflict="UPDATE")
    ) == ["UPDATED"]
    found = definition(client, OWN_ID)
    assert (found.name, found.temporal, found.active) == ("Away", True, False)


def test_two_definitions_in_the_way_of_an_update(server: Running, client: Client) -> None:
    """The one of the id and the one of the name: it is not known which is meant."""
    define(client, "First", user_action_id=OWN_ID)
    define(client, "Second")
    before = contents(server.url)

    for policy, told in (
        ("UPDATE", "USER_ACTION_NAME_TAKEN"),
        ("FAIL", "USER_ACTION_ID_TAKEN"),
        ("SKIP", "SKIPPED"),
    ):
        message = creations(action("Second", user_action_id=OWN_ID), on_conflict=policy)
        assert tidings(client, message) == [told]
    assert before == contents(server.url)


def test_update_keeps_what_an_update_keeps(client: Client) -> None:
    """The ids of options that have the same names, and what the item does not set."""
    first = define(client, "First", options=[option("Nicely"), option("Meanly")], temporal=True)

    (answer,) = answers(
        client,
        creations(action("first", options=[option("meanly"), option("Quickly")]), on_conflict="UPDATE"),
    )

    assert reasons(answer) == ["UPDATED"]
    found = definition(client, first.user_action_id)
    assert [one.name for one in found.options] == ["meanly", "Quickly"]
    assert found.options[0].option_id == first.options[1].option_id
    assert found.temporal


def test_same_definitions_at_once(client: Client) -> None:
    """In opposite orders: each is created once, and all streams finish."""
    names = [f"Action {n}" for n in range(30)]

    def creating(order: list[str]) -> list[str]:
        return tidings(client, creations(*map(action, order), on_conflict="SKIP"))

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(creating, [names, names[::-1], names[15:] + names[:15], names[::-1]]))

    assert sum(told.count("CREATED") for told in found) == 30
    assert sum(told.count("SKIPPED") for told in found) == 90
    assert len(definitions(client)) == 30


# -- deleting --------------------------------------------------------------------------------------


def test_definitions_are_deleted_softly_or_for_good(server: Running, client: Client) -> None:
    """As DeleteUserAction does, what was applied included; in any order of their ids."""
    ann = created(client, email="ann@example.com")
    soft, hard, kept = (define(client, name, temporal=True) for name in ("Soft", "Hard", "Kept"))
    for one in (soft, hard, kept):
        apply(client, ann, one)

    (answer,) = answers(client, deletions(deletion(hard, hard=True), deletion(soft)))

    assert reasons(answer) == ["DELETED", "DELETED"]
    assert [result.user_action_id for result in answer.results] == [hard.user_action_id, soft.user_action_id]
    assert [(one.name, one.active) for one in definitions(client, ALL)] == [("Kept", True), ("Soft", False)]
    assert sorted(applied.name for applied in listed(client, ann)) == ["Kept", "Soft"]
    types = {
        event.subject_id: event.type for event in rows.events(server.url, client.project_id, "user_action.")
    }
    assert (types[soft.user_action_id], types[hard.user_action_id]) == (
        "user_action.deactivated",
        "user_action.deleted",
    )


def test_deletions_that_fail(client: Client) -> None:
    """As alone; the others are done. One that is deleted already stays so."""
    one, other = define(client, "One"), define(client, "Other")
    redefine(client, other, temporal=True)
    nothing = pb.UserAction(user_action_id=NOBODY)
    with refused("NOT_FOUND", "USER_ACTION_NOT_FOUND") as refusal:
        retire(client, nothing)

    (answer,) = answers(
        client,
        deletions(
            deletion(nothing),
            deletion(pb.UserAction(user_action_id="17")),
            deletion(other, etag=other.etag),
            deletion(one, etag=one.etag),
            deletion(one),
            deletion(one, hard=True),
            deletion(one),
        ),
    )

    assert reasons(answer) == [
        "USER_ACTION_NOT_FOUND",
        "FIELDS_INVALID",
        "ETAG_MISMATCH",
        "DELETED",
        "DELETED",
        "DELETED",
        "USER_ACTION_NOT_FOUND",
    ]
    assert Failure(answer.results[0].status).details == refusal.value.details
    assert Failure(answer.results[1].status).fields == ["user_action_id"]
    assert [found.name for found in definitions(client)] == ["Other"]
