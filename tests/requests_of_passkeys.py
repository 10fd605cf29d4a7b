"""The part of `tests.requests` that speaks of passkeys and of tokens of other providers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from roster.v1 import auth_service_pb2 as auth
from roster.v1 import passkey_pb2 as pb
from roster.v1 import project_pb2, user_pb2
from roster.v1 import project_service_pb2 as project_rpc
from roster.v1 import user_service_pb2 as rpc

from tests.authenticator import made_for
from tests.calling import Client

_ORIGIN = "https://example.com"
_TOKEN = pb.ProviderToken(provider="google", access_token="ya29.kept", refresh_token="1//kept")


@dataclass(frozen=True)
class PasskeyGround:
    """Answers of an authenticator that wait to be sent, each to options of its own."""

    registration: auth.FinishPasskeyRegistrationRequest
    sign_in: auth.FinishPasskeySignInRequest


def passkey_ground(client: Client, user: user_pb2.User, access_token: str) -> PasskeyGround:
    """Puts a passkey and a provider's token of the user into the caller's project."""
    policy = project_pb2.PasskeyPolicy(rp_id="example.com")
    project = project_pb2.Project(
        project_id=client.project_id, settings=project_pb2.ProjectSettings(passkey_policy=policy)
    )
    client.projects.UpdateProject(project_rpc.UpdateProjectRequest(project=project))
    by = user_pb2.UserRef(user_id=user.user_id)
    client.users.SetUserProviderToken(rpc.SetUserProviderTokenRequest(by=by, provider_token=_TOKEN))

    begin = auth.BeginPasskeyRegistrationRequest(access_token=access_token)
    begun = client.public.auth.BeginPasskeyRegistration(begin)
    passkey = made_for(begun.options_json, _ORIGIN)
    client.public.auth.FinishPasskeyRegistration(
        auth.FinishPasskeyRegistrationRequest(
            access_token=access_token,
            passkey_token=begun.passkey_token,
            credential_json=passkey.attestation(begun.options_json),
        )
    )
    again = client.public.auth.BeginPasskeyRegistration(begin)
    asked = client.public.auth.BeginPasskeySignIn(auth.BeginPasskeySignInRequest())
    return PasskeyGround(
        registration=auth.FinishPasskeyRegistrationRequest(
            access_token=access_token,
            passkey_token=again.passkey_token,
            credential_json=made_for(again.options_json, _ORIGIN).attestation(again.options_json),
        ),
        sign_in=auth.FinishPasskeySignInRequest(
            passkey=pb.PasskeyAssertion(
                passkey_token=asked.passkey_token, credential_json=passkey.assertion(asked.options_json)
            )
        ),
    )


def of_passkeys(on: Any) -> dict[str, Any]:
    """For every RPC about these a request that succeeds on this ground."""
    begin = auth.BeginPasskeyRegistrationRequest(access_token=on.session.access_token)
    return {
        "AuthService/BeginPasskeyRegistration": begin,
        "AuthService/FinishPasskeyRegistration": on.passkeys.registration,
        "AuthService/BeginPasskeySignIn": auth.BeginPasskeySignInRequest(),
        "AuthService/FinishPasskeySignIn": on.passkeys.sign_in,
        "UserService/ListUserPasskeys": rpc.ListUserPasskeysRequest(by=on.by_user),
        "UserService/DeleteUserPasskeys": rpc.DeleteUserPasskeysRequest(by=on.by_user),
        "UserService/GetUserProviderToken": rpc.GetUserProviderTokenRequest(by=on.by_user, provider="google"),
        "UserService/SetUserProviderToken": rpc.SetUserProviderTokenRequest(
            by=on.by_user, provider_token=_TOKEN
        ),
    }
