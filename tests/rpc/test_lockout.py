"""Accounts and addresses that are locked after failed sign-ins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any

import grpc
import pytest
from roster.v1 import user_action_pb2 as action_pb
from roster.v1 import user_pb2

from server.config import Config
from server.domain.applied_actions import AppliedActions
from server.domain.caller import ANYBODY, COMMAND_LINE, Caller
from server.domain.emails.action_emails import ActionEmails
from server.domain.lockouts import Lockouts
from server.domain.projects import Projects
from server.domain.users import BLANK
from tests.calling import Client, Refused, refused
from tests.conftest import Running, StartServer, sql
from tests.rpc.action_requests import ACTIVE as ACTIVE_ACTION
from tests.rpc.action_requests import CANCELLED, apply, define, listed, retire
from tests.rpc.password_requests import GOOD
from tests.rpc.sign_in_requests import (
    MFA,
    WRONG,
    WithApp,
    attempts,
    challenge,
    complete,
    logins,
    recorded,
    set_settings,
    sign_in,
    user_with,
)
from tests.rpc.test_concurrency import at_once, outcomes

FEW = {"attempts": 3, "window_seconds": 3_600, "duration_seconds": 600}


@pytest.fixture(autouse=True)
def _few(client: Client) -> None:
    set_settings(client, lockout_policy=FEW)


def fail(client: Client, identifier: str = "ada", times: int = 1) -> None:
    """Fails so many times."""
    for _ in range(times):
        with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
            sign_in(client, identifier, WRONG)


def locked(call: Callable[[], Any]) -> Refused:
    """Is locked, and for the whole time from now on: the attempt has begun it anew."""
    with refused("RESOURCE_EXHAUSTED", "LOGIN_LOCKED") as error:
        call()
    assert error.value.details["RetryInfo"].retry_delay.ToTimedelta().total_seconds() == 600
    return error.value


def left(server: Running) -> float:
    """Seconds for which what is locked still is."""
    return float(sql(server.url, "SELECT extract(epoch FROM max(locked_until) - now()) FROM throttles")[0][0])


def pass_time(server: Running, seconds: int) -> None:
    """Moves all that is counted into the past, as the clock would."""
    sql(
        server.url,
        "UPDATE throttles SET window_time = window_time - make_interval(secs => %s),"
        " locked_until = locked_until - make_interval(secs => %s)",
        seconds,
        seconds,
    )


def test_account_is_locked_after_failures(server: Running, client: Client) -> None:
    """The right password does not help then; the attempts are on record, and one event tells."""
    user = user_with(client)
    fail(client, times=3)

    locked(lambda: sign_in(client))
    locked(lambda: sign_in(client, password=WRONG))

    assert attempts(client, user) == [("PASSWORD", "WRONG_CREDENTIALS")] * 3 + [("PASSWORD", "LOCKED")] * 2
    (event,) = recorded(server.url, client, "user.locked")
    assert (event.subject_id, event.key_id) == (user.user_id, None)
    assert event.data is not None
    assert event.data.keys() == {"expire_time", "info"}
    assert len(recorded(server.url, client, "user.sign_in.failed")) == 3


@pytest.mark.parametrize("what", ["attempts", "address_attempts"])
def test_attempts_against_a_lock_do_not_fill_the_record(server: Running, client: Client, what: str) -> None:
    """Only the first hundred are kept. It is the same whether the account is locked or the address."""
    set_settings(client, lockout_policy={**FEW, "attempts": 0, what: 3})
    user = user_with(client)
    fail(client, times=3)
    for _ in range(102):
        locked(lambda: sign_in(client))

    assert Counter(outcome for _, outcome in attempts(client, user, page_size=1_000)) == {
        "WRONG_CREDENTIALS": 3,
        "LOCKED": 100,
    }
    pass_time(server, 601)
    sign_in(client)
    assert attempts(client, user)[-1] == ("PASSWORD", "SUCCEEDED")


def test_lock_of_nobody_looks_the_same(client: Client) -> None:
    """An identifier that nobody has is locked alike, in all its spellings."""
    user_with(client)
    fail(client, times=3)
    for identifier in ("nobody@example.com", "NOBODY@example.com", " nobody@Example.com"):
        fail(client, identifier)
    for identifier in ("+12025550199", "+1 202 555 0199", "+1 (202) 5550199"):
        fail(client, identifier)

    errors = [
        locked(lambda identifier=identifier: sign_in(client, identifier))
        for identifier in ("ada", "nobody@EXAMPLE.com", "+1-202-555-0199")
    ]

    assert len({(error.message, str(error.metadata), tuple(error.details)) for error in errors}) == 1


def test_all_identifiers_of_a_user_count_together(client: Client) -> None:
    """And no other user is locked with them."""
    user_with(client, login_ids=["ada", "countess"], email="ada@example.com")
    user_with(client, login_ids=["grace"])
    for identifier in ("ada", "Countess", "ada@example.com"):
        fail(client, identifier)

    locked(lambda: sign_in(client, "ada@example.com"))
    assert sign_in(client, "grace").access_token


def test_locks_of_projects_are_apart(client: Client, other_project: Client) -> None:
    """The same identifier, the same address."""
    user_with(client)
    user_with(other_project)
    fail(client, times=3)

    locked(lambda: sign_in(client))
    assert sign_in(other_project).access_token


def test_success_begins_the_count_anew(client: Client) -> None:
    """Two failures, then the right password, and so on."""
    user_with(client)
    for _ in range(3):
        fail(client, times=2)
        assert sign_in(client).access_token


def test_failures_count_within_the_window(server: Running, client: Client) -> None:
    """Those before it are forgotten."""
    user_with(client)
    fail(client, times=2)
    pass_time(server, 3_601)
    fail(client, times=2)
    assert sign_in(client).access_token


def test_lock_ends(server: Running, client: Client) -> None:
    """After its time, and then it takes as many failures again, whatever the window."""
    user_with(client)
    fail(client, times=3)
    pass_time(server, 601)

    fail(client, times=2)
    assert sign_in(client).access_token


def test_further_attempt_begins_the_time_anew(server: Running, client: Client) -> None:
    """Also one by the right password."""
    user_with(client)
    fail(client, times=3)
    pass_time(server, 400)

    assert 100 < left(server) <= 200

    locked(lambda: sign_in(client))

    assert 500 < left(server) <= 600


def test_no_attempts_means_never(client: Client) -> None:
    """Nor is an account locked any more that was before."""
    user_with(client)
    fail(client, times=3)
    locked(lambda: sign_in(client))
    set_settings(client, lockout_policy={"attempts": 0})

    fail(client, times=10)
    assert sign_in(client).access_token


# -- addresses ---------------------------------------------------------------------------------------


def test_address_is_locked_after_failures_of_whatever_accounts(client: Client) -> None:
    """Nobody signs in from there for a while, and no account is locked for it."""
    set_settings(client, lockout_policy={**FEW, "address_attempts": 5})
    user = user_with(client)
    for number in range(5):
        fail(client, f"nobody-{number}")

    locked(lambda: sign_in(client))
    locked(lambda: sign_in(client, "nobody-9"))
    assert attempts(client, user) == [("PASSWORD", "LOCKED")]

    set_settings(client, lockout_policy={**FEW, "address_attempts": 0})
    assert sign_in(client).access_token


def test_success_does_not_clear_the_address(client: Client) -> None:
    """Otherwise one account of one's own would be enough to go on."""
    set_settings(client, lockout_policy={**FEW, "address_attempts": 5})
    user_with(client)
    for number in range(4):
        fail(client, f"nobody-{number}")
        assert sign_in(client).access_token
    fail(client, "nobody-4")

    locked(lambda: sign_in(client))


