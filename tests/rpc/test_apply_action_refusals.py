"""UserActionService: how the application of an action is refused, and that nothing is left of it then."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.duration_pb2 import Duration
from roster.v1 import user_action_pb2 as pb
from roster.v1 import user_action_service_pb2 as rpc
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as user_rpc

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents, events
from tests.rpc.action_requests import apply, ask, define, hours, listed, option, reason, retire
from tests.rpc.directory_requests import APPLICATIONS, application
from tests.rpc.user_requests import NOBODY, by, created, in_days


@pytest.fixture
def ann(client: Client) -> user_pb2.User:
    return created(client, login_ids=["ann"])


@pytest.fixture
def suspend(client: Client) -> pb.UserAction:
    return define(client, temporal=True, options=[option("Nicely")])


@pytest.fixture
def coupon(client: Client) -> pb.UserAction:
    return define(client, "Send coupon")


@pytest.fixture
def unharmed(server: Running, ann: user_pb2.User, suspend: pb.UserAction, coupon: pb.UserAction) -> Any:
    """Compares what the database holds before and after the test."""
    before = contents(server.url)
    yield
    assert contents(server.url) == before


def ask_plainly(client: Client, **fields: Any) -> None:
    """An application that says nothing by itself."""
    ask(client, rpc.ApplyUserActionRequest(**fields))


@pytest.mark.parametrize(
    "reference",
    [{"user_id": NOBODY}, {"email": "bob@example.com"}, {"login_id": "bob"}, {"phone_number": "+00"}],
)
def test_user_who_does_not_exist(
    client: Client, suspend: pb.UserAction, unharmed: None, reference: dict[str, str]
) -> None:
    """The error repeats the reference; so it is where one is to be told of what is active."""
    for mode in rpc.IfAlreadyActive.values():
        with refused("NOT_FOUND", "USER_NOT_FOUND") as error:
            apply(client, by(**reference), suspend, if_already_active=mode)
        assert error.value.metadata == reference
        assert error.value.details["ResourceInfo"].resource_type == "roster.v1.User"


def test_definition_that_does_not_exist(client: Client, ann: user_pb2.User, unharmed: None) -> None:
    """There is none of this id."""
    with refused("NOT_FOUND", "USER_ACTION_NOT_FOUND") as error:
        apply(client, ann, pb.UserAction(user_action_id=NOBODY))

    assert error.value.metadata == {"user_action_id": NOBODY}


def test_nothing_of_another_project_can_be_used(
    client: Client, other_project: Client, ann: user_pb2.User, coupon: pb.UserAction
) -> None:
    """Neither its users nor its definitions, reasons or applications."""
    stranger = created(other_project, login_ids=["stranger"])
    praise, rude = define(other_project, "Praise"), reason(other_project, "RUDE")
    shop = application(other_project, "Shop")

    for refusal, attempt in (
        ("USER_NOT_FOUND", lambda: apply(client, stranger, coupon)),
        ("USER_NOT_FOUND", lambda: apply(client, by(login_id="stranger"), coupon)),
        ("USER_NOT_FOUND", lambda: apply(client, ann, coupon, actioner_user_id=stranger.user_id)),
        ("USER_ACTION_NOT_FOUND", lambda: apply(client, ann, praise)),
        ("USER_ACTION_REASON_NOT_FOUND", lambda: apply(client, ann, coupon, reason="RUDE")),
        ("USER_ACTION_REASON_NOT_FOUND", lambda: apply(client, ann, coupon, reason=rude.reason_id)),
        ("APPLICATION_NOT_FOUND", lambda: apply(client, ann, coupon, application_ids=[shop.application_id])),
    ):
        with refused("NOT_FOUND", refusal):
            attempt()


def test_what_is_named_must_exist(client: Client, ann: user_pb2.User, suspend: pb.UserAction) -> None:
    """Options, reasons, the person who acts, applications: the error repeats the one that does not."""
    shop, gone = application(client, "Shop"), application(client, "Gone")
    APPLICATIONS.delete(client, gone)
    other = define(client, "Other", options=[option("Loudly")])

    for wishes, refusal, metadata in (
        ({"option": "Meanly"}, "USER_ACTION_OPTION_NOT_FOUND", {"option": "Meanly"}),
        (
            {"option": other.options[0].option_id},
            "USER_ACTION_OPTION_NOT_FOUND",
            {"option": other.options[0].option_id},
        ),
        ({"reason": "SPAM"}, "USER_ACTION_REASON_NOT_FOUND", {"reason": "SPAM"}),
        ({"reason": NOBODY}, "USER_ACTION_REASON_NOT_FOUND", {"reason": NOBODY}),
        ({"actioner_user_id": NOBODY}, "USER_NOT_FOUND", {"actioner_user_id": NOBODY}),
        (
            {"application_ids": [shop.application_id, gone.application_id]},
            "APPLICATION_NOT_FOUND",
            {"application_id": gone.application_id},
        ),
    ):
        with refused("NOT_FOUND", refusal) as error:
            apply(client, ann, suspend, **wishes)
        assert error.value.metadata == metadata


def test_inactive_definition(client: Client, ann: user_pb2.User, coupon: pb.UserAction) -> None:
    """It has to be reactivated first."""
    retire(client, coupon)

    with refused("FAILED_PRECONDITION", "USER_ACTION_INACTIVE"):
        apply(client, ann, coupon)


def test_what_lasts_needs_an_end(
    client: Client, ann: user_pb2.User, suspend: pb.UserAction, unharmed: None
) -> None:
    """Or the word that it has none."""
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        ask_plainly(client, by=by(user_id=ann.user_id), user_action_id=suspend.user_action_id)

    assert error.value.fields == ["expire_time"]


@pytest.mark.parametrize(
    "end",
    [{"expire_time": in_days(1)}, {"duration": hours(1)}, {"indefinite": True}],
    ids=lambda end: next(iter(end)),
)
def test_what_does_not_last_has_no_end(
    client: Client, ann: user_pb2.User, coupon: pb.UserAction, unharmed: None, end: dict[str, Any]
) -> None:
    """Whichever way one says it."""
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        apply(client, ann, coupon, **end)

    assert error.value.fields == [*end]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"expire_time": in_days(-0.0001)}, "expire_time"),
    ({"duration": Duration()}, "duration"),
    ({"duration": Duration(seconds=-1)}, "duration"),
    ({"duration": Duration(seconds=100 * 31_557_600, nanos=1)}, "duration"),
    ({"indefinite": False}, "indefinite"),
    ({"comment": "x" * 4001}, "comment"),
    ({"option": "x" * 101}, "option"),
    ({"reason": "x" * 101}, "reason"),
    ({"actioner_user_id": "bob"}, "actioner_user_id"),
    ({"application_ids": ["shop"]}, "application_ids[0]"),
    ({"application_ids": [NOBODY, NOBODY]}, "application_ids"),
    ({"application_ids": [str(uuid4()) for _ in range(101)]}, "application_ids"),
    ({"email_user": True}, "email_user"),
    ({"notify_user": True}, "notify_user"),
    ({"if_already_active": 9}, "if_already_active"),
    ({"request_id": "again"}, "request_id"),
]


@pytest.mark.parametrize(
    ("wishes", "wrong"), WRONG, ids=lambda value: value if isinstance(value, str) else ""
)
def test_wish_that_is_wrong_is_named(
    client: Client,
    ann: user_pb2.User,
    suspend: pb.UserAction,
    unharmed: None,
    wishes: dict[str, Any],
    wrong: str,
) -> None:
    """An end that is past or beyond 100 years, texts that are too long, flags that the definition lacks."""
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        apply(client, ann, suspend, **wishes)

    assert error.value.fields == [wrong]


def test_all_that_is_wrong_is_named_at_once(
    client: Client, ann: user_pb2.User, suspend: pb.UserAction, unharmed: None
) -> None:
    """What the definition knows, in one answer; what the contract knows, in another."""
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        apply(client, ann, suspend, expire_time=in_days(-1), email_user=True, notify_user=True)
    assert error.value.fields == ["expire_time", "email_user", "notify_user"]

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        ask_plainly(client, comment="x" * 4001, user_action_id="suspend")
    assert sorted(error.value.fields) == ["by", "comment", "user_action_id"]


def test_email_is_not_available(server: Running, client: Client, ann: user_pb2.User) -> None:
    """Where the definition allows it, and everything else is right; otherwise that is what is wrong."""
    mailing = define(client, "Mail", temporal=True, user_emailing_enabled=True)
    before = contents(server.url)

    with refused("FAILED_PRECONDITION", "EMAIL_NOT_AVAILABLE"):
        apply(client, ann, mailing, email_user=True)
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID"):
        apply(client, ann, mailing, email_user=True, notify_user=True)

    assert contents(server.url) == before
    assert not apply(client, ann, mailing).email_user_on_end


@pytest.mark.parametrize("which", ["user", "definition"])
def test_what_goes_meanwhile(
    server: Running, client: Client, ann: user_pb2.User, coupon: pb.UserAction, which: str
) -> None:
    """Between the look at what there is and the use of it: then it does not exist."""

    def go(statement: str) -> None:
        if "INSERT INTO applied_actions" in statement:
            server.database.on_statement = None
            if which == "user":
                client.users.DeleteUser(user_rpc.DeleteUserRequest(by=by(user_id=ann.user_id)))
            else:
                retire(client, coupon, hard=True)

    server.database.on_statement = go
    expected = {
        "user": ("USER_NOT_FOUND", {"user_id": ann.user_id}),
        "definition": ("USER_ACTION_NOT_FOUND", {"user_action_id": coupon.user_action_id}),
    }[which]

    with refused("NOT_FOUND", expected[0]) as error:
        apply(client, ann, coupon)

    assert error.value.metadata == expected[1]
    assert listed(client) == []
    assert events(server.url, client.project_id, "user_action.applied") == []
