"""What was applied ends by itself: at its instant for everybody who looks, and recorded once by work in the
background. Events: test_applied_action_events."""

from __future__ import annotations

import pytest
from roster.v1 import user_action_pb2 as pb
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as user_rpc

from tests.calling import Client
from tests.conftest import Running, sql
from tests.rows import contents
from tests.rpc.action_requests import (
    ACTIVE,
    CANCELLED,
    ENDED,
    NONE,
    PENDING,
    SENT,
    apply,
    cancel,
    define,
    end_due,
    events_of,
    hours,
    let_pass,
    listed,
    modify,
    moment,
    read,
)
from tests.rpc.user_requests import by, created, role


@pytest.fixture
def ann(client: Client) -> user_pb2.User:
    """May see books."""
    role(client, "Reader", "books:see")
    return created(client, login_ids=["ann"], roles=["Reader"])


@pytest.fixture
def suspend(client: Client) -> pb.UserAction:
    return define(client, temporal=True, prevent_login=True)


@pytest.fixture
def applied(client: Client, ann: user_pb2.User, suspend: pb.UserAction) -> pb.AppliedAction:
    return apply(client, ann, suspend)


def may_see_books(client: Client, who: user_pb2.User) -> bool:
    request = user_rpc.CheckPermissionsRequest(by=by(user_id=who.user_id), permissions=["books:see"])
    return bool(client.users.CheckPermissions(request).results[0].allowed)


# -- at its instant --------------------------------------------------------------------------------


def test_end_takes_effect_before_anything_records_it(
    server: Running, client: Client, ann: user_pb2.User, applied: pb.AppliedAction
) -> None:
    """For reads, for every list, and for what the user may do."""
    assert not may_see_books(client, ann)
    let_pass(server.url, applied)

    ended = read(client, applied)

    assert (ended.state, ended.end_event_state) == (ENDED, PENDING)
    assert may_see_books(client, ann)
    assert listed(client, ann) == listed(client, states=[ENDED]) == [ended]
    assert listed(client, ann, states=[ACTIVE]) == listed(client, states=[ACTIVE]) == []
    assert listed(client, preventing_login=True) == []
    assert listed(client, ann, preventing_login=False) == [ended]
    assert sql(server.url, "SELECT state FROM applied_actions") == [("ACTIVE",)]
    assert [event.type for event in events_of(server.url, client, applied)] == ["user_action.applied"]


def test_end_is_recorded_and_told_of_once(
    server: Running, client: Client, ann: user_pb2.User, applied: pb.AppliedAction
) -> None:
    """Nothing else of it changes but its etag; what has not expired is left alone."""
    lasting = define(client, "Other", temporal=True)
    others = [apply(client, ann, lasting), apply(client, ann, lasting, indefinite=True)]
    let_pass(server.url, applied)
    before = read(client, applied)

    assert [end_due(server.database, 10) for _ in range(2)] == [1, 0]

    ended = read(client, applied)
    assert (ended.state, ended.end_event_state) == (ENDED, SENT)
    assert ended.etag != before.etag
    assert moment(ended.update_time) > moment(ended.expire_time)
    before.end_event_state, before.etag = ended.end_event_state, ended.etag
    before.update_time.CopyFrom(ended.update_time)
    assert ended == before
    assert [event.type for event in events_of(server.url, client, applied)] == [
        "user_action.applied",
        "user_action.ended",
    ]
    assert [read(client, other) for other in others] == others
    after = contents(server.url)
    assert end_due(server.database, 10) == 0
    assert contents(server.url) == after


def test_silent_end_is_recorded_without_a_word(server: Running, client: Client, ann: user_pb2.User) -> None:
    """Where the definition says so."""
    applied = apply(client, ann, define(client, "Silent", temporal=True, send_end_event=False))
    let_pass(server.url, applied)
    assert (read(client, applied).state, read(client, applied).end_event_state) == (ENDED, NONE)

    assert end_due(server.database, 10) == 1

    assert (read(client, applied).state, read(client, applied).end_event_state) == (ENDED, NONE)
    assert sql(server.url, "SELECT state FROM applied_actions") == [("ENDED",)]
    assert len(events_of(server.url, client, applied)) == 1


def test_cancelled_action_never_ends(server: Running, client: Client, applied: pb.AppliedAction) -> None:
    """Though the instant passes at which it would have."""
    cancel(client, applied)
    let_pass(server.url, applied)

    assert end_due(server.database, 10) == 0

    assert (read(client, applied).state, read(client, applied).end_event_state) == (CANCELLED, NONE)


def test_modified_action_ends_at_its_new_end(
    server: Running, client: Client, applied: pb.AppliedAction
) -> None:
    """Not at the one before."""
    modify(client, applied, indefinite=True)
    assert end_due(server.database, 10) == 0
    modify(client, applied, duration=hours(1))
    let_pass(server.url, applied)

    assert end_due(server.database, 10) == 1

    assert read(client, applied).state == ENDED
