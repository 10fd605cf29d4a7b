"""UserActionService: the same action applied again, by repeated requests and by many callers at once."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from roster.v1 import user_action_pb2 as pb
from roster.v1 import user_pb2

from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rows import contents, events
from tests.rpc.action_requests import (
    ACTIVE,
    ALLOW,
    REJECT,
    RETURN_EXISTING,
    apply,
    cancel,
    define,
    hours,
    let_pass,
    listed,
    modify,
    option,
    read,
)
from tests.rpc.test_concurrency import at_once, outcomes
from tests.rpc.user_requests import created


@pytest.fixture
def ann(client: Client) -> user_pb2.User:
    return created(client, login_ids=["ann"])


@pytest.fixture
def suspend(client: Client) -> pb.UserAction:
    return define(client, temporal=True, options=[option("Nicely")])


@pytest.mark.parametrize("mode", [{}, {"if_already_active": ALLOW}])
def test_same_action_may_be_applied_twice(
    client: Client, ann: user_pb2.User, suspend: pb.UserAction, mode: dict[str, Any]
) -> None:
    """Unless the caller wants it once; each is one by itself."""
    first, second = (apply(client, ann, suspend, **mode) for _ in range(2))

    assert first.applied_action_id != second.applied_action_id
    assert listed(client, ann, states=[ACTIVE]) == [second, first]
    cancel(client, first)
    assert read(client, second) == second


def test_second_one_is_refused_if_the_caller_says_so(
    server: Running, client: Client, ann: user_pb2.User, suspend: pb.UserAction
) -> None:
    """The error names the newest that is active; nothing is changed."""
    for _ in range(2):
        present = apply(client, ann, suspend)
    before = contents(server.url)

    with refused("ALREADY_EXISTS", "ACTION_ALREADY_ACTIVE") as error:
        apply(client, ann, suspend, if_already_active=REJECT)

    assert error.value.metadata == {"applied_action_id": present.applied_action_id}
    assert contents(server.url) == before


def test_present_one_is_answered_if_the_caller_says_so(
    server: Running, client: Client, ann: user_pb2.User, suspend: pb.UserAction
) -> None:
    """The newest, as it stands, whatever else the caller wished."""
    for comment in ("First", "Second"):
        apply(client, ann, suspend, comment=comment)
    present = modify(client, listed(client, ann)[0], comment="Third")
    before = contents(server.url)

    answer = apply(
        client, ann, suspend, if_already_active=RETURN_EXISTING, comment="Fourth", duration=hours(9)
    )

    assert answer == present
    assert contents(server.url) == before


@pytest.mark.parametrize("mode", [REJECT, RETURN_EXISTING])
def test_only_the_same_action_on_the_same_user_counts(
    server: Running, client: Client, ann: user_pb2.User, suspend: pb.UserAction, mode: Any
) -> None:
    """And only as long as it lasts: not what was cancelled, nor what has expired, recorded or not."""
    apply(client, created(client, login_ids=["bob"]), suspend)
    apply(client, ann, define(client, "Other", temporal=True))
    cancel(client, apply(client, ann, suspend))
    expired = apply(client, ann, suspend)
    let_pass(server.url, expired)

    first = apply(client, ann, suspend, if_already_active=mode)

    assert first.applied_action_id != expired.applied_action_id
    assert first.state == ACTIVE
    assert len(listed(client, ann, user_action_ids=[suspend.user_action_id])) == 3


@pytest.mark.parametrize("mode", [REJECT, RETURN_EXISTING])
def test_what_does_not_last_is_never_active(client: Client, ann: user_pb2.User, mode: Any) -> None:
    """So it is applied each time."""
    coupon = define(client, "Send coupon")

    ids = {apply(client, ann, coupon, if_already_active=mode).applied_action_id for _ in range(3)}

    assert len(ids) == 3


@pytest.mark.parametrize("mode", [REJECT, RETURN_EXISTING])
def test_of_many_at_once_one_is_first(
    server: Running, client: Client, ann: user_pb2.User, suspend: pb.UserAction, mode: Any
) -> None:
    """Exactly one is active in the end, with one event; the others are told of it."""
    results = at_once([partial(apply, client, ann, suspend, if_already_active=mode)] * 20)

    (present,) = listed(client, ann)
    assert present.state == ACTIVE
    assert len(events(server.url, client.project_id, "user_action.applied")) == 1
    if mode == REJECT:
        assert outcomes(results) == Counter(OK=1, ACTION_ALREADY_ACTIVE=19)
        told = {
            getattr(result, "metadata", {"applied_action_id": present.applied_action_id})["applied_action_id"]
            for result in results
        }
        assert told == {present.applied_action_id}
    else:
        assert all(result == present for result in results)


def test_of_many_at_once_each_is_applied_where_that_is_allowed(
    server: Running, client: Client, ann: user_pb2.User, suspend: pb.UserAction
) -> None:
    """None is lost."""
    results = at_once([partial(apply, client, ann, suspend)] * 20)

    assert outcomes(results) == Counter(OK=20)
    assert len(listed(client, ann)) == 20
    assert len(events(server.url, client.project_id, "user_action.applied")) == 20


# -- repeated requests -----------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [ALLOW, REJECT, RETURN_EXISTING])
def test_repeat_gets_the_first_answer(
    server: Running, client: Client, ann: user_pb2.User, suspend: pb.UserAction, mode: Any
) -> None:
    """Though the action is active by then, and whatever became of it."""
    wishes = {"if_already_active": mode, "request_id": str(uuid4())}
    first = apply(client, ann, suspend, **wishes)
    before = contents(server.url)
    assert apply(client, ann, suspend, **wishes) == first
    assert contents(server.url) == before
    cancel(client, first)

    assert apply(client, ann, suspend, **wishes) == first
    assert len(listed(client, ann)) == 1


@pytest.mark.parametrize("mode", [ALLOW, REJECT, RETURN_EXISTING])
def test_of_many_equal_requests_at_once_one_is_done(
    server: Running, client: Client, ann: user_pb2.User, suspend: pb.UserAction, mode: Any
) -> None:
    """All are answered alike."""
    wishes = {"if_already_active": mode, "request_id": str(uuid4())}

    results = at_once([partial(apply, client, ann, suspend, **wishes)] * 12)

    (present,) = listed(client, ann)
    assert all(result == present for result in results)
    assert len(events(server.url, client.project_id, "user_action.applied")) == 1
    assert sql(server.url, "SELECT count(*) FROM request_records") == [(1,)]


def test_refused_application_does_not_use_its_request_id_up(
    client: Client, ann: user_pb2.User, suspend: pb.UserAction
) -> None:
    """Once nothing is active any more, the same request succeeds."""
    present = apply(client, ann, suspend)
    wishes = {"if_already_active": REJECT, "request_id": str(uuid4())}
    with refused("ALREADY_EXISTS", "ACTION_ALREADY_ACTIVE"):
        apply(client, ann, suspend, **wishes)
    cancel(client, present)

    assert apply(client, ann, suspend, **wishes).state == ACTIVE


def test_change_is_done_once_too(client: Client, ann: user_pb2.User, suspend: pb.UserAction) -> None:
    """A repeat of a modification is none, nor is one of a cancellation."""
    applied = apply(client, ann, suspend)
    longer = {"duration": hours(9), "request_id": str(uuid4())}
    changed = modify(client, applied, **longer)
    assert modify(client, applied, **longer) == changed
    over = {"comment": "Over", "request_id": str(uuid4())}

    gone = cancel(client, applied, **over)

    assert cancel(client, applied, **over) == gone
    assert modify(client, applied, **longer) == changed
    assert len(read(client, applied).history) == 3
