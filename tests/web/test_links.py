"""Pages that links lead to, as they are opened: by people, by programs that look for danger, by strangers."""

from __future__ import annotations

import httpx
import pytest
from roster.v1 import project_pb2, project_service_pb2, user_pb2
from roster.v1 import user_service_pb2 as rpc

from server.domain.one_time_tokens import Purpose
from server.web.languages import LANGUAGES, spoken
from tests.calling import Client
from tests.web.conftest import Link, MakeLink, user_id

ALL = (Purpose.VERIFY_EMAIL, Purpose.RESET_PASSWORD, Purpose.INVITATION)


@pytest.mark.parametrize("purpose", ALL)
def test_opening_a_link_uses_nothing_up(
    web: httpx.Client, client: Client, make_link: MakeLink, purpose: Purpose
) -> None:
    link = make_link(purpose, user_id(client))
    before = client.users.GetUser(rpc.GetUserRequest(by=user_pb2.UserRef(email="ada@example.com"))).user

    pages = [web.request(method, str(link)) for method in ("HEAD", "GET", "GET")]

    assert [page.status_code for page in pages] == [200, 200, 200]
    after = client.users.GetUser(rpc.GetUserRequest(by=user_pb2.UserRef(email="ada@example.com"))).user
    assert before == after


@pytest.mark.parametrize("purpose", ALL)
def test_form_works_without_script_and_style(
    web: httpx.Client, client: Client, make_link: MakeLink, purpose: Purpose
) -> None:
    """Every field has its label, and password managers know what is what."""
    page = web.get(str(make_link(purpose, user_id(client))))

    assert "<script" not in page.text
    assert page.text.count("<label for=") == page.text.count(' id="account"') + page.text.count(
        'type="password"'
    )
    passwords = page.text.count('type="password" autocomplete="new-password" required')
    assert passwords == (0 if purpose is Purpose.VERIFY_EMAIL else 2)
    assert 'value="ada@example.com" autocomplete="username" readonly' in page.text


@pytest.mark.parametrize("purpose", ALL)
def test_link_is_good_for_its_own_page_only(
    web: httpx.Client, client: Client, make_link: MakeLink, purpose: Purpose
) -> None:
    link = make_link(purpose, user_id(client))
    others = {"verify-email", "reset-password", "invitation"} - {link.path}

    for path in others:
        assert web.get(str(Link(path, link.project_id, link.token))).status_code == 410


def test_link_of_another_project_is_good_for_nothing(
    web: httpx.Client, client: Client, other_project: Client, make_link: MakeLink
) -> None:
    link = make_link(Purpose.RESET_PASSWORD, user_id(client))

    assert web.get(str(Link(link.path, other_project.project_id, link.token))).status_code == 410


@pytest.mark.parametrize("token", ["", "x", "a" * 10_000, "\x00", "ä", "<script>alert(1)</script>"])
def test_link_that_is_none_says_so_and_no_more(web: httpx.Client, client: Client, token: str) -> None:
    answer = web.get(str(Link("reset-password", client.project_id, token)))

    assert answer.status_code == 410
    assert "<h1>This link does not work any more</h1>" in answer.text
    assert "<form" not in answer.text
    assert token not in answer.text or token in ("", "x")


def test_link_of_a_deleted_user_says_the_same(web: httpx.Client, client: Client, make_link: MakeLink) -> None:
    link = make_link(Purpose.RESET_PASSWORD, user_id(client))
    client.users.DeleteUser(rpc.DeleteUserRequest(by=user_pb2.UserRef(email="ada@example.com")))

    answer = web.get(str(link))

    assert answer.status_code == 410
    assert answer.text == web.get(str(Link("reset-password", client.project_id, "none"))).text


@pytest.mark.parametrize("purpose", ALL)
@pytest.mark.parametrize("email", ["lovelace@example.com", ""])
def test_link_to_an_address_that_the_user_has_left_says_the_same(
    web: httpx.Client, client: Client, make_link: MakeLink, purpose: Purpose, email: str
) -> None:
    """Nor does it tell what the user goes by now."""
    link = make_link(purpose, user_id(client, phone_number="+4930123456"))
    change = rpc.UpdateUserRequest(
        by=user_pb2.UserRef(email="ada@example.com"),
        user=user_pb2.User(email=email),
        update_mask={"paths": ["email"]},
    )
    client.users.UpdateUser(change)

    answer = web.get(str(link))

    assert answer.status_code == 410
    assert answer.text == web.get(str(Link(link.path, client.project_id, "none"))).text


@pytest.mark.parametrize(
    ("locale", "accepted", "language"),
    [
        ("de", "en", "de"),
        ("de-CH", "en", "de"),
        ("", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "fr, en;q=0.5, de;q=0.9", "de"),
        ("fr", "de", "de"),
        ("", "de;q=0, en", "en"),
        ("", "fr", "en"),
        ("", "*;q=nonsense,,;;", "en"),
        ("", "", "en"),
    ],
)
def test_page_speaks_the_language_of_the_user_or_of_the_browser(
    web: httpx.Client, client: Client, make_link: MakeLink, locale: str, accepted: str, language: str
) -> None:
    link = make_link(Purpose.INVITATION, user_id(client, locale=locale))

    page = web.get(str(link), headers={"Accept-Language": accepted})

    assert f'<html lang="{language}">' in page.text
    assert page.headers["content-language"] == language
    assert LANGUAGES[language].texts["invitation"]["button"] in page.text


def test_long_list_of_languages_is_looked_at_in_part_only() -> None:
    assert spoken("", ",".join(["xx"] * 10_000 + ["de"])).code == "en"


def test_languages_say_the_same_things() -> None:
    """With the same gaps to fill in."""
    said = {
        code: {
            (group, name): text.count("{}")
            for group, texts in language.texts.items()
            for name, text in texts.items()
        }
        for code, language in LANGUAGES.items()
    }

    assert said["de"] == said["en"]


def test_names_are_shown_as_they_are_and_run_nothing(
    web: httpx.Client, client: Client, make_link: MakeLink
) -> None:
    name = "<script>alert('1')</script>\"><img src=x onerror=alert(1)> {{ 7*7 }}"
    project = project_pb2.Project(project_id=client.project_id, display_name=name)
    client.projects.UpdateProject(project_service_pb2.UpdateProjectRequest(project=project))
    email = "a&ltb@example.com"
    link = make_link(Purpose.RESET_PASSWORD, user_id(client, email=email), email)

    page = web.get(str(link))

    assert page.status_code == 200
    assert "<script" not in page.text
    assert "<img" not in page.text
    assert 'value="a&amp;ltb@example.com"' in page.text
    assert "{{ 7*7 }}" in page.text


def test_rules_are_told_before_a_password_is_chosen(
    web: httpx.Client, client: Client, make_link: MakeLink
) -> None:
    policy = project_pb2.PasswordPolicy(min_length=12, require_upper=True, require_digit=False, history=3)
    settings = project_pb2.ProjectSettings(password_policy=policy)
    project = project_pb2.Project(project_id=client.project_id, settings=settings)
    client.projects.UpdateProject(project_service_pb2.UpdateProjectRequest(project=project))

    page = web.get(str(make_link(Purpose.RESET_PASSWORD, user_id(client))))

    rules = page.text.partition('id="rules"')[2]
    assert "<li>At least 12 characters</li>" in rules
    assert "<li>An upper-case letter</li>" in rules
    assert "<li>Not one of the last 3 that you had</li>" in rules
    assert "digit" not in rules
