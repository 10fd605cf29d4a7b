"""Passkeys as people use them: in Chromium, on a page, with an authenticator that the browser plays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from roster.v1 import user_pb2
from selenium.common.exceptions import JavascriptException
from selenium.webdriver import Chrome
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions

from tests.calling import Client
from tests.clients.page import served
from tests.conftest import BeginSession, Running
from tests.rows import events
from tests.rpc.passkey_requests import (
    delete_passkeys,
    demand_second_factors,
    passkeys_of,
    set_passkey_policy,
)
from tests.rpc.session_requests import claims_of, create_user
from tests.rpc.sign_in_requests import MFA, challenge, user_with


@pytest.fixture
def shop(client: Client) -> Iterator[str]:
    """The origin of an application's page, from which the project takes passkeys."""
    with served(client) as origin:
        set_passkey_policy(client, rp_id="localhost", origins=[origin])
        yield origin


@pytest.fixture
def ann(client: Client) -> user_pb2.User:
    return create_user(client, email="ann@example.com", display_name="Ann")


def visit(browser: Chrome, origin: str, *, user_verified: bool = True) -> None:
    """Opens the page in a browser on a device that verifies its user."""
    browser.add_virtual_authenticator(
        VirtualAuthenticatorOptions(
            transport=VirtualAuthenticatorOptions.Transport.INTERNAL,
            has_resident_key=True,
            has_user_verification=True,
            is_user_verified=user_verified,
        )
    )
    browser.get(origin)


def run(browser: Chrome, call: str, *arguments: Any) -> Any:
    """What a function of the page answers, or the error that it ends in."""
    script = f"""const given = [...arguments], done = given.pop();
    {call}(...given).then(answer => done({{answer}}), error => done({{error: String(error)}}));"""
    answer = browser.execute_async_script(script, *arguments)
    if "error" in answer:
        raise JavascriptException(answer["error"])
    return answer["answer"]


def test_registration(
    client: Client, shop: str, ann: user_pb2.User, browser: Chrome, begin_session: BeginSession
) -> None:
    """The browser makes a passkey that it keeps, and the user has it."""
    visit(browser, shop)

    run(browser, "register", begin_session(ann.user_id).access_token)

    (passkey,) = passkeys_of(client, ann.user_id)
    assert (passkey.display_name, list(passkey.transports)) == ("My browser", ["internal"])
    (kept,) = browser.get_credentials()
    assert (kept.is_resident_credential, kept.rp_id) == (True, "localhost")
    assert browser.get_log("browser") == []


def test_device_that_has_a_passkey_makes_no_other(
    client: Client, shop: str, ann: user_pb2.User, browser: Chrome, begin_session: BeginSession
) -> None:
    """The options exclude it."""
    visit(browser, shop)
    token = begin_session(ann.user_id).access_token
    run(browser, "register", token)

    with pytest.raises(JavascriptException, match="InvalidStateError"):
        run(browser, "register", token)

    assert len(passkeys_of(client, ann.user_id)) == 1


def test_device_that_does_not_verify_its_user(
    client: Client, shop: str, ann: user_pb2.User, browser: Chrome, begin_session: BeginSession
) -> None:
    """Makes no passkey."""
    visit(browser, shop, user_verified=False)

    with pytest.raises(JavascriptException, match="NotAllowedError"):
        run(browser, "register", begin_session(ann.user_id).access_token)

    assert passkeys_of(client, ann.user_id) == []


def test_registration_from_another_origin(
    client: Client, shop: str, ann: user_pb2.User, browser: Chrome, begin_session: BeginSession
) -> None:
    """The browser sees the same domain, but the project does not take passkeys from there."""
    with served(client) as elsewhere:
        visit(browser, elsewhere)

        with pytest.raises(JavascriptException, match="PASSKEY_REJECTED"):
            run(browser, "register", begin_session(ann.user_id).access_token)

    assert passkeys_of(client, ann.user_id) == []


