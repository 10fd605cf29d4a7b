"""Signing in by a password."""

from __future__ import annotations

from typing import Any

import pytest
from roster.v1 import user_pb2

from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rpc.action_requests import apply, block, define, hours, option, reason
from tests.rpc.password_requests import GOOD, hashed, opens, read, stored
from tests.rpc.session_requests import claims_of, current_user, refresh, sessions_of
from tests.rpc.sign_in_requests import (
    WRONG,
    attempts,
    logins,
    recorded,
    set_settings,
    sign_in,
    user_with,
)
from tests.rpc.user_requests import INACTIVE, INVITED, ask, let_user_expire, set_status
from tests.unit.password_digest_vectors import DIGESTS, HMACS
from tests.unit.password_vectors import VECTORS as DERIVED

VECTORS = [*DERIVED, *DIGESTS, *HMACS]


@pytest.fixture
def ada(client: Client) -> user_pb2.User:
    """Goes by all that one can go by."""
    return user_with(
        client,
        email="Ada@Example.com",
        phone_number="+12025550123",
        login_ids=["ada", "Countess"],
        display_name="Ada",
    )


@pytest.mark.parametrize(
    "identifier",
    ["Ada@Example.com", "ADA@example.COM ", "+12025550123", "+1 (202) 555-0123", "ada", "COUNTESS"],
)
def test_any_identifier_signs_in(client: Client, ada: user_pb2.User, identifier: str) -> None:
    """In any spelling that compares equal; the tokens are good at once."""
    answer = sign_in(client, identifier)

    assert not answer.HasField("challenge")
    assert answer.user == read(client, ada)
    assert current_user(client, answer.access_token).user_id == ada.user_id
    assert claims_of(client, answer.access_token)["amr"] == ["password"]
    assert refresh(client, answer.refresh_token).user.user_id == ada.user_id


def test_email_of_one_counts_before_the_login_id_of_another(client: Client) -> None:
    """What somebody calls themselves takes nobody's place."""
    owner = user_with(client, email="ada@example.com")
    user_with(client, "another horse 3", login_ids=["ada@example.com", "+12025550123"])
    caller = user_with(client, "another horse 4", phone_number="+12025550123")

    assert sign_in(client, "ada@example.com").user.user_id == owner.user_id
    assert sign_in(client, "+12025550123", "another horse 4").user.user_id == caller.user_id
    for identifier in ("ada@example.com", "+12025550123"):
        with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
            sign_in(client, identifier, "another horse 3")


@pytest.mark.parametrize(
    ("identifier", "password"),
    [
        ("ada", WRONG),
        ("ada", GOOD + " "),
        ("nobody", GOOD),
        ("without", GOOD),
        (" ", GOOD),
        ("+", GOOD),
    ],
)
def test_refusals_are_the_same_for_all_reasons(
    client: Client, ada: user_pb2.User, identifier: str, password: str
) -> None:
    """A wrong password, somebody without one, nobody: one answer."""
    user_with(client, None, login_ids=["without"])

    with refused("UNAUTHENTICATED", "LOGIN_FAILED") as error:
        sign_in(client, identifier, password)

    assert error.value.metadata == {}
    assert error.value.details.keys() == {"ErrorInfo"}
    assert error.value.message == "The identifier, the password or the code is wrong."


def test_users_of_another_project_are_nobody(
    client: Client, ada: user_pb2.User, other_project: Client
) -> None:
    """The same identifier may be somebody else there."""
    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        sign_in(other_project)
    other = user_with(other_project, "another horse 3")

    assert sign_in(other_project, "ada", "another horse 3").user.user_id == other.user_id
    assert sign_in(client).user.user_id == ada.user_id


def test_first_sign_in_makes_an_invited_user_active(server: Running, client: Client) -> None:
    """With an event and another etag; the second changes neither."""
    user = user_with(client, status=INVITED)

    first = sign_in(client).user
    second = sign_in(client).user

    assert first.status == user_pb2.USER_STATUS_ACTIVE
    assert first.etag != user.etag
    assert second.etag == first.etag
    (event,) = recorded(server.url, client, "user.status")
    assert event.changes == ({"status": "INVITED"}, {"status": "ACTIVE"})
    assert event.subject_id == user.user_id


def test_sign_in_is_no_change_of_the_user(client: Client, ada: user_pb2.User) -> None:
    """It tells when it was, and leaves etag and update_time alone."""
    answer = sign_in(client).user

    assert answer.last_login_time.ToNanoseconds() > ada.create_time.ToNanoseconds()
    assert (answer.etag, answer.update_time) == (ada.etag, ada.update_time)
    assert sign_in(client).user.last_login_time.ToNanoseconds() > answer.last_login_time.ToNanoseconds()


def test_failed_sign_in_leaves_the_user_as_they_were(client: Client, ada: user_pb2.User) -> None:
    """An invited one stays so, too."""
    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        sign_in(client, password=WRONG)

    assert read(client, ada) == ada
    assert sessions_of(client, ada.user_id) == []


# -- who may not -------------------------------------------------------------------------------------


def _deactivated(server: Running, client: Client, user: user_pb2.User) -> None:
    ask(client, set_status(user, INACTIVE))


def _blocked(server: Running, client: Client, user: user_pb2.User) -> None:
    block(client, user)


def _expired(server: Running, client: Client, user: user_pb2.User) -> None:
    let_user_expire(server.url, user)


