"""The part of `tests.requests` that speaks of signing in and second factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyotp
from roster.v1 import auth_service_pb2 as auth
from roster.v1 import password_pb2, user_pb2
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client
from tests.requests_of_sessions import session_ground

_LOGIN_ID = "mia"


@dataclass(frozen=True)
class SignInGround:
    """A user with an authenticator app, who is about to use it, and to set up another one."""

    user: user_pb2.User
    access_token: str
    challenge_token: str
    recovery_code: str
    new_secret: str


def sign_in_ground(client: Client, password: password_pb2.Password, plain: str) -> SignInGround:
    """Puts such a user into the caller's project."""
    asked = user_pb2.User(login_ids=[_LOGIN_ID])
    user = client.users.CreateUser(rpc.CreateUserRequest(user=asked, password=password)).user
    access_token = session_ground(client, _LOGIN_ID, plain).access_token
    end_user = client.public.auth
    secret = end_user.EnrolTotp(auth.EnrolTotpRequest(access_token=access_token)).secret
    confirmation = auth.ConfirmTotpRequest(access_token=access_token, totp_code=pyotp.TOTP(secret).now())
    recovery_codes = end_user.ConfirmTotp(confirmation).recovery_codes
    new_secret = end_user.EnrolTotp(auth.EnrolTotpRequest(access_token=access_token)).secret
    begun = end_user.SignIn(auth.SignInRequest(identifier=_LOGIN_ID, password=plain))
    return SignInGround(user, access_token, begun.challenge.challenge_token, recovery_codes[0], new_secret)


def of_sign_ins(on: Any, plain: str) -> dict[str, Any]:
    """For every RPC about signing in a request that succeeds on this ground."""
    ground: SignInGround = on.sign_in
    by = user_pb2.UserRef(user_id=ground.user.user_id)
    return {
        "AuthService/SignIn": auth.SignInRequest(identifier="ada@example.com", password=plain),
        "AuthService/CompleteMfa": auth.CompleteMfaRequest(
            challenge_token=ground.challenge_token, recovery_code=ground.recovery_code
        ),
        "AuthService/ChangePassword": auth.ChangePasswordRequest(
            access_token=on.session.access_token,
            current_password=plain,
            new_password="battery staple 3",
        ),
        "AuthService/EnrolTotp": auth.EnrolTotpRequest(access_token=on.session.access_token),
        "AuthService/ConfirmTotp": auth.ConfirmTotpRequest(
            access_token=ground.access_token, totp_code=pyotp.TOTP(ground.new_secret).now()
        ),
        "UserService/ListUserLogins": rpc.ListUserLoginsRequest(by=by),
        "UserService/ResetUserMfa": rpc.ResetUserMfaRequest(by=by),
    }
