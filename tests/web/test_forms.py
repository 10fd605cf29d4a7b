"""The forms of the pages: sent by those who see them, and by strangers who have a browser send them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from roster.v1 import auth_service_pb2, project_pb2, project_service_pb2, user_pb2
from roster.v1 import user_service_pb2 as rpc

from server.domain.one_time_tokens import Purpose
from server.web import app
from tests import secrecy
from tests.calling import Client, refused
from tests.web.conftest import Link, MakeLink, StartWeb, fields_of, send, user_id

PASSWORD = "note G of 1843"
PASSWORDS = {"new_password": PASSWORD, "repeated_password": PASSWORD}


@pytest.fixture(autouse=True)
def _secrets() -> None:
    secrecy.note_text(PASSWORD)


def ada(client: Client) -> user_pb2.User:
    return client.users.GetUser(rpc.GetUserRequest(by=user_pb2.UserRef(email="ada@example.com"))).user


def signs_in(client: Client, password: str) -> bool:
    request = auth_service_pb2.SignInRequest(identifier="ada@example.com", password=password)
    return bool(client.auth.SignIn(request).access_token)


@pytest.fixture
def link(client: Client, make_link: MakeLink) -> Link:
    """A link to set a new password."""
    return make_link(Purpose.RESET_PASSWORD, user_id(client))


# -- what they do --------------------------------------------------------------------------------


def test_address_is_verified(web: httpx.Client, client: Client, make_link: MakeLink) -> None:
    link = make_link(Purpose.VERIFY_EMAIL, user_id(client))

    done = send(web, web.get(str(link)))

    assert (done.status_code, "Your email address is confirmed" in done.text) == (200, True)
    assert ada(client).email_verified


def test_password_is_set(web: httpx.Client, client: Client, link: Link) -> None:
    """And the page shows neither it nor the link any more."""
    done = send(web, web.get(str(link)), **PASSWORDS)

    assert (done.status_code, "Your new password is set" in done.text) == (200, True)
    assert "<form" not in done.text
    assert signs_in(client, PASSWORD)
    assert link.token not in done.text
    assert str(done.url).endswith("/reset-password")


def test_invited_becomes_active(web: httpx.Client, client: Client, make_link: MakeLink) -> None:
    request = rpc.CreateUserRequest(user=user_pb2.User(email="ada@example.com"), invite=True)
    invited = client.users.CreateUser(request).user
    assert invited.status == user_pb2.USER_STATUS_INVITED

    done = send(web, web.get(str(make_link(Purpose.INVITATION, invited.user_id))), **PASSWORDS)

    assert (done.status_code, "Your account is ready" in done.text) == (200, True)
    assert (ada(client).status, ada(client).email_verified) == (user_pb2.USER_STATUS_ACTIVE, True)
    assert signs_in(client, PASSWORD)


def test_link_is_good_once(web: httpx.Client, client: Client, link: Link) -> None:
    page = web.get(str(link))
    assert send(web, page, **PASSWORDS).status_code == 200

    again = send(web, page, new_password="another 1", repeated_password="another 1")

    assert (again.status_code, "This link does not work any more" in again.text) == (410, True)
    assert web.get(str(link)).status_code == 410
    assert signs_in(client, PASSWORD)


def test_of_two_at_the_same_time_one_is_taken(web: httpx.Client, client: Client, link: Link) -> None:
    page = web.get(str(link))

    with ThreadPoolExecutor(2) as both:
        answers = [both.submit(send, web, page, **PASSWORDS) for _ in range(2)]
        statuses = sorted(answer.result().status_code for answer in answers)

    assert statuses == [200, 410]
    assert signs_in(client, PASSWORD)


def test_address_that_has_changed_is_not_verified(
    web: httpx.Client, client: Client, make_link: MakeLink
) -> None:
    ada_id = user_id(client)
    page = web.get(str(make_link(Purpose.VERIFY_EMAIL, ada_id)))
    by, changed = user_pb2.UserRef(user_id=ada_id), user_pb2.User(email="lovelace@example.com")
    changed = client.users.UpdateUser(rpc.UpdateUserRequest(by=by, user=changed)).user

    assert send(web, page).status_code == 410
    assert client.users.GetUser(rpc.GetUserRequest(by=by)).user == changed
    assert not changed.email_verified


@pytest.mark.parametrize(
    ("password", "broken"),
    [
        ("", ["At least 8 characters"]),
        ("ABC", ["At least 8 characters", "A lower-case letter", "A digit"]),
        ("ada@example.com 1", ["No part of your name, email address or login"]),
        ("a1" * 200, ["At most 256 characters"]),
        ("a1" * 600, ["Text, and not too long"]),
        ("abcdefg 1\0", ["Text, and not too long"]),
    ],
)
def test_rules_that_a_password_breaks_are_listed(
    web: httpx.Client, link: Link, password: str, broken: list[str]
) -> None:
    """All of them at once, and the link stays good."""
    again = send(web, web.get(str(link)), new_password=password, repeated_password=password)

    assert again.status_code == 422
    told = again.text.partition('id="problems"')[2].partition("</ul>")[0]
    assert [line[4:-5] for line in told.splitlines() if line.startswith("<li>")] == broken
    assert 'aria-invalid="true"' in again.text
    assert password not in again.text or not password
    assert send(web, again, **PASSWORDS).status_code == 200


def test_rules_are_told_in_the_language_of_the_user(
    web: httpx.Client, client: Client, make_link: MakeLink
) -> None:
    link = make_link(Purpose.INVITATION, user_id(client, locale="de-AT"))

    again = send(web, web.get(str(link)), new_password="kurz", repeated_password="kurz")

    assert "<li>Mindestens 8 Zeichen</li>\n<li>Eine Ziffer</li>" in again.text.partition('id="problems"')[2]


def test_former_password_is_told_apart_from_a_bad_one(
    web: httpx.Client, client: Client, make_link: MakeLink
) -> None:
    settings = project_pb2.ProjectSettings(password_policy=project_pb2.PasswordPolicy(history=2))
    project = project_pb2.Project(project_id=client.project_id, settings=settings)
    client.projects.UpdateProject(project_service_pb2.UpdateProjectRequest(project=project))
    user = user_id(client)
    assert send(web, web.get(str(make_link(Purpose.RESET_PASSWORD, user))), **PASSWORDS).status_code == 200

    again = send(web, web.get(str(make_link(Purpose.RESET_PASSWORD, user))), **PASSWORDS)

    assert again.status_code == 422
    assert "<li>Not one of the last 2 that you had</li>" in again.text.partition('id="problems"')[2]


def test_password_cannot_be_set_by_a_link_that_verifies(
    web: httpx.Client, client: Client, make_link: MakeLink
) -> None:
    """Nor by sending the form to another page."""
    page = web.get(str(make_link(Purpose.VERIFY_EMAIL, user_id(client))))

    answer = web.post("/reset-password", data={**fields_of(page), **PASSWORDS})

    assert answer.status_code == 410
    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        signs_in(client, PASSWORD)


def test_too_many_hashings_are_told_and_cost_nothing(
    start_web: StartWeb, client: Client, link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form is there again, and the link stays good."""
    with monkeypatch.context() as patched:
        patched.setattr(app, "_HASHINGS_THAT_WAIT", -1)
        busy = start_web()
    page = busy.get(str(link))

    again = send(busy, page, **PASSWORDS)

    assert (again.status_code, again.headers["retry-after"]) == (503, "1")
    assert "Please try again in a moment" in again.text
    assert 'name="form_token"' in again.text
    assert start_web().get(str(link)).status_code == 200


