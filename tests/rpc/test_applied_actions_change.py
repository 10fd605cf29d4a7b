"""UserActionService: modifying and cancelling what was applied. Its end: test_applied_actions_end."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from roster.v1 import user_action_pb2 as pb
from roster.v1 import user_pb2, user_service_pb2

from server.config import MAX_MODIFICATIONS
from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rows import contents
from tests.rpc.action_requests import (
    ACTIVE,
    CANCELLED,
    NONE,
    PENDING,
    apply,
    cancel,
    define,
    hours,
    let_pass,
    modify,
    moment,
    read,
    redefine,
    retire,
)
from tests.rpc.test_concurrency import at_once, outcomes
from tests.rpc.user_requests import NOBODY, by, created, in_days

START, MODIFY, CANCEL = pb.ACTION_PHASE_START, pb.ACTION_PHASE_MODIFY, pb.ACTION_PHASE_CANCEL


@pytest.fixture
def ann(client: Client) -> user_pb2.User:
    return created(client, login_ids=["ann"])


@pytest.fixture
def suspend(client: Client) -> pb.UserAction:
    return define(client, temporal=True, user_notifications_enabled=True)


@pytest.fixture
def applied(client: Client, ann: user_pb2.User, suspend: pb.UserAction) -> pb.AppliedAction:
    """Lasts for two hours."""
    return apply(client, ann, suspend, comment="First", notify_user=True)


def test_modification_gives_another_end(
    client: Client, ann: user_pb2.User, applied: pb.AppliedAction
) -> None:
    """Counted from now on; with the latest comment, the person and the flags of this call."""
    changed = modify(client, applied, duration=hours(48), comment=" Worse \n", actioner_user_id=ann.user_id)

    assert moment(changed.expire_time) - moment(changed.update_time) == timedelta(hours=48)
    assert (changed.comment, changed.actioner_user_id) == ("Worse", ann.user_id)
    assert (changed.notify_user_on_end, changed.state, changed.end_event_state) == (False, ACTIVE, PENDING)
    assert changed.create_time == applied.create_time
    assert moment(changed.update_time) > moment(applied.update_time)
    assert changed.etag != applied.etag
    assert read(client, changed) == changed


def test_end_can_be_moved_removed_and_set_again(client: Client, applied: pb.AppliedAction) -> None:
    """Whichever way one says it."""
    tomorrow = in_days(1)

    forever = modify(client, applied, indefinite=True)
    assert (forever.HasField("expire_time"), forever.end_event_state) == (False, NONE)
    again = modify(client, applied, expire_time=tomorrow)
    assert (again.expire_time, again.end_event_state) == (tomorrow, PENDING)
    sooner = modify(client, applied, duration=Duration(seconds=60))
    assert moment(sooner.expire_time) < moment(applied.expire_time)


def test_modification_without_an_end_leaves_it(client: Client, applied: pb.AppliedAction) -> None:
    """And without a comment the latest one; the history tells what was said this time."""
    changed = modify(client, applied)

    assert changed.expire_time == applied.expire_time
    assert changed.comment == "First"
    assert [change.comment for change in changed.history] == ["First", ""]


def test_history_tells_of_every_change(client: Client, ann: user_pb2.User, applied: pb.AppliedAction) -> None:
    """Oldest first: who, what, when, and when the action would have ended before."""
    longer = modify(client, applied, duration=hours(9), comment="Second", actioner_user_id=ann.user_id)
    forever = modify(client, applied, indefinite=True)

    over = cancel(client, applied, comment="Over")

    change = pb.AppliedActionChange
    assert list(over.history) == [
        change(phase=START, comment="First", create_time=applied.create_time),
        change(
            phase=MODIFY,
            comment="Second",
            actioner_user_id=ann.user_id,
            create_time=longer.update_time,
            previous_expire_time=applied.expire_time,
        ),
        change(phase=MODIFY, create_time=forever.update_time, previous_expire_time=longer.expire_time),
        change(phase=CANCEL, comment="Over", create_time=over.update_time),
    ]


def test_cancelled_action_is_over(client: Client, ann: user_pb2.User, applied: pb.AppliedAction) -> None:
    """Its end is never told of; it keeps the instant at which it would have ended."""
    over = cancel(client, applied, comment="Never mind", actioner_user_id=ann.user_id, notify_user=True)

    assert (over.state, over.end_event_state) == (CANCELLED, NONE)
    assert (over.comment, over.actioner_user_id) == ("Never mind", ann.user_id)
    assert (over.expire_time, over.create_time) == (applied.expire_time, applied.create_time)
    assert over.history[1].previous_expire_time == applied.expire_time
    assert over.etag != applied.etag
    assert read(client, applied) == over


def test_what_is_not_active_cannot_be_changed(
    server: Running, client: Client, ann: user_pb2.User, suspend: pb.UserAction, applied: pb.AppliedAction
) -> None:
    """What is complete, cancelled, or past its end, whether or not that is recorded; the error says which."""
    complete = apply(client, ann, define(client, "Send coupon"))
    over = cancel(client, apply(client, ann, suspend))
    let_pass(server.url, applied)
    before = contents(server.url)

    for of, state in ((complete, "COMPLETED"), (over, "CANCELLED"), (applied, "ENDED")):
        for attempt in (partial(modify, duration=hours(1)), modify, cancel):
            with refused("FAILED_PRECONDITION", "APPLIED_ACTION_NOT_ACTIVE") as error:
                attempt(client, of)
            assert error.value.metadata == {"state": state}

    assert contents(server.url) == before


def test_definition_that_is_inactive_leaves_its_uses_to_be_changed(
    client: Client, suspend: pb.UserAction, applied: pb.AppliedAction
) -> None:
    """Also one that would not last any more."""
    redefine(client, suspend, "temporal")
    retire(client, suspend)

    assert modify(client, applied, duration=hours(1)).state == ACTIVE
    assert cancel(client, applied).state == CANCELLED


@pytest.mark.parametrize("change", [modify, cancel])
def test_etag_guards_a_change(
    server: Running, client: Client, applied: pb.AppliedAction, change: Any
) -> None:
    """The one who read first and writes last is told the present etag."""
    present = modify(client, applied, comment="Second", etag=applied.etag)
    before = contents(server.url)

    with refused("ABORTED", "ETAG_MISMATCH") as error:
        change(client, applied, etag=applied.etag)

    assert error.value.metadata == {"etag": present.etag}
    assert contents(server.url) == before
    assert change(client, applied, etag=present.etag).etag != present.etag


@pytest.mark.parametrize("change", [modify, cancel])
def test_what_does_not_exist(
    client: Client, other_project: Client, applied: pb.AppliedAction, change: Any
) -> None:
    """An applied action, one of another project, or the person who acts."""
    for caller, named in ((client, pb.AppliedAction(applied_action_id=NOBODY)), (other_project, applied)):
        for attempt in (change, read):
            with refused("NOT_FOUND", "APPLIED_ACTION_NOT_FOUND") as error:
                attempt(caller, named)
            assert error.value.metadata == {"applied_action_id": named.applied_action_id}
            assert error.value.details["ResourceInfo"].resource_type == "roster.v1.AppliedAction"
    stranger = created(other_project, login_ids=["stranger"])
    for user_id in (NOBODY, stranger.user_id):
        with refused("NOT_FOUND", "USER_NOT_FOUND") as error:
            change(client, applied, actioner_user_id=user_id)
        assert error.value.metadata == {"actioner_user_id": user_id}
    assert read(client, applied) == applied


WRONG: list[tuple[Any, dict[str, Any], str]] = [
    (modify, {"expire_time": in_days(-0.0001)}, "expire_time"),
    (modify, {"duration": Duration()}, "duration"),
    (modify, {"duration": Duration(seconds=100 * 31_557_601)}, "duration"),
    (modify, {"indefinite": False}, "indefinite"),
    *(
        (change, wishes, wrong)
        for change in (modify, cancel)
        for wishes, wrong in (
            ({"comment": "x" * 4001}, "comment"),
            ({"actioner_user_id": "bob"}, "actioner_user_id"),
            ({"email_user": True}, "email_user"),
            ({"etag": "x" * 65}, "etag"),
            ({"request_id": "again"}, "request_id"),
        )
    ),
]


@pytest.mark.parametrize(("change", "wishes", "wrong"), WRONG)
def test_wish_that_is_wrong_is_named(
    server: Running,
    client: Client,
    applied: pb.AppliedAction,
    change: Any,
    wishes: dict[str, Any],
    wrong: str,
) -> None:
    """An end that is past or beyond 100 years, texts that are too long, flags that the definition lacks."""
    before = contents(server.url)

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        change(client, applied, **wishes)

    assert error.value.fields == [wrong]
    assert contents(server.url) == before


@pytest.mark.parametrize("change", [modify, cancel])
def test_flags_are_those_that_the_definition_has_now(
    client: Client, suspend: pb.UserAction, applied: pb.AppliedAction, change: Any
) -> None:
    """Also where emails are allowed, they take a template."""
    redefine(
        client, suspend, "user_emailing_enabled", "user_notifications_enabled", user_emailing_enabled=True
    )

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        change(client, applied, notify_user=True)
    assert error.value.fields == ["notify_user"]
    with refused("FAILED_PRECONDITION", "EMAIL_NOT_AVAILABLE"):
        change(client, applied, email_user=True)


def test_number_of_modifications_has_a_limit(
    server: Running, client: Client, applied: pb.AppliedAction
) -> None:
    """1,000; then the action can still be cancelled."""
    sql(
        server.url,
        "UPDATE applied_actions SET history = history || (SELECT jsonb_agg(jsonb_build_object("
        " 'phase', 'MODIFY', 'actioner_user_id', NULL, 'comment', '', 'create_time', now(),"
        " 'previous_expire_time', NULL)) FROM generate_series(1, %s))",
        MAX_MODIFICATIONS - 1,
    )
    assert len(modify(client, applied, comment="The last").history) == 1 + MAX_MODIFICATIONS

    with refused("FAILED_PRECONDITION", "TOO_MANY_MODIFICATIONS") as error:
        modify(client, applied, comment="One more")

    assert error.value.metadata == {"limit": str(MAX_MODIFICATIONS)}
    assert len(cancel(client, applied).history) == 2 + MAX_MODIFICATIONS


def test_of_changes_at_once_none_is_lost(client: Client, applied: pb.AppliedAction) -> None:
    """Each builds upon the one before; after a cancellation there are no more."""
    results = at_once([partial(modify, client, applied, comment=f"{n}") for n in range(12)])

    assert outcomes(results) == Counter(OK=12)
    now = read(client, applied)
    assert {change.comment for change in now.history} == {"First", *map(str, range(12))}
    assert now.comment == now.history[-1].comment
    results = at_once([partial(cancel, client, applied) for _ in range(8)])
    assert outcomes(results) == Counter(OK=1, APPLIED_ACTION_NOT_ACTIVE=7)
    assert len(read(client, applied).history) == 14


def test_user_who_is_gone_takes_what_was_applied_along(client: Client, applied: pb.AppliedAction) -> None:
    """There is nothing left to be changed."""
    client.users.DeleteUser(user_service_pb2.DeleteUserRequest(by=by(login_id="ann")))

    for attempt in (read, modify, cancel):
        with refused("NOT_FOUND", "APPLIED_ACTION_NOT_FOUND"):
            attempt(client, applied)
