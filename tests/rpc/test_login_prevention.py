"""What keeps a user from signing in, as CheckPermissions tells it."""

from __future__ import annotations

from typing import Any

import pytest
from roster.v1 import user_action_pb2 as pb
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client
from tests.conftest import Running, sql
from tests.rpc.action_requests import (
    apply,
    block,
    cancel,
    define,
    end_due,
    hours,
    let_pass,
    modify,
    option,
    reason,
    redefine,
    retire,
    unblock,
)
from tests.rpc.user_requests import (
    ACTIVE,
    INACTIVE,
    INVITED,
    ask,
    by,
    created,
    let_user_expire,
    role,
    set_status,
    updated,
)


@pytest.fixture
def ann(client: Client) -> user_pb2.User:
    """May see books, and speaks German."""
    role(client, "Reader", "books:see")
    return created(client, login_ids=["ann"], locale="de-AT", roles=["Reader"])


@pytest.fixture
def suspend(client: Client) -> pb.UserAction:
    return define(
        client,
        temporal=True,
        prevent_login=True,
        localized_names={"de": "Sperren"},
        options=[option("Nicely", de="Nett")],
    )


def check(client: Client, who: user_pb2.User) -> Any:
    """What CheckPermissions answers."""
    request = rpc.CheckPermissionsRequest(by=by(user_id=who.user_id), permissions=["books:see"])
    return ask(client, request)


def preventions(client: Client, who: user_pb2.User) -> list[pb.LoginPrevention]:
    """What keeps the user from signing in; who has any is allowed nothing."""
    answer = check(client, who)
    assert answer.results[0].allowed == (not answer.login_preventions)
    return list(answer.login_preventions)


def test_action_that_prevents_signing_in_is_told_with_its_texts(
    client: Client, ann: user_pb2.User, suspend: pb.UserAction
) -> None:
    """What, why, until when, in the language of the user; the roles are told all the same."""
    reason(client, "SPAM", "Sent spam", localized_texts={"de": "Versandte Spam"})
    assert check(client, ann).results[0].allowed
    applied = apply(client, ann, suspend, option="Nicely", reason="SPAM")

    answer = check(client, ann)

    assert list(answer.login_preventions) == [
        pb.LoginPrevention(
            applied_action_id=applied.applied_action_id,
            user_action_id=suspend.user_action_id,
            name="Suspend",
            localized_name="Sperren",
            option="Nicely",
            localized_option="Nett",
            reason="Sent spam",
            localized_reason="Versandte Spam",
            reason_code="SPAM",
            expire_time=applied.expire_time,
        )
    ]
    assert (answer.status, answer.results[0].allowed) == (INVITED, False)
    assert [source.role_name for source in answer.results[0].sources] == ["Reader"]


def test_texts_that_were_not_given_are_empty(client: Client) -> None:
    """And an end that there is none of is absent."""
    bob = created(client, login_ids=["bob"])
    ban = define(client, "Ban", temporal=True, prevent_login=True)
    applied = apply(client, bob, ban, indefinite=True)

    assert preventions(client, bob) == [
        pb.LoginPrevention(
            applied_action_id=applied.applied_action_id, user_action_id=ban.user_action_id, name="Ban"
        )
    ]


def test_longest_is_told_first(client: Client, ann: user_pb2.User, suspend: pb.UserAction) -> None:
    """What has no end before all; of equal ends the one applied first."""
    ban = define(client, "Ban", temporal=True, prevent_login=True)
    two = apply(client, ann, suspend, duration=hours(2))
    forever = apply(client, ann, ban, indefinite=True)
    nine = apply(client, ann, ban, duration=hours(9))
    twin = apply(client, ann, suspend, expire_time=two.expire_time)

    told = [prevention.applied_action_id for prevention in preventions(client, ann)]

    assert told == [applied.applied_action_id for applied in (forever, nine, two, twin)]


