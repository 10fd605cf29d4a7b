"""Requests about links in emails, a line each, and what tests say with them."""

from __future__ import annotations

from typing import Any

from roster.v1 import auth_service_pb2 as auth
from roster.v1 import user_action_service_pb2 as action_rpc
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client
from tests.rpc.password_requests import GOOD

By = user_pb2.User | user_pb2.UserRef


def _ref(who: By) -> user_pb2.UserRef:
    return user_pb2.UserRef(user_id=who.user_id) if isinstance(who, user_pb2.User) else who


def send_verification(client: Client, who: By, request_id: str = "") -> None:
    client.actions.SendVerificationEmail(
        action_rpc.SendVerificationEmailRequest(by=_ref(who), request_id=request_id)
    )


def send_reset_to(client: Client, who: By, request_id: str = "") -> None:
    client.actions.SendPasswordResetEmail(
        action_rpc.SendPasswordResetEmailRequest(by=_ref(who), request_id=request_id)
    )


def send_invitation(client: Client, who: By, request_id: str = "") -> None:
    client.actions.SendInvitationEmail(
        action_rpc.SendInvitationEmailRequest(by=_ref(who), request_id=request_id)
    )


def ask_for_reset(client: Client, identifier: str) -> None:
    """As an end user does."""
    client.public.auth.SendPasswordReset(auth.SendPasswordResetRequest(identifier=identifier))


def sign_up(client: Client, email: str = "new@example.com", password: str = GOOD, **fields: str) -> None:
    client.public.auth.SignUp(auth.SignUpRequest(email=email, password=password, **fields))


def verify(client: Client, token: str) -> user_pb2.User:
    """The user whose email the token proves."""
    user: user_pb2.User = client.public.auth.VerifyEmail(auth.VerifyEmailRequest(token=token)).user
    return user


def reset(client: Client, token: str, new_password: str = "another horse 3") -> None:
    client.public.auth.ResetPassword(auth.ResetPasswordRequest(token=token, new_password=new_password))


def welcomed(
    client: Client, *, invite: bool = False, send_verification_email: bool = False, **fields: Any
) -> user_pb2.User:
    """A new user who is sent an email."""
    request = rpc.CreateUserRequest(
        user=user_pb2.User(**fields), invite=invite, send_verification_email=send_verification_email
    )
    user: user_pb2.User = client.users.CreateUser(request).user
    return user
