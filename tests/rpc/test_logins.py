"""The record of attempts to sign in: its pages, where attempts came from, and who is told."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import grpc
import pytest
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running, StartServer, sql
from tests.rpc.password_requests import GOOD
from tests.rpc.session_requests import sessions_of
from tests.rpc.sign_in_requests import (
    WRONG,
    change_password,
    logins,
    set_settings,
    sign_in,
    user_with,
)
from tests.rpc.user_requests import NOBODY, by

EMAILS = """
SELECT args->>'kind', args->>'user_id', args->>'login_record_id' FROM procrastinate_jobs
WHERE args ? 'kind' ORDER BY id
"""


@pytest.fixture
def ada(client: Client) -> user_pb2.User:
    return user_with(client, email="ada@example.com", login_ids=["ada"])


@pytest.fixture
def proxied(start_server: StartServer, client: Client) -> Iterator[Client]:
    """A caller whose calls come through proxies: from this machine, and from 10.0.0.0/8 and fd00::/8."""
    networks = tuple(map(ip_network, ("127.0.0.0/8", "10.0.0.0/8", "fd00::/8")))
    with grpc.insecure_channel(start_server(trusted_proxies=networks).address) as channel:
        yield Client(channel, client.project_id, client.key)


def listing(client: Client, reference: user_pb2.UserRef, **page: Any) -> rpc.ListUserLoginsResponse:
    answer: rpc.ListUserLoginsResponse = client.users.ListUserLogins(
        rpc.ListUserLoginsRequest(by=reference, **page)
    )
    return answer


# -- pages -------------------------------------------------------------------------------------------


def test_attempts_are_listed_page_by_page(server: Running, client: Client, ada: user_pb2.User) -> None:
    """The newest first, each once; those of the same instant too."""
    for _ in range(7):
        sign_in(client)
    sql(server.url, "UPDATE logins SET create_time = date_trunc('hour', create_time)")
    whole = logins(client, ada)

    pages, token = [], ""
    while True:
        page = listing(client, by(email="ada@example.com"), page_size=3, page_token=token)
        pages.append(list(page.logins))
        if not (token := page.next_page_token):
            break

    assert [len(page) for page in pages] == [3, 3, 1]
    assert [login for page in pages for login in page] == whole
    assert whole == sorted(whole, key=lambda login: login.login_record_id, reverse=True)


def test_attempts_of_others_are_not_listed(client: Client, ada: user_pb2.User, other_project: Client) -> None:
    """Nor those of a user who is none."""
    user_with(client, login_ids=["grace"])
    sign_in(client, "grace")

    assert logins(client, ada) == []
    for caller, reference in ((client, by(user_id=NOBODY)), (other_project, by(user_id=ada.user_id))):
        with refused("NOT_FOUND", "USER_NOT_FOUND"):
            listing(caller, reference)


def test_page_token_is_bound_to_the_user(client: Client, ada: user_pb2.User) -> None:
    """And is worth nothing when damaged."""
    sign_in(client)
    sign_in(client)
    token = listing(client, by(login_id="ada"), page_size=1).next_page_token

    for reference, damaged in ((by(email="ada@example.com"), token), (by(login_id="ada"), token + "x")):
        with refused("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID"):
            listing(client, reference, page_token=damaged)


def test_attempts_go_with_the_user(server: Running, client: Client, ada: user_pb2.User) -> None:
    """They are personal data."""
    sign_in(client)
    client.users.DeleteUser(rpc.DeleteUserRequest(by=by(user_id=ada.user_id)))

    assert sql(server.url, "SELECT count(*) FROM logins") == [(0,)]


# -- where they come from ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "address"),
    [
        (["192.0.2.7"], "192.0.2.7"),
        (["2001:db8::7"], "2001:db8::7"),
        (["192.0.2.7, 10.1.2.3"], "192.0.2.7"),
        # What stands before the first that is none of ours, anybody may have written.
        (["198.51.100.1, 192.0.2.7, 10.1.2.3, fd00::5"], "192.0.2.7"),
        (["198.51.100.1", "192.0.2.7"], "192.0.2.7"),
        (["192.0.2.7:1234, [fd00::5]:99"], "192.0.2.7"),
        (["[2001:db8::7]:1234"], "2001:db8::7"),
        (["::ffff:192.0.2.7"], "192.0.2.7"),
        (["10.9.9.9, 10.1.2.3"], "10.9.9.9"),
        (["192.0.2.7, nonsense, 10.1.2.3"], "10.1.2.3"),
        (["nonsense"], "127.0.0.1"),
        ([""], "127.0.0.1"),
        ([], "127.0.0.1"),
    ],
)
def test_trusted_proxies_tell_where_a_call_comes_from(
    proxied: Client, client: Client, ada: user_pb2.User, told: list[str], address: str
) -> None:
    """The way is walked back to the first address that is none of theirs; sessions have it too."""
    metadata = tuple(("x-forwarded-for", value) for value in told)

    sign_in(proxied, metadata=metadata)

    assert [login.ip_address for login in logins(client, ada)] == [address]
    assert [session.ip_address for session in sessions_of(client, ada.user_id)] == [address]


def test_others_are_not_believed(client: Client, ada: user_pb2.User) -> None:
    """Without trusted proxies the connection tells, and nothing else."""
    sign_in(client, metadata=(("x-forwarded-for", "192.0.2.7"),))

    assert [login.ip_address for login in logins(client, ada)] == ["127.0.0.1"]


def test_networks_of_keys_are_those_behind_the_proxies(
    proxied: Client, client: Client, make_key: Any, ada: user_pb2.User
) -> None:
    """A key that is bound to a network works through a proxy, from there alone."""
    bound = proxied.with_key(client.project_id, make_key("users:read", allowed_cidrs=["192.0.2.0/24"]))
    request = rpc.GetUserRequest(by=by(user_id=ada.user_id))

    assert bound.users.GetUser(request, metadata=(("x-forwarded-for", "192.0.2.7"),)).user == ada
    with refused("UNAUTHENTICATED", "ADDRESS_NOT_ALLOWED") as error:
        bound.users.GetUser(request, metadata=(("x-forwarded-for", "192.0.2.7, 198.51.100.1"),))
    assert error.value.metadata == {"address": "198.51.100.1"}


# -- who is told -------------------------------------------------------------------------------------


def test_user_is_told_of_a_sign_in_from_elsewhere(
    server: Running, proxied: Client, client: Client, ada: user_pb2.User
) -> None:
    """From another address or user agent than before; not of the first of all, and only if wanted."""

    def at(address: str) -> None:
        sign_in(proxied, metadata=(("x-forwarded-for", address),))

    for address in ("192.0.2.1", "192.0.2.2"):
        at(address)
    assert sql(server.url, EMAILS) == []
    set_settings(client, email_policy={"notify_new_sign_in": True})
    for address in ("192.0.2.1", "192.0.2.3", "192.0.2.3"):
        at(address)

    ((kind, user_id, login_record_id),) = sql(server.url, EMAILS)

    assert (kind, user_id) == ("NEW_SIGN_IN", ada.user_id)
    (told,) = [login for login in logins(client, ada) if login.login_record_id == login_record_id]
    assert told.ip_address == "192.0.2.3"


def test_failed_sign_in_from_elsewhere_is_not_told(
    server: Running, proxied: Client, client: Client, ada: user_pb2.User
) -> None:
    """Anybody could have the user written to."""
    set_settings(client, email_policy={"notify_new_sign_in": True})
    sign_in(proxied)
    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        sign_in(proxied, password=WRONG, metadata=(("x-forwarded-for", "192.0.2.1"),))

    assert sql(server.url, EMAILS) == []


@pytest.mark.parametrize("wanted", [True, False])
def test_user_is_told_of_a_new_password(
    server: Running, client: Client, ada: user_pb2.User, wanted: bool
) -> None:
    """Unless the project does not want it."""
    set_settings(client, email_policy={"notify_password_changed": wanted})
    token = sign_in(client).access_token

    change_password(client, "battery staple 3", access_token=token, current_password=GOOD)

    expected = [("PASSWORD_CHANGED", ada.user_id, None)] if wanted else []
    assert sql(server.url, EMAILS) == expected