@pytest.mark.parametrize(
    ("happened", "status"), [(_deactivated, "INACTIVE"), (_blocked, "BLOCKED"), (_expired, "EXPIRED")]
)
def test_status_is_told_to_who_has_the_password(
    server: Running, client: Client, ada: user_pb2.User, happened: Any, status: str
) -> None:
    """And to nobody else."""
    happened(server, client, ada)

    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        sign_in(client, password=WRONG)
    with refused("FAILED_PRECONDITION", "LOGIN_NOT_ALLOWED") as error:
        sign_in(client)

    assert error.value.metadata == {"status": status}
    assert attempts(client, ada) == [("PASSWORD", "WRONG_CREDENTIALS"), ("PASSWORD", "REFUSED")]
    failures = recorded(server.url, client, "user.sign_in.failed")
    assert [event.data and event.data["outcome"] for event in failures] == ["WRONG_CREDENTIALS", "REFUSED"]
    assert sessions_of(client, ada.user_id) == []


def test_preventing_action_is_told_with_its_texts(client: Client) -> None:
    """All of them, the longest first, in the user's language; to who has the password."""
    user = user_with(client, locale="de-AT", login_ids=["ada"])
    reason(client, "SPAM", "Sent spam", localized_texts={"de": "Versandte Spam"})
    suspend = define(
        client,
        temporal=True,
        prevent_login=True,
        localized_names={"de": "Sperren"},
        options=[option("Nicely", de="Nett")],
    )
    short = apply(client, user, suspend, duration=hours(1), option="Nicely", reason="SPAM")
    long = apply(client, user, suspend, indefinite=True)

    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        sign_in(client, password=WRONG)
    with refused("FAILED_PRECONDITION", "LOGIN_PREVENTED") as error:
        sign_in(client)

    assert error.value.metadata == {"user_action": "Suspend"}
    told = error.value.details["LoginPreventions"].login_preventions
    assert [one.applied_action_id for one in told] == [long.applied_action_id, short.applied_action_id]
    assert not told[0].HasField("expire_time")
    assert (told[1].localized_name, told[1].localized_option) == ("Sperren", "Nett")
    assert (told[1].reason_code, told[1].localized_reason) == ("SPAM", "Versandte Spam")
    assert told[1].expire_time == short.expire_time


def test_error_carries_what_it_can_of_long_reasons(client: Client) -> None:
    """The answer stays small enough for every client."""
    user = user_with(client)
    reason(client, "LONG", "\U0001f4a5" * 1000)
    suspend = define(client, temporal=True, prevent_login=True)
    for _ in range(60):
        apply(client, user, suspend, indefinite=True, reason="LONG")

    with refused("FAILED_PRECONDITION", "LOGIN_PREVENTED") as error:
        sign_in(client)

    told = error.value.details["LoginPreventions"].login_preventions
    assert 10 < len(told) < 60
    assert {(one.reason, one.reason_code) for one in told} == {("", "LONG")}


# -- what stays --------------------------------------------------------------------------------------


def test_attempts_are_on_record(server: Running, client: Client, ada: user_pb2.User) -> None:
    """When, from where, how, with what outcome, and the session that began."""
    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        sign_in(client, password=WRONG)
    answer = sign_in(client)

    success, failure = logins(client, ada)

    assert success.session_id == claims_of(client, answer.access_token)["sid"]
    assert failure.session_id == ""
    assert success.create_time.ToNanoseconds() > failure.create_time.ToNanoseconds()
    assert {(login.ip_address, login.user_agent.split("/")[0]) for login in (success, failure)} == {
        ("127.0.0.1", "grpc-python")
    }
    (event,) = recorded(server.url, client, "user.sign_in.failed")
    assert event.subject_id == ada.user_id
    assert event.data is not None
    assert event.data["method"] == "PASSWORD"
    assert event.data["info"]["ip_address"] == "127.0.0.1"


def test_attempts_of_nobody_leave_nothing_but_their_count(server: Running, client: Client) -> None:
    """Neither a record nor an event, and the identifier is not kept."""
    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        sign_in(client, "nobody@example.com")

    assert sql(server.url, "SELECT count(*) FROM logins") == [(0,)]
    assert recorded(server.url, client, "user.") == []
    ((row,),) = sql(server.url, "SELECT string_agg(t::text, '') FROM throttles t")
    assert "nobody" not in row


@pytest.mark.parametrize(
    "vector", VECTORS, ids=lambda vector: f"{type(vector.imported).__name__} {vector.name}"
)
def test_imported_hash_is_upgraded(server: Running, client: Client, vector: Any) -> None:
    """To ours, without a change of the user: the password is as old as it was, and sessions go on."""
    user = user_with(client, hashed(vector.imported))
    before = sql(server.url, "SELECT set_time, temporary FROM passwords")
    first = sign_in(client, password=vector.password)

    assert stored(server.url, user).startswith("$argon2id$")
    assert opens(server.url, user, vector.password)
    assert sql(server.url, "SELECT set_time, temporary FROM passwords") == before
    assert sql(server.url, "SELECT count(*) FROM former_passwords") == [(0,)]
    assert first.user.etag == user.etag
    second = sign_in(client, password=vector.password)
    kept = stored(server.url, user)
    assert sign_in(client, password=vector.password).user.user_id == user.user_id
    assert stored(server.url, user) == kept
    assert refresh(client, first.refresh_token).user.user_id == second.user.user_id
    assert recorded(server.url, client, "user.password") == []


def test_hash_of_a_password_that_failed_stays(server: Running, client: Client) -> None:
    """Only who knows the password has it hashed anew."""
    vector = VECTORS[0]
    user = user_with(client, hashed(vector.imported))
    kept = stored(server.url, user)

    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        sign_in(client, password=WRONG)

    assert stored(server.url, user) == kept


def test_second_factor_is_asked_of_nobody_who_has_none(client: Client, ada: user_pb2.User) -> None:
    """Unless the project requires one."""
    assert sign_in(client).access_token
    set_settings(client, mfa_policy={"required": False})
    assert sign_in(client).access_token