def test_other_addresses_are_free(start_server: StartServer, client: Client) -> None:
    """Those that a trusted proxy tells are told apart."""
    server = start_server(trusted_proxies=(ip_network("127.0.0.0/8"),))
    set_settings(client, lockout_policy={**FEW, "address_attempts": 3})
    user_with(client)

    def from_(address: str) -> dict[str, Any]:
        return {"metadata": (("x-forwarded-for", address),)}

    with grpc.insecure_channel(server.address) as channel:
        proxied = Client(channel, client.project_id, client.key)
        for number in range(3):
            with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
                sign_in(proxied, f"nobody-{number}", **from_("192.0.2.1"))
        locked(lambda: sign_in(proxied, **from_("192.0.2.1")))
        assert sign_in(proxied, **from_("192.0.2.2")).access_token


# -- all processes, and after them -------------------------------------------------------------------


@pytest.fixture
def second(start_server: StartServer, client: Client) -> Iterator[Client]:
    """The same caller at another server on the same database."""
    with grpc.insecure_channel(start_server().address) as channel:
        yield Client(channel, client.project_id, client.key)


def test_servers_share_the_count(client: Client, second: Client) -> None:
    """Failures at either lock both."""
    user_with(client)
    fail(client)
    fail(second)
    fail(client)

    locked(lambda: sign_in(second))
    locked(lambda: sign_in(client))


def test_lock_outlives_the_servers(start_server: StartServer, client: Client) -> None:
    """One that is started later knows of it."""
    user_with(client)
    fail(client, times=3)

    with grpc.insecure_channel(start_server().address) as channel:
        locked(lambda: sign_in(Client(channel, client.project_id, client.key)))


