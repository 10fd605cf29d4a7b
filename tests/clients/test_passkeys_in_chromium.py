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
from tests.conftest import BeginSession
from tests.rpc.passkey_requests import passkeys_of, set_passkey_policy
from tests.rpc.session_requests import create_user


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
