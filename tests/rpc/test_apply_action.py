"""UserActionService: applying an action, and when what was applied ends.

Refusals: test_apply_action_refusals; texts: test_applied_texts; one at a time: test_apply_once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import user_action_pb2 as pb
from roster.v1 import user_pb2

from tests.calling import Client
from tests.rpc.action_requests import (
    ACTIVE,
    COMPLETED,
    NONE,
    PENDING,
    apply,
    define,
    hours,
    listed,
    moment,
    option,
    read,
    reason,
)
from tests.rpc.directory_requests import application
from tests.rpc.user_requests import LAST_INSTANT, by, created, in_days


@pytest.fixture
def ann(client: Client) -> user_pb2.User:
    return created(client, email="ann@example.com", phone_number="+4930123456", login_ids=["ann"])


@pytest.fixture
def suspend(client: Client) -> pb.UserAction:
    """An action that lasts, and prevents signing in."""
    options = [option("Nicely"), option("Meanly")]
    return define(client, temporal=True, prevent_login=True, options=options, user_notifications_enabled=True)


@pytest.fixture
def coupon(client: Client) -> pb.UserAction:
    """An action that does not last."""
    return define(client, "Send coupon", options=[option("10 %")], user_notifications_enabled=True)


def test_applied_action_tells_all_that_was_done(
    client: Client, ann: user_pb2.User, suspend: pb.UserAction
) -> None:
    """What was asked for, what it was called, and when; a read answers the same."""
    spam, shop = reason(client, "SPAM", "Sent spam"), application(client, "Shop")
    bob = created(client, login_ids=["bob"])

    applied = apply(
        client,
        ann,
        suspend,
        option="Meanly",
        reason="SPAM",
        comment="Third time",
        actioner_user_id=bob.user_id,
        application_ids=[shop.application_id],
        notify_user=True,
        duration=hours(2),
    )

    now = applied.create_time
    assert applied == pb.AppliedAction(
        applied_action_id=applied.applied_action_id,
        user_id=ann.user_id,
        user_action_id=suspend.user_action_id,
        actioner_user_id=bob.user_id,
        name="Suspend",
        option="Meanly",
        reason="Sent spam",
        reason_code="SPAM",
        reason_id=spam.reason_id,
        application_ids=[shop.application_id],
        comment="Third time",
        state=ACTIVE,
        prevent_login=True,
        expire_time=applied.expire_time,
        notify_user_on_end=True,
        broadcast=True,
        end_event_state=PENDING,
        history=[
            pb.AppliedActionChange(
                phase=pb.ACTION_PHASE_START,
                actioner_user_id=bob.user_id,
                comment="Third time",
                create_time=now,
            )
        ],
        create_time=now,
        update_time=now,
        etag=applied.etag,
    )
    assert moment(applied.expire_time) - moment(now) == timedelta(hours=2)
    assert UUID(applied.applied_action_id).version == 7
    assert applied.etag
    assert read(client, applied) == applied
    assert listed(client) == [applied]


def test_action_that_does_not_last_is_complete_at_once(
    client: Client, ann: user_pb2.User, coupon: pb.UserAction
) -> None:
    """It has no end, and nothing is told of one."""
    applied = apply(client, ann, coupon, option="10 %", notify_user=True, comment="Enjoy")

    assert (applied.state, applied.end_event_state, applied.prevent_login) == (COMPLETED, NONE, False)
    assert not applied.HasField("expire_time")
    assert (applied.option, applied.comment, applied.notify_user_on_end) == ("10 %", "Enjoy", False)
    assert [change.phase for change in applied.history] == [pb.ACTION_PHASE_START]
    assert read(client, applied) == applied


# -- when it ends ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duration", "lasts"),
    [
        (Duration(seconds=1), timedelta(seconds=1)),
        (Duration(seconds=3, nanos=500_000_000), timedelta(seconds=3.5)),
        (Duration(seconds=10, nanos=1), timedelta(seconds=10, microseconds=1)),
        (Duration(seconds=100 * 31_557_600), timedelta(days=36_525)),
    ],
)
def test_end_after_a_duration(
    client: Client, ann: user_pb2.User, suspend: pb.UserAction, duration: Duration, lasts: timedelta
) -> None:
    """From the instant on that the action is applied; to the microsecond, rounded up."""
    applied = apply(client, ann, suspend, duration=duration)

    assert moment(applied.expire_time) - moment(applied.create_time) == lasts
    assert (applied.state, applied.end_event_state) == (ACTIVE, PENDING)


def test_end_at_an_instant(client: Client, ann: user_pb2.User, suspend: pb.UserAction) -> None:
    """Any that lies in the future, down to the end of the calendar."""
    for expire_time in (in_days(0.1), LAST_INSTANT):
        assert apply(client, ann, suspend, expire_time=expire_time).expire_time == expire_time


def test_no_end(client: Client, ann: user_pb2.User, suspend: pb.UserAction) -> None:
    """Nothing is told of one then."""
    applied = apply(client, ann, suspend, indefinite=True)

    assert (applied.state, applied.end_event_state) == (ACTIVE, NONE)
    assert not applied.HasField("expire_time")


def test_end_that_is_not_told_of(client: Client, ann: user_pb2.User) -> None:
    """Where the definition says so."""
    silent = define(client, "Silent", temporal=True, send_end_event=False)

    assert apply(client, ann, silent).end_event_state == NONE


# -- whom, what, why -------------------------------------------------------------------------------


def test_user_is_named_by_any_reference(client: Client, ann: user_pb2.User, coupon: pb.UserAction) -> None:
    """In any spelling that compares equal."""
    for reference in (
        by(user_id=ann.user_id.upper()),
        by(email="ANN@example.com"),
        by(phone_number="+49 (0)30 123456"),
        by(login_id=" ＡＮＮ "),
    ):
        assert apply(client, reference, coupon).user_id == ann.user_id


def test_user_of_any_status_can_be_acted_upon(
    client: Client, ann: user_pb2.User, suspend: pb.UserAction
) -> None:
    """What was applied says nothing of the status, nor the status of it."""
    apply(client, ann, suspend)

    assert apply(client, ann, suspend).state == ACTIVE
    assert len(listed(client, ann)) == 2


def test_option_is_named_by_its_name_or_its_id(
    client: Client, ann: user_pb2.User, suspend: pb.UserAction
) -> None:
    """In any spelling; the name is told as it is written there."""
    nicely, meanly = suspend.options
    for named, chosen in (
        ("", ""),
        ("Nicely", "Nicely"),
        (" ＭＥＡＮＬＹ ", "Meanly"),
        (nicely.option_id, "Nicely"),
        (meanly.option_id.upper(), "Meanly"),
    ):
        assert apply(client, ann, suspend, option=named).option == chosen


def test_id_of_an_option_counts_before_a_name_that_looks_like_it(client: Client, ann: user_pb2.User) -> None:
    """Whichever stands first."""
    own = str(uuid4())
    confusing = define(client, "Confuse", options=[option(own), option("Right", own)])

    assert apply(client, ann, confusing, option=own).option == "Right"


def test_reason_is_named_by_its_code_or_its_id(
    client: Client, ann: user_pb2.User, coupon: pb.UserAction
) -> None:
    """In any spelling; none need be given."""
    spam = reason(client, "Straße", "Sent spam")
    for named, expected in (
        ("", ("", "", "")),
        ("Straße", ("Sent spam", "Straße", spam.reason_id)),
        (" ＳＴＲＡＳＳＥ ", ("Sent spam", "Straße", spam.reason_id)),
        (spam.reason_id.upper(), ("Sent spam", "Straße", spam.reason_id)),
    ):
        applied = apply(client, ann, coupon, reason=named)
        assert (applied.reason, applied.reason_code, applied.reason_id) == expected


def test_code_may_look_like_an_id(client: Client, ann: user_pb2.User, coupon: pb.UserAction) -> None:
    """An id is looked for first, in whatever form of a UUID, and such a code then."""
    one, other = str(uuid4()), str(uuid4())
    by_code = reason(client, one, "Of this code")
    by_id = reason(client, "PLAIN", "Of this id", reason_id=other)
    assert apply(client, ann, coupon, reason=one.upper()).reason_id == by_code.reason_id
    reason(client, other, "Of the other's id")

    assert apply(client, ann, coupon, reason=other).reason_id == by_id.reason_id
    assert apply(client, ann, coupon, reason=other.replace("-", "")).reason_id == by_id.reason_id


def test_applications_that_it_is_about(client: Client, ann: user_pb2.User, coupon: pb.UserAction) -> None:
    """Those of the project, whether or not the user has access; their order stays."""
    ids = [application(client, name).application_id for name in ("Shop", "Forum", "Blog")]

    applied = apply(client, ann, coupon, application_ids=[ids[2].upper(), ids[0], ids[1]])

    assert list(applied.application_ids) == [ids[2], ids[0], ids[1]]
    assert read(client, applied) == applied


@pytest.mark.parametrize("comment", ["", "   ", "\n Third  time\t", "x" * 4000, "𝔻" * 4000])
def test_comment_is_kept_without_the_space_around_it(
    client: Client, ann: user_pb2.User, coupon: pb.UserAction, comment: str
) -> None:
    """Up to 4,000 characters; in the history too."""
    applied = apply(client, ann, coupon, comment=comment)

    assert applied.comment == applied.history[0].comment == comment.strip()


@pytest.mark.parametrize(
    ("said", "broadcast"), [({}, True), ({"broadcast": True}, True), ({"broadcast": False}, False)]
)
def test_webhooks_hear_of_it_unless_told_otherwise(
    client: Client, ann: user_pb2.User, coupon: pb.UserAction, said: dict[str, Any], broadcast: bool
) -> None:
    """It is kept with what was applied, for what happens to it later."""
    assert read(client, apply(client, ann, coupon, **said)).broadcast == broadcast


def test_person_who_acts_may_be_the_user(client: Client, ann: user_pb2.User, coupon: pb.UserAction) -> None:
    """Any user of the project; without one it is the system."""
    assert apply(client, ann, coupon, actioner_user_id=ann.user_id.upper()).actioner_user_id == ann.user_id
    assert apply(client, ann, coupon).actioner_user_id == ""


def test_same_ids_in_another_project_mean_its_own(
    client: Client, other_project: Client, ann: user_pb2.User, suspend: pb.UserAction
) -> None:
    """A user, a definition and a reason may have the ids they have here."""
    spam = reason(client, "SPAM", "Here")
    reason(other_project, "SPAM", "There", reason_id=spam.reason_id)
    define(other_project, "Praise", user_action_id=suspend.user_action_id)
    twin = created(other_project, user_id=ann.user_id, login_ids=["twin"])
    there = pb.UserAction(user_action_id=suspend.user_action_id)

    applied = apply(other_project, twin, there, reason=spam.reason_id)

    assert (applied.name, applied.reason, applied.state) == ("Praise", "There", COMPLETED)
    assert listed(client) == []
    assert listed(other_project, twin) == [applied]


def test_instants_are_those_of_the_calls(client: Client, ann: user_pb2.User, coupon: pb.UserAction) -> None:
    """What is applied later is newer."""
    instants = [moment(apply(client, ann, coupon).create_time) for _ in range(5)]

    assert instants == sorted(instants)
    assert moment(Timestamp(seconds=1)) < instants[0]
