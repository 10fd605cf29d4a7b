"""The part of `tests.requests` that speaks of sessions and their tokens."""

from __future__ import annotations

from typing import Any

from google.protobuf.struct_pb2 import Struct
from roster.v1 import auth_service_pb2 as auth
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client


def session_ground(client: Client, identifier: str, password: str) -> auth.SignInResponse:
    """Signs a user in."""
    request = auth.SignInRequest(identifier=identifier, password=password)
    begun: auth.SignInResponse = client.public.auth.SignIn(request)
    assert begun.refresh_token
    return begun


def of_sessions(on: Any) -> dict[str, Any]:
    """For every RPC about sessions a request that succeeds on this ground."""
    claims = Struct()
    claims.update({"plan": "gold"})
    refresh_token = on.session.refresh_token
    return {
        "AuthService/RefreshSession": auth.RefreshSessionRequest(refresh_token=refresh_token),
        "AuthService/SignOut": auth.SignOutRequest(refresh_token=refresh_token, all_sessions=True),
        "AuthService/UpdateAccessToken": auth.UpdateAccessTokenRequest(
            access_token=on.session.access_token, custom_claims=claims
        ),
        "AuthService/ListSigningKeys": auth.ListSigningKeysRequest(),
        "UserService/ListUserSessions": rpc.ListUserSessionsRequest(by=on.by_user),
        "UserService/RevokeUserSessions": rpc.RevokeUserSessionsRequest(by=on.by_user),
    }
