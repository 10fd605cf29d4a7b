"""UserActionService: definitions go, softly or for good, and come back."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents, events
from tests.rpc.action_requests import (
    ALL,
    INACTIVE_ONES,
    apply,
    cancel,
    define,
    definition,
    definitions,
    option,
    reactivate,
    read,
    redefine,
    retire,
)
from tests.rpc.test_concurrency import at_once, outcomes
from tests.rpc.user_requests import created


def test_soft_deletion_leaves_what_was_applied(server: Running, client: Client) -> None:
    """The definition can be read and changed, but not applied; its name is free. Once is enough."""
    suspend = define(client, temporal=True)
    ann = created(client, login_ids=["ann"])
    applied = apply(client, ann, suspend)

    retire(client, suspend)

    gone = definition(client, suspend.user_action_id)
    assert (gone.active, gone.etag != suspend.etag, gone.name) == (False, True, "Suspend")
    with refused("FAILED_PRECONDITION", "USER_ACTION_INACTIVE"):
        apply(client, ann, suspend)
    assert read(client, applied) == applied
    assert redefine(client, gone, temporal=True, prevent_login=True).prevent_login
    define(client, "Suspend")
    cancel(client, applied)
    event = events(server.url, client.project_id, "user_action.deactivated")[-1]
    assert event.subject_id == suspend.user_action_id
    assert event.changes == ({"active": True}, {"active": False})
    before = contents(server.url)
    retire(client, suspend)
    assert contents(server.url) == before


def test_reactivated_definition_can_be_applied(server: Running, client: Client) -> None:
    """It is as it was; an active one stays as it is."""
    suspend = define(client, temporal=True, options=[option("Nicely")])
    retire(client, suspend)

    again = reactivate(client, suspend)

    assert again == definition(client, suspend.user_action_id)
    assert (again.active, again.options, again.create_time) == (True, suspend.options, suspend.create_time)
    apply(client, created(client, login_ids=["ann"]), again, option="nicely")
    event = events(server.url, client.project_id, "user_action.reactivated")[-1]
    assert event.changes == ({"active": False}, {"active": True})
    before = contents(server.url)
    assert reactivate(client, suspend) == again
    assert contents(server.url) == before


def test_definition_whose_name_was_taken_meanwhile_stays_inactive(server: Running, client: Client) -> None:
    """It comes back under another name, or when the other has gone."""
    first, second = define(client, "Straße"), define(client, "Suspend")
    retire(client, first)
    redefine(client, second, name="STRASSE")
    before = contents(server.url)

    with refused("ALREADY_EXISTS", "USER_ACTION_NAME_TAKEN"):
        reactivate(client, first)

    assert contents(server.url) == before
    redefine(client, first, name="Weg")
    assert reactivate(client, first).active


def test_of_many_who_claim_one_name_at_once_one_has_it(client: Client) -> None:
    """By creating a definition, or by reactivating one."""
    for _ in range(6):
        retire(client, define(client, "Suspend"))
    claims = [partial(reactivate, client, action) for action in definitions(client, INACTIVE_ONES)]
    claims += [partial(define, client, "ＳＵＳＰＥＮＤ")] * 6

    results = at_once(claims)

    assert outcomes(results) == Counter(OK=1, USER_ACTION_NAME_TAKEN=11)
    assert len(definitions(client)) == 1


def test_hard_deletion_erases_all_that_was_applied(server: Running, client: Client) -> None:
    """The definition, and its uses whatever their state; other definitions and the events stay."""
    suspend, other = define(client, temporal=True), define(client, "Other", temporal=True)
    ann = created(client, login_ids=["ann"])
    uses = [apply(client, ann, suspend), cancel(client, apply(client, ann, suspend))]
    kept = apply(client, ann, other)

    retire(client, suspend, hard=True)

    for applied in uses:
        with refused("NOT_FOUND", "APPLIED_ACTION_NOT_FOUND"):
            read(client, applied)
    for attempt in (retire, reactivate, redefine):
        with refused("NOT_FOUND", "USER_ACTION_NOT_FOUND") as error:
            attempt(client, suspend)
        assert error.value.metadata == {"user_action_id": suspend.user_action_id}
    assert read(client, kept) == kept
    recorded = events(server.url, client.project_id, "user_action.")
    assert (recorded[-1].type, recorded[-1].changes[0]["name"]) == ("user_action.deleted", "Suspend")
    assert [event.type for event in recorded].count("user_action.applied") == 3
    assert define(client, user_action_id=suspend.user_action_id).etag != suspend.etag


def test_inactive_definition_can_be_erased(client: Client) -> None:
    """The soft deletion comes first, or not at all."""
    suspend = define(client)
    retire(client, suspend)

    retire(client, suspend, hard=True)

    assert definitions(client, ALL) == []


@pytest.mark.parametrize("hard", [False, True])
def test_etag_guards_a_deletion(client: Client, hard: bool) -> None:
    """The one who read first and deletes last is told the present etag."""
    suspend = define(client)
    present = redefine(client, suspend, name="Ban")

    with refused("ABORTED", "ETAG_MISMATCH") as error:
        retire(client, suspend, hard=hard, etag=suspend.etag)

    assert error.value.metadata == {"etag": present.etag}
    retire(client, suspend, hard=hard, etag=present.etag)