# -- those that others send ----------------------------------------------------------------------


def is_refused(answer: httpx.Response) -> bool:
    """And offers the form anew, for whoever has lost the cookie."""
    return answer.status_code == 403 and 'name="form_token"' in answer.text and "set-cookie" in answer.headers


def test_form_without_the_cookie_is_refused(web: httpx.Client, link: Link) -> None:
    page = web.get(str(link))
    web.cookies.clear()

    assert is_refused(send(web, page, **PASSWORDS))


def test_form_with_the_cookie_of_another_is_refused(
    web: httpx.Client, link: Link, start_web: StartWeb
) -> None:
    page = web.get(str(link))
    web.cookies.clear()
    web.get(str(link))

    assert is_refused(send(web, page, **PASSWORDS))


@pytest.mark.parametrize("token", ["", "x", "ä", "A" * 43])
def test_form_with_a_wrong_token_is_refused(web: httpx.Client, link: Link, token: str) -> None:
    page = web.get(str(link))

    assert is_refused(send(web, page, **PASSWORDS, form_token=token))


def test_token_of_a_form_is_good_for_its_own_link_only(
    web: httpx.Client, client: Client, make_link: MakeLink, link: Link
) -> None:
    email = "bob@example.com"
    other = web.get(str(make_link(Purpose.RESET_PASSWORD, user_id(client, email=email), email)))
    page = web.get(str(link))

    assert is_refused(send(web, page, **PASSWORDS, form_token=fields_of(other)["form_token"]))


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_form_from_elsewhere_is_refused(web: httpx.Client, link: Link, headers: dict[str, str]) -> None:
    page = web.get(str(link))

    assert is_refused(send(web, page, headers, **PASSWORDS))


def test_cookie_is_out_of_reach_of_scripts_other_sites_and_neighbours(
    start_web: StartWeb, link: Link
) -> None:
    plain, secure = start_web(), start_web(public_url="https://id.example.com")

    assert plain.get(str(link)).headers["set-cookie"].split("; ")[1:] == [
        "HttpOnly",
        "Path=/",
        "SameSite=strict",
    ]
    name, *rest = secure.get(str(link)).headers["set-cookie"].split("; ")
    assert name.startswith("__Host-roster-form=")
    assert rest == ["HttpOnly", "Path=/", "SameSite=strict", "Secure"]


def test_cookie_that_nobody_gave_is_not_taken_over(web: httpx.Client, link: Link) -> None:
    page = web.get(str(link), headers={"Cookie": "roster-form=chosen by another"})

    assert len(page.headers["set-cookie"].partition(";")[0]) == len("roster-form=") + 43


def test_passwords_that_differ_change_nothing(web: httpx.Client, link: Link) -> None:
    page = web.get(str(link))

    again = send(web, page, **PASSWORDS | {"repeated_password": "note G of 1844"})

    assert again.status_code == 422
    assert "The two passwords are not the same" in again.text
    assert "1843" not in again.text
    assert web.get(str(link)).status_code == 200