def test_of_many_at_once_no_more_count_than_are_allowed(client: Client, second: Client) -> None:
    """All others hear that the account is locked, whether their proofs were looked at or not."""
    user = user_with(client)
    callers = [client, second] * 10

    results = at_once([lambda one=one: sign_in(one, password=WRONG) for one in callers])

    counted = outcomes(results)
    assert counted["LOGIN_FAILED"] == 3
    assert counted.keys() <= {"LOGIN_FAILED", "LOGIN_LOCKED", "HASHING_OVERLOADED"}
    assert sum(counted.values()) == 20
    assert attempts(client, user).count(("PASSWORD", "WRONG_CREDENTIALS")) == 3
    locked(lambda: sign_in(client))


def test_right_password_among_many_wrong_ones_opens_only_before_the_last(
    client: Client, second: Client
) -> None:
    """It is either in time, or as good as any other."""
    user = user_with(client)
    set_settings(client, lockout_policy={**FEW, "attempts": 1})
    passwords = [WRONG, GOOD, WRONG, GOOD] * 4
    callers = [client, second] * 8

    results = at_once(
        [
            lambda one=one, password=password: sign_in(one, password=password)
            for one, password in zip(callers, passwords, strict=True)
        ]
    )

    counted = outcomes(results)
    assert counted["LOGIN_FAILED"] <= 1 + counted["OK"]
    last = [outcome for _, outcome in attempts(client, user)]
    if "WRONG_CREDENTIALS" in last and "SUCCEEDED" not in last[last.index("WRONG_CREDENTIALS") :]:
        locked(lambda: sign_in(client))


# -- second factors ----------------------------------------------------------------------------------


def test_wrong_codes_count_with_wrong_passwords(client: Client) -> None:
    """A right password in between does not begin the count anew: the sign-in has not succeeded."""
    user = user_with(client)
    phone = WithApp(client).app
    fail(client)
    for _ in range(2):
        token = challenge(client, MFA)
        with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
            complete(client, token, totp_code=phone.wrong())

    locked(lambda: complete(client, token, totp_code=phone.code()))
    locked(lambda: sign_in(client))
    assert [outcome for _, outcome in attempts(client, user)][-2:] == ["LOCKED", "LOCKED"]


def test_success_by_a_second_factor_begins_the_count_anew(client: Client) -> None:
    """As by a password where that is enough."""
    user_with(client)
    phone = WithApp(client).app
    for step in (0, 1):
        fail(client)
        token = challenge(client, MFA)
        with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
            complete(client, token, totp_code=phone.wrong())
        assert complete(client, token, totp_code=phone.code(step)).access_token


# -- the user action ---------------------------------------------------------------------------------


@pytest.fixture
def suspend(client: Client) -> action_pb.UserAction:
    """What locked accounts have applied to them."""
    action = define(client, temporal=True, prevent_login=True)
    set_settings(client, lockout_policy={**FEW, "user_action_id": action.user_action_id})
    return action


def test_user_action_is_applied_to_a_locked_account(
    server: Running, client: Client, suspend: action_pb.UserAction
) -> None:
    """By the system, until the lock ends, with its event."""
    user = user_with(client)
    fail(client, times=2)
    assert listed(client, user) == []
    fail(client)

    (applied,) = listed(client, user)

    assert (applied.user_action_id, applied.state) == (suspend.user_action_id, ACTIVE_ACTION)
    assert applied.actioner_user_id == ""
    ((locked_until,),) = sql(server.url, "SELECT max(locked_until) FROM throttles")
    assert applied.expire_time.ToDatetime(tzinfo=locked_until.tzinfo) == locked_until
    (event,) = recorded(server.url, client, "user_action.applied")
    assert event.subject_id == user.user_id


def test_further_attempt_moves_the_end(
    server: Running, client: Client, suspend: action_pb.UserAction
) -> None:
    """As it moves that of the lock; not by less than a second."""
    user = user_with(client)
    fail(client, times=3)
    (first,) = listed(client, user)
    sql(server.url, "UPDATE applied_actions SET expire_time = expire_time - interval '300 seconds'")
    pass_time(server, 300)

    locked(lambda: sign_in(client))

    (moved,) = listed(client, user)
    assert moved.applied_action_id == first.applied_action_id
    assert moved.expire_time.ToNanoseconds() > first.expire_time.ToNanoseconds() - 10**9
    assert len(recorded(server.url, client, "user_action.modified")) == 1


