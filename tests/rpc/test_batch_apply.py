"""BatchApplyUserActions: every item is what ApplyUserAction does, whatever its neighbours are."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import user_action_pb2 as pb
from roster.v1 import user_action_service_pb2 as rpc
from roster.v1 import user_pb2

from tests.calling import Client, Failure, Refused
from tests.conftest import Running
from tests.rows import contents, events
from tests.rpc.action_requests import (
    ALLOW,
    REJECT,
    RETURN_EXISTING,
    Who,
    _ref,
    ask,
    cancel,
    define,
    hours,
    let_pass,
    listed,
    option,
    reason,
    retire,
)
from tests.rpc.batch_requests import answers, made, options, reasons, tidings, waiting_for_the_lock
from tests.rpc.batch_requests import item as new_user
from tests.rpc.directory_requests import application
from tests.rpc.user_requests import NOBODY, by, created, in_days


def item(who: Who, action: pb.UserAction, **wishes: Any) -> rpc.ApplyUserActionsItem:
    """An application; what lasts and is not told otherwise lasts for two hours."""
    if action.temporal and not wishes.keys() & {"expire_time", "duration", "indefinite"}:
        wishes["duration"] = hours(2)
    return rpc.ApplyUserActionsItem(by=_ref(who), user_action_id=action.user_action_id, **wishes)


def applications(
    *items: rpc.ApplyUserActionsItem, request_id: str = "", **chosen: Any
) -> rpc.BatchApplyUserActionsRequest:
    return rpc.BatchApplyUserActionsRequest(items=items, request_id=request_id, options=options(**chosen))


def alone(one: rpc.ApplyUserActionsItem) -> rpc.ApplyUserActionRequest:
    """The same as a request."""
    return rpc.ApplyUserActionRequest.FromString(one.SerializeToString())


@pytest.fixture
def people(client: Client) -> list[user_pb2.User]:
    return [
        created(
            client, login_ids=[f"user-{n}"], email=f"user-{n}@example.com", locale=("", "de", "pt-BR")[n % 3]
        )
        for n in range(6)
    ]


@pytest.fixture
def suspend(client: Client) -> pb.UserAction:
    """An action that lasts, and prevents signing in."""
    return define(
        client,
        temporal=True,
        prevent_login=True,
        localized_names={"de": "Sperren"},
        options=[option("Nicely", de="Nett"), option("Meanly")],
        user_notifications_enabled=True,
    )


@pytest.fixture
def coupon(client: Client) -> pb.UserAction:
    """An action that does not last."""
    return define(client, "Send coupon")


def state(url: str, client: Client, who: user_pb2.User) -> tuple[pb.AppliedAction, Any]:
    """The newest that was applied, and its event, without what no two have in common."""
    shown = listed(client, who)[0]
    (event,) = (
        event
        for event in events(url, client.project_id, "user_action.applied")
        if event.data and event.data.pop("applied_action_id") == shown.applied_action_id
    )
    for field in ("applied_action_id", "create_time", "update_time", "etag"):
        shown.ClearField(field)
    for change in shown.history:
        change.ClearField("create_time")
    return shown, (event.type, event.subject_id, event.key_id, event.data)


# -- applying --------------------------------------------------------------------------------------


def test_items_are_what_apply_user_action_does(
    server: Running,
    client: Client,
    people: list[user_pb2.User],
    suspend: pb.UserAction,
    coupon: pb.UserAction,
) -> None:
    """With all that can be asked for, in the languages of the users; their events as well."""
    spam, shop = (
        reason(client, "SPAM", "Sent spam", localized_texts={"de": "Spam"}),
        application(client, "Shop"),
    )
    end = Timestamp(seconds=in_days(3).seconds)
    asked = [
        item(
            by(email="USER-0@example.com"),
            suspend,
            option="meanly",
            reason="spam",
            comment=" Third time ",
            actioner_user_id=people[5].user_id.upper(),
            application_ids=[shop.application_id.upper()],
            notify_user=True,
            expire_time=end,
        ),
        item(
            people[1],
            suspend,
            option=suspend.options[0].option_id,
            reason=spam.reason_id.upper(),
            broadcast=False,
            expire_time=end,
        ),
        item(people[2], suspend, indefinite=True, if_already_active=REJECT),
        item(by(login_id="USER-3"), coupon, broadcast=True, if_already_active=RETURN_EXISTING),
        item(people[4], coupon, comment="For nothing"),
    ]
    expected = []
    for one, who in zip(asked, people, strict=False):
        applied = ask(client, alone(one)).applied_action
        expected.append(state(server.url, client, who))
        if applied.state == pb.APPLIED_ACTION_STATE_ACTIVE:
            cancel(client, applied)

    (answer,) = answers(client, applications(*asked))

    assert reasons(answer) == ["CREATED"] * 5
    for who, wanted, result in zip(people, expected, answer.results, strict=False):
        assert listed(client, who)[0].applied_action_id == result.applied_action_id
        assert wanted == state(server.url, client, who)


def test_duration_counts_from_its_message(
    client: Client, people: list[user_pb2.User], suspend: pb.UserAction
) -> None:
    """To the microsecond."""
    (answer,) = answers(client, applications(*(item(who, suspend, duration=hours(2)) for who in people)))

    assert len({result.applied_action_id for result in answer.results}) == 6
    for who in people:
        (applied,) = listed(client, who)
        assert applied.expire_time.ToMicroseconds() - applied.create_time.ToMicroseconds() == 7_200_000_000


def bad_ones(
    client: Client, ann: user_pb2.User, suspend: pb.UserAction, coupon: pb.UserAction
) -> list[rpc.ApplyUserActionsItem]:
    """Applications that are refused."""
    gone = define(client, "Gone")
    retire(client, gone)
    nothing = pb.UserAction(user_action_id=NOBODY)
    emailing = define(client, "Email", user_emailing_enabled=True)
    shop = application(client, "Shop")
    return [
        item(by(user_id=NOBODY), suspend),
        item(by(email="nobody@example.com"), suspend, if_already_active=REJECT),
        item(by(phone_number="+00"), coupon),
        item(ann, nothing),
        item(ann, gone),
        item(ann, suspend, option="Loudly"),
        item(ann, suspend, reason="SPAM"),
        item(ann, suspend, reason=NOBODY),
        item(ann, suspend, actioner_user_id=NOBODY),
        item(ann, suspend, application_ids=[shop.application_id, NOBODY]),
        item(ann, coupon, duration=hours(1)),
        item(ann, coupon, notify_user=True, indefinite=True),
        item(ann, coupon, email_user=True),
        item(ann, emailing, email_user=True),
        item(ann, suspend, expire_time=in_days(-1)),
        item(ann, suspend, duration=Duration()),
        item(ann, suspend, duration=Duration(seconds=36_525 * 86_400 + 1)),
        item(ann, suspend, indefinite=False),
        rpc.ApplyUserActionsItem(by=_ref(ann), user_action_id=suspend.user_action_id),
        rpc.ApplyUserActionsItem(user_action_id=suspend.user_action_id),
        rpc.ApplyUserActionsItem(by=_ref(ann), user_action_id="17", reason="x" * 101),
        item(ann, coupon, comment="a\0b"),
        item(ann, coupon, comment="x" * 4_001),
        item(ann, coupon, if_already_active=77),
    ]


def test_bad_item_fails_as_alone_and_leaves_its_neighbours_alone(
    client: Client, people: list[user_pb2.User], suspend: pb.UserAction, coupon: pb.UserAction
) -> None:
    """The same code, reason, message and details as ApplyUserAction has for it."""
    ann, bob, *_ = people
    bad = bad_ones(client, ann, suspend, coupon)
    expected = []
    for one in bad:
        with pytest.raises(Refused) as caught:
            ask(client, alone(one))
        expected.append(caught.value)
    stream = applications(*(each for one in bad for each in (one, item(bob, coupon))))

    (answer,) = answers(client, stream)

    for one, refusal, result in zip(bad, expected, answer.results[::2], strict=True):
        failure = Failure(result.status)
        assert (one, failure.code, failure.reason) == (one, refusal.code, refusal.reason)
        assert (one, failure.message, failure.details) == (one, refusal.message, refusal.details)
    assert reasons(answer)[1::2] == ["CREATED"] * len(bad)
    assert len(listed(client, bob)) == len(bad)
    assert listed(client, ann) == []


# -- what is active already ------------------------------------------------------------------------


def test_what_is_active_already(
    client: Client, people: list[user_pb2.User], suspend: pb.UserAction, coupon: pb.UserAction
) -> None:
    """Since before, or since an earlier item: applied once more, refused or passed over, as items say."""
    ann, bob, *_ = people
    before = ask(client, alone(item(ann, suspend))).applied_action

    (answer,) = answers(
        client,
        applications(
            item(ann, suspend, if_already_active=REJECT),
            item(ann, suspend, if_already_active=RETURN_EXISTING),
            item(ann, suspend, if_already_active=ALLOW),
            item(ann, suspend, if_already_active=RETURN_EXISTING),
            item(bob, suspend, if_already_active=REJECT),
            item(bob, suspend, if_already_active=REJECT),
            item(bob, coupon, if_already_active=REJECT),
            item(bob, coupon, if_already_active=REJECT),
        ),
    )

    assert reasons(answer) == [
        "ACTION_ALREADY_ACTIVE",
        "SKIPPED",
        "CREATED",
        "SKIPPED",
        "CREATED",
        "ACTION_ALREADY_ACTIVE",
        "CREATED",
        "CREATED",
    ]
    ids = [result.applied_action_id for result in answer.results]
    assert ids[1] == before.applied_action_id
    assert ids[3] == ids[2]
    assert Failure(answer.results[0].status).metadata == {"applied_action_id": before.applied_action_id}
    assert Failure(answer.results[5].status).metadata == {"applied_action_id": ids[4]}
    assert (len(listed(client, ann)), len(listed(client, bob))) == (2, 3)


def test_what_is_over_is_not_active(
    server: Running, client: Client, people: list[user_pb2.User], suspend: pb.UserAction
) -> None:
    """Cancelled, or past its time whether or not that is recorded."""
    ann, bob, *_ = people
    cancel(client, ask(client, alone(item(ann, suspend))).applied_action)
    let_pass(server.url, ask(client, alone(item(bob, suspend))).applied_action)

    assert tidings(
        client, applications(*(item(who, suspend, if_already_active=REJECT) for who in (ann, bob)))
    ) == ["CREATED", "CREATED"]


def test_of_streams_at_the_same_time_one_is_first(
    client: Client, people: list[user_pb2.User], suspend: pb.UserAction
) -> None:
    """Each user is suspended once, in whatever order the items are; all streams finish."""

    def applying(order: list[user_pb2.User]) -> list[str]:
        return tidings(
            client, applications(*(item(who, suspend, if_already_active=RETURN_EXISTING) for who in order))
        )

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(applying, [people, people[::-1], people[3:] + people[:3], people[::-1]]))

    assert Counter(told for stream in found for told in stream) == {"CREATED": 6, "SKIPPED": 18}
    assert [len(listed(client, who)) for who in people] == [1] * 6


def test_user_who_is_deleted_meanwhile(
    server: Running, client: Client, people: list[user_pb2.User], coupon: pb.UserAction
) -> None:
    """Is not found when it is over; the others are served."""
    ann, bob, *_ = people
    with psycopg.connect(server.url) as connection, ThreadPoolExecutor(1) as pool:
        connection.execute("DELETE FROM users WHERE user_id = %s", (ann.user_id,))
        batch = pool.submit(tidings, client, applications(item(ann, coupon), item(bob, coupon)))
        waiting_for_the_lock(server.url)
        connection.commit()

        assert batch.result(60.0) == ["USER_NOT_FOUND", "CREATED"]


def test_many_at_once(server: Running, client: Client, suspend: pb.UserAction, coupon: pb.UserAction) -> None:
    """As many as a message may have, of several definitions, some to the same user."""
    ids = [user.user_id for user in made(client, *(new_user(login_ids=[f"many-{n}"]) for n in range(400)))]
    items = [item(by(user_id=ids[n % 400]), (suspend, coupon)[n % 2], comment=f"{n}") for n in range(1_000)]

    (answer,) = answers(client, applications(*items))

    assert set(reasons(answer)) == {"CREATED"}
    recorded = events(server.url, client.project_id, "user_action.applied")
    assert [event.data["comment"] for event in recorded if event.data] == [f"{n}" for n in range(1_000)]
    assert [event.subject_id for event in recorded] == [ids[n % 400] for n in range(1_000)]


def test_nothing_of_another_project_can_be_used(
    server: Running, client: Client, other_project: Client, people: list[user_pb2.User], coupon: pb.UserAction
) -> None:
    """Neither its users nor its definitions, reasons or applications."""
    stranger = created(other_project, login_ids=["stranger"])
    praise, rude = define(other_project, "Praise"), reason(other_project, "RUDE")
    shop = application(other_project, "Shop")
    before = contents(server.url)

    assert tidings(
        client,
        applications(
            item(stranger, coupon),
            item(by(login_id="stranger"), coupon),
            item(people[0], coupon, actioner_user_id=stranger.user_id),
            item(people[0], praise),
            item(people[0], coupon, reason="RUDE"),
            item(people[0], coupon, reason=rude.reason_id),
            item(people[0], coupon, application_ids=[shop.application_id]),
        ),
    ) == [
        *["USER_NOT_FOUND"] * 3,
        "USER_ACTION_NOT_FOUND",
        *["USER_ACTION_REASON_NOT_FOUND"] * 2,
        "APPLICATION_NOT_FOUND",
    ]
    assert before == contents(server.url)