def test_other_actions_prevent_nothing(client: Client, ann: user_pb2.User, suspend: pb.UserAction) -> None:
    """Those that do not say so, and those applied to others."""
    apply(client, ann, define(client, "Mute", temporal=True))
    apply(client, ann, define(client, "Send coupon"))
    apply(client, created(client, login_ids=["bob"]), suspend)

    assert preventions(client, ann) == []


def test_prevention_is_over_with_the_action(
    server: Running, client: Client, ann: user_pb2.User, suspend: pb.UserAction
) -> None:
    """Cancelled, or past its end: at that instant, recorded or not."""
    cancelled, ended = (apply(client, ann, suspend) for _ in range(2))
    assert len(preventions(client, ann)) == 2
    cancel(client, cancelled)
    assert len(preventions(client, ann)) == 1

    let_pass(server.url, ended)

    assert preventions(client, ann) == []
    end_due(server.database, 10)
    assert preventions(client, ann) == []


def test_modification_moves_the_end(
    server: Running, client: Client, ann: user_pb2.User, suspend: pb.UserAction
) -> None:
    """The new one is told, and holds."""
    applied = apply(client, ann, suspend)

    forever = modify(client, applied, indefinite=True)
    assert not preventions(client, ann)[0].HasField("expire_time")
    longer = modify(client, forever, duration=hours(9))
    assert preventions(client, ann)[0].expire_time == longer.expire_time
    let_pass(server.url, applied)
    assert preventions(client, ann) == []


def test_what_becomes_of_the_definition_does_not_matter(
    client: Client, ann: user_pb2.User, suspend: pb.UserAction
) -> None:
    """What was applied prevents signing in, or not, as it did; only erasing the definition frees the user."""
    mute = define(client, "Mute", temporal=True)
    apply(client, ann, mute)
    apply(client, ann, suspend)
    before = preventions(client, ann)

    redefine(client, mute, prevent_login=True)
    redefine(client, suspend, "*", name="Ban")
    retire(client, suspend)
    updated(client, ann, locale="fr")

    assert preventions(client, ann) == before
    retire(client, suspend, hard=True)
    assert preventions(client, ann) == []


def test_status_and_action_stand_beside_each_other(
    server: Running, client: Client, ann: user_pb2.User, suspend: pb.UserAction
) -> None:
    """Both are told, and either is enough."""
    ask(client, set_status(ann, ACTIVE))
    applied = apply(client, ann, suspend)

    for change, status in (
        (lambda: block(client, ann), user_pb2.USER_STATUS_BLOCKED),
        (lambda: ask(client, set_status(unblock(client, ann), INACTIVE)), INACTIVE),
        (lambda: let_user_expire(server.url, ann), user_pb2.USER_STATUS_EXPIRED),
    ):
        change()
        answer = check(client, ann)
        assert (answer.status, len(answer.login_preventions)) == (status, 1)
        assert not answer.results[0].allowed
    cancel(client, applied)
    answer = check(client, ann)
    assert (list(answer.login_preventions), answer.results[0].allowed) == ([], False)


def test_same_ids_in_another_project_prevent_nothing(
    client: Client, other_project: Client, ann: user_pb2.User, suspend: pb.UserAction
) -> None:
    """A user may have the id there that one has here."""
    role(other_project, "Reader", "books:see")
    twin = created(other_project, user_id=ann.user_id, login_ids=["ann"], roles=["Reader"])

    apply(client, ann, suspend)

    assert preventions(other_project, twin) == []


def test_ends_are_told_to_the_microsecond(
    server: Running, client: Client, ann: user_pb2.User, suspend: pb.UserAction
) -> None:
    """As GetAppliedAction tells them, in years far away too."""
    apply(client, ann, suspend)
    for instant in (
        "2999-12-31 23:59:59.999999Z",
        "9999-12-31 23:59:59.999999Z",
        "2030-01-01 00:00:00.000001Z",
    ):
        sql(server.url, "UPDATE applied_actions SET expire_time = %s", instant)

        told = preventions(client, ann)[0].expire_time.ToJsonString()

        assert told == instant.replace(" ", "T")