def test_longer_application_of_the_same_action_stays(client: Client, suspend: action_pb.UserAction) -> None:
    """What a person has done is not undone by failures."""
    user = user_with(client)
    applied = apply(client, user, suspend, indefinite=True)
    fail(client, times=3)

    locked(lambda: sign_in(client))

    assert listed(client, user) == [applied]


def test_lock_of_nobody_applies_nothing(
    server: Running, client: Client, suspend: action_pb.UserAction
) -> None:
    """There is nobody to apply it to."""
    fail(client, "nobody", times=3)

    locked(lambda: sign_in(client, "nobody"))
    assert sql(server.url, "SELECT count(*) FROM applied_actions") == [(0,)]


def test_account_is_locked_without_an_action_that_was_deleted(
    client: Client, suspend: action_pb.UserAction
) -> None:
    """The lock does not depend on it."""
    user = user_with(client)
    retire(client, suspend)
    fail(client, times=3)

    locked(lambda: sign_in(client))
    assert listed(client, user) == []


def forgive(server: Running, client: Client, user: user_pb2.User) -> None:
    """What a new password by a link does."""
    project = Projects(server.database).get(Caller(client.project_id, "", COMMAND_LINE, b""), "")
    caller = Caller(client.project_id, "", ANYBODY, b"", project.settings)
    with server.database.transaction():
        actions = AppliedActions(server.database, ActionEmails(server.database, Config()))
        Lockouts(server.database, actions).forgive(caller, BLANK._replace(user_id=user.user_id))


def test_new_password_by_a_link_unlocks(
    server: Running, client: Client, suspend: action_pb.UserAction
) -> None:
    """And cancels the user action, with events; once."""
    user = user_with(client)
    fail(client, times=3)

    forgive(server, client, user)
    forgive(server, client, user)

    assert [applied.state for applied in listed(client, user)] == [CANCELLED]
    assert len(recorded(server.url, client, "user.unlocked")) == 1
    assert len(recorded(server.url, client, "user_action.cancelled")) == 1
    assert sign_in(client).access_token


def test_action_that_a_person_applied_is_not_cancelled(
    server: Running, client: Client, suspend: action_pb.UserAction
) -> None:
    """Unlocked is what was locked by failures."""
    user = user_with(client)
    applied = apply(client, user, suspend, indefinite=True)
    fail(client, times=3)

    forgive(server, client, user)

    assert listed(client, user) == [applied]
    with refused("FAILED_PRECONDITION", "LOGIN_PREVENTED"):
        sign_in(client)


def test_project_can_keep_accounts_locked(
    server: Running, client: Client, suspend: action_pb.UserAction
) -> None:
    """Whatever becomes of the password."""
    set_settings(
        client,
        lockout_policy={
            **FEW,
            "user_action_id": suspend.user_action_id,
            "password_reset_unlocks": False,
        },
    )
    user = user_with(client)
    fail(client, times=3)

    forgive(server, client, user)

    locked(lambda: sign_in(client))
    assert [applied.state for applied in listed(client, user)] == [ACTIVE_ACTION]


# -- the setting -------------------------------------------------------------------------------------


def test_user_action_of_the_policy_must_exist(client: Client, other_project: Client) -> None:
    """In this project, in which case alone it can be applied."""
    elsewhere = define(other_project, temporal=True)
    for action_id in ("00000000-0000-4000-8000-000000000000", elsewhere.user_action_id):
        with refused("NOT_FOUND", "USER_ACTION_NOT_FOUND") as error:
            set_settings(client, lockout_policy={"user_action_id": action_id})
        assert error.value.metadata == {"user_action_id": action_id}


def test_user_action_of_the_policy_must_last(client: Client) -> None:
    """One that has no end, or was deleted, locks nothing."""
    coupon = define(client, "Send coupon")
    suspend = define(client, temporal=True)
    retire(client, suspend)
    for action in (coupon, suspend):
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            set_settings(client, lockout_policy={"user_action_id": action.user_action_id})
        assert error.value.fields == ["project.settings.lockout_policy.user_action_id"]


def test_settings_can_be_changed_beside_an_action_that_was_deleted(
    client: Client, suspend: action_pb.UserAction
) -> None:
    """Only one that is newly named is looked at."""
    retire(client, suspend)

    project = set_settings(
        client, lockout_policy={"attempts": 9, "user_action_id": suspend.user_action_id.upper()}
    )

    assert project.settings.lockout_policy.attempts == 9


def test_refused_for_the_lock_tells_nothing_of_the_user(client: Client) -> None:
    """No login without a user is listed, and none of another."""
    user = user_with(client)
    other = user_with(client, login_ids=["grace"])
    fail(client, times=3)
    locked(lambda: sign_in(client))

    assert len(logins(client, user)) == 4
    assert logins(client, other) == []
