"""Requests to sign in, a line each, and what tests say with them."""

from __future__ import annotations

import time
from typing import Any

import pyotp
from roster.v1 import auth_service_pb2 as auth
from roster.v1 import project_pb2, project_service_pb2, session_pb2, user_pb2
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client
from tests.rows import Event, events
from tests.rpc.password_requests import GOOD, plain

ACTIVE = user_pb2.USER_STATUS_ACTIVE
WRONG = "another horse 2"
"""Nobody's password."""

_STEP = 30
"""Seconds that a one-time code is for."""

MFA = session_pb2.CHALLENGE_TYPE_MFA
MFA_ENROLMENT = session_pb2.CHALLENGE_TYPE_MFA_ENROLMENT
PASSWORD_CHANGE = session_pb2.CHALLENGE_TYPE_PASSWORD_CHANGE


def user_with(
    client: Client, password: str | Any = GOOD, *, temporary: bool = False, **fields: Any
) -> user_pb2.User:
    """A user with a password; ACTIVE unless said otherwise."""
    fields.setdefault("status", ACTIVE)
    if not fields.keys() & {"email", "phone_number", "login_ids"}:
        fields["login_ids"] = ["ada"]
    given = plain(password, temporary=temporary) if isinstance(password, str) else password
    request = rpc.CreateUserRequest(user=user_pb2.User(**fields), password=given)
    user: user_pb2.User = client.users.CreateUser(request).user
    return user


def sign_in(
    client: Client, identifier: str = "ada", password: str = GOOD, **call: Any
) -> auth.SignInResponse:
    """What comes of a sign-in by a password."""
    request = auth.SignInRequest(identifier=identifier, password=password)
    answer: auth.SignInResponse = client.public.auth.SignIn(request, **call)
    return answer


def token_of(answer: Any, kind: Any) -> str:
    """The token of a challenge, which is of this kind and comes without a session."""
    assert answer.challenge.type == kind
    assert not answer.access_token
    assert not answer.refresh_token
    assert not answer.HasField("user")
    return str(answer.challenge.challenge_token)


def challenge(client: Client, kind: Any, identifier: str = "ada", password: str = GOOD) -> str:
    """The token of the challenge that a sign-in leads to."""
    return token_of(sign_in(client, identifier, password), kind)


def complete(client: Client, token: str, **proof: Any) -> auth.CompleteMfaResponse:
    """What comes of a second factor: `totp_code` or `recovery_code`."""
    request = auth.CompleteMfaRequest(challenge_token=token, **proof)
    answer: auth.CompleteMfaResponse = client.public.auth.CompleteMfa(request)
    return answer


def change_password(client: Client, new: str, **how: str) -> auth.ChangePasswordResponse:
    """What comes of a change: `access_token` and `current_password`, or `challenge_token`."""
    request = auth.ChangePasswordRequest(new_password=new, **how)
    answer: auth.ChangePasswordResponse = client.public.auth.ChangePassword(request)
    return answer


def enrol(client: Client, **credential: str) -> auth.EnrolTotpResponse:
    answer: auth.EnrolTotpResponse = client.public.auth.EnrolTotp(auth.EnrolTotpRequest(**credential))
    return answer


def confirm(client: Client, code: str, **credential: str) -> auth.ConfirmTotpResponse:
    request = auth.ConfirmTotpRequest(totp_code=code, **credential)
    answer: auth.ConfirmTotpResponse = client.public.auth.ConfirmTotp(request)
    return answer


class App:
    """An authenticator app, whose codes are told by steps from now."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)
        self._step = int(time.time()) // _STEP

    def code(self, step: int = 0) -> str:
        """The code of a time step: of that in which the app was set up, or so many later."""
        return self._totp.generate_otp(self._step + step)

    def wrong(self) -> str:
        """A code that is none of the present ones."""
        near = {self._totp.generate_otp(self._step + step) for step in range(-3, 8)}
        return next(code for code in (f"{number:06}" for number in range(100)) if code not in near)


class WithApp:
    """A user who has set an authenticator app up, by the code of the step before the present one: that of the
    present one and of the next are good to sign in with."""

    def __init__(self, client: Client, identifier: str = "ada", password: str = GOOD) -> None:
        access_token = sign_in(client, identifier, password).access_token
        _await_step()
        self.app = App(enrol(client, access_token=access_token).secret)
        answer = confirm(client, self.app.code(-1), access_token=access_token)
        assert not answer.access_token
        self.recovery_codes = list(answer.recovery_codes)
        self.access_token = access_token


def _await_step() -> None:
    """Returns when the present time step has a while to go: the code of the one before must still be good."""
    while time.time() % _STEP > _STEP - 5:
        time.sleep(0.05)


def set_settings(client: Client, **groups: Any) -> project_pb2.Project:
    """Sets these groups of the project's settings: `lockout_policy={"attempts": 3}`."""
    settings = project_pb2.ProjectSettings(**groups)
    project = project_pb2.Project(project_id=client.project_id, settings=settings)
    request = project_service_pb2.UpdateProjectRequest(project=project)
    changed: project_pb2.Project = client.projects.UpdateProject(request).project
    return changed


def logins(client: Client, user: user_pb2.User, **page: Any) -> list[session_pb2.Login]:
    """The attempts on record, the newest first."""
    by = user_pb2.UserRef(user_id=user.user_id)
    return list(client.users.ListUserLogins(rpc.ListUserLoginsRequest(by=by, **page)).logins)


def attempts(client: Client, user: user_pb2.User, **page: Any) -> list[tuple[str, str]]:
    """Of each attempt method and outcome, the oldest first."""
    return [
        (
            session_pb2.LoginMethod.Name(login.method).removeprefix("LOGIN_METHOD_"),
            session_pb2.LoginOutcome.Name(login.outcome).removeprefix("LOGIN_OUTCOME_"),
        )
        for login in reversed(logins(client, user, **page))
    ]


def reset_mfa(client: Client, user: user_pb2.User) -> user_pb2.User:
    """The user, after the second factor was taken away."""
    by = user_pb2.UserRef(user_id=user.user_id)
    changed: user_pb2.User = client.users.ResetUserMfa(rpc.ResetUserMfaRequest(by=by)).user
    return changed


def recorded(url: str, client: Client, kind: str) -> list[Event]:
    """The events of types that begin so."""
    return events(url, client.project_id, kind)
