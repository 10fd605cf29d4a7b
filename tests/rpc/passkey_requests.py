"""Requests about passkeys, as tests send them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from roster.v1 import auth_service_pb2 as auth
from roster.v1 import passkey_pb2 as pb
from roster.v1 import project_pb2, project_service_pb2, user_pb2
from roster.v1 import user_service_pb2 as rpc

from tests.authenticator import Passkey, made_for
from tests.calling import Client

RP_ID = "example.com"
ORIGIN = "https://login.example.com"


def set_passkey_policy(client: Client, **values: Any) -> None:
    """Makes this the project's passkey policy: that of these tests, with the values given."""
    policy = project_pb2.PasskeyPolicy(**({"rp_id": RP_ID, "origins": [ORIGIN]} | values))
    project = project_pb2.Project(
        project_id=client.project_id, settings=project_pb2.ProjectSettings(passkey_policy=policy)
    )
    client.projects.UpdateProject(
        project_service_pb2.UpdateProjectRequest(project=project, update_mask={"paths": ["settings"]})
    )


def begin(client: Client, access_token: str) -> auth.BeginPasskeyRegistrationResponse:
    """Options to register a passkey."""
    request = auth.BeginPasskeyRegistrationRequest(access_token=access_token)
    return client.public.auth.BeginPasskeyRegistration(request)


def finish(
    client: Client, access_token: str, token: str, credential_json: str, display_name: str = "Ann's phone"
) -> pb.Passkey:
    """The passkey, registered."""
    request = auth.FinishPasskeyRegistrationRequest(
        access_token=access_token,
        passkey_token=token,
        credential_json=credential_json,
        display_name=display_name,
    )
    return client.public.auth.FinishPasskeyRegistration(request).passkey


def register(client: Client, access_token: str, **behaviour: Any) -> tuple[Passkey, pb.Passkey]:
    """A passkey of the user's, in the authenticator and as the server shows it."""
    options = begin(client, access_token)
    passkey = replace(made_for(options.options_json, ORIGIN), **behaviour)
    answer = passkey.attestation(options.options_json)
    return passkey, finish(client, access_token, options.passkey_token, answer)


def ask_for(client: Client, challenge_token: str = "") -> auth.BeginPasskeySignInResponse:
    """Options to sign in by a passkey."""
    request = auth.BeginPasskeySignInRequest(challenge_token=challenge_token)
    return client.public.auth.BeginPasskeySignIn(request)


def answer(passkey: Passkey, options: auth.BeginPasskeySignInResponse) -> pb.PasskeyAssertion:
    """What the authenticator makes of the options."""
    return pb.PasskeyAssertion(
        passkey_token=options.passkey_token, credential_json=passkey.assertion(options.options_json)
    )


def finish_sign_in(client: Client, assertion: pb.PasskeyAssertion) -> auth.FinishPasskeySignInResponse:
    return client.public.auth.FinishPasskeySignIn(auth.FinishPasskeySignInRequest(passkey=assertion))


def sign_in(client: Client, passkey: Passkey) -> auth.FinishPasskeySignInResponse:
    """Signs in by the passkey alone."""
    return finish_sign_in(client, answer(passkey, ask_for(client)))


def passkeys_of(client: Client, user_id: str, **page: Any) -> list[pb.Passkey]:
    """A page of the user's passkeys."""
    by = user_pb2.UserRef(user_id=user_id)
    return list(client.users.ListUserPasskeys(rpc.ListUserPasskeysRequest(by=by, **page)).passkeys)


def deletion(
    user_id: str, passkey_ids: Sequence[str] = (), request_id: str = ""
) -> rpc.DeleteUserPasskeysRequest:
    by = user_pb2.UserRef(user_id=user_id)
    return rpc.DeleteUserPasskeysRequest(by=by, passkey_ids=passkey_ids, request_id=request_id)


def delete_passkeys(client: Client, user_id: str, *passkey_ids: str) -> int:
    """Deletes passkeys of the user; returns how many."""
    return client.users.DeleteUserPasskeys(deletion(user_id, passkey_ids)).deleted_count