def test_sign_in(
    client: Client, shop: str, ann: user_pb2.User, browser: Chrome, begin_session: BeginSession
) -> None:
    """Nobody says who they are: the browser knows."""
    visit(browser, shop)
    run(browser, "register", begin_session(ann.user_id).access_token)

    for _ in range(2):
        answer = run(browser, "signIn")

        assert answer["user"]["userId"] == ann.user_id
        assert claims_of(client, answer["accessToken"])["amr"] == ["passkey"]
    (passkey,) = passkeys_of(client, ann.user_id)
    assert passkey.HasField("last_use_time")
    assert browser.get_log("browser") == []


def test_second_factor(client: Client, shop: str, browser: Chrome, begin_session: BeginSession) -> None:
    """After the password, where it does not suffice."""
    ann = user_with(client, email="ann@example.com")
    visit(browser, shop)
    run(browser, "register", begin_session(ann.user_id).access_token)
    demand_second_factors(client)

    answer = run(browser, "completeMfa", challenge(client, MFA, "ann@example.com"))

    assert claims_of(client, answer["accessToken"])["amr"] == ["password", "passkey"]


def test_passkey_of_somebody_else_is_no_second_factor(
    client: Client, shop: str, ann: user_pb2.User, browser: Chrome, begin_session: BeginSession
) -> None:
    """The browser does not even use it: the options do not allow it."""
    bob = user_with(client, email="bob@example.com")
    visit(browser, shop)
    run(browser, "register", begin_session(bob.user_id).access_token)
    browser.remove_all_credentials()
    run(browser, "register", begin_session(ann.user_id).access_token)
    demand_second_factors(client)

    with pytest.raises(JavascriptException, match="NotAllowedError"):
        run(browser, "completeMfa", challenge(client, MFA, "bob@example.com"))


def test_sign_in_from_another_origin(
    client: Client, shop: str, ann: user_pb2.User, browser: Chrome, begin_session: BeginSession
) -> None:
    """The browser uses the passkey, for the domain is the same; the project does not take it from there."""
    visit(browser, shop)
    run(browser, "register", begin_session(ann.user_id).access_token)

    with served(client) as elsewhere:
        browser.get(elsewhere)
        with pytest.raises(JavascriptException, match="PASSKEY_REJECTED"):
            run(browser, "signIn")

    browser.get(shop)
    assert run(browser, "signIn")["user"]["userId"] == ann.user_id


def test_sign_in_from_another_domain(
    client: Client, shop: str, ann: user_pb2.User, browser: Chrome, begin_session: BeginSession
) -> None:
    """The browser itself refuses."""
    visit(browser, shop)
    run(browser, "register", begin_session(ann.user_id).access_token)

    browser.get(shop.replace("localhost", "shop.localhost"))
    set_passkey_policy(client, rp_id="example.com", origins=[])
    with pytest.raises(JavascriptException, match="SecurityError"):
        run(browser, "signIn")


def test_deleted_passkey(
    client: Client, shop: str, ann: user_pb2.User, browser: Chrome, begin_session: BeginSession
) -> None:
    """The browser still has it, and uses it in vain."""
    visit(browser, shop)
    run(browser, "register", begin_session(ann.user_id).access_token)
    delete_passkeys(client, ann.user_id)

    with pytest.raises(JavascriptException, match="PASSKEY_REJECTED"):
        run(browser, "signIn")


def test_copy_of_a_passkey(
    server: Running,
    client: Client,
    shop: str,
    ann: user_pb2.User,
    browser: Chrome,
    begin_session: BeginSession,
) -> None:
    """Is found out by its count of signatures, which has fallen behind."""
    visit(browser, shop)
    run(browser, "register", begin_session(ann.user_id).access_token)
    (copied,) = browser.get_credentials()
    for _ in range(2):
        run(browser, "signIn")
    browser.remove_all_credentials()
    browser.add_credential(copied)

    with pytest.raises(JavascriptException, match="PASSKEY_REJECTED"):
        run(browser, "signIn")

    (event,) = events(server.url, client.project_id, "user.passkey.clone_suspected")
    assert event.subject_id == ann.user_id
