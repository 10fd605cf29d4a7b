"""Requests about sessions and their tokens, as tests send them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import jwt
from google.protobuf.struct_pb2 import Struct
from roster.v1 import auth_service_pb2 as auth
from roster.v1 import project_pb2, project_service_pb2, session_pb2, user_pb2
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client
from tests.conftest import Running
from tests.rows import events


def create_user(client: Client, **values: Any) -> user_pb2.User:
    """A user who may sign in."""
    values.setdefault("login_ids", [uuid4().hex])
    values.setdefault("status", user_pb2.USER_STATUS_ACTIVE)
    return client.users.CreateUser(rpc.CreateUserRequest(user=user_pb2.User(**values))).user


def refresh(client: Client, refresh_token: str) -> auth.RefreshSessionResponse:
    """New tokens in place of a refresh token."""
    return client.public.auth.RefreshSession(auth.RefreshSessionRequest(refresh_token=refresh_token))


def sign_out(client: Client, refresh_token: str, *, all_sessions: bool = False) -> None:
    """Ends a session, or all of its user's."""
    client.public.auth.SignOut(auth.SignOutRequest(refresh_token=refresh_token, all_sessions=all_sessions))


def add_claims(client: Client, access_token: str, **claims: Any) -> str:
    """An access token with further claims."""
    values = Struct()
    values.update(claims)
    request = auth.UpdateAccessTokenRequest(access_token=access_token, custom_claims=values)
    return client.auth.UpdateAccessToken(request).access_token


def current_user(client: Client, access_token: str) -> user_pb2.User:
    """The user of an access token."""
    by = user_pb2.UserRef(access_token=access_token)
    return client.users.GetUser(rpc.GetUserRequest(by=by)).user


def sessions_of(client: Client, user_id: str, **page: Any) -> list[session_pb2.Session]:
    """The sessions of a user, newest first."""
    by = user_pb2.UserRef(user_id=user_id)
    return list(client.users.ListUserSessions(rpc.ListUserSessionsRequest(by=by, **page)).sessions)


def revoke_sessions(client: Client, user_id: str, *session_ids: str) -> int:
    """Ends sessions of a user; returns how many."""
    by = user_pb2.UserRef(user_id=user_id)
    request = rpc.RevokeUserSessionsRequest(by=by, session_ids=session_ids)
    return client.users.RevokeUserSessions(request).revoked_count


def set_token_policy(client: Client, **values: Any) -> None:
    """Changes the project's token policy."""
    settings = project_pb2.ProjectSettings(token_policy=project_pb2.TokenPolicy(**values))
    project = project_pb2.Project(project_id=client.project_id, settings=settings)
    client.projects.UpdateProject(
        project_service_pb2.UpdateProjectRequest(project=project, update_mask={"paths": ["settings"]})
    )


def signing_keys(client: Client) -> list[session_pb2.SigningKey]:
    """The keys that the project's access tokens are verified with."""
    return list(client.public.auth.ListSigningKeys(auth.ListSigningKeysRequest()).signing_keys)


def jwks(client: Client) -> dict[str, Any]:
    """The same as a JSON Web Key Set."""
    return {
        "keys": [
            {
                "kid": key.key_id,
                "kty": key.key_type,
                "alg": key.algorithm,
                "crv": key.curve,
                "use": "sig",
                "x": key.x,
                "y": key.y,
            }
            for key in signing_keys(client)
        ]
    }


def claims_of(client: Client, access_token: str) -> dict[str, Any]:
    """What an access token says, verified as any client would."""
    key_id = jwt.get_unverified_header(access_token)["kid"]
    keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(jwks(client)).keys}
    return jwt.decode(
        access_token,
        keys[key_id],
        algorithms=["ES256"],
        audience=client.project_id,
        issuer=f"urn:uuid:{client.project_id}",
    )


def ended(server: Running, client: Client) -> list[tuple[str, Any]]:
    """What is recorded of ends of sessions."""
    return [
        (event.type, event.data)
        for event in events(server.url, client.project_id, "session.")
        if event.type != "session.started"
    ]
