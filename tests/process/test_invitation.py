"""From an email to a session, with what one command starts and a browser: as a newcomer tries it."""

from __future__ import annotations

import email
import email.policy
import re
from pathlib import Path

import pytest
from roster.v1 import auth_service_pb2, project_pb2, project_service_pb2, user_pb2
from roster.v1 import user_service_pb2 as rpc
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from tests.calling import Client
from tests.process.conftest import eventually
from tests.process.service import Service, StartService, only
from tests.process.test_web import is_ready

PASSWORD = "note G of 1843"


@pytest.fixture
def service(start: StartService) -> Service:
    """A service that knows what changes at once, and whose pages are there."""
    service = start(**only(jobs=1, web=True), ROSTER_KEY_CACHE_SECONDS="0")
    eventually(lambda: is_ready(service))
    return service


def emails_to(service: Service, address: str) -> list[str]:
    """The texts of the emails that were written to somebody, the first one first."""
    files = sorted(service.data_dir.glob("emails/*.eml"))
    messages = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    bodies = [message.get_body(("plain",)) for message in messages if address in str(message["To"])]
    return [str(body.get_content()) for body in bodies if body is not None]


def link_to(service: Service, address: str) -> str:
    """The link in the first email to somebody, once it has been written."""
    [text, *_] = eventually(lambda: emails_to(service, address))
    [link] = re.findall(r"https?://\S+", text)
    return str(link)


def press(browser: Chrome) -> None:
    """Returns when the next page is there."""
    page = browser.find_element(By.TAG_NAME, "html")
    browser.find_element(By.TAG_NAME, "button").click()
    WebDriverWait(browser, 20).until(staleness_of(page))


def type_passwords(browser: Chrome, password: str, again: str) -> None:
    browser.find_element(By.ID, "new-password").send_keys(password)
    browser.find_element(By.ID, "repeated-password").send_keys(again)
    press(browser)


def heading(browser: Chrome) -> str:
    return str(browser.find_element(By.TAG_NAME, "h1").text)


def signs_in(client: Client, address: str) -> bool:
    request = auth_service_pb2.SignInRequest(identifier=address, password=PASSWORD)
    return bool(client.auth.SignIn(request).access_token)


def complaints(browser: Chrome) -> list[str]:
    """What the browser says against the pages, refused forms aside: such as violations of their policy."""
    said = [entry["message"] for entry in browser.get_log("browser")]
    return [text for text in said if not re.search(r"status of (4\d\d|503)", text)]


def written(data_dir: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in data_dir.glob("log.*"))


def test_invited_user_chooses_a_password_and_signs_in(service: Service, browser: Chrome) -> None:
    client = service.client()
    assert f"Emails:      {service.data_dir / 'emails'}" in service.banner
    user = user_pb2.User(email="ada@example.com", given_name="Ada", locale="en")
    client.users.CreateUser(rpc.CreateUserRequest(user=user, invite=True))
    link = link_to(service, "ada@example.com")
    assert link.startswith(f"http://{service.credentials()['web_address']}/invitation?")

    browser.get(link)
    assert heading(browser) == "You are invited"
    type_passwords(browser, PASSWORD, "note G")
    assert "The two passwords are not the same" in browser.page_source
    type_passwords(browser, "short", "short")
    assert "The password breaks these rules" in browser.page_source
    type_passwords(browser, PASSWORD, PASSWORD)

    assert heading(browser) == "Your account is ready"
    # No page has told another where the browser came from: it has the token in it.
    assert browser.execute_script("return document.referrer") == ""
    assert signs_in(client, "ada@example.com")
    browser.get(link)
    assert heading(browser) == "This link does not work any more"
    assert complaints(browser) == []
    token = re.findall(r"token=([\w-]+)", link)[0]
    assert token not in written(service.data_dir)
    assert PASSWORD not in written(service.data_dir)


@pytest.mark.parametrize("language", ["en", "de"])
def test_stranger_signs_up(service: Service, browser: Chrome, language: str) -> None:
    client = service.client()
    settings = project_pb2.ProjectSettings(sign_up_policy=project_pb2.SignUpPolicy(allowed=True))
    project = project_pb2.Project(project_id=client.project_id, settings=settings)
    client.projects.UpdateProject(project_service_pb2.UpdateProjectRequest(project=project))
    client.auth.SignUp(
        auth_service_pb2.SignUpRequest(email="bob@example.com", password=PASSWORD, locale=language)
    )

    browser.get(link_to(service, "bob@example.com"))
    press(browser)

    assert heading(browser) == {"en": "Your account is ready", "de": "Ihr Konto ist bereit"}[language]
    assert signs_in(client, "bob@example.com")
    assert complaints(browser) == []


def test_forgotten_password_is_replaced_from_a_phone_without_script(
    service: Service, browser: Chrome
) -> None:
    client = service.client()
    user = user_pb2.User(email="ada@example.com", locale="de")
    client.users.CreateUser(rpc.CreateUserRequest(user=user))
    client.auth.SendPasswordReset(auth_service_pb2.SendPasswordResetRequest(identifier="ADA@example.com"))
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True},
    )

    browser.get(link_to(service, "ada@example.com"))
    type_passwords(browser, PASSWORD, PASSWORD)

    assert heading(browser) == "Ihr neues Passwort gilt"
    assert signs_in(client, "ada@example.com")
    assert complaints(browser) == []
